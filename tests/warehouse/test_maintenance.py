"""Room, statistics and retention: nothing is let go of that somebody still needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copydesk import jobs, maintenance
from copydesk.errors import ConfigurationError
from copydesk.maintenance import Policy
from copydesk.model import Payload
from copydesk.sources import Source
from copydesk.warehouse.connection import Role, session
from copydesk.warehouse.maintenance import vacuum

TEXT = "Port Ellis closed two of its piers on Friday. About 340 boats were moved, said harbour master Jo Quill."
OLD = datetime.now(UTC) - timedelta(days=100)
SOURCE = Source(name="harbour_post", language="en")


def keep(text: str, seen: datetime = OLD) -> int:
    return jobs.keep_payload(SOURCE, Payload(text.encode(), seen, f"file:///{len(text)}.txt", "text/plain"))


def age(query) -> None:
    """As if the old had been loaded when they were seen."""
    query("UPDATE payload SET loaded_at = last_seen_at WHERE last_seen_at < now() - interval '50 days'")


def kept(query) -> set[int]:
    return {row[0] for row in query("SELECT payload_id FROM payload_content")}


def test_old_payloads_go_and_what_still_needs_them_keeps_them(warehouse: str, query) -> None:
    done, young, pending, unloaded = (
        keep(TEXT),
        keep(TEXT + " A.", datetime.now(UTC)),
        keep(TEXT + " BB."),
        keep("x" * 99),
    )
    broken = keep("CCC")
    jobs.load_payloads([done, young, broken])
    jobs.refine_items()
    query(
        "INSERT INTO quarantine (source_id, payload_id, position, stage, reason, message) "
        "SELECT source_id, payload_id, 0, 'parse', 'x', 'x' FROM payload WHERE payload_id = %s",
        broken,
    )
    jobs.load_payloads([pending])
    page, listed = keep(TEXT + " DDDD."), keep(TEXT + " EEEEE.")
    jobs.load_payloads([page, listed])
    jobs.refine_items(
        item_ids=[row[0] for row in query("SELECT item_id FROM item WHERE payload_id IN (%s, %s)", page, listed)]
    )
    query(
        "INSERT INTO page (item_id, revision, source_id, url, payload_id, done_at) SELECT item_id, 1, source_id, "
        "'https://harbour.example/1', %s, now() FROM item WHERE payload_id = %s",
        page,
        done,
    )
    query(
        "INSERT INTO address (source_id, url, payload_id) SELECT source_id, 'https://harbour.example/feed', payload_id "
        "FROM payload WHERE payload_id = %s",
        listed,
    )
    assert maintenance.let_go(Policy(payloads=30))["payloads"] == 0, "they were loaded just now"
    age(query)
    query("UPDATE payload SET loaded_at = NULL WHERE payload_id = %s", unloaded)
    before = query("SELECT * FROM current_article ORDER BY item_id")
    assert maintenance.let_go(Policy()) == {"payloads": 0, "bytes": 0, "records": 0}
    assert maintenance.let_go(Policy(payloads=30))["payloads"] == 1
    assert kept(query) == {young, pending, unloaded, broken, page, listed}
    assert query("SELECT payload_id FROM payload WHERE content_dropped_at IS NOT NULL") == [(done,)]
    assert query("SELECT * FROM current_article ORDER BY item_id") == before
    assert maintenance.let_go(Policy(payloads=30))["payloads"] == 0


def test_the_same_bytes_that_come_back_are_kept_again_and_load_nothing_twice(warehouse: str, query) -> None:
    payload = keep(TEXT)
    jobs.load_payloads([payload])
    jobs.refine_items()
    age(query)
    maintenance.let_go(Policy(payloads=30))
    assert kept(query) == set()
    assert keep(TEXT, datetime.now(UTC)) == payload
    assert kept(query) == {payload}
    assert query("SELECT content_dropped_at FROM payload") == [(None,)]
    assert jobs.load_payloads([payload]).counts.unchanged == 1
    assert query("SELECT count(*) FROM item") == [(1,)]


def test_old_run_records_go(warehouse: str, query) -> None:
    jobs.load_payloads([keep(TEXT)])
    assert maintenance.let_go(Policy(records=90))["records"] == 0
    query("UPDATE batch SET finished_at = now() - interval '91 days'")
    assert maintenance.let_go(Policy(records=90))["records"] == 1
    assert query("SELECT count(*) FROM batch") == [(0,)]


def test_vacuum_takes_the_tables_that_changed(warehouse: str, query) -> None:
    jobs.load_payloads([keep(TEXT)])
    jobs.refine_items()
    query("SELECT pg_stat_force_next_flush()")
    done = maintenance.vacuum()
    assert done["refused"] == 0
    assert query("SELECT reltuples FROM pg_class WHERE relname = 'article'") == [(1.0,)], "by which plans are made"
    assert maintenance.vacuum()["vacuumed"] < done["vacuumed"]
    query("CREATE TABLE busy AS SELECT generate_series(1, 5000) AS n")
    query("SELECT pg_stat_force_next_flush()")
    assert maintenance.vacuum()["vacuumed"] >= 1
    assert query("SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'busy'") == [(True,)]


def test_what_we_may_not_vacuum_is_said(warehouse: str, query) -> None:
    query("CREATE TABLE busy AS SELECT generate_series(1, 5000) AS n")
    with session(Role.READER) as connection:
        connection.autocommit = True
        assert not vacuum(connection, "busy")


def test_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("COPYDESK_KEEP_PAYLOADS_DAYS", "COPYDESK_KEEP_RECORDS_DAYS"):
        monkeypatch.delenv(variable, raising=False)
    assert maintenance.policy() == Policy(None, None)
    monkeypatch.setenv("COPYDESK_KEEP_PAYLOADS_DAYS", "90")
    assert maintenance.policy() == Policy(90, None)
    assert maintenance.policy(keep_payloads_days=10, keep_records_days=120) == Policy(10, 120)
    for wrong in ("six", "-1", "2"):
        monkeypatch.setenv("COPYDESK_KEEP_PAYLOADS_DAYS", wrong)
        with pytest.raises(ConfigurationError, match="KEEP_PAYLOADS"):
            maintenance.policy()
