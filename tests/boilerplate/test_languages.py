"""In every language of the table the main kinds of lines go, and news that looks like them stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from copydesk import strip

LANGUAGES = tomllib.loads(Path(__file__).with_name("data").joinpath("languages.toml").read_text("utf-8"))
STORY = (
    "The ferry left the harbour on Monday with ninety people on board.\n\n"
    "It ran aground at noon.\n\n"
    "Nobody was hurt, the mayor said."
)


def test_there_are_25_languages_and_more_with_five_kinds_each() -> None:
    assert len(LANGUAGES) >= 25
    assert all(len(row["lines"]) >= 5 and row["news"] for row in LANGUAGES.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_under_an_article_go_each_alone_and_all_together(language: str) -> None:
    lines = LANGUAGES[language]["lines"]
    for line in lines:
        assert strip(f"{STORY}\n\n{line}", language=language).text == STORY, line
    assert strip("\n\n".join([STORY, *lines]), language=language).text == STORY


@pytest.mark.parametrize("language", LANGUAGES)
def test_news_that_looks_alike_stays(language: str) -> None:
    for sentence in LANGUAGES[language]["news"]:
        text = f"{STORY}\n\n{sentence}"
        assert strip(text, language=language).text == text
