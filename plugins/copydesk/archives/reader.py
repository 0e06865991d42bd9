"""Reads an archive: finds what it is, goes into what is inside, gives the documents as payloads."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from copydesk.archives.detect import COMPRESSED, CONTAINERS, HEAD, Kind, detect
from copydesk.archives.inflate import Budget, Exhausted, Inflated
from copydesk.archives.members import read_json_lines, read_mbox, read_tar, read_zip
from copydesk.archives.streams import Disk, File, Stream
from copydesk.archives.walk import Mark, Record, Walk
from copydesk.archives.warc import read_arc, read_warc
from copydesk.errors import BrokenFormat, DataError, EmptyPayload, Gone, TooDeep, TooLarge
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

MAX_DEPTH = 6
"""Archives inside archives; a compression counts as one."""
MAX_RECORDS_IN_MEMORY = 100_000


def read_archive(path: str | Path, *, start: int = 0, mark: Mark | None = None) -> Iterator[Record]:
    """The records of a file or folder from number ``start`` on, with no more in memory than one of them.

    WARC, ARC, JSON Lines, mailboxes, tar and zip, all of them also compressed (gzip, bzip2, xz, zstd) and inside one
    another; any other file is one record. A folder's files are read in the order of their names. ``mark`` is a record
    before ``start`` from which reading goes on, so that what comes before need not be read again.

    What is wrong with a record is said in it. Raises :class:`Gone` where there is no such file, and
    :class:`TemporaryError` where the disk fails.
    """
    path = Path(path)
    if path.is_dir():
        yield from read_files(sorted(documents_in(path)), start=start)
        return
    try:
        file = Disk(path)
    except OSError as error:
        raise Gone(f"it can't be read: {error}", item=str(path)) from error
    with file:
        modified = _modified(path)
        if mark is not None and mark.position < start:
            file.seek(mark.offset)
        else:
            mark = Mark(0, 0)
        walk = Walk(Budget(file.tell), file.tell, position=mark.position, start=start)
        yield from _guarded(Stream(File(file)), path.resolve().as_uri(), walk, modified)


def read_files(paths: list[Path], *, start: int = 0) -> Iterator[Record]:
    """The records of many files, numbered as those of one archive."""
    done, position = 0, 0
    current: Disk | None = None

    def reached() -> int:
        return done + (0 if current is None else current.tell())

    for path in paths:
        try:
            current = Disk(path)
        except OSError as error:
            walk = Walk(Budget(reached), reached, position=position, start=start)
            yield from walk.emit(error=Gone(f"it can't be read: {error}", item=path.as_uri()))
            position += 1
            continue
        with current:
            walk = Walk(Budget(current.tell), reached, position=position, start=start)
            yield from _guarded(Stream(File(current)), path.resolve().as_uri(), walk, _modified(path))
            position = walk.position
            done += current.seek(0, os.SEEK_END)
        current = None


def read_stream(file: BinaryIO, name: str, modified: datetime, *, limit: int) -> Iterator[Record]:
    """The records of an archive in memory, out of which no more than ``limit`` bytes may come."""
    budget = Budget(lambda: 0, free=limit, ratio=0)
    walk = Walk(budget, file.tell, limit=MAX_RECORDS_IN_MEMORY)
    yield from _guarded(Stream(File(file)), name, walk, modified)


def documents_in(folder: Path) -> Iterator[Path]:
    """The files in a folder and its folders; hidden ones and links are left out."""
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from documents_in(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _guarded(stream: Stream, name: str, walk: Walk, modified: datetime) -> Iterator[Record]:
    try:
        yield from _read(stream, name, modified, walk=walk, depth=0)
    except Exhausted as error:
        yield from walk.emit(error=Exhausted(str(error), item=name))


def _read(stream: Stream, name: str, modified: datetime, *, walk: Walk, depth: int) -> Iterator[Record]:
    """The records of whatever it is."""
    kind = detect(stream.peek(HEAD))
    if kind is not Kind.WARC:
        stream.origin.join()
    try:
        if kind in CONTAINERS and depth >= MAX_DEPTH:
            raise TooDeep(f"it is an archive inside more than {MAX_DEPTH} others; unpack it by hand", item=name)
        descend = partial(_read, walk=walk, depth=depth + 1)
        match kind:
            case Kind.WARC:
                yield from read_warc(stream, name, walk, modified)
            case Kind.ARC:
                yield from read_arc(stream, name, walk, modified)
            case Kind.TAR:
                yield from read_tar(stream, name, walk, modified, descend)
            case Kind.ZIP:
                yield from read_zip(stream, name, walk, modified, descend)
            case Kind.JSON_LINES:
                yield from read_json_lines(stream, name, walk, modified)
            case Kind.MBOX:
                yield from read_mbox(stream, name, walk, modified)
            case _ if kind in COMPRESSED:
                yield from descend(Stream(Inflated(stream, kind, walk.budget)), name, modified)
            case _:
                yield from _document(stream, name, walk, modified, media=kind is Kind.MEDIA)
    except Exhausted:
        raise
    except DataError as error:
        stream.report()
        yield from walk.emit(error=error)
    if damage := stream.report():
        yield from walk.emit(error=BrokenFormat(damage, item=name))


def _document(stream: Stream, name: str, walk: Walk, modified: datetime, *, media: bool) -> Iterator[Record]:
    """A file that is no archive: one payload."""
    if media or walk.passing:
        yield from walk.emit()
        return
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge(f"it is longer than the {MAX_BYTES:,} bytes that a payload may have", item=name)
    payload = Payload(content, modified, name, mimetypes.guess_type(name.rpartition("#")[2])[0])
    if damage := stream.report():
        yield from walk.emit(error=BrokenFormat(damage, item=name), payload=payload)
    elif not content:
        raise EmptyPayload("there is nothing in it", item=name)
    else:
        yield from walk.emit(payload=payload)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
