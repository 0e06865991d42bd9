"""Archives of files: tar as it streams by, zip, mailboxes, and JSON Lines, whose lines are documents.

Nothing is unpacked to disk, and names are hints only, so that names that lead out of a folder do no harm.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from copydesk.archives.detect import is_tar_header
from copydesk.archives.inflate import DAMAGE, Foreign
from copydesk.archives.streams import CHUNK, File, Part, Stream
from copydesk.archives.walk import Record, Walk
from copydesk.errors import BrokenFormat, Forbidden, TooLarge, UnknownFormat
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

Descend = Callable[[Stream, str, datetime], Iterator[Record]]
"""Reads a member: its bytes, its name, when it was written."""

BLOCK = 512
MAX_TAR_NAME = 64 * 1024
MAX_DIRECTORY = 64 * 1024 * 1024
"""Of a zip, in bytes: some half a million names."""
_NAMES = (tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_PAX_PATH = re.compile(rb"\d+ path=([^\n]*)\n")
_OFFICE = frozenset({"[Content_Types].xml", "mimetype"})


def read_tar(stream: Stream, name: str, walk: Walk, modified: datetime, descend: Descend) -> Iterator[Record]:
    """The files of a tar. Links and devices are passed over; behind a damaged header the next good one is sought."""
    said: str | None = None
    lost = False
    while len(block := stream.read(BLOCK)) == BLOCK:
        if not block.strip(b"\x00"):
            lost = False  # the end, or what lies between two that were put together
            continue
        if not is_tar_header(block):
            if not lost:
                error = BrokenFormat("no member begins where one should", item=f"{name}#byte={stream.position - BLOCK}")
                yield from walk.emit(error=error)
            lost = True
            continue
        lost = False
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        part = Part(stream, max(0, info.size))
        if info.type in _NAMES:
            said = _long_name(Stream(part).read(min(info.size, MAX_TAR_NAME))) or said
        elif info.isreg():
            member = f"{name}#{_printable(said or info.name)}"
            yield from descend(Stream(part), member, walk.moment(_moment(info.mtime), modified))
            said = None
        elif info.type != tarfile.XGLTYPE:
            said = None
        part.drain()
        stream.skip(-info.size % BLOCK)
    if block.strip(b"\x00"):
        yield from walk.emit(error=BrokenFormat("it is cut in a member's header", item=name))


def read_zip(stream: Stream, name: str, walk: Walk, modified: datetime, descend: Descend) -> Iterator[Record]:
    """The files of a zip. Encrypted ones are refused singly."""
    with tempfile.TemporaryFile() as spool:
        file = _seekable(stream, spool)
        _check_directory(file, name)
        try:
            archive = zipfile.ZipFile(file)
        except DAMAGE as error:
            raise BrokenFormat(f"the zip can't be read: {error}", item=name) from error
        with archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            if entries and entries[0].filename in _OFFICE:
                raise UnknownFormat("it is an office document or e-book; export it as text or HTML", item=name)
            for entry in entries:
                member = f"{name}#{_printable(entry.filename)}"
                if entry.flag_bits & 1:
                    yield from walk.emit(error=Forbidden("it is encrypted; unpack it with its password", item=member))
                    continue
                try:
                    opened = archive.open(entry)
                except DAMAGE as error:
                    yield from walk.emit(error=BrokenFormat(f"it can't be unpacked: {error}", item=member))
                    continue
                with opened:
                    moment = walk.moment(_zip_moment(entry.date_time), modified)
                    yield from descend(Stream(Foreign(opened, walk.budget)), member, moment)


def read_mbox(stream: Stream, name: str, walk: Walk, modified: datetime) -> Iterator[Record]:
    """The messages of a mailbox file."""
    yield from _documents(stream, name, walk, modified, b"\nFrom ", "message", "message/rfc822")


def read_json_lines(stream: Stream, name: str, walk: Walk, modified: datetime) -> Iterator[Record]:
    """The lines of a JSON Lines file, a document each."""
    yield from _documents(stream, name, walk, modified, b"\n", "line", "application/json")


def _documents(
    stream: Stream, name: str, walk: Walk, modified: datetime, delimiter: bytes, what: str, media_type: str
) -> Iterator[Record]:
    """Documents one after the other, each begun by what follows the first character of the delimiter."""
    number, ahead = 0, len(delimiter) - 1
    while stream.peek(1):
        number += 1
        item = f"{name}#{what}={number}"
        document = stream.until((delimiter,), MAX_BYTES)
        if document is None:
            stream.find(delimiter)
            stream.skip(1)
            error = TooLarge(f"it is longer than the {MAX_BYTES:,} bytes that a payload may have", item=item)
            yield from walk.emit(error=error)
            continue
        if ahead and document.endswith(delimiter):
            stream.unread(document[-ahead:])
            document = document[:-ahead]
        if not stream.peek(1) and (damage := stream.report()):
            yield from walk.emit(
                error=BrokenFormat(damage, item=item), payload=Payload(document, modified, item, media_type)
            )
        elif document.strip():
            yield from walk.emit(payload=None if walk.passing else Payload(document, modified, item, media_type))


def _seekable(stream: Stream, spool: BinaryIO) -> BinaryIO:
    """The stream as a file to seek in: its own where it has one, else the spool."""
    if isinstance(stream.origin, File) and stream.position == 0:
        stream.origin.file.seek(0)
        return stream.origin.file
    while data := stream.take(CHUNK):
        spool.write(data)
    return spool


def _check_directory(file: BinaryIO, name: str) -> None:
    """Refuse a zip whose list of members alone would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        return
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if directory == 0xFFFFFFFF and (wide := tail.rfind(b"PK\x06\x06", 0, end)) >= 0:
        directory = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    if directory > MAX_DIRECTORY:
        raise TooLarge(f"the zip's list of members has {directory:,} bytes; split the archive", item=name)


def _long_name(data: bytes) -> str | None:
    if match := _PAX_PATH.search(data):
        data = match[1]
    elif re.match(rb"\d+ [\w.]+=", data):
        return None
    return data.rstrip(b"\x00").decode("utf-8", "replace") or None


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _moment(timestamp: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _zip_moment(parts: tuple[int, int, int, int, int, int]) -> datetime | None:
    """Zips don't say the zone."""
    try:
        return datetime(*parts, tzinfo=UTC)
    except ValueError:
        return None
