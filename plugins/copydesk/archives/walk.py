"""The state of one reading of an archive: which records come next, and how much may still come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from copydesk.archives.inflate import Budget, Exhausted
from copydesk.errors import DataError
from copydesk.model import Payload

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news was published on the web before."""


class Mark(NamedTuple):
    """A record and where it begins: reading can go on from there."""

    position: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an archive. Without payload and error it is of a kind that holds no news, and was skipped.

    With both, the payload is what could be read of a record that is damaged: evidence, not to be parsed.
    """

    position: int
    """Its place in the archive, from 0; the same in every reading."""
    payload: Payload | None = None
    error: DataError | None = None
    offset: int | None = None
    """The byte of the file where it begins, where reading can start there, see :class:`Mark`."""
    reached: int = 0
    """How far the file was read by then, in bytes."""

    @property
    def mark(self) -> Mark | None:
        return None if self.offset is None else Mark(self.position, self.offset)


class Walk:
    """Numbers the records, and lets those pass that are not wanted again."""

    def __init__(
        self,
        budget: Budget,
        reached: Callable[[], int],
        *,
        position: int = 0,
        start: int = 0,
        limit: int | None = None,
        now: datetime | None = None,
    ) -> None:
        self.budget = budget
        self._reached, self.position, self._start, self._limit = reached, position, start, limit
        self._latest = (now or datetime.now(UTC)) + timedelta(days=1)

    @property
    def passing(self) -> bool:
        """Whether the next record was read before: nothing but its length matters."""
        return self.position < self._start

    def emit(
        self, *, payload: Payload | None = None, error: DataError | None = None, offset: int | None = None
    ) -> Iterator[Record]:
        """Number a record, and give it unless it was read before."""
        position = self.position
        if self._limit is not None and position >= self._limit:
            raise Exhausted(f"it holds more than {self._limit:,} records; load it with `copydesk backfill`")
        self.position += 1
        if position >= self._start:
            yield Record(position, payload, error, offset, self._reached())

    def moment(self, stated: datetime | None, otherwise: datetime) -> datetime:
        """When a payload was obtained: as stated, where that can be."""
        if stated is None or not EARLIEST <= stated <= self._latest:
            return otherwise
        return stated
