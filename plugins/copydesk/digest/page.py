"""The digest as a page: one HTML file that needs nothing else. What articles bring is escaped, always."""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from copydesk.digest import charts
from copydesk.digest.figures import NO_LANGUAGE, SHOWN, SHOWN_DAYS, Figures, Volume
from copydesk.digest.words import language_name, number
from copydesk.errors import ConfigurationError

if TYPE_CHECKING:
    from jinja2 import Environment


def render(figures: Figures) -> str:
    """The page. The same figures give the same page."""
    drawn = {} if figures.empty else _charts(figures)
    return _templates().get_template("digest.html").render(f=figures, charts=drawn, shown=SHOWN)


def _charts(figures: Figures) -> dict[str, Markup]:
    drawn = {}
    if any(count for _, count in figures.by_day):
        drawn["days"] = charts.columns("days", f"Articles a day, the last {SHOWN_DAYS} days", figures.by_day)
    if sources := [row for row in figures.by_source if row.today]:
        values = [(row.name, row.today, _beside(row, figures.mean_of)) for row in sources[:SHOWN]]
        drawn["sources"] = charts.bars("sources", "Articles of the day by source", values)
    if figures.kinds:
        taken = [
            (row.kind.replace("_", " "), row.characters, f"{number(row.characters)} ({_share(row.share)})")
            for row in figures.kinds[:SHOWN]
        ]
        drawn["removals"] = charts.bars("removals", "Characters removed, by kind", taken)
    if figures.quarantine:
        refused = [
            (row.reason.replace("_", " "), row.open, f"{number(row.open)} open, {number(row.new)} new")
            for row in figures.quarantine[:SHOWN]
        ]
        drawn["quarantine"] = charts.bars("quarantine", "Items in quarantine, by reason", refused)
    return drawn


def _beside(row: Volume, mean_of: int) -> str:
    return f"{number(row.today)} (mean {number(row.mean)})" if mean_of and row.mean is not None else number(row.today)


@cache
def _templates() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise ConfigurationError("the digest needs Jinja: `pip install copydesk[digest]`") from error

    templates = Environment(
        loader=PackageLoader("copydesk.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        number=number,
        share=_share,
        language=lambda tag: "not known" if tag == NO_LANGUAGE else language_name(tag),
        moment=lambda when: f"{when.astimezone(UTC):%-d %b %Y, %H:%M} UTC",
        words=lambda name: name.replace("_", " "),
        change=_change,
        seconds=_seconds,
        pace=lambda row: f"{row.items / row.seconds:.1f}" if row.seconds else "–",
        speech=_speech,
    )
    return templates


def _change(row: Volume) -> str:
    """The day beside the mean: "+12 %", or the mean itself where there is nothing to compare."""
    if row.mean is None:
        return ""
    if not row.mean:
        return "none in the days before"
    if row.mean < 1:
        return f"mean {number(row.mean)}"
    change = (row.today - row.mean) / row.mean
    if abs(change) < 0.005:
        return f"as the mean of {number(row.mean)}"
    if change >= 10:
        return f"{change + 1:,.0f} times the mean of {number(row.mean)}"
    return f"{change:+.0%} on the mean of {number(row.mean)}".replace("-", "−")


def _share(part: float) -> str:
    return f"{part:.1%}" if part >= 0.001 or not part else "less than 0.1%"


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return str(timedelta(seconds=round(seconds)))


def _speech(content: str) -> str:
    """A quotation on one line."""
    return " ".join(content.split())
