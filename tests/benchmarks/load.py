"""A hundred thousand items through the real DAGs on LocalExecutor: rate, memory, size, and whether they stay flat.

    python -m tests.benchmarks.load [--items 100000] [--steps 10] [--feed 50]

Starts Airflow and Postgres in a folder of its own, as `make up` does, puts invented feeds into a drop folder step by
step, and lets `ingest_load` and `refine` load them. Prints a line a step. In the end Airflow is stopped, and the same
steps load some more without it: the processor time of both says what Airflow costs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from .generated import feed
from .usage import Memory, cpu_seconds, own_cpu_seconds

BATCH = 20
"""Feeds of one task of ingest."""


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
                "settled_seconds": 0, "batch_size": BATCH, "require": []}  # fmt: skip
    (sources / "load.yaml").write_text(yaml.safe_dump({"sources": [settings]}))
    os.environ.update(
        COPYDESK_DATA_DIR=str(folder / "state"),
        COPYDESK_SOURCES=str(sources),
        COPYDESK_DROP_FOLDER=str(feeds),
    )
    from copydesk.local import services

    try:
        running = services.up().running
        with_airflow = measure(options, feeds, running)
        services.down()
        plain = load_plainly(options.items, options)
        print(f"processor seconds for 1,000 items: {with_airflow:.1f} with Airflow, {plain:.1f} without; ", end="")
        print(f"Airflow adds {with_airflow / plain - 1:.1%}")
    finally:
        services.down()
        shutil.rmtree(folder, ignore_errors=True)


def measure(options: argparse.Namespace, feeds: Path, running: dict[str, int]) -> float:
    """Prints the figures; gives processor seconds for 1,000 items, of all processes, the median of the steps."""
    from copydesk.warehouse import server

    pids = [*running.values(), server.ensure_running().pid]
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
        for at in range(first, first + per_step, options.feed):
            file = feeds / f"{at:08}.xml"
            file.with_suffix(".part").write_bytes(feed(at, options.feed, teaser=options.teaser))
            file.with_suffix(".part").rename(file)
        began, before = time.monotonic(), cpu_seconds(pids)
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
    """The steps of the job over one more step's items; gives processor seconds for 1,000."""
    from copydesk import jobs
    from copydesk.model import Payload
    from copydesk.sources import Source
    from copydesk.warehouse import server
    from copydesk.warehouse.connection import one_session

    running = server.ensure_running()
    os.environ["COPYDESK_DSN"] = running.dsn("copydesk")
    source = Source(name="plain", outlet="The Harbour Ledger", language="en", require=())
    count, seen = options.items // options.steps, datetime.now(UTC)
    feeds = [feed(at, options.feed, teaser=options.teaser) for at in range(first, first + count, options.feed)]
    before = cpu_seconds([running.pid]) + own_cpu_seconds()
    with one_session():
        ids = [jobs.keep_payload(source, Payload(text, seen, f"file:///plain/{n}.xml")) for n, text in enumerate(feeds)]
    for at in range(0, len(ids), BATCH):
        jobs.load_payloads(ids[at : at + BATCH])
    articles = sum(jobs.refine_items(*ids).new for ids in jobs.plan_batches())
    jobs.link_stories()
    assert articles == count, (articles, count)
    return (cpu_seconds([running.pid]) + own_cpu_seconds() - before) / count * 1000


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
