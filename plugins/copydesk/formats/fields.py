"""Fields as documents write them: lines, plain text out of markup, addresses, moments."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from copydesk.text import clean

MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!\[CDATA\[|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w{1,30});")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?$")
_W3C = re.compile(
    r"(\d{4})-(\d\d?)(?:-(\d\d?))?(?:[T\s]+(\d\d?):(\d\d?)(?::(\d\d?)(?:[.,:](\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?$",
    re.I,
)
_RFC822 = re.compile(r"(?:[A-Za-z]{2,9}\.?,?\s+)?\d{1,2}[\s-]+[A-Za-z]{3,9}\.?,?[\s-]+\d{2,4}")
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?$")
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)?$")


def line(value: Any) -> str | None:
    """One line without surplus white space; ``None`` for nothing."""
    return " ".join(clean(str(value)).split()) or None if value else None


def lines(values: Iterable[Any]) -> tuple[str, ...]:
    """The values as lines, each once, in order, without the empty ones."""
    return tuple(dict.fromkeys(text for value in values if (text := line(value))))


def plain(value: str | None) -> str | None:
    """One line of text out of what may hold markup."""
    if not value:
        return None
    if _TAG.search(value):
        from lxml import html as lxml_html
        from lxml.etree import ParserError

        try:
            value = lxml_html.fragment_fromstring(clean(value), create_parent="div").text_content()
        except (ParserError, ValueError):
            value = _TAG.sub(" ", value)
    return line(html.unescape(value) if "&" in value else value)


def web_address(value: Any, base: str | None = None) -> str | None:
    """An absolute http(s) address; ``None`` for what is none, such as ``javascript:``."""
    text = line(value)
    if not text or len(text) > 4096:
        return None
    if text.startswith(("https://", "http://")):
        joined = text
    else:
        try:
            joined = urljoin(base or "", text)
        except ValueError:
            return None
    return joined.replace(" ", "%20") if joined.lower().startswith(("http://", "https://")) else None


def whole_number(value: Any, low: int, high: int) -> int | None:
    """The number where it is one within the bounds."""
    text = line(value)
    return int(text) if text and text.isdecimal() and len(text) < 4 and low <= int(text) <= high else None


def moment(value: Any) -> datetime | None:
    """A time as documents write them: ISO 8601 in any of its forms, RFC 822, seconds since 1970, or what dateutil
    reads. It keeps its zone and stays naive where it has none. ``None`` for what is no time, such as 31 February."""
    text = line(value)
    return _moment(text) if text and len(text) <= 80 else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    try:
        return _iso(text) or _rfc822(text) or _other(text)
    except (ValueError, OverflowError, AttributeError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if match := _W3C.match(text):
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        micros = int((fraction or "0")[:6].ljust(6, "0"))
        found = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), 0, micros)
        return (found + timedelta(seconds=min(int(second or 0), 60))).replace(tzinfo=_offset(zone))
    if match := _BASIC.match(text):
        *numbers, zone = match.groups()
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return datetime(year, month, day, hour, minute, second, tzinfo=_offset(zone))
    if _EPOCH.match(text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    return None


def _rfc822(text: str) -> datetime | None:
    if not _RFC822.match(text) or not (parsed := parsedate_tz(text)):
        return None
    year, month, day, hour, minute, second, *_, offset = parsed
    if not 1900 <= year <= 2999:
        return None
    zone = None if offset is None or re.search(r"\d:\d\d(?::\d\d)?$", text) else timezone(timedelta(seconds=offset))
    hours, hour = divmod(hour, 24)
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone) + timedelta(days=hours)


def _other(text: str) -> datetime | None:
    """By dateutil, for what begins like a date; it would read a time into any number."""
    from dateutil import parser

    if not re.search(r"\d{4}|\d\d?[/.]\d\d?[/.]\d\d", text) or not re.search(r"[-/.,\s年월]", text):
        return None
    day_first = re.match(r"\d\d?\.\d\d?\.", text) is not None  # dots are how Europe writes dates
    found = parser.parse(text, tzinfos=_zone_of, default=datetime(1, 1, 1), dayfirst=day_first)
    return None if found.year == 1 else found


def _zone_of(name: str | None, offset: int | None) -> timezone | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    return ZONES.get((name or "").upper())


ZONES = {
    name: timezone(timedelta(minutes=int(minutes)), name)
    for minutes, *names in map(
        str.split,
        """
        0 UTC GMT UT Z WET
        60 BST WEST CET MEZ
        120 CEST MESZ EET SAST CAT
        180 EEST MSK EAT TRT
        300 PKT
        330 IST
        420 WIB
        480 HKT SGT AWST
        540 JST KST
        600 AEST
        660 AEDT
        720 NZST
        780 NZDT
        -180 BRT ART
        -240 EDT AST
        -300 EST CDT
        -360 CST MDT
        -420 MST PDT
        -480 PST
        -540 AKST
        -600 HST
        """.strip().splitlines(),
    )
    for name in names
}
"""Zones that are written as letters, as feeds mean them; ambiguous ones as their most frequent users do."""


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    if match := _ZONE.match(zone):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    return UTC
