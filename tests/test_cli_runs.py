"""``copydesk runs`` and ``copydesk stats`` on a real warehouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk import jobs
from copydesk.cli import cli
from copydesk.errors import ConfigurationError
from copydesk.model import Payload
from copydesk.sources import Source
from copydesk.warehouse import accounts
from copydesk.warehouse.connection import transaction

SAMPLES = Path(str(files("copydesk.samples")))
NOW = datetime.now(UTC)
FEEDS = {"gaceta": "noticias.xml", "midday": "midday.xml"}


def run(*arguments: object):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def answer(*arguments: object):
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse: str) -> None:
    settings = {"sources": [{"name": name, "group": "port"} for name in FEEDS] + [{"name": "alone"}]}
    (tmp_path / "sources.yaml").write_text(json.dumps(settings))
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))


@pytest.fixture
def loaded() -> dict[str, jobs.Counts]:
    """Two feeds, loaded and refined, and one payload that can't be read."""
    counts = {}
    for name, file in FEEDS.items():
        payload = Payload((SAMPLES / file).read_bytes(), NOW, f"package:{file}", "text/xml")
        payload_id = jobs.keep_payload(Source(name=name), payload)
        counts[name] = jobs.load_payloads([payload_id], run_id="ingest_port/scheduled__1").counts
    counts["refine"] = jobs.refine_items(run_id="refine/asset__2")
    jobs.link_stories()
    empty = Payload(b"", NOW, "file:///empty")
    ids = [jobs.keep_payload(Source(name="gaceta"), empty)]
    counts["empty"] = jobs.load_payloads(ids, run_id="ingest_port/manual__3").counts
    return counts


@pytest.fixture
def batch(query):
    """Writes a batch: when it began, so many minutes ago, how many minutes it took, its run."""

    def write(ago: float, minutes: float, run_id: str | None = "cli", kind: str = "refine", received: int = 60) -> None:
        started = NOW - timedelta(minutes=ago)
        query(
            "INSERT INTO batch (kind, run_id, started_at, finished_at, received, new) VALUES (%s, %s, %s, %s, %s, %s)",
            *(kind, run_id, started, started + timedelta(minutes=minutes), received, received),
        )

    return write


def test_a_run_is_what_its_batches_counted_together(loaded: dict[str, jobs.Counts]) -> None:
    empty, refined, ingested = answer("runs")
    assert (ingested["run_id"], ingested["kind"], ingested["sources"]) == (
        "ingest_port/scheduled__1",
        "ingest",
        ["gaceta", "midday"],
    )
    assert ingested["batches"] == 2
    assert ingested["received"] == ingested["new"] == loaded["gaceta"].new + loaded["midday"].new
    assert ingested["seconds"] > 0
    assert ingested["rate"] == pytest.approx(ingested["received"] / ingested["seconds"])
    assert (refined["run_id"], refined["sources"], refined["quarantined"]) == ("refine/asset__2", [], 1)
    assert refined["new"] == loaded["refine"].new > 0
    assert (empty["run_id"], empty["received"], empty["quarantined"]) == ("ingest_port/manual__3", 1, 1)
    shown = run("runs").stdout.splitlines()
    assert len(shown) == 4
    assert "scheduled__1  ingest  gaceta, midday" in shown[3]


