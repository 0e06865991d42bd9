"""Backfill on a real Postgres: where a run ends, the next goes on; nothing lost, nothing twice."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner

from copydesk import backfill
from copydesk.backfill import Changed, load_archive, plan
from copydesk.cli import cli
from copydesk.errors import Forbidden, Gone, TemporaryError
from copydesk.sources import DOCUMENTS, Source

SOURCE = Source(name="harbour_archive", outlet="The Harbour Post", language="en")
TABLES = "payload payload_content item item_revision quarantine archive".split()


def page(number: int) -> str:
    return (
        f"<html><head><title>Ferry {number} late</title></head><body><article><p>Ferry number {number} left Port Ellis "
        f"{number % 50 + 2} minutes late on Friday, Reuters reported.</p><p>“We wait for the tide,” said harbour "
        f"master Jo Quill.</p></article></body></html>"
    )


@pytest.fixture
def archive(tmp_path: Path, warc_record) -> Callable[..., Path]:
    """Write an archive of so many pages, some of its records replaced."""

    def write(count: int = 60, *, name: str = "news.warc.gz", **replaced: bytes) -> Path:
        path = tmp_path / name
        with path.open("wb") as file:
            for number in range(count):
                record = warc_record(
                    page(number),
                    url=f"https://harbour.example/{number}",
                    date=f"20{10 + number % 7}-{number % 12 + 1:02}-03T04:05:06Z",
                )
                file.write(replaced.get(f"at_{number}", gzip.compress(record)))
        return path

    return write


def rows(query) -> dict[str, list]:
    """What was loaded, without the surrogate keys and the clock."""
    return {
        "payload": query("SELECT sha256, url, media_type, size, seen_at, last_seen_at FROM payload ORDER BY url"),
        "content": query("SELECT seen_at, content FROM payload_content ORDER BY seen_at, content"),
        "item": query("SELECT content_hash, revision, seen_at FROM item ORDER BY content_hash"),
        "keys": query("SELECT key FROM item_key ORDER BY key"),
        "revision": query("SELECT url, title, body, position, revision FROM item_revision ORDER BY url"),
        "quarantine": query(
            "SELECT position, reason, message, archive_id IS NULL FROM quarantine ORDER BY position, message"
        ),
        "archive": query("SELECT position, payloads, errors, size, finished_at IS NULL FROM archive ORDER BY size"),
        "received": query("SELECT sum(received), sum(new), sum(quarantined) FROM batch"),
    }


def load(path: Path, **more) -> backfill.Loaded:
    total = backfill.Loaded()
    for archive_id in plan(path, SOURCE):
        total += load_archive(archive_id, **more)
    return total


def test_records_of_many_years_are_loaded_with_their_own_times(archive, query) -> None:
    loaded = load(archive(84))
    assert (loaded.records, loaded.payloads, loaded.errors, loaded.items.new) == (84, 84, 0, 84)
    assert query("SELECT min(seen_at)::date::text, max(seen_at)::date::text, count(*) FROM item") == [
        ("2010-01-03", "2016-12-03", 84)
    ]
    assert query("SELECT count(DISTINCT tableoid) FROM item_revision") == [(84,)]


def test_the_same_archive_twice_changes_nothing_also_under_another_name(archive, query) -> None:
    path = archive()
    load(path)
    before = rows(query)
    assert load(path).records == 0
    moved = path.rename(path.with_name("moved.warc.gz"))
    assert load(moved).records == 0
    assert rows(query) == before
    assert query("SELECT url LIKE '%%moved%%' FROM archive") == [(True,)]


def test_an_archive_is_read_again_on_demand_and_nothing_is_doubled(archive, query) -> None:
    path = archive()
    load(path)
    before = rows(query)
    (archive_id,) = plan(path, SOURCE, again=True)
    loaded = load_archive(archive_id)
    assert (loaded.items.received, loaded.items.unchanged) == (60, 60)
    del before["received"]
    assert {name: found for name, found in rows(query).items() if name in before} == before


def test_older_content_of_an_archive_revises_nothing_newer(tmp_path: Path, warc_record, query) -> None:
    for name, date in (("new.warc", "2016-05-01T00:00:00Z"), ("old.warc", "2014-05-01T00:00:00Z")):
        (tmp_path / name).write_bytes(warc_record(page(int(date[3])), date=date))
        load(tmp_path / name)
    assert query("SELECT revision, position('number 6' IN body) > 0 FROM item_revision") == [(1, True)]
    assert query("SELECT count(*) FROM payload_content") == [(2,)]


RUN = """
import os, signal, sys
from pathlib import Path
from copydesk import backfill
from copydesk.sources import Source

source = Source(name="harbour_archive", outlet="The Harbour Post", language="en")
die_at, where = int(sys.argv[2]), sys.argv[3]
seen = 0

def maybe_die(*_):
    global seen
    seen += 1
    if seen == die_at:
        os.kill(os.getpid(), signal.SIGKILL)

if where == "in":
    real = backfill.record_batch
    backfill.record_batch = lambda *a, **k: (real(*a, **k), maybe_die())
