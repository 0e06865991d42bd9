"""Payload → items: one module a format, each with ``sniff()`` on the bytes and ``parse()``.

To add a format, write a module with the three names of :class:`Format` and put it into :data:`FORMATS`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from copydesk.errors import DataError, EmptyPayload, TooLarge, UnknownFormat
from copydesk.formats import archive, feed, html, jsonfeed, jsonld, mail, sitemap, text, wire_json, wire_text, wire_xml
from copydesk.formats.base import Document, Parsed
from copydesk.model import Item, Payload

MAX_BYTES = 64 * 1024 * 1024
"""A payload above this is refused; archives are read in another way."""


class Format(Protocol):
    NAME: str

    def sniff(self, document: Document) -> bool:
        """Whether the payload is of this format, judged by its bytes; media type and name only hint."""
        ...

    def parse(self, document: Document) -> Parsed:
        """All items and what had to be refused. Raises a :class:`DataError` where nothing can be read."""
        ...


FORMATS: tuple[Format, ...] = (
    archive,
    feed,
    sitemap,
    html,
    wire_xml,
    jsonfeed,
    wire_json,
    jsonld,
    wire_text,
    mail,
    text,
)  # the first that recognises a payload reads it


def read(payload: Payload) -> Parsed:
    """Parse a payload: its items, and the entries that had to be refused with the reason.

    Raises a :class:`DataError` where the payload as a whole can't be read.
    """
    content = payload.content
    if not content.strip(b"\x00\t\n\r \xef\xbb\xbf"):
        raise EmptyPayload("there is nothing in it; check what the source delivers", item=payload.url)
    if len(content) > MAX_BYTES:
        raise TooLarge(
            f"{len(content):,} bytes are more than the {MAX_BYTES:,} that a payload may have",
            item=payload.url,
        )
    document = Document(payload)
    if known := recognise(document):
        return known.parse(document)
    raise UnknownFormat(
        f"this is no format that Copydesk reads (it begins with {content[:12]!r}); "
        f"readable: {', '.join(known.NAME for known in FORMATS)}",
        item=payload.url,
    )


def recognise(document: Document) -> Format | None:
    """The format that reads a document."""
    return next((known for known in FORMATS if known.sniff(document)), None)


def parse(payload: bytes, *, url: str | None = None, media_type: str | None = None) -> list[Item]:
    """The items of a feed, a page or a text; the format is found from the bytes.

    Entries that can't be read are left out (:func:`read` gives them too); when none can be, the first one's error is
    raised. Raises :class:`copydesk.errors.DataError` where the payload as a whole can't be read.
    """
    parsed = read(Payload(payload, datetime.now(UTC), url, media_type))
    if parsed.refused and not parsed.items:
        raise parsed.refused[0][1]
    return list(parsed.items)


__all__ = ["FORMATS", "MAX_BYTES", "DataError", "Format", "Parsed", "parse", "read", "recognise"]
