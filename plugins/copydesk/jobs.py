"""The steps of the job after fetching, as DAG tasks and the command line run them: load, refine, link.

Each step is a transaction or a few, may be repeated at will, and speaks of payloads and items by id only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import chain

from psycopg2.extensions import connection as Connection
from structlog.contextvars import bound_contextvars

from copydesk.boilerplate.learned import Learned
from copydesk.dividing import divided
from copydesk.errors import CopydeskError, DataError
from copydesk.fetching import wants_page
from copydesk.formats import Parsed
from copydesk.model import Item, Payload
from copydesk.pipeline import VERSION, Context
from copydesk.refinery import Refinery
from copydesk.sources import Source, read_sources
from copydesk.warehouse import reads
from copydesk.warehouse.articles import PendingItem, Refined, load_articles
from copydesk.warehouse.block_review import restore_due
from copydesk.warehouse.blocks import learn, read_learned
from copydesk.warehouse.connection import one_session, transaction
from copydesk.warehouse.items import Counts, load_items, load_payload, load_source, record_batch
from copydesk.warehouse.pages import want_pages
from copydesk.warehouse.reads import (
    Stored,
    Waiting,
    claim_pending,
    payload_portions,
    pending_ids,
    pending_of_payloads,
    pending_ranges,
    quarantined_of_payloads,
    read_payloads,
    waiting_items,
)
from copydesk.warehouse.stories import link_articles

log = logging.getLogger(__name__)

MAX_BATCHES = 1000
"""Of one run: Airflow maps over at most 1024."""
PAYLOADS_AT_ONCE, BYTES_AT_ONCE = 20, 64 << 20
"""Of payloads that are held in memory, and loaded in a transaction; a larger one is held alone."""
AT_ONCE = 100
"""Items refined in a transaction: some seconds of work, which is what a fault costs."""
SPREAD, LEAST = 8, 3000
"""Batches that a run is cut into, so that several workers have something to do, and the items that each has at least:
to begin costs a task as much as a few hundred items. A batch may be large: what a fault undoes is a transaction."""

WHOLE = -1
"""The place in a payload that stands for all of it."""


class InternalError(DataError):
    """A bug in Copydesk that this item brought to light."""

    reason = "internal"


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


def keep_payload(source: Source, payload: Payload) -> int:
    """Put a payload into the warehouse as it came; gives its id."""
    with transaction() as connection:
        return load_payload(connection, load_source(connection, source), payload)


@one_session()
def load_payloads(payload_ids: Sequence[int], *, run_id: str | None = None, given: Given | None = None) -> Loaded:
    """Parse payloads and load their items, some in a transaction. ``given`` wins over what the payloads say.

    What can't be loaded goes into quarantine, by itself.
    """
    total, unreadable, sources = Counts(), {}, configured()
    with transaction() as connection:
        portions = payload_portions(connection, payload_ids, count=PAYLOADS_AT_ONCE, bytes_=BYTES_AT_ONCE)
    with Refinery() as refinery:
        for ids in portions:
            with transaction() as connection:
                stored = read_payloads(connection, ids)
            parsed = [(entry, parse_payload(refinery, entry.payload)) for entry in stored]
            if given:
                parsed = [
                    (entry, replace(found, items=tuple(map(given.apply, found.items)))) for entry, found in parsed
                ]
            loaded = divided(
                parsed,
                lambda some: _load_some(some, sources, run_id),
                lambda one, error: _load_some([(one[0], _refused(one[0].payload, error))], sources, run_id),
            )
            for entry, found, counts in chain.from_iterable(loaded):
                total += counts
                with bound_contextvars(payload_id=entry.payload_id, source=entry.source):
                    for _, refusal in found.refused:
                        log.warning("payload %s: quarantined: %s", entry.payload_id, refusal)
                if found.refused and found.refused[0][0] == WHOLE:
                    unreadable[entry.payload.url or f"payload {entry.payload_id}"] = str(found.refused[0][1])
    return Loaded(total, unreadable)


def _load_some(
    parsed: Sequence[tuple[Stored, Parsed]], sources: Mapping[str, Source], run_id: str | None
) -> list[tuple[Stored, Parsed, Counts]]:
    """Load payloads in a transaction."""
    with transaction() as connection:
        return [
            (entry, found, _load(connection, entry, found, sources.get(entry.source), run_id))
            for entry, found in parsed
        ]


def _refused(payload: Payload, error: Exception) -> Parsed:
    """A refusal of all of a payload that Copydesk can't cope with."""
    return Parsed(refused=((WHOLE, internal_error(error, payload.url)),))


