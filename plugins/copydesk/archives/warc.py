"""WARC and its forerunner ARC: what a crawler was answered, record by record.

FastWARC reads the headers. The frame is read here: its iterator reads no ARC, stops for good at the first damaged
record, and gives a record that is cut as if it were whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from copydesk.archives.body import Answer, is_whole_answer, parse_answer, parse_headers
from copydesk.archives.streams import Stream
from copydesk.archives.walk import Record, Walk
from copydesk.errors import BrokenFormat, DataError, TooLarge
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

MAX_HEADERS = 32 * 1024
_BEGIN = re.compile(rb"WARC/\d")
_WANTED = frozenset({"response", "resource", "conversion", "arc"})
_NEWS = re.compile(
    r"text/(?!css|javascript|ecmascript|x-|csv|vcard|calendar|dns|vtt|vnd\.(?!iptc))"
    r"|application/(?:[\w.-]+\+)?(?:xml|json)\b|message/rfc822"
)
_NO_PAGES = ("dns:", "filedesc:", "whois:", "urn:", "metadata:")
_UNSAID = frozenset({"", "application/octet-stream", "application/unknown", "unknown/unknown", "no-type", "unk"})
_END = re.compile(rb"[\r\n]{0,8}(?:WARC/|\Z)")
_ARC_LINE = re.compile(rb"\n(?=[a-z]{3,9}:[^\n]{1,8000} [\d.:a-f]{1,45} \d{14} \S+(?: [^\n]{1,4000})? \d+\r?\n)")


@dataclass(frozen=True, slots=True)
class _Head:
    """What a record says of itself."""

    kind: str
    length: int
    url: str | None
    date: datetime | None
    media_type: str | None
    """Of the block: ``application/http`` where it is an answer with its headers."""


def read_warc(stream: Stream, name: str, walk: Walk, modified: datetime) -> Iterator[Record]:
    """The records of a WARC file. A damaged one costs itself alone, where the next one's beginning can be found."""
    while True:
        _skip_lines(stream)
        if not stream.peek(1):
            if damage := stream.report():
                yield from walk.emit(error=BrokenFormat(damage, item=_place(name, walk)))
            if stream.resume():
                continue
            return
        place, offset = _place(name, walk), stream.offset()
        try:
            head = _warc_head(stream, place)
        except DataError as error:
            yield from walk.emit(error=error)
            stream.find(b"\nWARC/1.")
            continue
        left = stream.left
        if left is not None and head.length > left and head.length > MAX_BYTES:
            # It lies or the file is cut; either way what comes next may be whole.
            yield from walk.emit(error=_cut(head, left, place))
            stream.find(b"\nWARC/1.")
            continue
        yield from _record(stream, head, place, walk, modified, offset, warc=True)


def read_arc(stream: Stream, name: str, walk: Walk, modified: datetime) -> Iterator[Record]:
    """The records of an ARC file, of version 1 and 2."""
    fields = 5
    while True:
        _skip_lines(stream)
        if not stream.peek(1):
            if damage := stream.report():
                yield from walk.emit(error=BrokenFormat(damage, item=_place(name, walk)))
            if stream.resume():
                continue
            return
        place = _place(name, walk)
        line = stream.until((b"\n",), MAX_HEADERS)
        try:
            head = _arc_head(line, fields, place)
        except DataError as error:
            yield from walk.emit(error=error)
            _find_arc_record(stream)
            continue
        if head.kind == "filedesc":
            fields = len(stream.peek(MAX_HEADERS).partition(b"\nURL ")[2].partition(b"\n")[0].split()) + 1
            fields = fields if fields in (5, 10) else 5
        yield from _record(stream, head, place, walk, modified, None, warc=False)


def _record(
    stream: Stream, head: _Head, place: str, walk: Walk, modified: datetime, offset: int | None, *, warc: bool
) -> Iterator[Record]:
    """Read the block that follows a record's headers, and give the record."""
    if head.length > MAX_BYTES:
        skipped = stream.skip(head.length)
        if skipped < head.length:
            stream.report()
            yield from walk.emit(error=_cut(head, skipped, place))
        elif _is_wanted(head):
            message = f"its {head.length:,} bytes are more than the {MAX_BYTES:,} that a payload may have"
            yield from walk.emit(error=TooLarge(message, item=place), offset=offset)
        else:
            yield from walk.emit(offset=offset)
        return
    block = stream.read(head.length)
    moment = walk.moment(head.date, modified)
    error: DataError | None = None
    full = len(block) == head.length
    clean = full and (not warc or _END.match(stream.peek(16)))
    if not clean and warc and (inside := block.find(b"\r\n\r\nWARC/1.")) >= 0:
        stream.unread(block[inside:])
        block = block[:inside]
        error = BrokenFormat(f"its length of {head.length:,} is wrong: the next record begins before", item=place)
    elif not full and (stream.damaged or not is_whole_answer(block)):
        damage = stream.report()
        error = BrokenFormat(damage, item=place) if damage else _cut(head, len(block), place)
    elif not clean and full and not is_whole_answer(block):
        stream.find(b"\nWARC/1.")
        error = BrokenFormat(f"its length of {head.length:,} is wrong: no record begins behind it", item=place)
    if error is None and walk.passing:
        yield from walk.emit()
        return
    payload = None
    try:
        payload = _payload(head, block, moment, place) if error is None else None
    except DataError as problem:
        error = problem
    if error is not None:
        payload = Payload(block, moment, head.url or place, head.media_type)
    yield from walk.emit(payload=payload, error=error, offset=offset)


