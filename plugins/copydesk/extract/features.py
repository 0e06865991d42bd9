"""A page's blocks as numbers: of each its text, its markup, what surrounds it and how it compares with the page.

Two tables: :func:`of_blocks` from the page alone, :func:`of_opinions` from a first opinion on every block, so that the
second opinion on one knows the first on its neighbours and on everything in the same container (auto-context, after
Tu and Bai 2010).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from copydesk.extract import lexicon as lexicons
from copydesk.extract.blocks import KINDS, REGIONS, Blocks
from copydesk.extract.letters import DENSE, Indexes, Letters, Sort
from copydesk.extract.lexicon import Lexicon

Numbers: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]

LEVELS = 4
"""How many elements around a block are looked at."""
_STOPS = np.isin(np.arange(len(Sort)), (Sort.STOP, Sort.LAST_STOP))
_ENDS = np.isin(np.arange(len(Sort)), (Sort.STOP, Sort.LAST_STOP, Sort.DENSE_STOP, Sort.QUOTE))
"""Which sorts of characters end a sentence."""
_SENTENCE = 20
"""Characters; in a shorter text a full stop is no end of a sentence."""
_LINE = 200
"""Characters; longer blocks are told by their form, not by their words."""
_NOT_LETTER = re.compile(r"[\W_]+")
_GLANCE = 50
"""Characters that tell what script a text is in; two letters of one without spaces count as a word."""
_BEGINNING = 60
_NAME = 30
_SUMMARY = 25
_WHOLE_BODY = 500
"""Characters of an ``articleBody`` that is more than a teaser."""
_LONG = 12
"""Words of a paragraph that no menu has."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the page's head says of its article; empty where it says nothing."""

    title: str = ""
    description: str = ""
    body: str = ""


def of_blocks(page: Blocks, place: Places, hints: Hints, lexicon: Lexicon) -> Numbers:
    """A row for each block."""
    text = _texts(page, hints, lexicon)
    size, link_share, has_stops = text[0], text[1], text[_STOPS_COLUMN]
    good = size * (1 - link_share) * np.where((size >= _LONG) | (has_stops > 0), 1.0, 0.1)
    place.weigh(good)
    logarithm = np.log1p(size)
    seen = _table([logarithm, link_share, text[_ENDS_COLUMN], place.kind == 0])
    columns = [
        logarithm[None],
        text[1:],
        _markup(place),
        _containers(place, size, size * link_share),
        _positions(good),
        _neighbours(seen, 2),
        _same_parent(place),
        _alike(place, good),
    ]
    return np.concatenate(columns, dtype=np.float32).T


def of_opinions(place: Places, first: Numbers, opinion: Numbers) -> Numbers:
    """A row for each block, from the rows of :func:`of_blocks` and the probability that each is the article's."""
    size = np.expm1(first[:, 0])
    mass = size * opinion
    place.weigh(mass)
    columns = [
        first.T,
        opinion[None],
        _neighbours(opinion[None], 4),
        _windows(opinion, size),
        _containers(place, size, size * (opinion > 0.5)),
        _positions(mass),
        _alike(place, mass),
    ]
    return np.concatenate(columns, dtype=np.float32).T


