"""What a person decides on a block, or what turns out later: articles are taken from, and given back to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from psycopg2.extensions import connection as Connection
from tests.boilerplate.simulated import lines, stories
from tests.warehouse.blocks.batches import (
    DOORMAT,
    PHRASE,
    SOURCE,
    articles_of,
    finish,
    load,
    refine,
    still_has,
    waiting,
)

from copydesk import jobs
from copydesk.boilerplate.recurring import Status, kept_for
from copydesk.cli import cli
from copydesk.errors import ConfigurationError, NoText
from copydesk.model import RemovalKind
from copydesk.warehouse.articles import Refined, load_articles
from copydesk.warehouse.block_review import decide, list_blocks, restore, take_out


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
