from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from copydesk.cli import cli
from copydesk.cli_sources import _choose as choose
from copydesk.sources import load_sources
from copydesk.sources.show import trial_parts
from copydesk.sources.trial import Sample, Trial

OPML = """<opml version="2.0"><body><outline text="Ports">
<outline text="Harbour Post" xmlUrl="https://harbour.example/feed"/>
<outline text="Hafenblatt" xmlUrl="https://hafen.example/rss"/></outline></body></opml>"""


def run(*arguments: object, **more: object) -> Result:
    return CliRunner().invoke(cli, ["sources", *map(str, arguments)], **more)


def put(folder: Path, text: str, name: str = "news.yaml") -> None:
    (folder / name).write_text(text)


def source(url: str, more: str = "") -> str:
    return f"sources:\n  - name: harbour\n    allow_private_addresses: true\n    urls: ['{url}']\n{more}"


def test_list_shows_what_is_right_and_tells_what_is_not(folder: Path) -> None:
    put(folder, source("https://harbour.example/feed", "    group: ports\n    schedule: '@daily'\n"))
    done = run("list")
    assert done.exit_code == 0
    assert "harbour  ports" in done.stdout
    assert "https://harbour.example/feed" in done.stdout
    put(folder, "sources: [", "broken.yaml")
    done = run("list", "--json")
    assert done.exit_code == 3
    assert [entry["name"] for entry in json.loads(done.stdout)] == ["harbour"]
    assert done.stderr.startswith(f"copydesk: {folder / 'broken.yaml'}:1:")


def test_check_tells_every_problem(folder: Path) -> None:
    put(folder, source("https://harbour.example/feed"))
    done = run("check")
    assert (done.exit_code, done.stdout) == (0, "1 source is right\n")
    put(folder, "sources: [{name: x1, country: UK, language: xx}]", "more.yaml")
    done = run("check", "--json")
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["problems"]) == 2


def test_check_try_shows_what_would_be_ingested(folder: Path, site) -> None:
    put(folder, source(site.put_feed("/feed")))
    done = run("check", "harbour", "--try", "--limit", 2)
    assert done.exit_code == 0, done.output
    assert "RSS" in done.stdout
    assert "3 items" in done.stdout
    assert done.stdout.count("Pier") == 2
    assert site.asked == ["/robots.txt", "/feed"]


def test_check_try_says_what_would_go_to_quarantine(folder: Path, site) -> None:
    undated = (
        "<rss><channel><item><title>Piers close</title><description>Two of five.</description></item></channel></rss>"
    )
    put(folder, source(site.put("/feed", undated, "application/rss+xml")))
    done = run("check", "--try", "--json")
    assert done.exit_code == 3
    ((trial,),) = json.loads(done.stdout)["tried"].values()
    (sample,) = trial["samples"]
    assert sample["refused"]
    assert sample["flags"][:3] == ["no date", "no id", "teaser only"]
    assert sample["flags"][3].startswith("would be quarantined: it has no published")


@pytest.mark.parametrize(("pages", "refused"), [("never", True), ("teaser", False), ("always", False)])
def test_check_try_knows_whose_pages_would_be_fetched(folder: Path, site, pages: str, refused: bool) -> None:
    put(folder, source(site.put_feed("/feed", text="", items=1), f"    pages: {pages}\n"))
    done = run("check", "--try", "--json")
    ((trial,),) = json.loads(done.stdout)["tried"].values()
    assert trial["samples"][0]["refused"] is refused
    assert ("its page would be fetched" in trial["samples"][0]["flags"]) is not refused


def test_check_try_keeps_to_the_sources_own_policy(folder: Path, site) -> None:
    put(folder, source(site.put_feed("/feed")).replace("true", "false"))
    done = run("check", "--try")
    assert done.exit_code == 1
    assert "private network" in done.stdout
    assert not site.asked


def test_check_try_tells_the_address_that_fails_from_the_one_that_does_not(folder: Path, site) -> None:
    put(folder, source(f"{site.put_feed('/feed')}', '{site.url}/gone"))
    done = run("check", "--try")
    assert done.exit_code == 3
    assert "404" in done.stdout


def test_what_a_feed_says_has_no_power_over_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    sample = Sample("\x1b[2J\x9b2J[bold]Piers[/bold]", None, "en", 5, ("would be quarantined: \x1b[2J",))
    Console(width=200).print(*trial_parts("harbour", Trial("https://a.example/\x1b[2J", samples=(sample,))))
    shown = capsys.readouterr().out
    assert "[bold]Piers[/bold]" in shown
    assert not {"\x1b", "\x9b"} & set(shown)


