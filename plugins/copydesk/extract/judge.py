"""Which of a page's blocks are the article's: a small trained model's opinion, asked twice, and the best cut.

Two layers of neurons judge every block by the numbers of :mod:`.features`, then a second pair judges again, knowing the
first one's opinion on all blocks. They were trained by :mod:`.train`; its docstring names the data.

The blocks to keep are those that maximise the expected F1 of the text, weighted by length: keep the most probable ones
while the expectation rises (Lewis 1995, "Evaluating and optimizing autonomous text classification systems"). The
expectation is also how confident one can be of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import cast

import numpy as np

from copydesk.extract.blocks import Blocks
from copydesk.extract.features import Hints, Numbers, Places, of_blocks, of_opinions
from copydesk.extract.lexicon import Lexicon

_FEW = 10
"""Rows that are multiplied at once: so few that no BLAS library wakes its threads, which cost more than they win."""
_LIMIT = 5.0
"""Standard deviations beyond which a number says no more."""


@dataclass(frozen=True)
class Net:
    """Some pairs of layers whose opinions are averaged. ``shift`` and ``scale`` standardise the numbers."""

    shift: Numbers
    scale: Numbers
    layers: tuple[tuple[Numbers, Numbers, Numbers, float], ...]

    def __call__(self, rows: Numbers) -> Numbers:
        """The probability of each row."""
        count, width = rows.shape
        padded = np.zeros((-(-count // _FEW), _FEW, width), dtype=np.float32)
        np.minimum(np.maximum(rows, self._limits[0]), self._limits[1], out=padded.reshape(-1, width)[:count])
        total = np.zeros(padded.shape[:2], dtype=np.float32)
        for first, bias, second, last in self._folded:
            inner = padded @ first
            inner += bias
            # The logistic function is half of this, raised by a half.
            total += np.tanh(np.maximum(inner, 0, out=inner) @ second + last)
        return cast("Numbers", (total / (2 * len(self.layers)) + 0.5).reshape(-1)[:count])

    @cached_property
    def _limits(self) -> tuple[Numbers, Numbers]:
        """Beyond which the numbers, as they are, say no more."""
        return self.shift - _LIMIT / self.scale, self.shift + _LIMIT / self.scale

    @cached_property
    def _folded(self) -> tuple[tuple[Numbers, Numbers, Numbers, float], ...]:
        """The layers for numbers as they are."""
        return tuple(
            (
                self.scale[:, None] * first,
                (bias - (self.shift * self.scale) @ first).astype(np.float32),
                (second / 2).astype(np.float32),
                last / 2,
            )
            for first, bias, second, last in self.layers
        )


@dataclass(frozen=True, slots=True)
class Judge:
    lexicon: Lexicon
    first: Net
    second: Net

    def opinions(self, page: Blocks, hints: Hints) -> Numbers:
        """How probable it is of each block that it is the article's."""
        place = Places(page)
        rows = of_blocks(page, place, hints, self.lexicon)
        return self.second(of_opinions(place, rows, self.first(rows)))


@dataclass(frozen=True, slots=True)
class Verdict:
    kept: list[bool]
    confidence: float
    """The expected F1 of the kept blocks' text."""


def decide(page: Blocks, opinions: Numbers) -> Verdict:
    """The blocks to keep."""
    size = np.array([len(text) for text in page.text], dtype=np.float64)
    order = np.argsort(-opinions, kind="stable")
    hoped = np.cumsum((opinions * size)[order])
    expected = 2 * hoped / (np.cumsum(size[order]) + hoped[-1])
    best = int(np.argmax(expected))
    return Verdict((opinions >= opinions[order[best]]).tolist(), float(expected[best]))


@cache
def judge() -> Judge:
    """The judge that the package comes with."""
    with files("copydesk.extract").joinpath("data/judge.npz").open("rb") as file, np.load(file) as data:
        return Judge(Lexicon(_table(data, "names"), _table(data, "words")), _net(data, "first"), _net(data, "second"))


def save_judge(target: str, names: dict[str, float], words: dict[str, float], first: Net, second: Net) -> None:
    """Write a judge as :func:`judge` reads it."""
    arrays: dict[str, object] = {}
    for label, table in (("names", names), ("words", words)):
        arrays[f"{label}.keys"] = np.array(sorted(table))
        arrays[f"{label}.odds"] = np.array([table[key] for key in sorted(table)], dtype=np.float16)
    for label, net in (("first", first), ("second", second)):
        arrays[f"{label}.shift"], arrays[f"{label}.scale"] = net.shift, net.scale
        for number, (weights, bias, out, last) in enumerate(net.layers):
            arrays[f"{label}.{number}.weights"] = weights.astype(np.float16)
            arrays[f"{label}.{number}.out"] = np.concatenate([bias, out, [last]]).astype(np.float32)
    np.savez_compressed(target, **arrays)  # type: ignore[arg-type]


def _table(data: dict[str, Numbers], label: str) -> dict[str, float]:
    return dict(zip(data[f"{label}.keys"].tolist(), data[f"{label}.odds"].astype(float).tolist(), strict=True))


def _net(data: dict[str, Numbers], label: str) -> Net:
    layers = []
    number = 0
    while f"{label}.{number}.weights" in data:
        weights = data[f"{label}.{number}.weights"].astype(np.float32)
        rest, width = data[f"{label}.{number}.out"], weights.shape[1]
        layers.append((weights, rest[:width], rest[width : 2 * width], float(rest[-1])))
        number += 1
    return Net(data[f"{label}.shift"], data[f"{label}.scale"], tuple(layers))
