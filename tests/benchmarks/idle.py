"""What Airflow takes of a core while nothing is to be done, with many sources defined.

    python -m tests.benchmarks.idle [--sources 200] [--group 10] [--seconds 180]

Starts Airflow and Postgres in a folder of its own, as `make up` does, and waits until all is parsed and the daily DAGs
have had their first runs. The sources have no schedule, or they would be asked at once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import yaml

from .usage import cpu_seconds

SETTLED = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--group", type=int, default=10, help="Sources that share a DAG.")
    parser.add_argument("--seconds", type=float, default=180)
    options = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="copydesk-idle-", dir="/var/tmp"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    sources = folder / "sources"
    sources.mkdir()
    for first in range(0, options.sources, options.group):
        of_group = range(first, min(first + options.group, options.sources))
        entries = [
            {"name": f"outlet_{n:03}", "group": f"group_{first:03}", "urls": [f"https://outlet-{n:03}.example/rss"]}
            for n in of_group
        ]
        settings = {"defaults": {"schedule": None, "language": "en"}, "sources": entries}
        (sources / f"group_{first:03}.yaml").write_text(yaml.safe_dump(settings))
    os.environ.update(COPYDESK_DATA_DIR=str(folder / "state"), COPYDESK_SOURCES=str(sources))
    from copydesk.local import services
    from copydesk.warehouse import server

    try:
        running = dict(services.up().running)
        running["postgres"] = server.ensure_running().pid
        with services.client() as api:
            dags = api.get("/dags", params={"limit": 1}).json()["total_entries"]
            active = {"state": ["queued", "running"]}
            while api.get("/dags/~/dagRuns", params=active).json()["total_entries"]:
                time.sleep(2)
        time.sleep(SETTLED)
        before, began = {name: cpu_seconds([pid]) for name, pid in running.items()}, time.monotonic()
        time.sleep(options.seconds)
        seconds = time.monotonic() - began
        print(f"{options.sources} sources, {dags} DAGs, {seconds:.0f} seconds with nothing to do: share of a core")
        for name, pid in running.items():
            print(f"  {name:<14} {(cpu_seconds([pid]) - before[name]) / seconds:7.1%}")
    finally:
        services.down()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
