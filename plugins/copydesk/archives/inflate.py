"""Compressed bytes as a stream, bounded in all that comes out of them.

Of gzip and zstd files, which are made of members, reading may go on behind one that is damaged.
"""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

import zstandard

from copydesk.archives.detect import Kind, detect
from copydesk.archives.streams import CHUNK, Origin, Stream
from copydesk.errors import TooLarge

MAX_WINDOW = 128 * 1024 * 1024
"""Memory that a decompressor may take."""
MAX_DICTIONARY = 16 * 1024 * 1024

DAMAGE = (
    *(OSError, EOFError, ValueError, RuntimeError, LookupError, struct.error),
    *(zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)
"""What decompressors raise on damaged input. Errors of the disk are :class:`TemporaryError` before they get here."""

_GZIP = zlib.MAX_WBITS | 16
_MAGIC_LENGTH = 10
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18.{4}", re.S)
_DICTIONARY = b"\x5d\x2a\x4d\x18"


class Exhausted(TooLarge):
    """More comes out of the archive than any honest one holds: reading ends."""


class Budget:
    """Bounds all that is inflated out of one file: ``free`` bytes, and ``ratio`` times what was read of the file.

    Deflate alone can't exceed the ratio of 1,032.
    """

    def __init__(self, reached: Callable[[], int], *, free: int = 1 << 30, ratio: int = 1032) -> None:
        self._reached, self._free, self._ratio, self._spent = reached, free, ratio, 0

    def spend(self, size: int) -> None:
        self._spent += size
        if self._spent > self._free and self._spent > self._free + self._ratio * self._reached():
            raise Exhausted(
                f"more than {self._spent:,} bytes come out of {self._reached():,}, as out of no honest archive; "
                "unpack it by hand if it is one"
            )


class Foreign(Origin):
    """What some library inflates."""

    def __init__(self, file: Any, budget: Budget) -> None:
        self._file, self._budget = file, budget

    def read(self, size: int) -> bytes:
        if self.damage is not None:
            return b""
        try:
            data: bytes = self._file.read(size)
        except DAMAGE as error:
            self.damage = str(error) or type(error).__name__
            return b""
        self._budget.spend(len(data))
        return data


class Inflated(Origin):
    """A compressed stream, inflated member by member.

    It pauses before a member that begins as a WARC record, whatever the record before says of its length, unless
    :meth:`join` says that this is no WARC file.
    """

    barrier = b"WARC/"

    def __init__(self, source: Stream, kind: Kind, budget: Budget) -> None:
        self.source: Stream = source
        self._kind, self._budget = kind, budget
        self._decoder: Any = None
        self._dictionary: zstandard.ZstdCompressionDict | None = None
        self._given = 0
        self._held = b""
        self._pausing = False
        # Where the current member and the one before begin: in what was given, and in the source.
        self._members: deque[tuple[int, int]] = deque(maxlen=2)
        self._fresh = False  # nothing of the current member was given yet

    def read(self, size: int) -> bytes:
        if self.damage is not None or self._pausing:
            return b""
        if self._held:
            data, self._held = self._held, b""
            return self._give(data)
        try:
            while self.damage is None and (self._decoder is not None or self._begin()):
                if not (data := self._feed(size)):
                    continue
                if self._fresh and self._given and self.barrier and data.startswith(self.barrier):
                    self._held, self._pausing = data, True
                    return b""
                return self._give(data)
        except DAMAGE as error:
            self.damage = f"its compression is damaged: {error}"
        return b""

    def offset(self, position: int) -> int | None:
        if self._dictionary is not None:
            return None
        starts = (start for given, start in reversed(self._members) if given == position)  # one before may be damaged
        return next(map(self.source.offset, starts), None)

    def resume(self) -> bool:
        if self._pausing:
            self._pausing = False
            return True
        if self.damage is None:
            return False
        self.damage = self._decoder = None
        self.reported = False
        return self._find_member()

    def join(self) -> None:
        self.barrier, self._pausing = b"", False

    def _give(self, data: bytes) -> bytes:
        self._fresh = False
        self._given += len(data)
        return data

    def _begin(self) -> bool:
        """Open the next member, if there is one. Padding with zeros ends a file."""
        source = self.source
        while self._kind is Kind.ZSTD and _SKIPPABLE.match(head := source.peek(8)):
            self._skippable(int.from_bytes(head[4:], "little"), dictionary=head.startswith(_DICTIONARY))
        head = source.peek(_MAGIC_LENGTH)
        if not head.strip(b"\x00"):
            while head and not head.strip(b"\x00"):
                source.skip(len(head))
                head = source.peek(CHUNK)
            if not head:
                return False
        self._members.append((self._given, source.position))
        self._fresh = True
        if detect(head) is not self._kind:
            at = source.offset()
            self.damage = f"bytes that are not {self._kind} follow at byte {source.position if at is None else at:,}"
            return False
        self._decoder = self._new_decoder()
        return True

    def _new_decoder(self) -> Any:
        match self._kind:
            case Kind.GZIP:
                return zlib.decompressobj(_GZIP)
            case Kind.BZIP2:
                return bz2.BZ2Decompressor()
            case Kind.XZ:
                return lzma.LZMADecompressor(memlimit=MAX_WINDOW)
        context = zstandard.ZstdDecompressor(dict_data=self._dictionary, max_window_size=MAX_WINDOW)
        return context.decompressobj()

    def _feed(self, size: int) -> bytes:
        decoder, data = self._decoder, b""
        if getattr(decoder, "needs_input", True):
            # A kilobyte of zstd inflates to no more than some 32 MB, and its decompressor can't be told to stop before.
            data = self.source.take(1024 if self._kind is Kind.ZSTD else CHUNK)
            if not data:
                self.damage = "it ends in the middle"
                return b""
        try:
            inflated: bytes = decoder.decompress(data) if self._kind is Kind.ZSTD else decoder.decompress(data, size)
        except DAMAGE:
            self.source.unread(data)  # the next member may begin in there
            raise
        self.source.unread(decoder.unused_data if decoder.eof else getattr(decoder, "unconsumed_tail", b""))
        if decoder.eof:
            self._decoder = None
        self._budget.spend(len(inflated))
        return inflated

    def _skippable(self, size: int, *, dictionary: bool) -> None:
        """A frame of zstd that holds no data; in ``.warc.zst`` the first one holds the dictionary."""
        self.source.skip(8)
        if not dictionary or size > MAX_DICTIONARY:
            self.source.skip(size)
            return
        content = self.source.read(size)
        if content.startswith(b"\x28\xb5\x2f\xfd"):
            with zstandard.ZstdDecompressor().stream_reader(content) as reader:
                content = reader.read(MAX_DICTIONARY)
        self._dictionary = zstandard.ZstdCompressionDict(content)

    def _find_member(self) -> bool:
        """Go to where a member may begin behind the one that is damaged."""
        magic = {Kind.GZIP: b"\x1f\x8b\x08", Kind.ZSTD: b"\x28\xb5\x2f\xfd"}.get(self._kind)
        if magic is None:
            return False
        begun = self._members[-1][1]
        if self.source.position <= begun:
            self.source.skip(begun + 1 - self.source.position)
        while self.source.find(magic):
            if detect(self.source.peek(_MAGIC_LENGTH)) is self._kind:
                return True
            self.source.skip(1)
        return False
