from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.cli import cli, main

ARTICLE = (
    "Port Ellis closed two of its five piers on Friday after divers found cracks in the pillars, Reuters reported. "
    "About 340 boats were moved to the northern basin.\n"
    "“We must repair them before winter,” said harbour master Jo Quill.\n"
    "(Reporting by Ann Lee; Editing by Rui Dias)"
)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE)
    return path


def run(*arguments: str, **more: object):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], **more)


def test_every_command_explains_itself() -> None:
    for name, command in cli.commands.items():
        assert command.help, name
        assert run(name, "--help").exit_code == 0


def test_refine_shows_removals_and_facts_as_json(document: Path) -> None:
    done = run("refine", document, "--published", "2025-07-13", "--json")
    assert done.exit_code == 0, done.output
    article = json.loads(done.stdout)
    assert article["language"] == "en"
    assert [removal["kind"] for removal in article["removals"]] == ["signoff"]
    assert "Reporting by" not in article["text"]
    values = {fact["type"]: fact["value"] for fact in article["facts"]}
    assert values["date"]["iso"] == "2025-07-11"
    assert values["quote"]["speaker"]["name"] == "Jo Quill"


def test_refine_shows_what_was_removed_struck_through(document: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", "refine", str(document)],
        capture_output=True,
        text=True,
        env={"FORCE_COLOR": "1", "PATH": "", "COLUMNS": "200", "TERM": "xterm-256color"},
        check=True,
    )
    struck = done.stdout[done.stdout.index("\x1b[9") :]
    assert "Reporting by Ann Lee" in struck
    assert "\x1b[9" not in done.stdout[: done.stdout.index("Reporting by") - 40]


def test_refine_shows_only_what_was_changed(tmp_path: Path) -> None:
    document = tmp_path / "torn.txt"
    document.write_text(ARTICLE.replace("northern basin", "south -eastern basin"))
    shown = run("refine", document, "--diff").stdout
    assert "- Port Ellis closed" in shown
    assert "south-eastern" in shown.split("+ Port Ellis")[1].split("\n")[0]
    assert "repair, rule torn-hyphen" in shown
    assert "- (Reporting by Ann Lee" in shown
    assert "  signoff, rule signoff." in shown
    assert "We must repair" not in shown


def test_strip_gives_the_text_that_is_left_or_what_was_taken_out(document: Path) -> None:
    assert run("strip", document).stdout == ARTICLE.rpartition("\n")[0] + "\n"
    shown = run("strip", document, "--diff").stdout
    assert "@@ line 3" in shown
    assert shown.count("- ") == 1
    assert "+ " not in shown
    found = json.loads(run("strip", "-", "--json", input=ARTICLE).stdout)
    assert [removal["kind"] for removal in found["removals"]] == ["signoff"]
    assert found["text"] + found["removals"][0]["text"] == ARTICLE


def test_what_is_kept_in_doubt_is_shown(tmp_path: Path) -> None:
    document = tmp_path / "doubt.txt"
    line = "Install the app on the phone, then click on the form and contact the site to follow the account."
    document.write_text(f"The harbour has a new timetable, the council said on Friday.\n{line}")
    for command in ("strip", "refine"):
        assert f"? kept in doubt (scorer.promo, confidence 0.44): {line}" in run(command, document, "--diff").stdout
    assert "? kept in doubt" in run("refine", document).stdout
    (doubt,) = json.loads(run("strip", document, "--json").stdout)["doubts"]
    assert (doubt["text"], doubt["kind"]) == (line, "promo")
    (evidence,) = [
        row for row in json.loads(run("refine", document, "--json").stdout)["evidence"] if row["field"] == "doubt"
    ]
    assert evidence == {
        "field": "doubt",
        "value": line,
        "origin": "scorer.promo",
        "confidence": doubt["confidence"],
        "chosen": True,
    }


def test_strip_takes_the_article_out_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    lines = "".join(f"<p>{line}</p>" for line in ARTICLE.split("\n"))
    page.write_text(f"<html><body><nav><a href=x>Sport</a></nav><article>{lines}</article></body></html>")
    text = run("strip", page).stdout
    assert "harbour master Jo Quill" in text
    assert "Reporting by" not in text
    assert "Sport" not in text


def test_refine_reads_standard_input() -> None:
    done = run("refine", "-", "--json", input=ARTICLE)
    assert json.loads(done.stdout)["text"].startswith("Port Ellis")


def test_a_feed_gives_an_article_an_item_and_says_what_failed(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(
        f"<rss><channel><item><title>A</title><description>{ARTICLE}</description></item><item/></channel></rss>"
    )
    done = run("refine", feed, "--json")
    assert done.exit_code == 3
    assert [article["title"] for article in json.loads(done.stdout)] == ["A"]
    assert "neither a title nor a text" in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "there is nothing in it"), (bytes(range(256)) * 9, "no format that Copydesk reads")],
)
def test_bad_documents_end_in_one_line_and_exit_code_1(
    tmp_path: Path, content: bytes, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.bin"
    bad.write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["copydesk", "refine", str(bad)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    error = capsys.readouterr().err
    assert message in error
    assert "bad.bin" in error
    assert error.count("\n") == 1


def test_a_wrong_date_is_wrong_use(document: Path) -> None:
    assert run("refine", document, "--published", "yesterday").exit_code == 2


def test_ingest_loads_what_it_can(document: Path, tmp_path: Path, query) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    done = run("ingest", document, empty, tmp_path / "nothing.txt", "--published", "2025-07-13", "--json")
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    assert report["articles"]["new"] == 1
    assert len(report["failures"]) == 2
    assert query("SELECT published::date::text FROM current_article") == [("2025-07-13",)]
    assert query("SELECT reason FROM quarantined") == [("empty",)]
    again = run("ingest", document, "--published", "2025-07-13", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["items"]["unchanged"] == 1


def test_init_and_doctor(warehouse: str) -> None:
    assert run("init").output.strip() == "the warehouse is up to date"
    done = run("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(done.output)}
    assert findings["warehouse"]["ok"]
    assert "PostgreSQL" in findings["warehouse"]["detail"]
    assert done.exit_code == 0


def test_doctor_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_DSN", "postgresql://nobody@127.0.0.1:1/copydesk")
    done = run("doctor")
    assert done.exit_code == 1
    assert "copydesk init" in done.output
