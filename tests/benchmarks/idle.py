"""What Airflow takes of a core while nothing is to be done, with many sources defined.

    python -m tests.benchmarks.idle [--sources 200] [--group 10] [--seconds 180]

Starts Airflow and Postgres in a folder of its own, as `make up` does, and waits until all is parsed and the daily DAGs
have had their first runs. The sources have no schedule, or they would be asked at once.
"""

from __future__ import annotations

import argparse
import time

from .running import folders, start, wait_until_idle, write_sources
from .usage import cpu_seconds

SETTLED = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--group", type=int, default=10, help="Sources that share a DAG.")
    parser.add_argument("--seconds", type=float, default=180)
    options = parser.parse_args()

    with folders("idle") as folder:
        for first in range(0, options.sources, options.group):
            entries = [
                {"name": f"outlet_{n:03}", "group": f"group_{first:03}", "urls": [f"https://outlet-{n:03}.example/rss"]}
                for n in range(first, min(first + options.group, options.sources))
            ]
            write_sources(folder, entries, file=f"group_{first:03}.yaml", schedule=None, language="en")
        from copydesk.local import services

        running = start()
        with services.client() as api:
            dags = api.get("/dags", params={"limit": 1}).json()["total_entries"]
        wait_until_idle()
        time.sleep(SETTLED)
        before, began = {name: cpu_seconds([pid]) for name, pid in running.items()}, time.monotonic()
        time.sleep(options.seconds)
        seconds = time.monotonic() - began
        print(f"{options.sources} sources, {dags} DAGs, {seconds:.0f} seconds with nothing to do: share of a core")
        for name, pid in running.items():
            print(f"  {name:<14} {(cpu_seconds([pid]) - before[name]) / seconds:7.1%}")


if __name__ == "__main__":
    main()
