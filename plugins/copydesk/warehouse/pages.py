"""Pages that items wait for; each call within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.errors import CopydeskError, DataError
from copydesk.model import Payload
from copydesk.warehouse.items import load_fetched, lock_source

MAX_TRIES = 3
"""After so many failures an item is refined without its page."""
CLAIM = timedelta(minutes=15)
"""So long a page is left to the run that took it; after that another may, because the first has died."""
FIRST_PAUSE = timedelta(minutes=5)
"""After the first failure; every further one waits four times as long."""


@dataclass(frozen=True, slots=True)
class Wanted:
    item_id: int
    revision: int
    source_id: int
    url: str
    tries: int


def want_pages(cursor: Cursor, source_id: int, wanted: Iterable[tuple[int, int, str]]) -> None:
    """Let items wait for their pages: item id, revision and address of each."""
    execute_values(
        cursor,
        """
        INSERT INTO page (item_id, revision, source_id, url) VALUES %s
        ON CONFLICT (item_id) DO UPDATE SET revision = EXCLUDED.revision, url = EXCLUDED.url, payload_id = NULL,
            tries = 0, not_before = now(), done_at = NULL, reason = NULL, message = NULL
        """,
        [(item_id, revision, source_id, url) for item_id, revision, url in wanted],
    )


def claim_pages(connection: Connection, source_id: int, *, limit: int) -> Sequence[Wanted]:
    """Take pages to fetch, so that no other run fetches them too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE page SET not_before = now() + %s
            WHERE item_id IN (
                SELECT item_id FROM page WHERE source_id = %s AND done_at IS NULL AND not_before <= now()
                ORDER BY item_id DESC LIMIT %s FOR UPDATE SKIP LOCKED
            )
            RETURNING item_id, revision, source_id, url, tries
            """,
            (CLAIM, source_id, limit),
        )
        return sorted((Wanted(*row) for row in cursor.fetchall()), key=lambda wanted: -wanted.item_id)


def keep_page(connection: Connection, wanted: Wanted, payload: Payload) -> None:
    """Keep a page as it came; its item may be refined."""
    lock_source(connection, wanted.source_id)
    payload_id = load_fetched(connection, wanted.source_id, payload)
    with connection.cursor() as cursor:
        # Bytes that came earlier, as something of their own, may still wait to be loaded.
        cursor.execute("UPDATE payload SET loaded_at = now() WHERE payload_id = %s AND seen_at >= now()", (payload_id,))
        cursor.execute(
            """
            UPDATE page SET payload_id = %s, done_at = now(), reason = NULL, message = NULL
            WHERE item_id = %s AND revision = %s
            """,
            (payload_id, wanted.item_id, wanted.revision),
        )


def fail_page(connection: Connection, wanted: Wanted, error: CopydeskError) -> None:
    """Note that a page could not be fetched: it is tried again later, or given up."""
    tries = wanted.tries + 1
    given_up = isinstance(error, DataError) or tries >= MAX_TRIES
    asked = getattr(error, "retry_after", None)
    pause = max(FIRST_PAUSE * 4**wanted.tries, timedelta(seconds=asked or 0))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE page SET tries = %s, reason = %s, message = %s, not_before = now() + %s,
                done_at = CASE WHEN %s THEN now() END
            WHERE item_id = %s AND revision = %s
            """,
            (tries, error.reason, str(error), pause, given_up, wanted.item_id, wanted.revision),
        )
