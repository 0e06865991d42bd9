"""What runs did, and the warehouse at a glance: reads that stay fast as it grows.

Tables that are large are looked at by some of their pages, as many as ``SAMPLED`` bytes: such a count is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from copydesk.warehouse.connection import SCHEMA

SAMPLED = 8 * 1024 * 1024
"""Bytes of a table of facts that are read; of a smaller one all."""
COUNTED = 128 * 1024 * 1024
"""The same for the narrow tables of items and stories: about a million of them."""
PAUSE_MINUTES = 10
"""What the command line did is one run as long as it does not pause longer."""
_FACTS = {
    "mention": "f.type",
    "quantity": "f.type",
    "date_mention": "f.type",
    "quotation": "'quote'",
    "attribution": "'attribution'",
    "dateline": "f.type",
    "event": "'event'",
}
"""Tables of facts, and where each has their type."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the batches of one run counted together."""

    run_id: str | None
    kind: str
    sources: list[str]
    started_at: datetime
    ended_at: datetime
    batches: int
    received: int
    new: int
    revised: int
    unchanged: int
    quarantined: int

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def rate(self) -> float | None:
        """Items that came in, by the second."""
        return self.received / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of rows; ``about``: estimated from a part of them."""

    number: int
    about: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the next runs have to do."""

    payloads: int
    """To be loaded."""
    items: int
    """To be refined for the first time, or in a new revision."""
    again: int
    """To be refined once more."""
    oldest: datetime | None
    """When the first of ``items`` was loaded."""
    lag_seconds: float | None


@dataclass(frozen=True, slots=True)
class TableSize:
    table: str
    size: int
    """In bytes, with its indexes."""
    per_article: float | None


@dataclass(frozen=True, slots=True)
class Stats:
    """The warehouse, or what is in it of one source."""

    items: Counted
    articles: Counted
    stories: Counted
    copies: Counted
    facts: dict[str, Counted]
    quarantine: dict[str, int]
    waiting: Waiting
    sources: dict[str, int]
    """How many are in which state, by the view ``source_health``."""
    days: dict[date, Counted]
    """Articles by the day on which their item was first fetched."""
    database_size: int | None = None
    """In bytes; of one source nothing is known of sizes."""
    per_article: float | None = None
    tables: list[TableSize] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Size:
    heap: int
    """Of the rows alone."""
    total: int
    rows: int | None
    """As Postgres estimates them; ``None`` where it has never looked at a part of the table."""


def list_runs(
    connection: Connection,
    since: datetime,
    *,
    kind: str | None = None,
    dag: str | None = None,
    source: str | None = None,
    limit: int = 20,
) -> list[Run]:
    """What runs did since then, the latest first. A refine run is of no source."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH done AS (
                SELECT b.*, s.name AS source FROM batch b LEFT JOIN source s USING (source_id)
                WHERE b.started_at >= %(since)s AND (%(kind)s::text IS NULL OR b.kind = %(kind)s)
                  AND (%(dag)s::text IS NULL OR split_part(b.run_id, '/', 1) = %(dag)s)
                  AND (%(source)s::text IS NULL OR s.name = %(source)s)
            ), parted AS (
                SELECT *, coalesce(run_id, 'cli') = 'cli'
                    AND started_at - max(finished_at) OVER before > make_interval(mins => %(pause)s) AS begins
                FROM done
                WINDOW before AS (
                    PARTITION BY run_id, kind ORDER BY started_at, batch_id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                )
            ), numbered AS (
                SELECT *, count(*) FILTER (WHERE begins) OVER until AS part FROM parted
                WINDOW until AS (PARTITION BY run_id, kind ORDER BY started_at, batch_id)
            )
            SELECT run_id, kind, array_remove(array_agg(DISTINCT source ORDER BY source), NULL),
                min(started_at), max(finished_at), count(*), sum(received), sum(new), sum(revised), sum(unchanged),
                sum(quarantined)
            FROM numbered GROUP BY run_id, kind, part ORDER BY min(started_at) DESC, kind LIMIT %(limit)s
            """,
            {"since": since, "kind": kind, "dag": dag, "source": source, "pause": PAUSE_MINUTES, "limit": limit},
        )
        return [Run(*row) for row in cursor.fetchall()]


