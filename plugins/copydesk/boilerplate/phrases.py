"""Looks for many phrases in a text at the price of its vocabulary, not of the phrases.

A phrase is the beginning of one or more words, without case and accents ("responsib", "accepts no"). It is spelt as a
text is, words between single spaces, so that finding it is a substring test; which of thousands are worth testing, the
text's set of words tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from copydesk.metadata.registry import fold

T = TypeVar("T")

_NOT_WORD = re.compile(r"[^\w\n ][^\w\n]*| [^\w\n]+")
"""What is not a word, nor the single space between two: most gaps of a text need no work."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Japanese, Chinese: a phrase may stand anywhere."""
_KEY = 4
"""Letters of a word that the index goes by. A phrase of fewer counts only as a whole word: "us" is not in "using"."""

_NONE: frozenset[str] = frozenset()
_REMEMBERED = 50_000
"""Words, in each index: a few megabytes."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text in its forms for matching, both with the lines that the text has."""

    folded: str
    words: str
    """Each word between single spaces."""
    vocabulary: set[str]

    @classmethod
    def of(cls, text: str) -> Spelt:
        folded = fold(text)
        words = spell(folded)
        return cls(folded, words, set(words.split()))


def spell(folded: str) -> str:
    """The words of a folded text, each between single spaces; line breaks stay."""
    return f" {_NOT_WORD.sub(' ', folded)} ".replace("\n", " \n ")


def is_unspaced(text: str) -> bool:
    return not text.isascii() and bool(_UNSPACED.search(text))


class PhraseIndex(Generic[T]):
    """Phrases, each with a value. One without letters ("©") is a symbol: it is looked for as it is."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        self._by_word: dict[str, list[tuple[frozenset[str], tuple[str, T]]]] = {}
        """By a word that the text must have, the longest of the phrase, as the rarest: all its other whole words, and
        the phrase as it is spelt with its value."""
        self._by_beginning: dict[str, list[tuple[str, frozenset[str], tuple[str, T]]]] = {}
        """Where the longest is the last word, which may go on in the text: by its first letters, with all of it."""
        self._unspaced: list[tuple[str, T]] = []
        self._symbols: list[tuple[str, T]] = []
        self._barren: set[str] = set()
        """Words that were looked up and have no phrase: of a text's words, most have been seen."""
        rows = list(rows)
        lines = spell(fold("\n".join(phrase for phrase, _ in rows))).split("\n")
        for (phrase, value), line in zip(rows, lines, strict=False):  # no row is one empty line
            *others, last = line.split() or [""]
            spelt = " ".join([*others, last])
            if not spelt:
                self._symbols.append((phrase, value))
            elif is_unspaced(phrase):
                self._unspaced.append((spelt, value))
            elif not others and len(last) < _KEY:
                self._by_word.setdefault(spelt, []).append((_NONE, (f" {spelt} ", value)))
            else:
                needed, row = frozenset(others) if others else _NONE, (f" {spelt}", value)
                longest = max(others, key=len, default="")
                if len(last) >= max(_KEY, len(longest)):
                    self._by_beginning.setdefault(last[:_KEY], []).append((last, needed, row))
                else:
                    self._by_word.setdefault(longest, []).append((needed, row))

    def present(self, text: Spelt) -> list[tuple[str, T]]:
        """The phrases that a text has, as they are spelt, with their values."""
        if len(self._barren) > _REMEMBERED:
            self._barren = set()
        found: dict[tuple[str, T], None] = {}
        fresh = text.vocabulary - self._barren
        fertile: set[str] = set()
        for word in fresh:
            begun, exact = self._by_beginning.get(word[:_KEY]), self._by_word.get(word)
            if begun is None and exact is None:
                continue
            likely = [entry[1:] for entry in begun or () if word.startswith(entry[0])] + (exact or [])
            if likely:
                fertile.add(word)
            for needed, row in likely:
                # A single word has been found as it is; the words of more must also stand together.
                if not needed or (needed <= text.vocabulary and row[0] in text.words):
                    found[row] = None
        self._barren |= fresh - fertile
        if is_unspaced(text.words):
            found |= {row: None for row in self._unspaced if row[0] in text.words}
        return list(found)

    def symbols(self, text: Spelt) -> list[tuple[str, T]]:
        """The symbols that a text has, with their values: they are among its characters, not its words."""
        return [row for row in self._symbols if row[0] in text.folded]
