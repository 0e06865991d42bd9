"""Archives: how far each was loaded. One session at a time works on an archive, and moves its position as it loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from copydesk.archives import Mark
from copydesk.errors import ConfigurationError, DataError, TemporaryError

_LOCK = "copydesk.archive"
_PATIENCE = "5s"
"""How long to wait for another run: the session of one that was killed may live a moment longer."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder to be loaded."""

    fingerprint: bytes
    """What tells it from others, wherever it lies."""
    url: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive and how far it was loaded."""

    archive_id: int
    source_id: int
    fingerprint: bytes
    url: str
    size: int
    position: int = 0
    mark: Mark | None = None
    finished: bool = False


def register_archive(connection: Connection, source_id: int, found: Found) -> int:
    """Note an archive that shall be loaded; gives its id, also where it was known, perhaps under another name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO archive (source_id, fingerprint, url, size, modified) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (source_id, fingerprint) DO UPDATE SET url = EXCLUDED.url
            RETURNING archive_id
            """,
            (source_id, found.fingerprint, found.url, found.size, found.modified),
        )
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])


def find_archive(connection: Connection, archive_id: int) -> Archive:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT archive_id, source_id, fingerprint, url, size, position, mark_position, mark_offset,
                finished_at IS NOT NULL
            FROM archive WHERE archive_id = %s
            """,
            (archive_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise ConfigurationError(f"there is no archive {archive_id}; plan the backfill again")
    archive_id, source_id, fingerprint, url, size, position, mark_position, mark_offset, finished = row
    mark = None if mark_position is None else Mark(mark_position, mark_offset)
    return Archive(archive_id, source_id, bytes(fingerprint), url, size, position, mark, finished)


def lock_archive(connection: Connection, archive_id: int) -> None:
    """Keep other sessions away from the archive as long as this one lives. Raises :class:`TemporaryError`."""
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", (_PATIENCE,))
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", (_LOCK, archive_id))
    except psycopg2.errors.LockNotAvailable as error:
        raise TemporaryError(f"archive {archive_id} is being loaded by another run; wait for it to end") from error


def advance(
    connection: Connection, archive: Archive, position: int, *, mark: Mark | None, payloads: int, errors: int
) -> None:
    """Move the archive's position on, in the transaction that loads the records before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE archive SET position = %s, mark_position = %s, mark_offset = %s, payloads = payloads + %s,
                errors = errors + %s, loaded_at = now()
            WHERE archive_id = %s AND position = %s
            """,
            (position, *(mark or (None, None)), payloads, errors, archive.archive_id, archive.position),
        )
        if cursor.rowcount != 1:
            raise TemporaryError(f"{archive.url}: another run loaded it meanwhile; nothing of this batch was loaded")


def finish(connection: Connection, archive_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE archive SET finished_at = now() WHERE archive_id = %s", (archive_id,))


def restart(connection: Connection, archive_id: int) -> None:
    """Have the archive read from its start again; what is loaded of it stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE archive SET position = 0, mark_position = NULL, mark_offset = NULL, payloads = 0, errors = 0,
                finished_at = NULL
            WHERE archive_id = %s
            """,
            (archive_id,),
        )


def quarantine_records(
    connection: Connection, archive: Archive, until: int, refused: Sequence[tuple[int, DataError]]
) -> None:
    """Note records that gave no payload; those from the archive's position to ``until`` that now do are resolved."""
    with connection.cursor() as cursor:
        if refused:
            execute_values(
                cursor,
                """
                INSERT INTO quarantine (source_id, archive_id, position, stage, reason, message, item_name) VALUES %s
                ON CONFLICT (archive_id, position) WHERE payload_id IS NULL DO UPDATE
                SET reason = EXCLUDED.reason, message = EXCLUDED.message, resolved_at = NULL,
                    dropped_at = CASE WHEN quarantine.reason = EXCLUDED.reason THEN quarantine.dropped_at END
                """,
                [
                    (archive.source_id, archive.archive_id, position, "parse", error.reason, str(error), error.item)
                    for position, error in refused
                ],
            )
        cursor.execute(
            """
            UPDATE quarantine SET resolved_at = now()
            WHERE archive_id = %s AND payload_id IS NULL AND resolved_at IS NULL
              AND position >= %s AND position < %s AND position <> ALL(%s)
            """,
            (archive.archive_id, archive.position, until, [position for position, _ in refused]),
        )
