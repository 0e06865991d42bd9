"""Facts: how fast all of them are found, what a first call costs, and names regardless of their type.

    python -m tests.benchmarks.facts [--data FOLDER] [--rounds N]

FOLDER has the facts corpora (``entities.jsonl.gz``, ``quotes.jsonl.gz`` …), by default that of the shared folder beside
the checkout. Names are scored as spans: one of ours and one of the corpus are a pair where they overlap; of the pairs
the share with the right type is counted by the corpus's type. What a corpus calls ``misc`` (peoples, works, events) is
left out of what is to be found, and counts against us where we call it a name. Times are of one process and the CPU,
the best of several rounds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from copydesk import annotate

SHARED = Path(__file__).parents[2].parent / "shared" / "corpora" / "facts"
NEWS = ("conll2002", "harem2", "germeval2014", "bsnlp2017", "uner")
NAMES = ("person", "organisation", "place")
SPEED = (
    ("quotes", "polnear", "en"),
    ("places", "lgl", "en"),
    ("dates", "harem2", "pt"),
    ("entities", "n3-news100", "de"),
)
FIRST_CALL = (
    "import time, resource; began = time.perf_counter(); from copydesk import annotate; "
    "annotate('Nine people met in Lisbon on Friday.', language='en', published='2025-07-13'); "
    "print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)


def documents(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / f"{kind}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def speed(folder: Path, rounds: int) -> Table:
    table = Table(title=f"characters a cpu-second, the best of {rounds} rounds")
    for column in ("corpus", "documents", "characters/cpu-s"):
        table.add_column(column, justify="left" if column == "corpus" else "right")
    for kind, source, language in SPEED:
        texts = [(doc["text"], doc["published"]) for doc in documents(folder, kind) if doc["source"] == source][:120]
        best = min(timed(texts, language) for _ in range(rounds + 1))
        table.add_row(source, str(len(texts)), f"{sum(len(text) for text, _ in texts) / best:,.0f}")
    return table


def timed(texts: list[tuple[str, str]], language: str) -> float:
    began = time.process_time()
    for text, published in texts:
        annotate(text, language=language, published=published)
    return time.process_time() - began


def paired(gold: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """One to one; the same type and the larger overlap first."""
    pairs = []
    for i, one in enumerate(gold):
        for j, other in enumerate(found):
            shared = min(one["end"], other["end"]) - max(one["start"], other["start"])
            if shared > 0:
                pairs.append((one["type"] == other["type"], shared, i, j))
    left, right, kept = set(), set(), []
    for _, _, i, j in sorted(pairs, reverse=True):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            kept.append((i, j))
    return kept


def names(folder: Path) -> Table:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in documents(folder, "entities"):
        if not doc["source"].startswith(NEWS):
            continue
        gold = [fact for fact in doc["facts"] if fact["type"] in NAMES and fact["start"] is not None]
        found = [
            {"type": fact.type, "start": fact.start, "end": fact.end}
            for fact in annotate(doc["text"], language=doc["lang"], published=doc["published"])
            if fact.type in NAMES
        ]
        count = counts[doc["source"]]
        count.update(gold=len(gold), found=len(found))
        for i, j in paired(gold, found):
            kind = gold[i]["type"]
            count.update(["hit", kind, *([f"{kind} right"] if kind == found[j]["type"] else [])])
    table = Table(title="names: spans, and of those found the share of the right type")
    columns = ("corpus", "precision", "recall", "F1", "person", "place", "organisation")
    for column in columns:
        table.add_column(column, justify="left" if column == "corpus" else "right")
    rows = {source: scores(count) for source, count in sorted(counts.items())}
    for source, row in rows.items():
        table.add_row(source, *(f"{figure:.3f}" for figure in row))
    table.add_row("mean", *(f"{mean(column):.3f}" for column in zip(*rows.values(), strict=True)))
    return table


def scores(count: Counter[str]) -> list[float]:
    precision, recall = count["hit"] / max(1, count["found"]), count["hit"] / max(1, count["gold"])
    types = [count[f"{kind} right"] / max(1, count[kind]) for kind in ("person", "place", "organisation")]
    return [precision, recall, 2 * precision * recall / max(1e-9, precision + recall), *types]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    first = subprocess.run(
        [sys.executable, "-c", FIRST_CALL], capture_output=True, text=True, check=True
    ).stdout.split()
    console = Console()
    console.print(f"import and first call: {float(first[0]):.2f} s, {float(first[1]):.0f} MB")
    console.print(speed(chosen.data, chosen.rounds))
    console.print(names(chosen.data))
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