for archive_id in backfill.plan(Path(sys.argv[1]), source):
    backfill.load_archive(archive_id, batch=7, progress=maybe_die if where == "after" else None)
"""


def test_a_killed_run_is_resumed_to_the_same_rows(archive, warehouse: str, query) -> None:
    broken = gzip.compress(b"WARC/1.0\r\nContent-Length: no\r\n\r\n")
    path = archive(60, at_20=broken, at_41=b"no gzip at all")
    load(path)
    expected = rows(query)
    assert expected["archive"] == [(60, 58, 2, path.stat().st_size, False)]
    query("TRUNCATE archive, batch, quarantine, item, item_revision, payload, payload_content CASCADE")
    choice = random.Random(7)
    kills = 0
    for _ in range(20):
        where, die_at = choice.choice(("in", "after")), choice.randint(1, 3)
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(path), str(die_at), where],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills += 1
    assert kills >= 3
    assert done.returncode == 0
    assert rows(query) == expected


def test_two_runs_at_once_the_second_ends(archive, monkeypatch: pytest.MonkeyPatch, query) -> None:
    monkeypatch.setattr("copydesk.warehouse.archives._PATIENCE", "200ms")
    (archive_id,) = plan(archive(), SOURCE)
    within, go = Event(), Event()

    def wait(*_: object) -> None:
        within.set()
        go.wait(30)

    first = Thread(target=load_archive, args=(archive_id,), kwargs={"batch": 10, "progress": wait})
    first.start()
    try:
        assert within.wait(30)
        with pytest.raises(TemporaryError, match="another run"):
            load_archive(archive_id)
    finally:
        go.set()
        first.join(30)
    assert query("SELECT count(*), max(revision) FROM item") == [(60, 1)]


def test_a_position_that_moved_meanwhile_rolls_the_batch_back(archive, monkeypatch, query) -> None:
    """As where a pooler of connections breaks the lock's session."""
    (archive_id,) = plan(archive(), SOURCE)
    monkeypatch.setattr(backfill, "lock_archive", lambda *_: None)
    with pytest.raises(TemporaryError, match="meanwhile"):
        load_archive(archive_id, batch=10, progress=lambda *_: query("UPDATE archive SET position = position + 1"))
    assert query("SELECT count(*) FROM item") == [(10,)]


def test_broken_records_wait_in_quarantine_and_the_others_are_loaded(archive, warc_record, query) -> None:
    bad = warc_record(b"\x1f\x8b junk", http="HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html")
    binary = warc_record(bytes(range(256)) * 9, http="HTTP/1.1 200 OK\r\nContent-Type: text/html")
    path = archive(10, at_2=gzip.compress(bad), at_5=b"junk", at_7=gzip.compress(binary))
    loaded = load(path)
    assert (loaded.records, loaded.payloads, loaded.errors) == (10, 9, 2)
    assert (loaded.items.received, loaded.items.new, loaded.items.quarantined) == (10, 7, 3)
    assert len(loaded.messages) == 3
    assert query(
        "SELECT position, reason, payload_id IS NULL, payload_url FROM quarantined ORDER BY quarantine_id"
    ) == [
        (-1, "broken_format", False, "https://harbour.example/1"),
        (-1, "unknown_format", False, "https://harbour.example/1"),
        (5, "broken_format", True, path.as_uri()),
    ]
    assert query("SELECT count(*) FROM payload_content WHERE content LIKE '%%junk%%'") == [(1,)]


def test_a_record_that_cannot_be_loaded_waits_and_the_others_are_loaded(archive, monkeypatch, query) -> None:
    path = archive(10)
    real = backfill.load_payload

    def fragile(connection, source_id: int, payload) -> int:
        if payload.url == "https://harbour.example/4":
            raise ValueError("Postgres does not take this")
        return real(connection, source_id, payload)

    with monkeypatch.context() as patched:
        patched.setattr(backfill, "load_payload", fragile)
        loaded = load(path)
    assert (loaded.records, loaded.items.new, loaded.items.quarantined) == (10, 9, 1)
    assert query("SELECT position, reason FROM quarantined") == [(4, "internal")]
    assert query("SELECT position, finished_at IS NULL FROM archive") == [(10, False)]
    for archive_id in plan(path, SOURCE, again=True):
        load_archive(archive_id)
    assert query("SELECT count(*) FROM item") == [(10,)]
    assert query("SELECT count(*) FROM quarantined") == [(0,)]


def test_what_postgres_cannot_hold_stops_no_archive(archive, warc_record, query) -> None:
    named = warc_record(page(3), url="https://harbour.example/\0\0three")
    cut = warc_record("", url="https://harbour.example/\0five", http="HTTP/1.1 200")
    loaded = load(archive(8, at_3=gzip.compress(named), at_5=gzip.compress(cut)))
    assert (loaded.records, loaded.items.new) == (8, 7)
    assert query("SELECT count(*) FROM payload WHERE url = 'https://harbour.example/three'") == [(1,)]
    assert query("SELECT finished_at IS NULL FROM archive") == [(False,)]


