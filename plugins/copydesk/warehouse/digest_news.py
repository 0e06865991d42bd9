"""What the daily digest reads of the news: stories, names, quotations, counts and events of one day."""

from __future__ import annotations

from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from copydesk.warehouse.digest import EXAMPLE_LENGTH, Window, rows


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
    return rows(
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
    return rows(
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
    return rows(
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
    return rows(
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
    return rows(
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
