"""Articles made anew, and which rows that changes: counted by the server, row against row, in the same transaction.

A dry run does all that a run does and rolls it back, so that what it says is what would happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.model import Fact
from copydesk.offsets import OffsetMap
from copydesk.warehouse.articles import FACT_TABLES, PARTS, Key, PendingItem, copy_facts, delete_parts
from copydesk.warehouse.copy import staging_table
from copydesk.warehouse.items import known_source
from copydesk.warehouse.reads import claim


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: of a source, that came in from ``since`` and before ``until``, and that ``version`` did not make;
    with ``again`` those too."""

    version: str
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article as far as its facts depend on it."""

    key: Key
    text: str
    language: str | None
    published_on: date | None
    offsets: OffsetMap
    title: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What changed: articles, and rows by table, as (gone, come)."""

    articles: int
    tables: Mapping[str, tuple[int, int]]


_REFINED = """
i.refined_revision = i.revision AND {made_by}
AND (%(source)s::text IS NULL OR s.name = %(source)s)
AND (%(since)s::timestamptz IS NULL OR i.seen_at >= %(since)s)
AND (%(until)s::timestamptz IS NULL OR i.seen_at < %(until)s)
"""
_OTHER_VERSION = "(%(again)s OR i.refined_by IS DISTINCT FROM %(version)s)"
_OTHER_FACTS = """
EXISTS (
    SELECT FROM article a
    WHERE a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
      AND i.article_revision = i.revision
      AND (%(again)s OR coalesce(a.annotated_by, a.refined_by) <> %(version)s)
)
"""


