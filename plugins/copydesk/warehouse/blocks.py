"""Recurring blocks in Postgres: learned from the articles of a batch, given back to strip the next one.

A batch costs the same few statements whatever was learned before. Rows of ``learned_source`` are locked in order, so
that loads of one source wait for the end of each other's transactions and count every article once. What persons see
and decide is in :mod:`.block_review`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.boilerplate.learned import Learned, LearnedBlock
from copydesk.boilerplate.recurring import STRIPPED, Block, Status, retired_until
from copydesk.boilerplate.sightings import Seen, look_at
from copydesk.model import RemovalKind
from copydesk.warehouse.articles import Refined

COLUMNS = {
    "source_id": "integer",
    "key": "bigint",
    "words": "text",
    "text": "text",
    "status": "text",
    "decided": "boolean",
    "kind": "text",
    "support": "integer",
    "days": "integer",
    "last_day": "date",
    "since": "bigint",
    "last": "bigint",
    "recent": "bit(64)",
    "places": "integer[]",
    "topical": "real",
    "varied": "integer",
    "suspicion": "real",
    "speaks": "boolean",
    "examples": "bigint[]",
    "subjects": "jsonb",
    "keep_until": "bigint",
}
_LIST = ", ".join(COLUMNS)
_TEMPLATE = "(" + ", ".join(f"%s::{kind}" for kind in COLUMNS.values()) + ")"


def read_learned(connection: Connection, source_ids: Collection[int]) -> dict[int, Learned]:
    """The blocks that are to be stripped from the articles of these sources."""
    if not source_ids:
        return {}
    found: dict[int, dict[int, LearnedBlock]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT block_id, {_LIST} FROM recurring_block"  # noqa: S608 - the columns are this module's own
            " WHERE source_id = ANY(%s) AND status = ANY(%s) AND support > 2",
            (list(source_ids), list(STRIPPED)),
        )
        for block in map(to_block, cursor.fetchall()):
            found.setdefault(block.source_id, {})[block.key] = block.as_learned()
    return {source_id: Learned(blocks) for source_id, blocks in found.items()}


def learn(connection: Connection, refined: Sequence[Refined]) -> None:
    """Learn from articles that were just loaded, in the same transaction; an item counts once for all times.

    Where a block becomes a clear case on the way, the articles of the batch that still have it will be refined again.
    """
    with connection.cursor() as cursor:
        seen = _unseen(cursor, refined)
        if not seen:
            return
        numbers = _count(cursor, {source_id: len(articles) for source_id, articles in seen.items()})
        keys = [
            (source_id, key)
            for source_id, articles in seen.items()
            for key in {sighting.key for article in articles for sighting in article.sightings}
        ]
        known = _known(cursor, keys)
        fresh: dict[tuple[int, int], Block] = {}
        cleared: set[tuple[int, int]] = set()
        for source_id, articles in seen.items():
            first = numbers[source_id] - len(articles) + 1
            for number, article in enumerate(articles, first):
                for sighting in article.sightings:
                    key = (source_id, sighting.key)
                    block = known.get(key) or fresh.setdefault(
                        key, Block(source_id, sighting.key, sighting.words, sighting.text)
                    )
                    before = block.status
                    block.see(sighting, article, number)
                    if block.status is Status.APPLIED and before is Status.CANDIDATE:
                        cleared.add(key)
        _write(cursor, known.values(), fresh.values())
        _forget(cursor, numbers)
        again = [
            article.item_id
            for source_id, articles in seen.items()
            for article in articles
            if any((source_id, sighting.key) in cleared for sighting in article.sightings)
        ]
        cursor.execute("UPDATE item SET refined_revision = 0 WHERE item_id = ANY(%s)", (again,))


def _unseen(cursor: Cursor, refined: Sequence[Refined]) -> dict[int, list[Seen]]:
    """What the articles show that were not learned from before, by source, in the order of their ids."""
    good = {entry.pending.item_id: entry for entry in refined if entry.article is not None}
    if not good:
        return {}
    # The load has locked these rows.
    cursor.execute(
        "UPDATE item SET learned = true WHERE item_id = ANY(%s) AND NOT learned RETURNING item_id", (list(good),)
    )
    found: dict[int, list[Seen]] = {}
    for (item_id,) in sorted(cursor.fetchall()):
        pending, article = good[item_id].pending, good[item_id].article
        assert article is not None
        day = (article.published or pending.fetched_at).date()
        found.setdefault(pending.source_id, []).append(look_at(article, item_id, day))
    return found


def _count(cursor: Cursor, articles: dict[int, int]) -> dict[int, int]:
    """Number the articles of each source and lock its row; gives the number of the last of them."""
    rows = execute_values(
        cursor,
        """
        INSERT INTO learned_source AS l (source_id, articles) VALUES %s
        ON CONFLICT (source_id) DO UPDATE SET articles = l.articles + EXCLUDED.articles RETURNING source_id, articles
        """,
        sorted(articles.items()),
        fetch=True,
    )
    return dict(rows)


def _known(cursor: Cursor, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Block]:
    columns = ", ".join(f"b.{name}" for name in COLUMNS)
    rows = execute_values(
        cursor,
        f"SELECT b.block_id, {columns} FROM recurring_block b"  # noqa: S608 - the columns are this module's own
        " JOIN (VALUES %s) AS k (source_id, key) USING (source_id, key) ORDER BY b.block_id FOR UPDATE OF b",
        sorted(keys),
        template="(%s, %s::bigint)",
        page_size=100_000,
        fetch=True,
    )
    return {(block.source_id, block.key): block for block in map(to_block, rows)}


def _write(cursor: Cursor, known: Iterable[Block], fresh: Iterable[Block]) -> None:
    changing = [name for name in COLUMNS if name not in ("source_id", "key", "words", "text")]
    if known := sorted(known, key=lambda block: (block.source_id, block.key)):
        execute_values(
            cursor,
            f"UPDATE recurring_block b SET last_seen = now(), {', '.join(f'{n} = new.{n}' for n in changing)}"  # noqa: S608
            f" FROM (VALUES %s) AS new ({_LIST}) WHERE (b.source_id, b.key) = (new.source_id, new.key)",
            map(_row, known),
            template=_TEMPLATE,
            page_size=100_000,
        )
    if fresh := sorted(fresh, key=lambda block: (block.source_id, block.key)):
        execute_values(
            cursor,
            f"INSERT INTO recurring_block ({_LIST}) VALUES %s",  # noqa: S608 - the columns are this module's own
            map(_row, fresh),
            template=_TEMPLATE,
            page_size=100_000,
        )


def _forget(cursor: Cursor, numbers: dict[int, int]) -> None:
    """Retire what was stripped and is no longer seen, drop what never came to anything."""
    rows = [(source_id, number, retired_until(number)) for source_id, number in sorted(numbers.items())]
    execute_values(
        cursor,
        """
        UPDATE recurring_block b SET status = 'retired', keep_until = CASE WHEN NOT decided THEN n.retired_until END
        FROM (VALUES %s) AS n (source_id, number, retired_until)
        WHERE b.source_id = n.source_id AND b.keep_until < n.number AND status IN ('applied', 'approved')
        """,
        rows,
        template="(%s, %s::bigint, %s::bigint)",
    )
    execute_values(
        cursor,
        """
        DELETE FROM recurring_block b USING (VALUES %s) AS n (source_id, number)
        WHERE b.source_id = n.source_id AND b.keep_until < n.number AND status IN ('candidate', 'retired')
        """,
        [row[:2] for row in rows],
        template="(%s, %s::bigint)",
    )


def to_block(row: Sequence[Any]) -> Block:
    """A row of ``block_id`` and :data:`COLUMNS`."""
    block_id, values = row[0], dict(zip(COLUMNS, row[1:], strict=True))
    values["status"] = Status(values["status"])
    values["kind"] = RemovalKind(values["kind"]) if values["kind"] else None
    values["recent"] = int(values["recent"], 2)
    return Block(block_id=block_id, **values)


def _row(block: Block) -> list[Any]:
    values = {name: getattr(block, name) for name in COLUMNS}
    values["recent"] = f"{block.recent:064b}"
    values["subjects"] = json.dumps(block.subjects)
    return list(values.values())
