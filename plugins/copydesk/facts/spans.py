"""Cutting a text into sentences and lines, with offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A full stop ends a sentence where white space and something other than a lower-case letter follow. Of a run of signs
# only the first is tried, so that a line of dots is not read anew from each.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”’»)\]]*(?=\s+[^a-zà-ÿ\s])|[。！？]+[」』”]*|\n+")
_LONGEST = 1500
"""Characters of a sentence; what is longer is none, and is cut between words."""
_LONGEST_ABBREVIATION = 6
_ABBREVIATION = re.compile(
    r"(?:\b[A-ZÀ-Ý]|\b(?:Mr|Mrs|Ms|Dr|Sr|Sra|St|No|Gen|Col|Jr|Prof|Nr|bzw|ca|M|Mme|vs|p|art))\.$"
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without surrounding white space; none is longer than 1,500 characters."""
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text, max(start, match.end() - _LONGEST_ABBREVIATION), match.end()):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return
    first = start + piece.index(stripped[0])
    last = first + len(stripped)
    while last - first > _LONGEST:
        # A table or a list: what looks at all of a sentence at once must not look at all of this.
        cut = text.rfind(" ", first + 1, first + _LONGEST)
        yield first, cut if cut > 0 else (cut := first + _LONGEST)
        while cut < last and text[cut].isspace():
            cut += 1
        first = cut
    if first < last:
        yield first, last