class Places:
    """Where blocks stand: for each the elements around it, and for each element the run of its blocks."""

    def __init__(self, page: Blocks) -> None:
        elements = page.elements
        self.parent, self.first, self.last, self.regions = (
            np.array(column) for column in (elements.parent, elements.first, elements.last, elements.regions)
        )
        self.odds = np.array((elements.odds, elements.odds_around), dtype=np.float32).T
        self.element, self.kind = np.array(page.element), np.array(page.kind)
        self.parent[0] = 0
        levels = [self.element]
        for _ in range(LEVELS - 1):
            levels.append(self.parent[levels[-1]])
        self.around = np.stack(levels)
        self.starts, self.ends = self.first[self.around], self.last[self.around]
        self.counts = self.ends - self.starts
        self.alike = list(self._groups(page))

    def _groups(self, page: Blocks) -> Iterator[tuple[Indexes, Indexes]]:
        """Blocks that are marked up alike, by three measures: for each its group, and for each group its size."""
        own: dict[tuple[str, str], int] = {}
        paired: dict[tuple[int, int], int] = {}
        tags, names, parents = page.elements.tag, page.elements.names, page.elements.parent
        marks = [own.setdefault((tags[at], names[at]), len(own)) for at in page.element]
        pairs = [
            paired.setdefault((mark, parents[at]), len(paired)) for mark, at in zip(marks, page.element, strict=True)
        ]
        for group in (np.array(marks), np.array(pairs), self.around[1]):
            yield group, np.bincount(group)

    def weigh(self, mass: Numbers) -> None:
        self.sums = _running(mass)
        self.total = float(self.sums[-1]) + 1e-6

    def within(self, sums: Numbers) -> Numbers:
        """The sum over all blocks that the elements around a block hold, from running sums."""
        return cast("Numbers", sums[self.ends] - sums[self.starts])


def _table(rows: Sequence[Any]) -> Numbers:
    """The rows below each other: what :func:`numpy.stack` does, in half the time and with any kind of numbers."""
    found = np.empty((len(rows), len(rows[0])), dtype=np.float32)
    for number, row in enumerate(rows):
        found[number] = row
    return found


def _running(values: Numbers) -> Numbers:
    sums = np.zeros(len(values) + 1, dtype=np.float32)
    values.cumsum(out=sums[1:])
    return sums


_STOPS_COLUMN, _ENDS_COLUMN = 5, 6
"""Of what :func:`_texts` gives."""


def _texts(page: Blocks, hints: Hints, lexicon: Lexicon) -> Numbers:
    """What the text of the blocks tells: a row for each number, a column for each block."""
    texts, letters = page.text, Letters(page.text)
    count, length = letters.counts, letters.lengths
    # White space is single: there is one word more than there are gaps.
    size = count[Sort.SPACE] + count[Sort.LINE_BREAK] + 1.0
    stops = np.where(length > _SENTENCE, letters.stops + _STOPS[letters.last], 0)
    for index in np.flatnonzero(count[Sort.DENSE]):
        if DENSE.search(texts[index], 0, _GLANCE):
            size[index] += count[Sort.DENSE, index] / 2
            stops[index] += count[Sort.DENSE_STOP, index]
    title = set(lexicons.words_of_text(hints.title))
    likeness, said, again = _words(texts, title, lexicon)
    description = hints.description[:_SUMMARY]
    return _table(
        [
            size,
            np.minimum(1.0, np.array(page.link_characters) / length),
            np.minimum(1.0, np.array(page.links) / 10),
            count[Sort.COMMA] / size,
            stops / size,
            stops > 0,
            _ENDS[letters.last],
            letters.last == Sort.COLON,
            np.where(length < _LINE, count[Sort.DIGIT] / length, 0.0),
            letters.first == Sort.LOWER,
            (count[Sort.UPPER] > 0) & (count[Sort.LOWER] == 0),
            np.minimum(1.0, np.array(page.emphasised) / length),
            count[Sort.LINE_BREAK] > 0,
            said,
            again,
            np.array(page.row) >= 0,
            length / size / 10,
            count[Sort.BAR] > 0,
            count[Sort.COPYRIGHT] > 0,
            _told(texts, _bare(hints.body)),
            [text.startswith(description) for text in texts] if description else 0.0,
            likeness / np.maximum(max(1, len(title)), size),
        ]
    )


def _words(texts: Sequence[str], title: set[str], lexicon: Lexicon) -> tuple[Numbers, list[float], list[bool]]:
    """Of each text: how many of the title's words it has and what its words say, if it is short; whether it is there
    for a second time."""
    likeness, said = [], []
    for text in texts:
        if len(text) < _LINE:
            words = text.lower().split()
            likeness.append(len(title.intersection(words)))
            said.append(lexicon.words(words))
        else:
            likeness.append(0)
            said.append(0.0)
    first: dict[str, int] = {}
    again = [first.setdefault(text, index) != index for index, text in enumerate(texts)]
    return np.array(likeness, dtype=np.float32), said, again


