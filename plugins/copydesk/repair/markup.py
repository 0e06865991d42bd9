"""Tags, comments and quotation marks of other ways of writing that were left in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.model import Repair
from copydesk.repair.rules import rules

_COMMENT = re.compile(r"<!--.{0,500}?-->", re.S)
_TICKS = re.compile(r"(?<!`)``(?!`)(?=\S)([^`\n]{1,400}?)(?<=\S)''(?!')")
_BACKSLASH = re.compile(r"\\(?=[\"'])")
_SPEAKS_OF_IT = frozenset("`\"'“‘«(")
_NAMES_IT = re.compile(r"[`\"'”’»)]|\s{0,3}(?:tag|element|attribute|markup|html)", re.I)


def find(text: str) -> Iterator[Repair]:
    """Repairs of stray markup and broken quotation marks, in no order."""
    if "<" in text or "[" in text:
        yield from _tags(text)
    if "``" in text:
        for match in _TICKS.finditer(text):
            yield Repair(match.start(), match.start() + 2, "``", "“", "quotes")
            yield Repair(match.end() - 2, match.end(), "''", "”", "quotes")
    if "\\" in text:
        yield from (Repair(*match.span(), "\\", "", "quotes") for match in _BACKSLASH.finditer(text))


def _tags(text: str) -> Iterator[Repair]:
    breaking, inline = _patterns()
    for pattern, replacement in ((_COMMENT, ""), (breaking, "\n"), (inline, "")):
        for match in pattern.finditer(text):
            if text[match.start() - 1 : match.start()] in _SPEAKS_OF_IT or _NAMES_IT.match(text, match.end()):
                continue
            at_edge = (
                match.start() == 0 or match.end() == len(text) or "\n" in text[match.start() - 1 : match.end() + 1]
            )
            yield Repair(*match.span(), match[0], "" if at_edge else replacement, "markup")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Tags that end a line, and those that don't."""
    tags = rules()["markup"]
    html = r"</?(?:{})(?:\s[^<>\n]{{0,300}}=[^<>\n]{{0,300}})?\s?/?>"
    breaking, inline = (html.format("|".join(map(re.escape, tags[kind]))) for kind in ("breaking", "inline"))
    forum = r"\[/?(?:{})(?:=[^\[\]\n]{{1,300}})?\]".format("|".join(map(re.escape, tags["forum"])))
    # From the first blank of a run only: beginning at each would take the square of their number.
    return re.compile(rf"(?<![ \t])[ \t]*{breaking}[ \t]*", re.I), re.compile(f"{inline}|{forum}")
