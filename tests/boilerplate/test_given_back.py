"""Whatever lines of whatever corpus an article is made of: its text, removals and repairs give the item's text back."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterable
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.errors import NoText
from copydesk.model import Article, Item
from copydesk.pipeline import refine

LINES_OF_A_FILE = 400
JOINTS = st.sampled_from(["\n", "\n\n", "\r\n", " ", "\n \n", "\u2028"])
DAMAGE = st.sampled_from(["", "\u00ad", "\u200b", "&amp;quot;", "<br>", "\\n", "Ã©", "``x''", " -", "  ", "\x00", "İ"])


def lines_of(corpora: Path) -> Iterable[str]:
    """Up to 400 texts or lines of every file with texts, of news and of what is none."""
    for file in sorted(corpora.glob("*/*.jsonl*")):
        opened = {".gz": gzip.open, ".xz": lzma.open}.get(file.suffix, open)
        with opened(file, "rt", encoding="utf-8") as rows:
            texts = (row.get("text") or (row.get("truth") or {}).get("text") for row in map(json.loads, rows))
            found = (line for text in texts if isinstance(text, str) for line in text.split("\n"))
            yield from islice(found, LINES_OF_A_FILE)


@pytest.fixture(scope="module")
def lines(shared: Path) -> list[str]:
    found = [line[:600] for line in lines_of(shared / "corpora")]
    assert len(found) > 3_000
    return found


def check(text: str) -> Article:
    article = refine(Item(body=text))
    assert article.source_text() == text.replace("\x00", "")
    edits = article.offsets.edits
    assert all(start <= end for start, end, _ in edits)
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(edits))
    assert not edits or 0 <= edits[0][0] <= edits[-1][1] <= len(text)
    for fact in article.facts:
        assert article.text[fact.start : fact.end] == fact.text
        assert article.offsets.to_source(fact.start) <= article.offsets.to_source(fact.end, end=True)
    return article


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_mixtures_of_real_lines_come_back(lines: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=12))
    damage = data.draw(st.lists(DAMAGE, min_size=len(chosen), max_size=len(chosen)))
    text = data.draw(JOINTS).join(lines[number] + what for number, what in zip(chosen, damage, strict=True))
    try:
        check(text)
    except NoText:
        return


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.text("a©(/\n.A İß\ue001\u0301ー", max_size=80)))
def test_text_of_any_characters_comes_back(text: str) -> None:
    try:
        check(text)
    except NoText:
        return
