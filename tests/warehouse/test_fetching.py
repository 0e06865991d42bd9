"""Sources fetched into the warehouse: what is asked, kept, accounted for, and that nothing is lost or doubled."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.fetch.hostile import Hostile, Request, answer, feed

from copydesk import fetching, jobs
from copydesk.errors import TemporaryError
from copydesk.fetch import Fetcher
from copydesk.fetching import Pages, fetch_pages, fetch_source, policy_of
from copydesk.sources import Source

NEWS = "SELECT count(*), count(DISTINCT identifier) FROM item_revision"


@pytest.fixture
def server() -> Iterator[Hostile]:
    hostile = Hostile()
    yield hostile
    hostile.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short time-outs, and nobody really waits."""
    shortened = {"max_seconds": 2.0, "idle_seconds": 0.3}
    original = fetching.policy_of
    monkeypatch.setattr(fetching, "policy_of", lambda source: _replace(original(source), **shortened))
    monkeypatch.setattr(fetching, "Fetcher", lambda policy, turns: Fetcher(policy, sleep=lambda seconds: None))


def _replace(policy: object, **changes: float) -> object:
    from dataclasses import replace

    return replace(policy, **changes)  # type: ignore[type-var]


def source(*urls: str, **fields: object) -> Source:
    return Source(
        name="harbour", urls=urls, allow_private_addresses=True, seconds_between_requests=0, require=(), **fields
    )  # type: ignore[arg-type]


def run(wire: Source, run_id: str = "run") -> dict[str, object]:
    """One scheduled run, without its pages."""
    fetched = fetch_source(wire, run_id=run_id)
    counts = jobs.load_payloads(fetched.payload_ids, run_id=run_id).counts
    return {
        "new": counts.new,
        "revised": counts.revised,
        "unchanged": counts.unchanged,
        "failed": len(fetched.failures),
    }


def test_what_has_not_changed_is_not_loaded_again(warehouse, query, server: Hostile) -> None:
    wire = source(f"{server.url}/conditional", f"{server.url}/feed")
    assert run(wire) == {"new": 2, "revised": 0, "unchanged": 1, "failed": 0}
    assert run(wire) == {"new": 0, "revised": 0, "unchanged": 0, "failed": 0}
    outcomes = query("SELECT url, outcome, status, received, new FROM fetch_account ORDER BY fetch_id")
    assert [(url.rpartition("/")[2], *rest) for url, *rest in outcomes] == [
        ("conditional", "changed", 200, 1, 1),
        ("feed", "changed", 200, 2, 1),
        ("conditional", "not_modified", 304, None, None),
        ("feed", "same", 200, None, None),
    ]
    assert [request.headers.get("if-none-match") for request in server.asked("/conditional")] == [None, '"v1"']


def test_what_was_fetched_and_not_loaded_is_loaded_by_the_next_run(warehouse, query, server: Hostile) -> None:
    wire = source(f"{server.url}/conditional")
    assert len(fetch_source(wire).payload_ids) == 1  # and its worker dies
    assert run(wire)["new"] == 1


def test_an_address_that_goes_back_to_what_it_gave_before(warehouse, query, server: Hostile) -> None:
    wire, edits = source(f"{server.url}/edited"), iter(["One", "Two", "One"])
    server.routes["/edited"] = lambda hostile, request, connection: answer(
        connection, feed(1).replace(b"Story 1", next(edits).encode())
    )
    assert [run(wire)["revised"] for _ in range(3)] == [0, 1, 1]
    assert query("SELECT title FROM item_revision ORDER BY revision") == [("One",), ("Two",), ("One",)]


