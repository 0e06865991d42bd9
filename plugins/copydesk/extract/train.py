"""Trains the judge of :mod:`copydesk.extract.judge` from pages whose text people have annotated.

    python -m copydesk.extract.train FILE.jsonl.xz … --out plugins/copydesk/extract/data/judge.npz

A line of a file is a page: ``{"url", "domain", "html" | "html_b64", "truth": {"text", "with", "without"}}``. What the
package comes with was trained on article pages of scrapinghub/article-extraction-benchmark (MIT), flairNLP/fundus
(MIT), AndyTheFactory/article-extraction-dataset (Apache-2.0), opendatalab/magic-html (Apache-2.0), adbar/trafilatura's
evaluation set (Apache-2.0) and the WCXB benchmark by Murrough Foley (CC-BY-4.0): 1,157 pages, half of what they have.
No text of the pages is in the model: it has the weights of some numbers about blocks, and odds of single words that
occur on at least four sites (of class names) or six (of short lines).

Needs ``rapidfuzz`` (extra ``dev``). With ``--report`` it also says how well pages of sites that it was not trained on
are judged: its nets have not seen those sites, though the odds of words in their training rows have (each page's rows
are made without its own site alone). Deterministic: same pages, same judge.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import lzma
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.extract.blocks import Blocks, read_blocks
from copydesk.extract.dom import Tree
from copydesk.extract.features import Hints, Numbers, Places, of_blocks, of_opinions
from copydesk.extract.head import read_head
from copydesk.extract.judge import Net, decide, save_judge
from copydesk.extract.lexicon import SHORT, Lexicon, words_of_names, words_of_text
from copydesk.extract.page import hints_of

HIDDEN = 64
EPOCHS = 8
BATCH = 512
RATE = 2e-3
DROPOUT = 0.4
DECAY = 2e-5
NETS = 1
"""Nets whose opinions are averaged; each starts from other random weights."""
SITES_OF_NAMES, SITES_OF_WORDS = 4, 6
"""A class name or a word must occur on so many sites to be known."""
_SEGMENT = 0.12
"""The weight of a block of which one sentence is annotated."""
_TOKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|"
    "[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


@dataclass
class Page:
    domain: str
    blocks: Blocks
    hints: Hints
    truth: dict[str, Any]
    wanted: Numbers
    """1 for blocks of the article."""
    weights: Numbers
    """What a mistake on the block costs; 0 where it is not annotated."""
    place: Places
    rows: Numbers = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    opinion: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))

    def fold(self, folds: int) -> int:
        return int(hashlib.sha256(self.domain.encode()).hexdigest(), 16) // 7 % folds


def read_pages(files: Iterable[Path]) -> Iterator[Page]:
    """The pages that hold what was annotated."""
    for file in files:
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                html = row["html"] if "html" in row else base64.b64decode(row["html_b64"]).decode("utf-8", "replace")
                page = _page(html, row)
                if page is not None:
                    yield page


def _page(html: str, row: dict[str, Any]) -> Page | None:
    tree = Tree(html)
    blocks = read_blocks(tree.body, Lexicon({}, {}))
    if not blocks.text:
        return None
    wanted, weights = labels(blocks, row["truth"])
    if not weights.any():
        return None
    hints = hints_of(read_head(tree, row["url"]))
    return Page(row["domain"] or row["url"], blocks, hints, row["truth"], wanted, weights, Places(blocks))


def labels(page: Blocks, truth: Mapping[str, Any]) -> tuple[Numbers, Numbers]:
    """Which blocks an annotation means, and what a mistake on each costs: its share of the text."""
    if truth.get("text"):
        return _labels_by_text(page, truth["text"])
    return _labels_by_segments(page, truth.get("with", ()), truth.get("without", ()))


def _labels_by_text(page: Blocks, text: str) -> tuple[Numbers, Numbers]:
    from rapidfuzz.distance import LCSseq

    numbers: dict[str, int] = {}
    blocks = [[numbers.setdefault(token, len(numbers)) for token in _TOKEN.findall(block)] for block in page.text]
    wanted = [numbers.setdefault(token, len(numbers)) for token in _TOKEN.findall(text)]
    owner = [index for index, block in enumerate(blocks) for _ in block]
    found = np.zeros(len(blocks), dtype=np.float32)
    for step in LCSseq.opcodes([token for block in blocks for token in block], wanted):
        if step.tag == "equal":
            np.add.at(found, owner[step.src_start : step.src_end], 1)
    size = np.array([len(block) for block in blocks], dtype=np.float32)
    if len(wanted) < 20 or found.sum() < 0.5 * len(wanted):
        return np.zeros_like(size), np.zeros_like(size)  # the annotated text is not on this page
    share = found / np.maximum(size, 1)
    weights = np.minimum((size + 1) / (len(wanted) + 50), 0.5)
    return (share >= np.where(size < 5, 0.99, 0.5)).astype(np.float32), weights.astype(np.float32)


def _labels_by_segments(page: Blocks, yes: Sequence[str], no: Sequence[str]) -> tuple[Numbers, Numbers]:
    texts = [" ".join(text.split()) for text in page.text]
    wanted, weights = np.zeros((2, len(texts)), dtype=np.float32)
    for segments, value in ((yes, 1.0), (no, 0.0)):
        for segment in (" ".join(segment.split()) for segment in segments):
            hits = [index for index, text in enumerate(texts) if segment in text] if len(segment) > 3 else []
            if value and hits:
                hits = [max(hits, key=lambda index: len(texts[index]))]
            for index in hits:
                contradicted = weights[index] and wanted[index] != value
                wanted[index], weights[index] = value, 0.0 if contradicted else _SEGMENT
    return wanted, weights


Shares = dict[str, dict[str, tuple[float, float]]]
"""Of each word, by site: the sum of what is content where it occurs, and how often it occurs."""


def count_words(pages: Sequence[Page]) -> tuple[Shares, Shares]:
    """How often content stands in elements of each name, and in short blocks with each word."""
    names: Shares = defaultdict(dict)
    words: Shares = defaultdict(dict)

    def count(table: Shares, word: str, site: str, share: float) -> None:
        total, times = table[word].get(site, (0.0, 0.0))
        table[word][site] = total + share, times + 1

    for page in pages:
        wanted = np.concatenate([[0], np.cumsum(page.wanted * page.weights)])
        weight = np.concatenate([[0], np.cumsum(page.weights)])
        elements = page.blocks.elements
        for named, first, last in zip(elements.names, elements.first, elements.last, strict=True):
            inside = weight[last] - weight[first]
            if inside > 0:
                for name in words_of_names(named):
                    count(names, name, page.domain, float((wanted[last] - wanted[first]) / inside))
        for text, value, known in zip(page.blocks.text, page.wanted, page.weights, strict=True):
            tokens = words_of_text(text)
            if known and len(tokens) <= SHORT:
                for token in sorted(set(tokens)):
                    count(words, token, page.domain, float(value))
    return names, words


@dataclass
class Odds:
    """How much of what goes with a word is content: its share on each site, every site counted once."""

    shares: dict[str, dict[str, float]]
    base: float
    """The share that any word has."""
    sites: int
    """On how many a word must occur to be known."""
    sums: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = {word: sum(by_site.values()) for word, by_site in self.shares.items()}

    def without(self, site: str | None) -> dict[str, float]:
        """The log odds of content by word, against those of any word; as if a site had not been seen."""
        found = {}
        for word, by_site in self.shares.items():
            content, count = self.sums[word], len(by_site)
            if site in by_site:
                content, count = content - by_site[site], count - 1
            if count >= self.sites:
                ratio = (content + 2 * self.base) / (count - content + 2 * (1 - self.base))
                found[word] = round(math.log(ratio) - math.log(self.base / (1 - self.base)), 2)
        return found


def _odds(table: Shares, base: float, sites: int) -> Odds:
    known = {word: by_site for word, by_site in table.items() if len(by_site) >= sites and len(word) <= 20}
    return Odds({w: {s: total / times for s, (total, times) in by.items()} for w, by in known.items()}, base, sites)


def describe(pages: Sequence[Page]) -> tuple[dict[str, float], dict[str, float]]:
    """Give each page its rows, by odds learned without its own site. Returns the odds learned with all."""
    named, worded = count_words(pages)
    names, words = _odds(named, 0.5, SITES_OF_NAMES), _odds(worded, 0.35, SITES_OF_WORDS)
    known: dict[str, Lexicon] = {}
    for page in pages:
        site = page.domain
        if site not in known:
            known[site] = Lexicon(names.without(site), words.without(site))
        _rename(page.blocks, known[site])
        page.place = Places(page.blocks)  # the names say something else now
        page.rows = of_blocks(page.blocks, page.place, page.hints, known[site])
    return names.without(None), words.without(None)


def _rename(page: Blocks, lexicon: Lexicon) -> None:
    """What the elements' names say by another lexicon than the one that they were read with."""
    elements = page.elements
    elements.odds = [lexicon.names(names) if names else 0.0 for names in elements.names]
    for number, parent in enumerate(elements.parent):
        worst = elements.odds_around[parent] if parent >= 0 else 0.0
        elements.odds_around[number] = min(elements.odds[number], worst)


