"""Feeds that are no XML, by feedparser: slow, and forgiving."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from typing import Any

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import MARKUP, line, lines, moment, plain, web_address
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Link, Media
from copydesk.text import clean

_ENTRY = re.compile(rb"<(/?)(?:\w+:)?(?:item|entry)(?=[\s>])")
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)[ \t\r\n]*>$", re.I)
_BLANK = b" \t\r\n\x00"


def parse(document: Document) -> Parsed:
    feed = _feedparser(document)
    if not feed.entries and feed.bozo:
        raise BrokenFormat(f"the feed can't be read: {feed.get('bozo_exception')}", item=document.name)
    cut = _cut_entries(document.payload.content)
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, entry in enumerate(feed.entries):
        try:
            item = _item(entry, feed.feed, position, document.name)
            if position >= len(feed.entries) - cut:
                raise BrokenFormat("the feed breaks off in the middle of this entry; fetch it again", item=item.name)
            if not (item.body or item.title or item.url or item.media):
                raise NoText("the entry has neither a title nor a text nor an address", item=item.name)
            check_depth(item.body, item.name)
        except DataError as error:
            refused.append((position, error))
        else:
            items.append(item)
    return Parsed(tuple(items), tuple(refused))


def _feedparser(document: Document) -> Any:
    import feedparser

    try:
        return feedparser.parse(
            document.payload.content,
            sanitize_html=False,  # markup is taken off when an item is refined
            resolve_relative_uris=False,
            response_headers={"content-type": document.payload.media_type or "application/xml"},
        )
    except Exception as error:  # it raises what its parts raise, such as OverflowError on &#99999999999;
        raise BrokenFormat(f"the feed can't be read: {type(error).__name__}: {error}", item=document.name) from error


def _cut_entries(content: bytes) -> int:
    """1 where the document ends inside an entry, else 0."""
    tail = content[-2000:].rstrip(_BLANK)
    while tail.endswith(b"-->") and (begin := tail.rfind(b"<!--")) >= 0:
        tail = tail[:begin].rstrip(_BLANK)
    if _ROOT_END.search(tail[-100:]):
        return 0
    last = None
    for match in _ENTRY.finditer(content):
        last = match
    return int(last is not None and not last[1])


def _item(entry: Any, feed: Any, position: int, base: str | None) -> Item:
    body, body_type = _body(entry)
    source = entry.get("source") or {}
    url = web_address(entry.get("link"), base)
    return Item(
        body=body,
        body_type=body_type,
        identifier=line(entry.get("id")),
        url=url,
        title=plain(entry.get("title")),
        summary=plain(entry.get("summary")) if entry.get("content") else None,
        byline=line(entry.get("author")),
        authors=lines(author.get("name") for author in entry.get("authors", ())),
        copyright=line(entry.get("rights") or feed.get("rights")),
        outlet=line(source.get("title")),
        language=line(entry.get("language") or feed.get("language")),
        published=_moment(entry, "published") or _moment(entry, "created"),
        updated=_moment(entry, "updated"),
        keywords=lines(tag.get("term") for tag in entry.get("tags", ())),
        links=tuple(
            Link(address, link.get("rel") or "alternate", line(link.get("type")))
            for link in entry.get("links", ())
            if link.get("rel") != "enclosure" and (address := web_address(link.get("href"), base)) and address != url
        ),
        media=tuple(
            Media(address, line(enclosure.get("type")))
            for enclosure in entry.get("enclosures", ())
            if (address := web_address(enclosure.get("href"), base))
        ),
        position=position,
    )


def _body(entry: Any) -> tuple[str, BodyType]:
    """The longest of content and summary: feeds put the full text in either."""
    candidates = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    best: Any = max(candidates, key=lambda part: len(part.get("value") or ""), default={})
    value = clean(best.get("value") or "")
    return value, BodyType.HTML if MARKUP.search(value) else BodyType.TEXT


def _moment(entry: Any, name: str) -> datetime | None:
    """As the entry writes it, with its zone; else as feedparser reads it, in UTC."""
    if found := moment(dict.get(entry, name)):  # its own get() puts one date in the place of another
        return found
    parsed = dict.get(entry, f"{name}_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError):
        return None