def test_a_worker_whose_clock_is_a_day_ahead_or_behind(
    warehouse, query, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, titles = source(f"{server.url}/edited"), iter(("One", "Two", "Three"))
    server.routes["/edited"] = lambda hostile, request, connection: answer(
        connection, feed(1).replace(b"Story 1", next(titles).encode())
    )
    for days in (1, 0, -1):
        now = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr("copydesk.fetch.http.datetime", SimpleNamespace(now=lambda zone, now=now: now))
        run(wire)
    assert query("SELECT title FROM item_revision ORDER BY revision") == [("One",), ("Two",), ("Three",)]
    assert query("SELECT bool_and(seen_at BETWEEN now() - interval '1 hour' AND now()) FROM payload") == [(True,)]


def test_the_clock_of_the_warehouse_is_set_back(warehouse, query, server: Hostile) -> None:
    wire, titles = source(f"{server.url}/edited"), iter(("One", "Two", "Three"))
    server.routes["/edited"] = lambda hostile, request, connection: answer(
        connection, feed(1).replace(b"Story 1", next(titles).encode())
    )
    run(wire)
    query("UPDATE payload SET seen_at = seen_at + interval '1 day', last_seen_at = last_seen_at + interval '1 day'")
    assert [run(wire)["revised"] for _ in range(2)] == [1, 1]


def test_what_one_address_gave_waits_for_no_other(warehouse, server: Hostile) -> None:
    """A source is tried again where none of its addresses answered."""
    server.routes["/moody"] = lambda hostile, request, connection: answer(connection, b"", status="500 Oh no")
    server.routes["/gone"] = lambda hostile, request, connection: answer(connection, b"", status="410 Gone")
    wire = source(f"{server.url}/moody", f"{server.url}/conditional")
    assert run(wire) == {"new": 1, "revised": 0, "unchanged": 0, "failed": 1}
    again = fetch_source(wire)
    assert (again.payload_ids, len(again.failures), again.in_vain) == ([], 1, None)
    failing = fetch_source(source(f"{server.url}/gone", f"{server.url}/moody"))
    assert isinstance(failing.in_vain, TemporaryError)
    assert fetch_source(source()).in_vain is None


def test_failures_are_counted_and_forgotten_when_it_answers_again(warehouse, query, server: Hostile) -> None:
    wire, failing = source(f"{server.url}/moody", f"{server.url}/feed"), [True]
    server.routes["/moody"] = lambda hostile, request, connection: answer(
        connection, feed(9), status="500 Oh no" if failing[0] else "200 OK"
    )
    assert [run(wire)["failed"] for _ in range(2)] == [1, 1]
    assert query("SELECT failures, failing_addresses, state FROM source_health") == [(2, 1, "unsteady")]
    query("UPDATE address SET failing_since = failing_since - interval '3 days' WHERE failures > 0")
    assert query("SELECT state FROM source_health") == [("failing",)]
    failing[0] = False
    assert run(wire)["new"] == 1
    assert query("SELECT failures, failing_since, state FROM source_health") == [(0, None, "well")]
    assert query("SELECT count(*) FROM fetch_account WHERE outcome = 'failed' AND status = 500 AND message <> ''") == [
        (2,)
    ]


def test_a_server_that_asks_for_time_is_left_alone(warehouse, query, server: Hostile) -> None:
    wire = source(f"{server.url}/busy/3600")
    run(wire)
    run(wire)
    assert len(server.asked("/busy/3600")) == 1
    assert query("SELECT outcome FROM fetch_record ORDER BY fetch_id") == [("failed",), ("postponed",)]


def test_an_address_that_has_moved_for_good_is_asked_where_it_is(warehouse, query, server: Hostile) -> None:
    wire = source(f"{server.url}/redirect/301?to=/feed")
    run(wire)
    run(wire)
    assert (len(server.asked("/redirect/301")), len(server.asked("/feed"))) == (1, 2)
    server.routes["/feed"] = lambda hostile, request, connection: answer(connection, status="410 Gone")
    assert run(wire)["failed"] == 1
    assert query("SELECT moved_to FROM address") == [(None,)]


def test_an_index_leads_to_what_is_new_in_it(warehouse, query, server: Hostile) -> None:
    def index(hostile: Hostile, request: Request, connection: object) -> None:
        today, long_ago = datetime.now(UTC).isoformat(), "2019-01-01T00:00:00Z"
        entries = ((f"{server.url}/feed", today), (f"{server.url}/old", long_ago))
        named = "".join(f"<sitemap><loc>{url}</loc><lastmod>{at}</lastmod></sitemap>" for url, at in entries)
        answer(connection, f"<sitemapindex>{named}</sitemapindex>".encode())  # type: ignore[arg-type]

    server.routes["/index"] = index
    assert run(source(f"{server.url}/index"))["new"] == 2
    assert not server.asked("/old")


def test_a_drop_folder(warehouse, query, tmp_path: Path) -> None:
    wire = source(tmp_path.as_uri() + "/", settled_seconds=60)
    hour_ago = datetime.now(UTC).timestamp() - 3600
    for number in range(3):
        path = tmp_path / f"{number}.xml"
        path.write_bytes(feed(number))
        if number < 2:
            os.utime(path, (hour_ago, hour_ago))
    assert run(wire)["new"] == 2
    assert run(wire) == {"new": 0, "revised": 0, "unchanged": 0, "failed": 0}
    os.utime(path, (hour_ago, hour_ago))
    (tmp_path / "0.xml").write_bytes(feed(0).replace(b"Story 0", b"Edited"))
    os.utime(tmp_path / "0.xml", (hour_ago + 60, hour_ago + 60))
    assert run(wire) == {"new": 1, "revised": 1, "unchanged": 0, "failed": 0}
    assert query("SELECT count(*) FROM fetch_record") == [(4,)]


def test_pages_of_teasers(warehouse, query, server: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = source(f"{server.url}/teasers", pages="teaser", language="en")
    monkeypatch.setattr(jobs, "read_sources", lambda: SimpleNamespace(sources={"harbour": wire}, problems=[]))
    story = "The ferry that was to leave at noon left at three, and those who had waited on the pier were glad of it. "
    server.routes["/story"] = lambda hostile, request, connection: answer(
        connection,
        f"<html><body><article><h1>Ferry</h1><p>{story * 3}</p><p>{story * 3}</p></article></body></html>".encode(),
        Content_Type="text/html",
    )
    items = "".join(
        f"<item><guid>{number}</guid><title>Story {number}</title><link>{server.url}/{path}</link>"
        f"<pubDate>Fri, 11 Jul 2025 18:30:00 +0530</pubDate><description>Read on …</description></item>"
        for number, path in enumerate(("story", "status/404", "status/500"))
    )
    server.routes["/teasers"] = lambda hostile, request, connection: answer(
        connection, f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    )
    assert run(wire)["new"] == 3
    assert jobs.plan_batches() == [], "they wait for their pages"
    assert fetch_pages(wire) == Pages(fetched=1, failed=2)
    assert fetch_pages(wire) == Pages(), "what failed for now is not due yet"
    assert jobs.refine_items().new == 2
    texts = dict(query("SELECT title, text FROM current_article"))
    assert story.strip() in texts["Story 0"]
    assert texts["Story 1"] == "Read on …"
    for _ in range(2):
        query("UPDATE page SET not_before = now() WHERE done_at IS NULL")
        fetch_pages(wire)
    assert jobs.refine_items().new == 1, "after three failures it is refined without its page"
    assert query("SELECT tries, reason FROM page ORDER BY item_id") == [(0, None), (1, "gone"), (3, "fetch")]


@pytest.mark.parametrize(
    "address", ["file:///etc/hosts", "/etc/hosts", "package:copydesk/errors.py", "local:///etc/hosts"]
)
def test_what_a_document_names_is_fetched_from_the_web_only(
    warehouse, query, server: Hostile, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    wire = source(f"{server.url}/archive", pages="always")
    monkeypatch.setattr(jobs, "read_sources", lambda: SimpleNamespace(sources={"harbour": wire}, problems=[]))
    block = b"The ferry ran late on Friday, and nobody minded."
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: {address}\r\nContent-Type: text/plain\r\n"
    record = (
        f"{head}WARC-Date: 2025-07-11T13:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"
    )
    server.routes["/archive"] = lambda hostile, request, connection: answer(connection, record)
    assert run(wire)["new"] == 1
    query(
        "INSERT INTO page (item_id, revision, source_id, url) SELECT item_id, 1, source_id, %s FROM item ON CONFLICT DO NOTHING",
        address,
    )
    assert fetch_pages(wire) == Pages(failed=1)
    assert query("SELECT reason FROM page") == [("forbidden",)]
    assert query("SELECT count(*) FROM payload") == [(1,)]


def test_no_item_waits_for_a_page_that_nobody_fetches(
    warehouse, query, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = source(f"{server.url}/feed", pages="always")
    monkeypatch.setattr(jobs, "read_sources", lambda: SimpleNamespace(sources={"harbour": wire}, problems=[]))
    run(wire)
    assert jobs.plan_batches() == []
    query("UPDATE page SET not_before = now() - interval '2 days'")
    assert jobs.refine_items().new == 2


def test_an_index_that_has_not_changed_still_leads_to_what_has(warehouse, query, server: Hostile) -> None:
    index = f"<sitemapindex><sitemap><loc>{server.url}/feed</loc></sitemap></sitemapindex>".encode()

    def conditional(hostile: Hostile, request: Request, connection: object) -> None:
        known = "if-none-match" in request.headers
        answer(connection, b"" if known else index, status="304 Same" if known else "200 OK", ETag='"i"')  # type: ignore[arg-type]

    server.routes["/index"] = conditional
    for _ in range(3):
        run(source(f"{server.url}/index"))
    assert len(server.asked("/feed")) == 3


def test_a_silent_source_is_seen_against_its_own_rhythm(warehouse, query, server: Hostile) -> None:
    numbers = iter(range(100))
    server.routes["/news"] = lambda hostile, request, connection: answer(connection, feed(next(numbers)))
    for _ in range(6):
        run(source(f"{server.url}/news"))
    query("UPDATE batch SET finished_at = now() - make_interval(hours => 3 * (7 - batch_id::int))")
    assert query("SELECT state, silent_after FROM source_health") == [("well", timedelta(days=1))]
    query("UPDATE batch SET finished_at = finished_at - interval '2 days'")
    assert query("SELECT state FROM source_health") == [("silent",)]
    run(source(f"{server.url}/feed", silent_after="4d"))
    query("UPDATE batch SET finished_at = finished_at - interval '1 days'")
    assert query("SELECT state, silent_after FROM source_health") == [("well", timedelta(days=4))]


def test_fetch_and_status_on_the_command_line(
    warehouse, query, server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from copydesk.cli import cli

    urls = f"['{server.url}/feed', '{server.url}/status/500']"
    (tmp_path / "s.yaml").write_text(
        "sources:\n  - {name: harbour, allow_private_addresses: true, seconds_between_requests: 0, urls: "
        + urls
        + "}\n"
    )
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    done = CliRunner().invoke(cli, ["fetch", "harbour"])
    assert done.exit_code == 3
    assert "harbour: 2 received, 2 new" in done.output
    assert "2 articles refined" in done.output
    assert "/status/500" in done.output
    assert CliRunner().invoke(cli, ["sources", "status"]).exit_code == 0
    query("UPDATE address SET failing_since = now() - interval '3 days' WHERE failures > 0")
    status = CliRunner().invoke(cli, ["sources", "status"])
    assert status.exit_code == 3
    assert "failing" in status.output
    assert '"state": "failing"' in CliRunner().invoke(cli, ["sources", "status", "--json"]).output


class World:
    """A feed of the ten newest of stories that come one a minute, served by a server in all its moods.

    Some stories are edited after a while, with an id that holds the headline; some entries repeat.
    """

    def __init__(self, server: Hostile, chance: random.Random) -> None:
        self.minute, self.chance, self.server, self.recovered = 0, chance, server, False

    def serve(self, hostile: Hostile, request: Request, connection: object) -> None:
        mood = self.mood()
        content = self.feed(max(0, self.minute - 5) if mood == "old" else self.minute)
        if mood in ("500", "429"):
            answer(connection, status=f"{mood} No", Retry_After="1")  # type: ignore[arg-type]
        elif mood == "cut":
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content[: len(content) // 2]
            )  # type: ignore[attr-defined]
            connection.close()  # type: ignore[attr-defined]
        elif mood in ("reset", "garbage", "stall"):
            from tests.fetch import hostile as routes

            path = {"reset": "/reset", "garbage": "/no-http", "stall": "/stalled"}[mood]
            routes.ROUTES[path](hostile, request, connection)  # type: ignore[arg-type]
        else:
            body = {"html": b"<html><body><p>Be right back</p></body></html>", "empty": b""}.get(mood, content)
            answer(connection, body)  # type: ignore[arg-type]

    def mood(self) -> str:
        """Of the minute, and well in one of four, so that every story can be had while it stands in the feed."""
        if self.recovered or self.minute % 4 == 0:
            return "well"
        moods = ("well", "500", "429", "cut", "reset", "garbage", "stall", "html", "empty", "old")
        return random.Random(self.minute).choice(moods)

    def feed(self, minute: int) -> bytes:
        stories = range(max(0, minute - 9), minute + 1)
        entries = [self.story(number, edited=minute - number > 4 and number % 3 == 0) for number in reversed(stories)]
        return f"<rss version='2.0'><channel><title>W</title>{''.join(entries + entries[:1])}</channel></rss>".encode()

    def story(self, number: int, *, edited: bool) -> str:
        title = f"Story {number}{', corrected' if edited else ''}"
        text = f"The ferry numbered {number} ran late on Friday, as it had on Thursday, and nobody on the pier complained of it."
        return (
            f"<item><guid isPermaLink='false'>{number}-{title}</guid><title>{title}</title>"
            f"<link>https://harbour.example/{number}?utm_source={self.chance.random()}</link>"
            f"<pubDate>Fri, 11 Jul 2025 18:{number % 60:02}:00 +0530</pubDate><description>{text}</description></item>"
        )


def test_an_hour_of_scheduled_fetching_loses_and_doubles_nothing(
    warehouse, query, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(server, random.Random(3))
    server.routes["/wire"] = world.serve
    wire = source(
        f"{server.url}/wire", f"{server.url}/status/500", f"{server.url}/endless-redirect", f"{server.url}/loop"
    )
    server.routes["/endless-redirect"] = lambda hostile, request, connection: answer(
        connection, status="302 Found", Location=f"{server.url}/endless-redirect?{random.random()}"
    )
    for minute in range(60):
        world.minute = minute
        query("UPDATE address SET not_before = NULL")  # the second that it asked for has passed
        fetched = fetch_source(wire, run_id=f"run {minute}")
        if minute % 7 == 3:
            continue  # the worker dies between fetching and loading
        ids = fetched.payload_ids
        jobs.load_payloads(ids)
        if minute % 5 == 0:
            jobs.load_payloads(ids)  # a task that is cleared and run again
    query("UPDATE address SET not_before = NULL")
    world.recovered = True
    jobs.load_payloads(fetch_source(wire).payload_ids)

    loaded = query(
        "SELECT r.title, i.revision FROM item i JOIN item_revision r USING (item_id, revision) WHERE r.title LIKE 'Story%'"
    )
    numbers = sorted(int(title.split()[1].rstrip(",")) for title, _ in loaded)
    assert len(numbers) == len(set(numbers)), "an edited headline, or a load again, made a second item"
    seen = {
        number
        for (content,) in query("SELECT content FROM payload_content")
        for number in range(60)
        if f">Story {number}<".encode() in bytes(content) or f">Story {number},".encode() in bytes(content)
    }
    assert set(numbers) == seen, "what was fetched and what was loaded are not the same"
    assert set(numbers) == set(range(60)), "a story that stood in the feed for ten minutes was never caught"
    assert max(revision for _, revision in loaded) <= 4
    assert query("SELECT count(*) FROM payload WHERE loaded_at IS NULL") == [(0,)]
    assert query("SELECT count(*) FROM batch WHERE received <> new + revised + unchanged + quarantined") == [(0,)]
    outcomes = dict(query("SELECT outcome, count(*) FROM fetch_record GROUP BY outcome"))
    assert sum(outcomes.values()) == 61 * 4
    assert {"changed", "failed"} <= set(outcomes)


def test_the_policy_of_a_source() -> None:
    policy = policy_of(source("https://a.example/", obey_robots=False))
    assert (policy.allow_private, policy.obey_robots, policy.seconds_between_requests) == (True, False, 0)
