"""What the pipeline reads back: payloads to parse, items to refine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from copydesk.model import BodyType, Item, Link, Media, Payload, Signal, Subject
from copydesk.sources import Source
from copydesk.warehouse.articles import PendingItem
from copydesk.warehouse.items import ITEM_COLUMNS

_SOURCE_FIELDS = ("name", "outlet", "agency", "language", "country")
_ITEM_FIELDS = tuple(ITEM_COLUMNS)
_PENDING = """
i.refined_revision < i.revision
AND NOT EXISTS (
    SELECT FROM page
    WHERE page.item_id = i.item_id AND page.revision = i.revision AND page.done_at IS NULL
      AND page.not_before > now() - interval '1 day'
)
"""
"""Of an item ``i``: it waits to be refined, and not for a page that somebody still fetches."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A payload in the warehouse."""

    payload_id: int
    source_id: int
    source: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Waiting:
    """Items that wait to be refined, and the seconds since the first of them was loaded: the lag."""

    items: int
    seconds: float


def waiting_items(connection: Connection) -> Waiting:
    """What waits to be refined, and not for a page."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), coalesce(extract(epoch FROM now() - min(coalesce(p.loaded_at, p.last_seen_at)) FILTER (
                WHERE i.refined_revision > 0 OR i.refined_by IS NULL
            )), 0)
            FROM item i JOIN payload p USING (payload_id) WHERE {_PENDING}
            """  # noqa: S608 - the condition is this module's own
        )
        row = cursor.fetchone()
        return Waiting(int(row[0]), max(0.0, float(row[1]))) if row else Waiting(0, 0.0)


def articles_made(connection: Connection, *, since: datetime) -> int:
    """How many articles were made, for the first time or anew, in transactions that ended after a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(new + revised), 0) FROM batch
            WHERE kind = 'refine' AND finished_at > %(since)s AND started_at > %(since)s - interval '1 hour'
            """,
            {"since": since},
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def payload_portions(connection: Connection, payload_ids: Sequence[int], *, count: int, bytes_: int) -> list[list[int]]:
    """Payloads in portions of at most so many, and of at most so many bytes where one alone has not more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload_id, size FROM payload WHERE payload_id = ANY(%s) ORDER BY source_id, payload_id",
            (list(payload_ids),),
        )
        portions: list[list[int]] = []
        held = 0
        for payload_id, size in cursor.fetchall():
            if not portions or len(portions[-1]) == count or held + size > bytes_:
                portions.append([])
                held = 0
            portions[-1].append(payload_id)
            held += size
        return portions


def read_payloads(connection: Connection, payload_ids: Sequence[int]) -> list[Stored]:
    """Payloads in the order of their sources, and of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.payload_id, p.source_id, s.name, c.content, p.seen_at, p.url, p.media_type
            FROM payload p JOIN payload_content c USING (payload_id, seen_at) JOIN source s USING (source_id)
            WHERE p.payload_id = ANY(%s) ORDER BY p.source_id, p.payload_id
            """,
            (list(payload_ids),),
        )
        return [
            Stored(payload_id, source_id, source, Payload(bytes(content), seen_at, url, media_type))
            for payload_id, source_id, source, content, seen_at, url, media_type in cursor.fetchall()
        ]


def pending_ranges(connection: Connection, *, size: int, limit: int) -> list[tuple[int, int]]:
    """Ranges of item ids, first and last, that together hold all pending items, up to ``size`` in each.

    Where that would be more than ``limit`` ranges, the rest waits for the next call.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT min(item_id), max(item_id) FROM (
                SELECT item_id, (row_number() OVER (ORDER BY item_id) - 1) / %s AS part
                FROM (SELECT item_id FROM item i WHERE {_PENDING} ORDER BY item_id LIMIT %s) pending
            ) numbered GROUP BY part ORDER BY part
            """,  # noqa: S608 - the condition is this module's own
            (size, size * limit),
        )
        return [(first, last) for first, last in cursor.fetchall()]


def pending_of_payloads(connection: Connection, payload_ids: Sequence[int]) -> list[int]:
    """The pending items whose current revision one of these payloads brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT item_id FROM item i WHERE {_PENDING} AND payload_id = ANY(%s) ORDER BY item_id",  # noqa: S608
            (list(payload_ids),),
        )
        return [row[0] for row in cursor.fetchall()]


