"""What all formats share: the document that is looked at, the parsed value, decoding."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from copydesk.errors import BadEncoding, BrokenFormat, DataError, TooDeep
from copydesk.model import Item, Payload
from copydesk.text import clean

_DECLARED = re.compile(rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?([\w.:-]+)""", re.I)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    # Without a mark: "<" and what always follows it in XML, in wide characters.
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
# Control characters that no text has; tab, line and page breaks and escape (ISO 2022) may be there.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_PROLOGUE = re.compile(r"<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype (?!html)[^>\[]*(?:\[.*?\]\s*)?>\s*", re.S | re.I)
_ROOT = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)")


@dataclass(frozen=True, slots=True)
class More:
    """A payload that an index names."""

    url: str
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a payload holds: items, and the entries that had to be refused, each with its place in the payload."""

    items: tuple[Item, ...] = ()
    refused: tuple[tuple[int, DataError], ...] = ()
    more: tuple[More, ...] = ()
    """Further payloads that this one, an index, names instead of holding items."""


@dataclass(frozen=True)
class Document:
    """A payload, and the views of it that formats recognise themselves by. Each view is made once."""

    payload: Payload

    @property
    def name(self) -> str | None:
        """How messages call it."""
        return self.payload.url

    @cached_property
    def media_type(self) -> str:
        return (self.payload.media_type or "").partition(";")[0].strip().lower()

    @cached_property
    def binary(self) -> bool:
        """Whether it is no text. One stray NUL is damage; one control character in twenty bytes is another kind of
        file."""
        head = self.payload.content[:4096]
        if encoding := _marked(head):
            head = head.decode(encoding, "ignore").encode()
        return len(_CONTROL.findall(head)) * 20 > len(head) or head.startswith((b"%PDF", b"\x1f\x8b"))

    @cached_property
    def markup(self) -> str:
        """The beginning, in lower case, without byte order mark, white space, XML declaration and comments."""
        content = self.payload.content[:65536]
        text = content.decode(_marked(content) or "latin-1", "ignore").lstrip("\ufeff\x00\t\n\r ï»¿")
        while match := _PROLOGUE.match(text):
            text = text[match.end() :]
        return text[:4096].lower()

    @cached_property
    def root(self) -> str:
        """The name of the first element, in lower case and without prefix; empty where there is none."""
        match = _ROOT.match(self.markup)
        return match[2] if match else ""

    @cached_property
    def text(self) -> str:
        return decode(self.payload)

    @cached_property
    def json(self) -> Any:
        """The document as JSON. Raises :class:`BrokenFormat` where it is none."""
        try:
            return json.loads(self.text, strict=False)  # strings may hold line breaks, as in real life
        except RecursionError as error:
            raise TooDeep("its JSON is nested too deep; no news is", item=self.name) from error
        except ValueError as error:
            raise BrokenFormat(f"its JSON can't be read: {error}", item=self.name) from error

    @cached_property
    def json_object(self) -> Any:
        """The document as JSON, ``None`` where it is none: for :func:`Format.sniff`."""
        if self.binary or not self.markup.startswith(("{", "[")):
            return None
        try:
            return self.json
        except DataError:
            return None


def decode(payload: Payload) -> str:
    """The payload as text: by byte order mark, UTF-8, what the source declares, then a guess from the bytes.

    NULs are dropped: no text has them and Postgres can't hold them. Raises :class:`BadEncoding`.
    """
    content = payload.content
    for encoding in _candidates(payload):
        try:
            return clean(content.decode(encoding).removeprefix("\ufeff"))
        except (ValueError, LookupError):
            continue
    guess = _guess(content)
    if guess is None:
        raise BadEncoding(
            "its bytes are text in no encoding that could be found; convert it to UTF-8", item=payload.url
        )
    return clean(content.decode(guess, "replace"))


def _guess(content: bytes) -> str | None:
    """The most probable encoding of undeclared bytes; among equally good ones the web's default."""
    from charset_normalizer import from_bytes

    sample = content[:50_000]
    matches = from_bytes(sample)
    best = matches.best()
    if best is None or best.encoding in ("utf_7", "utf_16", "utf_32"):
        return None
    western = from_bytes(sample, cp_isolation=["cp1252"]).best()
    return "cp1252" if western and western.chaos <= best.chaos else str(best.encoding)


def _candidates(payload: Payload) -> list[str]:
    """Encodings to try, each strictly. UTF-8 comes before the declared one: text of another encoding is hardly
    ever valid UTF-8, while declarations are often wrong."""
    if marked := _marked(payload.content):
        return [marked]
    found = ["utf-8"]
    if match := _PARAMETER.search(payload.media_type or ""):
        found.append(match[1])
    if declared := _DECLARED.search(payload.content[:4096]):
        found.append(declared[1].decode("ascii"))
    return found


def _marked(content: bytes) -> str | None:
    """The encoding that the first bytes give away."""
    return next((encoding for mark, encoding in _BOMS if content.startswith(mark)), None)
