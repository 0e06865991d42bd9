"""Payloads and items in, each batch in the caller's one transaction.

Natural keys make every load idempotent: the same payload twice changes nothing, and an item with other content becomes
a new revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.errors import DataError
from copydesk.formats import Parsed
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
    values = (source.outlet, source.agency, source.language, source.country)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_id, outlet, agency, language, country FROM source WHERE name = %s", (source.name,)
        )
        row = cursor.fetchone()
        if row and row[1:] == values:
            return int(row[0])
        cursor.execute(
            """
            INSERT INTO source (name, outlet, agency, language, country) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (name) DO UPDATE SET outlet = EXCLUDED.outlet, agency = EXCLUDED.agency,
                language = EXCLUDED.language, country = EXCLUDED.country
            RETURNING source_id
            """,
            (source.name, *values),
        )
        return int(_one(cursor))


def load_payload(connection: Connection, source_id: int, payload: Payload) -> int:
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
            RETURNING payload_id, xmax = 0
            """,
            (
                source_id,
                digest,
                payload.url,
                payload.media_type,
                len(payload.content),
                payload.fetched_at,
                payload.fetched_at,
            ),
        )
        row = cursor.fetchone()
        assert row is not None
        payload_id, inserted = row
        if inserted:
            cursor.execute(
                "INSERT INTO payload_content (payload_id, seen_at, content) VALUES (%s, %s, %s)",
                (payload_id, payload.fetched_at, payload.content),
            )
        return int(payload_id)


_STAGED_ITEM = {
    "item_key": "bytea",
    "content_hash": "bytea",
    "position": "integer",
    "identifier": "text",
    "version": "text",
    "url": "text",
    "title": "text",
    "summary": "text",
    "byline": "text",
    "authors": "text[]",
    "credit": "text",
    "copyright": "text",
    "outlet": "text",
    "language": "text",
    "published": "text",
    "updated": "text",
    "keywords": "text[]",
    "given": "text[]",
    "body_type": "text",
    "body": "text",
}
_ITEM_COLUMNS = ", ".join(f's."{name}"' for name in list(_STAGED_ITEM)[2:])


def load_items(connection: Connection, source_id: int, payload_id: int, parsed: Parsed) -> Counts:
    """Load what a payload was parsed into: new items, new revisions, and the refused into quarantine."""
    keyed = _keyed(parsed.items)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seen_at, last_seen_at FROM payload WHERE payload_id = %s", (payload_id,))
        row = cursor.fetchone()
        assert row is not None
        seen_at, last_seen_at = row
        staging_table(cursor, "staged_item", _STAGED_ITEM)
        copy_rows(cursor, "staged_item", list(_STAGED_ITEM), (_item_row(key, item) for key, item in keyed.items()))
        # A payload makes no revision where a newer one was seen since: loading it again must not bring old content
        # back. Where it was fetched again later, its publisher has brought the old content back.
        cursor.execute(
            f"""
            WITH changed AS (
                INSERT INTO item (source_id, item_key, content_hash, payload_id, seen_at)
                SELECT %(source_id)s, item_key, content_hash, %(payload_id)s, %(seen_at)s
                FROM staged_item ORDER BY item_key
                ON CONFLICT (source_id, item_key) DO UPDATE
                SET content_hash = EXCLUDED.content_hash, revision = item.revision + 1, payload_id = EXCLUDED.payload_id
                WHERE item.content_hash <> EXCLUDED.content_hash
                  AND (SELECT last_seen_at FROM payload WHERE payload_id = item.payload_id) <= %(last_seen_at)s
                RETURNING item_id, item_key, revision, seen_at
            )
            INSERT INTO item_revision (item_id, revision, seen_at, payload_id, {_ITEM_COLUMNS.replace("s.", "")})
            SELECT c.item_id, c.revision, c.seen_at, %(payload_id)s, {_ITEM_COLUMNS}
            FROM changed c JOIN staged_item s USING (item_key)
            RETURNING revision
            """,  # noqa: S608 - the columns are this module's own
            {"source_id": source_id, "payload_id": payload_id, "seen_at": seen_at, "last_seen_at": last_seen_at},
        )
        revisions = [row[0] for row in cursor.fetchall()]
        _quarantine_refused(cursor, source_id, payload_id, parsed.refused)
    new = sum(revision == 1 for revision in revisions)
    refused = len(parsed.refused)
    received = len(parsed.items) + refused
    return Counts(received, new, len(revisions) - new, received - refused - len(revisions), refused)


def record_batch(
    connection: Connection,
    kind: str,
    counts: Counts,
    *,
    run_id: str | None = None,
    source_id: int | None = None,
) -> None:
    """Write the run record of a batch into its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO batch (kind, source_id, run_id, received, new, revised, unchanged, quarantined)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (kind, source_id, run_id, *asdict(counts).values()),
        )


def _keyed(items: Sequence[Item]) -> dict[bytes, Item]:
    """Items by natural key: the source's id, else the address, else the text.

    An id or address that several different entries of the payload share identifies none of them; their title and
    text do.
    """
    contents: dict[str, set[bytes]] = {}
    for item in items:
        contents.setdefault(_identity(item), set()).add(content_hash(item))
    keyed: dict[bytes, Item] = {}
    for item in items:
        identity = _identity(item)
        if len(contents[identity]) > 1:
            identity = "\n".join((identity, item.url or "", item.title or "", item.body))
        keyed.setdefault(_sha256(identity), item)
    return keyed


def _identity(item: Item) -> str:
    return item.identifier or item.url or item.body or item.title or ""


def content_hash(item: Item) -> bytes:
    """SHA-256 of what makes a revision: everything that the source says but the item's place in its payload."""
    fields = asdict(item)
    del fields["position"]
    return _sha256("\x1f".join(f"{name}={value}" for name, value in fields.items()))


def _item_row(key: bytes, item: Item) -> list[Value]:
    fields = asdict(item)
    for name in ("published", "updated"):
        fields[name] = fields[name] and fields[name].isoformat()
    return [key, content_hash(item), *(fields[name] for name in list(_STAGED_ITEM)[2:])]


def _quarantine_refused(
    cursor: Cursor, source_id: int, payload_id: int, refused: Sequence[tuple[int, DataError]]
) -> None:
    if refused:
        execute_values(
            cursor,
            """
            INSERT INTO quarantine (source_id, payload_id, position, stage, reason, message, item_name) VALUES %s
            ON CONFLICT (payload_id, position, stage) DO UPDATE
            SET reason = EXCLUDED.reason, message = EXCLUDED.message, resolved_at = NULL
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


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _one(cursor: Cursor) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]
