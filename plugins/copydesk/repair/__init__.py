"""Mends what a text suffered on its way, so that it says again what was written.

A repair restores, it never rewords. Each is a span of the text and what it becomes, so that offsets can be mapped back
and the text be had as it came.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain
from operator import itemgetter

from copydesk.model import Repair
from copydesk.repair import encodings, markup, spaces

__all__ = ["find_repairs"]


def find_repairs(text: str, *, language: str | None = None, skip: Sequence[tuple[int, int]] = ()) -> tuple[Repair, ...]:
    """The repairs that a text needs, disjoint and in order; offsets are into ``text``.

    None touches a span of ``skip``; these are disjoint too.

    Rules, by the names that they have in :attr:`copydesk.model.Repair.rule`:

    - ``mojibake``: "cafÃ©" was UTF-8 and read as something else; what ftfy is sure of is undone.
    - ``escape``: "&amp;quot;", "&#8217;" and "\\u2019" were left escaped, once or several times.
    - ``markup``: tags and comments of HTML and forums that stand in plain text; not where the text speaks of them.
    - ``quotes``: doubled backticks and apostrophes, and marks behind a backslash, become quotation marks.
    - ``invisible``: control characters, soft hyphens, zero-width characters.
    - ``torn-hyphen``: "norte -coreano" loses its space. Not where the hyphens are a parenthesis's ("-as he says-"),
      not before a capital after a lower-case word, not next to digits; a dash or a space after the hyphen
      ("vor- und nachher") is left alone.
    - ``glued-sentence``: "ukrainianThe minister" and "ended.The minister" get a space where the left is a lower-case
      word of three letters or more and the right is a word that begins sentences in ``language`` (a single letter
      only before a capital). Other words that were glued together stay so: nothing tells them from brands.
    - ``doubled-space``: inside a line, all but the first go.
    - ``space-before-mark``: "word ," where the language does not write so.

    Where two would touch the same characters, the one that begins first is made, and of two at one place the longer.
    """
    found: list[Repair] = []
    spans = sorted(skip)
    candidates = chain(encodings.find(text), markup.find(text), spaces.find(text, language))
    for repair in sorted(candidates, key=lambda repair: (repair.start, -repair.end)):
        if (not found or repair.start >= found[-1].end) and not _touches(repair, spans):
            found.append(repair)
    return tuple(found)


def _touches(repair: Repair, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a repair overlaps one of these disjoint spans, or is an insertion at the edge of one."""
    inserts = repair.start == repair.end
    for index in range(bisect_left(spans, repair.start, key=itemgetter(1)), len(spans)):
        start, end = spans[index]
        if start > repair.end:
            return False
        if inserts or (start < repair.end and repair.start < end):
            return True
    return False
