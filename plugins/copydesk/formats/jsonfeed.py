"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import line, lines, moment, plain, web_address
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Link, Media
from copydesk.text import clean

NAME = "JSON Feed"


def sniff(document: Document) -> bool:
    feed = document.json_object
    return isinstance(feed, dict) and (
        "jsonfeed.org/version" in str(feed.get("version"))
        or (isinstance(feed.get("items"), list) and ("home_page_url" in feed or "feed_url" in feed))
    )


def parse(document: Document) -> Parsed:
    feed = document.json
    entries = feed.get("items") or []
    if not isinstance(entries, list):
        raise BrokenFormat("the feed's items are no list", item=document.name)
    base = web_address(feed.get("home_page_url"), document.name) or web_address(document.name)
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, entry in enumerate(entries):
        try:
            if not isinstance(entry, dict):
                raise BrokenFormat(f"the entry is no object but {entry!r:.40}", item=f"item {position + 1}")
            items.append(_item(entry, feed, base, position))
        except DataError as error:
            refused.append((position, error))
    return Parsed(tuple(items), tuple(refused))


def _item(entry: dict[str, Any], feed: dict[str, Any], base: str | None, position: int) -> Item:
    html, text = entry.get("content_html"), entry.get("content_text")
    body = clean(html if isinstance(html, str) and html.strip() else text if isinstance(text, str) else "")
    identifier, url = line(entry.get("id")), web_address(entry.get("url"), base)
    external = web_address(entry.get("external_url"), base)
    title = plain(line(entry.get("title"))) or line(entry.get("title"))
    media = tuple(_media(entry, base))
    name = identifier or url or title or f"item {position + 1}"
    summary = plain(line(entry.get("summary")))
    if not (body or title or summary or url or external or media):
        raise NoText("the entry has neither a title nor a text nor an address", item=name)
    check_depth(body, name)
    authors = tuple(_authors(entry)) or tuple(_authors(feed))
    return Item(
        body=body or summary or "",
        body_type=BodyType.HTML if body and body == clean(html or "") else BodyType.TEXT,
        identifier=identifier,
        url=url or external or web_address(identifier),
        title=title,
        summary=summary,
        byline=", ".join(authors) or None,
        authors=authors,
        language=line(entry.get("language") or feed.get("language")),
        published=moment(entry.get("date_published")),
        updated=moment(entry.get("date_modified")),
        keywords=lines(tag for tag in _list(entry.get("tags")) if isinstance(tag, str)),
        links=(Link(external, "via"),) if external and url else (),
        media=media,
        position=position,
    )


def _authors(entry: dict[str, Any]) -> Iterator[str]:
    """``authors`` of version 1.1, else ``author`` of version 1."""
    authors = entry.get("authors") or entry.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if isinstance(author, dict) and (name := line(author.get("name"))):
            yield name


def _media(entry: dict[str, Any], base: str | None) -> Iterator[Media]:
    for key in ("image", "banner_image"):
        if address := web_address(entry.get(key), base):
            yield Media(address)
    for attachment in _list(entry.get("attachments")):
        if isinstance(attachment, dict) and (address := web_address(attachment.get("url"), base)):
            yield Media(address, line(attachment.get("mime_type")), plain(line(attachment.get("title"))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
