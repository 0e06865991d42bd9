"""Where the time goes: each stage over the bundled sample items, in one process, median of several rounds.

    python -m tests.benchmarks [--rounds N]

Figures are of process time; compare the stages of one run with each other, not one machine with another.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

from rich.console import Console
from rich.table import Table

from copydesk.boilerplate import strip
from copydesk.errors import DataError
from copydesk.extract import extract, fragment_text, is_page
from copydesk.facts import annotate
from copydesk.fetch import fetch
from copydesk.formats import read
from copydesk.metadata.language import identify_language
from copydesk.model import Item
from copydesk.pipeline import refine
from copydesk.repair import find_repairs
from copydesk.sources import load_sources
from copydesk.syndication import fingerprint


def text_of(item: Item) -> str:
    if item.body_type == "text":
        return item.body
    return extract(item.body).text if is_page(item.body) else fragment_text(item.body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    payloads = [fetch(url) for source in load_sources().values() for url in source.urls if url.startswith("package:")]
    items = [item for payload in payloads for item in read(payload).items]
    texts = [(text_of(item), item.language) for item in items]

    def refine_all() -> None:
        for item in items:
            try:
                refine(item)
            except DataError:
                continue

    stages: dict[str, Callable[[], object]] = {
        "parse": lambda: [read(payload) for payload in payloads],
        "extract": lambda: [text_of(item) for item in items],
        "identify_language": lambda: [identify_language(text) for text, _ in texts],
        "strip": lambda: [strip(text, language=language) for text, language in texts],
        "find_repairs": lambda: [find_repairs(text, language=language) for text, language in texts],
        "annotate": lambda: [annotate(text, language=language, published="2025-07-13") for text, language in texts],
        "fingerprint": lambda: [fingerprint(text) for text, _ in texts],
        "refine, all of it": refine_all,
    }
    characters = sum(len(text) for text, _ in texts)
    table = Table(title=f"{len(items)} items, {characters:,} characters of text, median of {rounds} rounds")
    for column in ("stage", "ms an item", "items/cpu-s", "characters/cpu-s"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for name, stage in stages.items():
        stage()  # the first call loads data
        seconds = median(timed(stage) for _ in range(rounds))
        table.add_row(
            name, f"{seconds / len(items) * 1e3:.2f}", f"{len(items) / seconds:,.0f}", f"{characters / seconds:,.0f}"
        )
    Console().print(table)
    Console().print(_hostile())


HOSTILE = (".", "a-", "A. ", "“a b c d ", "1,000 ", "Abc Def ", "said Reuters ", "<b>")


def _hostile() -> Table:
    """Texts made to be slow: the time must grow with the length, not with its square."""
    table = Table(title="hostile texts: ms for 10,000 and 40,000 characters")
    for column in ("made of", "strip", "find_repairs", "annotate"):
        table.add_column(column, justify="left" if column == "made of" else "right")
    for piece in HOSTILE:
        row = [repr(piece)]
        for stage in (strip, find_repairs, annotate):
            texts = [piece * (length // len(piece)) for length in (10_000, 40_000)]
            times = [median(timed(lambda: stage(text, language="en")) for _ in range(3)) for text in texts]  # noqa: B023
            row.append(" ".join(f"{seconds * 1e3:.0f}" for seconds in times))
        table.add_row(*row)
    return table


def timed(stage: Callable[[], object]) -> float:
    started = time.process_time()
    stage()
    return max(time.process_time() - started, 1e-9)


if __name__ == "__main__":
    main()
