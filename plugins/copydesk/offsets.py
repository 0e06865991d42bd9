"""Offsets in a text and in its edited form."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class OffsetMap:
    """Maps between a text and its edited form. Edits are ``(start, end, replacement)``, sorted and disjoint."""

    edits: tuple[tuple[int, int, str], ...]

    def apply(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for start, end, replacement in self.edits:
            parts += (text[at:start], replacement)
            at = end
        return "".join([*parts, text[at:]])

    def restore(self, edited: str, originals: Sequence[str]) -> str:
        """Undo the edits, given what stood in each edit's place."""
        parts: list[str] = []
        at = 0
        for (begin, (_, _, replacement)), original in zip(
            zip(self._edited_starts, self.edits, strict=True), originals, strict=True
        ):
            parts += (edited[at:begin], original)
            at = begin + len(replacement)
        return "".join([*parts, edited[at:]])

    def to_source(self, offset: int, *, end: bool = False) -> int:
        """The offset in the source text of an offset in the edited text.

        With ``end`` the offset is an exclusive end, so an edit that begins there stays outside the span.
        """
        index = bisect_right(self._edited_starts, offset) - 1
        if end:
            while index >= 0 and self._edited_starts[index] >= offset:
                index -= 1
        if index < 0:
            return offset
        begin, (_, stop, replacement) = self._edited_starts[index], self.edits[index]
        inside = offset - begin - len(replacement)
        return stop + inside if inside >= 0 else stop if end else self.edits[index][0]

    @cached_property
    def _edited_starts(self) -> list[int]:
        starts, shift = [], 0
        for start, end, replacement in self.edits:
            starts.append(start + shift)
            shift += len(replacement) - (end - start)
        return starts
