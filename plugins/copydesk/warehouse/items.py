"""Payloads and items in, each batch in the caller's one transaction.

Natural keys make every load idempotent: the same payload twice changes nothing, and an item with other content becomes
a new revision. Which item an entry is, :mod:`copydesk.metadata.identity` decides.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.errors import ConfigurationError, DataError
from copydesk.formats import Parsed
from copydesk.metadata.identity import Keys, Known, distinct, match
from copydesk.model import Item, Payload
from copydesk.sources import Source
from copydesk.warehouse.copy import Value, copy_rows, staging_table


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch counted: ``received == new + revised + unchanged + quarantined``."""

    received: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, its = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + its[name] for name in mine})


def load_source(connection: Connection, source: Source) -> int:
    """Register a source, or bring its row up to date; gives its id."""
    values = (source.outlet, source.agency, source.language, source.country, source.silent_after)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_id, outlet, agency, language, country, silent_after FROM source WHERE name = %s",
            (source.name,),
        )
        row = cursor.fetchone()
        if row and row[1:] == values:
            return int(row[0])
        cursor.execute(
            """
            INSERT INTO source (name, outlet, agency, language, country, silent_after)
            VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (name) DO UPDATE SET outlet = EXCLUDED.outlet, agency = EXCLUDED.agency,
                language = EXCLUDED.language, country = EXCLUDED.country, silent_after = EXCLUDED.silent_after
            RETURNING source_id
            """,
            (source.name, *values),
        )
        return int(_one(cursor))


def known_source(connection: Connection, name: str) -> int:
    """The id of a source. Raises :class:`ConfigurationError` for one of which nothing was ever loaded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id FROM source WHERE name = %s", (name,))
        row = cursor.fetchone()
    if row is None:
        raise ConfigurationError(f"there is no source {name}; `copydesk sources list` shows them")
    return int(row[0])


def lock_source(connection: Connection, source_id: int) -> None:
    """Let the loads of one source wait for each other until the transaction ends.

    It comes before any row of the source is written: two transactions that wrote first would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('copydesk.load_items'), %s)", (source_id,))


def load_fetched(connection: Connection, source_id: int, payload: Payload) -> int:
    """Keep what was fetched just now, by the warehouse's clock: those of the workers may differ.

    Where that clock was set back, it counts as seen no earlier than all that came before, else it would bring no
    revision.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT clock_timestamp(), greatest(clock_timestamp(), (
                SELECT max(last_seen_at) FROM payload WHERE source_id = %s
            ))
            """,
            (source_id,),
        )
        row = cursor.fetchone()
        assert row is not None
        now, last_seen_at = row
    return load_payload(connection, source_id, replace(payload, fetched_at=now), last_seen_at=last_seen_at)


def load_payload(
    connection: Connection, source_id: int, payload: Payload, *, last_seen_at: datetime | None = None
) -> int:
    """Keep a payload's bytes under its SHA-256; gives its id, also where it was there before."""
    digest = bytes.fromhex(payload.sha256)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_partitions(%s, %s)", (payload.fetched_at, payload.fetched_at))
        cursor.execute(
            """
            INSERT INTO payload (source_id, sha256, url, media_type, size, seen_at, last_seen_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (source_id, sha256) DO UPDATE
            SET last_seen_at = greatest(payload.last_seen_at, EXCLUDED.last_seen_at)
            RETURNING payload_id, seen_at, xmax = 0, content_dropped_at IS NOT NULL
            """,
            (
                source_id,
                digest,
                payload.url,
                payload.media_type,
                len(payload.content),
                payload.fetched_at,
                last_seen_at or payload.fetched_at,
            ),
        )
        row = cursor.fetchone()
        assert row is not None
        payload_id, seen_at, inserted, dropped = row
        if inserted or dropped:
            cursor.execute(
                "INSERT INTO payload_content (payload_id, seen_at, content) VALUES (%s, %s, %s)",
                (payload_id, seen_at, payload.content),
            )
        if dropped:  # it came back after it had been let go of
            cursor.execute("UPDATE payload SET content_dropped_at = NULL WHERE payload_id = %s", (payload_id,))
        return int(payload_id)


