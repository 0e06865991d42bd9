"""An HTML page: one item, whose text and metadata are extracted when it is refined."""

from __future__ import annotations

import re

from copydesk.errors import TooDeep, TooLarge
from copydesk.formats.base import Head, Parsed, decode
from copydesk.model import BodyType, Item, Payload

NAME = "HTML"
MAX_CHARACTERS = 20_000_000
MAX_DEPTH = 2_000
_OPENINGS = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<body",
    b"<article",
    b"<main",
    b"<div",
    b"<section",
    b"<p",
    b"<h1",
    b"<meta",
    b"<title",
)
# Elements whose end tag may be left out don't count, nor do those that have none: a long page may open thousands.
_NESTING = re.compile(
    r"<(/?)(?:div|span|b|i|a|em|strong|font|table|ul|ol|section|article|blockquote|center|main)\b", re.I
)


def sniff(head: Head) -> bool:
    return not head.binary and head.markup.startswith(_OPENINGS)


def parse(payload: Payload) -> Parsed:
    page = decode(payload)
    if len(page) > MAX_CHARACTERS:
        raise TooLarge(f"{len(page):,} characters are no article's page (limit {MAX_CHARACTERS:,})", item=payload.url)
    check_depth(page, payload.url)
    return Parsed((Item(body=page, body_type=BodyType.HTML, url=payload.url),))


def check_depth(page: str, name: str | None) -> None:
    """Refuse markup nested so deeply that parsers recurse to death on it."""
    depth = 0
    for match in _NESTING.finditer(page):
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_DEPTH:
            raise TooDeep(f"its elements are nested more than {MAX_DEPTH:,} deep; no page is", item=name)
