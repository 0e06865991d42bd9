"""Batches as the refine job makes them, of sources that repeat themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from tests.boilerplate.simulated import Story, Words, article_of, lines, stories

from copydesk.formats.base import Parsed
from copydesk.model import Article, Item, Payload
from copydesk.sources import Source
from copydesk.warehouse.articles import Refined, load_articles
from copydesk.warehouse.blocks import learn, read_learned
from copydesk.warehouse.items import load_items, load_payload, load_source
from copydesk.warehouse.reads import claim_pending, pending_ids

SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
DOORMAT = "The Harbour Post lands on island doormats every morning of the week."
TOWER = "Harbour Tower, Quay Street: where islanders look things up."
MOVED = "We moved: call at Bridge House, next to the lifeboat, for notices and lost umbrellas."
PHRASE = "Norland has fought Sudmark over the strait since 2022."


@dataclass
class Cost:
    """Rows of recurring_block that learning a batch wrote and read, and that there are after it."""

    written: int
    read: int
    held: int


def load(connection: Connection, texts: Sequence[tuple[Story, str]], source: Source = SOURCE) -> list[Refined]:
    """Items of these texts, refined with what is known by now, but not loaded yet."""
    items = tuple(
        Item(body=text, identifier=str(story.number), title=story.title, published=story.published, position=position)
        for position, (story, text) in enumerate(texts)
    )
    content = json.dumps([item.body for item in items]).encode()
    with connection:
        source_id = load_source(connection, source)
        payload_id = load_payload(connection, source_id, Payload(content, datetime.now(UTC), "file:a", "text/plain"))
        loaded = load_items(connection, source_id, payload_id, Parsed(items))
    return refine(connection, [item_id for item_id, _, _ in loaded.changed])


def refine(connection: Connection, item_ids: Sequence[int] | None = None) -> list[Refined]:
    """What the refine job does before it loads."""
    with connection:
        pending = list(claim_pending(connection, pending_ids(connection, item_ids=item_ids)))
        learned = read_learned(connection, {entry.source_id for entry in pending})
    return [
        Refined(
            entry, article=article_of(entry.item, learned.get(entry.source_id)), learned=learned.get(entry.source_id)
        )
        for entry in pending
    ]


def finish(connection: Connection, refined: Sequence[Refined]) -> Cost:
    """What the refine job does at the end, in one transaction."""
    with connection, connection.cursor() as cursor:
        # A table this small may be read as a whole, as soon as it has been analysed; what counts is what is needed.
        cursor.execute("SET LOCAL enable_seqscan = off")
        _, loaded = load_articles(connection, refined, "test")
        written, read = _touched(cursor)
        learn(connection, loaded)
        more_written, more_read = _touched(cursor)
        cursor.execute("SELECT count(*) FROM recurring_block")
        ((held,),) = cursor.fetchall()
    return Cost(more_written - written, more_read - read, held)


def _touched(cursor: Cursor) -> tuple[int, int]:
    cursor.execute(
        """
        SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::integer,
            coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::integer
        FROM pg_stat_xact_user_tables WHERE relname = 'recurring_block'
        """
    )
    ((written, read),) = cursor.fetchall()
    return written, read


def waiting(query) -> int:
    return query("SELECT count(*) FROM item WHERE refined_revision < revision")[0][0]


def still_has(query, words: str) -> int:
    return query("SELECT count(*) FROM current_article WHERE strpos(text, %s) > 0", words)[0][0]


def articles_of(refined: Sequence[Refined]) -> list[Article]:
    return [entry.article for entry in refined if entry.article is not None]


def replace_source(name: str) -> Source:
    return SOURCE.model_copy(update={"name": name})


def simulated_source(count: int) -> Iterator[tuple[Story, str]]:
    """Two footers, one of which changes its wording half-way, and every fifth article on a war, with its background."""
    war = iter(stories(count, seed=5, subject=[*Words(6).subject()[:16], "norland", "sudmark", "strait", "fought"]))
    for story in stories(count):
        told = replace(next(war), number=story.number, published=story.published) if story.number % 5 == 0 else story
        phrase = [PHRASE] * (story.number % 5 == 0)
        yield told, lines(told, *phrase, DOORMAT, TOWER if story.number <= count // 2 else MOVED)
