"""Sitemaps, news sitemaps and indexes of sitemaps (https://www.sitemaps.org/protocol.html).

A sitemap gives addresses; its items have no text until their pages are fetched. An index gives further sitemaps.
"""

from __future__ import annotations

from lxml import etree

from copydesk.errors import DataError, NoText
from copydesk.formats import xml
from copydesk.formats.base import Document, More, Parsed
from copydesk.formats.fields import line, lines, moment, plain, web_address
from copydesk.model import Item, Link, Media

NAME = "sitemap"
_ROOTS = frozenset({"urlset", "sitemapindex"})


def sniff(document: Document) -> bool:
    return not document.binary and document.root in _ROOTS


def parse(document: Document) -> Parsed:
    root = xml.parse(document).root
    xml.strip_namespaces(root)
    if root.tag == "sitemapindex":
        named = {
            address: More(address, moment(sitemap.findtext("lastmod")))
            for sitemap in root.findall(".//sitemap")
            if (address := web_address(sitemap.findtext("loc"), document.name))
        }
        return Parsed(more=tuple(named.values()))
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, entry in enumerate(root.findall(".//url")):
        address = web_address(entry.findtext("loc"), document.name)
        if address:
            items.append(_item(entry, address, position))
        else:
            error = NoText(f"it has no address that can be fetched: {entry.findtext('loc')!r:.80}", item=document.name)
            refused.append((position, error))
    return Parsed(tuple(items), tuple(refused))


def _item(entry: etree._Element, address: str, position: int) -> Item:
    news = entry.find("news")
    return Item(
        body="",
        url=address,
        title=plain(entry.findtext("news/title")),
        outlet=line(entry.findtext("news/publication/name")),
        language=line(entry.findtext("news/publication/language")),
        published=moment(entry.findtext("news/publication_date")),
        updated=moment(entry.findtext("lastmod")),
        keywords=lines((entry.findtext("news/keywords") or "").split(",") if news is not None else ()),
        links=tuple(
            Link(href, line(link.get("rel")) or "alternate")
            for link in entry.findall("link")
            if (href := web_address(link.get("href"), address))
        ),
        media=tuple(
            Media(
                web_address(media.findtext("loc") or media.findtext("content_loc"), address),
                caption=plain(media.findtext("caption") or media.findtext("title")),
            )
            for media in (*entry.findall("image"), *entry.findall("video"))
        ),
        position=position,
    )
