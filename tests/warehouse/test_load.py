"""The job's steps on a real Postgres: nothing lost, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from copydesk import jobs
from copydesk.errors import WarehouseUnavailable
from copydesk.formats import Parsed
from copydesk.jobs import Given
from copydesk.model import Payload
from copydesk.refinery import Crashed
from copydesk.sources import Source
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.copy import copy_rows, staging_table
from copydesk.warehouse.items import Loaded
from copydesk.warehouse.reads import payload_portions

SEEN = datetime(2025, 7, 13, 8, tzinfo=UTC)
SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
BODY = (
    "Port Ellis closed two of its five piers on Friday after divers found cracks. About 340 boats were moved. "
    "“We must repair them before winter,” said harbour master Jo Quill. Reuters reported that repairs will cost "
    "$2.4 million."
)


def item(number: int, body: str = BODY, title: str | None = "Piers closed", date: bool = True) -> str:
    published = "<pubDate>Sun, 13 Jul 2025 06:00:00 GMT</pubDate>" if date else ""
    headline = f"<title>{title} {number}</title>" if title else ""
    return (
        f"<item><guid isPermaLink='false'>{number}</guid>{headline}{published}<description>{body}</description></item>"
    )


def feed(*items: str, seen: datetime = SEEN) -> Payload:
    body = "".join(items)
    return Payload(f"<rss><channel>{body}</channel></rss>".encode(), seen, "package:feed.xml", "text/xml")


def ingest(*payloads: Payload) -> jobs.Loaded:
    return jobs.load_payloads([jobs.keep_payload(SOURCE, payload) for payload in payloads], run_id="test")


TABLES = """
    source payload payload_content item item_revision article evidence removal repair entity mention quantity
    date_mention quotation attribution dateline event contributor subject story story_member story_key quarantine
