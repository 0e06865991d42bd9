"""Blocks learned in Postgres: once per item, whoever repeats or competes, at the same cost for every batch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from threading import Thread

from psycopg2.extensions import connection as Connection
from tests.boilerplate.simulated import Story, lines, stories
from tests.warehouse.blocks.batches import (
    DOORMAT,
    MOVED,
    PHRASE,
    SOURCE,
    TOWER,
    articles_of,
    finish,
    load,
    replace_source,
    simulated_source,
    still_has,
    waiting,
)

from copydesk import jobs
from copydesk.boilerplate.recurring import Status
from copydesk.model import Payload
from copydesk.warehouse import connect
from copydesk.warehouse.articles import Refined, load_articles
from copydesk.warehouse.block_review import affected, decide, list_blocks, refine_again, take_out
from copydesk.warehouse.blocks import learn, read_learned
from copydesk.warehouse.reads import claim_pending


def state(query) -> list[tuple]:
    return query(
        "SELECT key, status, support, days, since, last, recent, places, topical, varied, examples, subjects,"
        " keep_until FROM recurring_block ORDER BY key"
    )


def test_two_thousand_articles_with_footers_that_change(connection: Connection, query) -> None:
    texts = list(simulated_source(2000))
    found: dict[str, int] = {}
    costs = []
    for start in range(0, 2000, 10):
        refined = load(connection, texts[start : start + 10])
        for (story, text), article in zip(texts[start : start + 10], articles_of(refined), strict=True):
            assert (PHRASE in text) == (PHRASE in article.text)
            assert article.source_text() == text
            for footer in (DOORMAT, TOWER, MOVED):
                if footer in text and footer not in article.text:
                    found.setdefault(footer, story.number)
                assert footer not in found or footer not in article.text
        costs.append(finish(connection, refined))
    assert found[DOORMAT] <= 20
    assert found[TOWER] <= 20
    assert found[MOVED] <= 1020
    # Flat: the last quarter costs what the second did.
    for measure in ("written", "read", "held"):
        early, late = (sum(getattr(cost, measure) for cost in costs[part : part + 50]) / 50 for part in (50, 150))
        assert late < 1.1 * early, measure
    assert max(cost.held for cost in costs) < 1000
    assert max(cost.written for cost in costs) < 10 * 25
    assert query("SELECT articles FROM learned_source") == [(2000,)]
    assert set(query("SELECT text, status, support FROM learned_block")) == {
        (DOORMAT, "applied", 2000),
        (TOWER, "retired", 1000),
        (MOVED, "applied", 1000),
        (PHRASE, "candidate", 400),
    }


def test_an_item_counts_once_whatever_is_repeated(connection: Connection, query) -> None:
    texts = [(story, lines(story, DOORMAT)) for story in stories(12)]
    refined = load(connection, texts)
    finish(connection, refined)
    before = state(query)
    with connection:
        learn(connection, refined)  # the task is run again
    assert state(query) == before
    with connection:
        ids = [entry.pending.item_id for entry in refined]
        refine_again(connection, ids)
        again = list(claim_pending(connection, ids))
    finish(connection, [Refined(entry, article=texts[0][0].article(entry.item.body)) for entry in again])
    assert state(query) == before
    # A revision of an item that was learned from.
    finish(connection, load(connection, [(story, text + "\nMore came in later.") for story, text in texts]))
    assert query("SELECT max(support) FROM recurring_block") == [(12,)]


def test_a_batch_that_breaks_off_counts_when_it_is_repeated(connection: Connection, query) -> None:
    refined = load(connection, [(story, lines(story, DOORMAT)) for story in stories(12)])
    load_articles(connection, refined, "test")
    learn(connection, refined)
    connection.rollback()
    assert state(query) == []
    finish(connection, refined)
    assert query("SELECT support FROM learned_block") == [(12,)]


def test_two_workers_on_the_same_sources_lose_nothing(connection: Connection, query) -> None:
    sources = [replace_source(name) for name in ("a_post", "b_post")]
    batches: list[list[Refined]] = []
    texts = [(story, lines(story, DOORMAT, TOWER)) for story in stories(160)]
    for start in range(0, 160, 8):
        part = texts[start : start + 8]
        first, second = load(connection, part[:4], sources[0]), load(connection, part[4:], sources[1])
        # Every other batch has its sources the other way round.
        batches.append(first + second if start % 16 else second + first)
    errors: list[Exception] = []

    def work(mine: list[list[Refined]]) -> None:
        try:
            with closing(connect()) as own:
                for batch in mine:
                    finish(own, batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says it
            errors.append(error)

    workers = [Thread(target=work, args=(batches[number::4],)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert query("SELECT source, support, status FROM learned_block ORDER BY source") == [
        (name, 80, "applied") for name in ("a_post", "a_post", "b_post", "b_post")
    ]


def test_sources_are_learned_apart(connection: Connection, query) -> None:
    for name, footer in (("a_post", DOORMAT), ("b_post", TOWER)):
        texts = [(story, lines(story, footer)) for story in stories(20)]
        finish(connection, load(connection, texts, replace_source(name)))
    assert query("SELECT source, text FROM learned_block ORDER BY source") == [("a_post", DOORMAT), ("b_post", TOWER)]
    refined = load(
        connection, [(story, lines(story, TOWER)) for story in stories(22, seed=3)][20:], replace_source("a_post")
    )
    assert all(TOWER in article.text for article in articles_of(refined))


def test_what_was_retired_for_long_is_dropped_unless_a_person_decided_on_it(connection: Connection, query) -> None:
    finish(connection, load(connection, [(story, lines(story, DOORMAT, TOWER)) for story in stories(16)]))
    (decided,) = [block.block_id for block in list_blocks(connection) if block.text == TOWER]
    with connection:
        decide(connection, [decided], Status.APPROVED)
    told = [replace(story, number=story.number + 100) for story in stories(3, seed=9)]
    for articles, story in zip((300, 6000), told, strict=False):
        query("UPDATE learned_source SET articles = %s", articles)
        finish(connection, load(connection, [(story, lines(story))]))
        assert {status for (status,) in query("SELECT status FROM learned_block")} == {"retired"}
    assert query("SELECT text FROM learned_block") == [(TOWER,)]
    with connection:
        assert read_learned(connection, [1]) == {}
    finish(connection, load(connection, [(told[2], lines(told[2], TOWER))]))
    assert query("SELECT text, status FROM learned_block") == [(TOWER, "approved")]
    assert (waiting(query), still_has(query, TOWER)) == (17, 17)  # the first batch, and what brought it back
    jobs.refine_items()
    assert (waiting(query), still_has(query, TOWER)) == (0, 0)


def test_batches_at_the_same_time_take_out_what_either_made_clear(connection: Connection, query) -> None:
    told = [(story, lines(story, DOORMAT)) for story in stories(24)]
    first, second = load(connection, told[:20]), load(connection, told[20:])
    finish(connection, first)
    finish(connection, second)
    assert waiting(query) == 24
    jobs.refine_items()
    assert (waiting(query), still_has(query, DOORMAT)) == (0, 0)


def test_articles_refined_before_are_found_and_refined_again(connection: Connection, query) -> None:
    told = list(stories(11, a_day=1000))
    texts = [
        (story, lines(story, f"Printed on Quay Street, {number} May 2024")) for number, story in enumerate(told, 1)
    ]
    others = [(story, lines(story, "Printed on paper in Quay Street")) for story in stories(25, seed=4)][20:]
    finish(connection, load(connection, texts + others))
    (block,) = [block for block in list_blocks(connection) if block.support == 11]
    with connection:
        assert len(affected(connection, block.block_id)) == 11
        assert len(affected(connection, block.block_id, limit=10)) == 5  # the latest ten are looked at
        decide(connection, [block.block_id], Status.APPROVED)
        assert take_out(connection, [block.block_id]) == 11
    assert query("SELECT count(*) FROM item WHERE refined_revision < revision") == [(11,)]
    assert jobs.refine_items().revised == 11
    with connection:
        assert affected(connection, block.block_id) == []
    assert query("SELECT count(*) FROM current_article WHERE text LIKE '%%Printed on Quay%%'") == [(0,)]


def test_what_a_batch_made_clear_is_taken_out_of_that_batch_too(connection: Connection, query) -> None:
    finish(connection, load(connection, [(story, lines(story, DOORMAT)) for story in stories(20)]))
    assert query("SELECT count(*) FROM item WHERE refined_revision < revision") == [(20,)]
    assert jobs.refine_items().revised == 20
    assert query("SELECT count(*) FROM item WHERE refined_revision < revision") == [(0,)]
    assert query("SELECT count(*) FROM current_article WHERE text LIKE %s", f"%{DOORMAT}%") == [(0,)]


def test_the_job_learns_and_strips(warehouse: str, query) -> None:
    def feed(part: Sequence[Story]) -> Payload:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{story.number}</guid><title>{story.title}</title>"
            f"<pubDate>{story.published:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
            f"<description>{escape(''.join(f'<p>{line}</p>' for line in [*story.paragraphs, DOORMAT]))}</description>"
            "</item>"
            for story in part
        )
        return Payload(f"<rss><channel>{entries}</channel></rss>".encode(), datetime.now(UTC), "package:f", "text/xml")

    told = list(stories(24))
    for part, still in ((told[:4], [True] * 4), (told[4:20], [True] * 20), (told[20:], [True] * 4 + [False] * 20)):
        jobs.load_payloads([jobs.keep_payload(SOURCE, feed(part))])
        jobs.refine_items()
        rows = query("SELECT text FROM current_article ORDER BY item_id")
        assert [DOORMAT in text for (text,) in rows] == still
    ((block_id, status),) = query("SELECT block_id, status FROM learned_block")
    assert status == "applied"
    assert query("SELECT DISTINCT rule, kind, text FROM removal") == [(f"learned.{block_id}", "promo", f"\n{DOORMAT}")]
