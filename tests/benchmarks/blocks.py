"""Learning what recurs in a source's articles: when it is found, and what a batch costs as the source grows.

    python -m tests.benchmarks.blocks [--articles 2000] [--batch 20]

A simulated source (tests/boilerplate/simulated.py) is loaded into an embedded Postgres of its own: one footer, another
that changes its wording half-way, and the background sentence of a war at the end of every fifth article.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table
from tests.warehouse.blocks.batches import (
    DOORMAT,
    MOVED,
    PHRASE,
    TOWER,
    Cost,
    articles_of,
    finish,
    load,
    simulated_source,
)

from copydesk.warehouse import connect, migrate
from copydesk.warehouse.server import ensure_running, stop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=20)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="copydesk-blocks-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        server = ensure_running(folder / "postgres")
        server.ensure_database("copydesk")
        os.environ["COPYDESK_DSN"] = server.dsn("copydesk")
        migrate()
        measure(options.articles, options.batch)
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def measure(number: int, size: int) -> None:
    texts = list(simulated_source(number))
    first: dict[str, int] = {}
    found: dict[str, int] = {}
    kept = lost = 0
    costs: list[tuple[Cost, float]] = []
    with closing(connect()) as connection:
        for start in range(0, number, size):
            part = texts[start : start + size]
            refined = load(connection, part)
            for place, ((_, text), article) in enumerate(zip(part, articles_of(refined), strict=True), start + 1):
                for footer in (DOORMAT, TOWER, MOVED):
                    if footer in text:
                        first.setdefault(footer, place)
                        if footer not in article.text:
                            found.setdefault(footer, place)
                kept += PHRASE in article.text
                lost += PHRASE in text and PHRASE not in article.text
            started = time.perf_counter()
            costs.append((finish(connection, refined), time.perf_counter() - started))
    console = Console()
    for footer in (DOORMAT, TOWER, MOVED):
        console.print(f"removed from article {found[footer] - first[footer] + 1} of those that have it: {footer}")
    console.print(f"the phrase: kept in {kept}, lost in {lost}: {PHRASE}")
    table = Table(title=f"{number:,} articles in batches of {size}: means of a batch, by tenths of the run")
    for column in ("articles", "rows written", "rows read", "rows held", "ms an article, load and learn"):
        table.add_column(column, justify="right")
    step = max(1, len(costs) // 10)
    for at in range(0, len(costs), step):
        part_costs = costs[at : at + step]
        table.add_row(
            f"{at * size + 1:,}-{min(number, (at + step) * size):,}",
            *(f"{fmean(getattr(cost, name) for cost, _ in part_costs):,.0f}" for name in ("written", "read", "held")),
            f"{fmean(seconds for _, seconds in part_costs) / size * 1e3:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
