"""What a person drops stays dropped, unless it fails in another way or comes with a new revision."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copydesk import jobs
from copydesk.boilerplate.recurring import Status
from copydesk.errors import BrokenFormat, NoText, UnknownFormat
from copydesk.model import Payload
from copydesk.sources import Source
from copydesk.warehouse.block_review import refine_again, stripped_from
from copydesk.warehouse.connection import connect, transaction
from copydesk.warehouse.migrate import migrate, sql_folder
from copydesk.warehouse.quarantine import Selection, describe, drop, given_of, list_entries, load_again

SEEN = datetime(2025, 7, 13, 8, tzinfo=UTC)
SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
BODY = "Port Ellis closed two of its five piers on Friday after divers found cracks. About 340 boats were moved."


def feed(*entries: tuple[int, str], date: bool = False, hours: int = 0) -> Payload:
    """Entries of a number and a body; without a date they can't be refined."""
    published = "<pubDate>Sun, 13 Jul 2025 06:00:00 GMT</pubDate>" if date else ""
    items = "".join(
        f"<item><guid isPermaLink='false'>{number}</guid><title>Piers closed {number}</title>{published}"
        f"<description>{body}</description></item>"
        for number, body in entries
    )
    moment = SEEN + timedelta(hours=hours)
    return Payload(f"<rss><channel>{items}</channel></rss>".encode(), moment, "package:feed.xml", "text/xml")


def ingest(payload: Payload) -> int:
    payload_id = jobs.keep_payload(SOURCE, payload)
    jobs.load_payloads([payload_id])
    jobs.refine_items()
    return payload_id


@pytest.fixture(autouse=True)
def require(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse: str):
    """Configures what the source is required to give: title and date, until it is called."""

    def configure(*fields: str) -> None:
        settings = {"sources": [{"name": SOURCE.name, "language": "en", "require": list(fields)}]}
        (tmp_path / "sources.yaml").write_text(json.dumps(settings))

    configure("title", "published")
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    return configure


@pytest.fixture
def state(query):
    """Of each entry: stage, reason, revision, whether it was dropped, whether it waits, how often it failed."""
    return lambda: query(
        "SELECT stage, reason, revision, dropped_at IS NOT NULL, "
        "quarantine_id IN (SELECT quarantine_id FROM quarantined), tries FROM quarantine ORDER BY quarantine_id"
    )


def drop_all() -> list[int]:
    with transaction() as connection:
        return drop(connection, [entry.quarantine_id for entry in list_entries(connection, Selection())])


def refine_all(query) -> jobs.Counts:
    with transaction() as connection:
        refine_again(connection, [item_id for (item_id,) in query("SELECT item_id FROM item")])
    return jobs.refine_items()


def holds(query, check: str) -> bool:
    return all(query((sql_folder() / "checks" / f"{check}.sql").read_text())[0])


def test_what_is_dropped_leaves_the_quarantine_and_stays_on_record(query, state) -> None:
    ingest(feed((1, BODY)))
    (entry_id,) = drop_all()
    assert state() == [("refine", "missing_metadata", 1, True, False, 1)]
    assert holds(query, "nothing_lost")
    with transaction() as connection:
        assert list_entries(connection, Selection()) == []
        (dropped,) = list_entries(connection, Selection(dropped=True))
        assert (dropped.quarantine_id, dropped.state) == (entry_id, "dropped")
        assert drop(connection, [entry_id]) == []
    query("DELETE FROM quarantine")
    assert not holds(query, "nothing_lost")


def test_what_fails_again_in_the_same_way_stays_dropped(query, state) -> None:
    ingest(feed((1, BODY)))
    drop_all()
    assert refine_all(query).quarantined == 1
    ingest(feed((1, BODY)))
    assert state() == [("refine", "missing_metadata", 1, True, False, 2)]
    assert holds(query, "nothing_lost")


