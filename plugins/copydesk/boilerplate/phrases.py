"""Looks for thousands of phrases in a text in one look at its letters.

A phrase is the beginning of one or more words, without case and accents ("responsib", "accepts no"). A text is spelt
for it, words between single spaces, so that to find phrases is to find strings: the work of an Aho-Corasick automaton.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from copydesk.metadata.registry import fold

T = TypeVar("T")

_NOT_WORD = re.compile(r"[^\w\n ][^\w\n]*| [^\w\n]+")
"""What is not a word, nor the single space between two: most gaps of a text need no work."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Japanese, Chinese: a phrase may stand anywhere."""
_WHOLE = 3
"""Letters up to which a phrase of one word counts only as a whole word: "us" is not in "using"."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text in its forms for matching, by the lines that it has."""

    text: str
    """Each word between single spaces; line breaks stay."""
    words: list[str]
    """The same by lines."""
    folded: list[str]

    @classmethod
    def of(cls, text: str) -> Spelt:
        folded = fold(text)
        words = spell(folded)
        return cls(words, words.split("\n"), folded.split("\n"))


def spell(folded: str) -> str:
    """The words of a folded text, each between single spaces; line breaks stay."""
    return f" {_NOT_WORD.sub(' ', folded)} ".replace("\n", " \n ")


def is_unspaced(text: str) -> bool:
    return not text.isascii() and bool(_UNSPACED.search(text))


class PhraseIndex(Generic[T]):
    """Phrases, each with a value. One without letters ("©") is a symbol: it is looked for as it is."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        rows = list(rows)
        lines = Spelt.of("\n".join(phrase for phrase, _ in rows)).words
        # Without rows there still is a line, an empty one.
        spelt = [(_spelt(line.strip()), row) for line, row in zip(lines, rows, strict=False)]
        self._symbols = [row for phrase, row in spelt if not phrase]
        self._phrases = [(phrase, value) for phrase, (_, value) in spelt if phrase]
        self._automaton = AhoCorasick(
            [phrase for phrase, _ in self._phrases], implementation=Implementation.ContiguousNFA
        )

    def find(self, text: Spelt) -> Iterator[tuple[int, tuple[str, T]]]:
        """The phrases that a text has, as they are spelt, with their values, each with its line; some repeatedly."""
        lines = text.words
        line, until = 0, len(lines[0])
        for number, start, _ in self._automaton.find_matches_as_indexes(text.text, overlapping=True):
            while start >= until:
                line += 1
                until += 1 + len(lines[line])
            yield line, self._phrases[number]
        for symbol in self._symbols:
            for line, folded in enumerate(text.folded):
                if symbol[0] in folded:
                    yield line, symbol


def _spelt(words: str) -> str:
    if not words or is_unspaced(words):
        return words
    return f" {words}" if " " in words or len(words) > _WHOLE else f" {words} "
