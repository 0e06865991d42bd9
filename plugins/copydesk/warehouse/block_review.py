"""Recurring blocks as persons see them and decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from copydesk.boilerplate.learned import names_of, rule_of, words_of
from copydesk.boilerplate.recurring import Block, Status, kept_for
from copydesk.errors import ConfigurationError, NoText
from copydesk.metadata.registry import fold
from copydesk.model import Item, RemovalKind
from copydesk.warehouse.blocks import COLUMNS, to_block

MAX_AFFECTED = 10_000
"""Articles that an approval marks to be refined again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as a person sees it."""

    block_id: int
    source: str
    status: Status
    kind: RemovalKind | None
    support: int
    share: float
    """Of the source's latest articles."""
    place: str
    steady: float
    """The share of its articles that have it at one place."""
    alike: float
    topical: float
    varied: int
    suspicion: float
    days: int
    first_seen: datetime
    last_seen: datetime
    text: str
    examples: list[int]
    doubts: list[str]
    """Why it is not applied by itself."""


def list_blocks(
    connection: Connection,
    *,
    source: str | None = None,
    statuses: Sequence[Status] = (),
    block_ids: Sequence[int] | None = None,
    limit: int = 100,
) -> list[Shown]:
    """The blocks that were seen more than twice, the best supported first."""
    columns = ", ".join(f"b.{name}" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.name, l.articles, b.first_seen, b.last_seen, b.block_id, {columns}
            FROM recurring_block b JOIN source s USING (source_id) JOIN learned_source l USING (source_id)
            WHERE b.support > 2 AND (%(source)s::text IS NULL OR s.name = %(source)s)
              AND (%(statuses)s::text[] IS NULL OR b.status = ANY(%(statuses)s))
              AND (%(ids)s::bigint[] IS NULL OR b.block_id = ANY(%(ids)s))
            ORDER BY b.support DESC, b.block_id LIMIT %(limit)s
            """,  # noqa: S608 - the columns are this module's own
            {
                "source": source,
                "statuses": list(statuses) or None,
                "ids": list(block_ids) if block_ids is not None else None,
                "limit": limit,
            },
        )
        return [_shown(row[0], row[1], row[2], row[3], to_block(row[4:])) for row in cursor.fetchall()]


def _shown(source: str, number: int, first_seen: datetime, last_seen: datetime, block: Block) -> Shown:
    assert block.block_id is not None
    waits = block.status is Status.CANDIDATE
    return Shown(
        block_id=block.block_id,
        source=source,
        status=block.status,
        kind=block.kind,
        support=block.support,
        share=round(block.share(number), 3),
        place=block.place,
        steady=round(block.steady, 3),
        alike=round(block.alike, 3),
        topical=round(block.topical, 3),
        varied=block.varied,
        suspicion=block.suspicion,
        days=block.days,
        first_seen=first_seen,
        last_seen=last_seen,
        text=block.text,
        examples=block.examples,
        doubts=block.doubts(number) if waits else [],
    )


def decide(
    connection: Connection, block_ids: Sequence[int], status: Status, *, kind: RemovalKind | None = None
) -> None:
    """A person approves or rejects blocks. Raises :class:`ConfigurationError` where a block is not known."""
    with connection.cursor() as cursor:
        # In the order of a load: sources, then blocks.
        cursor.execute(
            """
            SELECT FROM learned_source
            WHERE source_id IN (SELECT source_id FROM recurring_block WHERE block_id = ANY(%s))
            ORDER BY source_id FOR UPDATE
            """,
            (list(block_ids),),
        )
        cursor.execute("SELECT block_id FROM recurring_block WHERE block_id = ANY(%s)", (list(block_ids),))
        missing = set(block_ids) - {block_id for (block_id,) in cursor.fetchall()}
        if missing:
            numbers = ", ".join(map(str, sorted(missing)))
            raise ConfigurationError(f"there is no block {numbers}; `copydesk blocks list` shows those there are")
        cursor.execute(
            """
            UPDATE recurring_block b SET status = %(status)s, decided = true, kind = coalesce(%(kind)s, kind),
                keep_until = CASE WHEN %(status)s = 'approved' THEN l.articles + %(kept)s END
            FROM learned_source l WHERE l.source_id = b.source_id AND b.block_id = ANY(%(ids)s)
            """,
            {"status": str(status), "kind": kind, "ids": list(block_ids), "kept": kept_for()},
        )


def take_out(connection: Connection, block_ids: Sequence[int]) -> int:
    """Mark the articles that still have approved blocks to be refined again; says how many.

    In a transaction after that of the decision: what is loaded meanwhile sees the decision and marks itself.
    """
    return refine_again(connection, [item_id for block_id in block_ids for item_id in affected(connection, block_id)])


def restore(connection: Connection, block_ids: Sequence[int]) -> int:
    """As :func:`take_out`, for the articles that blocks were taken out of which are not to be stripped after all."""
    return refine_again(
        connection, [item_id for block_id in block_ids for item_id in stripped_from(connection, block_id)]
    )


def restore_due(connection: Connection) -> int:
    """:func:`restore` for the blocks of which learning found that they are news."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT block_id FROM recurring_block WHERE to_restore ORDER BY block_id")
        due = [block_id for (block_id,) in cursor.fetchall()]
        marked = restore(connection, due) if due else 0
        cursor.execute("UPDATE recurring_block SET to_restore = false WHERE block_id = ANY(%s)", (due,))
    return marked