""".split()


@pytest.fixture(autouse=True)
def configured(configure) -> None:
    configure(SOURCE)


@pytest.fixture
def counts(query):
    return lambda: {table: query(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


@pytest.mark.usefixtures("query")
@pytest.mark.parametrize(
    ("items", "size", "batches"),
    [
        (5, 100, [5]),
        (7, 100, [4, 3]),
        (12, 100, [3] * 4),
        (23, 100, [6, 6, 6, 5]),
        (30, 100, [4] * 7 + [2]),
        (7, 2, [2, 2, 2, 1]),
    ],
)
def test_batches_are_of_one_size_and_a_power_of_two(
    items: int, size: int, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LEAST", 3)
    ingest(feed(*(item(number) for number in range(items))))
    assert [last - first + 1 for first, last in jobs.plan_batches(size=size)] == batches


def test_everything_again_changes_nothing_but_run_records(counts, query) -> None:
    payload = feed(
        item(1), item(2, "Another text, about a school garden in the valley that won a prize."), item(3, date=False)
    )
    ingest(payload)
    jobs.refine_items(run_id="test")
    jobs.link_stories()
    before = counts()
    assert before["article"] == 2
    assert before["quarantine"] == 1
    loaded = ingest(payload)
    assert (loaded.counts.received, loaded.counts.unchanged) == (3, 3)
    assert jobs.plan_batches() == []
    assert jobs.refine_items(run_id="test").received == 0
    assert jobs.link_stories() == (0, 0)
    assert counts() == before
    assert query("SELECT count(*) FROM batch") == [(3,)]


def test_other_content_is_a_revision_and_the_old_one_stays(query) -> None:
    ingest(feed(item(1)))
    jobs.refine_items()
    loaded = ingest(feed(item(1, BODY.replace("340", "350")), seen=datetime(2025, 7, 13, 9, tzinfo=UTC)))
    assert (loaded.counts.new, loaded.counts.revised) == (0, 1)
    jobs.refine_items()
    assert query("SELECT revision, revisions, text LIKE '%350%' FROM current_article") == [(2, 2, True)]
    assert query("SELECT count(*) FROM article") == [(2,)]
    assert query("SELECT count(DISTINCT revision), max(low) FROM article_quantity WHERE counted LIKE '%boat%'") == [
        (1, 350)
    ]


def test_an_old_payload_loaded_again_brings_no_old_content_back(query) -> None:
    old = feed(item(1))
    new = feed(item(1, "A text that was changed altogether, and reads otherwise now."), seen=SEEN + timedelta(hours=1))
    ids = [jobs.keep_payload(SOURCE, payload) for payload in (old, new)]
    jobs.load_payloads(ids)
    assert jobs.load_payloads(ids[:1]).counts.unchanged == 1  # the task is run again
    assert query("SELECT revision FROM item") == [(2,)]


def test_content_that_its_publisher_brings_back_is_a_revision(query) -> None:
    for hours, body in enumerate((BODY, BODY.replace("340", "350"), BODY)):
        ingest(feed(item(1, body), seen=SEEN + timedelta(hours=hours)))
    jobs.refine_items()
    assert query("SELECT revision, text LIKE '%340%' FROM current_article") == [(3, True)]


def test_entries_that_share_an_id_that_identifies_none_of_them_are_all_kept(query) -> None:
    bodies = [f"{BODY} It was report number {number}." for number in range(3)]
    for hours in (0, 1):
        payload = feed(*(item(1, body) for body in reversed(bodies)), seen=SEEN + timedelta(hours=hours))
        ingest(payload)
    assert query("SELECT count(*), max(revision) FROM item") == [(3, 1)]


def test_two_entries_with_one_id_are_two_items(query) -> None:
    ingest(feed(item(1), item(1, "A second text under the same id, with another title.", title="Other")))
    assert query("SELECT count(*) FROM item") == [(2,)]


def test_the_same_entry_twice_is_one_item_and_is_accounted_for(query) -> None:
    loaded = ingest(feed(item(1), item(1)))
    assert (loaded.counts.received, loaded.counts.new, loaded.counts.unchanged) == (2, 1, 1)


def test_a_dateline_is_loaded(query) -> None:
    ingest(feed(item(1, f"LONDON, July 12 (AP) - {BODY}")))
    jobs.refine_items()
    assert query("SELECT type, text, place, day::text, agency FROM article_dateline") == [
        ("dateline", "LONDON, July 12 (AP) -", "LONDON", "2025-07-12", "AP")
    ]
    assert query("SELECT value FROM fact WHERE type = 'dateline'") == [("LONDON",)]
    assert query("SELECT agency FROM current_article") == [("AP",)]
    assert ("agency", "dateline") in query("SELECT field, origin FROM article_evidence")


def test_an_event_is_loaded(query) -> None:
    ingest(feed(item(1, f"Gunmen killed 12 soldiers in Lyon on 3 July 2025, according to the police. {BODY}")))
    jobs.refine_items()
    assert query(
        "SELECT kind, plover, cameo, actor, target, place, iso, first_day::text, low, high, counted FROM article_event"
    ) == [("killing", "FIGHT", "19", "Gunmen", "soldiers", "Lyon", "2025-07-03", "2025-07-03", 12, 12, "soldiers")]
    assert query("SELECT day::text, kind, place, stories, most_counted FROM event_by_day") == [
        ("2025-07-03", "killing", "Lyon", 1, 12)
    ]
    assert query("SELECT outcome FROM article_quantity WHERE low = 12") == [("killed",)]
    assert query("SELECT value FROM fact WHERE type = 'event'") == [("killing",)]
    assert ("event", "killing", "police") in query("SELECT type, value, attributed_to FROM attributed_fact")
    ((feature,),) = query("SELECT feature FROM place_geojson WHERE name = 'Lyon'")
    assert feature["geometry"] == {
        "type": "Point",
        "coordinates": [pytest.approx(4.85, abs=0.1), pytest.approx(45.75, abs=0.1)],
    }


def test_times_subjects_persons_and_what_others_say_are_loaded(query) -> None:
    entry = """<item><guid isPermaLink="false">9</guid><title>Piers closed</title>
    <link>https://harbour.example/2025/07/03/piers?utm_source=rss</link>
    <pubDate>Sun, 13 Jul 2025 01:00:00 +0530</pubDate>
    <author>Ann Lee, Chief Correspondent</author><category>Sport</category><category>Harbour</category><description>%s
    </description></item>"""
    ingest(feed(entry % BODY))
    jobs.refine_items()
    assert query("SELECT published_on::text, published_precision, published_zone, flags, url FROM current_article") == [
        ("2025-07-13", "minute", "+05:30", ["date_conflict"], "https://harbour.example/2025/07/03/piers")
    ]
    assert query("SELECT field, chosen, chosen_from, other, other_from FROM metadata_conflict") == [
        ("published", "2025-07-13T01:00:00+05:30", "item", "2025-07-03T00:00:00+00:00", "address")
    ]
    assert query("SELECT name, role, job FROM article_contributor") == [("Ann Lee", "author", "Chief Correspondent")]
    assert query("SELECT name, topic, broad FROM article_subject") == [("Sport", "medtop:15000000", "sport")]
    query("UPDATE item SET refined_revision = 0")
    jobs.refine_items()
    assert query("SELECT (SELECT count(*) FROM subject), (SELECT count(*) FROM contributor)") == [(1, 1)]


def test_an_article_is_loaded_with_all_that_was_found(query) -> None:
    ingest(feed(item(1)))
    jobs.refine_items()
    jobs.link_stories()
    assert query("SELECT source, outlet, language, published::date::text, title FROM current_article") == [
        ("harbour_post", "The Harbour Post", "en", "2025-07-13", "Piers closed 1")
    ]
    assert ("Jo Quill",) in query("SELECT name FROM article_mention WHERE type = 'person'")
    assert ("2025-07-11", True) in query("SELECT iso, relative FROM article_date")
    assert query("SELECT low, high, qualifier FROM article_quantity WHERE low = 340") == [(340, 340, "about")]
    assert query("SELECT mode, speaker, said_by FROM article_quotation ORDER BY start") == [
        ("direct", "Jo Quill", "harbour master Jo Quill"),
        ("indirect", "Reuters", "Reuters"),
    ]
    assert ("Reuters",) in query("SELECT agency FROM article_attribution")
    assert ("published", "item") in query("SELECT field, origin FROM article_evidence")
    assert query(
        "SELECT count(*) FROM fact f JOIN current_article a USING (item_id) "
        "WHERE substr(a.text, f.start + 1, f.stop - f.start) <> f.text"
    ) == [(0,)]


def test_items_without_date_or_title_wait_in_quarantine_by_name(query) -> None:
    ingest(feed(item(1), item(2, date=False), item(3, title=None)))
    counts = jobs.refine_items()
    assert (counts.new, counts.quarantined) == (1, 2)
    assert query("SELECT item_name, stage, reason FROM quarantined ORDER BY position") == [
        ("2", "refine", "missing_metadata"),
        ("3", "refine", "missing_metadata"),
    ]
    assert query("SELECT count(*) FROM payload_content") == [(1,)]


def test_a_payload_that_cannot_be_read_is_kept_and_the_others_are_loaded(query) -> None:
    junk = Payload(bytes(range(256)) * 8, SEEN, "file:///junk.bin")
    loaded = ingest(junk, feed(item(1)), Payload(b"", SEEN, "file:///empty"))
    assert (loaded.counts.new, loaded.counts.quarantined) == (1, 2)
    assert set(loaded.unreadable) == {"file:///junk.bin", "file:///empty"}
    assert query("SELECT reason, position FROM quarantined ORDER BY quarantine_id") == [
        ("unknown_format", -1),
        ("empty", -1),
    ]
    assert (
        query("SELECT content FROM payload_content JOIN payload USING (payload_id) WHERE url LIKE '%%junk%%'")[0][
            0
        ].tobytes()
        == junk.content
    )


def test_an_item_that_parses_later_leaves_quarantine(query, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = feed(item(1))
    with monkeypatch.context() as patched:
        patched.setattr(jobs.Refinery, "read", _broken)
        ingest(payload)
    assert query("SELECT count(*) FROM quarantined") == [(1,)]
    assert ingest(payload).counts.new == 1
    assert query("SELECT count(*), count(resolved_at) FROM quarantine") == [(1, 1)]


def test_a_bug_in_one_payload_does_not_cost_the_batch(query, monkeypatch: pytest.MonkeyPatch) -> None:
    real = jobs.Refinery.read

    def buggy(refinery: jobs.Refinery, payload: Payload) -> Parsed:
        if b"number 1" in payload.content:
            raise ZeroDivisionError("oops")
        return real(refinery, payload)

    monkeypatch.setattr(jobs.Refinery, "read", buggy)
    loaded = ingest(feed(item(1, BODY + " number 1")), feed(item(2)))
    assert (loaded.counts.new, loaded.counts.quarantined) == (1, 1)
    assert query("SELECT reason FROM quarantined") == [("internal",)]


def test_partitions_are_made_ahead(query) -> None:
    query("DROP TABLE article_" + query("SELECT to_char(now() + interval '2 months', 'YYYY_MM')")[0][0])
    assert jobs.ensure_partitions() == 1
    assert jobs.ensure_partitions() == 0


def _broken(refinery: jobs.Refinery, payload: Payload) -> Parsed:
    from copydesk.errors import BrokenFormat

    raise BrokenFormat("broken", item=payload.url)


def test_a_bug_in_one_item_does_not_cost_the_batch(query, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(feed(item(1), item(2, "Another text, about a school garden in the valley that won a prize.")))
    real = jobs.Refinery.refine

    def buggy(refinery, entry, context):
        if entry.identifier == "1":
            raise ZeroDivisionError("oops")
        return real(refinery, entry, context)

    monkeypatch.setattr(jobs.Refinery, "refine", buggy)
    counts = jobs.refine_items()
    assert (counts.new, counts.quarantined) == (1, 1)
    assert query("SELECT reason, message LIKE '%ZeroDivisionError: oops%' FROM quarantined") == [("internal", True)]


def test_a_newer_pipeline_replaces_what_the_older_made(query, counts, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(feed(item(1)))
    jobs.refine_items()
    before = counts()
    query("UPDATE item SET refined_revision = 0")
    monkeypatch.setattr(jobs, "VERSION", "next")
    refined = jobs.refine_items()
    assert (refined.new, refined.revised) == (0, 1)
    assert counts() == before
    assert query("SELECT refined_by FROM current_article") == [("next",)]


def test_two_runs_at_once_load_nothing_twice(query, counts) -> None:
    payload = feed(*(item(n, f"{BODY} It was report number {n} of the day.") for n in range(30)))
    threads = [Thread(target=ingest, args=(payload,)) for _ in range(3)]
    _run(threads)
    assert query("SELECT count(*), max(revision) FROM item") == [(30, 1)]
    _run([Thread(target=jobs.refine_items) for _ in range(3)])
    _run([Thread(target=jobs.link_stories) for _ in range(2)])
    once = counts()
    assert once["article"] == once["story_member"] == 30
    assert query(
        "SELECT count(*) FROM (SELECT item_id, start, type FROM fact GROUP BY 1, 2, 3 HAVING count(*) > 1) d"
    ) == [(0,)]


def _run(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def test_copies_are_linked_and_kept(query) -> None:
    other = "A school in the valley won a national prize for its garden, where pupils grow beans, maize and potatoes."
    ingest(feed(item(1), item(2, other), item(3, BODY.replace("About 340", "Some 340"))))
    jobs.refine_items()
    assert jobs.link_stories() == (3, 1)
    rows = query("SELECT title, story_id, copy_of IS NULL FROM current_article ORDER BY title")
    assert rows[0][1] == rows[2][1] != rows[1][1]
    assert rows[1][2]
    assert sorted([rows[0][2], rows[2][2]]) == [False, True]


def test_what_a_person_says_of_a_document_wins(query) -> None:
    document = Payload(BODY.encode(), SEEN)
    given = Given(title="By hand", published=datetime(2025, 7, 12, tzinfo=UTC), outlet="Elsewhere")
    done = jobs.ingest_documents([document], SOURCE, run_id="test", given=given)
    assert (done.articles.new, done.quarantined) == (1, [])
    assert query("SELECT title, published::date::text, outlet FROM current_article") == [
        ("By hand", "2025-07-12", "Elsewhere")
    ]
    again = replace(given, title="Corrected")
    jobs.ingest_documents([document], SOURCE, run_id="test", given=again)
    assert query("SELECT title, revisions FROM current_article") == [("Corrected", 2)]


def test_postgres_lost_in_the_middle_of_a_load_leaves_no_trace(query, counts, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(feed(item(1)))
    before = counts()

    def lose(*args: object, **more: object) -> None:
        query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "record_batch", lose)
        with pytest.raises(WarehouseUnavailable):
            jobs.refine_items()
    assert counts() == before
    assert jobs.refine_items().new == 1


def test_copy_takes_any_text(warehouse: str) -> None:
    rows = [("a\tb\\n\nc\r\\N", ['q"uo\\te', "x,{y}", "nul\x00"], None, b"\x00\\"), ("", [], 1.5, b"")]
    connection = psycopg2.connect(warehouse)
    with connection, connection.cursor() as cursor:
        staging_table(cursor, "odd", {"t": "text", "a": "text[]", "n": "float8", "b": "bytea"})
        copy_rows(cursor, "odd", ["t", "a", "n", "b"], rows)
        cursor.execute("SELECT t, a, n, b FROM odd")
        first, second = cursor.fetchall()
    connection.close()
    assert (first[0], first[1], first[2], bytes(first[3])) == (
        rows[0][0],
        ['q"uo\\te', "x,{y}", "nul"],
        None,
        b"\x00\\",
    )
    assert second[:3] == ("", [], 1.5)


def test_a_payload_that_cannot_be_read_or_loaded_waits_and_the_others_are_loaded(
    query, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads = [Payload(f"{BODY} No {number}.".encode(), SEEN, f"file:///{number}.txt") for number in range(5)]
    ids = [jobs.keep_payload(SOURCE, payload) for payload in payloads]
    read, load = jobs.Refinery.read, jobs.load_items

    def fragile_read(self: jobs.Refinery, payload: Payload) -> Parsed:
        if payload.url == "file:///1.txt":
            raise Crashed("it brings down the process", item=payload.url)
        return read(self, payload)

    def fragile_load(connection: Connection, source_id: int, payload_id: int, parsed: Parsed) -> Loaded:
        if payload_id == ids[3] and parsed.items:
            raise ValueError("Postgres does not take this")
        return load(connection, source_id, payload_id, parsed)

    monkeypatch.setattr(jobs.Refinery, "read", fragile_read)
    monkeypatch.setattr(jobs, "load_items", fragile_load)
    loaded = jobs.load_payloads(ids)
    assert (loaded.counts.new, loaded.counts.quarantined) == (3, 2)
    assert list(loaded.unreadable) == ["file:///1.txt", "file:///3.txt"]
    assert query("SELECT reason FROM quarantined ORDER BY payload_id") == [("crashed",), ("internal",)]
    assert query("SELECT count(*) FROM payload WHERE loaded_at IS NULL") == [(0,)], "nothing comes first for ever"


def test_payloads_are_held_in_portions(query) -> None:
    sizes = [10, 20, 30, 200, 5, 5, 5, 5]
    ids = [jobs.keep_payload(SOURCE, Payload(bytes([n]) * size, SEEN)) for n, size in enumerate(sizes)]
    with transaction() as connection:
        portions = payload_portions(connection, ids, count=3, bytes_=60)
    assert [[sizes[ids.index(id)] for id in portion] for portion in portions] == [[10, 20, 30], [200], [5, 5, 5], [5]]