def _told(texts: Sequence[str], body: str) -> list[float] | float:
    """Whether the page's ``articleBody`` has the text too: .5 for yes, -.5 for no, 0 where that can't be told."""
    if len(body) <= _WHOLE_BODY:
        return 0.0
    return [(_bare(text[: 2 * _BEGINNING])[:_BEGINNING] in body) - 0.5 if len(text) > _NAME else 0.0 for text in texts]


def _bare(text: str) -> str:
    """The letters and digits alone: what is the same in every way of writing a text down."""
    return _NOT_LETTER.sub("", text).lower()


_KIND_CODES = np.arange(len(KINDS))[:, None]
_REGION_BITS = 1 << np.arange(len(REGIONS))[:, None]


def _markup(place: Places) -> Numbers:
    element = place.element
    return np.concatenate(
        [
            place.kind == _KIND_CODES,
            (place.regions[element] & _REGION_BITS) > 0,
            place.odds[place.around, 0],
            place.odds[None, element, 1],
        ],
        dtype=np.float32,
    )


def _containers(place: Places, size: Numbers, other: Numbers) -> Numbers:
    """What the elements around a block hold: of the page's mass, and how purely."""
    inside = place.within(_running(size)) + 1e-6
    return np.concatenate(
        [
            place.within(place.sums) / place.total,
            place.within(_running(other)) / inside,
            np.log1p(place.counts),
            inside / (place.counts + 1) / 20,
            _in_smallest(place),
        ],
        dtype=np.float32,
    )


_SHARES = np.array([[0.5], [0.8], [0.95]])


def _in_smallest(place: Places) -> Flags:
    """Whether a block stands in the smallest element that holds half, most, or nearly all of the page's mass."""
    held, count = place.sums[place.last] - place.sums[place.first], place.last - place.first
    index = np.arange(len(place.element))
    best = np.where(held >= _SHARES * place.total, count, len(index) + 1).argmin(axis=1)
    return (index >= place.first[best, None]) & (index < place.last[best, None])


def _positions(mass: Numbers) -> Numbers:
    count = len(mass)
    index = np.arange(count)
    running = mass.cumsum()
    total = running[-1] + 1e-6
    heavy = np.flatnonzero(mass >= _LONG)
    first, last = (heavy[0], heavy[-1]) if len(heavy) else (0, count - 1)
    return _table(
        [
            index / count,
            (running - mass) / total,
            np.log1p(np.maximum(0, first - index)),
            np.log1p(np.maximum(0, index - last)),
            math.log1p(count),
            math.log1p(total),
            mass / total,
        ]
    )


def _neighbours(values: Numbers, reach: int) -> Numbers:
    """The values of the blocks before and after each block, up to so many away."""
    rows, count = values.shape
    padded = np.zeros((rows, count + 2 * reach), dtype=np.float32)
    padded[:, reach : reach + count] = values
    return np.concatenate([padded[:, at : at + count] for at in range(2 * reach + 1) if at != reach])


def _same_parent(place: Places) -> Numbers:
    """Whether the block before, and the one after, stand in the same element."""
    same = np.zeros((2, len(place.element)), dtype=np.float32)
    same[0, 1:] = same[1, :-1] = place.around[1, 1:] == place.around[1, :-1]
    return same


def _windows(opinion: Numbers, size: Numbers) -> Numbers:
    """The opinion on the text around each block."""
    weights, sums = _running(size), _running(size * opinion)
    index = np.arange(len(size))
    rows = []
    for reach in (5, 15):
        low, high = np.maximum(0, index - reach), np.minimum(len(size), index + reach + 1)
        rows.append((sums[high] - sums[low]) / (weights[high] - weights[low] + 1e-6))
    return _table(rows)


def _alike(place: Places, mass: Numbers) -> Numbers:
    """Of the blocks that are marked up alike: the share of the page's mass, and how many there are."""
    rows = []
    for group, count in place.alike:
        held = np.bincount(group, weights=mass)
        rows += [held[group] / place.total, np.log1p(count[group]), np.log1p(held[group] / count[group])]
    return _table(rows)
