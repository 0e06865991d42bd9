"""Postgres stopped or killed amid a load: the step fails as temporary, and its retry finds nothing half done."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from copydesk import jobs
from copydesk.errors import WarehouseUnavailable
from copydesk.model import Payload
from copydesk.sources import DOCUMENTS
from copydesk.warehouse import connect, migrate
from copydesk.warehouse.server import Server, ensure_running, stop

TEXT = "Port Ellis closed two piers on Friday, Reuters reported. About 340 boats were moved, said Jo Quill."


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="copydesk-fault-"))
    parent.chmod(0o755)  # as root, the server runs as a user of its own
    server = ensure_running(parent / "postgres")
    server.ensure_database("copydesk")
    migrate(server.dsn("copydesk"))
    monkeypatch.setenv("COPYDESK_DSN", server.dsn("copydesk"))
    try:
        yield parent / "postgres"
    finally:
        stop(parent / "postgres")
        shutil.rmtree(parent, ignore_errors=True)


def tidy(server: Server) -> None:
    stop(server.data_dir)


def brutal(server: Server) -> None:
    postmaster = psutil.Process(server.pid)
    family = [postmaster, *postmaster.children()]  # a session whose postmaster dies may still commit
    for process in family:
        process.kill()
    psutil.wait_procs(family, 5)


def counts() -> dict[str, int]:
    connection = connect(None)
    tables = ("payload", "item", "item_revision", "article", "mention", "quantity", "removal", "batch")
    with connection, connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    connection.close()
    return found


@pytest.mark.parametrize("end", [tidy, brutal])
@pytest.mark.parametrize("step", ["load", "refine"])
def test_a_server_that_goes_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[[Server], None], step: str
) -> None:
    ids = [jobs.keep_payload(DOCUMENTS, Payload(TEXT.encode(), datetime(2025, 7, 13, tzinfo=UTC)))]
    steps = {"load": lambda: jobs.load_payloads(ids), "refine": jobs.refine_items}
    if step == "refine":
        steps["load"]()
    before = counts()
    record = jobs.record_batch

    def die(*arguments: object, **more: object) -> None:
        end(ensure_running(folder))
        record(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "record_batch", die)
        with pytest.raises(WarehouseUnavailable):
            steps[step]()
        if end is tidy:  # and as long as it is down, the retries fail in the same way
            with pytest.raises(WarehouseUnavailable):
                steps[step]()

    ensure_running(folder)
    assert counts() == before
    steps["load"]()
    steps["refine"]()
    after = counts()
    assert (after["item"], after["item_revision"], after["article"]) == (1, 1, 1)
