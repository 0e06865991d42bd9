"""Whatever the corpora hold: text plus removals plus repairs gives back the item's text, letter for letter, and every
fact's offsets give back its words."""

from __future__ import annotations

import gzip
import json
import lzma
import random
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest

from copydesk import annotate
from copydesk.boilerplate import strip
from copydesk.model import offset_map
from copydesk.repair import find_repairs

CORPORA = ("boilerplate/dev.jsonl", "extraction/*.jsonl.xz", "facts/*.jsonl.gz", "syndication/*.jsonl.gz")
TEXTS = 80
"""Of each file, and as many mixtures of their lines."""
FACT_TEXTS, LONGEST = 40, 3000
"""Of these, those in which facts are sought, and how many characters of each."""


def texts_of(file: Path) -> list[str]:
    opened = {".xz": lzma.open, ".gz": gzip.open}.get(file.suffix, open)
    with opened(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [text for row in rows if (text := row.get("text") or row.get("truth", {}).get("text"))]
    return random.Random(7).sample(texts, min(TEXTS, len(texts)))


def mixtures(texts: list[str]) -> Iterator[str]:
    """The texts' lines in new orders, torn, doubled and damaged as they are on the way."""
    chance = random.Random(8)
    lines = [line for text in texts for line in text.split("\n")]
    damages = ("\u00ad", " -", "  ", "&amp;quot;", "<br/>", "\u200b", "Ã©", "\n\n", "", "\\u2019", "``", "\u00a0,")
    for _ in range(TEXTS):
        parts = chance.sample(lines, min(len(lines), 8))
        cut = [part[: chance.randrange(len(part) + 1)] + chance.choice(damages) + part[-40:] for part in parts]
        yield chance.choice(("\n", "\n\n", " ")).join(cut)


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_text_comes_back_exactly(shared: Path, corpus: str) -> None:
    files = sorted((shared / "corpora").glob(corpus))
    assert files
    for file in files:
        texts = texts_of(file)
        for text in (*texts, *mixtures(texts)):
            removals = strip(text).removals
            repairs = find_repairs(text, skip=[(removal.start, removal.end) for removal in removals])
            edits = sorted([(r.start, r.end, r.text) for r in removals] + [(r.start, r.end, r.text) for r in repairs])
            for (_, end, _), (start, _, _) in pairwise(edits):
                assert end <= start
            assert all(text[start:end] == was for start, end, was in edits)
            offsets = offset_map(removals, repairs)
            clean = offsets.apply(text)
            assert given_back(clean, removals, repairs) == text


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_fact_gives_back_its_words(shared: Path, corpus: str) -> None:
    for file in sorted((shared / "corpora").glob(corpus)):
        texts = texts_of(file)
        for text in (*texts[:FACT_TEXTS], *islice(mixtures(texts), FACT_TEXTS)):
            short = text[:LONGEST]
            for fact in annotate(short, published="2025-07-13"):
                assert short[fact.start : fact.end] == fact.text != ""
                start, end = fact.sentence
                assert start <= fact.start < end
                covered = [fact.under, (fact.value.get("covers_start", 0), fact.value.get("covers_end", 0))]
                assert all(0 <= low <= high <= len(short) for low, high in filter(None, covered))


def given_back(clean: str, removals, repairs) -> str:
    """The item's text, from the clean text and what was done to it, without the item's text."""
    parts, at, source_at = [], 0, 0
    done = [(r.start, r.end, r.text, "") for r in removals]
    done += [(r.start, r.end, r.text, r.replacement) for r in repairs]
    for start, end, was, now in sorted(done):
        same = start - source_at
        parts += [clean[at : at + same], was]
        assert clean[at + same : at + same + len(now)] == now
        at, source_at = at + same + len(now), end
    return "".join([*parts, clean[at:]])
