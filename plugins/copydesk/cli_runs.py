"""``copydesk runs`` and ``copydesk stats``: what runs did, and the warehouse at a glance."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from copydesk.errors import ConfigurationError

if TYPE_CHECKING:
    from copydesk.warehouse.accounts import Counted, Run, Stats

NOT_DONE = 1
_NAMED = 3
"""Sources of a run that are named; of more only the number is told."""
_TABLES = 12
"""The largest, whose sizes are printed; in JSON there are all."""
_KINDS = ("ingest", "refine")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option("--kind", type=click.Choice(_KINDS), help="Only runs that load items, or that refine them.")
@click.option("--dag", help="Only of this DAG, or cli.")
@click.option("--source", help="Only what was loaded of this source.")
@click.option("--since", default="7d", show_default=True, metavar="2d|DATE", help="Only what was done since.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@_as_json
def runs(kind: str | None, dag: str | None, source: str | None, since: str, limit: int, as_json: bool) -> None:
    """Show what runs did, the latest first: when they loaded and refined, how much, how fast.

    Started and ended are those of a run's first and last batch. What the command line did is one run as long as it
    made no pause of more than ten minutes. Articles are refined of all sources together.
    """
    from copydesk.warehouse.accounts import list_runs
    from copydesk.warehouse.connection import transaction

    moment = _since(since)
    with transaction() as connection:
        found = list_runs(connection, moment, kind=kind, dag=dag, source=source, limit=limit)
    if as_json:
        _print_json([{**asdict(run), "seconds": run.seconds, "rate": run.rate} for run in found])
    elif found:
        _print_runs(found)
    else:
        click.echo(f"no such run loaded or refined anything since {moment:%Y-%m-%d %H:%M}", err=True)


@click.command()
@click.option(
    "--days", default=7, show_default=True, type=click.IntRange(1, 366), help="Articles by day of so many days."
)
@click.option("--source", help="Only of this source; sizes are of the whole only.")
@_as_json
def stats(days: int, source: str | None, as_json: bool) -> None:
    """Show the warehouse at a glance: how much is in it, what waits, how its sources are, what it weighs.

    Large tables are not counted through: of these a part is read, and their numbers are told with "about".
    """
    from copydesk.warehouse.accounts import read_stats
    from copydesk.warehouse.connection import transaction

    with transaction() as connection:
        found = read_stats(connection, days=days, source=source)
    if found is None:
        raise ConfigurationError(f"nothing was ever loaded of a source {source}; `copydesk sources status` shows those")
    if as_json:
        _print_json({**asdict(found), "days": {day.isoformat(): asdict(number) for day, number in found.days.items()}})
    else:
        _print_stats(found)


def _since(value: str) -> datetime:
    from copydesk.documents import published
    from copydesk.sources.checks import duration

    try:
        return datetime.now(UTC) - duration(value)
    except (ValueError, OverflowError):
        pass
    try:
        moment = published(value)
    except ConfigurationError:
        moment = None
    if moment is None:
        raise click.BadParameter(f"{value!r} is neither a span such as 36h or 2d nor a date", param_hint="--since")
    return moment


def _print_runs(found: Sequence[Run]) -> None:
    table = _table("run", "kind", "sources", "started", "ended")
    for name in ("seconds", "received", "new", "revised", "unchanged", "quarantined", "per second"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in found:
        few = len(run.sources) <= _NAMED
        named = ", ".join(run.sources) if few else f"{len(run.sources):,} sources"
        counts = (run.received, run.new, run.revised, run.unchanged, run.quarantined)
        _add(
            table,
            run.run_id or "-",
            run.kind,
            named,
            f"{run.started_at:%Y-%m-%d %H:%M:%S}",
            f"{run.ended_at:%Y-%m-%d %H:%M:%S}",
            f"{run.seconds:,.1f}",
            *(f"{number:,}" for number in counts),
            "-" if run.rate is None else f"{run.rate:,.1f}",
        )
    _console().print(table)


def _print_stats(found: Stats) -> None:
    console = _console()
    waiting = found.waiting
    rows = {
        "items": _number(found.items),
        "articles": _number(found.articles),
        "stories": _number(found.stories),
        "copies": _number(found.copies),
        "quarantine": _listed(found.quarantine) or "empty",
        "to be loaded": f"{waiting.payloads:,} payloads",
        "to be refined": f"{waiting.items:,} items" + (f", {waiting.again:,} once more" if waiting.again else ""),
        "lag": "none"
        if waiting.lag_seconds is None
        else f"{_span(waiting.lag_seconds)}, since {waiting.oldest:%Y-%m-%d %H:%M}",
        "sources": _listed(found.sources) or "none",
    }
    if found.database_size is not None:
        rows["database"] = _bytes(found.database_size)
        if found.per_article is not None:
            rows["an article"] = f"{_bytes(found.per_article)}, with all that belongs to it"
    for name, value in rows.items():
        click.echo(f"{name:<15}{value}")
    click.echo()
    parts = [_numbers("fact", "number", ((name, _number(number)) for name, number in found.facts.items()))]
    parts.append(_numbers("day", "articles", ((f"{day}", _number(number)) for day, number in found.days.items())))
    if found.tables:
        parts.append(_sizes(found))
    for part in parts:
        console.print(part)
        click.echo()


def _numbers(name: str, counted: str, rows: Iterable[tuple[str, str]]) -> Any:
    table = _table(name)
    table.add_column(counted, justify="right", no_wrap=True)
    for row in rows:
        _add(table, *row)
    return table


def _sizes(found: Stats) -> Any:
    table = _table("table")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("an article", justify="right", no_wrap=True)
    for size in found.tables[:_TABLES]:
        share = "-" if size.per_article is None else _bytes(size.per_article)
        _add(table, size.table, _bytes(size.size), share)
    return table


def _number(counted: Counted) -> str:
    """An estimate with no more digits than it is worth."""
    if not counted.about:
        return f"{counted.number:,}"
    digits = max(0, len(str(counted.number)) - 2)
    return f"about {round(counted.number, -digits):,}"


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1024:
            return f"{size:,.0f} {unit}" if size >= 100 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} TB"


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} seconds"


def _table(*headings: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _add(table: Any, *cells: str) -> None:
    from rich.text import Text

    from copydesk.terminal import printable

    table.add_row(*(Text(printable(cell)) for cell in cells))


def _console() -> Any:
    from rich.console import Console

    # Into a file or a pipe a row stays on one line.
    return Console(width=None if sys.stdout.isatty() else 1000)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
