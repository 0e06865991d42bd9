"""Questions about recurring lines, and what the answers do to the articles."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk import jobs, review
from copydesk.boilerplate.learned import key_of, words_of
from copydesk.errors import ConfigurationError
from copydesk.model import Payload
from copydesk.sources import Source

SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
LINE = "Harbour stories reach our desk by night and by day ~~~ *all* of them"
TEXT = "Port Ellis closed pier {} on Friday. About 340 boats were moved, said harbour master Jo Quill.\n\n{}"


@pytest.fixture
def block(warehouse: str, query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A line that two of three articles have, and that waits for a decision."""
    settings = {"sources": [{"name": SOURCE.name, "outlet": SOURCE.outlet, "language": SOURCE.language, "require": []}]}
    (tmp_path / "sources.yaml").write_text(json.dumps(settings))
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    for number in range(3):
        text = TEXT.format(number, LINE if number else "It was the first time in years.")
        payload = Payload(text.encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt", "text/plain")
        jobs.load_payloads([jobs.keep_payload(SOURCE, payload)])
    assert jobs.refine_items().new == 3
    query("UPDATE recurring_block SET support = 1")
    query("DELETE FROM recurring_block WHERE words = %s", words_of(LINE))
    ((found,),) = query(
        """
        INSERT INTO recurring_block (source_id, key, words, text, status, support, days, last_day, since, last, recent,
            places, topical, varied, suspicion, speaks, examples, subjects)
        SELECT source_id, %s, %s, %s, 'candidate', 40, 9, '2025-07-13', 1, articles, repeat('1', 64)::bit(64),
            '{0,0,0,0,40,0,0,0}', 0.1, 0, 0.6, false, ARRAY[2, 3], '{}' FROM learned_source RETURNING block_id
        """,
        key_of(words_of(LINE)),
        words_of(LINE),
        LINE,
    )
    return found


def articles_with_it(query) -> int:
    return query("SELECT count(*) FROM current_article WHERE strpos(text, 'Harbour stories') > 0")[0][0]


def test_a_question_shows_the_line_as_it_is_and_the_evidence(block: int) -> None:
    assert review.waiting() == review.waiting(source=SOURCE.name) == [block]
    with pytest.raises(ConfigurationError, match="no source another"):
        review.waiting(source="another")
    (asked,) = review.questions([block])
    assert asked.subject.startswith("harbour_post: “Harbour stories")
    assert asked.body.startswith("~~~~\nHarbour stories")
    assert asked.body.count("~~~~") == 2
    assert "40 articles on 9 days" in asked.body
    with pytest.raises(ConfigurationError, match="start the run again"):
        review.questions([block, 999])


def test_a_line_that_is_to_be_stripped_leaves_the_articles_that_have_it(block: int, query) -> None:
    assert review.decide({block: "strip"}) == {"strip": 1, "keep": 0, "later": 0, "articles": 2}
    assert jobs.refine_items().revised == 2
    assert articles_with_it(query) == 0
    assert review.waiting() == []


def test_a_line_that_is_kept_is_not_asked_for_again(block: int, query) -> None:
    assert review.decide({block: "keep"}) == {"strip": 0, "keep": 1, "later": 0, "articles": 0}
    assert articles_with_it(query) == 2
    assert review.waiting() == []


def test_who_says_later_is_asked_again(block: int, query) -> None:
    assert review.decide({block: "later"})["later"] == 1
    assert review.waiting() == [block]
