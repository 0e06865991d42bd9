"""What a page is: an article, also one cut by a paywall, a gallery; or an index, an error, a question of consent."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import tomli

from copydesk.extract.blocks import KINDS, Blocks
from copydesk.extract.head import Head
from copydesk.extract.judge import Verdict
from copydesk.model import PageKind

_SHORT = 600
"""Characters of text that a notice has at most; an article that talks of one has more."""
_LINE = 200
_LINES = 6
"""Lines on either side of the text in which a notice stands."""
_CAPTION = KINDS.index("figcaption")
_CAPTIONS = 5
"""Captions from which a page with little else is a gallery."""
_DOUBTFUL = 0.6
"""Confidence below which a page that does not call itself an article may be an index."""
_LINKED = 0.5
"""The share of links in an index's text."""


def kind_of(page: Blocks, head: Head, verdict: Verdict, text: str) -> PageKind:
    """What the page is, by what it says of itself, its form, and the phrases of ``data/kinds.toml``."""
    said = [head.title, *head.headings[:2]]
    if len(text) < _SHORT:
        if _has("error", said):
            return PageKind.ERROR
        lines = page.text[:_LINES]
        if _has("consent", [*said, *lines, text]):
            return PageKind.CONSENT
    if not _calls_itself_article(head) and _reads_as_index(page, head, verdict):
        return PageKind.INDEX
    if _is_cut(page, head, verdict, text):
        return PageKind.CUT
    captions = page.kind.count(_CAPTION)
    return PageKind.GALLERY if captions >= _CAPTIONS and len(text) < _SHORT * captions / 4 else PageKind.ARTICLE


def _calls_itself_article(head: Head) -> bool:
    return head.linked_data is not None or any("article" in value.lower() for value, _ in head.named("type"))


def _reads_as_index(page: Blocks, head: Head, verdict: Verdict) -> bool:
    kept = [index for index, keep in enumerate(verdict.kept) if keep]
    length = sum(len(page.text[index]) for index in kept)
    linked = sum(min(page.link_characters[index], len(page.text[index])) for index in kept)
    if length and linked >= _LINKED * length:
        return True
    return verdict.confidence < _DOUBTFUL and bool(head.url) and not head.address.path.strip("/")


def _is_cut(page: Blocks, head: Head, verdict: Verdict, text: str) -> bool:
    """Whether a paywall keeps the rest: the page says that it does, and the text is short or ends in the offer."""
    kept = [index for index, keep in enumerate(verdict.kept) if keep]
    after = page.text[kept[-1] : kept[-1] + _LINES] if kept else page.text
    return len(text) < 3 * _SHORT and (_has("paywall", after) or head.closed)


def _has(kind: str, lines: list[str]) -> bool:
    phrases = _phrases()[kind]
    return any(line[:_LINE].lower().startswith(phrases) for line in lines)


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    data = tomli.loads(files("copydesk.extract").joinpath("data/kinds.toml").read_text("utf-8"))
    return {kind: tuple(phrases) for kind, phrases in data.items()}
