"""Real articles that people cleaned by hand: little is left to strip, and what they say stays."""

from __future__ import annotations

import hashlib
import json
import lzma
from pathlib import Path

import pytest

from copydesk.boilerplate import strip


@pytest.fixture(scope="module")
def articles(shared: Path) -> list[tuple[str, str | None]]:
    """300 texts of the extraction corpus with their languages, the same at every run."""
    found = []
    for file in sorted((shared / "corpora" / "extraction").glob("*.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            found += [
                (hashlib.sha256(row["name"].encode()).hexdigest(), text, row["lang_guess"] or None)
                for row in map(json.loads, lines)
                if (text := row["truth"].get("text"))
            ]
    return [(text, language) for _, text, language in sorted(found)[:300]]


def test_hardly_anything_of_a_clean_article_goes(articles: list[tuple[str, str | None]]) -> None:
    total = sum(len(text) for text, _ in articles)
    gone = sum(len(removal.text) for text, language in articles for removal in strip(text, language=language).removals)
    assert len(articles) == 300
    assert gone < 0.003 * total


def test_text_and_removals_give_the_article_back(articles: list[tuple[str, str | None]]) -> None:
    for text, language in articles:
        found = strip(text, language=language)
        parts, at = [], 0
        for removal in found.removals:
            assert at <= removal.start < removal.end <= len(text)
            assert text[removal.start : removal.end] == removal.text
            parts.append(text[at : removal.start])
            at = removal.end
        assert "".join([*parts, text[at:]]) == found.text
