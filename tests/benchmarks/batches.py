"""What a task costs besides its work: processor time of loading and refining through Airflow, by the size of batches.

    python -m tests.benchmarks.batches [--items 2000] [--feed 50] [--refine 100 500 2000] [--load 2 10 40]

As many items each by a real run whose tasks hold so many items (`refine`) or payloads (`ingest_…`), and then by the
library alone, so that both find nearly the same warehouse. All processes of Airflow and Postgres count, in both.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count

from copydesk import jobs

from .plain import keep, refine
from .running import (
    ask,
    drop_feeds,
    drop_source,
    folders,
    pause,
    point_at_warehouse,
    start,
    trigger,
    wait_until_idle,
    write_sources,
)
from .usage import cpu_seconds, own_cpu_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2000, help="Of each row.")
    parser.add_argument("--feed", type=int, default=50, help="Items of a feed.")
    parser.add_argument("--refine", type=int, nargs="+", default=[100, 500, 2000], help="Items of a task.")
    parser.add_argument("--load", type=int, nargs="+", default=[2, 10, 40], help="Feeds of a task.")
    options = parser.parse_args()
    with folders("batches") as folder:
        names = {size: f"load_{size}" for size in options.load}
        write_sources(folder, [drop_source(folder, name, batch_size=size) for size, name in names.items()])
        running = start()
        wait_until_idle()
        pause("refine")
        numbers = count(0, max(options.items, 1000))  # none comes twice

        def spent(work: Callable[[], object]) -> float:
            """Processor seconds for a thousand items."""
            before = cpu_seconds(running.values()) + own_cpu_seconds()
            work()
            return (cpu_seconds(running.values()) + own_cpu_seconds() - before) * 1000 / options.items

        def by_airflow(dag_id: str, conf: Mapping[str, int] | None = None) -> float:
            """Without what waiting for it costs this process."""
            before = own_cpu_seconds()
            total = spent(lambda: trigger(dag_id, conf))
            return total - (own_cpu_seconds() - before) * 1000 / options.items

        def kept() -> list[int]:
            return keep(next(numbers), options.items, per_feed=options.feed)

        point_at_warehouse()
        jobs.load_payloads(keep(next(numbers), 100, per_feed=options.feed))
        refine()  # all is imported and prepared by now
        print(f"{'':<8} {'in a task':>12} {'tasks':>6} {'cpu s/1000 items':>17} {'alone':>6} {'more':>7}")
        for size, name in names.items():
            drop_feeds(folder, name, next(numbers), options.items, per_feed=options.feed)
            seconds, ids = by_airflow(f"ingest_{name}"), kept()
            alone = spent(partial(jobs.load_payloads, ids))
            tell("load", f"{size} feeds", -(-options.items // (options.feed * size)), seconds, alone)
            refine()
        for size in options.refine:
            pause("refine", paused=False)
            wait_until_idle()  # its schedule's run comes before the items do
            jobs.load_payloads(kept())
            seconds = by_airflow("refine", {"batch_size": size})
            assert ask("SELECT count(*) FROM item WHERE linked_revision < revision") == [(0,)]
            pause("refine")
            jobs.load_payloads(kept())
            tell("refine", f"{size} items", -(-options.items // size), seconds, spent(refine))


def tell(step: str, size: str, tasks: int, seconds: float, alone: float) -> None:
    print(f"{step:<8} {size:>12} {tasks:>6} {seconds:>17.2f} {alone:>6.2f} {seconds / alone - 1:>7.1%}", flush=True)


if __name__ == "__main__":
    main()
