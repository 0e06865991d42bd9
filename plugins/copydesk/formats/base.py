"""What all formats share: the parsed value, a look at a payload's head, decoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from copydesk.errors import BadEncoding, DataError
from copydesk.model import Item, Payload

_DECLARED = re.compile(rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?([\w.:-]+)""", re.I)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that no text has; tab, line and page breaks and escape (ISO 2022) may be there.
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a payload holds: items, and the entries that had to be refused, each with its place in the payload."""

    items: tuple[Item, ...] = ()
    refused: tuple[tuple[int, DataError], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a payload, for :func:`Format.sniff`."""

    content: bytes
    markup: bytes
    """The first bytes in lower case, without byte order mark, white space, XML declaration and comments."""
    binary: bool
    media_type: str

    @classmethod
    def of(cls, payload: Payload) -> Head:
        content = payload.content[:4096]
        bom = next((encoding for mark, encoding in _BOMS if content.startswith(mark)), None)
        if bom:
            content = content.decode(bom, "ignore").encode()
        markup = content.lstrip(b"\x00\t\n\r ").lower()
        while match := re.match(rb"<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype (?!html)[^>]*>\s*", markup, re.S):
            markup = markup[match.end() :]
        # One stray NUL in a text is damage; one control character in twenty bytes is another kind of file.
        binary = len(_CONTROL.findall(content)) * 20 > len(content) or content.startswith((b"%PDF", b"\x1f\x8b"))
        return cls(content, markup, binary, (payload.media_type or "").partition(";")[0].strip().lower())


def decode(payload: Payload) -> str:
    """The payload as text: by byte order mark, UTF-8, what the source declares, then a guess from the bytes.

    NULs are dropped: no text has them and Postgres can't hold them. Raises :class:`BadEncoding`.
    """
    content = payload.content
    for encoding in _candidates(payload):
        try:
            return clean(content.decode(encoding))
        except (ValueError, LookupError):
            continue
    guess = _guess(content)
    if guess is None:
        raise BadEncoding(
            "its bytes are text in no encoding that could be found; convert it to UTF-8", item=payload.url
        )
    return clean(content.decode(guess, "replace"))


def clean(text: str) -> str:
    """The text without what no text has and Postgres can't hold: NULs go, halves of surrogate pairs are replaced."""
    return _SURROGATE.sub("\ufffd", text.replace("\x00", "").replace("\r\n", "\n"))


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
    for mark, encoding in _BOMS:
        if payload.content.startswith(mark):
            return [encoding]
    found = ["utf-8"]
    if match := _PARAMETER.search(payload.media_type or ""):
        found.append(match[1])
    if declared := _DECLARED.search(payload.content[:4096]):
        found.append(declared[1].decode("ascii"))
    return found
