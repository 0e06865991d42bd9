"""What the daily digest reads of the job: one day of the warehouse, in one read-only snapshot.

A day is the articles whose items were first loaded in it. Whatever grows with them is read by ``seen_at``, the key of
its partitions, so that a day costs what it brought and not what the warehouse holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import cursor as Cursor

from copydesk.warehouse.connection import Role, session

EXAMPLE_LENGTH = 400
"""Characters of a message, a sentence or a quotation that are read; the page shows less."""


class Window(NamedTuple):
    """The day in UTC, without its end."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, day: date) -> Window:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return cls(start, start + timedelta(days=1))


class Intake(NamedTuple):
    """What the batches of a day counted that loaded items."""

    day: date
    received: int
    new: int
    revised: int
    unchanged: int
    quarantined: int


class Share(NamedTuple):
    """Articles of a day, by where they came from and what they are written in."""

    day: date
    source: str
    language: str | None
    """Without script and region: zh, en."""
    articles: int


class Ill(NamedTuple):
    """A source that is failing or silent, as it is when the digest is made; of ``since`` and ``state`` see
    ``source_health``."""

    source: str
    state: str
    since: datetime | None
    failing_addresses: int
    usual_gap: timedelta | None


class Taken(NamedTuple):
    """What a rule took out of the day's articles."""

    kind: str
    rule: str
    removals: int
    articles: int
    characters: int


class Waiting(NamedTuple):
    """A learned block that a person has to decide on."""

    block_id: int
    source: str
    text: str
    support: int
    share: float


class Refused(NamedTuple):
    """Why items are in quarantine."""

    reason: str
    new: int
    """Those that came on the day, whatever became of them since."""
    open: int
    """All that wait when the digest is made."""
    source: str
    item: str | None
    message: str
    """Of the latest of the day, else of the latest."""


class Work(NamedTuple):
    """The batches of a kind."""

    kind: str
    runs: int
    batches: int
    items: int
    """Items or articles, the quarantined too."""
    seconds: float
    """From the start of each batch's transaction to its end, of all of them: batches that ran at once count each."""
    longest: float


class Fetches(NamedTuple):
    outcome: str
    fetches: int
    seconds: float


@contextmanager
def reading() -> Iterator[Cursor]:
    """A snapshot of the warehouse, so that the figures agree with each other."""
    with session(Role.ETL) as connection, connection:
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with connection.cursor() as cursor:
            yield cursor


def first_day(cursor: Cursor) -> date | None:
    """The day of the first batch; none: nothing was ever loaded."""
    cursor.execute("SELECT finished_at::date FROM batch ORDER BY batch_id LIMIT 1")
    row = cursor.fetchone()
    return row[0] if row else None


# A batch is of the day on which it ended. That it began within the day before is said for the index.


def intake(cursor: Cursor, window: Window, *, days: int) -> list[Intake]:
    """The day and so many before it, where any item came in."""
    return rows(
        cursor,
        Intake,
        """
        SELECT finished_at::date, sum(received), sum(new), sum(revised), sum(unchanged), sum(quarantined)
        FROM batch
        WHERE kind = 'ingest' AND finished_at >= %(start)s - make_interval(days => %(days)s) AND finished_at < %(end)s
          AND started_at > %(start)s - make_interval(days => %(days)s + 1) AND started_at < %(end)s
        GROUP BY 1 ORDER BY 1
        """,
        window,
        days=days,
    )


