"""Small charts as SVG that stands in a page: drawn by Matplotlib, coloured and lettered by the page's style sheet.

Labels stay text, in the page's fonts, so that any script can be read and searched; they get a line of their own, so
that nothing depends on how wide they are. Colours are the style sheet's variables, so that they follow light and dark.
The same figures give the same bytes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any
from unicodedata import category, east_asian_width

from lxml import etree
from markupsafe import Markup

from copydesk.errors import ConfigurationError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 3.6
"""Inches; the page scales it. With letters of 9 points this can be read on a telephone."""
ROW = 0.44
"""Inches a bar takes, with its label above it."""
LONGEST_LABEL = 40
"""Columns, of which a Chinese character takes two."""

INK, SOFT, BAR, QUIET, RULE = "#010101", "#020202", "#030303", "#040404", "#050505"
"""What is drawn with: each stands for a variable of the page's style sheet."""
_VARIABLES = {INK: "--ink", SOFT: "--soft", BAR: "--bar", QUIET: "--quiet", RULE: "--rule"}
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "copydesk",
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "font.size": 9,
    "path.simplify": False,
}
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"


def columns(name: str, title: str, days: Sequence[tuple[date, int]]) -> Markup:
    """A column a day; the last is the day that the page is about."""
    with _settings():
        figure, axes = _canvas(1.75)
        top = max([count for _, count in days] + [1])
        last = len(days) - 1
        for place, (day, count) in enumerate(days):
            colour = INK if place == last else SOFT
            month = f"\n{day:%b}" if place == 0 or day.day == 1 else ""
            axes.bar(place, count, width=0.72, color=BAR if place == last else QUIET, clip_on=False)
            axes.text(place, count + top * 0.03, compact(count), ha="center", va="bottom", fontsize=7.5, color=colour)
            axes.text(place, -top * 0.05, f"{day.day}{month}", ha="center", va="top", fontsize=7.5, color=colour)
        axes.plot([-0.5, last + 0.5], [0, 0], color=RULE, linewidth=1, clip_on=False)
        axes.set_xlim(-0.5, last + 0.5)
        axes.set_ylim(-top * 0.3, top * 1.16)
        return _svg(figure, name, title, "; ".join(f"{day:%-d %B}: {count:,}" for day, count in days))


def bars(name: str, title: str, values: Sequence[tuple[str, float, str]]) -> Markup:
    """A bar each, in the order given: its label, how long it is, and what is written at its end."""
    shown = [(_legible(label), value, text) for label, value, text in values]
    with _settings():
        figure, axes = _canvas(ROW * max(len(shown), 1))
        longest = max([value for _, value, _ in shown] + [0]) or 1
        for row, (label, value, text) in enumerate(shown):
            axes.barh(row + 0.62, value / longest, height=0.34, color=BAR, clip_on=False)
            axes.text(0, row + 0.4, label, ha="left", va="bottom", color=INK)
            axes.text(value / longest + 0.015, row + 0.63, text, ha="left", va="center", fontsize=8, color=SOFT)
        axes.set_xlim(0, 1.45)
        axes.set_ylim(max(len(shown), 1), 0)
        return _svg(figure, name, title, "; ".join(f"{label}: {text}" for label, _, text in shown))


def compact(number: float) -> str:
    """In four characters, for where there is no room: 950, 1.2k, 34k, 5.6M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit * 0.9995:
            value = number / limit
            return f"{value:.0f}{unit}" if value >= 9.95 else f"{value:.1f}{unit}"
    return f"{number:.0f}"


@contextmanager
def _settings() -> Iterator[None]:
    """Matplotlib as it comes, whatever this machine's settings are, with ours."""
    try:
        import matplotlib
    except ImportError as error:
        raise ConfigurationError("the digest's charts need Matplotlib: `pip install copydesk[digest]`") from error

    with matplotlib.rc_context(), warnings.catch_warnings():
        # The page's reader draws the letters, so those that Matplotlib's font lacks are no loss.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def _canvas(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    return figure, axes


def _svg(figure: Figure, name: str, title: str, told: str) -> Markup:
    written = io.BytesIO()
    figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Markup(_inline(written.getvalue(), name, title, told))  # noqa: S704 - Matplotlib and lxml escape


def _inline(document: bytes, name: str, title: str, told: str) -> str:
    """The drawing without what a file of its own needs, with a name, and with nothing that meets another chart's."""
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    for element in root.findall(f".//{_SVG}metadata") + root.findall(f".//{_SVG}style"):
        element.getparent().remove(element)
    used = set(re.findall(r"#([\w-]+)", " ".join(str(value) for e in root.iter() for value in e.attrib.values())))
    for element in root.iter():
        for key, value in [(str(key), str(value)) for key, value in element.attrib.items()]:
            if key == "id" and value not in used:
                del element.attrib[key]
            elif key == "id":
                element.set(key, f"{name}-{value}")
            elif key == _LINK or "url(#" in value:
                element.set(key, value.replace("#", f"#{name}-"))
            elif key == "style":
                element.set(key, re.sub(r"#\w{6}", lambda found: _variable(found[0]), value))
    for attribute in ("width", "height", "version"):
        del root.attrib[attribute]
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-told")
    for position, (tag, text) in enumerate((("title", title), ("desc", told))):
        element = etree.Element(f"{_SVG}{tag}", id=f"{name}-{'told' if tag == 'desc' else tag}")
        element.text = _plain(text)
        root.insert(position, element)
    return etree.tostring(root, encoding="unicode")


def _variable(colour: str) -> str:
    return f"var({_VARIABLES[colour]})" if colour in _VARIABLES else colour


def _legible(label: str) -> str:
    """A label that fits: cut where it is too wide, without signs that steer a terminal or turn the line round."""
    label, kept, width = _plain(label), "", 0
    for sign in label:
        width += 2 if east_asian_width(sign) in "WF" else 1
        if width > LONGEST_LABEL:
            return f"{kept.rstrip()}…"
        kept += sign
    return kept


def _plain(text: str) -> str:
    """Without control characters and surrogates, which XML can't have, and the marks that override direction."""
    return "".join(
        sign if category(sign) not in ("Cc", "Cs", "Cn") and sign not in "\u202a\u202b\u202d\u202e\u2066\u2067" else " "
        for sign in text
    )
