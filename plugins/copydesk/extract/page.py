"""Whole pages: the article found among the page's furniture, and what the page says of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from copydesk.errors import NoText, TooLarge
from copydesk.extract import choose
from copydesk.extract.blocks import MAX_BLOCKS, Blocks, read_blocks
from copydesk.extract.dom import Tree
from copydesk.extract.fallback import second_text
from copydesk.extract.features import Hints
from copydesk.extract.head import Head, read_head
from copydesk.extract.helped import Helped
from copydesk.extract.judge import Verdict, decide, judge
from copydesk.extract.kind import kind_of
from copydesk.formats.base import decode
from copydesk.model import Evidence, Extracted, PageKind, Payload
from copydesk.sources.selectors import Selectors

MIN_CHARACTERS = 40
"""Less than a sentence is what an index or a consent page leaves, not an article."""
UNSURE = 0.5
"""Confidence below which another extractor is asked for the text."""
_ARTICLES = (PageKind.ARTICLE, PageKind.CUT, PageKind.GALLERY)
_NO_ARTICLE = {
    PageKind.INDEX: "no article was found on the page; it reads as an index of others",
    PageKind.ERROR: "no article was found on the page; it is an error that the site answers with",
    PageKind.CONSENT: "no article was found on the page; it asks for consent first",
}
_PARAGRAPH = 60
"""Characters from which a block is text that something can be near to."""
_PAGE = re.compile(r"<(?:!doctype html|html|head|body)[\s>]", re.I)


def is_page(html: str) -> bool:
    """Whether this is a whole page rather than a fragment."""
    return _PAGE.search(html[:2000]) is not None


def extract(html: bytes | str, *, url: str | None = None, selectors: Selectors | None = None) -> Extracted:
    """The article of an HTML page and the page's metadata. ``selectors`` are what its source knows of its pages.

    Raises :class:`NoText` where the page holds no article, which says what it is instead.
    """
    markup = html if isinstance(html, str) else _decode(html)
    helped = Helped(markup.replace("\0", ""), selectors) if selectors else None
    markup = helped.html if helped else markup
    tree = Tree(markup)
    head = read_head(tree, url)
    court = judge()
    page = read_blocks(tree.body, court.lexicon)
    if page.cut and not (helped and helped.text):
        raise TooLarge(f"it has more than {MAX_BLOCKS:,} paragraphs; no article has", item=url)
    verdict = decide(page, court.opinions(page, hints_of(head))) if page.text else Verdict([], 0.0)
    text, by = _text(page, verdict), "copydesk"
    kind = kind_of(page, head, verdict, text)
    if helped and helped.text:
        text, by = helped.text, "selectors"
    elif kind in _ARTICLES and (verdict.confidence < UNSURE or len(text) < MIN_CHARACTERS):
        other = second_text(markup.replace("\0", ""), url)
        if len(other) >= MIN_CHARACTERS:
            text, by = other, "trafilatura"
    if len(text) < MIN_CHARACTERS or (kind not in _ARTICLES and by != "selectors"):
        raise NoText(_NO_ARTICLE.get(kind, _NO_ARTICLE[PageKind.INDEX]), item=url)
    return _described(head, page, verdict, text, by, kind, helped.published if helped else None)


def _described(
    head: Head, page: Blocks, verdict: Verdict, text: str, by: str, kind: PageKind, published: str | None
) -> Extracted:
    first, last = _ends(page, verdict)
    title = choose.choose_title(head)
    outlet = choose.choose_outlet(head)
    authors, told_by = choose.choose_authors(head, choose.visible_bylines(page, first, last), outlet)
    time = choose.choose_published(head, page, first)
    if published:
        time = Evidence("published", published, "page: selector")
    credited = Evidence("authors", "; ".join(authors), told_by) if authors else None
    return Extracted(
        text=text,
        title=title.value if title else None,
        authors=authors,
        published=time.value if time else None,
        modified=choose.choose_modified(head),
        language=head.language,
        outlet=outlet,
        tags=choose.choose_tags(head),
        url=choose.choose_url(head),
        credits=choose.visible_credits(page, verdict.kept, first, last),
        kind=kind,
        confidence=round(verdict.confidence, 3),
        by=by,
        evidence=tuple(filter(None, (title, credited, time))),
    )


def hints_of(head: Head) -> Hints:
    item = head.linked_data
    titles = [item.title if item else None, *(value for value, _ in head.named("title")), *head.headings, head.title]
    descriptions = [item.summary if item else None, *(value for value, _ in head.named("description"))]
    return Hints(
        title=next(filter(None, titles), ""),
        description=next(filter(None, descriptions), ""),
        body=item.body if item else "",
    )


def _text(page: Blocks, verdict: Verdict) -> str:
    """The kept blocks, a line each; the cells of a table's row share one."""
    lines: list[str] = []
    row = -1
    for text, own_row, kept in zip(page.text, page.row, verdict.kept, strict=True):
        if not kept:
            continue
        if own_row >= 0 and own_row == row:
            lines[-1] += f" | {text}"
        else:
            lines.append(text)
        row = own_row
    return "\n".join(lines)


def _ends(page: Blocks, verdict: Verdict) -> tuple[int, int]:
    """The first and the last block of the article's text."""
    long = [
        index
        for index, (text, kept) in enumerate(zip(page.text, verdict.kept, strict=True))
        if kept and len(text) >= _PARAGRAPH
    ] or [index for index, kept in enumerate(verdict.kept) if kept]
    return (long[0], long[-1]) if long else (0, 0)


def _decode(html: bytes) -> str:
    return decode(Payload(html, datetime.now(UTC), media_type="text/html"))