def affected(connection: Connection, block_id: int, *, limit: int = MAX_AFFECTED) -> list[int]:
    """The articles that still have a block in their clean text, found by the full-text index among the latest.

    At most ``limit`` articles that have the block's words are looked at. Of a block without words between
    spaces (Chinese, Thai) only the latest articles that it was seen in.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id, words, text, examples FROM recurring_block WHERE block_id = %s", (block_id,))
        row = cursor.fetchone()
        if row is None:
            return []
        source_id, words, text, examples = row
        wanted = sorted({word for word in _plain_words(text) if fold(word) in words.split()})
        cursor.execute(
            f"""
            SELECT a.item_id, a.text, r.authors, r.byline
            FROM article a
            JOIN item i ON i.item_id = a.item_id AND i.seen_at = a.seen_at AND i.article_revision = a.revision
            JOIN item_revision r ON (r.item_id, r.revision, r.seen_at) = (a.item_id, a.revision, a.seen_at)
            WHERE i.source_id = %(source_id)s AND i.refined_revision = i.revision
              AND {"a.search @@ plainto_tsquery('simple', %(wanted)s)" if wanted else "a.item_id = ANY(%(examples)s)"}
            ORDER BY a.item_id DESC LIMIT %(limit)s
            """,  # noqa: S608 - nothing in it is from outside
            {"source_id": source_id, "wanted": " ".join(wanted), "examples": examples, "limit": limit},
        )
        found = []
        for item_id, body, authors, byline in cursor:
            names = names_of(Item("", authors=tuple(authors), byline=byline))
            if any(words_of(line, names) == words for line in body.split("\n") if line.strip()):
                found.append(item_id)
        return found


def stripped_from(connection: Connection, block_id: int) -> list[int]:
    """The articles that a block was taken out of, and the items of which nothing was left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT item_id FROM removal WHERE rule = %s
            UNION
            SELECT q.item_id FROM quarantine q JOIN recurring_block b USING (source_id)
            WHERE b.block_id = %s AND q.stage = 'refine' AND q.reason = %s AND q.resolved_at IS NULL
            """,
            (rule_of(block_id), block_id, NoText.reason),
        )
        return [item_id for (item_id,) in cursor.fetchall()]


def refine_again(connection: Connection, item_ids: Sequence[int]) -> int:
    """Mark items to be refined again; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE item SET refined_revision = 0 WHERE item_id IN (
                SELECT item_id FROM item WHERE item_id = ANY(%s) ORDER BY item_id FOR UPDATE
            )
            """,
            (list(item_ids),),
        )
        return cursor.rowcount


def _plain_words(text: str) -> list[str]:
    """The words that the full-text index is sure to have as they are."""
    return [word for part in text.split() if (word := part.strip(".,;:!?()\"'“”„«»‘’")).isalpha()]
