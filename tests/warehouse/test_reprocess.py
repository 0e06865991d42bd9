"""Articles made anew: what a dry run says is what a run does, and nothing else changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk import jobs, reprocess
from copydesk.errors import ConfigurationError, TemporaryError
from copydesk.model import Fact, FactType, Payload
from copydesk.refinery import NotStarted, Refinery
from copydesk.reprocess import Changes, Scope, select
from copydesk.sources import Source

SEEN = datetime(2025, 7, 13, 8, tzinfo=UTC)
SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
TEXT = "Port Ellis closed {} of its piers on Friday. About 340 boats were moved, said harbour master Jo Quill."


@pytest.fixture(autouse=True)
def configured(configure) -> None:
    configure(SOURCE)


@pytest.fixture
def made(warehouse: str, query):
    """Three articles that an older version of the pipeline made."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{word}</guid><title>Piers closed {word}</title>"
        f"<pubDate>Sun, 13 Jul 2025 06:00:00 GMT</pubDate><description>{TEXT.format(word)}</description></item>"
        for word in ("two", "three", "four")
    )
    payload = Payload(f"<rss><channel>{items}</channel></rss>".encode(), SEEN, "package:feed.xml", "text/xml")
    jobs.load_payloads([jobs.keep_payload(SOURCE, payload)])
    assert jobs.refine_items().new == 3
    jobs.link_stories()
    age(query)


def age(query) -> None:
    query("UPDATE item SET refined_by = 'old'")
    query("UPDATE article SET refined_by = 'old', annotated_by = NULL")


def run(scope: Scope, *, dry_run: bool = False, **chosen: object) -> Changes:
    selection = select(**chosen)
    _, ranges = reprocess.plan(selection, scope)
    done = Changes()
    for first, last in ranges:
        done += reprocess.reprocess(first, last, selection, scope, dry_run=dry_run)
    return done


TABLES = ("article", "removal", "mention", "quantity", "date_mention", "quotation", "attribution", "event")


def rows(query) -> dict[str, list[tuple]]:
    return {
        table: query(f"SELECT to_jsonb(t) - 'refined_by' - 'annotated_by' FROM {table} t ORDER BY 1")
        for table in TABLES
    }


@pytest.mark.parametrize("scope", list(Scope))
def test_where_nothing_is_new_nothing_changes(made, query, scope: Scope) -> None:
    before = rows(query)
    assert run(scope) == Changes(seen=3)
    assert rows(query) == before
    assert run(scope).seen == 0, "they are up to date now"
    assert run(scope, again=True).seen == 3


def test_a_dry_run_says_what_a_run_does_and_does_nothing(made, query) -> None:
    query("UPDATE article SET text = replace(text, 'piers', 'docks')")
    query("DELETE FROM quantity WHERE low = 340")
    before = rows(query)
    said = run(Scope.ALL, dry_run=True)
    assert rows(query) == before
    assert query("SELECT DISTINCT refined_by FROM item") == [("old",)]
    assert said.seen == said.changed == 3
    assert said.rows == {"article": (3, 3), "quantity": (0, 3)}
    assert run(Scope.ALL) == said
    assert query("SELECT count(*) FROM article WHERE text LIKE '%piers%'") == [(3,)]
    assert query("SELECT count(*) FROM quantity WHERE low = 340") == [(3,)]
    assert query("SELECT refined_by, annotated_by, articles FROM refined_version") == [(jobs.VERSION, jobs.VERSION, 3)]


def test_facts_alone_leave_the_text_as_it_is(made, query) -> None:
    query("UPDATE article SET title = 'Another headline'")
    query("DELETE FROM quantity WHERE low = 340")
    assert run(Scope.FACTS).rows == {"quantity": (0, 3)}
    assert query("SELECT DISTINCT title, refined_by, annotated_by FROM article") == [
        ("Another headline", "old", jobs.VERSION)
    ]


def test_facts_are_placed_in_the_item_behind_what_was_removed(made, query) -> None:
    query("UPDATE removal SET stop = stop")
    item = query("SELECT min(item_id) FROM item")[0][0]
    query(
        "INSERT INTO removal SELECT item_id, revision, seen_at, 0, 10, 'promo', 'x', 1, NULL, NULL, '0123456789' "
        "FROM item WHERE item_id = %s",
        item,
    )
    run(Scope.FACTS)
    (shift,) = query("SELECT DISTINCT source_start - start FROM quantity WHERE item_id = %s", item)
    assert shift == (10,)


def test_rules_alone_leave_the_facts_of_an_unchanged_text(made, query) -> None:
    query("DELETE FROM quantity WHERE low = 340")
    query("UPDATE article SET title = 'Another headline'")
    first = query("SELECT min(item_id) FROM item")[0][0]
    query("UPDATE article SET text = replace(text, 'piers', 'docks') WHERE item_id = %s", first)
    assert run(Scope.RULES).rows == {"article": (3, 3), "quantity": (0, 1)}
    assert query("SELECT item_id = %s, refined_by, annotated_by FROM article ORDER BY 1", first) == [
        (False, jobs.VERSION, "old"),
        (False, jobs.VERSION, "old"),
        (True, jobs.VERSION, None),
    ]
    assert run(Scope.FACTS).rows == {"quantity": (0, 2)}


