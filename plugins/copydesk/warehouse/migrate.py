"""Migrations: numbered plain SQL files, forward only, each applied once in a transaction of its own.

What was applied is recorded in the same transaction with the file's checksum, so that a file changed afterwards is
noticed. An advisory lock keeps two from migrating at once.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.warehouse.connection import DATABASE, SCHEMA, Role, connect

_LOCK = int.from_bytes(hashlib.sha256(b"copydesk.migrate").digest()[:8], "big", signed=True)
_NAME = re.compile(r"(\d{4})_(\w+)\.sql")

# Roles belong to the whole server; who may not create them can be given them by an administrator.
_ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY %s LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %%I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
        IF NOT pg_has_role(wanted, 'SET') THEN
            EXECUTE format('GRANT %%I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END $$
"""

_HISTORY = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON SCHEMA {SCHEMA} IS 'Clean text, metadata and facts of syndicated news. Start with the view current_article.';
COMMENT ON TABLE {SCHEMA}.schema_migration IS 'Which migrations were applied.';
COMMENT ON COLUMN {SCHEMA}.schema_migration.version IS 'The file''s number.';
COMMENT ON COLUMN {SCHEMA}.schema_migration.name IS 'The file''s name without number and suffix.';
COMMENT ON COLUMN {SCHEMA}.schema_migration.checksum IS 'SHA-256 of the file as it was applied.';
COMMENT ON COLUMN {SCHEMA}.schema_migration.applied_at IS 'When.';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def sql_folder() -> Path:
    """The folder ``sql/``: beside ``plugins/`` in a checkout, inside the package in a wheel."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "sql", package.parents[1] / "sql"):
        if folder.is_dir():
            return folder
    raise ConfigurationError(f"the folder sql/ is missing beside {package}; reinstall copydesk.")


def migrations(folder: Path | None = None) -> list[Migration]:
    """The migrations of a folder in order. Raises when a number is missing, doubled or a name is odd."""
    found = []
    for path in sorted((folder or sql_folder() / "migrations").glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if not match:
            raise ConfigurationError(f"{path}: a migration is called NNNN_what_it_does.sql")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ConfigurationError(f"the migrations must be numbered 1, 2, 3 …: {[m.version for m in found]}")
    return found


def migrate(dsn: str | None = None, *, folder: Path | None = None) -> list[str]:
    """Bring the warehouse's schema up to date; says which migrations were applied."""
    connection = connect(role=None, dsn=dsn)
    try:
        return _migrate(connection, migrations(folder))
    finally:
        connection.close()


def prepare() -> list[str]:
    """Make the warehouse usable from nothing: start the embedded server where none is configured, migrate."""
    import os

    if not (os.environ.get("COPYDESK_DSN") or os.environ.get("AIRFLOW_CONN_COPYDESK")):
        from copydesk.warehouse import server

        server.ensure_running().ensure_database(DATABASE)
    return migrate()


def _apply(connection: Connection, cursor: Cursor, migration: Migration) -> None:
    """One migration in its transaction. It waits for locks for so long only, for all others wait behind it, and gives
    way where it and a job's transaction wait for each other; then it is tried again."""
    for attempt in range(1, _TRIES + 1):
        try:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            cursor.execute(migration.sql)
            cursor.execute(
                "INSERT INTO schema_migration (version, name, checksum) VALUES (%s, %s, %s)",
                (migration.version, migration.name, migration.checksum),
            )
            connection.commit()
        except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected) as error:
            connection.rollback()
            if attempt == _TRIES:
                raise WarehouseUnavailable(
                    f"migration {migration.version:04}_{migration.name} found its tables in use {_TRIES} times; nothing"
                    " of it was done. Pause the DAGs, wait for what runs, and call `copydesk init` again."
                ) from error
            time.sleep(attempt)
        else:
            return


_TRIES = 6


def _migrate(connection: Connection, wanted: list[Migration]) -> list[str]:
    applied = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        cursor.execute(_ROLES, ([str(role) for role in Role],))
        cursor.execute("SET client_min_messages = warning")
        cursor.execute(_HISTORY)
        connection.commit()
        cursor.execute("SELECT version, checksum FROM schema_migration")
        known = dict(cursor.fetchall())
        for migration in wanted:
            if migration.version in known:
                if known[migration.version] != migration.checksum:
                    raise ConfigurationError(
                        f"migration {migration.version:04}_{migration.name} was changed after it had been applied; "
                        "put it back and write a new one."
                    )
                continue
            _apply(connection, cursor, migration)
            applied.append(f"{migration.version:04}_{migration.name}")
        if unknown := set(known) - {migration.version for migration in wanted}:
            raise ConfigurationError(
                f"the warehouse is newer than this copydesk: it has migration {max(unknown)}; upgrade copydesk."
            )
    return applied
