"""refine(): an item becomes an article. The stages in order; the first file to read.

extract (HTML → text) → strip (boilerplate) → repair → normalise (metadata) → annotate (facts) → fingerprint
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from copydesk.boilerplate import strip
from copydesk.boilerplate.learned import Learned, names_of
from copydesk.errors import DataError, MissingMetadata, NoText, TooLarge
from copydesk.extract import extract, fragment_text, is_page
from copydesk.facts import annotate
from copydesk.formats.base import decode
from copydesk.formats.html import check_depth
from copydesk.metadata.language import identify_language
from copydesk.metadata.normalise import Claims, Metadata, normalise
from copydesk.metadata.subjects import topics
from copydesk.model import Article, BodyType, Extracted, Item, Payload, Signal, offset_map
from copydesk.repair import find_repairs
from copydesk.sources import Source
from copydesk.sources.selectors import Selectors
from copydesk.syndication.fingerprint import fingerprint

log = logging.getLogger(__name__)

VERSION = "10"
"""Of what the pipeline makes of an item. Who changes results counts it up, which marks what to refine again."""

MAX_CHARACTERS = 300_000
"""Of an article's text: a hundred pages of a book."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of an item besides itself."""

    source: Source | None = None
    published: datetime | str | None = None
    """A publication time that a person gave; it wins over what the item says."""
    outlet: str | None = None
    language: str | None = None
    fetched_at: datetime | None = None
    """When the item was fetched; now, where nobody knows."""
    page: Payload | None = None
    """The item's own page, where its feed has only a teaser."""
    learned: Learned | None = None
    """The blocks that the source is known to repeat."""

    @property
    def claims(self) -> Claims:
        source = self.source
        return Claims(
            published=self.published,
            outlet=self.outlet or (source.outlet if source else None),
            agency=source.agency if source else None,
            language=self.language or (source.language if source else None),
            timezone=source.timezone if source and source.timezone != "UTC" else None,
        )


def refine(item: Item, *, context: Context | None = None) -> Article:
    """Clean text, metadata and facts of an item.

    ``article.source_text()`` gives the item's text back exactly: the body of a text item, the extracted text of an
    HTML one. Raises :class:`copydesk.errors.DataError` where the item can't be refined.
    """
    context = context or Context()
    claims = context.claims
    page, source_text = _text_of(item, context)
    hint = claims.language or item.language or identify_language(source_text)
    learned = context.learned.naming(names_of(item)) if context.learned else None
    stripped = strip(source_text, language=hint, source=claims.outlet or item.outlet, learned=learned)
    repairs = find_repairs(
        source_text, language=hint, skip=[(removal.start, removal.end) for removal in stripped.removals]
    )
    text = offset_map(stripped.removals, repairs).apply(source_text)
    if not text.strip():
        raise NoText("all of its text is boilerplate; see `copydesk refine` on it", item=item.name)
    metadata = normalise(item, page, text, stripped, claims, seen=context.fetched_at or datetime.now(UTC))
    _require(item, metadata, context.source)
    published, modified = metadata.published, metadata.modified
    return Article(
        text=text,
        title=metadata.title,
        language=metadata.language,
        published=published.utc if published else None,
        published_on=published.day if published else None,
        published_precision=published.precision if published else None,
        published_zone=published.zone if published else None,
        modified=modified.utc if modified else None,
        modified_precision=modified.precision if modified else None,
        modified_zone=modified.zone if modified else None,
        authors=metadata.authors,
        contributors=metadata.contributors,
        outlet=metadata.outlet,
        agency=metadata.agency,
        origin=metadata.origin,
        url=metadata.url,
        keywords=metadata.keywords,
        topics=topics(item.subjects, metadata.keywords, language=metadata.language),
        flags=metadata.flags,
        signal=item.signal,
        removals=stripped.removals,
        repairs=repairs,
        facts=tuple(
            annotate(text, language=metadata.language, published=published.day.isoformat() if published else None)
        ),
        evidence=metadata.evidence,
        fingerprint=fingerprint(text),
        item=item,
        version=VERSION,
    )


def _text_of(item: Item, context: Context) -> tuple[Extracted | None, str]:
    """What the page says, for a whole page, and the item's text."""
    page = _read_page(item, context.page, context.source.selectors if context.source else None)
    if page is not None:
        text = page.text
    elif item.body_type is BodyType.TEXT:
        text = item.body
    else:
        text = fragment_text(item.body)
    if not text.strip() and item.signal in (Signal.KILL, Signal.WITHHELD):
        text = item.ednote or item.title or ""  # what is taken back has no text, and is to be seen all the same
    if not text.strip():
        raise NoText("there is no text in it; a feed of headlines needs the pages of its items", item=item.name)
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(f"{len(text):,} characters are no article (limit {MAX_CHARACTERS:,})", item=item.name)
    return page, text.replace("\x00", "")


def _read_page(item: Item, own_page: Payload | None, selectors: Selectors | None) -> Extracted | None:
    """The article of the item's page, where the item is one or its own page has more text than the item."""
    if item.body_type is BodyType.HTML and is_page(item.body):
        check_depth(item.body, item.name)
        return extract(item.body, url=item.url, selectors=selectors)
    if own_page is None:
        return None
    try:
        content = decode(own_page)
        check_depth(content, item.name)
        page = extract(content, url=own_page.url or item.url, selectors=selectors)
    except DataError as error:
        log.info("%s: its page is of no use: %s", item.name, error)
        return None
    given = item.body if item.body_type is BodyType.TEXT else fragment_text(item.body)
    return page if len(page.text) > len(given) else None


def _require(item: Item, metadata: Metadata, source: Source | None) -> None:
    missing = [field for field in (source.require if source else ()) if not getattr(metadata, field)]
    if missing:
        raise MissingMetadata(
            f"it has no {' and no '.join(missing)}; where that is normal, take it out of the source's `require`",
            item=item.name,
        )
