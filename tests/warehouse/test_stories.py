"""Stories in Postgres, and what a transaction of refining claims."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Thread

import pytest

from copydesk import jobs
from copydesk.model import Article, Payload
from copydesk.sources import Source
from copydesk.syndication import StoryIndex, fingerprint, similarity
from copydesk.syndication.fingerprint import SIZE
from copydesk.syndication.stories import MAX_POSTINGS, PROBES, MemoryStorage
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.reads import claim_pending
from copydesk.warehouse.stories import PostgresStorage, link_articles

TEXT = (
    "Port Ellis closed two of its five piers on Friday after divers found cracks in the pillars that carry the quay. "
    "About 340 boats were moved to the northern basin, said harbour master Jo Quill."
)


def test_whichever_copy_is_linked_first(warehouse: str, query) -> None:
    for name in ("one", "two", "three"):
        payload = Payload(f"{TEXT} By {name}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{name}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name=name), payload)])
    first, second, third = (row[0] for row in query("SELECT item_id FROM item ORDER BY 1"))
    for item in (second, third, first):
        jobs.refine_items(item_ids=[item])
        jobs.link_stories()
    assert query("SELECT item_id, copy_of FROM story_member ORDER BY 1") == [
        (first, None),
        (second, first),
        (third, first),
    ]
    assert query("SELECT count(DISTINCT story_id) FROM story_member") == [(1,)]
    assert query("SELECT DISTINCT item_id FROM story_key") == [(first,)]
    jobs.link_stories()


REPORTS = [
    " ".join(
        f"{word}{story}" for word in "the harbour of a town was closed when divers found cracks in its piers".split()
    )
    for story in range(3)
]


@pytest.mark.parametrize("seed", range(8))
def test_batches_in_postgres_link_as_an_index_in_memory(warehouse: str, query, seed: int) -> None:
    """Stories and copies are the same, whatever the order, the batches, and what is stored anew."""
    chance = random.Random(seed)
    for number in range(12):
        payload = Payload(f"Article {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    jobs.refine_items()
    ids = [row[0] for row in query("SELECT item_id FROM item ORDER BY 1")]
    memory = MemoryStorage()
    for _ in range(6):
        batch = sorted(chance.sample(ids, 4))
        texts = {id: f"{chance.choice(REPORTS)} {chance.choice(REPORTS)} {id}" for id in batch}
        sketches = {id: fingerprint(text) for id, text in texts.items()}
        with transaction() as connection:
            storage = PostgresStorage(connection, sketches)
            for id, sketch in sketches.items():
                with connection.cursor() as cursor:
                    cursor.execute("UPDATE article SET fingerprint = %s WHERE item_id = %s", (list(sketch), id))
                article = Article(text=texts[id], fingerprint=sketch)
                here, there = StoryIndex(storage).add(article, id=id), StoryIndex(memory).add(article, id=id)
                assert (here.copy_of, here.similarity) == (there.copy_of, there.similarity)
            storage.write()
        members = query("SELECT item_id, story_id, copy_of FROM story_member ORDER BY item_id")
        assert {item_id: copy_of for item_id, _, copy_of in members if copy_of} == memory._copy_of
        assert partition((item_id, story) for item_id, story, _ in members) == partition(
            (candidate.id, candidate.story) for candidate, _ in memory._articles.values()
        )
        indexed = query("SELECT item_id, array_agg(key ORDER BY key) FROM story_key GROUP BY item_id")
        assert {item_id: tuple(keys) for item_id, keys in indexed} == {
            id: tuple(sorted(keys)) for id, (_, keys) in memory._articles.items() if keys
        }


def test_what_else_is_in_a_batch_makes_no_key_rare(warehouse: str, query) -> None:
    """A hash that four stories share says nothing by itself, also where only one of them is looked at."""
    phrase = 7
    stories = [(phrase, *range(1000 * number, 1000 * number + SIZE - 1)) for number in range(1, 5)]
    brief = (phrase, *stories[0][PROBES:70])
    for number in range(6):
        payload = Payload(f"Article {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    jobs.refine_items()
    ids = [row[0] for row in query("SELECT item_id FROM item ORDER BY 1")]
    for id, sketch in zip(ids, (*stories, brief, stories[0]), strict=True):
        query("UPDATE article SET fingerprint = %s WHERE item_id = %s", list(sketch), id)
    assert similarity(brief, stories[0]) == 1
    assert linked_in_a_transaction(limit=4) == (4, 0)
    assert linked_in_a_transaction(limit=2) == (2, 1)
    assert query("SELECT item_id, copy_of FROM story_member WHERE copy_of IS NOT NULL") == [(ids[5], ids[0])]


def test_keys_of_articles_that_are_gone_lead_nowhere(warehouse: str, query) -> None:
    """Old months can be detached; the index of fingerprints keeps their keys."""
    for number in range(2):
        payload = Payload(f"{TEXT} No {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
        jobs.refine_items()
        assert jobs.link_stories() == (1, 0)
        query("DELETE FROM article")
    assert query("SELECT count(*) > 10 FROM story_key") == [(True,)]


def test_a_formula_of_hundreds_of_articles_links_nobody(warehouse: str, query) -> None:
    """In the warehouse, and in the batch that makes it one too many."""
    formula = "the stock exchange closed higher today as traders awaited the decision of the central bank"
    for number in range(MAX_POSTINGS + 10):
        text = f"{formula} {' '.join(f'w{number}x{word}' for word in range(60))}"
        payload = Payload(text.encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    jobs.refine_items()
    linked = [linked_in_a_transaction(limit=10) for _ in range(4)]
    assert linked == [(10, 0), (10, 0), (10, 0), (0, 0)]
    assert query("SELECT count(DISTINCT story_id) FROM story_member") == [(MAX_POSTINGS + 10,)]


def linked_in_a_transaction(*, limit: int) -> tuple[int, int]:
    with transaction() as connection:
        return link_articles(connection, limit=limit)


def partition(members: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    """Which articles are together, whatever the number of their story."""
    stories: dict[int, set[int]] = {}
    for item_id, story in members:
        stories.setdefault(story, set()).add(item_id)
    return {frozenset(together) for together in stories.values()}


def test_an_article_written_while_linking_waits_for_it_is_linked(warehouse: str, query) -> None:
    """Its item is seen as the other run leaves it, so its article must be too."""
    payload = Payload(f"{TEXT} No 1.".encode(), datetime(2025, 7, 13, tzinfo=UTC), "file:///1.txt")
    jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    jobs.refine_items()
    with transaction() as refining, refining.cursor() as cursor:
        cursor.execute("UPDATE item SET revision = 2, refined_revision = 2, article_revision = 2")
        cursor.execute("UPDATE article SET revision = 2")
        linking = Thread(target=jobs.link_stories)
        linking.start()
        deadline = time.monotonic() + 20
        while not query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    linking.join(20)
    assert query("SELECT count(*) FROM story_member") == [(1,)]
    assert query("SELECT linked_revision FROM item") == [(2,)]


def test_articles_count_as_made_from_the_moment_they_are(warehouse: str, query) -> None:
    before = query("SELECT clock_timestamp()")[0][0]
    payload = Payload(f"{TEXT} No 1.".encode(), datetime(2025, 7, 13, tzinfo=UTC), "file:///1.txt")
    jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    assert jobs.articles_made(since=before) == 0, "items are no articles"
    jobs.refine_items()
    assert jobs.articles_made(since=before) == 1
    after = query("SELECT clock_timestamp()")[0][0]
    assert jobs.articles_made(since=after) == 0
    query("UPDATE batch SET started_at = started_at - interval '50 minutes' WHERE kind = 'refine'")
    assert jobs.articles_made(since=before) == 1, "a long transaction"


def test_two_runs_at_once_refine_each_item_once(warehouse: str, query) -> None:
    for number in range(4):
        payload = Payload(f"{TEXT} No {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    ids = [row[0] for row in query("SELECT item_id FROM item ORDER BY 1")]
    with transaction() as other:
        assert [entry.item_id for entry in claim_pending(other, ids[:2])] == ids[:2]
        assert jobs.refine_items().new == 2, "those that the other run is at are left to it"
        other.rollback()  # it dies
    assert jobs.refine_items().new == 2
    assert query("SELECT count(*) FROM article") == [(4,)]


def test_an_item_that_cannot_be_loaded_waits_and_the_others_are_loaded(
    warehouse: str, query, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        payload = Payload(f"{TEXT} No {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    load = jobs.load_articles

    def fragile(connection, refined, version):
        if any(entry.article and entry.article.text.endswith("No 1.") for entry in refined):
            raise ValueError("Postgres does not take this")
        return load(connection, refined, version)

    monkeypatch.setattr(jobs, "load_articles", fragile)
    counts = jobs.refine_items()
    assert (counts.new, counts.quarantined) == (2, 1)
    assert query("SELECT reason, message LIKE '%%does not take this%%' FROM quarantined") == [("internal", True)]
