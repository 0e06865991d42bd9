"""What all tests share: a Postgres of their own, the shared corpora where they are, and no silent skips on CI."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg2
import pytest

from copydesk import backfill, jobs, reprocess
from copydesk.refinery import Refinery
from copydesk.sources import Source
from copydesk.warehouse import connect, migrate
from copydesk.warehouse.server import Server, ensure_running, stop

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Airflow reads these when it is imported, which some tests do: a home of its own, this checkout's DAGs and plugins.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="copydesk-airflow-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(ROOT / "dags")
os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(ROOT / "plugins")

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts Airflow comes first and last: the workers of pytest-xdist, which take file after file, have other
    things to do beside it."""
    places = {"e2e": 0, "local": 2}
    items.sort(key=lambda item: places.get(item.path.relative_to(ROOT / "tests").parts[0], 1))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sample article and corpora beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the corpora in {SHARED.name}/ beside the checkout, which a clone has not")
    return SHARED


class Kept(Refinery):
    """One process refines for all tests: to start one takes longer than most of them do."""

    _only: Kept | None = None

    def __new__(cls) -> Kept:
        cls._only = cls._only or super().__new__(cls)
        return cls._only

    def __init__(self) -> None:
        if not hasattr(self, "_child"):
            super().__init__()

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def refinery() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (backfill, jobs, reprocess):
            patch.setattr(module, "Refinery", Kept)
        yield
    super(Kept, Kept()).__exit__()


@pytest.fixture(scope="session")
def postgres(refinery: None) -> Iterator[Server]:
    """An embedded server for this test run alone. It need not outlive a power cut, so it doesn't wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-test-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        server = ensure_running(folder / "postgres")
        with closing(psycopg2.connect(server.dsn("postgres"))) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = off")
            cursor.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _template(postgres: Server) -> str:
    postgres.ensure_database("copydesk_template")
    migrate(postgres.dsn("copydesk_template"))
    return "copydesk_template"


@pytest.fixture
def warehouse(postgres: Server, _template: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated, empty warehouse, to which the library's connections lead. Gives its DSN."""
    name = f"copydesk_test_{next(_numbers)}"
    admin = psycopg2.connect(postgres.dsn("postgres"))
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template}" STRATEGY FILE_COPY')
        dsn = postgres.dsn(name)
        monkeypatch.setenv("COPYDESK_DSN", dsn)
        monkeypatch.delenv("AIRFLOW_CONN_COPYDESK", raising=False)
        yield dsn
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        admin.close()


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Let these sources be configured, and no others: ``configure(*sources)``."""

    def write(*sources: Source) -> None:
        settings = [source.model_dump(include={"name", "outlet", "language"}) for source in sources]
        (tmp_path / "sources.yaml").write_text(json.dumps({"sources": settings}))
        monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))

    return write


@pytest.fixture
def query(warehouse: str):
    """Ask the warehouse as its owner: ``query(sql, *values)`` gives the rows."""

    def ask(statement: str, *values: object) -> list[tuple]:
        connection = connect(None, dsn=warehouse)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    return ask


@pytest.fixture(scope="session")
def warc_record():
    """Make a WARC record: ``warc_record(body, url=…, kind=…, length=…, http=…, date=…)`` gives its bytes."""

    def make(
        body: bytes | str,
        *,
        url: str = "https://harbour.example/1",
        kind: str = "response",
        length: object = None,
        http: str | None = "HTTP/1.1 200 OK\r\nContent-Type: text/html",
        media_type: str = "application/http; msgtype=response",
        date: str = "2016-03-04T05:06:07Z",
    ) -> bytes:
        block = body.encode() if isinstance(body, str) else body
        if http is not None:
            block = http.encode() + b"\r\n\r\n" + block
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
            f"WARC-Record-ID: <urn:x:{url}>\r\nContent-Type: {media_type}\r\n"
            f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
        )
        return head.encode() + block + b"\r\n\r\n"

    return make


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """On CI everything must run: a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} tests were skipped, which CI does not allow:", red=True)
        for report in skipped:
            reporter.write_line(f"  {report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