def test_what_reads_later_leaves_quarantine(archive, query) -> None:
    path = archive(10, at_5=b"junk junk junk!")
    load(path)
    assert query("SELECT count(*) FROM quarantined") == [(1,)]
    archive_id = query("SELECT archive_id FROM archive")[0][0]
    query("UPDATE archive SET position = 5, mark_position = NULL, mark_offset = NULL")
    query("UPDATE quarantine SET position = 6")  # as if a reader of before had stumbled over the next one
    load_archive(archive_id)
    assert query("SELECT position FROM quarantine WHERE resolved_at IS NULL") == [(5,)]
    assert query("SELECT count(*) FROM quarantine") == [(2,)]


def test_a_folder_gives_its_archives_and_one_of_its_other_files(archive, tmp_path: Path, query) -> None:
    archive(5, name="a.warc.gz")
    archive(6, name="b.warc.gz")
    for number in range(20, 30):
        (tmp_path / f"{number}.html").write_text(page(number))
    assert len(plan(tmp_path, SOURCE)) == 3
    loaded = load(tmp_path, batch=3)
    assert (loaded.records, loaded.items.new) == (21, 16)  # the first five pages are in both archives
    assert query("SELECT position, url FROM archive ORDER BY archive_id DESC LIMIT 1") == [(10, tmp_path.as_uri())]
    assert load(tmp_path).records == 0


def test_an_archive_that_changed_since_it_was_planned_is_refused(archive, warehouse: str) -> None:
    path = archive(5)
    (archive_id,) = plan(path, SOURCE)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Changed, match="start the backfill again"):
        load_archive(archive_id)
    path.unlink()
    with pytest.raises(Gone):
        load_archive(archive_id)


def test_a_form_may_name_files_of_the_drop_folder_only(archive, tmp_path: Path, warehouse: str) -> None:
    outside = archive(1)
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "link.warc").symlink_to(outside)
    for name in ("../news.warc.gz", str(outside), "link.warc"):
        with pytest.raises(Forbidden):
            plan(Path(name), SOURCE, inside=drop)
    with pytest.raises(Gone, match="no such"):
        plan(Path("nothing.warc"), SOURCE, inside=drop)


def test_memory_is_bounded_by_the_batch() -> None:
    from datetime import UTC, datetime

    from copydesk.archives import Record
    from copydesk.model import Payload

    big = Payload(bytes(9 << 20), datetime(2020, 1, 1, tzinfo=UTC))
    records = [Record(0, big)] * 10 + [Record(0)] * 50_000 + [Record(0, Payload(b"x", big.fetched_at))] * 450
    assert [len(batch) for batch in backfill.batches(iter(records), 200)] == [4, 4, 20_000, 20_000, 10_202, 200, 50]


def test_a_run_maps_over_no_more_groups_than_airflow_allows() -> None:
    assert backfill.groups([]) == []
    assert backfill.groups([4, 5]) == [[4], [5]]
    many = backfill.groups(range(2_345))
    assert len(many) <= 1000
    assert [number for group in many for number in group] == list(range(2_345))


def run(*arguments: object):
    return CliRunner().invoke(cli, ["backfill", *map(str, arguments)])


def test_the_command_loads_refines_and_says_what_it_did(archive, query) -> None:
    path = archive(9)
    done = run(path, "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["records"], report["items"]["new"], report["articles"]["new"]) == (9, 9, 9)
    assert query("SELECT count(*), count(story_id) FROM current_article") == [(9, 9)]
    again = run(path)
    assert again.exit_code == 0
    assert "0 records" in again.output


def test_the_command_leaves_refining_to_the_job_where_it_is_told_to(archive, query) -> None:
    assert run(archive(3), "--no-refine", "--batch", "2").exit_code == 0
    assert query("SELECT count(*) FILTER (WHERE refined_revision = 0) FROM item") == [(3,)]


def test_the_commands_exit_code_says_how_it_ended(archive, tmp_path: Path, warehouse: str) -> None:
    partly = run(archive(4, at_2=b"junk"), "--no-refine")
    assert partly.exit_code == 3
    assert "news.warc.gz" in partly.stderr
    missing = run(tmp_path / "nothing.warc", archive(5, name="b.warc.gz"), "--no-refine", "--json")
    assert missing.exit_code == 1
    assert json.loads(missing.stdout)["records"] == 5
    assert "nothing.warc" in missing.stderr
    assert run(archive(1), "--source", "nowhere").exit_code == 1


def test_documents_is_the_source_where_none_is_named(archive, query) -> None:
    run(archive(1), "--no-refine")
    assert query("SELECT name FROM source") == [(DOCUMENTS.name,)]


def test_a_dead_sessions_lock_is_waited_for(archive, warehouse: str) -> None:
    from copydesk.warehouse import connect
    from copydesk.warehouse.archives import lock_archive

    (archive_id,) = plan(archive(1), SOURCE)
    holder = connect()
    lock_archive(holder, archive_id)
    Thread(target=lambda: (time.sleep(0.3), holder.close())).start()
    assert load_archive(archive_id).records == 1
