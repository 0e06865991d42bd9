from __future__ import annotations

import threading
from pathlib import Path

import psycopg2
import pytest

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.warehouse import Role, connect, migrate
from copydesk.warehouse.migrate import migrations


@pytest.fixture
def empty(postgres, request: pytest.FixtureRequest):
    name = f"empty_{abs(hash(request.node.name)) % 10**8}"
    postgres.ensure_database(name)
    yield postgres.dsn(name)
    admin = psycopg2.connect(postgres.dsn("postgres"))
    admin.autocommit = True
    admin.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.close()


def test_two_at_once_apply_each_migration_once(empty: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(empty))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, applied)) == [0, 0, len(migrations())]
    assert migrate(empty) == []


def test_a_migration_that_fails_leaves_nothing(empty: str, tmp_path: Path) -> None:
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id int)")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad (id int); SELECT 1/0")
    with pytest.raises(psycopg2.errors.DivisionByZero):
        migrate(empty, folder=tmp_path)
    with connect(None, dsn=empty) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('good') IS NOT NULL, to_regclass('bad') IS NULL")
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT version FROM schema_migration")
        assert cursor.fetchall() == [(1,)]


def test_a_changed_migration_is_noticed(empty: str, tmp_path: Path) -> None:
    script = tmp_path / "0001_first.sql"
    script.write_text("CREATE TABLE first (id int)")
    migrate(empty, folder=tmp_path)
    script.write_text("CREATE TABLE first (id bigint)")
    with pytest.raises(ConfigurationError, match="was changed after"):
        migrate(empty, folder=tmp_path)


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0002_second.sql").write_text("")
    with pytest.raises(ConfigurationError, match="numbered"):
        migrations(tmp_path)


def test_every_table_view_and_column_has_a_comment(query) -> None:
    assert (
        query(
            """
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'copydesk'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
              AND a.attnum > 0 AND NOT a.attisdropped
              AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
            """
        )
        == []
    )


def test_tables_that_grow_are_partitioned_and_partitions_come_ahead(query) -> None:
    partitioned = {
        name
        for (name,) in query(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'copydesk'::regnamespace"
        )
    }
    assert partitioned >= {"payload_content", "item_revision", "article", "removal", "mention", "quantity"}
    created = query("SELECT ensure_partitions('2031-01-15', '2031-02-15')")[0][0]
    assert created == 2 * len(partitioned)
    assert query("SELECT ensure_partitions('2031-01-15', '2031-02-15')") == [(0,)]
    assert query("SELECT to_regclass('article_2031_02') IS NOT NULL") == [(True,)]


def test_the_reader_reads_views_only(warehouse: str) -> None:
    connection = connect(Role.READER)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM current_article")
        assert cursor.fetchone() == (0,)
    for forbidden in ("SELECT * FROM article", "DELETE FROM current_article", "SELECT * FROM payload_content"):
        with pytest.raises(psycopg2.Error), connection, connection.cursor() as cursor:
            cursor.execute(forbidden)
    connection.close()


def test_the_etl_role_changes_rows_but_no_tables(warehouse: str) -> None:
    connection = connect(Role.ETL)
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO source (name) VALUES ('a')")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE article")
    connection.close()


def test_a_warehouse_that_is_not_set_up_says_how_to(empty: str) -> None:
    with pytest.raises(ConfigurationError, match="copydesk init"):
        connect(dsn=empty.replace("empty_", "nowhere_"))


def test_a_dsn_that_is_none_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(dsn="postgresql://me:sec%zzret@host/db")
    assert "sec" not in str(caught.value)


def test_a_schema_that_is_missing_is_a_matter_of_configuration(empty: str) -> None:
    from copydesk.warehouse.connection import transaction

    with pytest.raises(ConfigurationError, match="copydesk init"), transaction(None, dsn=empty) as connection:
        connection.cursor().execute("SELECT * FROM item")


def test_a_server_that_does_not_answer_is_a_temporary_error() -> None:
    with pytest.raises(WarehouseUnavailable):
        connect(dsn="postgresql://nobody@127.0.0.1:1/copydesk")


@pytest.mark.parametrize(
    ("connection", "dsn"),
    [
        ("postgres://me:p%40ss@db.example:5433/news", "postgresql://me:p%40ss@db.example:5433/news"),
        ("postgresql://me@%2Frun%2Fpg/copydesk", "postgresql://me@%2Frun%2Fpg/copydesk"),
        ("postgres://me@db/news?sslmode=require&__extra__=%7B%7D", "postgresql://me@db/news?sslmode=require"),
        (
            '{"conn_type": "postgres", "host": "db", "login": "me", "password": "p@ss", "schema": "n", "port": 5433}',
            "postgresql://me:p%40ss@db:5433/n",
        ),
    ],
)
def test_airflows_connection_is_understood(monkeypatch: pytest.MonkeyPatch, connection: str, dsn: str) -> None:
    from copydesk.warehouse.connection import resolve_dsn

    monkeypatch.delenv("COPYDESK_DSN", raising=False)
    monkeypatch.setenv("AIRFLOW_CONN_COPYDESK", connection)
    assert resolve_dsn() == dsn
