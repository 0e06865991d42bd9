"""Bytes in order out of files and parts of files, with a look ahead and no more in memory than is asked for.

A :class:`Stream` reads from an :class:`Origin`. Where an origin is damaged it ends early and says so.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from copydesk.errors import TemporaryError

CHUNK = 64 * 1024


class Origin:
    """Where a stream's bytes come from."""

    damage: str | None = None
    """Why it ended early."""
    reported: bool = False
    """Whether somebody was told."""
    source: Stream | None = None
    """The stream that it reads itself, where there is one."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end, or where it pauses, see :meth:`resume`."""
        raise NotImplementedError

    def left(self, position: int) -> int | None:
        """How many bytes come after a position, where that is known."""
        return None

    def offset(self, position: int) -> int | None:
        """The byte of the file from which reading can start so that what stands at the position comes first."""
        return None

    def resume(self) -> bool:
        """Go on after damage or a pause; says whether anything may come."""
        return False

    def join(self) -> None:
        """Pause no more."""


class Disk(io.FileIO):
    """A file whose errors are the disk's, never those of damaged content."""

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return super().read(size) or b""
        except OSError as error:
            raise TemporaryError(f"{self.name}: it can't be read: {error}") from error


class File(Origin):
    """A file, from where it stands."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._start = file.tell()
        self._size = file.seek(0, io.SEEK_END)
        file.seek(self._start)

    def read(self, size: int) -> bytes:
        return self.file.read(size)

    def left(self, position: int) -> int | None:
        return max(0, self._size - self._start - position)

    def offset(self, position: int) -> int | None:
        return self._start + position


class Part(Origin):
    """The next ``size`` bytes of another stream."""

    def __init__(self, source: Stream, size: int) -> None:
        self.source, self._size, self._ahead = source, size, size

    def read(self, size: int) -> bytes:
        assert self.source is not None
        data = self.source.take(min(size, self._ahead)) if self._ahead else b""
        self._ahead -= len(data)
        if not data and self._ahead and self.damage is None:
            self.damage = "it ends in the middle"
        return data

    def left(self, position: int) -> int | None:
        return self._size - position

    def drain(self) -> None:
        """Go behind the part, whatever was read of it."""
        assert self.source is not None
        self.source.skip(self._ahead)
        self._ahead = 0


class Stream:
    """Bytes in order. ``position`` counts those that were read."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._buffer = bytearray()
        self._at = 0
        self.position = 0

    @property
    def damaged(self) -> bool:
        return self.origin.damage is not None

    def report(self) -> str | None:
        """Why it ended early, in its own origin or deeper; ``None`` where it did not, or where it was said before."""
        deepest, origin = None, self.origin
        while True:
            if origin.damage is not None:
                deepest = origin
            if origin.source is None:
                break
            origin = origin.source.origin
        if deepest is None or deepest.reported:
            return None
        deepest.reported = True
        return deepest.damage

    @property
    def left(self) -> int | None:
        return self.origin.left(self.position)

    def offset(self, position: int | None = None) -> int | None:
        return self.origin.offset(self.position if position is None else position)

    def resume(self) -> bool:
        """Go on after damage or a pause; says whether anything may come."""
        return self.origin.resume()

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay; fewer than ``size`` only at the end."""
        while len(self._buffer) - self._at < size and self._fill():
            pass
        return bytes(self._buffer[self._at : self._at + size])

    def take(self, size: int) -> bytes:
        """Some of the next bytes, up to ``size``; none only at the end."""
        if self._at == len(self._buffer) and not self._fill():
            return b""
        return self._consume(size)

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        parts, missing = [], size
        while missing and (part := self.take(missing)):
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def skip(self, size: int) -> int:
        """Go on by ``size`` bytes; says by how many it was."""
        missing = size
        while missing and (part := self.take(min(missing, CHUNK))):
            missing -= len(part)
        return size - missing

    def unread(self, data: bytes) -> None:
        """Put back what was read last."""
        if self._at >= len(data):
            self._at -= len(data)
            self.position -= len(data)
        else:
            del self._buffer[: self._at]
            self._buffer[:0] = data
            self._at = 0
            self.position -= len(data)

    def until(self, delimiters: tuple[bytes, ...], limit: int) -> bytes | None:
        """The bytes up to the first delimiter and with it, or to the end.

        ``None``, and nothing is read, where that is more than the limit.
        """
        scanned, longest = 0, max(map(len, delimiters))
        while True:
            begin = self._at + scanned
            hits = [(hit, mark) for mark in delimiters if (hit := self._buffer.find(mark, begin)) >= 0]
            if hits:
                hit, mark = min(hits)
                end = hit + len(mark) - self._at
                return self._consume(end) if end <= limit else None
            scanned = max(0, len(self._buffer) - self._at - longest + 1)
            if scanned > limit:
                return None
            if not self._fill():
                return self._consume(len(self._buffer) - self._at)

    def find(self, *marks: bytes) -> bool:
        """Go to the next of these marks; to the end where there is none."""
        longest = max(map(len, marks))
        while True:
            if hits := [hit for mark in marks if (hit := self._buffer.find(mark, self._at)) >= 0]:
                self._consume(min(hits) - self._at)
                return True
            self._consume(max(0, len(self._buffer) - self._at - longest + 1))
            if not self._fill():
                self._consume(len(self._buffer) - self._at)
                return False

    def _consume(self, size: int) -> bytes:
        data = bytes(self._buffer[self._at : self._at + size])
        self._at += len(data)
        self.position += len(data)
        return data

    def _fill(self) -> bool:
        if self._at:
            del self._buffer[: self._at]
            self._at = 0
        data = self.origin.read(CHUNK)
        self._buffer += data
        return bool(data)