def test_runs_are_chosen(loaded: dict[str, jobs.Counts]) -> None:
    def ids(*arguments: object) -> list[str]:
        return [found["run_id"] for found in answer("runs", *arguments)]

    assert ids("--kind", "refine") == ids("--dag", "refine") == ["refine/asset__2"]
    assert ids("--source", "gaceta") == ["ingest_port/manual__3", "ingest_port/scheduled__1"]
    assert ids("--source", "midday") == ["ingest_port/scheduled__1"]
    assert answer("runs", "--source", "midday")[0]["received"] == loaded["midday"].received
    assert ids("--dag", "ingest_port") == ["ingest_port/manual__3", "ingest_port/scheduled__1"]
    assert ids("--dag", "ingest_alone") == ids("--dag", "ingest_document") == []
    assert ids("--limit", 1) == ["ingest_port/manual__3"]
    assert ids("--since", "2100-01-01") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "lately"),
        ("--since", "0d"),
        ("--since", "9" * 30 + "d"),
        ("--kind", "link"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    assert run("runs", *arguments).exit_code == 2


def test_the_command_lines_work_is_one_run_until_it_pauses(batch) -> None:
    batch(300, 2)
    batch(296, 1)  # two minutes later
    batch(290, 30, received=600)
    batch(285, 1)  # beside a longer one
    batch(255, 1)  # within ten minutes of the end of that one
    batch(100, 1)
    assert [(found["batches"], found["received"]) for found in answer("runs")] == [(1, 60), (5, 840)]
    long = answer("runs")[1]
    assert (long["seconds"], round(long["rate"], 2)) == (46 * 60, round(840 / 46 / 60, 2))


def test_a_run_of_airflow_may_pause(batch) -> None:
    batch(300, 1, "ingest_port/scheduled__1")
    batch(200, 1, "ingest_port/scheduled__1")
    batch(200, 1, None)
    batch(100, 1, None)
    assert [(found["run_id"], found["batches"]) for found in answer("runs")] == [
        (None, 1),
        (None, 1),
        ("ingest_port/scheduled__1", 2),
    ]


def test_only_what_was_done_since_counts(batch) -> None:
    batch(60 * 24 * 8, 1)
    batch(60 * 30, 1)
    batch(30, 0)
    assert [found["batches"] for found in answer("runs")] == [1, 1]
    assert answer("runs", "--since", "1h")[0]["rate"] is None
    assert len(answer("runs", "--since", "2w")) == 3
    assert len(answer("runs", "--since", f"{NOW - timedelta(days=2):%Y-%m-%d}")) == 2
    none = run("runs", "--since", "1m")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "no such run" in none.stderr


def test_stats_count_what_is_there(loaded: dict[str, jobs.Counts], query) -> None:
    found = answer("stats")
    exact = {"about": False}
    ((items, articles, stories, copies),) = query(
        "SELECT (SELECT count(*) FROM item), count(*), count(DISTINCT story_id), count(copy_of) FROM current_article"
    )
    assert (items, articles) == (loaded["gaceta"].new + loaded["midday"].new, items - 1)
    for name, number in (("items", items), ("articles", articles), ("stories", stories), ("copies", copies)):
        assert found[name] == {"number": number, **exact}, name
    facts = query("SELECT type, count(*) FROM fact GROUP BY type")
    assert len(facts) > 5
    assert found["facts"] == {kind: {"number": number, **exact} for kind, number in facts}
    assert found["quarantine"] == {"empty": 1, "missing_metadata": 1}
    assert found["sources"] == {"at rest": 2}
    assert list(found["days"].values())[-1]["number"] == articles
    assert len(found["days"]) == 7
    assert found["per_article"] == pytest.approx(sum(table["size"] for table in found["tables"]) / articles)
    sizes = {table["table"]: table["size"] for table in found["tables"]}
    assert (
        sizes["article"]
        == query("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'article'::regclass")[
            0
        ][0]
    )
    assert found["database_size"] > sum(sizes.values())


def test_facts_of_older_revisions_are_not_counted(loaded: dict[str, jobs.Counts], query) -> None:
    before = answer("stats")["facts"]
    query("UPDATE item SET article_revision = 2, revision = 2, refined_revision = 2")
    assert before
    assert answer("stats")["facts"] == {}


def test_stats_of_one_source(loaded: dict[str, jobs.Counts], query) -> None:
    found = answer("stats", "--source", "midday", "--days", 2)
    articles = query("SELECT count(*), count(DISTINCT story_id) FROM current_article WHERE source = 'midday'")[0]
    assert (found["articles"]["number"], found["stories"]["number"]) == articles
    assert found["items"]["number"] == loaded["midday"].new
    assert found["quarantine"] == {}
    assert {kind: fact["number"] for kind, fact in found["facts"].items()} == dict(
        query("SELECT type, count(*) FROM fact WHERE source = 'midday' GROUP BY type")
    )
    assert [day["number"] for day in found["days"].values()] == [0, articles[0]]
    assert (found["database_size"], found["tables"]) == (None, [])
    with pytest.raises(ConfigurationError, match="nobody"):
        CliRunner().invoke(cli, ["stats", "--source", "nobody"], catch_exceptions=False, standalone_mode=False)


def test_what_waits_and_since_when(query) -> None:
    payload = Payload((SAMPLES / FEEDS["midday"]).read_bytes(), NOW - timedelta(days=400), "package:x", "text/xml")
    query("SELECT ensure_partitions(%s, %s)", payload.fetched_at, payload.fetched_at)
    ids = [jobs.keep_payload(Source(name="midday"), payload)]
    assert answer("stats")["waiting"] == {
        "payloads": 1,
        "items": 0,
        "again": 0,
        "oldest": None,
        "lag_seconds": None,
    }
    jobs.load_payloads(ids)
    query("UPDATE payload SET loaded_at = now() - interval '3 hours'")
    items = query("SELECT count(*) FROM item")[0][0]
    waiting = answer("stats")["waiting"]
    assert (waiting["payloads"], waiting["items"], waiting["again"]) == (0, items, 0)
    assert waiting["lag_seconds"] == pytest.approx(3 * 3600, abs=60)
    shown = run("stats").stdout
    assert f"to be refined  {items} items\n" in shown
    assert "lag            3 hours, since 20" in shown
    jobs.refine_items()
    query("UPDATE item SET refined_revision = 0")
    waiting = answer("stats")["waiting"]
    assert (waiting["items"], waiting["again"], waiting["lag_seconds"]) == (0, items, None)


def test_large_tables_are_estimated_and_said_to_be(
    loaded: dict[str, jobs.Counts], query, monkeypatch: pytest.MonkeyPatch
) -> None:
    query("INSERT INTO mention SELECT m.* FROM mention m CROSS JOIN generate_series(1, 400)")
    query(
        "INSERT INTO item (source_id, content_hash, payload_id, seen_at) SELECT source_id, content_hash, payload_id, "
        "seen_at FROM item CROSS JOIN generate_series(1, 4000)"
    )
    monkeypatch.setattr(accounts, "SAMPLED", 1024 * 1024)
    monkeypatch.setattr(accounts, "COUNTED", 1024 * 1024)
    with transaction() as connection:
        found = accounts.read_stats(connection)
    assert found is not None
    for name, number in query("SELECT type, count(*) FROM fact WHERE type IN ('person', 'place') GROUP BY type"):
        assert found.facts[name].about
        assert found.facts[name].number == pytest.approx(number, rel=0.5), name
    assert found.items.about
    assert found.items.number == pytest.approx(query("SELECT count(*) FROM item")[0][0], rel=0.3)
    assert not found.stories.about
    assert "items          about " in run("stats").stdout


def test_an_empty_warehouse_has_stats_too() -> None:
    done = run("stats")
    assert done.exit_code == 0, done.output
    assert "articles       0\n" in done.stdout
    assert answer("stats")["per_article"] is None
