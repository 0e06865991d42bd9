"""Sessions that transactions share."""

from __future__ import annotations

import psycopg2.errors
import pytest
from psycopg2.extensions import connection as Connection

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.warehouse.connection import Role, one_session, transaction


def backend(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((pid,),) = cursor.fetchall()
        return int(pid)


def in_a_transaction(role: Role = Role.ETL) -> int:
    with transaction(role) as connection:
        return backend(connection)


def test_transactions_that_follow_each_other_share_a_session(warehouse: str, query) -> None:
    with one_session():
        first = in_a_transaction()
        with one_session():
            assert in_a_transaction() == first
        assert in_a_transaction() == first
        assert in_a_transaction(Role.READER) != first, "rights are not shared"
    assert in_a_transaction() != first
    assert query("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", first) == [(0,)], "it is left open"


def test_a_transaction_inside_another_has_a_session_of_its_own(warehouse: str) -> None:
    with one_session():
        with transaction() as outer:
            assert in_a_transaction() != backend(outer)
        in_a_transaction()


def test_an_error_undoes_its_transaction_only(warehouse: str, query) -> None:
    def tell(name: str) -> None:
        with transaction() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO source (name) VALUES (%s)", (name,))
            if name == "bad":
                raise ValueError(name)

    with one_session():
        tell("one")
        with pytest.raises(ValueError, match="bad"):
            tell("bad")
        tell("two")
    assert query("SELECT name FROM source ORDER BY name") == [("one",), ("two",)]


def test_a_session_that_the_server_ended_meanwhile_is_replaced(warehouse: str, query) -> None:
    with one_session():
        first = in_a_transaction()
        query("SELECT pg_terminate_backend(%s, 5000)", first)
        assert in_a_transaction() != first


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SET TRANSACTION READ ONLY; INSERT INTO source (name) VALUES ('x')", WarehouseUnavailable),
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)", WarehouseUnavailable),
        ("SELECT * FROM pg_authid", ConfigurationError),
        ("SELECT * FROM no_such_table", ConfigurationError),
        ("SELECT 1 / 0", psycopg2.errors.DivisionByZero),
        ("WITH s AS (INSERT INTO source (name) VALUES ('x') RETURNING source_id) INSERT INTO address (source_id, url) "
         "SELECT source_id, string_agg(md5(n::text), '') FROM s, generate_series(1, 999) n GROUP BY 1",
         psycopg2.errors.ProgramLimitExceeded),
    ],
)  # fmt: skip
def test_an_error_says_whether_it_may_pass(warehouse: str, statement: str, error: type[Exception]) -> None:
    """What is about the server is tried again, or told to a person; what is about the data costs the data."""
    with pytest.raises(error), transaction() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
