"""An Airflow and a Postgres of their own, as `make up` starts them, for benchmarks of the real DAGs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .generated import feed

ENDED = ("success", "failed")


@contextmanager
def folders(name: str) -> Iterator[Path]:
    """A folder with `sources/` and `feeds/`, where Copydesk then keeps all it has; Airflow is ended with it."""
    folder = Path(tempfile.mkdtemp(prefix=f"copydesk-{name}-", dir="/var/tmp"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    for made in ("sources", "feeds"):
        (folder / made).mkdir()
    os.environ.update(
        COPYDESK_DATA_DIR=str(folder / "state"),
        COPYDESK_SOURCES=str(folder / "sources"),
        COPYDESK_DROP_FOLDER=str(folder / "feeds"),
    )
    from copydesk.local import services

    try:
        yield folder
    finally:
        services.down()
        shutil.rmtree(folder, ignore_errors=True)


def start() -> dict[str, int]:
    """Start Airflow; gives the process ids of its components and of Postgres, by name."""
    from copydesk.local import services
    from copydesk.warehouse import server

    return {**services.up().running, "postgres": server.ensure_running().pid}


def write_sources(folder: Path, sources: list[dict[str, Any]], *, file: str = "all.yaml", **defaults: Any) -> None:
    (folder / "sources" / file).write_text(yaml.safe_dump({"defaults": defaults, "sources": sources}))


def drop_source(folder: Path, name: str, **settings: Any) -> dict[str, Any]:
    """A source of the feeds that :func:`drop_feeds` puts into a folder of its name."""
    (folder / "feeds" / name).mkdir()
    urls = [(folder / "feeds" / name).as_uri() + "/"]
    return {"name": name, "urls": urls, "outlet": "The Harbour Ledger", "language": "en", "settled_seconds": 0,
            "require": [], **settings}  # fmt: skip


def drop_feeds(folder: Path, name: str, first: int, count: int, *, per_feed: int, teaser: int | None = None) -> None:
    """Invented feeds of ``count`` items from number ``first`` on, each whole or not there."""
    for at in range(first, first + count, per_feed):
        file = folder / "feeds" / name / f"{at:08}.xml"
        file.with_suffix(".part").write_bytes(feed(at, min(per_feed, first + count - at), teaser=teaser))
        file.with_suffix(".part").rename(file)


def trigger(dag_id: str, conf: Mapping[str, Any] | None = None) -> None:
    """Run a DAG to its end."""
    from copydesk.local import services

    with services.client() as api:
        answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf or {}})
        run_id = answer.raise_for_status().json()["dag_run_id"]
        while (state := api.get(f"/dags/{dag_id}/dagRuns/{run_id}").json()["state"]) not in ENDED:
            time.sleep(1)
    assert state == "success", (dag_id, run_id, state)


def pause(dag_id: str, paused: bool = True) -> None:
    from copydesk.local import services

    with services.client() as api:
        api.patch(f"/dags/{dag_id}", json={"is_paused": paused}).raise_for_status()


def wait_until_idle(*dag_ids: str) -> None:
    """Wait until no run of these DAGs, or of any, is queued or at work."""
    from copydesk.local import services

    with services.client() as api:
        while any(
            api.get(f"/dags/{dag_id}/dagRuns", params={"state": ["queued", "running"]}).json()["total_entries"]
            for dag_id in dag_ids or ("~",)
        ):
            time.sleep(1)


def ask(statement: str) -> list[tuple[Any, ...]]:
    """Ask the warehouse as its owner."""
    from copydesk.warehouse.connection import transaction

    point_at_warehouse()
    with transaction(role=None) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def point_at_warehouse() -> None:
    """Let the library, in this process, work on that warehouse."""
    from copydesk.warehouse import server

    os.environ["COPYDESK_DSN"] = server.ensure_running().dsn("copydesk")