ITEM_COLUMNS = {
    "identifier": "text",
    "version": "text",
    "url": "text",
    "title": "text",
    "summary": "text",
    "byline": "text",
    "authors": "text[]",
    "dateline": "text",
    "credit": "text",
    "copyright": "text",
    "usage_terms": "text",
    "outlet": "text",
    "language": "text",
    "published": "text",
    "updated": "text",
    "embargoed": "text",
    "urgency": "smallint",
    "slugline": "text",
    "ednote": "text",
    "keywords": "text[]",
    "subjects": "jsonb",
    "links": "jsonb",
    "media": "jsonb",
    "signal": "text",
    "given": "text[]",
    "position": "integer",
    "body_type": "text",
    "body": "text",
}
"""The fields of an item in item_revision, with their types."""
# A page is compressed where it stays, not on its way there.
_STAGED = {"item_id": "bigint", "content_hash": "bytea", **ITEM_COLUMNS, "body": "text STORAGE EXTERNAL"}
_COLUMNS = ", ".join(f'"{name}"' for name in ITEM_COLUMNS)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded, and the entries that became a new item or a new revision, with its number."""

    counts: Counts
    changed: tuple[tuple[int, int, Item], ...]


def load_items(connection: Connection, source_id: int, payload_id: int, parsed: Parsed) -> Loaded:
    """Load what a payload was parsed into: new items, new revisions, and the refused into quarantine.

    Loads of one source wait for each other, so that two runs at once find each other's items.
    """
    entries = distinct(parsed.items)
    lock_source(connection, source_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seen_at, last_seen_at FROM payload WHERE payload_id = %s", (payload_id,))
        row = cursor.fetchone()
        assert row is not None
        seen_at, last_seen_at = row
        matched = match(entries, _known(cursor, source_id, entries))
        new = matched.count(None)
        made = iter(_new_items(cursor, new, source_id, payload_id, seen_at))
        ids = [next(made) if item_id is None else item_id for item_id in matched]
        _stage(cursor, ids, entries)
        # A payload makes no revision where a newer one was seen since: loading it again must not bring old content
        # back. Where it was fetched again later, its publisher has brought the old content back.
        cursor.execute(
            f"""
            WITH changed AS (
                UPDATE item SET content_hash = s.content_hash, revision = item.revision + 1, payload_id = %(payload_id)s
                FROM staged_item s
                WHERE item.item_id = s.item_id AND item.content_hash <> s.content_hash
                  AND (SELECT last_seen_at FROM payload WHERE payload_id = item.payload_id) <= %(last_seen_at)s
                RETURNING item.item_id, item.revision, item.seen_at
            )
            INSERT INTO item_revision (item_id, revision, seen_at, payload_id, {_COLUMNS})
            SELECT c.item_id, c.revision, c.seen_at, %(payload_id)s, {_COLUMNS}
            FROM changed c JOIN staged_item s USING (item_id)
            RETURNING item_id, revision
            """,  # noqa: S608 - the columns are this module's own
            {"payload_id": payload_id, "last_seen_at": last_seen_at},
        )
        revisions = dict(cursor.fetchall())
        revised = len(revisions) - new
        _remember_keys(cursor, source_id, ids, entries, [item_id is None for item_id in matched])
        _quarantine_refused(cursor, source_id, payload_id, parsed.refused)
        cursor.execute("UPDATE payload SET loaded_at = now() WHERE payload_id = %s", (payload_id,))
    refused = len(parsed.refused)
    received = len(parsed.items) + refused
    return Loaded(
        Counts(received, new, revised, received - refused - new - revised, refused),
        tuple(
            (item_id, revisions[item_id], item)
            for item_id, (item, _) in zip(ids, entries, strict=True)
            if item_id in revisions
        ),
    )


Entries = Sequence[tuple[Item, Keys]]


def _known(cursor: Cursor, source_id: int, entries: Entries) -> dict[bytes, Known]:
    """The items of the source that any of the entries' keys lead to."""
    wanted = list({key for _, keys in entries for key in keys.usable})
    if not wanted:
        return {}
    cursor.execute(
        """
        SELECT k.key, k.item_id, r.published
        FROM item_key k JOIN item i USING (item_id)
        JOIN item_revision r ON r.item_id = i.item_id AND r.revision = i.revision AND r.seen_at = i.seen_at
        WHERE k.source_id = %s AND k.key = ANY(%s)
        """,
        (source_id, wanted),
    )
    return {bytes(key): Known(item_id, published) for key, item_id, published in cursor.fetchall()}


