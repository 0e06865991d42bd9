"""Quarantine as persons see it and work it off; each call within the caller's transaction.

An entry waits until a later try succeeds (``resolved_at``) or a person drops it (``dropped_at``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg2.extensions import connection as Connection

from copydesk.errors import BrokenFormat, ConfigurationError

State = Literal["waits", "dropped", "resolved"]

FIRST_CHARACTERS = 600
"""Of an item's body that are shown."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries: those of a list of ids whatever their state, else the waiting ones that all filters let pass."""

    ids: tuple[int, ...] = ()
    source: str | None = None
    reason: str | None = None
    stage: str | None = None
    dropped: bool = False
    """Those that a person dropped, instead of those that wait."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A payload, a part of one, or an item that could not be parsed or refined."""

    quarantine_id: int
    source: str
    stage: str
    reason: str
    message: str
    item_name: str | None
    payload_id: int | None
    position: int
    item_id: int | None
    revision: int | None
    address: str | None
    """Where the payload, or its archive, was fetched from."""
    archived: bool
    """A record of an archive that gave no payload, or a damaged one: only its archive can give it again."""
    state: State
    created_at: datetime
    tried_at: datetime
    tries: int
    dropped_at: datetime | None
    resolved_at: datetime | None

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.item_name or self.address or f"payload {self.payload_id}"


@dataclass(frozen=True, slots=True)
class Kept:
    """The payload of an entry, as it was kept."""

    payload_id: int
    url: str | None
    sha256: str
    size: int
    media_type: str | None
    seen_at: datetime
    last_seen_at: datetime
    loaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Archived:
    """The archive of an entry whose record gave no payload."""

    archive_id: int
    url: str
    size: int
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Content:
    """The item of an entry, in the revision that could not be refined."""

    item_id: int
    revision: int
    revisions: int
    pending: bool
    title: str | None
    url: str | None
    published: str | None
    body_type: str
    body: str
    """Its first characters."""


@dataclass(frozen=True, slots=True)
class Detail:
    """All that is known of an entry."""

    entry: Entry
    payload: Kept | None
    archive: Archived | None
    item: Content | None


_ENTRY = """
q.quarantine_id, s.name, q.stage, q.reason, q.message, q.item_name, q.payload_id, q.position, q.item_id, q.revision,
coalesce(p.url, a.url),
q.payload_id IS NULL OR (
    q.stage = 'parse' AND q.position = -1 AND q.reason = %(damaged)s
    AND NOT EXISTS (SELECT FROM batch WHERE batch.payload_id = q.payload_id)
),
CASE WHEN q.resolved_at IS NOT NULL THEN 'resolved' WHEN q.dropped_at IS NOT NULL THEN 'dropped' ELSE 'waits' END,
q.created_at, q.tried_at, q.tries, q.dropped_at, q.resolved_at
"""
"""Only a backfill loads payloads without a batch of their own, and only it knows that their record was damaged."""
_FROM = """
quarantine q JOIN source s USING (source_id)
LEFT JOIN payload p USING (payload_id) LEFT JOIN archive a USING (archive_id)
"""
_WAITS = "q.resolved_at IS NULL AND q.dropped_at IS NULL"
_DROPPED = "q.resolved_at IS NULL AND q.dropped_at IS NOT NULL"


def list_entries(connection: Connection, selection: Selection, *, limit: int | None = None) -> list[Entry]:
    """The entries that are selected, the latest first. Raises :class:`ConfigurationError` where an id is not known."""
    condition, values = _condition(selection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_ENTRY} FROM {_FROM} WHERE {condition} "  # noqa: S608 - all of it is this module's own
            "ORDER BY q.created_at DESC, q.quarantine_id DESC LIMIT %(limit)s",
            {**values, "damaged": BrokenFormat.reason, "limit": limit},
        )
        found = [Entry(*row) for row in cursor.fetchall()]
    missing = set(selection.ids) - {entry.quarantine_id for entry in found}
    if missing and limit is None:
        numbers = ", ".join(map(str, sorted(missing)))
        raise ConfigurationError(
            f"there is no entry {numbers} in quarantine; `copydesk quarantine list` shows those there are"
        )
    return found


