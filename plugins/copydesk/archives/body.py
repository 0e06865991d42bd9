"""The body of an HTTP answer as an archive keeps it: chunks joined, content inflated, both bounded.

Archives often keep bodies decoded under the headers of the encoded ones, so a header is believed only where the bytes
bear it out.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from fastwarc.warc import HeaderMap

from copydesk.errors import BrokenFormat, TooLarge
from copydesk.fetch.encodings import DamagedCoding, decoded
from copydesk.formats import MAX_BYTES

_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_CONTENT_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*\r?$", re.I | re.M)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int | None
    media_type: str | None
    content: bytes


def parse_headers(block: bytes) -> HeaderMap:
    """A block of headers under its status line. Raises :class:`OSError` where it is too long to be one."""
    headers = HeaderMap()
    headers.parse(io.BytesIO(re.sub(rb"\r?\n", b"\r\n", block)))
    return headers


def parse_answer(block: bytes, name: str) -> Answer:
    """An HTTP answer, its body decoded. Raises :class:`BrokenFormat` and :class:`TooLarge`."""
    end = _HEADER_END.search(block)
    if end is None:
        raise BrokenFormat("its HTTP headers are cut", item=name)
    try:
        headers = parse_headers(block[: end.end()])
    except OSError as error:
        raise BrokenFormat(f"its HTTP headers can't be read: {error}", item=name) from error
    content = block[end.end() :]
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        content = _join_chunks(content)
    for encoding in reversed((headers.get("Content-Encoding") or "").lower().replace("x-gzip", "gzip").split(",")):
        content = inflate(content, encoding.strip(), name)
    return Answer(headers.status_code, headers.get("Content-Type"), content)


def is_whole_answer(block: bytes) -> bool:
    """Whether an HTTP answer is at least as long as its own headers say, whatever the archive says of it."""
    end = _HEADER_END.search(block)
    length = end and _CONTENT_LENGTH.search(block, 0, end.end())
    return bool(end and length and int(length[1]) <= len(block) - end.end())


def inflate(content: bytes, encoding: str, name: str) -> bytes:
    """Undo a content encoding, where the bytes are in it. Raises :class:`TooLarge` and :class:`BrokenFormat`."""
    if encoding in ("", "identity", "none", "utf-8") or not content.startswith(_MAGIC.get(encoding, b"")):
        return content
    inflated = bytearray()
    try:
        for piece in decoded(iter([content]), encoding):
            inflated += piece
            if len(inflated) > MAX_BYTES:
                raise TooLarge(f"it inflates to more than the {MAX_BYTES:,} bytes that a payload may have", item=name)
    except LookupError as error:
        raise BrokenFormat(f"its content encoding {encoding[:40]!r} is unknown", item=name) from error
    except DamagedCoding as error:
        if encoding in ("br", "deflate") and content.lstrip().startswith((b"<", b"{")):
            return content  # these encodings have no mark; it was decoded before
        raise BrokenFormat(f"its {encoding} encoding is damaged: {error}", item=name) from error
    return bytes(inflated)


def _join_chunks(content: bytes) -> bytes:
    """The chunks' contents; the body as it is where it is not in chunks, and to its end where the last one is cut."""
    parts, at = [], 0
    while (head := _CHUNK.match(content, at)) and (size := int(head[1], 16)):
        parts.append(content[head.end() : head.end() + size])
        at = head.end() + size
        at += 2 if content.startswith(b"\r\n", at) else 1 if content.startswith(b"\n", at) else 0
    if head is None and at < len(content):
        return content if not parts else b"".join([*parts, content[at:]])
    return b"".join(parts)