def _new_items(cursor: Cursor, count: int, source_id: int, payload_id: int, seen_at: datetime) -> list[int]:
    """Make items, still without a revision; gives their ids."""
    cursor.execute(
        """
        INSERT INTO item (source_id, content_hash, revision, payload_id, seen_at)
        SELECT %s, %s, 0, %s, %s FROM generate_series(1, %s) RETURNING item_id
        """,
        (source_id, _NOTHING, payload_id, seen_at, count),
    )
    return [item_id for (item_id,) in cursor.fetchall()]


_NOTHING = bytes(32)
"""The content hash of an item that has no content yet."""


def _stage(cursor: Cursor, ids: Sequence[int], entries: Entries) -> None:
    staging_table(cursor, "staged_item", _STAGED)
    rows = ([id, keys.content_hash, *_values(item)] for id, (item, keys) in zip(ids, entries, strict=True))
    copy_rows(cursor, "staged_item", list(_STAGED), rows)


def _values(item: Item) -> list[Value]:
    fields: dict[str, Any] = {name: getattr(item, name) for name in ITEM_COLUMNS}
    for name in ("published", "updated", "embargoed"):
        fields[name] = fields[name] and fields[name].isoformat()
    for name in ("subjects", "links", "media"):
        fields[name] = json.dumps([asdict(part) for part in fields[name]], ensure_ascii=False)
    return list(fields.values())


def _remember_keys(cursor: Cursor, source_id: int, ids: Sequence[int], entries: Entries, made: Sequence[bool]) -> None:
    """Keep what leads to the items. A key that leads to another item already goes on to do so, but for the best key of
    a new item: the other was the item of two entries that turned out to be two."""
    named = zip(ids, entries, made, strict=True)
    best = {keys.usable[0]: item_id for item_id, (_, keys), is_new in named if is_new}
    more = {key: item_id for item_id, (_, keys) in zip(ids, entries, strict=True) for key in keys.usable}
    for keys_to_items, conflict in ((best, "UPDATE SET item_id = EXCLUDED.item_id"), (more, "NOTHING")):
        execute_values(
            cursor,
            f"""
            INSERT INTO item_key (source_id, key, item_id) VALUES %s
            ON CONFLICT (source_id, key) DO {conflict}
            """,  # noqa: S608 - it is one of two
            [(source_id, key, item_id) for key, item_id in sorted(keys_to_items.items())],
            page_size=1000,
        )


def record_batch(
    connection: Connection,
    kind: str,
    counts: Counts,
    *,
    run_id: str | None = None,
    source_id: int | None = None,
    payload_id: int | None = None,
) -> None:
    """Write the run record of a batch into its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO batch (kind, source_id, payload_id, run_id, received, new, revised, unchanged, quarantined)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (kind, source_id, payload_id, run_id, *asdict(counts).values()),
        )


def _quarantine_refused(
    cursor: Cursor, source_id: int, payload_id: int, refused: Sequence[tuple[int, DataError]]
) -> None:
    if refused:
        execute_values(
            cursor,
            """
            INSERT INTO quarantine (source_id, payload_id, position, stage, reason, message, item_name) VALUES %s
            ON CONFLICT (payload_id, position, stage) DO UPDATE
            SET reason = EXCLUDED.reason, message = EXCLUDED.message, resolved_at = NULL,
                -- What a person dropped comes back only where it fails in another way.
                dropped_at = CASE WHEN quarantine.resolved_at IS NULL AND quarantine.reason = EXCLUDED.reason
                                  THEN quarantine.dropped_at END,
                tried_at = now(), tries = quarantine.tries + 1
            """,
            [
                (source_id, payload_id, position, "parse", error.reason, str(error), error.item)
                for position, error in refused
            ],
        )
    cursor.execute(
        """
        UPDATE quarantine SET resolved_at = now()
        WHERE payload_id = %s AND stage = 'parse' AND resolved_at IS NULL AND position <> ALL(%s)
        """,
        (payload_id, [position for position, _ in refused]),
    )


def _one(cursor: Cursor) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]
