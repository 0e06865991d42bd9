"""A source tried: each address fetched, parsed, and its first items refined. Nothing is written."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from copydesk.errors import CopydeskError, DataError
from copydesk.extract import is_page
from copydesk.fetch import Fetcher, list_files
from copydesk.fetching import policy_of
from copydesk.formats import Parsed, read, recognise
from copydesk.formats.base import Document
from copydesk.metadata.time import parse_moment, plausible
from copydesk.model import BodyType, Item, Payload
from copydesk.pipeline import Context, refine
from copydesk.sources.model import Source, is_folder
from copydesk.sources.teaser import is_teaser, text_of

log = logging.getLogger(__name__)

MAX_FILES = 3
"""Of a folder that are tried, the newest."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What would become of one item."""

    title: str | None
    published: datetime | None
    language: str | None
    characters: int
    """Of the clean text; of the text as given, where the item would not be refined."""
    flags: tuple[str, ...] = ()
    """What a person should know of it, for example ``no date``."""
    refused: bool = False
    """Whether it would be quarantined."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What an address gives now. ``error`` where it gives nothing."""

    url: str
    error: str | None = None
    size: int = 0
    """Bytes."""
    format: str | None = None
    items: int = 0
    newest: datetime | None = None
    refused: tuple[str, ...] = ()
    """The entries that could not be read, with the reason."""
    samples: tuple[Sample, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.error or self.refused or any(sample.refused for sample in self.samples))


def try_source(source: Source, *, limit: int = 5) -> Iterator[Trial]:
    """Try every address of a source as it would be ingested, of a folder its newest files; ``limit`` items of each
    are refined."""
    with Fetcher(policy_of(source)) as fetcher:
        for url in source.urls:
            if is_folder(url):
                yield from _try_folder(source, url, fetcher, limit)
            else:
                yield try_address(source, url, fetcher, limit)


def _try_folder(source: Source, url: str, fetcher: Fetcher, limit: int) -> Iterator[Trial]:
    try:
        files = list_files(url, settled_seconds=source.settled_seconds)
    except CopydeskError as error:
        yield Trial(url, str(error))
        return
    if not files:
        yield Trial(url, "there is no whole file in it now")
    for file in files[-MAX_FILES:]:
        yield try_address(source, file.url, fetcher, limit)


def try_address(source: Source, url: str, fetcher: Fetcher, limit: int = 5) -> Trial:
    try:
        payload = fetcher.get(url).payload
        assert payload is not None, "nothing was said that it could be unchanged since"
    except CopydeskError as error:
        return Trial(url, str(error))
    try:
        return describe(source, url, payload, read(payload), limit=limit)
    except DataError as error:
        return Trial(url, str(error), len(payload.content), format_of(payload))


def describe(source: Source, url: str, payload: Payload, parsed: Parsed, *, limit: int) -> Trial:
    """What a payload gave, its first items refined."""
    return Trial(
        url,
        size=len(payload.content),
        format=format_of(payload),
        items=len(parsed.items),
        newest=newest(parsed.items, zone=source.timezone),
        refused=tuple(str(refusal) for _, refusal in parsed.refused),
        samples=tuple(_sample(item, source, payload.fetched_at) for item in parsed.items[:limit]),
    )


def format_of(payload: Payload) -> str | None:
    """The name of the format that reads a payload."""
    known = recognise(Document(payload))
    return known.NAME if known else None


def newest(items: Sequence[Item], *, zone: str = "UTC") -> datetime | None:
    """The latest publication time, those that can't be true left out."""
    now = datetime.now(UTC)
    moments = [parse_moment(item.published or item.updated, zone=zone) for item in items]
    return max((moment for moment in moments if moment and plausible(moment, seen=now)), default=None)


def _sample(item: Item, source: Source, fetched_at: datetime) -> Sample:
    published = parse_moment(item.published, zone=source.timezone)
    given = Sample(item.title, published, item.language, len(text_of(item)), tuple(_flags(item)))
    if _has_page_fetched(item, source):
        return replace(given, flags=(*given.flags, "its page would be fetched"))
    try:
        article = refine(item, context=Context(source, fetched_at=fetched_at))
    except DataError as error:
        reason = str(error).removeprefix(f"{error.item}: ")
    except Exception as error:
        log.exception("%s: a bug in Copydesk", item.name)
        reason = f"{type(error).__name__}: {error}; this is a bug in Copydesk, please report it"
    else:
        return Sample(article.title, article.published, article.language, len(article.text), given.flags)
    return replace(given, flags=(*given.flags, f"would be quarantined: {reason}"), refused=True)


def _has_page_fetched(item: Item, source: Source) -> bool:
    return bool(item.url) and (source.pages == "always" or (source.pages == "teaser" and is_teaser(item)))


def _flags(item: Item) -> list[str]:
    """What the item lacks. A whole page says it when it is refined."""
    if item.body_type is BodyType.HTML and is_page(item.body):
        return []
    lacks = {
        "no headline": not item.title,
        "no date": not (item.published or item.updated),
        "no id": not (item.identifier or item.url),
        "teaser only": is_teaser(item),
    }
    return [flag for flag, lacking in lacks.items() if lacking]