def _payload(head: _Head, block: bytes, moment: datetime, place: str) -> Payload | None:
    """What the record was given for, where it may be news."""
    if not _is_wanted(head):
        return None
    answer = Answer(200, head.media_type, block)
    if _is_http(head, block):
        if not block.startswith(b"HTTP/"):
            raise BrokenFormat("it is said to be an HTTP answer and is none", item=place)
        answer = parse_answer(block, head.url or place)
    if answer.status != 200 or not answer.content.strip() or not _is_news(answer):
        return None
    return Payload(answer.content, moment, head.url or place, answer.media_type)


def _is_wanted(head: _Head) -> bool:
    return head.kind in _WANTED and not (head.url or "").startswith(_NO_PAGES)


def _is_http(head: _Head, block: bytes) -> bool:
    if head.kind == "arc":
        return block.startswith(b"HTTP/")
    return (head.media_type or "").lower().startswith("application/http")


def _is_news(answer: Answer) -> bool:
    """Whether it is HTML, XML, JSON or text: by its media type, and by its beginning where that says nothing."""
    media_type = (answer.media_type or "").partition(";")[0].strip().lower()
    if media_type in _UNSAID:
        return answer.content[:64].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith((b"<", b"{"))
    return _NEWS.match(media_type) is not None


def _warc_head(stream: Stream, place: str) -> _Head:
    if not _BEGIN.match(stream.peek(6)):
        raise BrokenFormat("no record begins where one should", item=place)
    block = stream.until((b"\r\n\r\n", b"\n\n"), MAX_HEADERS)
    if block is None:
        stream.skip(6)
        raise BrokenFormat(f"its headers are longer than {MAX_HEADERS:,} bytes", item=place)
    try:
        headers = parse_headers(block)
    except OSError as error:
        raise BrokenFormat(f"its headers can't be read: {error}", item=place) from error
    length = headers.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BrokenFormat(f"its Content-Length is {length[:40]!r}, which is no length", item=place)
    kind = (headers.get("WARC-Type") or "").strip().lower()
    if not kind:
        raise BrokenFormat("it does not say of what type it is", item=place)
    url = (headers.get("WARC-Target-URI") or "").strip("<> ") or None
    return _Head(kind, int(length), url, _iso(headers.get("WARC-Date")), headers.get("Content-Type"))


def _arc_head(line: bytes | None, fields: int, place: str) -> _Head:
    """``URL IP-address date content-type [result checksum location offset filename] length``; URLs may have spaces."""
    parts = (line or b"").decode("utf-8", "replace").strip().rsplit(" ", fields - 1)
    if len(parts) != fields or ":" not in parts[0]:
        raise BrokenFormat("no record begins where one should", item=place)
    url, length = parts[0], parts[-1]
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BrokenFormat(f"its length is {length[:40]!r}, which is none", item=place)
    try:
        date = datetime.strptime(parts[2][:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        date = None
    kind = "filedesc" if url.startswith("filedesc:") else "arc"
    return _Head(kind, int(length), url, date, parts[3])


def _find_arc_record(stream: Stream) -> None:
    """Go to the next line that reads as a record's first."""
    while ahead := stream.peek(MAX_HEADERS):
        if match := _ARC_LINE.search(b"\n" + ahead):
            stream.skip(match.end() - 1)
            return
        stream.skip(max(1, len(ahead) // 2))


def _skip_lines(stream: Stream) -> None:
    while (head := stream.peek(4)) and (blank := len(head) - len(head.lstrip(b"\r\n"))):
        stream.skip(blank)


def _iso(value: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((value or "").strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cut(head: _Head, found: int, place: str) -> BrokenFormat:
    return BrokenFormat(f"it is cut: {found:,} of {head.length:,} bytes are there", item=place)


def _place(name: str, walk: Walk) -> str:
    """What the next record is called: the same wherever reading began."""
    return f"{name}#record={walk.position}"