def read_stats(connection: Connection, *, days: int = 7, source: str | None = None) -> Stats | None:
    """The warehouse at a glance; ``None`` where it does not know the source."""
    with connection.cursor() as cursor:
        source_id = None
        if source is not None:
            cursor.execute("SELECT source_id FROM source WHERE name = %s", (source,))
            row = cursor.fetchone()
            if row is None:
                return None
            source_id = int(row[0])
        sizes = _sizes(cursor)
        items, articles, by_day = _items(cursor, source_id, days, sizes)
        stories, copies = _stories(cursor, source_id, sizes)
        stats = Stats(
            items=items,
            articles=articles,
            stories=stories,
            copies=copies,
            facts=_facts(cursor, source_id, sizes),
            quarantine=_quarantine(cursor, source_id),
            waiting=_waiting(cursor, source_id),
            sources=_sources(cursor, source),
            days=by_day,
        )
        if source is not None:
            return stats
        cursor.execute("SELECT pg_database_size(current_database())")
        return _with_sizes(stats, int(_row(cursor)[0]), sizes)


def _items(
    cursor: Cursor, source_id: int | None, days: int, sizes: dict[str, _Size]
) -> tuple[Counted, Counted, dict[date, Counted]]:
    sample, factor = _sample(sizes["item"].heap, COUNTED)
    cursor.execute(
        f"""
        SELECT count(*), count(article_revision) FROM item {sample}
        WHERE %(source_id)s::integer IS NULL OR source_id = %(source_id)s
        """,  # noqa: S608 - the clause is this module's own
        {"source_id": source_id},
    )
    items, articles = _row(cursor)
    cursor.execute(
        f"""
        SELECT day::date, coalesce(found.articles, 0)
        FROM generate_series(current_date - %(days)s + 1, current_date, '1 day') AS day
        LEFT JOIN (
            SELECT seen_at::date AS day, count(article_revision) AS articles FROM item {sample}
            WHERE seen_at >= current_date - %(days)s + 1
              AND (%(source_id)s::integer IS NULL OR source_id = %(source_id)s)
            GROUP BY 1
        ) found USING (day)
        ORDER BY day
        """,  # noqa: S608 - the clause is this module's own
        {"source_id": source_id, "days": days},
    )
    by_day = {day: _counted(number, factor) for day, number in cursor.fetchall()}
    return _counted(items, factor), _counted(articles, factor), by_day


def _stories(cursor: Cursor, source_id: int | None, sizes: dict[str, _Size]) -> tuple[Counted, Counted]:
    """Stories by their first articles; of a source all that it has articles of."""
    if source_id is not None:
        cursor.execute(
            """
            SELECT count(DISTINCT m.story_id), count(m.copy_of) FROM item i JOIN story_member m USING (item_id)
            WHERE i.source_id = %s
            """,
            (source_id,),
        )
        stories, copies = _row(cursor)
        return Counted(stories), Counted(copies)
    sample, factor = _sample(sizes["story_member"].heap, COUNTED)
    cursor.execute(f"SELECT count(*) - count(copy_of), count(copy_of) FROM story_member {sample}")  # noqa: S608
    stories, copies = _row(cursor)
    return _counted(stories, factor), _counted(copies, factor)


def _facts(cursor: Cursor, source_id: int | None, sizes: dict[str, _Size]) -> dict[str, Counted]:
    """The facts of the articles in their newest revision, the most frequent type first."""
    found: dict[str, Counted] = {}
    for table, kind in _FACTS.items():
        size = sizes[table]
        sample, factor = _sample(size.heap, SAMPLED)
        cursor.execute(
            f"""
            SELECT {kind}, count(i.item_id), sum(count(*)) OVER () FROM {table} f {sample}
            LEFT JOIN item i ON i.item_id = f.item_id AND i.article_revision = f.revision
                AND (%(source_id)s::integer IS NULL OR i.source_id = %(source_id)s)
            GROUP BY 1
            """,  # noqa: S608 - tables and clause are this module's own
            {"source_id": source_id},
        )
        for name, number, read in cursor.fetchall():
            # What Postgres knows of the whole table is nearer than how many pages happened to be read.
            exactly = size.rows / float(read) if sample and size.rows else factor
            if number:
                found[name] = Counted(round(number * exactly), about=bool(sample))
    return dict(sorted(found.items(), key=lambda fact: (-fact[1].number, fact[0])))


