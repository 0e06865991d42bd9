"""Spans that are spoken for, so that no two facts of a kind overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Claims:
    """Disjoint spans; asking and adding are look-ups, whatever the text's length."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def free(self, start: int, end: int) -> bool:
        index = bisect_right(self._starts, start)
        return (index == 0 or self._ends[index - 1] <= start) and (
            index == len(self._starts) or self._starts[index] >= end
        )

    def claim(self, start: int, end: int) -> bool:
        """Take a span; ``False`` where a part of it is taken."""
        if not self.free(start, end):
            return False
        index = bisect_right(self._starts, start)
        self._starts.insert(index, start)
        self._ends.insert(index, end)
        return True
