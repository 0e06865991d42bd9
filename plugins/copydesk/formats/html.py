"""An HTML page: one item, whose text is extracted when it is refined; its JSON-LD gives the item's fields."""

from __future__ import annotations

import re
from dataclasses import replace

from copydesk.errors import TooDeep, TooLarge
from copydesk.formats.base import Document, Parsed
from copydesk.model import BodyType, Item

NAME = "HTML"
MAX_CHARACTERS = 20_000_000
MAX_DEPTH = 2_000
_ROOTS = frozenset({"html", "head", "body", "article", "main", "div", "section", "p", "h1", "meta", "title"})
# Elements whose end tag may be left out don't count, nor do those that have none: a long page may open thousands.
_NESTING = re.compile(
    r"<(/?)(?:div|span|b|i|a|em|strong|font|table|ul|ol|section|article|blockquote|center|main)\b", re.I
)


def sniff(document: Document) -> bool:
    return not document.binary and (document.root in _ROOTS or document.markup.startswith("<!doctype html"))


def parse(document: Document) -> Parsed:
    from copydesk.formats import jsonld

    page = document.text
    if len(page) > MAX_CHARACTERS:
        raise TooLarge(f"{len(page):,} characters are no article's page (limit {MAX_CHARACTERS:,})", item=document.name)
    check_depth(page, document.name)
    url = document.payload.url
    said = jsonld.article_of_page(page, url) or Item(body="")
    return Parsed((replace(said, body=page, body_type=BodyType.HTML, url=url or said.url),))


def check_depth(page: str, name: str | None) -> None:
    """Refuse markup nested so deeply that parsers recurse to death on it."""
    if page.count("<") <= MAX_DEPTH:
        return
    depth = 0
    for match in _NESTING.finditer(page):
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_DEPTH:
            raise TooDeep(f"its elements are nested more than {MAX_DEPTH:,} deep; no page is", item=name)
