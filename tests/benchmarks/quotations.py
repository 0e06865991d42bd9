"""Precision by mode, recall of direct quotations, how many of their speakers are right, and how many of the verbs
that attribute are, on a corpus of quotations.

``python tests/benchmarks/quotations.py quotes.jsonl.gz``: a document a line, with ``text`` and ``facts`` of type quote
that have ``start``, ``end`` and ``value`` with ``mode``, ``speaker`` and ``cue``. Spans match one to one, the closest
first, where they share at least half of what they cover together. A verb ("said", "according to") is right where the
corpus marks the same one as the cue of an attribution in that sentence.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from copydesk import annotate
from copydesk.model import Fact, FactType


def main(path: Path) -> None:
    wanted, met, found, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    verbs, verbs_right = Counter[str](), Counter[str]()
    named = named_right = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for document in map(json.loads, lines):
            gold = [fact for fact in document["facts"] if fact["type"] == "quote"]
            if not gold:
                continue
            facts = annotate(document["text"], language="en")
            quotes = [fact for fact in facts if fact.type is FactType.QUOTE]
            cues = [cue for fact in gold for cue in fact["value"]["cue"]]
            for fact in facts:
                if fact.type in (FactType.QUOTE, FactType.ATTRIBUTION) and fact.value.get("cue"):
                    kind = fact.value.get("mode", "attribution")
                    verbs[kind] += 1
                    verbs_right[kind] += is_marked(fact, cues)
            pairs = match(gold, quotes)
            wanted.update(fact["value"]["mode"] for fact in gold)
            found.update(quote.value["mode"] for quote in quotes)
            for known, quote in pairs:
                met[known["value"]["mode"]] += 1
                right[quote.value["mode"]] += 1
                speakers = words(" ".join(who["text"] for who in known["value"]["speaker"]))
                if known["value"]["mode"] == "direct" and speakers:
                    named += 1
                    named_right += bool(speakers & words(quote.value.get("speaker", {}).get("text", "")))
    for mode in sorted(found):
        print(f"{mode:9} precision {right[mode] / found[mode]:.3f}  recall {met[mode] / wanted[mode]:.3f}")
    print(f"all       precision {right.total() / found.total():.3f}  recall {met.total() / wanted.total():.3f}")
    print(f"speakers of direct ones right: {named_right / named:.3f}")
    for kind in sorted(verbs):
        print(f"verbs of {kind:11} precision {verbs_right[kind] / verbs[kind]:.3f}  of {verbs[kind]}")


def match(gold: list[dict[str, Any]], quotes: list[Fact]) -> list[tuple[dict[str, Any], Fact]]:
    shares = sorted(
        (
            (share(fact, quote), i, j)
            for i, fact in enumerate(gold)
            for j, quote in enumerate(quotes)
            if fact["start"] < quote.end and quote.start < fact["end"]
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for size, i, j in shares:
        if size >= 0.5 and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(gold[i], quotes[j]) for i, j in pairs.items()]


def share(fact: dict[str, Any], quote: Fact) -> float:
    both = min(fact["end"], quote.end) - max(fact["start"], quote.start)
    return both / (max(fact["end"], quote.end) - min(fact["start"], quote.start))


def is_marked(fact: Fact, cues: list[dict[str, Any]]) -> bool:
    start, end = fact.sentence or (fact.start, fact.end)
    verb = words(fact.value["cue"])
    return any(cue["start"] < end and start < cue["end"] and words(cue["text"]) & verb for cue in cues)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