def train(pages: Sequence[Page], seed: int) -> Net:
    """A net for the pages' rows."""
    rows = np.concatenate([page.rows for page in pages])
    wanted = np.concatenate([page.wanted for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    known = weights > 0
    rows, wanted, weights = rows[known], wanted[known], weights[known] / weights[known].mean()
    shift, scale = rows.mean(axis=0), 1 / (rows.std(axis=0) + 1e-3)
    rows = np.clip((rows - shift) * scale, -5, 5).astype(np.float32)
    layers = tuple(_fit(rows, wanted, weights, np.random.default_rng(seed + number)) for number in range(NETS))
    return Net(shift, scale, layers)


def _fit(
    rows: Numbers, wanted: Numbers, weights: Numbers, random: np.random.Generator
) -> tuple[Numbers, Numbers, Numbers, float]:
    """Two layers by Adam (Kingma and Ba 2015) with dropout, the rate falling to nothing."""
    width = rows.shape[1]
    values = [
        random.normal(0, (2 / width) ** 0.5, (width, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        random.normal(0, (1 / HIDDEN) ** 0.5, HIDDEN).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    first, second = [np.zeros_like(value) for value in values], [np.zeros_like(value) for value in values]
    starts = range(0, len(rows) - BATCH, BATCH) if len(rows) > BATCH else range(1)
    step, steps = 0, EPOCHS * len(starts)
    for _ in range(EPOCHS):
        order = random.permutation(len(rows))
        for start in starts:
            batch = order[start : start + BATCH]
            x = rows[batch]
            hidden = np.maximum(x @ values[0] + values[1], 0)
            mask = (random.random(hidden.shape) > DROPOUT).astype(np.float32) / (1 - DROPOUT)
            kept = hidden * mask
            opinion = 1 / (1 + np.exp(-np.clip(kept @ values[2] + values[3], -30, 30)))
            error = ((opinion - wanted[batch]) * weights[batch] / len(batch)).astype(np.float32)
            back = np.outer(error, values[2]) * mask * (hidden > 0)
            slopes = [
                x.T @ back + DECAY * values[0],
                back.sum(axis=0),
                kept.T @ error + DECAY * values[2],
                np.array([error.sum()], np.float32),
            ]
            step += 1
            rate = RATE * (1 - step / (steps + 1))
            for number, slope in enumerate(slopes):
                first[number] = 0.9 * first[number] + 0.1 * slope
                second[number] = 0.999 * second[number] + 0.001 * slope**2
                mean, spread = first[number] / (1 - 0.9**step), second[number] / (1 - 0.999**step)
                values[number] = (values[number] - rate * mean / (np.sqrt(spread) + 1e-8)).astype(np.float32)
    return values[0], values[1], values[2], float(values[3][0])


def cross_train(pages: Sequence[Page], folds: int, seed: int, besides: int | None = None) -> list[Numbers]:
    """What nets that never saw a page's site think of its blocks. ``besides`` is a fold that has no pages here."""
    nets = {
        fold: train([page for page in pages if page.fold(folds) != fold], seed + 100 * fold)
        for fold in range(folds)
        if fold != besides
    }
    return [nets[page.fold(folds)](page.rows) for page in pages]


def train_judge(pages: Sequence[Page], folds: int, target: str, report: bool) -> None:
    names, words = describe(pages)
    if report:
        for fold in range(folds):
            _judge_fold([page for page in pages if page.fold(folds) == fold], pages, folds, fold)
        print(f"F1 of the text on sites not trained on: {_mean_f1(pages):.4f}")
    first = train(pages, seed=1)
    for page, opinion in zip(pages, cross_train(pages, folds, seed=2), strict=True):
        page.rows = of_opinions(page.place, page.rows, opinion)
    save_judge(target, names, words, first, train(pages, seed=4))


def _judge_fold(tested: Sequence[Page], pages: Sequence[Page], folds: int, fold: int) -> None:
    """The opinions on the pages of a fold by a judge none of whose nets has seen their sites."""
    others = [replace(page) for page in pages if page.fold(folds) != fold]
    first = train(others, seed=10 + fold)
    for page, opinion in zip(others, cross_train(others, folds, seed=20 + fold, besides=fold), strict=True):
        page.rows = of_opinions(page.place, page.rows, opinion)
    second = train(others, seed=30 + fold)
    for page in tested:
        page.opinion = second(of_opinions(page.place, page.rows, first(page.rows)))


def _mean_f1(pages: Sequence[Page]) -> float:
    scores = []
    for page in pages:
        if not page.truth.get("text"):
            continue
        kept = decide(page.blocks, page.opinion).kept
        ours = _shingles("\n".join(text for text, keep in zip(page.blocks.text, kept, strict=True) if keep))
        theirs = _shingles(page.truth["text"])
        scores.append(2 * len(ours & theirs) / max(1, len(ours) + len(theirs)))
    return sum(scores) / max(1, len(scores))


def _shingles(text: str) -> set[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    return set(zip(*(tokens[start:] for start in range(4)), strict=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", required=True)
    parser.add_argument("--folds", type=int, default=5, choices=range(3, 21), metavar="3..20")
    parser.add_argument("--report", action="store_true", help="cross-validate as well")
    arguments = parser.parse_args()
    train_judge(list(read_pages(arguments.files)), arguments.folds, arguments.out, arguments.report)


if __name__ == "__main__":
    main()
