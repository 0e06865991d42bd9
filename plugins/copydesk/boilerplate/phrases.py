"""Looks for many phrases in a text at the price of its words, not of the phrases.

A phrase is the beginning of one or more words, without case and accents ("responsib", "accepts no"). It is spelt as a
text is, words between single spaces, so that finding it is a substring test; an index by the first letters of its first
word tells which of thousands are worth testing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from copydesk.metadata.registry import fold

T = TypeVar("T")

_NOT_WORD = re.compile(r"[^\w\n]+")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Japanese, Chinese: a phrase may stand anywhere."""
_SHORT, _LONG = 4, 6
"""Letters of a word that the index goes by. A phrase of fewer than four counts only as a whole word: "us" is not in
"using"."""


def spell(folded: str) -> str:
    """The words of a folded text, each between single spaces; line breaks stay."""
    return f" {_NOT_WORD.sub(' ', folded)} ".replace("\n", " \n ")


def is_unspaced(text: str) -> bool:
    return not text.isascii() and bool(_UNSPACED.search(text))


class PhraseIndex(Generic[T]):
    """Phrases, each with a value. One without letters ("©") is a symbol: it is looked for as it is."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        self._by_key: dict[str, list[tuple[str, T]]] = {}
        self._unspaced: list[tuple[str, T]] = []
        self._symbols: list[tuple[str, T]] = []
        for phrase, value in rows:
            words = _NOT_WORD.sub(" ", fold(phrase)).strip()
            if not words:
                self._symbols.append((phrase, value))
            elif is_unspaced(phrase):
                self._unspaced.append((words, value))
            else:
                padded = f" {words} " if len(words) < _SHORT else f" {words}"
                self._by_key.setdefault(_key(words), []).append((padded, value))

    def present(self, folded: str, spelt: str) -> list[tuple[str, T]]:
        """The phrases that the text has, as they are spelt, with their values. ``spelt`` is ``spell(folded)``."""
        table = self._by_key
        found = []
        words = set(spelt.split())
        keys = {word[:_SHORT] for word in words} | {word[:_LONG] for word in words}
        for key in keys & table.keys():
            found += [row for row in table[key] if row[0] in spelt]
        if is_unspaced(folded):
            found += [row for row in self._unspaced if row[0] in spelt]
        found += [(phrase, value) for phrase, value in self._symbols if phrase in folded]
        return found


def _key(words: str) -> str:
    """What a word's first letters must be for the phrase to be worth testing."""
    first, more, _ = words.partition(" ")
    # The only word of a phrase may be the beginning of a longer one; the first of several is all of its word.
    return first[:_LONG] if more or len(first) >= _LONG else first[:_SHORT]
