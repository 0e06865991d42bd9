"""What was found of a site: its feeds, judged by what they really give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from copydesk.errors import BrokenFormat, UnknownFormat
from copydesk.formats import Parsed, html, read, text
from copydesk.model import Item, Payload
from copydesk.sources.teaser import is_teaser
from copydesk.sources.trial import format_of, newest

STALE_AFTER = timedelta(days=60)
_LOOKED_AT = 20
"""Items of a feed that are looked at."""
_HEAD_BYTES = 65_536
_COMMENTS = re.compile(r"comment|kommentar|comentario|commentaire", re.I)


@dataclass(frozen=True, eq=False)
class Feed:
    """A feed that gives items."""

    url: str
    found: str
    """Where: ``given``, ``declared`` by the page, ``linked`` on it, in ``robots.txt``, or ``guessed``."""
    payload: Payload
    parsed: Parsed
    title: str | None = None
    language: str | None = None
    """As the feed says."""

    @property
    def format(self) -> str | None:
        return format_of(self.payload)

    @property
    def items(self) -> tuple[Item, ...]:
        return self.parsed.items

    @cached_property
    def newest(self) -> datetime | None:
        return newest(self.items)

    @cached_property
    def share_with_text(self) -> float:
        """Of its first items, how many give more than a teaser."""
        seen = self.items[:_LOOKED_AT]
        return sum(not is_teaser(item) for item in seen) / len(seen)

    def summary(self) -> dict[str, Any]:
        """What speaks for it."""
        return {
            "url": self.url,
            "found": self.found,
            "format": self.format,
            "title": self.title,
            "items": len(self.items),
            "newest": self.newest,
            "share_with_text": round(self.share_with_text, 2),
        }

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, bool]:
        """Better feeds are greater."""
        return (
            not _COMMENTS.search(f"{self.url} {self.title}"),
            self.newest is not None and datetime.now(UTC) - self.newest < STALE_AFTER,
            self.share_with_text >= 0.5,
            self.newest is not None,
            any(item.title for item in self.items[:_LOOKED_AT]),
        )


@dataclass(frozen=True, slots=True)
class Site:
    """What was found: feeds, the best first, and the addresses that are none, with the reason."""

    url: str
    private: bool = False
    """Whether it is in a private network, which the source must then allow."""
    name: str | None = None
    language: str | None = None
    feeds: list[Feed] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)


def judge(url: str, found: str, payload: Payload) -> Feed:
    """The feed that a payload is. Raises a :class:`DataError` where it is none or gives no items."""
    parsed = read(payload)
    known = format_of(payload)
    if known in (html.NAME, text.NAME):
        raise UnknownFormat("it is no feed" if known != html.NAME else "it is a page, no feed", item=url)
    if not parsed.items:
        reason = str(parsed.refused[0][1]) if parsed.refused else "it has no items"
        raise BrokenFormat(reason, item=url)
    title, language = _said_by(payload)
    return Feed(url, found, payload, parsed, title, language)


def _said_by(payload: Payload) -> tuple[str | None, str | None]:
    """Title and language of a feed as a whole."""
    if payload.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        try:
            feed = json.loads(payload.content)
        except (ValueError, RecursionError):
            return None, None
        return _text(feed.get("title")), _text(feed.get("language"))
    from bs4 import BeautifulSoup

    head = BeautifulSoup(payload.content[:_HEAD_BYTES], "xml")
    channel = head.find(["channel", "feed"])
    if channel is None:
        return None, None
    title, language = channel.find("title", recursive=False), channel.find("language", recursive=False)
    return _text(title and title.get_text()), _text(language.get_text() if language else channel.get("xml:lang"))


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
