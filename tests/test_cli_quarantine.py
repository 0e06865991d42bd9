"""``copydesk quarantine``, on items that really fail: of the samples, of feeds, of an archive."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk import jobs, retrying
from copydesk.cli import cli
from copydesk.errors import ConfigurationError
from copydesk.model import Payload
from copydesk.sources import DOCUMENTS, Source

SAMPLE = Path(str(files("copydesk.samples"))) / "noticias.xml"
SOURCE = Source(name="gaceta", outlet="La Gaceta del Puerto", language="es")
SEEN = datetime(2025, 10, 13, 8, tzinfo=UTC)
JUNK = Payload(bytes(range(256)) * 8, SEEN, "file:///junk.bin")
PARTLY = (
    "<rss><channel><item><title>Piers closed</title><description>Port Ellis closed two piers on Friday.</description>"
    "</item><item/></channel></rss>"
)


def run(*arguments: object, **more: object):
    return CliRunner().invoke(cli, ["quarantine", *map(str, arguments)], **more)


def answer(*arguments: object):
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture(autouse=True)
def require(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse: str) -> Callable[..., None]:
    """Configures what the source is required to give: title and date, until it is called."""

    def configure(*fields: str) -> None:
        settings = {"sources": [{"name": SOURCE.name, "language": "es", "require": list(fields)}]}
        (tmp_path / "sources.yaml").write_text(json.dumps(settings))

    configure("title", "published")
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    return configure


@pytest.fixture
def sample() -> None:
    """The sample feed, one item of which lacks title and date."""
    payload = Payload(SAMPLE.read_bytes(), SEEN, f"package:copydesk.samples/{SAMPLE.name}", "text/xml")
    jobs.load_payloads([jobs.keep_payload(SOURCE, payload)])
    jobs.refine_items()


@pytest.fixture
def junk() -> int:
    """A payload of no format; gives its id."""
    payload_id = jobs.keep_payload(SOURCE, JUNK)
    jobs.load_payloads([payload_id])
    return payload_id


@pytest.fixture
def readable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """As if a later version could read the junk: as what is given."""
    real = jobs.Refinery.read

    def become(text: str) -> None:
        monkeypatch.setattr(
            jobs.Refinery,
            "read",
            lambda refinery, payload: real(
                refinery,
                Payload(text.encode(), payload.fetched_at, payload.url) if payload.url == JUNK.url else payload,
            ),
        )

    return become


def test_what_waits_is_listed_with_its_reasons(sample: None, junk: int) -> None:
    shown = run("list").stdout
    assert shown.count("\n") == 5
    assert "gaceta  refine  missing_metadata" in shown
    assert "gdp-avance-0871" in shown
    assert "file:///junk.bin" in shown
    assert shown.endswith("\n2 entries wait: 1 missing_metadata, 1 unknown_format\n")
    limited = run("list", "--limit", 1)
    assert "2 entries wait" in limited.stdout
    assert "missing_metadata\n" not in limited.stdout
    assert "only the latest 1" in limited.stderr
    listed = answer("list", "--stage", "parse", "--source", "gaceta", "--reason", "unknown_format")
    assert listed["reasons"] == {"unknown_format": 1}
    assert [(entry["stage"], entry["payload_id"], entry["state"]) for entry in listed["entries"]] == [
        ("parse", junk, "waits")
    ]
    assert answer("list", "--source", "another") == {"reasons": {}, "entries": []}


def test_nothing_in_quarantine_is_no_failure() -> None:
    done = run("list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing waits" in done.stderr


def test_an_entry_is_shown_in_full_with_ways_to_go_on(sample: None, query) -> None:
    ((entry_id,),) = query("SELECT quarantine_id FROM quarantine")
    shown = run("show", entry_id).stdout
    for told in (
        "gdp-avance-0871: it has no title and no published",
        "reason        missing_metadata",
        "tried         1 time, last 20",
        "link          https://gaceta-del-puerto.example/mundo/avance-0871",
        "  | AVANCE. La aerolínea confirma",
        "copydesk refine package:copydesk.samples/noticias.xml",
        f"copydesk quarantine retry {entry_id}",
        f"copydesk quarantine drop {entry_id}",
    ):
        assert told in shown, told
    detail = answer("show", entry_id)
    assert detail["payload"]["size"] == SAMPLE.stat().st_size
    assert detail["payload"]["sha256"] in shown
    assert detail["text"].startswith("AVANCE. ")


def test_an_entry_that_is_not_there_is_said_to_be_missing() -> None:
    for arguments in (("show", 7), ("retry", 7), ("drop", 7), ("retry", "--all"), ("drop", "--reason", "x", "--yes")):
        done = run(*arguments)
        assert done.exit_code == 1
        assert isinstance(done.exception, ConfigurationError), arguments
        assert "quarantine list" in str(done.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ("retry",),
        ("drop",),
        ("drop", "--all"),
        ("retry", "1", "--all"),
        ("drop", "1", "--source", "gaceta"),
        ("list", "--stage", "link"),
        ("show", "first"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_an_item_is_refined_again_and_leaves(sample: None, query, require) -> None:
    before = query("SELECT count(*) FROM article")[0][0]
    again = run("retry", "--reason", "missing_metadata")
    assert again.exit_code == 3
    assert again.stdout.startswith("0 of 1 entry left the quarantine, 1 is in it again")
    assert "gdp-avance-0871: it has no" in again.stderr
    require()
    done = run("retry", "--source", "gaceta")
    assert (done.exit_code, done.stdout) == (0, "1 of 1 entry left the quarantine; 1 article loaded\n")
    assert query("SELECT count(*) FROM quarantined") == [(0,)]
    assert query("SELECT count(*) FROM article") == query("SELECT count(*) FROM story_member") == [(before + 1,)]


def test_a_payload_is_loaded_again_and_its_items_are_refined(junk: int, query, readable) -> None:
    assert run("retry", "--all").exit_code == 3
    readable(SAMPLE.read_text())
    done = run("retry", "--all", "--json")
    assert done.exit_code == 3  # one of its items lacks what its source must give
    outcome = json.loads(done.stdout)
    assert {name: outcome[name] for name in ("selected", "left", "again", "new", "articles")} == {
        "selected": 1,
        "left": 1,
        "again": 0,
        "new": 1,
        "articles": query("SELECT count(*) FROM article")[0][0],
    }
    assert query("SELECT stage, reason FROM quarantined") == [("refine", "missing_metadata")]


def test_what_a_person_said_of_a_payload_holds_when_it_is_loaded_again(query, readable) -> None:
    payload_id = jobs.keep_payload(DOCUMENTS, JUNK)
    readable(PARTLY)
    given = jobs.Given(published=SEEN, outlet="Elsewhere")
    jobs.load_payloads([payload_id], given=given)
    jobs.refine_items()
    later = run("retry", "--all", "--later")
    assert later.exit_code == 1
    assert "no DAG loads the source documents" in later.stderr
    readable(PARTLY.replace("<item/>", "<item><title>Boats moved</title><description>Many boats.</description></item>"))
    assert run("retry", "--all").exit_code == 0
    assert query("SELECT title, revisions, outlet, published FROM current_article ORDER BY title") == [
        ("Boats moved", 1, "Elsewhere", SEEN),
        ("Piers closed", 1, "Elsewhere", SEEN),
    ]


def test_batches_are_bounded(monkeypatch: pytest.MonkeyPatch, query, require) -> None:
    entries = "".join(
        f"<item><guid>{number}</guid><title>Muelle {number}</title><description>El muelle {number} cerró.</description>"
        "</item>"
        for number in range(5)
    )
    payload = Payload(f"<rss><channel>{entries}</channel></rss>".encode(), SEEN, "package:five.xml", "text/xml")
    jobs.load_payloads([jobs.keep_payload(SOURCE, payload)])
    jobs.refine_items()
    require()
    monkeypatch.setattr(retrying, "BATCH", 2)
    assert run("retry", "--all").exit_code == 0
    assert query("SELECT received FROM batch WHERE kind = 'refine' AND run_id = 'cli' ORDER BY batch_id") == [
        (2,),
        (2,),
        (1,),
    ]


def test_later_only_marks_for_the_next_runs(sample: None, junk: int, query, require) -> None:
    require()
    done = run("retry", "--all", "--later")
    assert (done.exit_code, done.stdout) == (
        0,
        "1 payload will be loaded and 1 item refined again by the next runs\n",
    )
    assert query("SELECT payload_id FROM payload WHERE loaded_at IS NULL") == [(junk,)]
    assert query("SELECT count(*) FROM quarantined") == [(2,)]
    assert len(jobs.plan_batches()) == 1
    assert jobs.refine_items().new == 1
    assert query("SELECT stage FROM quarantined") == [("parse",)]


def test_an_item_whose_page_is_awaited_is_left_to_the_next_run(sample: None, query) -> None:
    query(
        "INSERT INTO page (item_id, revision, source_id, url) "
        "SELECT item_id, revision, source_id, 'https://x.example/' FROM quarantine WHERE stage = 'refine'"
    )
    done = run("retry", "--all")
    assert done.exit_code == 3
    assert "0 of 1 entry left the quarantine, 1 will be tried by the next run" in done.stdout


def test_a_record_of_an_archive_is_not_tried_by_itself(tmp_path: Path, warc_record, query) -> None:
    cut = warc_record("<p>Port Ellis closed", url="https://harbour.example/cut", length=5000)
    archive = tmp_path / "two words.warc.gz"
    archive.write_bytes(gzip.compress(warc_record("<p>x")) + b"junk" + gzip.compress(cut))
    loaded = CliRunner().invoke(cli, ["backfill", str(archive), "--source", "gaceta", "--no-refine"])
    assert loaded.exit_code == 3
    assert query("SELECT count(*), count(payload_id) FROM quarantined WHERE reason = 'broken_format'") == [(2, 1)]
    items = query("SELECT count(*) FROM item")
    done = run("retry", "--reason", "broken_format")
    assert done.exit_code == 1
    assert f"copydesk backfill --again '{archive}' --source gaceta" in done.stderr
    assert "copydesk backfill --again ARCHIVE --source gaceta" in done.stderr
    assert query("SELECT count(*) FROM item") == items
    assert query("SELECT count(*) FROM quarantined WHERE reason = 'broken_format'") == [(2,)]
    ((record,),) = query("SELECT quarantine_id FROM quarantine WHERE payload_id IS NULL")
    shown = run("show", record).stdout
    assert "archive       1, " in shown
    assert "quarantine retry" not in shown
    assert "copydesk backfill --again" in shown


def test_dropping_by_filter_asks_first(sample: None, junk: int, query) -> None:
    asked = run("drop", "--source", "gaceta", input="n\n")
    assert asked.exit_code == 1
    assert "Drop 2 entries (1 missing_metadata, 1 unknown_format)?" in asked.stderr
    assert run("drop", "--source", "gaceta").exit_code == 1  # nobody is there to answer
    assert query("SELECT count(*) FROM quarantined") == [(2,)]
    done = run("drop", "--reason", "unknown_format", "--yes")
    assert (done.exit_code, done.stdout.partition(";")[0]) == (0, "1 entry dropped")
    assert run("drop", "--source", "gaceta", input="y\n").exit_code == 0
    assert query("SELECT count(*) FROM quarantined") == [(0,)]
    assert answer("list", "--dropped")["reasons"] == {"missing_metadata": 1, "unknown_format": 1}
    assert "2 entries were dropped" in run("list", "--dropped").stdout


def test_what_was_dropped_is_taken_back_by_its_id_only(sample: None, query, require) -> None:
    ((entry_id,),) = query("SELECT quarantine_id FROM quarantine")
    assert answer("drop", entry_id) == {"dropped": [entry_id]}
    assert run("retry", "--all").exit_code == 1
    assert "dropped since" in run("drop", entry_id).stderr
    assert run("retry", entry_id).exit_code == 3
    assert query("SELECT dropped_at, tries FROM quarantine") == [(None, 2)]
    run("drop", entry_id)
    require()
    assert run("retry", entry_id).exit_code == 0
    gone = run("retry", entry_id)
    assert (gone.exit_code, "resolved since" in gone.stderr) == (1, True)
