"""The job that runs while parts of the topology die: two editions of all feeds, from their addresses to stories.

Each edition is one run of ``ingest_faults``, which starts ``refine`` by its asset. Where a run ends and something still
waits, which is what the schedule's next run is for, the next run is triggered here, and counted.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import psycopg2
from psycopg2 import sql
from tests.faults.material import EDITIONS, GROUP, OUTLETS, Material
from tests.faults.tables import Rows, read_tables
from tests.faults.topology import Topology

from copydesk.warehouse import server

INGEST, REFINE = f"ingest_{GROUP}", "refine"
TEMPLATE = "copydesk_early"
LONGEST = 1500.0
"""Seconds for one round of the job, whatever is done to it."""


@dataclass(slots=True)
class Outcome:
    """What a round came to."""

    seconds: float = 0.0
    runs: int = 0
    """That the harness triggered: one for each edition, and those that a schedule would have started later."""
    tables: dict[str, Rows] = field(default_factory=dict)


def prepare_template(topology: Topology, material: Material) -> None:
    """Load the early edition from the command line, and keep the warehouse as it is then to begin all rounds with."""
    material.edition = EDITIONS[0]
    copydesk(topology, "init")
    copydesk(topology, "fetch", *(outlet.name for outlet in OUTLETS))
    admin(topology, "CREATE DATABASE {} TEMPLATE copydesk", TEMPLATE)


def copydesk(topology: Topology, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "copydesk", *arguments],
        env=topology.environment,
        check=check,
        capture_output=True,
        text=True,
    )


def admin(topology: Topology, statement: str, name: str) -> None:
    running = server.ensure_running()
    connection = psycopg2.connect(running.dsn("postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (%s, 'copydesk')", (name,)
            )
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        connection.close()


def reset(topology: Topology) -> None:
    """Begin a round anew: the warehouse as it was after the early edition."""
    admin(topology, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "copydesk")
    admin(topology, f"CREATE DATABASE {{}} TEMPLATE {TEMPLATE}", "copydesk")


def run_round(
    topology: Topology,
    material: Material,
    *,
    started: Callable[[], None] = lambda: None,
    editions: Sequence[str] = EDITIONS[1:],
) -> Outcome:
    """All editions after the early one; ``started`` is called when the runs of an edition have been triggered."""
    reset(topology)
    outcome, begun = Outcome(), time.monotonic()
    for edition in editions:
        material.edition = edition
        since = topology.ask("SELECT clock_timestamp()")[0][0]
        trigger(topology, INGEST)
        outcome.runs += 1
        started()
        while True:
            wait_until_idle(topology, begun + LONGEST)
            missing = what_waits(topology, since)
            if not missing:
                break
            print(f"    [{time.monotonic() - begun:4.0f} s] after the runs there still waits: {missing}", flush=True)
            topology.ask("UPDATE page SET not_before = now() WHERE done_at IS NULL")
            topology.ask("UPDATE address SET not_before = NULL")
            trigger(topology, INGEST if missing.keys() & {"addresses", "payloads", "pages"} else REFINE)
            outcome.runs += 1
    outcome.seconds = time.monotonic() - begun
    outcome.tables = read_tables(topology.ask)
    return outcome


def trigger(topology: Topology, dag_id: str, *, tries: int = 60) -> None:
    """Start a run; asks again while the API server or its database is away."""
    for left in reversed(range(tries)):
        try:
            topology.api("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}})
        except httpx.HTTPError:
            if not left:
                raise
            time.sleep(1)
        else:
            return


def wait_until_idle(topology: Topology, until: float) -> None:
    """No run is queued or at work, and none is about to be started by an asset."""
    quiet = 0
    while quiet < 3:
        ((active,),) = topology.ask(
            "SELECT (SELECT count(*) FROM dag_run WHERE state IN ('queued', 'running'))"
            " + (SELECT count(*) FROM asset_dag_run_queue)",
            database="airflow",
        )
        quiet = 0 if active else quiet + 1
        if time.monotonic() > until:
            raise TimeoutError(f"the job has not come to its end: {progress(topology)}")
        time.sleep(1)


def abandon(topology: Topology) -> None:
    """End the runs that don't come to their end by themselves."""
    topology.wait_until_healthy()
    for dag_id in (INGEST, REFINE):
        found = topology.api("GET", f"/dags/{dag_id}/dagRuns", params={"state": ["queued", "running"]}).json()
        for run in found["dag_runs"]:
            topology.api("PATCH", f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}", json={"state": "failed"})
    wait_until_idle(topology, time.monotonic() + 120)


def what_waits(topology: Topology, since: object) -> dict[str, int]:
    """What is not done of an edition: a job that is through has none of it."""
    ((addresses, payloads, pages, items, links),) = topology.ask(
        """
        SELECT (SELECT count(*) FROM address WHERE fetched_at < %s OR failures > 0),
            (SELECT count(*) FROM payload WHERE loaded_at IS NULL),
            (SELECT count(*) FROM page WHERE done_at IS NULL),
            (SELECT count(*) FROM item WHERE refined_revision < revision),
            (SELECT count(*) FROM item WHERE linked_revision < refined_revision)
        """,
        since,
    )
    found = {"addresses": addresses, "payloads": payloads, "pages": pages, "items": items, "links": links}
    return {name: count for name, count in found.items() if count}


def progress(topology: Topology) -> str:
    with suppress(psycopg2.Error):
        ((done, items),) = topology.ask(
            "SELECT count(*) FILTER (WHERE refined_revision = revision), count(*) FROM item"
        )
        return f"{done} of {items} items refined"
    return "Postgres is away"