def test_what_fails_in_another_way_comes_back(query, state, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(feed((1, BODY)))
    drop_all()
    monkeypatch.setattr(jobs.Refinery, "refine", _without_text)
    refine_all(query)
    assert state() == [("refine", "no_text", 1, False, True, 2)]


def test_a_new_revision_comes_back_and_the_old_one_stays_dropped(query, state) -> None:
    ingest(feed((1, BODY)))
    drop_all()
    ingest(feed((1, f"{BODY} One pier is open again."), hours=1))
    assert state() == [
        ("refine", "missing_metadata", 1, True, False, 1),
        ("refine", "missing_metadata", 2, False, True, 1),
    ]
    drop_all()
    assert holds(query, "nothing_lost")
    query("DELETE FROM quarantine WHERE revision = 2")
    assert not holds(query, "nothing_lost")


def test_a_new_revision_out_of_the_same_payload_comes_back(state, require) -> None:
    require("title", "published", "authors")
    payload_id = jobs.keep_payload(SOURCE, feed((1, BODY)))
    jobs.load_payloads([payload_id])
    jobs.refine_items()
    drop_all()
    jobs.load_payloads([payload_id], given=jobs.Given(published=SEEN))
    jobs.refine_items()
    assert state() == [("refine", "missing_metadata", 2, False, True, 2)]


def test_what_succeeds_after_it_was_dropped_is_resolved(query, state, require) -> None:
    ingest(feed((1, BODY)))
    drop_all()
    require()
    assert refine_all(query).new == 1
    assert query("SELECT resolved_at IS NOT NULL, dropped_at IS NOT NULL FROM quarantine") == [(True, True)]
    require("title", "published")
    refine_all(query)  # nobody has decided that what was an article needs no retry
    assert state() == [("refine", "missing_metadata", 1, False, True, 2)]


def test_a_payload_that_was_dropped_stays_dropped_until_it_fails_otherwise(
    state, query, monkeypatch: pytest.MonkeyPatch
) -> None:
    junk = Payload(bytes(range(256)) * 8, SEEN, "file:///junk.bin")
    ingest(junk)
    drop_all()
    ingest(junk)
    assert state() == [("parse", "unknown_format", None, True, False, 2)]
    monkeypatch.setattr(jobs.Refinery, "read", _broken)
    ingest(junk)
    assert state() == [("parse", "broken_format", None, False, True, 3)]
    monkeypatch.setattr(jobs.Refinery, "read", _unknown)
    drop_all()
    query("UPDATE quarantine SET resolved_at = now()")
    ingest(junk)
    assert state() == [("parse", "unknown_format", None, False, True, 4)]


def test_a_person_who_hands_in_what_was_dropped_is_still_told_why_it_fails(query) -> None:
    junk = Payload(bytes(range(256)) * 8, SEEN, "file:///junk.bin")
    jobs.ingest_documents([junk], SOURCE, run_id="test")
    drop_all()
    assert len(jobs.ingest_documents([junk], SOURCE, run_id="test").quarantined) == 1
    assert query("SELECT count(*) FROM quarantined") == [(0,)]


def test_an_item_that_was_dropped_stays_so_when_a_block_is_put_back_and_it_fails_again(
    query, state, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(feed((1, BODY), date=True))
    with monkeypatch.context() as patched:
        patched.setattr(jobs.Refinery, "refine", _without_text)
        ingest(feed((2, "The Harbour Post lands on doormats."), date=True))
        drop_all()
        query("INSERT INTO learned_source (source_id) SELECT source_id FROM source ON CONFLICT DO NOTHING")
        (block_id,) = query("SELECT block_id FROM recurring_block ORDER BY block_id LIMIT 1")[0]
        query("UPDATE recurring_block SET status = %s WHERE block_id = %s", str(Status.REJECTED), block_id)
        with transaction() as connection:
            refine_again(connection, stripped_from(connection, block_id))
        jobs.refine_items()
    assert state() == [("refine", "no_text", 1, True, False, 2)]
    assert holds(query, "nothing_lost")


def test_everything_is_known_of_an_entry() -> None:
    ingest(feed((1, BODY), (2, BODY * 20)))
    with transaction() as connection:
        second, first = list_entries(connection, Selection(source=SOURCE.name, stage="refine"))
        detail = describe(connection, second.quarantine_id)
    assert (first.item_name, second.position) == ("1", 1)
    assert detail.payload is not None
    assert (detail.payload.url, detail.payload.media_type) == ("package:feed.xml", "text/xml")
    assert len(detail.payload.sha256) == 64
    assert detail.item is not None
    assert (detail.item.title, detail.item.revision, detail.item.pending) == ("Piers closed 2", 1, False)
    assert 100 < len(detail.item.body) < 1000
    assert detail.archive is None


def test_filters_hold_together() -> None:
    ingest(feed((1, BODY)))
    ingest(Payload(b"", SEEN, "file:///empty"))
    with transaction() as connection:
        of = lambda **filters: [entry.reason for entry in list_entries(connection, Selection(**filters))]  # noqa: E731
        assert sorted(of()) == ["empty", "missing_metadata"]
        assert of(stage="parse") == of(reason="empty") == of(source=SOURCE.name, reason="empty") == ["empty"]
        assert of(source="another") == of(stage="refine", reason="empty") == []


def test_what_a_person_said_of_a_payload_is_known_by_its_items() -> None:
    said = jobs.Given(published=SEEN, outlet="Elsewhere")
    payload_ids = [jobs.keep_payload(SOURCE, feed((number, BODY))) for number in (1, 2)]
    jobs.load_payloads(payload_ids[:1], given=said)
    jobs.load_payloads(payload_ids[1:])
    with transaction() as connection:
        given = given_of(connection, payload_ids)
    assert {key: jobs.Given(**fields) for key, fields in given.items()} == {payload_ids[0]: said}


def test_payloads_are_marked_to_be_loaded_again(query) -> None:
    payload_id = ingest(Payload(b"", SEEN, "file:///empty"))
    with transaction() as connection:
        assert load_again(connection, [payload_id, payload_id + 1]) == 1
    assert query("SELECT loaded_at FROM payload") == [(None,)]


def test_entries_of_before_know_their_revision(postgres, tmp_path: Path) -> None:
    postgres.ensure_database("before_drop")
    dsn = postgres.dsn("before_drop")
    for migration in sorted((sql_folder() / "migrations").glob("*.sql"))[:12]:
        shutil.copy(migration, tmp_path)
    migrate(dsn, folder=tmp_path)
    with connect(None, dsn=dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO source (name) VALUES ('harbour_post');
            INSERT INTO payload (source_id, sha256, size, seen_at)
            SELECT 1, sha256(n::text::bytea), 1, now() FROM generate_series(1, 2) n;
            INSERT INTO item (source_id, content_hash, revision, payload_id, seen_at)
            VALUES (1, sha256('x'), 2, 2, now());
            INSERT INTO item_revision (item_id, revision, seen_at, payload_id, position, body_type, body)
            SELECT 1, n, now(), n, 0, 'text', '' FROM generate_series(1, 2) n;
            INSERT INTO quarantine (source_id, payload_id, position, item_id, stage, reason, message, created_at)
            SELECT 1, n, 0, CASE stage WHEN 'refine' THEN 1 END, stage, 'empty', '', '2025-07-13'
            FROM generate_series(1, 2) n, unnest(ARRAY['parse', 'refine']) stage
            """
        )
        connection.commit()
        migrate(dsn)
        cursor.execute("SELECT stage, payload_id, revision, tried_at = created_at FROM quarantine ORDER BY 1, 2")
        assert cursor.fetchall() == [
            ("parse", 1, None, True),
            ("parse", 2, None, True),
            ("refine", 1, 1, True),
            ("refine", 2, 2, True),
        ]


def _without_text(*_: object):
    raise NoText("it has no text")


def _broken(refinery: jobs.Refinery, payload: Payload):
    raise BrokenFormat("broken", item=payload.url)


def _unknown(refinery: jobs.Refinery, payload: Payload):
    raise UnknownFormat("unknown", item=payload.url)
