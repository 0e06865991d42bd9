"""Sources and what they give, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from copydesk.terminal import printable

if TYPE_CHECKING:
    from copydesk.sources.found import Feed
    from copydesk.sources.model import Source
    from copydesk.sources.trial import Sample, Trial
    from copydesk.warehouse.fetches import Health


def source_table(sources: Iterable[Source]) -> Any:
    """One row a source."""
    table = _table("name", "group", "outlet", "language", "schedule", "urls")
    for source in sources:
        table.add_row(
            *_cells(source.name, source.group, source.outlet, source.language, source.schedule),
            _text("\n".join(source.urls)),
        )
    return table


def trial_parts(name: str, trial: Trial) -> Iterator[Any]:
    """A line on the address, a table of its first items, a line for each entry that was refused."""
    yield _text(f"{name}  {trial.url}", style="bold")
    if trial.error:
        yield _text(f"  {trial.error}", style="red")
        return
    newest = f", newest {_moment(trial.newest)}" if trial.newest else ""
    refused = f", {len(trial.refused)} refused" if trial.refused else ""
    yield _text(f"  {trial.format}, {trial.size:,} bytes: {counted(trial.items, 'item')}{refused}{newest}")
    if trial.samples:
        yield sample_table(trial.samples)
    for message in trial.refused:
        yield _text(f"  refused: {message}", style="red")


def sample_table(samples: Iterable[Sample]) -> Any:
    """One row an item."""
    table = _table("date", "headline", "language", "characters", "notes")
    for sample in samples:
        table.add_row(
            *_cells(_moment(sample.published), sample.title, sample.language, f"{sample.characters:,}"),
            _text("; ".join(sample.flags), style="red" if sample.refused else "yellow"),
        )
    return table


def feed_table(feeds: Iterable[Feed]) -> Any:
    """One row a feed, numbered for choosing."""
    table = _table("", "found", "items", "newest", "with text", "title", "url")
    for number, feed in enumerate(feeds, 1):
        share = f"{feed.share_with_text:.0%}"
        table.add_row(
            *_cells(str(number), feed.found, f"{len(feed.items):,}", _moment(feed.newest), share, feed.title, feed.url)
        )
    return table


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_WIDE = frozenset({"headline", "notes", "title", "url", "urls"})


def _table(*headings: str) -> Any:
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in headings:
        wide = heading in _WIDE
        table.add_column(heading, overflow="fold", no_wrap=not wide)
    return table


def _cells(*values: str | None) -> list[Any]:
    return [_text(" ".join((value or "").split())) for value in values]


def _text(value: str, *, style: str = "") -> Any:
    """Text that has no power over the terminal."""
    from rich.text import Text

    return Text(printable(value), style=style)


def _moment(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%d %H:%M") if value else ""


_COLOURS = {"failing": "red", "silent": "red", "unsteady": "yellow", "at rest": "dim", "well": "green"}


def health_table(found: Iterable[Health]) -> Any:
    """How the sources are, those that need somebody first."""
    from rich.table import Table
    from rich.text import Text

    table = Table("source", "state", "answered", "last new", "silent after", "failures", "failing since")
    for health in found:
        table.add_row(
            Text(health.source),
            Text(health.state, style=_COLOURS.get(health.state, "")),
            *(_minute(moment) for moment in (health.fetched_at, health.last_new_at)),
            str(health.silent_after or "").partition(".")[0],
            str(health.failures or ""),
            _minute(health.failing_since),
        )
    return table


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
