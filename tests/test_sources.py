from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.errors import ConfigurationError
from copydesk.sources import DOCUMENTS, find_source, load_sources

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
        ("sources: []\nextra: 1", "unknown: extra"),
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
