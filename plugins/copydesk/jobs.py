"""The steps of the job, as DAG tasks and the command line run them: fetch, load, refine, link.

Each step is a transaction or a few, may be repeated at will, and speaks of payloads and items by id only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from copydesk.errors import ConfigurationError, CopydeskError, DataError, TemporaryError
from copydesk.fetch import fetch
from copydesk.formats import Parsed, read
from copydesk.model import Item, Payload
from copydesk.pipeline import VERSION, Context, refine
from copydesk.sources import Source, load_sources
from copydesk.warehouse.articles import PendingItem, Refined, load_articles
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.items import Counts, load_items, load_payload, load_source, record_batch
from copydesk.warehouse.reads import (
    pending_of_payloads,
    pending_ranges,
    quarantined_of_payloads,
    read_payloads,
    read_pending,
)
from copydesk.warehouse.stories import link_articles

log = logging.getLogger(__name__)

MAX_BATCHES = 1000
"""Of one run: Airflow maps over at most 1024."""


WHOLE = -1
"""The place in a payload that stands for all of it."""


class InternalError(DataError):
    """A bug in Copydesk that this item brought to light."""

    reason = "internal"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source gave: payloads by id, and the addresses that gave none, with the error."""

    payload_ids: list[int] = field(default_factory=list)
    failures: dict[str, CopydeskError] = field(default_factory=dict)

    @property
    def worth_retrying(self) -> CopydeskError | None:
        """A failure that a later try may not meet."""
        return next((error for error in self.failures.values() if isinstance(error, TemporaryError)), None)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a batch of payloads was loaded to; ``unreadable`` are payloads refused as a whole, with the message."""

    counts: Counts
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of documents; ``quarantined`` says of each that waits in quarantine why."""

    items: Counts
    articles: Counts
    quarantined: list[str]


@dataclass(frozen=True, slots=True)
class Given:
    """What a person said of the documents they handed in."""

    title: str | None = None
    published: datetime | None = None
    outlet: str | None = None
    language: str | None = None

    def apply(self, item: Item) -> Item:
        said = {name: value for name, value in asdict(self).items() if value}
        return replace(item, **said, given=tuple(said))


def fetch_source(source: Source) -> Fetched:
    """Fetch every address of a source and keep what came. One address that fails does not stop the others."""
    fetched = Fetched()
    for url in source.urls:
        try:
            payload = fetch(url, allow_private=source.allow_private_addresses)
        except CopydeskError as error:
            log.warning("%s: %s", source.name, error)
            fetched.failures[url] = error
        else:
            fetched.payload_ids.append(keep_payload(source, payload))
    return fetched


def keep_payload(source: Source, payload: Payload) -> int:
    """Put a payload into the warehouse as it came; gives its id."""
    with transaction() as connection:
        return load_payload(connection, load_source(connection, source), payload)


def load_payloads(payload_ids: Sequence[int], *, run_id: str | None = None, given: Given | None = None) -> Loaded:
    """Parse payloads and load their items, in one transaction. ``given`` wins over what the payloads say."""
    total, unreadable = Counts(), {}
    with transaction() as connection:
        for payload_id, source_id, payload in read_payloads(connection, payload_ids):
            parsed = parse_payload(payload)
            if parsed.refused and parsed.refused[0][0] == WHOLE:
                unreadable[payload.url or f"payload {payload_id}"] = str(parsed.refused[0][1])
            if given:
                parsed = replace(parsed, items=tuple(map(given.apply, parsed.items)))
            for _, refusal in parsed.refused:
                log.warning("payload %s: quarantined: %s", payload_id, refusal)
            counts = load_items(connection, source_id, payload_id, parsed)
            record_batch(connection, "ingest", counts, run_id=run_id, source_id=source_id)
            total += counts
    return Loaded(total, unreadable)


def ensure_partitions(*, months: int = 3) -> int:
    """Create the partitions of the coming months where they are missing; says how many were.

    Gives up, as a temporary error, rather than wait long for the tables and make everybody else wait behind.
    """
    with transaction() as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("SELECT ensure_partitions(now(), now() + make_interval(months => %s))", (months,))
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def plan_batches(*, size: int = 50) -> list[tuple[int, int]]:
    """Ranges of item ids that hold all pending items, ``size`` in each."""
    with transaction() as connection:
        return pending_ranges(connection, size=size, limit=MAX_BATCHES)


def refine_items(
    first: int = 0,
    last: int | None = None,
    *,
    item_ids: Sequence[int] | None = None,
    run_id: str | None = None,
) -> Counts:
    """Refine the pending items of a range of ids, or of a list, and load the articles in one transaction."""
    with transaction() as connection:
        pending = list(read_pending(connection, first=first, last=last, item_ids=item_ids))
    if not pending:
        return Counts()
    context = _source_context()
    refined = [_refine(entry, context(entry)) for entry in pending]
    with transaction() as connection:
        counts = load_articles(connection, refined, VERSION)
        record_batch(connection, "refine", counts, run_id=run_id)
    return counts


def link_stories() -> tuple[int, int]:
    """Link all articles that are not linked yet; says how many, and how many of them are copies."""
    linked = copies = 0
    while True:
        with transaction() as connection:
            done, found = link_articles(connection)
        if not done:
            return linked, copies
        linked, copies = linked + done, copies + found


def ingest_documents(
    payloads: Iterable[Payload], source: Source, *, run_id: str, given: Given | None = None
) -> Ingested:
    """Payloads that a person gave, from bytes to linked articles."""
    ids = [keep_payload(source, payload) for payload in payloads]
    loaded = load_payloads(ids, run_id=run_id, given=given)
    with transaction() as connection:
        pending = pending_of_payloads(connection, ids)
    refined = refine_items(item_ids=pending, run_id=run_id)
    link_stories()
    with transaction() as connection:
        return Ingested(loaded.counts, refined, quarantined_of_payloads(connection, ids))


def _source_context() -> Callable[[PendingItem], Context]:
    """Gives items the context of their source as it is configured now."""
    try:
        sources = load_sources()
    except ConfigurationError as error:  # what the warehouse knows of the sources is enough to go on
        log.warning("the sources are not read: %s", error)
        sources = {}

    def context(entry: PendingItem) -> Context:
        return Context(sources.get(entry.source.name, entry.source), fetched_at=entry.fetched_at)

    return context


def parse_payload(payload: Payload) -> Parsed:
    """What a payload holds; where it can't be read, a refusal of all of it."""
    try:
        return read(payload)
    except DataError as error:
        return Parsed(refused=((WHOLE, error),))
    except Exception as error:
        log.exception("%s: a bug in Copydesk", payload.url)
        message = f"{type(error).__name__}: {error}; this is a bug in Copydesk, please report it"
        return Parsed(refused=((WHOLE, InternalError(message, item=payload.url)),))


def _refine(entry: PendingItem, context: Context) -> Refined:
    try:
        return Refined(entry, article=refine(entry.item, context=context))
    except DataError as error:
        log.warning("item %s: quarantined: %s", entry.item_id, error)
        return Refined(entry, error=error)
    except Exception as error:
        log.exception("item %s: quarantined: a bug in Copydesk", entry.item_id)
        message = f"{type(error).__name__}: {error}; this is a bug in Copydesk, please report it"
        return Refined(entry, error=InternalError(message, item=entry.item.name))