def count_reasons(connection: Connection, selection: Selection) -> dict[str, int]:
    """How many entries are selected of each reason, the most first."""
    condition, values = _condition(selection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT q.reason, count(*) FROM quarantine q JOIN source s USING (source_id)
            WHERE {condition} GROUP BY q.reason ORDER BY count(*) DESC, q.reason
            """,  # noqa: S608 - all of it is this module's own
            values,
        )
        return dict(cursor.fetchall())


def _condition(selection: Selection) -> tuple[str, dict[str, Any]]:
    if selection.ids:
        return "q.quarantine_id = ANY(%(ids)s)", {"ids": list(selection.ids)}
    wanted = {"s.name": selection.source, "q.reason": selection.reason, "q.stage": selection.stage}
    named = {column.partition(".")[2]: (column, value) for column, value in wanted.items() if value is not None}
    conditions = [_DROPPED if selection.dropped else _WAITS]
    conditions += [f"{column} = %({name})s" for name, (column, _) in named.items()]
    return " AND ".join(conditions), {name: value for name, (_, value) in named.items()}


def describe(connection: Connection, quarantine_id: int) -> Detail:
    """Everything on an entry. Raises :class:`ConfigurationError` where there is none."""
    (entry,) = list_entries(connection, Selection(ids=(quarantine_id,)))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT payload_id, url, encode(sha256, 'hex'), size, media_type, seen_at, last_seen_at, loaded_at
            FROM payload WHERE payload_id = %s
            """,
            (entry.payload_id,),
        )
        payload = cursor.fetchone()
        cursor.execute(
            """
            SELECT a.archive_id, a.url, a.size, a.started_at, a.finished_at
            FROM quarantine q JOIN archive a USING (archive_id) WHERE q.quarantine_id = %s
            """,
            (quarantine_id,),
        )
        archive = cursor.fetchone()
        cursor.execute(
            """
            SELECT i.item_id, r.revision, i.revision, i.refined_revision < i.revision, r.title, r.url, r.published,
                r.body_type, left(r.body, %s)
            FROM item i
            JOIN item_revision r ON r.item_id = i.item_id AND r.seen_at = i.seen_at
                AND r.revision = coalesce(%s, i.revision)
            WHERE i.item_id = %s
            """,
            (FIRST_CHARACTERS, entry.revision, entry.item_id),
        )
        item = cursor.fetchone()
    return Detail(
        entry,
        Kept(*payload) if payload else None,
        Archived(*archive) if archive else None,
        Content(*item) if item else None,
    )


def drop(connection: Connection, ids: Sequence[int]) -> list[int]:
    """A person decides that entries need no retry; gives those that waited until now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE quarantine q SET dropped_at = now() WHERE q.quarantine_id = ANY(%s) AND {_WAITS}
            RETURNING q.quarantine_id
            """,  # noqa: S608 - the condition is this module's own
            (list(ids),),
        )
        return sorted(quarantine_id for (quarantine_id,) in cursor.fetchall())


def take_back(connection: Connection, ids: Sequence[int]) -> None:
    """Let entries that were dropped wait again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE quarantine SET dropped_at = NULL WHERE quarantine_id = ANY(%s)", (list(ids),))


def load_again(connection: Connection, payload_ids: Sequence[int]) -> int:
    """Mark payloads to be loaded again by the next run of their source; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payload SET loaded_at = NULL WHERE payload_id IN (
                SELECT payload_id FROM payload WHERE payload_id = ANY(%s)
                ORDER BY source_id, payload_id FOR NO KEY UPDATE
            )
            """,
            (list(payload_ids),),
        )
        return cursor.rowcount


def waiting_of(connection: Connection, payload_ids: Iterable[int], item_ids: Iterable[int]) -> set[int]:
    """The entries that wait of these payloads and items."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT quarantine_id FROM quarantine q WHERE payload_id = ANY(%(payloads)s) AND {_WAITS}
            UNION
            SELECT quarantine_id FROM quarantine q WHERE item_id = ANY(%(items)s) AND {_WAITS}
            """,  # noqa: S608 - the condition is this module's own
            {"payloads": list(payload_ids), "items": list(item_ids)},
        )
        return {quarantine_id for (quarantine_id,) in cursor.fetchall()}


def still_pending(connection: Connection, item_ids: Sequence[int]) -> set[int]:
    """Which of these items were not refined yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id FROM item WHERE item_id = ANY(%s) AND refined_revision < revision", (list(item_ids),)
        )
        return {item_id for (item_id,) in cursor.fetchall()}


def given_of(connection: Connection, payload_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a person said of payloads when they handed them in, as far as items of theirs tell: fields by payload."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (i.payload_id) i.payload_id, r.given, r.title, r.published, r.outlet, r.language
            FROM item i JOIN item_revision r USING (item_id, revision, seen_at)
            WHERE i.payload_id = ANY(%s) AND r.given <> '{}'
            ORDER BY i.payload_id, i.item_id
            """,
            (list(payload_ids),),
        )
        found = {}
        for payload_id, given, title, published, outlet, language in cursor.fetchall():
            said = {"title": title, "outlet": outlet, "language": language}
            said["published"] = datetime.fromisoformat(published) if published else None
            found[payload_id] = {name: said[name] for name in given}
        return found