def test_add_writes_a_source_that_loads(folder: Path, site) -> None:
    start = site.put("/", '<html><a href="/rss/old">a</a><a href="/rss/new">b</a></html>')
    site.put_feed("/rss/old", age=timedelta(days=400), section="old")
    url = site.put_feed("/rss/new")
    done = run("add", start)
    assert done.exit_code == 0, done.output
    added = load_sources(folder)
    assert list(added) == ["the_harbour_post"]
    assert added["the_harbour_post"].urls == (url,)
    assert added["the_harbour_post"].language == "en-GB"
    assert added["the_harbour_post"].allow_private_addresses
    assert (folder / "the_harbour_post.yaml").read_text().startswith("sources:\n  - name: the_harbour_post\n")
    assert "Pier 0 of Port Ellis closes" in done.stdout
    assert str(run("add", start).exception) == (
        f"{url} is there already: source the_harbour_post, {folder / 'the_harbour_post.yaml'}:2"
    )


def test_add_takes_what_it_is_told(folder: Path, site) -> None:
    start = site.put("/", '<html><a href="/rss/a">a</a><a href="/rss/b">b</a></html>')
    urls = [site.put_feed(f"/rss/{letter}", section=letter) for letter in "ab"]
    arguments = ("add", start, "--all", "--name", "piers", "--schedule", "@daily", "--file", "ports", "--json")
    dry = json.loads(run(*arguments, "--dry-run").stdout)
    assert not list(folder.iterdir())
    assert (dry["written"], dry["source"]["name"]) == (False, "piers")
    done = json.loads(run(*arguments).stdout)
    assert done["file"] == str(folder / "ports.yaml")
    assert [feed["url"] for feed in done["feeds"]] == urls
    assert len(done["tried"]) == 2
    added = load_sources(folder)["piers"]
    assert (added.urls, added.schedule) == (tuple(urls), "@daily")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--file", "../x.yaml"), "right in"),
        (("--file", "x.txt"), "right in"),
        (("--file", "taken.yaml"), "not overwritten"),
        (("--name", "taken"), "'taken' is taken"),
        (("--schedule", "often"), "five fields"),
    ],
)
def test_add_overwrites_nothing(folder: Path, site, arguments: tuple[str, ...], message: str) -> None:
    put(folder, "sources: [{name: taken}]", "taken.yaml")
    done = run("add", site.put_feed("/feed"), *arguments)
    assert message in str(done.exception)
    assert [path.name for path in folder.parent.rglob("*.*")] == ["taken.yaml"]


@pytest.mark.parametrize(
    ("answer", "chosen"), [("\n", ["a"]), ("3, 1\n", ["c", "a"]), ("2 2\n", ["b"]), ("all\n", ["a", "b", "c"])]
)
def test_a_person_chooses_feeds(answer: str, chosen: list[str]) -> None:
    with CliRunner().isolation(answer):
        assert choose(["a", "b", "c"]) == chosen


@pytest.mark.parametrize("answer", ["4\n", "0\n", "-1\n", "first\n", ",\n"])
def test_a_wrong_choice_is_refused(answer: str) -> None:
    with CliRunner().isolation(answer), pytest.raises(click.BadParameter, match="is no"):
        choose(["a", "b", "c"])


def test_import_adds_what_is_new(folder: Path, tmp_path: Path) -> None:
    put(folder, source("http://harbour.example/feed/"))
    (tmp_path / "My Feeds.opml").write_text(OPML)
    dry = run("import", tmp_path / "My Feeds.opml", "--dry-run")
    assert "name: hafenblatt" in dry.stdout
    assert not (folder / "my_feeds.yaml").exists()
    done = run("import", tmp_path / "My Feeds.opml")
    assert done.exit_code == 0, done.output
    assert "the source harbour has it" in done.stdout
    assert done.stdout.splitlines()[-1] == f"1 added, 1 skipped: {folder / 'my_feeds.yaml'}"
    added = load_sources(folder)["hafenblatt"]
    assert (added.group, added.urls, added.schedule) == ("ports", ("https://hafen.example/rss",), "*/30 * * * *")
    again = run("import", tmp_path / "My Feeds.opml", "--json")
    assert json.loads(again.stdout)["added"] == []
    assert again.exit_code == 0
