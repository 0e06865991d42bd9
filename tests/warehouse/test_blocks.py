"""Blocks learned in Postgres: once per item, whoever repeats or competes, at the same cost for every batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from tests.boilerplate.simulated import Story, Words, article_of, lines, stories

from copydesk import jobs
from copydesk.boilerplate.recurring import Status, kept_for
from copydesk.cli import cli
from copydesk.errors import ConfigurationError, NoText
from copydesk.formats.base import Parsed
from copydesk.model import Article, Item, Payload, RemovalKind
from copydesk.sources import Source
from copydesk.warehouse import connect
from copydesk.warehouse.articles import Refined, load_articles
from copydesk.warehouse.block_review import affected, decide, list_blocks, refine_again, restore, take_out
from copydesk.warehouse.blocks import learn, read_learned
from copydesk.warehouse.items import load_items, load_payload, load_source
from copydesk.warehouse.reads import claim_pending

SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
DOORMAT = "The Harbour Post lands on island doormats every morning of the week."
TOWER = "Harbour Tower, Quay Street: where islanders look things up."
MOVED = "We moved: call at Bridge House, next to the lifeboat, for notices and lost umbrellas."
PHRASE = "Norland has fought Sudmark over the strait since 2022."


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"sources": [{"name": SOURCE.name, "outlet": SOURCE.outlet, "language": SOURCE.language}]}
    (tmp_path / "sources.yaml").write_text(json.dumps(settings))
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))


@pytest.fixture
def connection(warehouse: str) -> Iterator[Connection]:
    with closing(connect()) as opened:
        yield opened


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
        pending = list(claim_pending(connection, item_ids=item_ids))
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


def state(query) -> list[tuple]:
    return query(
        "SELECT key, status, support, days, since, last, recent, places, topical, varied, examples, subjects,"
        " keep_until FROM recurring_block ORDER BY key"
    )


def simulated_source(count: int) -> Iterator[tuple[Story, str]]:
    """Two footers, one of which changes its wording half-way, and every fifth article on a war, with its background."""
    war = iter(stories(count, seed=5, subject=[*Words(6).subject()[:16], "norland", "sudmark", "strait", "fought"]))
    for story in stories(count):
        told = replace(next(war), number=story.number, published=story.published) if story.number % 5 == 0 else story
        phrase = [PHRASE] * (story.number % 5 == 0)
        yield told, lines(told, *phrase, DOORMAT, TOWER if story.number <= count // 2 else MOVED)


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
        refine_again(connection, [entry.pending.item_id for entry in refined])
        again = list(claim_pending(connection))
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


def replace_source(name: str) -> Source:
    return SOURCE.model_copy(update={"name": name})


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


def test_a_decision_counts_for_what_was_being_refined_when_it_was_made(connection: Connection, query) -> None:
    finish(connection, load(connection, [(story, lines(story, DOORMAT)) for story in stories(4)]))
    (block,) = list_blocks(connection)
    underway = load(connection, [(story, lines(story, DOORMAT)) for story in stories(6, seed=2)][4:])
    with connection:
        decide(connection, [block.block_id], Status.APPROVED)
    with connection:
        assert take_out(connection, [block.block_id]) == 4
    finish(connection, underway)
    assert waiting(query) == 6
    refined = refine(connection)
    with connection:
        decide(connection, [block.block_id], Status.REJECTED)
    with connection:
        assert restore(connection, [block.block_id]) == 0
    finish(connection, refined)
    assert (waiting(query), still_has(query, DOORMAT)) == (6, 0)
    jobs.refine_items()
    assert (waiting(query), still_has(query, DOORMAT)) == (0, 6)


def failing(connection: Connection) -> int:
    raise RuntimeError("the database is gone")


def test_an_item_of_which_nothing_was_left_is_put_back(connection: Connection, query) -> None:
    story = next(stories(1))
    finish(connection, load(connection, [(told, lines(told, DOORMAT)) for told in stories(4, seed=2)]))
    (block,) = list_blocks(connection)
    with connection:
        decide(connection, [block.block_id], Status.APPROVED)
    load(connection, [(replace(story, number=99), DOORMAT)])
    jobs.refine_items()
    assert query("SELECT reason FROM quarantined") == [("no_text",)]
    with connection:
        decide(connection, [block.block_id], Status.REJECTED)
    with connection:
        assert restore(connection, [block.block_id]) >= 1
    jobs.refine_items()
    assert query("SELECT reason FROM quarantined") == []
    assert still_has(query, DOORMAT) == 5


def test_a_decision_on_what_was_seen_once_or_long_ago_holds(connection: Connection, query) -> None:
    finish(connection, load(connection, [(story, lines(story, DOORMAT)) for story in stories(2)]))
    query("UPDATE learned_source SET articles = 350")
    ((block_id,),) = query("SELECT block_id FROM recurring_block WHERE text = %s", DOORMAT)
    with connection:
        decide(connection, [block_id], Status.APPROVED)
    for seed in (2, 3):
        load(connection, [(story, lines(story, DOORMAT)) for story in stories(4, seed=seed)][2:])
        jobs.refine_items()
        assert waiting(query) == 0
    assert still_has(query, DOORMAT) == 2


def test_what_turns_out_to_be_news_is_put_back(connection: Connection, query, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "Ferry tickets from the harbour office cost {} crowns since the spring of last year."
    told = list(stories(40))
    load(connection, [(story, lines(story, line.format(12))) for story in told[:20]])
    jobs.refine_items()
    jobs.refine_items()
    assert still_has(query, "Ferry tickets") == 0
    load(connection, [(story, lines(story, line.format(story.number))) for story in told[20:]])
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "restore_due", failing)
        with pytest.raises(RuntimeError):
            jobs.refine_items()
    assert query("SELECT status FROM learned_block") == [("candidate",)]
    assert waiting(query) == 20
    assert jobs.plan_batches(size=100) == [(1, 40)]
    assert query("SELECT count(*) FROM recurring_block WHERE to_restore") == [(0,)]
    assert waiting(query) == 40
    jobs.refine_items()
    assert (waiting(query), still_has(query, "Ferry tickets")) == (0, 40)


def test_stories_are_linked_again_by_what_is_left_of_their_articles(connection: Connection, query) -> None:
    footer = " ".join(
        ["Quay Street is where the islanders buy rope, lamp oil, tar, bread, salt and postage stamps,"] * 2
    )
    told = list(stories(4))
    texts = [f"{story.paragraphs[0][:40]}\n{footer}" for story in told]
    load(connection, list(zip(told, texts, strict=True)))
    jobs.refine_items()
    assert jobs.link_stories() == (4, 3)
    (block,) = list_blocks(connection)
    with connection:
        decide(connection, [block.block_id], Status.APPROVED)
    with connection:
        assert take_out(connection, [block.block_id]) == 4
    jobs.refine_items()
    assert jobs.link_stories() == (4, 0)
    assert query("SELECT count(DISTINCT story_id), count(copy_of) FROM story_member") == [(4, 0)]
    query("UPDATE item SET refined_revision = 0")
    jobs.refine_items()
    assert jobs.link_stories() == (0, 0)  # they say what they said


def test_an_article_that_failed_at_first_is_linked_when_it_succeeds(connection: Connection, query) -> None:
    (entry,) = load(connection, [(next(stories(1)), lines(next(stories(1)), DOORMAT))])
    with connection:
        load_articles(connection, [Refined(entry.pending, error=NoText("there is no text"))], "test")
    assert jobs.link_stories() == (1, 0)
    query("UPDATE item SET refined_revision = 0")
    jobs.refine_items()
    assert jobs.link_stories() == (1, 0)
    assert query("SELECT count(*) FROM story_member") == [(1,)]


def test_what_a_person_decides_counts(connection: Connection, query) -> None:
    finish(connection, load(connection, [(story, lines(story, DOORMAT, PHRASE)) for story in stories(4)]))
    ids = {block.text: block.block_id for block in list_blocks(connection)}
    assert set(ids) == {DOORMAT, PHRASE}
    with connection:
        decide(connection, [ids[DOORMAT]], Status.APPROVED, kind=RemovalKind.CREDIT)
        decide(connection, [ids[PHRASE]], Status.REJECTED)
    refined = load(connection, [(story, lines(story, DOORMAT, PHRASE)) for story in stories(60, seed=2)][4:])
    for article in articles_of(refined):
        assert article.text.endswith(PHRASE)
        assert [(cut.kind, cut.rule) for cut in article.removals] == [("credit", f"learned.{ids[DOORMAT]}")]
    finish(connection, refined)
    assert query("SELECT status FROM learned_block ORDER BY status") == [("approved",), ("rejected",)]
    assert query("SELECT count(*) FROM removal WHERE rule = %s", f"learned.{ids[DOORMAT]}") == [(56,)]
    with pytest.raises(ConfigurationError, match="no block 999999"), connection:
        decide(connection, [999999], Status.REJECTED)
    assert query("SELECT keep_until FROM recurring_block WHERE text = %s", PHRASE) == [(None,)]
    with connection:
        decide(connection, [ids[PHRASE]], Status.APPROVED)
    assert query("SELECT keep_until FROM recurring_block WHERE text = %s", PHRASE) == [(60 + kept_for(),)]


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


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["blocks", *arguments], catch_exceptions=False)


def test_blocks_on_the_command_line(connection: Connection, query) -> None:
    assert "no block recurs yet" in run("list").stderr
    texts = [(story, lines(story, PHRASE, DOORMAT)) for story in stories(8)]
    finish(connection, load(connection, texts))
    listed = json.loads(run("list", "--json").stdout)
    assert {block["text"] for block in listed} == {PHRASE, DOORMAT}
    assert all(block["status"] == "candidate" and block["support"] == 8 for block in listed)
    assert [line.split()[:4] for line in run("list", "--source", SOURCE.name).stdout.splitlines()[1:]] == [
        [str(block["block_id"]), SOURCE.name, "candidate", "8"] for block in listed
    ]
    assert run("list", "--status", "applied").stdout == ""
    doormat = next(block for block in listed if block["text"] == DOORMAT)
    phrase = next(block for block in listed if block["text"] == PHRASE)
    shown = run("show", str(doormat["block_id"])).stdout
    assert DOORMAT in shown
    assert "still in      8 articles" in shown
    assert "seen in 8 articles of the 12 wanted" in shown
    assert len(json.loads(run("show", str(doormat["block_id"]), "--json").stdout)["still_in"]) == 8

    done = run("approve", str(doormat["block_id"]), str(phrase["block_id"]), "--kind", "credit", "--again").stdout
    assert done == "2 blocks approved\n8 articles will be refined again by the next run\n"
    jobs.refine_items()
    assert query("SELECT kind, count(*) FROM removal GROUP BY kind") == [("credit", 16)]
    done = run("reject", str(phrase["block_id"]), "--again").stdout
    assert done == "1 block rejected\n8 articles will be refined again by the next run\n"
    jobs.refine_items()
    assert query("SELECT DISTINCT rule FROM removal") == [(f"learned.{doormat['block_id']}",)]
    assert query("SELECT count(*) FROM current_article WHERE text LIKE %s", f"%{PHRASE}") == [(8,)]
    for command in ("show", "approve", "reject"):
        with pytest.raises(ConfigurationError, match="copydesk blocks list"):
            run(command, "999999")
