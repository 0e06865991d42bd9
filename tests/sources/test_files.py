from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.errors import ConfigurationError
from copydesk.sources import DOCUMENTS, Source, find_source, load_sources, read_sources

GOOD = """\
defaults:
  country: IN
  tags: [wire]
sources:
  - name: harbour_post
    outlet: The Harbour Post
    urls: ["https://harbour.example/feed"]
    schedule: "*/15 * * * *"
    timezone: Asia/Kolkata
  - name: hafenbote
    country: DE
"""


def write(folder: Path, text: str, name: str = "news.yaml") -> Path:
    (folder / name).write_text(text)
    return folder


def test_defaults_hold_unless_a_source_says_otherwise(tmp_path: Path) -> None:
    sources = load_sources(write(tmp_path, GOOD))
    assert list(sources) == ["harbour_post", "hafenbote"]
    assert sources["harbour_post"].country == "IN"
    assert sources["hafenbote"].country == "DE"
    assert sources["hafenbote"].tags == ("wire",)
    assert sources["hafenbote"].require == ("title", "published")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("schedule", "shedule"), "news.yaml:8: shedule"),
        (GOOD.replace("country: DE", "country: Germany"), "news.yaml:11: country"),
        (GOOD.replace("Asia/Kolkata", "Asia/Calcuta"), "news.yaml:9: timezone"),
        (GOOD.replace("hafenbote", "Hafen Bote"), "news.yaml:10: name"),
        (GOOD.replace("name: hafenbote", "name: harbour_post"), "news.yaml:10: name: 'harbour_post' is taken"),
        (GOOD.replace("name: hafenbote", "name: documents"), "is taken by copydesk"),
        ("sources: {}", "news.yaml:1: a source file holds"),
        ("a: [", "news.yaml"),
        ("sources: [x]", "news.yaml:1: a source is a mapping"),
        ("sources: []\nextra: 1", "news.yaml:2: unknown: extra"),
        ("", "news.yaml:1: a source file holds"),
        (GOOD.replace("schedule", "shedule"), "did you mean schedule?"),
        (GOOD.replace("outlet: The Harbour Post", "language: no"), "news.yaml:6: language: YAML reads this word"),
        (GOOD.replace("[wire]", "wire"), "news.yaml:3: tags: this must be a list"),
        (GOOD.replace("[wire]", "[wire, 7]"), "news.yaml:3: tags.1: this must be text"),
        (GOOD.replace("  - name: hafenbote\n", "  - outlet: Hafenbote\n"), "news.yaml:10: name: this is needed"),
        (GOOD.replace("country: DE", "country: DE\n    country: AT"), "news.yaml:12: this is no YAML: country stands"),
        (GOOD.replace("country: DE", "country: DE\n    7: x"), "news.yaml:12: 7: "),
        (
            GOOD.replace("country: DE", "urls:\n      - https://a.example/\n      - htps://b.example/"),
            "news.yaml:13: urls.1: htps: can't be fetched (did you mean https?)",
        ),
        ("defaults: [1]\nsources: []", "news.yaml:1: defaults is a mapping"),
        ("sources: " + "[" * 5000, "nested too deeply"),
        ("sources: [{name: hafenbote, tags: [2025-13-45]}]", "news.yaml: it can't be read: month must be"),
        ("sources: [{name: hafenbote, tags: &a [*a]}]", "tags"),
    ],
)
def test_an_error_names_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_sources(write(tmp_path, text))
    assert message in str(caught.value)


def test_a_source_is_found_by_name(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert find_source("hafenbote", tmp_path).name == "hafenbote"
    assert find_source("documents", tmp_path) is DOCUMENTS
    with pytest.raises(ConfigurationError, match="harbour_post"):
        find_source("nobody", tmp_path)


def test_the_projects_own_sources_are_right() -> None:
    assert len(load_sources()) >= 3


def test_all_problems_are_told_each_on_its_line(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("country: DE", "country: Germany\n    language: xx"))
    write(tmp_path, "sources: [", "broken.yaml")
    with pytest.raises(ConfigurationError) as caught:
        load_sources(tmp_path)
    places = [line.removeprefix(str(tmp_path)).split(" ")[0] for line in str(caught.value).splitlines()]
    assert sorted(places) == ["/broken.yaml:1:", "/news.yaml:11:", "/news.yaml:12:"]


def test_what_is_wrong_with_the_defaults_is_told_once(tmp_path: Path) -> None:
    read = read_sources(write(tmp_path, GOOD.replace("country: IN", "zone: UTC")))
    assert not read.sources
    assert [str(problem).split(": ")[1] for problem in read.problems] == ["zone"]


def test_what_is_wrong_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("country: DE", "country: Germany"))
    write(tmp_path, "sources: [", "broken.yaml")
    write(tmp_path, "sources: [{name: other}]", "other.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"sources: [{name: caf\xe9}]")
    read = read_sources(tmp_path)
    assert list(read.sources) == ["harbour_post", "other"]
    assert read.places["harbour_post"] == f"{tmp_path / 'news.yaml'}:5"
    assert len(read.problems) == 4
    assert find_source("other", tmp_path).name == "other"
    with pytest.raises(ConfigurationError, match="did you mean harbour_post"):
        find_source("harbor_post", tmp_path)


def test_a_merge_key_gives_lines_too(tmp_path: Path) -> None:
    text = "sources:\n  - &first\n    name: first\n    country: DE\n  - <<: *first\n    name: second\n    tags: x\n"
    read = read_sources(write(tmp_path, text))
    assert [str(problem).removeprefix(f"{tmp_path}/")[:17] for problem in read.problems] == ["news.yaml:7: tags"]
    read = read_sources(write(tmp_path, text.replace("tags: x", "tags: [x]")))
    assert read.sources["second"].country == "DE"


GROUPED = """\
defaults: {group: ports, schedule: "@hourly"}
sources:
  - name: first
  - name: second
"""


def test_sources_of_one_group_share_schedule_and_time_zone(tmp_path: Path) -> None:
    assert len(load_sources(write(tmp_path, GROUPED))) == 2
    write(tmp_path, "sources:\n  - name: third\n    group: ports\n    schedule: '@daily'\n", "third.yaml")
    read = read_sources(tmp_path)
    assert list(read.sources) == ["first", "second"]
    (problem,) = read.problems
    assert "third.yaml:4: schedule: '@daily' is not that of 'first'" in str(problem)
    write(tmp_path, GROUPED + "    timezone: Asia/Kolkata\n")
    assert "news.yaml:5: timezone" in str(read_sources(tmp_path).problems[0])


@pytest.mark.parametrize("group", ["harbour_post", "document"])
def test_a_groups_dag_is_no_sources(tmp_path: Path, group: str) -> None:
    (problem,) = read_sources(write(tmp_path, GOOD + f"    group: {group}\n")).problems
    assert f"news.yaml:12: group: the DAG ingest_{group}" in str(problem)


def test_a_group_may_be_called_as_one_of_its_sources(tmp_path: Path) -> None:
    assert len(load_sources(write(tmp_path, GROUPED.replace("ports", "first")))) == 2


def test_a_sources_defaults_are_those_of_a_good_guest() -> None:
    source = Source(name="harbour_post")
    assert source.obey_robots
    assert not source.allow_private_addresses
    assert source.seconds_between_requests == 1
    assert source.pages == "never"