def quarantined_of_payloads(connection: Connection, payload_ids: Sequence[int]) -> list[str]:
    """Why items of these payloads wait in quarantine, a message each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message FROM quarantine WHERE payload_id = ANY(%s) AND resolved_at IS NULL
            ORDER BY payload_id, position
            """,
            (list(payload_ids),),
        )
        return [row[0] for row in cursor.fetchall()]


def pending_ids(
    connection: Connection,
    *,
    first: int = 0,
    last: int | None = None,
    item_ids: Sequence[int] | None = None,
    limit: int | None = None,
) -> list[int]:
    """The first pending items of a range of ids, or of a list, ``limit`` at most. Nothing is claimed by it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT item_id FROM item i
            WHERE {_PENDING} AND item_id >= %(first)s AND (%(last)s::bigint IS NULL OR item_id <= %(last)s)
              AND (%(item_ids)s::bigint[] IS NULL OR item_id = ANY(%(item_ids)s))
            ORDER BY item_id LIMIT %(limit)s
            """,  # noqa: S608 - the condition is this module's own
            {"first": first, "last": last, "item_ids": None if item_ids is None else list(item_ids), "limit": limit},
        )
        return [item_id for (item_id,) in cursor.fetchall()]


def claim_pending(connection: Connection, item_ids: Sequence[int], *, wait: bool = False) -> Iterator[PendingItem]:
    """Those of the items that are pending, claimed until the transaction ends.

    Those that somebody else has claimed are passed over, or waited for and left out where they are pending no more.
    """
    condition = f"{_PENDING} AND i.item_id = ANY(%(item_ids)s)"
    return claim(connection, condition, {"item_ids": list(item_ids)}, wait=wait)


def claim(
    connection: Connection, condition: str, values: Mapping[str, Any], *, wait: bool = False
) -> Iterator[PendingItem]:
    """The items ``i`` of sources ``s`` for which a condition holds, claimed until the transaction ends."""
    columns = ", ".join(f'r."{name}"' for name in _ITEM_FIELDS)
    with connection.cursor() as cursor:
        # Who makes a partition takes the tables by name, this one first: so it waits with nothing in its hands.
        cursor.execute("LOCK TABLE ONLY article IN ROW EXCLUSIVE MODE")
        cursor.execute(
            f"""
            SELECT i.item_id, i.revision, i.seen_at, i.source_id, r.payload_id, p.seen_at,
                g.content, g.seen_at, g.url, g.media_type,
                s.name, s.outlet, s.agency, s.language, s.country, {columns}
            FROM item i
            JOIN source s USING (source_id)
            JOIN item_revision r ON r.item_id = i.item_id AND r.seen_at = i.seen_at AND r.revision = i.revision
            JOIN payload p ON p.payload_id = r.payload_id
            LEFT JOIN LATERAL (
                SELECT c.content, b.seen_at, b.url, b.media_type
                FROM page JOIN payload b USING (payload_id) JOIN payload_content c USING (payload_id, seen_at)
                WHERE page.item_id = i.item_id AND page.revision = i.revision
            ) g ON true
            WHERE {condition}
            ORDER BY i.item_id FOR NO KEY UPDATE OF i {"" if wait else "SKIP LOCKED"}
            """,  # noqa: S608 - the columns and conditions are the warehouse's own
            values,
        )
        for item_id, revision, seen_at, source_id, payload_id, fetched_at, *rest in cursor.fetchall():
            (content, page_seen_at, url, media_type), fields = rest[:4], rest[4:]
            page = Payload(bytes(content), page_seen_at, url, media_type) if content is not None else None
            # Not checked again: what an older version took must not stop a batch.
            source = Source.model_construct(**dict(zip(_SOURCE_FIELDS, fields, strict=False)), require=())
            item = _item(dict(zip(_ITEM_FIELDS, fields[len(_SOURCE_FIELDS) :], strict=True)))
            yield PendingItem(item_id, revision, seen_at, source_id, source, payload_id, fetched_at, item, page)


def _item(fields: dict[str, Any]) -> Item:
    for name in ("published", "updated", "embargoed"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    for name, kind in (("subjects", Subject), ("links", Link), ("media", Media)):
        fields[name] = tuple(kind(**value) for value in fields[name])
    fields["body_type"] = BodyType(fields["body_type"])
    fields["signal"] = Signal(fields["signal"]) if fields["signal"] else None
    for name in ("authors", "keywords", "given"):
        fields[name] = tuple(fields[name])
    return Item(**fields)