def articles(cursor: Cursor, window: Window, *, days: int) -> list[Share]:
    """The articles of the day and of so many before it."""
    return rows(
        cursor,
        Share,
        """
        SELECT a.seen_at::date, s.name, split_part(a.language, '-', 1), count(*)
        FROM article a
        JOIN item i ON i.item_id = a.item_id AND i.article_revision = a.revision
        JOIN source s USING (source_id)
        WHERE a.seen_at >= %(start)s - make_interval(days => %(days)s) AND a.seen_at < %(end)s
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        window,
        days=days,
    )


def pending(cursor: Cursor, window: Window) -> int:
    """How many items of the day wait to be refined."""
    cursor.execute(
        "SELECT count(*) FROM item WHERE refined_revision < revision AND seen_at >= %(start)s AND seen_at < %(end)s",
        window._asdict(),
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def ill_sources(cursor: Cursor) -> tuple[list[Ill], int]:
    """The sources that are failing or silent, the longest first, and how many are asked at all."""
    cursor.execute("SELECT count(*) FROM source_health WHERE state <> 'at rest'")
    row = cursor.fetchone()
    found = rows(
        cursor,
        Ill,
        """
        SELECT source, state, CASE state WHEN 'failing' THEN failing_since ELSE coalesce(last_new_at, fetched_at) END,
               coalesce(failing_addresses, 0), usual_gap
        FROM source_health WHERE state IN ('failing', 'silent') ORDER BY 3 NULLS FIRST, source
        """,
    )
    return found, int(row[0]) if row else 0


def removals(cursor: Cursor, window: Window) -> tuple[list[Taken], int]:
    """What each rule took, the most first, and how many characters the day's articles have without it."""
    taken = rows(
        cursor,
        Taken,
        """
        SELECT r.kind, r.rule, count(*), count(DISTINCT r.item_id), sum(r.stop - r.start)
        FROM removal r JOIN item i ON i.item_id = r.item_id AND i.article_revision = r.revision
        WHERE r.seen_at >= %(start)s AND r.seen_at < %(end)s
        GROUP BY r.kind, r.rule ORDER BY 5 DESC, 1, 2
        """,
        window,
    )
    cursor.execute(
        """
        SELECT coalesce(sum(length(a.text)), 0)
        FROM article a JOIN item i ON i.item_id = a.item_id AND i.article_revision = a.revision
        WHERE a.seen_at >= %(start)s AND a.seen_at < %(end)s
        """,
        window._asdict(),
    )
    row = cursor.fetchone()
    return taken, int(row[0]) if row else 0


def waiting_blocks(cursor: Cursor, *, limit: int) -> tuple[list[Waiting], int]:
    """The learned blocks that wait for a decision, the best supported first, and how many there are."""
    cursor.execute("SELECT count(*) FROM learned_block WHERE status = 'candidate'")
    row = cursor.fetchone()
    found = rows(
        cursor,
        Waiting,
        f"""
        SELECT block_id, source, left(text, {EXAMPLE_LENGTH}), support, share::float
        FROM learned_block WHERE status = 'candidate' ORDER BY support DESC, block_id LIMIT %(limit)s
        """,  # noqa: S608 - the length is this module's own
        limit=limit,
    )
    return found, int(row[0]) if row else 0


def quarantine(cursor: Cursor, window: Window) -> list[Refused]:
    """Why items wait, or came to wait on the day; what is new first."""
    return rows(
        cursor,
        Refused,
        f"""
        SELECT r.reason, r.new, r.open, s.name, e.item_name, left(e.message, {EXAMPLE_LENGTH})
        FROM (
            SELECT reason,
                   count(*) FILTER (WHERE created_at >= %(start)s AND created_at < %(end)s) AS new,
                   count(*) FILTER (WHERE resolved_at IS NULL AND dropped_at IS NULL) AS open,
                   (array_agg(quarantine_id ORDER BY created_at >= %(start)s AND created_at < %(end)s DESC,
                              quarantine_id DESC))[1] AS latest
            FROM quarantine
            WHERE resolved_at IS NULL AND dropped_at IS NULL OR created_at >= %(start)s AND created_at < %(end)s
            GROUP BY reason
        ) r
        JOIN quarantine e ON e.quarantine_id = r.latest
        JOIN source s USING (source_id)
        ORDER BY r.new DESC, r.open DESC, r.reason
        """,  # noqa: S608 - the length is this module's own
        window,
    )


def work(cursor: Cursor, window: Window) -> list[Work]:
    """What the batches of the day did, and how long they took."""
    return rows(
        cursor,
        Work,
        """
        SELECT kind, count(DISTINCT run_id), count(*), sum(received),
               extract(epoch FROM sum(finished_at - started_at))::float,
               extract(epoch FROM max(finished_at - started_at))::float
        FROM batch
        WHERE finished_at >= %(start)s AND finished_at < %(end)s
          AND started_at > %(start)s - interval '1 day' AND started_at < %(end)s
        GROUP BY kind ORDER BY kind
        """,
        window,
    )


def fetches(cursor: Cursor, window: Window) -> list[Fetches]:
    return rows(
        cursor,
        Fetches,
        """
        SELECT outcome, count(*), extract(epoch FROM sum(finished_at - started_at))::float
        FROM fetch_record WHERE started_at >= %(start)s AND started_at < %(end)s
        GROUP BY outcome ORDER BY 2 DESC, 1
        """,
        window,
    )


Row = TypeVar("Row", bound=NamedTuple)


def rows(cursor: Cursor, kind: type[Row], statement: str, window: Window | None = None, **values: int) -> list[Row]:
    """What a statement gives of a day, as rows of a kind."""
    cursor.execute(statement, {**(window._asdict() if window else {}), **values})
    return [kind(*row) for row in cursor.fetchall()]
