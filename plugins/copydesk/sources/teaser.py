"""Whether an item has its article's text or only a teaser of it, so that ``pages: teaser`` knows what to fetch."""

from __future__ import annotations

import re

from copydesk.extract import fragment_text, is_page
from copydesk.model import BodyType, Item

MIN_CHARACTERS = 300
"""A shorter text is a teaser: of feeds with full text the briefest news is about as long."""
MAX_CUT_CHARACTERS = 1_500
"""A longer text is an article, also where it ends in dots."""
_CUT = re.compile(r"(?:…|\.\.\.|\[[.… ]+\]|\[&hellip;\])[^.!?]{0,160}[.!?]?\s*$")
"""Dots, and behind them at most a line such as "Read more" or "The post … appeared first on …"."""
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS_OF_AN_IDEOGRAPH = 2.5


def text_of(item: Item) -> str:
    """The text of an item that is no whole page, without markup."""
    return fragment_text(item.body) if item.body_type is BodyType.HTML else item.body


def is_teaser(item: Item) -> bool:
    """Whether the item gives no text, the beginning of one, or too little for an article."""
    if item.body_type is BodyType.HTML and is_page(item.body):
        return False
    text = text_of(item).strip()
    length = len(text) + (_LETTERS_OF_AN_IDEOGRAPH - 1) * len(_IDEOGRAPHS.findall(text[:MAX_CUT_CHARACTERS]))
    return length < MIN_CHARACTERS or (length < MAX_CUT_CHARACTERS and bool(_CUT.search(text)))
