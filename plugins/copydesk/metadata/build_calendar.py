"""Compiles the names of months and weekdays from CLDR, in development: ``python -m copydesk.metadata.build_calendar``.

By way of Babel, which reads a locale in several milliseconds; a page may be in any of seventy-five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from babel import Locale, localedata

WRITTEN = tuple(
    """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn
    ko ky lo lt lv mk ml mn mr ms my nb ne nl no or pa pl pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi zh
    """.split()
)
"""Languages that news pages are written in."""
DATA = Path(__file__).with_name("data")
_CREDIT = (
    "# Data from the Unicode CLDR (https://cldr.unicode.org), Unicode-3.0; made by copydesk.metadata.build_calendar"
)


def months() -> str:
    """The file: a line for each name, with its language and the number of the month."""
    return _table("month", _months)


def weekdays() -> str:
    """The file: a line for each name, with its language and the number of the day, 0 for Monday."""
    return _table("weekday", _weekdays)


def short_weekdays() -> str:
    """As :func:`weekdays`, for their abbreviations."""
    return _table("weekday", lambda code: _weekdays(code, "abbreviated"))


def _table(what: str, names: Callable[[str], Iterator[tuple[str, int]]]) -> str:
    rows = (f"{code}\t{name}\t{number}" for code in WRITTEN for name, number in sorted(set(names(code))))
    return "\n".join([_CREDIT, f"language\tname\t{what}", *rows]) + "\n"


def _months(code: str) -> Iterator[tuple[str, int]]:
    names = _locale(code).months
    for usage in ("format", "stand-alone"):
        for width in ("abbreviated", "wide"):
            for number, name in names[usage][width].items():
                if str(name)[:1].isalpha():
                    yield str(name).lower().rstrip("."), number
    if code == "en":
        yield "sept", 9


def _weekdays(code: str, width: str = "wide") -> Iterator[tuple[str, int]]:
    """Written out, or short: "Sun" and "Mar" begin names of places."""
    days = _locale(code).days
    for usage in ("format", "stand-alone"):
        for number, name in days[usage][width].items():
            if width == "wide" or str(name)[:1].isalpha():
                yield str(name).lower().rstrip("." if width != "wide" else ""), number


def _locale(code: str) -> Locale:
    """Read anew: what Babel has read of certain locales, such as az and sw, it gives as names of others too."""
    localedata._cache.clear()
    return Locale(code)


if __name__ == "__main__":
    (DATA / "months.tsv").write_text(months(), encoding="utf-8")
    (DATA / "weekdays.tsv").write_text(weekdays(), encoding="utf-8")
    (DATA / "short_weekdays.tsv").write_text(short_weekdays(), encoding="utf-8")
