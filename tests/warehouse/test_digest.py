"""What the digest reads is of its day and of no other, and counts copies of one report once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.digest.day import CREDIT, DAY, FIRE, MARKET, date_batches, load, load_day

from copydesk.errors import WarehouseUnavailable
from copydesk.warehouse import digest, digest_news
from copydesk.warehouse.digest import Window

TODAY = Window.of(DAY)
NEWS = (
    digest_news.stories,
    digest_news.named,
    digest_news.speakers,
    digest_news.counts,
    digest_news.happenings,
)


@pytest.fixture
def day(query):
    load_day(query)
    return query


def test_a_window_is_the_day_in_utc_without_its_end() -> None:
    assert Window.of(date(2026, 2, 28)) == (
        datetime(2026, 2, 28, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_nothing_is_read_from_an_empty_warehouse(warehouse) -> None:
    with digest.reading() as cursor:
        assert digest.first_day(cursor) is None
        assert digest.intake(cursor, TODAY, days=7) == []
        assert digest.articles(cursor, TODAY, days=13) == []
        assert digest.ill_sources(cursor) == ([], 0)
        assert digest.removals(cursor, TODAY) == ([], 0)
        assert digest.waiting_blocks(cursor, limit=5) == ([], 0)
        assert digest.quarantine(cursor, TODAY) == []
        assert digest.pending(cursor, TODAY) == 0
        for read in NEWS:
            assert read(cursor, TODAY, limit=5) == []
        assert digest.work(cursor, TODAY) == digest.fetches(cursor, TODAY) == []


def test_it_can_write_nothing(warehouse) -> None:
    with pytest.raises(WarehouseUnavailable, match="read-only"), digest.reading() as cursor:
        cursor.execute("INSERT INTO source (name) VALUES ('x')")


def test_volumes_of_the_day_and_of_the_days_before(day) -> None:
    with digest.reading() as cursor:
        assert digest.first_day(cursor) == DAY - timedelta(days=4)
        intake = digest.intake(cursor, TODAY, days=2)
        shares = digest.articles(cursor, TODAY, days=13)
    assert [row.day for row in intake] == [DAY - timedelta(days=2), DAY]
    assert intake[-1] == (DAY, 5, 5, 0, 0, 0)
    assert [tuple(row) for row in shares] == [
        (DAY - timedelta(days=4), "gazette", "en", 1),
        (DAY - timedelta(days=2), "courier", "pt", 1),
        (DAY, "gazette", "en", 2),
        (DAY, "herald", "en", 1),
        (DAY, "herald", "pt", 1),
    ]


def test_removals_with_what_is_left(day, query) -> None:
    with digest.reading() as cursor:
        taken, kept = digest.removals(cursor, TODAY)
    assert [(row.kind, row.articles) for row in taken] == [("signoff", 1)]
    assert taken[0].characters >= len(CREDIT)
    assert [(kept,)] == query("SELECT sum(length(text)) FROM current_article WHERE seen_at::date = %s", DAY)


def test_stories_are_the_copies_of_the_day(day) -> None:
    with digest.reading() as cursor:
        [story] = digest_news.stories(cursor, TODAY, limit=5)
    assert story.title == "Fire in the harbour"
    assert (story.copies, story.outlets, story.languages) == (2, 2, 1)
    assert FIRE.startswith(story.opening[:100])


def test_names_are_counted_by_stories(day) -> None:
    with digest.reading() as cursor:
        named = {(row.type, row.name): row for row in digest_news.named(cursor, TODAY, limit=20)}
    quill = named["person", "Jo Quill"]
    assert (quill.stories, quill.articles) == (1, 2)


def test_speakers_have_a_quotation(day) -> None:
    with digest.reading() as cursor:
        speakers = {row.name: row for row in digest_news.speakers(cursor, TODAY, limit=5)}
    quill = next(row for name, row in speakers.items() if "Quill" in name)
    assert quill.content.startswith("We had never seen flames")
    assert (quill.stories, quill.quotations) == (1, 2)


def test_counts_say_what_states_them_and_according_to_whom(day) -> None:
    with digest.reading() as cursor:
        counts = {row.outcome: row for row in digest_news.counts(cursor, TODAY, limit=3)}
    killed = counts["killed"]
    assert (killed.high, killed.counted, killed.copies) == (12, "people", 2)
    assert killed.sentence.endswith("killed 12 people on Friday, the police said.")
    assert killed.according_to == "police"


def test_counts_of_one_outcome_do_not_crowd_out_another(query) -> None:
    texts = [(f"Storm {n}", FIRE.replace("12", str(40 + n)).replace("Port Ellis", f"Bay {n}")) for n in range(4)]
    load("gazette", texts)
    with digest.reading() as cursor:
        outcomes = [row.outcome for row in digest_news.counts(cursor, TODAY, limit=1)]
    assert outcomes.count("killed") == 1
    assert len(outcomes) > 1


def test_what_its_source_took_back_is_no_news(day, query) -> None:
    query("UPDATE article SET signal = 'kill' WHERE title = 'Market opens'")
    with digest.reading() as cursor:
        assert not any("Brandt" in row.name for row in digest_news.speakers(cursor, TODAY, limit=9))
        assert not any("Brandt" in row.name for row in digest_news.named(cursor, TODAY, limit=99))


def test_an_older_revision_counts_no_more(query) -> None:
    load("gazette", [("Market opens", MARKET), ("Fire", FIRE)])
    load("gazette", [("Market opens", MARKET.replace("eighty", "ninety")), ("Fire", FIRE)])
    assert query("SELECT max(revision) FROM article") == [(2,)]
    with digest.reading() as cursor:
        assert sum(row.articles for row in digest.articles(cursor, TODAY, days=0)) == 2
        said = [row.content for row in digest_news.speakers(cursor, TODAY, limit=9) if "Brandt" in row.name]
    assert len(said) == 1
    assert "ninety stalls" in said[0]


def test_quarantine_by_reason_with_an_example(day, query) -> None:
    with digest.reading() as cursor:
        [row] = digest.quarantine(cursor, TODAY)
        [before] = digest.quarantine(cursor, Window.of(DAY - timedelta(days=1)))
    assert (row.reason, row.new, row.open, row.source) == ("no_text", 1, 1, "herald")
    assert row.message
    assert (before.new, before.open) == (0, 1)
    query("UPDATE quarantine SET dropped_at = now()")
    with digest.reading() as cursor:
        assert [(row.new, row.open) for row in digest.quarantine(cursor, TODAY)] == [(1, 0)]
    query("UPDATE quarantine SET dropped_at = NULL, resolved_at = now()")
    with digest.reading() as cursor:
        assert [(row.new, row.open) for row in digest.quarantine(cursor, TODAY)] == [(1, 0)]
        assert digest.quarantine(cursor, Window.of(DAY - timedelta(days=1))) == []


def test_work_and_fetches(day, query) -> None:
    query("SELECT ensure_partitions(%s, %s)", *TODAY)
    query(
        "INSERT INTO fetch_record (address_id, source_id, started_at, finished_at, outcome) "
        "VALUES (1, 1, %s, %s, 'failed'), (1, 1, %s, %s, 'failed')",
        TODAY.start, TODAY.start + timedelta(seconds=3), TODAY.end, TODAY.end,
    )  # fmt: skip
    with digest.reading() as cursor:
        work = {row.kind: row for row in digest.work(cursor, TODAY)}
        assert digest.fetches(cursor, TODAY) == [("failed", 1, 3.0)]
    assert work["ingest"] == ("ingest", 1, 2, 5, 4.0, 2.0)
    assert work["refine"].items == 5


def test_items_that_wait(day, query) -> None:
    query("UPDATE item SET refined_revision = 0 WHERE seen_at < %s", TODAY.start)
    with digest.reading() as cursor:
        assert digest.pending(cursor, TODAY) == 0
    query("UPDATE item SET refined_revision = 0")
    with digest.reading() as cursor:
        assert digest.pending(cursor, TODAY) == 5


def test_sources_that_fail_or_are_silent(query) -> None:
    load("gazette", [("Market opens", MARKET)])
    date_batches(query)
    query("UPDATE source SET silent_after = '1 day'")
    query(
        "INSERT INTO source (name) VALUES ('mute'), ('well');"
        "INSERT INTO address (source_id, url, asked_at, fetched_at, failing_since, failures)"
        " SELECT source_id, 'https://a.example/', now(), now() - interval '4 days',"
        " CASE WHEN name = 'mute' THEN now() - interval '3 days' END, CASE WHEN name = 'mute' THEN 9 ELSE 0 END"
        " FROM source"
    )
    query("UPDATE batch SET finished_at = now() - interval '5 days'")
    with digest.reading() as cursor:
        ill, asked = digest.ill_sources(cursor)
    assert asked == 3
    assert [(row.source, row.state) for row in ill] == [("gazette", "silent"), ("mute", "failing")]
    assert timedelta(days=4) < datetime.now(UTC) - ill[0].since < timedelta(days=6)
    assert timedelta(days=2) < datetime.now(UTC) - ill[1].since < timedelta(days=4)


def test_blocks_that_wait(query) -> None:
    load("gazette", [(f"Report {n}", f"{FIRE if n % 2 else MARKET}Pier {n} is open.\n{CREDIT}") for n in range(5)])
    query("UPDATE recurring_block SET status = 'candidate'")
    with digest.reading() as cursor:
        waiting, count = digest.waiting_blocks(cursor, limit=1)
        [(expected,)] = query("SELECT count(*) FROM learned_block WHERE status = 'candidate'")
    assert count == expected >= 1
    assert len(waiting) == 1
    query("UPDATE recurring_block SET status = 'rejected'")
    with digest.reading() as cursor:
        assert digest.waiting_blocks(cursor, limit=1) == ([], 0)


@pytest.mark.parametrize("read", NEWS)
def test_only_the_partitions_of_the_day_are_read(read, query) -> None:
    query("SELECT ensure_partitions('2026-01-01', '2026-12-01')")
    plans = []

    class Explaining:
        def __init__(self, cursor) -> None:
            self.cursor = cursor

        def execute(self, statement: str, values: object) -> None:
            self.cursor.execute(f"EXPLAIN {statement}", values)
            plans.extend(line for (line,) in self.cursor.fetchall())

        def fetchall(self) -> list[tuple]:
            return []

    with digest.reading() as cursor:
        read(Explaining(cursor), TODAY, limit=5)
    months = {part for line in plans for part in line.split() if "_2026_" in part}
    assert months
    assert all("_2026_05" in month for month in months), months
