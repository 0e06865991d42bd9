"""Where in a text an expression can match at all.

A date has a word or a figure that no date of its kind is without: a unit, the name of a month. One pass of an
Aho–Corasick automaton finds them all, and an expression is tried only around those of its kind. (Aho, Corasick:
Efficient string matching, CACM 18(6), 1975.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from copydesk.facts.language import fold

_REACH = 80
"""Characters around an anchor in which what has it lies."""
_DIGITS = re.compile(r"\d+")

Windows = list[tuple[int, int]]


class Anchors:
    """The anchors of each kind; ``digits`` is a kind of its own."""

    def __init__(self, kinds: dict[str, Iterable[str]]) -> None:
        self._of: list[str] = []
        words: list[str] = []
        for kind, known in kinds.items():
            for word in {variant for each in known for variant in _variants(each)}:
                words.append(word)
                self._of.append(kind)
        self._kinds = [*kinds, "digits"]
        self._automaton = AhoCorasick(words) if words else None

    def windows(self, text: str) -> dict[str, Windows]:
        """For each kind the stretches of text around its anchors, in order and disjoint."""
        found: dict[str, Windows] = {kind: [] for kind in self._kinds}
        if self._automaton:
            hits = self._automaton.find_matches_as_indexes(_lower(text), overlapping=True)
            for index, start, end in hits:
                _widen(found[self._of[index]], start, end)
        for match in _DIGITS.finditer(text):
            _widen(found["digits"], *match.span())
        return found


def _variants(word: str) -> Iterator[str]:
    """As the table has it and without its accents; of several words the longest, as any space may part them."""
    longest = max(re.split(r"[\s’']+", word), key=len)
    yield _lower(longest)
    yield fold(longest)


def _lower(text: str) -> str:
    """In lower case with the same offsets, alike where a regular expression that ignores case takes letters alike."""
    lower = text.translate(_ALIKE).lower()
    return lower if len(lower) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


_ALIKE = str.maketrans("İıſK", "iisk")


def _widen(windows: Windows, start: int, end: int) -> None:
    # Overlapping hits come by their ends, so a long one may begin before the last window's.
    begin, stop = max(0, start - _REACH), end + _REACH
    while windows and windows[-1][1] >= begin:
        before = windows.pop()
        begin, stop = min(begin, before[0]), max(stop, before[1])
    windows.append((begin, stop))
