"""Connections to the warehouse: one way in, whoever asks.

Which Postgres: ``COPYDESK_DSN`` (a libpq URI), else ``AIRFLOW_CONN_COPYDESK`` (an Airflow connection, as URI or JSON),
else the embedded server of this checkout, started when it does not run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import make_dsn

from copydesk.errors import ConfigurationError, WarehouseUnavailable

SCHEMA = "copydesk"
DATABASE = "copydesk"

_ALIVE = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}
"""A machine that vanishes says no goodbye: the other side notices after two minutes. The server gives its claims back,
the client tries again."""
_MAY_PASS = (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.ReadOnlySqlTransaction)
"""What is about the server, not about what was asked: deadlocks and time-outs are operational, a server is read-only
while another takes over, or as long as its disk is full."""
_NOT_SET_UP = (
    psycopg2.errors.InsufficientPrivilege,
    psycopg2.errors.UndefinedObject,
    psycopg2.errors.UndefinedTable,
    psycopg2.errors.UndefinedColumn,
    psycopg2.errors.UndefinedFunction,
    psycopg2.errors.InvalidSchemaName,
)


class Role(StrEnum):
    """The rights that a session takes on: ``ETL`` writes, ``READER`` reads the views only."""

    ETL = "copydesk_etl"
    READER = "copydesk_reader"


def connect(role: Role | str | None = Role.ETL, *, dsn: str | None = None) -> Connection:
    """Open a session on the warehouse. ``role=None`` keeps the rights of the user that the DSN names (migrations).

    Raises :class:`WarehouseUnavailable` when no server answers and :class:`ConfigurationError` when the server
    answers that the database, the user or the role is wrong.
    """
    options = [f"-c search_path={SCHEMA}", "-c timezone=UTC"]
    options += [f"-c tcp_{name}={seconds}" for name, seconds in _ALIVE.items()]
    if role:
        options.append(f"-c role={role}")
    try:
        return psycopg2.connect(
            make_dsn(dsn or resolve_dsn(), connect_timeout=10, tcp_user_timeout=120_000, **_ALIVE),
            options=" ".join(options),
            application_name="copydesk",
        )
    except psycopg2.ProgrammingError:  # its message repeats the DSN, password and all
        raise ConfigurationError("COPYDESK_DSN or AIRFLOW_CONN_COPYDESK is no connection URI of Postgres") from None
    except psycopg2.OperationalError as error:
        message = str(error).strip()
        if role and f'role "{role}"' in message:
            raise ConfigurationError(f"the warehouse is not set up: {message} Run `copydesk init`.") from error
        if any(sign in message for sign in ("does not exist", "authentication failed", "no password supplied")):
            raise ConfigurationError(
                f"{message} Check COPYDESK_DSN or AIRFLOW_CONN_COPYDESK, then run `copydesk init`."
            ) from error
        raise WarehouseUnavailable(f"Postgres does not answer: {message}") from error


@contextmanager
def transaction(role: Role | str | None = Role.ETL, *, dsn: str | None = None) -> Iterator[Connection]:
    """One transaction: commits at the end, rolls back on any error. In a session of its own, but for `one_session`.

    A connection that breaks on the way is a :class:`WarehouseUnavailable`: nothing was written, try again.
    """
    lend = _SESSIONS.get() or session
    with lend(role, dsn=dsn) as connection, connection:
        yield connection


@contextmanager
def session(role: Role | str | None = Role.ETL, *, dsn: str | None = None) -> Iterator[Connection]:
    """One session for several transactions, ``with connection:`` each; always closes. Raises as a transaction does."""
    connection = connect(role, dsn=dsn)
    try:
        with explained(connection):
            yield connection
    finally:
        connection.close()


@contextmanager
def one_session() -> Iterator[None]:
    """Inside, transactions that follow each other share a session, for to open one takes as long as a small one lasts.

    They leave no settings behind in it (``SET LOCAL``; what needs more takes a :func:`session`). One that broke is
    replaced by the next transaction.
    """
    if _SESSIONS.get():
        yield
        return
    sessions = _Sessions()
    token = _SESSIONS.set(sessions)
    try:
        yield
    finally:
        _SESSIONS.reset(token)
        sessions.close()


class _Sessions:
    """What is open between transactions. A transaction inside another gets a session of its own."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str | None, str | None], Connection] = {}

    @contextmanager
    def __call__(self, role: Role | str | None, *, dsn: str | None) -> Iterator[Connection]:
        connection = self._idle.pop((role, dsn), None)
        if connection is None or not _answers(connection):
            connection = connect(role, dsn=dsn)
        try:
            with explained(connection):
                yield connection
        finally:
            if self._idle.setdefault((role, dsn), connection) is not connection:
                connection.close()

    def close(self) -> None:
        for connection in self._idle.values():
            connection.close()


_SESSIONS: ContextVar[_Sessions | None] = ContextVar("sessions", default=None)


def _answers(connection: Connection) -> bool:
    """Whether a session is still there: the server may have been started anew meanwhile."""
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT")
    except psycopg2.Error:
        connection.close()
        return False
    return True


@contextmanager
def explained(connection: Connection) -> Iterator[None]:
    """Errors of the server as errors of ours, where they are not about what was asked."""
    try:
        yield
    except psycopg2.Error as error:
        if isinstance(error, psycopg2.errors.ProgramLimitExceeded):  # counts as operational, and is about the data
            raise
        # A server that is killed shows as a plain DatabaseError on a closed connection.
        if connection.closed or isinstance(error, _MAY_PASS):
            raise WarehouseUnavailable(f"Postgres broke off: {str(error).strip()}") from error
        if isinstance(error, _NOT_SET_UP):
            raise ConfigurationError(f"the warehouse is not set up: {error} Run `copydesk init`.") from error
        raise


def resolve_dsn() -> str:
    """The libpq URI of the warehouse, see the module's docstring."""
    if dsn := os.environ.get("COPYDESK_DSN"):
        return dsn
    if connection := os.environ.get("AIRFLOW_CONN_COPYDESK"):
        return _from_airflow(connection)
    try:
        from copydesk.warehouse import server
    except ImportError as error:
        raise ConfigurationError(
            "no Postgres is configured: set COPYDESK_DSN, or `pip install copydesk[embedded]` for one of its own."
        ) from error
    return server.ensure_running().dsn(DATABASE)


def _from_airflow(connection: str) -> str:
    if connection.lstrip().startswith("{"):
        fields = json.loads(connection)
        extra = fields.get("extra") or {}
        query = json.loads(extra) if isinstance(extra, str) else extra
        login, password = fields.get("login") or "", fields.get("password") or ""
        credentials = quote(login, safe="") + (f":{quote(password, safe='')}" if password else "")
        port = f":{fields['port']}" if fields.get("port") else ""
        host = quote(fields.get("host") or "", safe="") + port
        database = quote(fields.get("schema") or DATABASE)
        parts = (credentials, host, database)
    else:
        uri = urlsplit(connection)
        if uri.scheme not in ("postgres", "postgresql"):
            raise ConfigurationError(f"AIRFLOW_CONN_COPYDESK must be a postgres:// connection, not {uri.scheme}://")
        credentials, _, host = uri.netloc.rpartition("@")
        query = dict(parse_qsl(uri.query))
        parts = (credentials, host, uri.path.lstrip("/") or DATABASE)
    libpq = {key: str(value) for key, value in query.items() if not key.startswith("__")}
    user, host, database = parts
    return f"postgresql://{user}{'@' if user else ''}{host}/{database}" + (f"?{urlencode(libpq)}" if libpq else "")
