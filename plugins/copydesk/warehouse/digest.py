"""What the daily digest reads: one day of the warehouse, in one read-only snapshot.

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

from copydesk.warehouse.connection import Role, transaction

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


class Story(NamedTuple):
    story_id: int
    title: str | None
    opening: str
    """Of the first of its articles of the day, as its headline."""
    language: str | None
    copies: int
    """Its articles of the day."""
    outlets: int
    languages: int


class Named(NamedTuple):
    """A person, organisation or place."""

    type: str
    name: str
    country: str | None
    stories: int
    articles: int


class Speaker(NamedTuple):
    name: str
    stories: int
    quotations: int
    content: str
    cue: str | None
    language: str | None
    outlet: str


class Counted(NamedTuple):
    """How many were killed, wounded, …, and the sentence that states it."""

    outcome: str
    low: float
    high: float
    counted: str | None
    qualifier: str | None
    sentence: str
    language: str | None
    outlet: str
    according_to: str | None
    """Who vouches for it; null: the article itself."""
    copies: int
    """Articles of the day that tell it, in this story."""


class Happening(NamedTuple):
    kind: str
    stories: int
    articles: int


@contextmanager
def reading() -> Iterator[Cursor]:
    """A snapshot of the warehouse, so that the figures agree with each other."""
    with transaction(Role.ETL) as connection:
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with connection.cursor() as cursor:
            yield cursor


# -- The job ------------------------------------------------------------------------------------------------------


def first_day(cursor: Cursor) -> date | None:
    """The day of the first batch; none: nothing was ever loaded."""
    cursor.execute("SELECT finished_at::date FROM batch ORDER BY batch_id LIMIT 1")
    row = cursor.fetchone()
    return row[0] if row else None


# A batch is of the day on which it ended. That it began within the day before is said for the index.


def intake(cursor: Cursor, window: Window, *, days: int) -> list[Intake]:
    """The day and so many before it, where any item came in."""
    return _rows(
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
    return _rows(
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
    found = _rows(
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
    taken = _rows(
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
    found = _rows(
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
    return _rows(
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
    return _rows(
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
    return _rows(
        cursor,
        Fetches,
        """
        SELECT outcome, count(*), extract(epoch FROM sum(finished_at - started_at))::float
        FROM fetch_record WHERE started_at >= %(start)s AND started_at < %(end)s
        GROUP BY outcome ORDER BY 2 DESC, 1
        """,
        window,
    )


# -- The news -----------------------------------------------------------------------------------------------------

# An article that its source took back is no news of the day. One that is not linked yet is a story of its own.
_TODAY = """
WITH today AS MATERIALIZED (
    SELECT a.item_id, a.revision, a.seen_at, a.title, a.language, coalesce(a.outlet, s.name) AS outlet,
           coalesce(m.story_id, -a.item_id) AS story_id
    FROM article a
    JOIN item i ON i.item_id = a.item_id AND i.article_revision = a.revision
    JOIN source s USING (source_id)
    LEFT JOIN story_member m ON m.item_id = a.item_id
    WHERE a.seen_at >= %(start)s AND a.seen_at < %(end)s
      AND (a.signal IS NULL OR a.signal NOT IN ('withheld', 'kill'))
)
"""


def stories(cursor: Cursor, window: Window, *, limit: int) -> list[Story]:
    """The stories of which the day brought most copies; two at least."""
    return _rows(
        cursor,
        Story,
        f"""
        {_TODAY}, big AS (
            SELECT story_id, count(*) AS copies, count(DISTINCT outlet) AS outlets,
                   count(DISTINCT split_part(language, '-', 1)) AS languages,
                   (array_agg(item_id ORDER BY seen_at, item_id))[1] AS first
            FROM today GROUP BY story_id HAVING count(*) > 1
            ORDER BY copies DESC, outlets DESC, languages DESC, story_id LIMIT %(limit)s
        )
        SELECT big.story_id, t.title, left(a.text, {EXAMPLE_LENGTH}), t.language, copies, outlets, languages
        FROM big
        JOIN today t ON t.item_id = big.first
        JOIN article a ON (a.item_id, a.revision, a.seen_at) = (t.item_id, t.revision, t.seen_at)
          AND a.seen_at >= %(start)s AND a.seen_at < %(end)s
        ORDER BY copies DESC, outlets DESC, languages DESC, big.story_id
        """,  # noqa: S608 - nothing in it is from outside
        window,
        limit=limit,
    )


def named(cursor: Cursor, window: Window, *, limit: int) -> list[Named]:
    """Of each type the names that most stories have, so that copies of one report count once."""
    return _rows(
        cursor,
        Named,
        f"""
        {_TODAY}, counted AS (
            SELECT m.type, m.entity_id, count(DISTINCT t.story_id) AS stories, count(DISTINCT t.item_id) AS articles
            FROM mention m JOIN today t USING (item_id, revision, seen_at)
            WHERE m.seen_at >= %(start)s AND m.seen_at < %(end)s AND m.type IN ('person', 'organisation', 'place')
            GROUP BY m.type, m.entity_id
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY type ORDER BY stories DESC, articles DESC, entity_id) AS rank
            FROM counted
        )
        SELECT r.type, e.name, e.country, r.stories, r.articles
        FROM ranked r JOIN entity e USING (entity_id) WHERE rank <= %(limit)s ORDER BY r.type, rank
        """,  # noqa: S608 - nothing in it is from outside
        window,
        limit=limit,
    )


def speakers(cursor: Cursor, window: Window, *, limit: int) -> list[Speaker]:
    """Who is quoted in most stories, of those who have a name, each with a quotation of the day."""
    return _rows(
        cursor,
        Speaker,
        f"""
        {_TODAY}, said AS (
            SELECT q.speaker, q.content, q.cue, q.mode, q.confidence, q.start,
                   t.story_id, t.item_id, t.language, t.outlet
            FROM quotation q JOIN today t USING (item_id, revision, seen_at)
            WHERE q.seen_at >= %(start)s AND q.seen_at < %(end)s AND q.speaker IS NOT NULL AND EXISTS (
                SELECT FROM mention m JOIN entity e USING (entity_id)
                WHERE m.item_id = q.item_id AND m.revision = q.revision AND m.seen_at = q.seen_at
                  AND m.seen_at >= %(start)s AND m.seen_at < %(end)s
                  AND e.name = q.speaker AND m.type IN ('person', 'organisation'))
        ), most AS (
            SELECT speaker, count(DISTINCT story_id) AS stories, count(*) AS quotations FROM said GROUP BY speaker
            ORDER BY stories DESC, quotations DESC, speaker LIMIT %(limit)s
        )
        SELECT most.speaker, stories, quotations, left(content, {EXAMPLE_LENGTH}), cue, language, outlet
        FROM most CROSS JOIN LATERAL (
            SELECT * FROM said WHERE said.speaker = most.speaker
            -- One that says something and can be read at a glance.
            ORDER BY mode = 'direct' DESC, length(content) BETWEEN 40 AND 240 DESC, confidence DESC, item_id, start
            LIMIT 1
        ) example
        ORDER BY stories DESC, quotations DESC, most.speaker
        """,  # noqa: S608 - nothing in it is from outside
        window,
        limit=limit,
    )


def counts(cursor: Cursor, window: Window, *, limit: int) -> list[Counted]:
    """The largest counts of people killed, wounded, …: so many of each outcome, one of a story and number."""
    return _rows(
        cursor,
        Counted,
        f"""
        {_TODAY}, stated AS (
            SELECT q.*, t.story_id, t.language, t.outlet,
                   row_number() OVER (
                       PARTITION BY t.story_id, q.outcome, q.high ORDER BY q.confidence DESC, q.item_id, q.start
                   ) AS place
            FROM quantity q JOIN today t USING (item_id, revision, seen_at)
            WHERE q.seen_at >= %(start)s AND q.seen_at < %(end)s AND q.outcome IS NOT NULL
              AND q.type IN ('number', 'number_range') AND q.high > 0 AND q.high < 'infinity'
        ), copies AS (
            SELECT story_id, outcome, high, count(DISTINCT item_id) AS copies FROM stated GROUP BY 1, 2, 3
        ), largest AS (
            SELECT s.*, c.copies,
                   row_number() OVER (PARTITION BY outcome ORDER BY high DESC, copies DESC, item_id) AS rank
            FROM stated s JOIN copies c USING (story_id, outcome, high) WHERE s.place = 1
        )
        SELECT l.outcome, l.low::float, l.high::float, l.counted, l.qualifier,
               left(coalesce(substr(a.text, l.sentence_start + 1, l.sentence_stop - l.sentence_start), l.text),
                    {EXAMPLE_LENGTH}),
               l.language, l.outlet, coalesce(t.source, q.speaker), l.copies
        FROM largest l
        JOIN article a ON (a.item_id, a.revision, a.seen_at) = (l.item_id, l.revision, l.seen_at)
          AND a.seen_at >= %(start)s AND a.seen_at < %(end)s
        LEFT JOIN LATERAL (
            SELECT source FROM attribution t
            WHERE (t.item_id, t.revision, t.seen_at) = (l.item_id, l.revision, l.seen_at)
              AND t.seen_at >= %(start)s AND t.seen_at < %(end)s
              AND t.start = l.under_start AND t.stop = l.under_stop LIMIT 1
        ) t ON true
        LEFT JOIN LATERAL (
            SELECT speaker FROM quotation q
            WHERE (q.item_id, q.revision, q.seen_at) = (l.item_id, l.revision, l.seen_at)
              AND q.seen_at >= %(start)s AND q.seen_at < %(end)s
              AND q.start = l.under_start AND q.stop = l.under_stop LIMIT 1
        ) q ON true
        WHERE l.rank <= %(limit)s
        ORDER BY l.high DESC, l.outcome, l.item_id, l.start
        """,  # noqa: S608 - nothing in it is from outside
        window,
        limit=limit,
    )


def happenings(cursor: Cursor, window: Window, *, limit: int) -> list[Happening]:
    """The kinds of events that most stories tell."""
    return _rows(
        cursor,
        Happening,
        f"""
        {_TODAY}
        SELECT e.kind, count(DISTINCT t.story_id), count(DISTINCT t.item_id)
        FROM event e JOIN today t USING (item_id, revision, seen_at)
        WHERE e.seen_at >= %(start)s AND e.seen_at < %(end)s
        GROUP BY e.kind ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(limit)s
        """,  # noqa: S608 - nothing in it is from outside
        window,
        limit=limit,
    )


_Row = TypeVar("_Row", bound=NamedTuple)


def _rows(cursor: Cursor, kind: type[_Row], statement: str, window: Window | None = None, **values: int) -> list[_Row]:
    cursor.execute(statement, {**(window._asdict() if window else {}), **values})
    return [kind(*row) for row in cursor.fetchall()]
