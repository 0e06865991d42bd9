"""What is known of addresses, and a record of every fetch; each call within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from psycopg2.extensions import connection as Connection

from copydesk.errors import CopydeskError, FetchError
from copydesk.model import Payload
from copydesk.warehouse.items import load_fetched, lock_source

Outcome = Literal["changed", "same", "not_modified", "postponed", "failed"]


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a source as its last fetch left it, and when it was looked up, by the warehouse's clock."""

    address_id: int
    source_id: int
    url: str
    moved_to: str | None
    etag: str | None
    last_modified: str | None
    payload_id: int | None
    not_before: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Got:
    """What a fetch brought. Without a payload it was not modified."""

    payload: Payload | None
    etag: str | None = None
    last_modified: str | None = None
    status: int | None = None
    moved_to: str | None = None


def known_address(connection: Connection, source_id: int, url: str) -> Address:
    """The address, made known where it is not yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO address (source_id, url) VALUES (%s, %s) ON CONFLICT (source_id, url) DO NOTHING",
            (source_id, url),
        )
        cursor.execute(
            """
            SELECT address_id, source_id, url, moved_to, etag, last_modified, payload_id, not_before,
                clock_timestamp()
            FROM address WHERE source_id = %s AND url = %s
            """,
            (source_id, url),
        )
        row = cursor.fetchone()
        assert row is not None
        return Address(*row)


def known_files(connection: Connection, source_id: int) -> dict[str, str | None]:
    """The addresses of a source that were read, each with its ETag."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, etag FROM address WHERE source_id = %s AND payload_id IS NOT NULL", (source_id,))
        return dict(cursor.fetchall())


def known_index(connection: Connection, address: Address) -> Payload | None:
    """What the address gave last, where that is an index of sitemaps: what it names changes more often than it does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.content, p.seen_at, p.url, p.media_type
            FROM payload p JOIN payload_content c USING (payload_id, seen_at)
            WHERE p.payload_id = %s AND position('sitemapindex'::bytea IN substring(c.content FROM 1 FOR 4096)) > 0
            """,
            (address.payload_id,),
        )
        row = cursor.fetchone()
        return Payload(bytes(row[0]), *row[1:]) if row else None


def record_got(connection: Connection, address: Address, got: Got, run_id: str | None) -> Outcome:
    """Keep what a fetch brought, and what it says to the next one.

    A payload waits to be loaded unless it is what the address gave last time: where an address goes back to what it
    gave before, its items are loaded again.
    """
    payload_id, size = address.payload_id, None
    outcome: Outcome = "not_modified"
    lock_source(connection, address.source_id)
    with connection.cursor() as cursor:
        if got.payload is not None:
            payload_id, size = load_fetched(connection, address.source_id, got.payload), len(got.payload.content)
            outcome = "same" if payload_id == address.payload_id else "changed"
            if outcome == "changed":
                cursor.execute("UPDATE payload SET loaded_at = NULL WHERE payload_id = %s", (payload_id,))
        cursor.execute(
            """
            UPDATE address SET moved_to = coalesce(%s, moved_to), etag = %s, last_modified = %s, payload_id = %s,
                not_before = NULL, asked_at = clock_timestamp(), fetched_at = clock_timestamp(),
                failing_since = NULL, failures = 0,
                changed_at = CASE WHEN %s THEN clock_timestamp() ELSE changed_at END
            WHERE address_id = %s
            """,
            (
                got.moved_to,
                got.etag or (address.etag if got.payload is None else None),
                got.last_modified or (address.last_modified if got.payload is None else None),
                payload_id,
                outcome == "changed",
                address.address_id,
            ),
        )
    _record(connection, address, run_id, outcome, got.status, payload_id, size)
    return outcome


def record_failure(connection: Connection, address: Address, error: CopydeskError, run_id: str | None) -> None:
    """Note that a fetch failed, and how long its server asks to be left alone."""
    pause, asked_at = getattr(error, "retry_after", None), address.now
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE address SET asked_at = %s, failures = failures + 1,
                failing_since = coalesce(failing_since, %s), not_before = %s
            WHERE address_id = %s
            """,
            (asked_at, asked_at, asked_at + timedelta(seconds=pause) if pause else None, address.address_id),
        )
    status = getattr(error, "status", None)
    _record(connection, address, run_id, "failed", status, reason=error.reason, message=str(error))


def record_postponed(connection: Connection, address: Address, run_id: str | None) -> None:
    """Note that an address was not asked because its server had asked to wait."""
    message = f"its server asked not to be asked again before {address.not_before:%Y-%m-%d %H:%M:%S %Z}"
    _record(connection, address, run_id, "postponed", reason=FetchError.reason, message=message)


def forget_move(connection: Connection, address: Address) -> None:
    """Ask the configured address again: where it had moved to, it is no longer."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE address SET moved_to = NULL WHERE address_id = %s", (address.address_id,))


def unloaded_payloads(connection: Connection, source_id: int, *, limit: int) -> list[int]:
    """The payloads of a source whose items wait to be loaded, also those that an earlier run left behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload_id FROM payload WHERE source_id = %s AND loaded_at IS NULL ORDER BY payload_id LIMIT %s",
            (source_id, limit),
        )
        return [payload_id for (payload_id,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is; a row of the view ``source_health``."""

    source: str
    state: str
    fetched_at: datetime | None
    last_new_at: datetime | None
    silent_after: timedelta | None
    failures: int | None
    failing_since: datetime | None


def source_health(connection: Connection) -> list[Health]:
    """All sources, those that need somebody first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT source, state, fetched_at, last_new_at, silent_after, failures, failing_since FROM source_health
            ORDER BY array_position(ARRAY['failing', 'silent', 'unsteady', 'at rest', 'well'], state), source
            """
        )
        return [Health(*row) for row in cursor.fetchall()]


def _record(
    connection: Connection,
    address: Address,
    run_id: str | None,
    outcome: Outcome,
    status: int | None = None,
    payload_id: int | None = None,
    size: int | None = None,
    reason: str | None = None,
    message: str | None = None,
) -> None:
    values: Sequence[object] = (
        address.address_id, address.source_id, run_id, address.now, outcome, status, payload_id, size, reason, message
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_partitions(%s, %s)", (address.now, address.now))
        cursor.execute(
            """
            INSERT INTO fetch_record (address_id, source_id, run_id, started_at, finished_at, outcome, status,
                payload_id, size, reason, message)
            VALUES (%s, %s, %s, %s, clock_timestamp(), %s, %s, %s, %s, %s, %s)
            """,
            values,
        )


def reserve_turn(connection: Connection, host: str, pause: float) -> float:
    """Reserve the next free moment to ask a host, which is then left alone for ``pause`` seconds; gives the seconds
    until that moment. A moment more than an hour beyond the pause was reserved by a clock that was wrong."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO host_turn AS t (host, free_at) VALUES (%(host)s, now() + %(pause)s * interval '1 s')
            ON CONFLICT (host) DO UPDATE SET free_at = %(pause)s * interval '1 s' + CASE
                WHEN t.free_at > clock_timestamp() + %(pause)s * interval '1 s' + interval '1 hour'
                    THEN clock_timestamp()
                ELSE greatest(t.free_at, clock_timestamp()) END
            RETURNING extract(epoch FROM free_at - clock_timestamp()) - %(pause)s
            """,
            {"host": host, "pause": pause},
        )
        row = cursor.fetchone()
        return max(0.0, float(row[0])) if row else 0.0
