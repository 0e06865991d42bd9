"""Recurring blocks in Postgres: learned from the articles of a batch, given back to strip the next one.

A batch costs the same few statements whatever was learned before. Rows of ``learned_source`` are locked in order, so
that loads of one source wait for the end of each other's transactions and count every article once. What persons see
and decide is in :mod:`.block_review`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.boilerplate.learned import Learned, LearnedBlock, block_of
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
            " WHERE source_id = ANY(%s) AND status = ANY(%s)",
            (list(source_ids), list(STRIPPED)),
        )
        for block in map(to_block, cursor.fetchall()):
            found.setdefault(block.source_id, {})[block.key] = block.as_learned()
    return {source_id: Learned(blocks) for source_id, blocks in found.items()}


def learn(connection: Connection, refined: Sequence[Refined]) -> bool:
    """Learn from articles that were just loaded, in the same transaction; an item counts once for all times.

    Articles that still have a block which is to be stripped by now, or lack one that isn't, will be refined again: a
    block may have become a clear case on the way, and others learn and decide while a batch is refined.

    Says whether blocks that were stripped turned out to be news. The articles that they were taken out of are to be
    refined again, once this is committed (:func:`~copydesk.warehouse.block_review.restore_due`): to lock those here
    would be against the order of items, sources, blocks.
    """
    good = {entry.pending.item_id: entry for entry in refined if entry.article is not None}
    if not good:
        return False
    with connection.cursor() as cursor:
        unlearned = _unlearned(cursor, list(good))
        shown = _shown(good)
        numbers = _count(
            cursor,
            {
                source_id: sum(article.item_id in unlearned for article in articles)
                for source_id, articles in shown.items()
            },
        )
        keys = {
            (source_id, sighting.key)
            for source_id, articles in shown.items()
            for article in articles
            for sighting in article.sightings
        }
        blocks = _known(cursor, keys)
        before = {key: block.status for key, block in blocks.items()}
        changed: dict[tuple[int, int], Block] = {}
        for source_id, articles in shown.items():
            new = [article for article in articles if article.item_id in unlearned]
            for number, article in enumerate(new, numbers[source_id] - len(new) + 1):
                for sighting in article.sightings:
                    key = (source_id, sighting.key)
                    block = blocks.get(key) or Block(source_id, sighting.key, sighting.words, sighting.text)
                    blocks[key] = changed[key] = block
                    block.see(sighting, article, number)
        _write(cursor, changed.values())
        _forget(cursor, numbers)
        news = _news(cursor, good.values())
        again = [
            article.item_id
            for source_id, articles in shown.items()
            for article in articles
            if _is_outdated(
                good[article.item_id], [blocks.get((source_id, seen.key)) for seen in article.sightings], news
            )
        ]
        cursor.execute("UPDATE item SET refined_revision = 0 WHERE item_id = ANY(%s)", (again,))
        turned = [
            block.block_id
            for key, block in changed.items()
            if block.block_id is not None and before[key] in STRIPPED and block.status not in STRIPPED
        ]
        cursor.execute("UPDATE recurring_block SET to_restore = true WHERE block_id = ANY(%s)", (turned,))
    return bool(turned)


def _unlearned(cursor: Cursor, item_ids: Sequence[int]) -> set[int]:
    """The items that were not learned from before; from now on all of them were."""
    # The load has locked these rows.
    cursor.execute(
        "UPDATE item SET learned = true WHERE item_id = ANY(%s) AND NOT learned RETURNING item_id", (item_ids,)
    )
    return {item_id for (item_id,) in cursor.fetchall()}


def _shown(good: Mapping[int, Refined]) -> dict[int, list[Seen]]:
    """What the articles show, by source, in the order of their ids."""
    found: dict[int, list[Seen]] = {}
    for item_id in sorted(good):
        pending, article = good[item_id].pending, good[item_id].article
        assert article is not None
        day = (article.published or pending.fetched_at).date()
        found.setdefault(pending.source_id, []).append(look_at(article, item_id, day))
    return found


def _news(cursor: Cursor, refined: Iterable[Refined]) -> set[int]:
    """The blocks that are known to be news by now, among those that the articles were stripped of."""
    cursor.execute(
        "SELECT block_id FROM recurring_block WHERE block_id = ANY(%s) AND status IN ('candidate', 'rejected')",
        (sorted({block_id for entry in refined for block_id in _taken(entry)}),),
    )
    return {block_id for (block_id,) in cursor.fetchall()}


def _taken(entry: Refined) -> Iterator[int]:
    """The blocks that an article was stripped of."""
    for cut in entry.article.removals if entry.article else ():
        if block_id := block_of(cut.rule):
            yield block_id


def _is_outdated(entry: Refined, shown: Iterable[Block | None], news: Collection[int]) -> bool:
    """Whether an article that shows these blocks would be another if it were refined now."""
    known = entry.learned.blocks if entry.learned else {}
    return any(block and block.status in STRIPPED and block.key not in known for block in shown) or any(
        block_id in news for block_id in _taken(entry)
    )


def _count(cursor: Cursor, articles: dict[int, int]) -> dict[int, int]:
    """Number the new articles of each source and lock its row; gives the number of the last of them."""
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


def _write(cursor: Cursor, blocks: Iterable[Block]) -> None:
    changing = [name for name in COLUMNS if name not in ("source_id", "key", "words", "text")]
    blocks = sorted(blocks, key=lambda block: (block.source_id, block.key))
    if known := [block for block in blocks if block.block_id is not None]:
        execute_values(
            cursor,
            f"UPDATE recurring_block b SET last_seen = now(), {', '.join(f'{n} = new.{n}' for n in changing)}"  # noqa: S608
            f" FROM (VALUES %s) AS new ({_LIST}) WHERE (b.source_id, b.key) = (new.source_id, new.key)",
            map(_row, known),
            template=_TEMPLATE,
            page_size=100_000,
        )
    if fresh := [block for block in blocks if block.block_id is None]:
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
