"""A hundred thousand items through the real DAGs on LocalExecutor: rate, memory, size, and whether they stay flat.

    python -m tests.benchmarks.load [--items 100000] [--steps 10] [--feed 50]

Starts Airflow and Postgres in a folder of its own, as `make up` does, puts invented feeds into a drop folder step by
step, and lets `ingest_load` and `refine` load them. Prints a line a step. In the end Airflow is stopped, and the same
steps load some more without it: the processor time of both says what Airflow costs.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from copydesk import jobs
from copydesk.warehouse import server

from .plain import keep
from .running import (
    ask,
    drop_feeds,
    drop_source,
    folders,
    point_at_warehouse,
    start,
    trigger,
    wait_until_idle,
    write_sources,
)
from .usage import Memory, cpu_seconds, own_cpu_seconds

SOURCE = "load"
BATCH = 20
"""Feeds of one task of ingest."""
AT_A_TIME = 4
"""Tasks, as `make up` has them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--feed", type=int, default=50, help="Items of a feed.")
    parser.add_argument("--teaser", type=int, help="Cut the items' texts to so many characters.")
    options = parser.parse_args()

    from copydesk.local import services

    with folders("load") as folder:
        write_sources(folder, [drop_source(folder, SOURCE, batch_size=BATCH)])
        with_airflow = measure(options, folder, list(start().values()))
        services.down()
        plain = load_plainly(options.items, options)
        print(f"processor seconds for 1,000 items: {with_airflow:.1f} with Airflow, {plain:.1f} without; ", end="")
        print(f"Airflow adds {with_airflow / plain - 1:.1%}")


def measure(options: argparse.Namespace, folder: Path, pids: list[int]) -> float:
    """Prints the figures; gives processor seconds for 1,000 items, of all processes, the median of the steps."""
    memory = Memory()
    memory.start()
    rates, spent = [], []
    print(
        f"{'items':>8} {'cpu s/1000':>11} {'ingest/s':>9} {'refine/s':>9} {'run s':>7} {'bytes/article':>14}  "
        "memory (MB, own)"
    )
    per_step = options.items // options.steps
    for step in range(options.steps):
        first = step * per_step
        drop_feeds(folder, SOURCE, first, per_step, per_feed=options.feed, teaser=options.teaser)
        wait_until_idle(f"ingest_{SOURCE}", "refine")
        began, before = time.monotonic(), cpu_seconds(pids)
        trigger(f"ingest_{SOURCE}")
        ingested = time.monotonic() - began
        # The asset that ingest updates starts refine.
        articles = size = 0
        while articles < first + per_step:
            time.sleep(1)
            articles, size = ask(
                "SELECT (SELECT count(*) FROM item WHERE article_revision = revision AND linked_revision = revision), "
                "pg_database_size(current_database())"
            )[0]
        total = time.monotonic() - began
        assert articles == first + per_step, (articles, first + per_step)
        rates.append(per_step / (total - ingested))
        spent.append((cpu_seconds(pids) - before) / per_step * 1000)
        peak = ", ".join(f"{kind} {bytes_ / 1e6:.0f}" for kind, bytes_ in sorted(memory.take().items()))
        figures = f"{per_step / ingested:>9.0f} {rates[-1]:>9.0f} {total:>7.0f} {size / articles:>14,.0f}"
        print(f"{articles:>8,} {spent[-1]:>11.1f} {figures}  {peak}", flush=True)
    print(f"refine: last step at {rates[-1] / rates[0]:.2f} of the first step's rate")
    for name, rows, bytes_ in ask(
        "SELECT regexp_replace(relname, '_\\d{4}_\\d\\d$', ''), sum(reltuples)::bigint, "
        "sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relnamespace = 'copydesk'::regnamespace "
        "AND relkind = 'r' GROUP BY 1 ORDER BY 3 DESC LIMIT 12"
    ):
        print(f"  {name:<18} {rows:>12,} rows {bytes_ / 1e6:>9,.0f} MB")
    return median(spent)


def load_plainly(first: int, options: argparse.Namespace) -> float:
    """The steps of the job over one more step's items, as many at a time; gives processor seconds for 1,000.

    One after the other would be no comparison: processes that share cores and caches take more time for the same work.
    """
    pid = server.ensure_running().pid
    point_at_warehouse()
    count = options.items // options.steps
    before = cpu_seconds([pid]) + own_cpu_seconds()
    ids = keep(first, count, per_feed=options.feed, teaser=options.teaser)
    with ProcessPoolExecutor(AT_A_TIME, mp_context=get_context("spawn")) as pool:
        list(pool.map(jobs.load_payloads, [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)]))
        refined = pool.map(jobs.refine_items, *zip(*jobs.plan_batches(), strict=True))
        assert sum(counts.new for counts in refined) == count
    jobs.link_stories()
    return (cpu_seconds([pid]) + own_cpu_seconds() - before) / count * 1000


if __name__ == "__main__":
    main()
