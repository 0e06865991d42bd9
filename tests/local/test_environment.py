from __future__ import annotations

import stat
from pathlib import Path

import asyncpg
import psycopg2
import pytest

from copydesk.local import environment
from copydesk.local.environment import airflow_environment, airflow_home, ensure_keys
from copydesk.warehouse.connection import resolve_dsn


@pytest.fixture
def state(postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own; the server is that of the test run."""
    for name in ("AIRFLOW_CONN_COPYDESK", "COPYDESK_DSN", "COPYDESK_DAGS_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COPYDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(environment, "ensure_running", lambda: postgres)
    return tmp_path


def test_keys_are_made_once_and_are_private(state: Path) -> None:
    keys = ensure_keys()
    assert ensure_keys() == keys
    files = [airflow_home() / "keys.json", airflow_home() / "passwords.json"]
    assert sorted(airflow_home().iterdir()) == files, "no draft is left behind"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (airflow_home(), *files)] == [0o700, 0o600, 0o600]
    assert len(keys.jwt_secret) >= 64, "HS512 wants as many bytes"
    assert keys.password not in repr(keys)


def test_the_connection_leads_airflow_and_the_library_to_the_same_warehouse(
    state: Path, postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = airflow_environment()["AIRFLOW_CONN_COPYDESK"]
    monkeypatch.setenv("AIRFLOW_CONN_COPYDESK", connection)
    with psycopg2.connect(resolve_dsn()) as session, session.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('data_directory')")
        assert cursor.fetchone() == ("copydesk", str(postgres.data_dir / "cluster"))
    session.close()


@pytest.mark.airflow
def test_airflow_reads_the_connection(state: Path, postgres) -> None:
    from airflow.sdk.definitions.connection import Connection

    found = Connection.from_uri(airflow_environment()["AIRFLOW_CONN_COPYDESK"], conn_id="copydesk")
    assert (found.host, found.port) == (str(postgres.socket_dir), 5432)
    assert (found.schema, found.login) == ("copydesk", "postgres")


def test_the_metadata_database_answers_asyncpg(state: Path) -> None:
    import asyncio

    uri = airflow_environment()["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"]

    async def ask() -> str:
        session = await asyncpg.connect(uri.replace("+asyncpg", ""))
        try:
            return await session.fetchval("SELECT current_database()")
        finally:
            await session.close()

    assert asyncio.run(ask()) == "airflow"


def test_a_warehouse_of_the_users_own_stays_theirs(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_DSN", "postgresql://me@db.example/news")
    variables = airflow_environment()
    assert variables["COPYDESK_DSN"] == variables["AIRFLOW_CONN_COPYDESK"] == "postgresql://me@db.example/news"
    monkeypatch.setenv("AIRFLOW_CONN_COPYDESK", "postgres://other@db.example/news")
    assert airflow_environment()["AIRFLOW_CONN_COPYDESK"] == "postgres://other@db.example/news"
    assert "airflow" in variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]


def test_airflow_listens_on_this_machine_only(state: Path) -> None:
    variables = airflow_environment(8123)
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__API__PORT"] == "8123"
    assert variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
