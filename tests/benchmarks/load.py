"""A hundred thousand items through the real DAGs on LocalExecutor: rate, memory, size, and whether they stay flat.

    python -m tests.benchmarks.load [--items 100000] [--steps 10] [--feed 50]

Starts Airflow and Postgres in a folder of its own, as `make up` does, puts invented feeds into a drop folder step by
step, and lets `ingest_load` and `refine` load them. Prints a line a step, and a summary in the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import yaml

from .generated import feed


class Memory(threading.Thread):
    """The largest memory of a process that runs a task, and of Postgres' sessions, between two looks."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._peak: dict[str, int] = {}
        self._guard = threading.Lock()

    def run(self) -> None:
        while True:
            for process in psutil.process_iter(["pid", "cmdline", "memory_full_info"]):
                with suppress(psutil.Error, TypeError, AttributeError):
                    line = " ".join(process.info["cmdline"])
                    kind = (
                        "refinery" if "copydesk.refinery" in line else "task" if "airflow worker" in line
                        else "postgres" if line.startswith("postgres:") and "copydesk" in line else ""
                    )  # fmt: skip
                    if kind:
                        with self._guard:
                            self._peak[kind] = max(self._peak.get(kind, 0), process.info["memory_full_info"].uss)
            time.sleep(2)

    def take(self) -> dict[str, int]:
        with self._guard:
            peak, self._peak = self._peak, {}
        return peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--feed", type=int, default=50, help="Items of a feed.")
    parser.add_argument("--teaser", type=int, help="Cut the items' texts to so many characters.")
    options = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="copydesk-load-", dir="/var/tmp"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    feeds, sources = folder / "feeds", folder / "sources"
    for made in (feeds, sources):
        made.mkdir()
    settings = {"name": "load", "urls": [feeds.as_uri() + "/"], "outlet": "The Harbour Ledger", "language": "en",
                "settled_seconds": 0, "batch_size": 20, "require": []}  # fmt: skip
    (sources / "load.yaml").write_text(yaml.safe_dump({"sources": [settings]}))
    os.environ.update(
        COPYDESK_DATA_DIR=str(folder / "state"),
        COPYDESK_SOURCES=str(sources),
        COPYDESK_DROP_FOLDER=str(feeds),
    )
    from copydesk.local import services

    try:
        services.up()
        measure(options, feeds)
    finally:
        services.down()
        shutil.rmtree(folder, ignore_errors=True)


def measure(options: argparse.Namespace, feeds: Path) -> None:
    memory = Memory()
    memory.start()
    rates = []
    print(f"{'items':>8} {'ingest/s':>9} {'refine/s':>9} {'run s':>7} {'bytes/article':>14}  memory (MB, own)")
    per_step = options.items // options.steps
    for step in range(options.steps):
        first = step * per_step
        for at in range(first, first + per_step, options.feed):
            file = feeds / f"{at:08}.xml"
            file.with_suffix(".part").write_bytes(feed(at, options.feed, teaser=options.teaser))
            file.with_suffix(".part").rename(file)
        began = time.monotonic()
        trigger("ingest_load")
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
        peak = ", ".join(f"{kind} {bytes_ / 1e6:.0f}" for kind, bytes_ in sorted(memory.take().items()))
        figures = f"{per_step / ingested:>9.0f} {rates[-1]:>9.0f} {total:>7.0f} {size / articles:>14,.0f}"
        print(f"{articles:>8,} {figures}  {peak}", flush=True)
    print(f"refine: last step at {rates[-1] / rates[0]:.2f} of the first step's rate")
    for name, rows, bytes_ in ask(
        "SELECT regexp_replace(relname, '_\\d{4}_\\d\\d$', ''), sum(reltuples)::bigint, "
        "sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'copydesk'::regnamespace "
        "AND relkind = 'r' GROUP BY 1 ORDER BY 3 DESC LIMIT 12"
    ):
        print(f"  {name:<18} {rows:>12,} rows {bytes_ / 1e6:>9,.0f} MB")


def trigger(dag_id: str) -> None:
    from copydesk.local import services

    wait_until_idle()
    with services.client() as api:
        answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}}).raise_for_status()
        run_id = answer.json()["dag_run_id"]
        while (state := api.get(f"/dags/{dag_id}/dagRuns/{run_id}").json()["state"]) not in ("success", "failed"):
            time.sleep(1)
    assert state == "success", (dag_id, run_id, state)


def wait_until_idle() -> None:
    from copydesk.local import services

    with services.client() as api:
        active = {"state": ["queued", "running"]}
        while any(
            api.get(f"/dags/{dag_id}/dagRuns", params=active).json()["total_entries"]
            for dag_id in ("ingest_load", "refine")
        ):
            time.sleep(1)


def ask(statement: str) -> list[tuple[Any, ...]]:
    from copydesk.warehouse.connection import transaction

    os.environ["COPYDESK_DSN"] = _dsn()
    with transaction(role=None) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _dsn() -> str:
    from copydesk.warehouse import server

    return server.ensure_running().dsn("copydesk")


if __name__ == "__main__":
    main()
