"""The characters of many texts counted by their sorts, all at once: a loop over texts would cost ten times as much."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum, auto
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sorts: TypeAlias = NDArray[np.uint8]
Indexes: TypeAlias = NDArray[np.int64]

DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Of scripts that write no spaces."""


class Sort(IntEnum):
    """What a character is; each is of one sort."""

    OTHER = 0
    LOWER = auto()
    UPPER = auto()
    DIGIT = auto()
    SPACE = auto()
    LINE_BREAK = auto()
    COMMA = auto()
    STOP = auto()
    """The end of a sentence where a space follows."""
    LAST_STOP = auto()
    """The end of a sentence where the text ends."""
    DENSE_STOP = auto()
    """The end of a sentence in scripts that write no spaces."""
    QUOTE = auto()
    COLON = auto()
    BAR = auto()
    """What parts the entries of a line."""
    COPYRIGHT = auto()
    DENSE = auto()


_SORTS = {
    " ": Sort.SPACE,
    "\n": Sort.LINE_BREAK,
    ":": Sort.COLON,
    "©": Sort.COPYRIGHT,
    **dict.fromkeys(",،、，", Sort.COMMA),
    **dict.fromkeys(".!?", Sort.STOP),
    **dict.fromkeys("…؟।", Sort.LAST_STOP),
    **dict.fromkeys("。！？", Sort.DENSE_STOP),
    **dict.fromkeys("\"”»“’'", Sort.QUOTE),
    **dict.fromkeys("|›•", Sort.BAR),
}
_UNKNOWN = 255


class Letters:
    """Of each text: how many characters it has of each sort, and the sorts of its first and last. None is empty."""

    def __init__(self, texts: Sequence[str]) -> None:
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        sorts = _sorts_of(codes)
        self.lengths = np.array([len(text) for text in texts])
        ends = self.lengths.cumsum()
        starts = ends - self.lengths
        cells = np.repeat(np.arange(0, len(texts) * len(Sort), len(Sort)), self.lengths)
        cells += sorts
        self.counts = np.bincount(cells, minlength=len(texts) * len(Sort)).reshape(-1, len(Sort)).T
        self.first, self.last = sorts[starts], sorts[ends - 1]
        ended = np.zeros(len(sorts), dtype=np.int8)
        np.logical_and(sorts[:-1] == Sort.STOP, sorts[1:] == Sort.SPACE, out=ended[:-1], casting="unsafe")
        ended[ends - 1] = 0
        self.stops = np.add.reduceat(ended, starts, dtype=np.int64)
        """Ends of sentences inside it."""


def _sorts_of(codes: NDArray[np.uint32]) -> Sorts:
    table = _table()
    sorts: Sorts = table[codes]
    if (unknown := sorts == _UNKNOWN).any():
        for code in set(codes[unknown].tolist()):
            table[code] = _sort(chr(code))
        sorts = table[codes]
    return sorts


@cache
def _table() -> Sorts:
    """The sort of each character that has been met."""
    return np.full(0x110000, _UNKNOWN, dtype=np.uint8)


def _sort(letter: str) -> Sort:
    if letter in _SORTS:
        return _SORTS[letter]
    if letter.isupper():
        return Sort.UPPER
    if letter.islower():
        return Sort.LOWER
    if letter.isdecimal():
        return Sort.DIGIT
    return Sort.DENSE if DENSE.match(letter) else Sort.OTHER
