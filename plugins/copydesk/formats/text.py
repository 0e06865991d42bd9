"""Plain text: one item; its first line is the title where it stands apart as one."""

from __future__ import annotations

import re

from copydesk.errors import TooLarge
from copydesk.formats.base import Document, Parsed
from copydesk.model import Item

NAME = "plain text"
MAX_CHARACTERS = 5_000_000
_JSON = re.compile(r"[\[{]\s*[\"{\[\]}]")
_MAX_TITLE = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]+")
_SENTENCE_END = re.compile(r"[.:;,…。!?]$")


def sniff(document: Document) -> bool:
    if document.binary or _JSON.match(document.markup):
        return False
    return not document.markup.startswith("<") or document.media_type == "text/plain"


def parse(document: Document) -> Parsed:
    text = _CONTROL.sub(" ", document.text)
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            f"{len(text):,} characters are no article (limit {MAX_CHARACTERS:,}); split it into documents",
            item=document.name,
        )
    title, body = _title(text.strip("\n"))
    return Parsed((Item(body=body, url=document.payload.url, title=title),))


def _title(text: str) -> tuple[str | None, str]:
    """A first line set apart by an empty one, short and not ending like a sentence, is a title."""
    first, _, rest = text.partition("\n")
    if (
        rest.startswith("\n")
        and rest.strip()
        and 0 < len(first) <= _MAX_TITLE
        and not _SENTENCE_END.search(first.rstrip())
    ):
        return first.strip(), rest.lstrip("\n")
    return None, text