def _load(connection: Connection, entry: Stored, parsed: Parsed, source: Source | None, run_id: str | None) -> Counts:
    loaded = load_items(connection, entry.source_id, entry.payload_id, parsed)
    record_batch(
        connection, "ingest", loaded.counts, run_id=run_id, source_id=entry.source_id, payload_id=entry.payload_id
    )
    if source:
        changed = ((item_id, revision, item) for item_id, revision, item in loaded.changed if wants_page(source, item))
        with connection.cursor() as cursor:
            want_pages(
                cursor, entry.source_id, [(item_id, revision, item.url or "") for item_id, revision, item in changed]
            )
    return loaded.counts


def ensure_partitions(*, months: int = 3) -> int:
    """Create the partitions of the coming months where they are missing; says how many were.

    Gives up, as a temporary error, rather than wait long for the tables and make everybody else wait behind.
    """
    with transaction() as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("SELECT ensure_partitions(now(), now() + make_interval(months => %s))", (months,))
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def waiting() -> Waiting:
    """How much waits to be refined."""
    with transaction() as connection:
        return waiting_items(connection)


def plan_batches(*, size: int = 10_000) -> list[tuple[int, int]]:
    """Ranges of item ids that hold all pending items; what is to be put back is among them.

    At most ``size`` in each. Where that allows, they are of one size and as many as a power of two, so that two
    workers, or four, come to an end together.
    """
    with transaction() as connection:
        restore_due(connection)
    with transaction() as connection:
        items = waiting_items(connection).items
        batches = min(SPREAD, 1 << max(0, (items // LEAST).bit_length() - 1))
        return pending_ranges(connection, size=min(size, max(LEAST, -(-items // batches))), limit=MAX_BATCHES)


@one_session()
def refine_items(
    first: int = 0,
    last: int | None = None,
    *,
    item_ids: Sequence[int] | None = None,
    run_id: str | None = None,
) -> Counts:
    """Refine the pending items of a range of ids, or of a list, and load the articles, some in a transaction.

    The transaction claims its items: of a range, what another run is at is left to that run; of a list, it is waited
    for. Whoever dies gives its claim back, for it is the server that ends the transaction. What can't be loaded goes
    into quarantine, by itself.
    """
    total = Counts()
    next_id: int | None = first
    with Refinery() as refinery:
        refining = _Refining(refinery, configured(), run_id)
        while next_id is not None:
            counts, next_id = refining.some(next_id, last, item_ids)
            total += counts
    return total


@dataclass(frozen=True, slots=True)
class _Done:
    """What one transaction did; ``news`` as :func:`~copydesk.warehouse.blocks.learn` says it."""

    counts: Counts
    news: bool = False


@dataclass(frozen=True, slots=True)
class _Refining:
    """What the transactions of one call share."""

    refinery: Refinery
    sources: dict[str, Source]
    run_id: str | None

    def some(self, first: int, last: int | None, item_ids: Sequence[int] | None) -> tuple[Counts, int | None]:
        """The first items of a range or list; gives the id from which there may be more."""
        with transaction() as connection:
            ids = pending_ids(connection, first=first, last=last, item_ids=item_ids, limit=AT_ONCE)
        if not ids:
            return Counts(), None
        wait = item_ids is not None
        done = divided(
            ids,
            lambda some: self._transaction(some, wait=wait),
            lambda item_id, error: self._refuse(item_id, error, wait=wait),
        )
        if any(part.news for part in done):
            with transaction() as connection:
                restore_due(connection)
        return sum((part.counts for part in done), Counts()), ids[-1] + 1 if len(ids) == AT_ONCE else None

    def _refuse(self, item_id: int, error: Exception, *, wait: bool) -> _Done:
        with bound_contextvars(item_id=item_id):
            log.warning("item %s: quarantined: %r", item_id, error)
        return self._transaction([item_id], wait=wait, refused=error)

    def _transaction(self, item_ids: Sequence[int], *, wait: bool, refused: Exception | None = None) -> _Done:
        """Claim, refine and load, or refuse."""
        with transaction() as connection:
            pending = list(claim_pending(connection, item_ids, wait=wait))
            if not pending:
                return _Done(Counts())
            learned = read_learned(connection, {entry.source_id for entry in pending})
            refined = [
                Refined(entry, error=internal_error(refused, entry.item.name))
                if refused
                else refine_one(self.refinery, entry, context_of(entry, self.sources, learned.get(entry.source_id)))
                for entry in pending
            ]
            counts, loaded = load_articles(connection, refined, VERSION)
            news = learn(connection, loaded)
            record_batch(connection, "refine", counts, run_id=self.run_id)
        return _Done(counts, news=news)


def articles_made(*, since: datetime) -> int:
    """How many articles were made since a moment, whoever made them."""
    with transaction() as connection:
        return reads.articles_made(connection, since=since)


@one_session()
def link_stories() -> tuple[int, int]:
    """Link all articles that are not linked yet; says how many, and how many of them are copies."""
    linked = copies = 0
    while True:
        with transaction() as connection:
            done, found = link_articles(connection)
        if not done:
            return linked, copies
        linked, copies = linked + done, copies + found


@one_session()
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


def configured() -> dict[str, Source]:
    """The sources as they are configured now. Of one whose file is bad, what the warehouse knows is enough to go on."""
    found = read_sources()
    for problem in found.problems:
        log.warning("%s", problem)
    return dict(found.sources)


def parse_payload(refinery: Refinery, payload: Payload) -> Parsed:
    """What a payload holds; where it can't be read, a refusal of all of it."""
    try:
        return refinery.read(payload)
    except DataError as error:
        return Parsed(refused=((WHOLE, error),))
    except CopydeskError:
        raise
    except Exception as error:
        log.exception("%s: a bug in Copydesk", payload.url)
        return _refused(payload, error)


def context_of(entry: PendingItem, sources: dict[str, Source], learned: Learned | None) -> Context:
    """What is known of an item besides itself."""
    source = sources.get(entry.source.name, entry.source)
    return Context(source, fetched_at=entry.fetched_at, page=entry.page, learned=learned)


def refine_one(refinery: Refinery, entry: PendingItem, context: Context) -> Refined:
    """The item's article, or the error that sends it into quarantine."""
    with bound_contextvars(item_id=entry.item_id, source=entry.source.name):
        try:
            return Refined(entry, article=refinery.refine(entry.item, context), learned=context.learned)
        except DataError as error:
            log.warning("item %s: quarantined: %s", entry.item_id, error)
            return Refined(entry, error=error)
        except CopydeskError:
            raise
        except Exception as error:
            log.exception("item %s: quarantined: a bug in Copydesk", entry.item_id)
            return Refined(entry, error=internal_error(error, entry.item.name))


def internal_error(error: Exception, name: str | None) -> InternalError:
    """What went wrong inside of Copydesk, as an error of the item that brought it to light."""
    return InternalError(f"{type(error).__name__}: {error}; this is a bug in Copydesk, please report it", item=name)
