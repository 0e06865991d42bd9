"""Copydesk: clean text, metadata and facts out of syndicated news.

>>> import copydesk
>>> item, = copydesk.parse(payload)
>>> article = copydesk.refine(item)
>>> article.text, article.removals, article.facts
"""

from copydesk.boilerplate import strip
from copydesk.extract import extract
from copydesk.facts import annotate
from copydesk.formats import parse
from copydesk.metadata.language import identify_language
from copydesk.model import Article, Doubt, Extracted, Fact, Item, Payload, Removal, Repair, Stripped
from copydesk.pipeline import Context, refine
from copydesk.syndication import Link, StoryIndex

__all__ = [
    "Article",
    "Context",
    "Doubt",
    "Extracted",
    "Fact",
    "Item",
    "Link",
    "Payload",
    "Removal",
    "Repair",
    "StoryIndex",
    "Stripped",
    "annotate",
    "extract",
    "identify_language",
    "parse",
    "refine",
    "strip",
]