def test_the_selection(made, query) -> None:
    other = Payload(TEXT.format("nine").encode(), datetime(2025, 8, 1, tzinfo=UTC), "file:///nine.txt", "text/plain")
    jobs.load_payloads([jobs.keep_payload(Source(name="other"), other)])
    jobs.refine_items()
    age(query)
    assert reprocess.plan(select(), Scope.ALL)[0] == 4
    assert reprocess.plan(select(source="other"), Scope.ALL)[0] == 1
    assert reprocess.plan(select(until="2025-07-13"), Scope.FACTS)[0] == 3
    assert reprocess.plan(select(since="2025-07-14", until="2025-08-01"), Scope.RULES)[0] == 1
    assert len(reprocess.plan(select(), Scope.ALL, size=3)[1]) == 2
    for wrong in ({"since": "13.7.2025"}, {"since": "2025-07-14", "until": "2025-07-13"}):
        with pytest.raises(ConfigurationError):
            select(**wrong)
    with pytest.raises(ConfigurationError, match="no source nobody"):
        reprocess.plan(select(source="nobody"), Scope.ALL)


def test_what_can_no_longer_be_refined_waits_and_its_article_stays(made, query, tmp_path: Path) -> None:
    settings = {"name": SOURCE.name, "language": "en", "require": ["authors"]}
    (tmp_path / "sources.yaml").write_text(json.dumps({"sources": [settings]}))
    assert run(Scope.ALL, dry_run=True).failed == 3
    assert query("SELECT count(*) FROM quarantined") == [(0,)]
    assert run(Scope.ALL).failed == 3
    assert query("SELECT count(*) FROM quarantined") == [(3,)]
    assert query("SELECT count(*) FROM current_article") == [(3,)]


def test_a_fact_that_is_found_otherwise_replaces_the_old(made, query, monkeypatch) -> None:
    found = Refinery.annotate

    def other(self: Refinery, text: str, **more: object) -> list[Fact]:
        facts = found(self, text, **more)
        return [
            replace(fact, value={**fact.value, "counted": "ships"}) if fact.type is FactType.NUMBER else fact
            for fact in facts
        ]

    monkeypatch.setattr(Refinery, "annotate", other)
    done = run(Scope.FACTS)
    assert set(done.rows) == {"quantity"}
    assert query("SELECT DISTINCT counted FROM quantity WHERE low = 340") == [("ships",)]


def test_changes_add_up_and_survive_json() -> None:
    one, other = Changes(3, 1, 0, {"article": (1, 1)}), Changes(2, 2, 1, {"article": (2, 2), "event": (0, 4)})
    total = one + other
    assert total == Changes(5, 3, 1, {"article": (3, 3), "event": (0, 4)})
    assert Changes.from_json(json.loads(json.dumps(total.to_json()))) == total


def test_a_batch_of_several_transactions_is_one_report(made, query, monkeypatch: pytest.MonkeyPatch) -> None:
    query("DELETE FROM quantity WHERE low = 340")
    monkeypatch.setattr(reprocess, "AT_ONCE", 2)
    for scope in (Scope.ALL, Scope.FACTS):
        assert run(scope, dry_run=True) == Changes(seen=3, changed=3, rows={"quantity": (0, 3)})
    assert run(Scope.ALL).changed == 3
    assert query("SELECT received FROM batch WHERE kind = 'refine' ORDER BY batch_id DESC LIMIT 2") == [(1,), (2,)]


def test_an_article_whose_facts_cannot_be_found_keeps_those_it_has(
    made, query, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(query)

    def fail(self: Refinery, text: str, **more: object) -> list[Fact]:
        raise KeyError("a bug")

    monkeypatch.setattr(Refinery, "annotate", fail)
    assert run(Scope.FACTS) == Changes(seen=3, failed=3)
    assert rows(query) == before


def test_where_no_process_starts_it_is_tried_again(made, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Refinery, text: str, **more: object) -> list[Fact]:
        raise NotStarted("no memory")

    monkeypatch.setattr(Refinery, "annotate", fail)
    with pytest.raises(TemporaryError):
        run(Scope.FACTS)


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("dry_run", [False, True])
def test_an_article_that_cannot_be_loaded_anew_stays_as_it_is(
    made, query, monkeypatch: pytest.MonkeyPatch, scope: Scope, dry_run: bool
) -> None:
    query("UPDATE quantity SET low = 341 WHERE low = 340")
    before = rows(query)
    ((broken,),) = query("SELECT item_id FROM current_article WHERE title = 'Piers closed three'")
    real = reprocess.take_snapshot

    def fragile(cursor: object, keys: list[tuple[int, int, datetime]]) -> None:
        if broken in [item_id for item_id, *_ in keys]:
            raise ValueError("Postgres does not take this")
        real(cursor, keys)

    with monkeypatch.context() as patched:
        patched.setattr(reprocess, "take_snapshot", fragile)
        if scope is Scope.RULES:  # whose facts stay with the text
            query("UPDATE article SET title = 'Old'")
        done = run(scope, dry_run=dry_run)
    assert (done.seen, done.changed, done.failed) == (3, 2, 1)
    if dry_run and scope is not Scope.RULES:
        assert rows(query) == before
    if not dry_run:
        assert query("SELECT item_id FROM item WHERE refined_by = 'old'" if scope is not Scope.FACTS else
                     "SELECT item_id FROM article WHERE annotated_by IS NULL") == [(broken,)]  # fmt: skip
        assert run(scope).changed == 1, "the next run takes it up"
