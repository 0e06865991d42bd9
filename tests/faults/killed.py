"""The job's steps in processes that are killed, two at once, on a Postgres that is killed too: the tables stay the same.

Not among the tests that run by themselves: on a busy machine the job has not come to its end within the runs that it is
given. `python -m pytest tests/faults/killed.py` runs it. The whole topology, with Airflow, Celery and more faults, is ``python -m tests.faults.run``, which takes an hour.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg2
import pytest
from tests.faults.material import EDITIONS, OUTLETS, Material
from tests.faults.tables import Rows, differences, read_tables
from tests.faults.website import Website

from copydesk.warehouse.server import Server, ensure_running, status, stop

ITEMS = 120
ROUNDS = {"first": 2, "second": 1}
"""How often, while an edition is loaded, two processes of the job are killed, and Postgres."""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="copydesk-fault-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        yield folder
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


class Job:
    """`copydesk fetch` of all sources, in processes of its own, on a database of its own."""

    def __init__(self, folder: Path, database: str, template: str | None = None) -> None:
        self.folder, self.database = folder, database
        running = self.server()
        self.environment = {**os.environ, "COPYDESK_DSN": running.dsn(database)}
        self.environment["COPYDESK_SOURCES"] = str(folder / "sources")
        self.environment.pop("AIRFLOW_CONN_COPYDESK", None)
        if template is None:
            running.ensure_database(database)
            subprocess.run([sys.executable, "-m", "copydesk", "init"], env=self.environment, check=True)
            return
        connection = psycopg2.connect(running.dsn("postgres"))
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {database} TEMPLATE {template}")

    def server(self) -> Server:
        return ensure_running(self.folder / "postgres")

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "copydesk", "fetch", *(outlet.name for outlet in OUTLETS)]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finish(self) -> None:
        """What the schedule does: the next run, until nothing is left to do."""
        for _ in range(5):
            self.ask("UPDATE page SET not_before = now() WHERE done_at IS NULL")  # the claim of the dead is over
            if self.start().wait() == 0 and self.ask(WAITING) == [(0,)]:
                return
        raise AssertionError("the job does not come to its end")

    def ask(self, statement: str, *values: object) -> list[tuple]:
        connection = psycopg2.connect(self.server().dsn(self.database), options="-c search_path=copydesk")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


WAITING = """
SELECT (SELECT count(*) FROM item WHERE refined_revision < revision OR linked_revision < refined_revision)
    + (SELECT count(*) FROM payload WHERE loaded_at IS NULL) + (SELECT count(*) FROM page WHERE done_at IS NULL)
"""


def kill_postgres(folder: Path) -> None:
    if running := status(folder / "postgres"):
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(running.pid)
            for process in (postmaster, *postmaster.children()):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
    ensure_running(folder / "postgres")


def test_the_tables_are_those_of_a_run_in_peace(folder: Path) -> None:
    chance = random.Random()
    with Website() as website:
        website.material = material = Material(website.base, ITEMS)
        (folder / "sources").mkdir()
        (folder / "sources" / "faults.yaml").write_text(material.sources())

        peaceful = Job(folder, "peaceful")
        material.edition = EDITIONS[0]
        peaceful.finish()
        haunted = Job(folder, "haunted", template="peaceful")
        for material.edition in EDITIONS[1:]:
            peaceful.finish()
        wanted = read_tables(peaceful.ask)
        assert all(wanted[table] for table in ("item", "article", "mention", "removal", "story_member", "quarantine"))
        assert any("harbour ledger lands" in row for row in wanted["removal"])  # it was learned

        for material.edition, rounds in ROUNDS.items():
            for _ in range(rounds):
                at_once = [haunted.start(), haunted.start()]
                time.sleep(chance.uniform(1, 6))
                kill_postgres(folder)
                time.sleep(chance.uniform(0, 3))
                for process in at_once:
                    process.kill()
                    process.wait()
            haunted.finish()
        found = read_tables(haunted.ask)
    assert differences(wanted, found) == {}


def test_a_difference_is_seen() -> None:
    one: dict[str, Rows] = {"item": Rows(["a", "b"]), "article": Rows(["a"])}
    other: dict[str, Rows] = {"item": Rows(["a", "b", "b"]), "article": Rows(["c"])}
    assert differences(one, one) == {}
    assert differences(one, other) == {
        "item": ["0 rows are missing, 1 are too many", "+ b"],
        "article": ["1 rows are missing, 1 are too many", "- a", "+ c"],
    }
