"""Where in a text an expression can match at all.

A fact has a word or a figure that none of its kind is without: a unit, the name of a month, a verb of saying. One pass
of an Aho–Corasick automaton finds those of all kinds, and an expression is tried only around those of its own. (Aho,
Corasick: Efficient string matching, CACM 18(6), 1975.)
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

from copydesk.facts.language import SIGNS, fold

REACH = 56
"""Characters around an anchor in which what has it lies."""
_DIGITS = re.compile(r"[\d¼-¾⅐-⅞]+")
_SIGN = re.compile(f"[{SIGNS}]")
_YEARS = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")

Windows = list[tuple[int, int]]


class Hits:
    """What stands where in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self.named: dict[str, list[tuple[int, int, str]]] = {}

    def windows(self, *kinds: str, before: int = REACH, after: int = REACH) -> Windows:
        """The stretches of text around the anchors of these kinds, in order and disjoint."""
        windows: Windows = []
        spans = self.spans[kinds[0]] if len(kinds) == 1 else sorted(span for kind in kinds for span in self.spans[kind])
        for start, end in spans:
            # Overlapping hits come by their ends, so a long one may begin before the last window's.
            begin, stop = max(0, start - before), end + after
            while windows and windows[-1][1] >= begin:
                earlier = windows.pop()
                begin, stop = min(begin, earlier[0]), max(stop, earlier[1])
            windows.append((begin, stop))
        return windows

    def between(self, kind: str, start: int, end: int) -> bool:
        """Whether an anchor of a kind begins in a span."""
        spans = self.spans[kind]
        at = bisect_left(spans, (start, 0))
        return at < len(spans) and spans[at][0] < end

    def words(self, kind: str) -> list[tuple[int, int, str]]:
        """Start, end and word of the phrases of a kind, as the table has them: of those that overlap the first, and the
        longest of these."""
        found: list[tuple[int, int, str]] = []
        for hit in sorted(self.named[kind], key=lambda hit: (hit[0], -hit[1])):
            if not found or hit[0] >= found[-1][1]:
                found.append(hit)
        return found


class Anchors:
    """The words and phrases of each kind. Those of ``phrases`` stand between the edges of words, and are given with
    their places; so do the ``bounded`` kinds ("day" is not in "Monday"). ``digits`` and ``years`` are kinds too."""

    def __init__(
        self,
        kinds: dict[str, Iterable[str]],
        phrases: dict[str, Iterable[str]] | None = None,
        *,
        bounded: Iterable[str] = (),
        begun: Iterable[str] = (),
        edges: tuple[bool, bool] = (True, True),
    ) -> None:
        """``begun`` are kinds whose words only begin one; ``edges`` says whether words of the language have one before
        and after them."""
        phrases = phrases or {}
        entries = dict.fromkeys(
            (variant, kind, "") for kind, known in kinds.items() for word in known for variant in _variants(word)
        )
        whole = {(form, kind): word for kind, known in phrases.items() for word in known for form in _variants(word)}
        rows = [*entries, *((form, kind, word) for (form, kind), word in whole.items())]
        self._kinds, self._phrases = tuple(kinds), tuple(phrases)
        edged, begins = {*phrases, *bounded}, {*phrases, *bounded, *begun}
        self._of = [(kind, word, edges[0] and kind in begins, edges[1] and kind in edged) for _, kind, word in rows]
        self._automaton = AhoCorasick([form for form, _, _ in rows]) if rows else None

    def look(self, text: str) -> Hits:
        """Find them all."""
        hits = Hits(text)
        spans = hits.spans = {kind: [] for kind in self._kinds}
        named = hits.named = {kind: [] for kind in self._phrases}
        spans["digits"] = [match.span() for match in _DIGITS.finditer(text)]
        spans["years"] = [match.span() for match in _YEARS.finditer(text)]
        size = len(text)
        found = self._automaton.find_matches_as_indexes(lower(text), overlapping=True) if self._automaton else ()
        for index, start, end in found:
            kind, word, left, right = self._of[index]
            if (left and start and _goes_on(text[start - 1])) or (right and end < size and _goes_on(text[end])):
                continue
            if word:
                named[kind].append((start, end, word))
            else:
                spans[kind].append((start, end))
        for kind in self._kinds:
            spans[kind].sort()
        return hits


def _variants(word: str) -> tuple[str, str]:
    """As the table has it and without its accents."""
    return lower(word), fold(word)


def _goes_on(letter: str) -> bool:
    return letter.isalpha() or ("\u0900" <= letter <= "\u0963" and _SIGN.match(letter) is not None)


def lower(text: str) -> str:
    """In lower case with the same offsets, alike where a regular expression that ignores case takes letters alike."""
    for letter, alike in _ALIKE:
        if letter in text:
            text = text.replace(letter, alike)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


_ALIKE = (("İ", "i"), ("ı", "i"), ("ſ", "s"), ("K", "k"), ("\n", " "), ("\t", " "), ("\u00a0", " "))
