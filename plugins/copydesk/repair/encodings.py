"""Letters that went through the wrong encoding, and those that were left escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from copydesk.model import Repair

_SUSPECT = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
"""A first byte of UTF-8 and a next one, both read as Windows-1252 or Latin-1."""
_SEGMENT = re.compile(r"[^\n]{1,1000}(?:[ \t]|$)|[^\n]{1,1000}", re.M)
"""A line, or a piece of a long one: ftfy judges each by itself."""
_TOKEN = re.compile(r"[ \t]+|[^ \t]+")
_ENTITY = re.compile(r"&(?:amp;)*(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,30});")
_UNICODE = re.compile(r"(?:\\u[\da-fA-F]{4})+")
_MAX_ESCAPES = 4
"""How often what was escaped may have been escaped again."""


def find(text: str) -> Iterator[Repair]:
    """Repairs of mojibake and of escapes, in no order."""
    if not text.isascii() and _SUSPECT.search(text):
        yield from _mojibake(text)
    if "&" in text:
        yield from _entities(text)
    if "\\u" in text:
        yield from _unicode_escapes(text)


def _mojibake(text: str) -> Iterator[Repair]:
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    for match in _SEGMENT.finditer(text):
        line = match[0]
        if _SUSPECT.search(line) and is_bad(line):
            yield from _changes(line, fix_encoding(line), match.start())


def _changes(line: str, mended: str, at: int) -> Iterator[Repair]:
    """Only the words that changed, less what they begin and end with alike: other repairs keep their places."""
    if mended == line or "\n" in mended:
        return
    before, after = _TOKEN.findall(line), _TOKEN.findall(mended)
    if len(before) != len(after):
        before, after = [line], [mended]
    for was, now in zip(before, after, strict=True):
        if was != now:
            start = _alike(was, now)
            end = _alike(was[start:][::-1], now[start:][::-1])
            yield Repair(
                at + start, at + len(was) - end, was[start : len(was) - end], now[start : len(now) - end], "mojibake"
            )
        at += len(was)


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _entities(text: str) -> Iterator[Repair]:
    for match in _ENTITY.finditer(text):
        meant = match[0]
        for _ in range(_MAX_ESCAPES):
            meant, before = html.unescape(meant), meant
            if meant == before:
                break
        # What stands for no letter, or for a tag's that the text may be about, stays.
        if meant != match[0] and meant not in ("<", ">") and _is_text(meant):
            yield Repair(match.start(), match.end(), match[0], " " if meant == "\u00a0" else meant, "escape")


def _unicode_escapes(text: str) -> Iterator[Repair]:
    for match in _UNICODE.finditer(text):
        units = [int(unit, 16) for unit in match[0].split("\\u")[1:]]
        try:
            meant = b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be")
        except UnicodeDecodeError:
            continue
        if _is_text(meant):
            yield Repair(match.start(), match.end(), match[0], meant, "escape")


def _is_text(meant: str) -> bool:
    return all((letter.isprintable() or letter == "\u00a0") and letter != "\ufffd" for letter in meant)
