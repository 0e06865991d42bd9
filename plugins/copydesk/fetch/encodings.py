"""Content codings undone piece by piece, so that a bomb is noticed before it has gone off."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any

PIECE = 1 << 16
"""Bytes that are undone at once."""
ACCEPTED = "gzip, br, zstd, deflate"

Coding = Callable[[Iterator[bytes]], Iterator[bytes]]


class DamagedCoding(ValueError):
    """The compressed bytes are damaged or break off."""


def decoded(chunks: Iterator[bytes], content_encoding: str) -> Iterator[bytes]:
    """The chunks with their codings undone. Raises :class:`DamagedCoding`; :class:`LookupError` for an unknown one."""
    codings = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    if len(codings) > 2:
        raise LookupError(content_encoding)
    for name in reversed(codings):
        if name != "identity":
            chunks = _CODINGS[name](chunks)
    return chunks


def _zlib(chunks: Iterator[bytes], bits: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(bits)
    begun = False
    try:
        for chunk in chunks:
            begun = begun or bool(chunk)
            while chunk:
                if inflate.eof:  # a further member
                    inflate = zlib.decompressobj(bits)
                yield inflate.decompress(chunk, PIECE)
                chunk = inflate.unconsumed_tail or inflate.unused_data
        while not inflate.eof and (piece := inflate.decompress(b"", PIECE)):
            yield piece
    except zlib.error as error:
        raise DamagedCoding(str(error)) from error
    if begun and not inflate.eof:
        raise DamagedCoding("it breaks off")


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _zlib(chunks, 16 + zlib.MAX_WBITS)


def _deflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """With the header of zlib, or, as some servers do, without."""
    first = next(chunks, b"")
    wrapped = len(first) > 1 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0

    def all_chunks() -> Iterator[bytes]:
        yield first
        yield from chunks

    return _zlib(all_chunks(), zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _brotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    import brotli

    undo = brotli.Decompressor()
    begun = False
    try:
        for chunk in chunks:
            begun = begun or bool(chunk)
            yield undo.process(chunk, output_buffer_limit=PIECE)
            while not undo.can_accept_more_data():
                yield undo.process(b"", output_buffer_limit=PIECE)
    except brotli.error as error:
        raise DamagedCoding(str(error)) from error
    if begun and not undo.is_finished():
        raise DamagedCoding("it breaks off")


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    import zstandard

    source = io.BufferedReader(_Reader(chunks), PIECE)
    undo = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with undo.stream_reader(source, read_across_frames=True, read_size=PIECE, closefd=False) as reader:
            while piece := reader.read(PIECE):
                yield piece
    except zstandard.ZstdError as error:
        raise DamagedCoding(str(error)) from error


class _Reader(io.RawIOBase):
    """Chunks as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


_CODINGS: dict[str, Coding] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