def plan_ranges(
    connection: Connection, selection: Selection, *, facts: bool, size: int, limit: int
) -> tuple[int, list[tuple[int, int]]]:
    """How many articles the selection holds, and ranges of item ids that hold them, ``size`` in each or as many as
    make ``limit`` ranges. ``facts``: those of which only the facts would be found anew."""
    condition = _REFINED.format(made_by=_OTHER_FACTS if facts else _OTHER_VERSION)
    with connection.cursor() as cursor:
        if selection.source is not None:
            known_source(connection, selection.source)
        chosen = f"SELECT i.item_id FROM item i JOIN source s USING (source_id) WHERE {condition}"  # noqa: S608
        cursor.execute(f"SELECT count(*) FROM ({chosen}) chosen", _values(selection))  # noqa: S608
        row = cursor.fetchone()
        total = int(row[0]) if row else 0
        size = max(size, -(-total // limit))
        cursor.execute(
            f"""
            SELECT min(item_id), max(item_id) FROM (
                SELECT item_id, (row_number() OVER (ORDER BY item_id) - 1) / %(size)s AS part FROM ({chosen}) chosen
            ) numbered GROUP BY part ORDER BY part
            """,  # noqa: S608 - the conditions are this module's own
            {**_values(selection), "size": size},
        )
        return total, cursor.fetchall()


def selected_ids(
    connection: Connection, selection: Selection, first: int, last: int, *, facts: bool, limit: int
) -> list[int]:
    """The first of the selection's items in a range of ids. Nothing is claimed by it."""
    condition = _REFINED.format(made_by=_OTHER_FACTS if facts else _OTHER_VERSION)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT i.item_id FROM item i JOIN source s USING (source_id)
            WHERE {condition} AND i.item_id BETWEEN %(first)s AND %(last)s ORDER BY i.item_id LIMIT %(limit)s
            """,  # noqa: S608 - the conditions are this module's own
            {**_values(selection), "first": first, "last": last, "limit": limit},
        )
        return [item_id for (item_id,) in cursor.fetchall()]


def claim_refined(connection: Connection, selection: Selection, item_ids: Sequence[int]) -> Iterator[PendingItem]:
    """Those of the items that are the selection's, to be refined again."""
    condition = _REFINED.format(made_by=_OTHER_VERSION) + "AND i.item_id = ANY(%(item_ids)s)"
    return claim(connection, condition, {**_values(selection), "item_ids": list(item_ids)}, wait=True)


def claim_annotated(connection: Connection, selection: Selection, item_ids: Sequence[int]) -> list[Annotated]:
    """Those of the items that are the selection's, of which the facts are to be found again."""
    condition = _REFINED.format(made_by=_OTHER_FACTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT i.item_id, i.revision, i.seen_at FROM item i JOIN source s USING (source_id)
            WHERE {condition} AND i.item_id = ANY(%(item_ids)s) ORDER BY i.item_id FOR NO KEY UPDATE OF i
            """,  # noqa: S608 - the conditions are this module's own
            {**_values(selection), "item_ids": list(item_ids)},
        )
        keys: list[Key] = cursor.fetchall()
        if not keys:
            return []
        values = {"items": [key[0] for key in keys], "from": min(key[2] for key in keys), "to": max(k[2] for k in keys)}
        # The bounds tell Postgres which partitions to look at.
        of_article = "JOIN item i USING (item_id, revision, seen_at) WHERE t.item_id = ANY(%(items)s)"
        of_article += " AND t.seen_at BETWEEN %(from)s AND %(to)s"
        edits: dict[int, list[tuple[int, int, str]]] = {}
        for table, replacement in (("removal", "''"), ("repair", "t.replacement")):
            cursor.execute(
                f"SELECT t.item_id, t.start, t.stop, {replacement} FROM {table} t {of_article}",  # noqa: S608
                values,
            )
            for item_id, start, stop, text in cursor.fetchall():
                edits.setdefault(item_id, []).append((start, stop, text))
        cursor.execute(
            f"SELECT t.item_id, t.text, t.language, t.published_on, t.title FROM article t {of_article}",  # noqa: S608
            values,
        )
        found = {item_id: rest for item_id, *rest in cursor.fetchall()}
    articles = []
    for key in keys:
        text, language, published_on, title = found[key[0]]
        offsets = OffsetMap(tuple(sorted(edits.get(key[0], ()))))
        articles.append(Annotated(key, text, language, published_on, offsets, title))
    return articles


def replace_facts(cursor: Cursor, found: Sequence[tuple[Annotated, Sequence[Fact]]], version: str) -> None:
    """Put these facts in the place of those that the articles have."""
    keys = [article.key for article, _ in found]
    delete_parts(cursor, FACT_TABLES, keys)
    copy_facts(cursor, [(article.key, facts, article.offsets) for article, facts in found])
    _say_who_annotated(cursor, keys, version)


_EDITS = """
coalesce((
    SELECT string_agg(concat_ws('-', e.start, e.stop), ',' ORDER BY e.start, e.stop) FROM TABLE e
    WHERE (e.item_id, e.revision, e.seen_at) = (o.item_id, o.revision, o.seen_at)
), '')
"""
"""Where an article's text was edited."""


def keep_facts_of_same_text(cursor: Cursor) -> None:
    """Of the articles in the snapshot whose text, language and day are what they were, at the same places of the item,
    put back the facts."""
    edits = " || ' ' || ".join(_EDITS.replace("TABLE", f"{{}}{table}") for table in ("removal", "repair"))
    cursor.execute(
        f"""
        SELECT o.item_id, o.revision, o.seen_at, coalesce(o.annotated_by, o.refined_by)
        FROM old_article o JOIN article a USING (item_id, revision, seen_at)
        WHERE (a.text, a.language, a.published_on) IS NOT DISTINCT FROM (o.text, o.language, o.published_on)
          AND {edits.replace("{}", "")} = {edits.replace("{}", "old_")}
        """  # noqa: S608 - the tables are this module's own
    )
    same = cursor.fetchall()
    keys = [row[:3] for row in same]
    if not keys:
        return
    delete_parts(cursor, FACT_TABLES, keys)
    for table in FACT_TABLES:
        cursor.execute(
            f"INSERT INTO {table} SELECT * FROM old_{table} WHERE item_id = ANY(%s)",  # noqa: S608
            ([key[0] for key in keys],),
        )
    for version in {row[3] for row in same}:
        _say_who_annotated(cursor, [row[:3] for row in same if row[3] == version], version)


def _say_who_annotated(cursor: Cursor, keys: Sequence[Key], version: str) -> None:
    execute_values(
        cursor,
        """
        UPDATE article a SET annotated_by = nullif(k.version, a.refined_by)
        FROM (VALUES %s) AS k (item_id, revision, seen_at, version)
        WHERE (a.item_id, a.revision, a.seen_at) = (k.item_id, k.revision, k.seen_at)
        """,
        [(*key, version) for key in keys],
        template="(%s, %s, %s::timestamptz, %s)",
    )


_COMPARED = ("article", *PARTS)
_NOT_COMPARED = ("refined_by", "annotated_by", "search")


def take_snapshot(cursor: Cursor, keys: Sequence[Key]) -> None:
    """Keep the rows of these articles as they are, in temporary tables that go with the transaction."""
    staging_table(cursor, "chosen", {"item_id": "bigint", "revision": "integer", "seen_at": "timestamptz"})
    execute_values(cursor, "INSERT INTO chosen VALUES %s", keys, template="(%s, %s, %s::timestamptz)")
    for table in _COMPARED:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE old_{table} ON COMMIT DROP AS
            SELECT t.* FROM {table} t JOIN chosen USING (item_id, revision, seen_at)
            """  # noqa: S608 - the tables are this module's own
        )


def compare_with_snapshot(cursor: Cursor) -> Rows:
    """Which rows are others than in the snapshot."""
    tables, articles = {}, set()
    for table in _COMPARED:
        columns = ", ".join(f'"{name}"' for name in _columns(cursor, table))
        cursor.execute(
            f"""
            WITH new AS (SELECT t.* FROM {table} t JOIN chosen USING (item_id, revision, seen_at)),
            gone AS (SELECT {columns} FROM old_{table} EXCEPT ALL SELECT {columns} FROM new),
            come AS (SELECT {columns} FROM new EXCEPT ALL SELECT {columns} FROM old_{table})
            SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM come),
                   ARRAY(SELECT item_id FROM gone UNION SELECT item_id FROM come)
            """  # noqa: S608 - the names are the catalogue's
        )
        row = cursor.fetchone()
        assert row is not None
        if row[0] or row[1]:
            tables[table] = (int(row[0]), int(row[1]))
        articles.update(row[2])
    return Rows(len(articles), tables)


def _columns(cursor: Cursor, table: str) -> list[str]:
    cursor.execute(
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attname <> ALL(%s) ORDER BY attnum
        """,
        (table, list(_NOT_COMPARED)),
    )
    return [name for (name,) in cursor.fetchall()]


def _values(selection: Selection) -> dict[str, Any]:
    return {name: getattr(selection, name) for name in ("version", "source", "since", "until", "again")}