def _quarantine(cursor: Cursor, source_id: int | None) -> dict[str, int]:
    cursor.execute(
        """
        SELECT reason, count(*) FROM quarantine
        WHERE resolved_at IS NULL AND dropped_at IS NULL
          AND (%(source_id)s::integer IS NULL OR source_id = %(source_id)s)
        GROUP BY reason ORDER BY count(*) DESC, reason
        """,
        {"source_id": source_id},
    )
    return dict(cursor.fetchall())


def _waiting(cursor: Cursor, source_id: int | None) -> Waiting:
    cursor.execute(
        """
        SELECT count(*) FROM payload
        WHERE loaded_at IS NULL AND (%(source_id)s::integer IS NULL OR source_id = %(source_id)s)
        """,
        {"source_id": source_id},
    )
    (payloads,) = _row(cursor)
    # One that is marked to be refined again has been refined before, and nobody noted when it was marked.
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh), min(loaded_at) FILTER (WHERE fresh),
            extract(epoch FROM now() - min(loaded_at) FILTER (WHERE fresh))
        FROM (
            SELECT i.refined_revision > 0 OR i.refined_by IS NULL AS fresh,
                coalesce(p.loaded_at, p.last_seen_at) AS loaded_at
            FROM item i JOIN payload p USING (payload_id)
            WHERE i.refined_revision < i.revision AND (%(source_id)s::integer IS NULL OR i.source_id = %(source_id)s)
        ) pending
        """,
        {"source_id": source_id},
    )
    items, again, oldest, lag = _row(cursor)
    return Waiting(payloads, items, again, oldest, None if lag is None else float(lag))


def _sources(cursor: Cursor, source: str | None) -> dict[str, int]:
    cursor.execute(
        """
        SELECT state, count(*) FROM source_health WHERE %(source)s::text IS NULL OR source = %(source)s
        GROUP BY state ORDER BY array_position(ARRAY['failing', 'silent', 'unsteady', 'at rest', 'well'], state)
        """,
        {"source": source},
    )
    return dict(cursor.fetchall())


def _sizes(cursor: Cursor) -> dict[str, _Size]:
    """The bytes of each table, its partitions taken together."""
    cursor.execute(
        """
        SELECT coalesce(parent.relname, c.relname), sum(pg_relation_size(c.oid)), sum(pg_total_relation_size(c.oid)),
            -- Rows by the page as they were last looked at, times the pages that there are now.
            sum(c.reltuples / nullif(c.relpages, 0) * pg_relation_size(c.oid) / current_setting('block_size')::integer),
            bool_or(c.relkind = 'r' AND pg_relation_size(c.oid) > 0 AND (c.reltuples < 0 OR c.relpages = 0))
        FROM pg_class c
        LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
        LEFT JOIN pg_class parent ON parent.oid = h.inhparent
        WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p')
        GROUP BY 1
        """,
        (SCHEMA,),
    )
    return {
        table: _Size(int(heap), int(total), None if unseen or rows is None else round(rows))
        for table, heap, total, rows, unseen in cursor.fetchall()
    }


def _with_sizes(stats: Stats, database_size: int, sizes: dict[str, _Size]) -> Stats:
    articles = stats.articles.number

    def share(size: int) -> float | None:
        return size / articles if articles else None

    ordered = sorted(sizes.items(), key=lambda entry: (-entry[1].total, entry[0]))
    tables = [TableSize(table, size.total, share(size.total)) for table, size in ordered]
    whole = sum(size.total for size in sizes.values())
    return replace(stats, database_size=database_size, per_article=share(whole), tables=tables)


def _sample(heap: int, limit: int) -> tuple[str, float]:
    """The clause that reads about ``limit`` bytes of a table, and what its counts are to be multiplied with.

    Always the same pages, so that a number only changes with what is in the table.
    """
    if heap <= limit:
        return "", 1.0
    return f"TABLESAMPLE SYSTEM ({100 * limit / heap:.6f}) REPEATABLE (1)", heap / limit


def _counted(number: int, factor: float) -> Counted:
    return Counted(round(number * factor), about=factor > 1)


def _row(cursor: Cursor) -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None
    return row
