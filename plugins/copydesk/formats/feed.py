"""RSS of every age and Atom, by feedparser."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats.base import Head, Parsed, clean
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Payload

NAME = "RSS, Atom"
_OPENINGS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel", b"<atom:feed")
_ENTRY = re.compile(rb"<(/?)(?:\w+:)?(?:item|entry)(?=[\s>])")
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>[\s\x00]*(?:<!--.*?-->\s*)*$", re.I | re.S)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w{1,30});")


def sniff(head: Head) -> bool:
    return not head.binary and head.markup.startswith(_OPENINGS)


def parse(payload: Payload) -> Parsed:
    feed = _feedparser(payload)
    if not feed.entries and feed.bozo:
        raise BrokenFormat(f"the feed can't be read: {feed.get('bozo_exception')}", item=payload.url)
    cut = _cut_entries(payload.content)
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, entry in enumerate(feed.entries):
        try:
            item = _item(entry, feed.feed, position, payload.url)
            if position >= len(feed.entries) - cut:
                raise BrokenFormat("the feed breaks off in the middle of this entry; fetch it again", item=item.name)
            if not (item.body or item.title):
                raise NoText("the entry has neither a title nor a text", item=item.name)
            check_depth(item.body, item.name)
        except DataError as error:
            refused.append((position, error))
        else:
            items.append(item)
    return Parsed(tuple(items), tuple(refused))


def _feedparser(payload: Payload) -> Any:
    import feedparser

    try:
        return feedparser.parse(
            payload.content,
            sanitize_html=False,  # markup is taken off when an item is refined
            resolve_relative_uris=False,
            response_headers={"content-type": payload.media_type or "application/xml"},
        )
    except Exception as error:  # it raises what its parts raise, such as OverflowError on &#99999999999;
        raise BrokenFormat(f"the feed can't be read: {type(error).__name__}: {error}", item=payload.url) from error


def _cut_entries(content: bytes) -> int:
    """1 where the document ends inside an entry, else 0."""
    if _ROOT_END.search(content[-2000:]):
        return 0
    last = None
    for match in _ENTRY.finditer(content):
        last = match
    return int(last is not None and not last[1])


def _item(entry: Any, feed: Any, position: int, base: str | None) -> Item:
    body, body_type = _body(entry)
    language = entry.get("language") or feed.get("language")
    source = entry.get("source") or {}
    return Item(
        body=body,
        body_type=body_type,
        identifier=_line(entry.get("id")),
        url=_link(entry, base),
        title=_line(_plain(entry.get("title"))),
        summary=_plain(entry.get("summary")) if entry.get("content") else None,
        byline=_line(entry.get("author")),
        authors=tuple(name for author in entry.get("authors", ()) if (name := _line(author.get("name")))),
        copyright=_line(entry.get("rights")),
        outlet=_line(source.get("title")),
        language=_line(language),
        published=_moment(entry, "published") or _moment(entry, "created"),
        updated=_moment(entry, "updated"),
        keywords=tuple(dict.fromkeys(term for tag in entry.get("tags", ()) if (term := _line(tag.get("term"))))),
        position=position,
    )


def _body(entry: Any) -> tuple[str, BodyType]:
    """The longest of content and summary: feeds put the full text in either."""
    candidates = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    best: Any = max(candidates, key=lambda part: len(part.get("value") or ""), default={})
    value = clean(best.get("value") or "")
    is_html = best.get("type") != "text/plain" or _MARKUP.search(value)
    return value, BodyType.HTML if is_html and _MARKUP.search(value) else BodyType.TEXT


def _link(entry: Any, base: str | None) -> str | None:
    link = _line(entry.get("link"))
    try:
        link = urljoin(base or "", link) if link else None
    except ValueError:
        return None
    return link if link and link.startswith(("http://", "https://")) else None


def _plain(value: str | None) -> str | None:
    if not value or not _MARKUP.search(value):
        return value
    from bs4 import BeautifulSoup

    return BeautifulSoup(value, "lxml").get_text(" ")


def _line(value: Any) -> str | None:
    """One line without surplus white space; ``None`` for nothing."""
    return " ".join(clean(str(value)).split()) or None if value else None


def _moment(entry: Any, name: str) -> datetime | None:
    parsed = dict.get(entry, f"{name}_parsed")  # feedparser's own get() puts one date in the place of another
    if not parsed:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError):
        return None
