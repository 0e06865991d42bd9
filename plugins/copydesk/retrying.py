"""Entries of the quarantine tried again: payloads parsed, items refined, at once or by the next runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from psycopg2.extensions import connection as Connection

from copydesk import jobs
from copydesk.sources import DOCUMENTS, read_sources
from copydesk.warehouse.block_review import refine_again
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.quarantine import (
    Entry,
    Selection,
    given_of,
    list_entries,
    load_again,
    still_pending,
    waiting_of,
)
from copydesk.warehouse.reads import pending_of_payloads

BATCH = 50
"""Payloads or items that are tried in one go."""
MAX_MESSAGES = 20


@dataclass(slots=True)
class Outcome:
    """What became of the entries that were tried or marked."""

    selected: int
    left: int = 0
    again: int = 0
    new: int = 0
    """Entries that came of it: of a payload that can be read now, an item that can't be refined."""
    pending: int = 0
    """Entries whose item somebody else is at, or whose page is awaited."""
    articles: int = 0
    payloads: int = 0
    """Marked or loaded again, as items."""
    items: int = 0
    messages: tuple[str, ...] = ()


def steps(entries: Sequence[Entry]) -> int:
    """What :func:`try_again` tells of as done, together."""
    return len(_payloads_of(entries)) + len(_items_of(entries))


def refusals(entries: Sequence[Entry], *, later: bool) -> dict[int, str]:
    """Which entries can't be tried, by id, with the reason."""
    refused = {entry.quarantine_id: _why_archived(entry) for entry in entries if entry.archived}
    return refused | _why_not_later([entry for entry in entries if not entry.archived]) if later else refused


def try_again(entries: Sequence[Entry], advance: Callable[[int], None] = lambda done: None) -> Outcome:
    """Load and refine again, batch by batch; what is done stays done, whatever happens."""
    payload_ids, item_ids = _payloads_of(entries), _items_of(entries)
    outcome = Outcome(len(entries), payloads=len(payload_ids), items=len(item_ids))
    loaded: set[int] = set()
    with transaction() as connection:
        before = waiting_of(connection, payload_ids, item_ids)
    for batch in _batches(payload_ids):
        _load(batch)
        with transaction() as connection:
            loaded.update(pending_of_payloads(connection, batch))
        advance(len(batch))
    for batch in _batches(item_ids):
        with transaction() as connection:
            refine_again(connection, batch)
        outcome.articles += _refine(batch)
        advance(len(batch))
    for batch in _batches(sorted(loaded.difference(item_ids))):
        outcome.articles += _refine(batch)
    jobs.link_stories()
    with transaction() as connection:
        _judge(connection, outcome, entries, before, waiting_of(connection, payload_ids, loaded.union(item_ids)))
    return outcome


def _judge(
    connection: Connection, outcome: Outcome, entries: Sequence[Entry], before: set[int], after: set[int]
) -> None:
    """Count what became of entries, by those that waited before and after."""
    ids = {entry.quarantine_id for entry in entries}
    unrefined = still_pending(connection, _items_of(entries))
    pending = {entry.quarantine_id for entry in entries if entry.item_id in unrefined} & after
    again, new = (after & ids) - pending, after - ids - before
    outcome.left, outcome.again, outcome.new, outcome.pending = len(ids - after), len(again), len(new), len(pending)
    shown = tuple(sorted(again | new)[:MAX_MESSAGES])
    failed = list_entries(connection, Selection(ids=shown)) if shown else []
    outcome.messages = tuple(f"entry {entry.quarantine_id}: {entry.message}" for entry in failed)


def _refine(item_ids: Sequence[int]) -> int:
    counts = jobs.refine_items(item_ids=item_ids, run_id="cli")
    return counts.new + counts.revised


def _load(payload_ids: Sequence[int]) -> None:
    """Load payloads again; what a person said of one when they handed it in holds again."""
    with transaction() as connection:
        given = given_of(connection, payload_ids)
    for payload_id, said in given.items():
        jobs.load_payloads([payload_id], run_id="cli", given=jobs.Given(**said))
    jobs.load_payloads([payload_id for payload_id in payload_ids if payload_id not in given], run_id="cli")


def try_later(entries: Sequence[Entry]) -> Outcome:
    """Only mark them: the next runs of the DAGs try them."""
    outcome = Outcome(len(entries))
    for batch in _batches(_payloads_of(entries)):
        with transaction() as connection:
            outcome.payloads += load_again(connection, batch)
    for batch in _batches(_items_of(entries)):
        with transaction() as connection:
            outcome.items += refine_again(connection, batch)
    return outcome


def _payloads_of(entries: Sequence[Entry]) -> list[int]:
    return sorted({entry.payload_id for entry in entries if entry.stage == "parse" and entry.payload_id})


def _items_of(entries: Sequence[Entry]) -> list[int]:
    return sorted({entry.item_id for entry in entries if entry.stage == "refine" and entry.item_id})


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))


def _why_archived(entry: Entry) -> str:
    return (
        f"entry {entry.quarantine_id}: a record of an archive can't be tried by itself; read its archive again: "
        f"{backfill_command(entry)}"
    )


def backfill_command(entry: Entry) -> str:
    """The command that reads an entry's archive again."""
    path = "ARCHIVE"
    if entry.payload_id is None and entry.address:
        path = shlex.quote(unquote(urlsplit(entry.address).path))
    source = "" if entry.source == DOCUMENTS.name else f" --source {entry.source}"
    return f"copydesk backfill --again {path}{source}"


def _why_not_later(entries: Sequence[Entry]) -> dict[int, str]:
    """Entries that no run of a DAG would try as they ought to be tried."""
    sources = read_sources().sources
    with transaction() as connection:
        given = given_of(connection, _payloads_of(entries))
    refused = {}
    for entry in entries:
        why = None
        if entry.stage == "parse" and entry.source not in sources:
            why = f"no DAG loads the source {entry.source}"
        elif entry.stage == "parse" and entry.payload_id in given:
            why = "a DAG does not know what was said of it when it was handed in"
        if why:
            refused[entry.quarantine_id] = f"entry {entry.quarantine_id}: {why}; try it now, without --later"
    return refused
