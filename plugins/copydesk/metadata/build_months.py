"""Compiles ``data/months.tsv`` from CLDR (development only): ``python -m copydesk.metadata.build_months``.

By way of Babel, which reads a locale in several milliseconds; a page may be in any of seventy-five.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel import Locale

WRITTEN = tuple(
    """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn
    ko ky lo lt lv mk ml mn mr ms my nb ne nl no or pa pl pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi zh
    """.split()
)
"""Languages that news pages are written in."""
OUTPUT = Path(__file__).with_name("data") / "months.tsv"
_CREDIT = "# Data from the Unicode CLDR (https://cldr.unicode.org), Unicode-3.0; made by copydesk.metadata.build_months"


def table() -> str:
    """The file: a line for each name, with its language and the number of the month."""
    rows = (f"{code}\t{name}\t{number}" for code in WRITTEN for name, number in sorted(set(_names(code))))
    return "\n".join([_CREDIT, "language\tname\tmonth", *rows]) + "\n"


def _names(code: str) -> Iterator[tuple[str, int]]:
    months = Locale(code).months
    for usage in ("format", "stand-alone"):
        for width in ("abbreviated", "wide"):
            for number, name in months[usage][width].items():
                if str(name)[:1].isalpha():
                    yield str(name).lower().rstrip("."), number
    if code == "en":
        yield "sept", 9


if __name__ == "__main__":
    OUTPUT.write_text(table(), encoding="utf-8")
