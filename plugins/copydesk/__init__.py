"""Copydesk: clean text, metadata and facts out of syndicated news.

>>> import copydesk
>>> item, = copydesk.parse(payload)
>>> article = copydesk.refine(item)
>>> article.text, article.removals, article.facts
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "annotate": "facts",
    "extract": "extract",
    "identify_language": "metadata.language",
    "parse": "formats",
    "strip": "boilerplate",
    **dict.fromkeys(("Context", "refine"), "pipeline"),
    **dict.fromkeys(("Link", "StoryIndex"), "syndication"),
}
"""Where a name comes from; the others are in ``model``."""


class _Package(ModuleType):
    """Imports each name when it is first used: Airflow reads the DAG files over and over, each in a new process, and
    they need hardly anything of the library."""

    def __getattr__(self, name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'model')}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # `extract` is a function and the package that it comes from, which Python would put in the function's place.
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
