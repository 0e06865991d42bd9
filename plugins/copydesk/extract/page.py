"""Whole pages: the article found among the page's furniture, by trafilatura."""

from __future__ import annotations

import re
from typing import Any

from copydesk.errors import NoText
from copydesk.model import Extracted

MIN_CHARACTERS = 40
"""Less than a sentence is what an index or a consent page leaves, not an article."""
_PAGE = re.compile(r"<(?:!doctype html|html|head|body)[\s>]", re.I)


def is_page(html: str) -> bool:
    """Whether this is a whole page rather than a fragment."""
    return _PAGE.search(html[:2000]) is not None


def extract(html: bytes | str, *, url: str | None = None) -> Extracted:
    """The article of an HTML page and the page's metadata.

    Raises :class:`NoText` where the page holds no article.
    """
    import trafilatura

    page = html if isinstance(html, str) else trafilatura.utils.decode_file(html)
    document: Any = trafilatura.bare_extraction(
        page.replace("\x00", ""),
        url=url,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
    )
    if document is None or len((document.text or "").strip()) < MIN_CHARACTERS:
        raise NoText("no article was found on the page; it may be an index, an error or a consent page", item=url)
    authors = tuple(name.strip() for name in (document.author or "").split(";") if name.strip())
    return Extracted(
        text=document.text.strip("\n"),
        title=document.title or None,
        authors=authors,
        published=_to_the_second(page, document.date),
        language=_declared_language(page) or document.language or None,
        outlet=document.sitename or None,
        tags=tuple(tag for tag in (document.tags or ()) if tag),
        url=document.url or url,
    )


_LANGUAGE = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?([a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*)", re.I)


_STATED = re.compile(
    r"""(?:"datePublished"\s*:\s*|article:published_time["']\s+content\s*=\s*)["']([^"']{10,40})["']""", re.I
)


def _to_the_second(page: str, day: str | None) -> str | None:
    """The time that the page's JSON-LD or meta tag states, where it is of the day that was found; else the day."""
    for match in _STATED.finditer(page):
        if day and match[1].startswith(day):
            return match[1]
    return day or None


def _declared_language(page: str) -> str | None:
    match = _LANGUAGE.search(page[:5000])
    return match[1].replace("_", "-") if match else None
