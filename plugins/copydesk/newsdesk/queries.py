"""What the Newsdesk reads: only the warehouse's views, in one read-only snapshot a page, each query limited in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import cursor as Cursor

PAGE = 40
"""Articles on a page of the list."""
STATEMENT_TIMEOUT = "5s"
RELATED = 50
"""Copies, and quarantined items, that an article's page names at most."""


class Line(NamedTuple):
    """An article in a list."""

    item_id: int
    title: str | None
    opening: str
    language: str | None
    published: datetime | None
    outlet: str | None
    agency: str | None
    source: str
    story_id: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: after the article that was published then; undated articles come last."""

    published: datetime | None
    item_id: int


@dataclass(frozen=True, slots=True)
class Search:
    """What to list. Empty strings do not restrict."""

    words: str = ""
    """As a person types them into a search engine: ``"exact phrase" -without``."""
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    lines: tuple[Line, ...]
    removals: dict[int, int]
    """Counts by item."""
    facts: dict[int, int]
    copies: dict[int, int]
    """Articles by story."""
    next: Place | None
    sources: tuple[str, ...]
    """Some that there are, as suggestions."""
    languages: tuple[str, ...]


class Article(NamedTuple):
    item_id: int
    revision: int
    revisions: int
    title: str | None
    language: str | None
    published: datetime | None
    modified: datetime | None
    authors: list[str]
    outlet: str | None
    agency: str | None
    origin: str | None
    url: str | None
    keywords: list[str]
    source: str
    text: str
    word_count: int
    refined_by: str
    seen_at: datetime
    story_id: int | None
    copy_of: int | None
    payload_id: int
    flags: list[str]


class RemovalRow(NamedTuple):
    """``start`` and ``stop`` are places in the item's text."""

    start: int
    stop: int
    text: str
    kind: str
    rule: str
    confidence: float
    outlet: str | None
    agency: str | None


class RepairRow(NamedTuple):
    """``start`` and ``stop`` are places in the item's text."""

    start: int
    stop: int
    text: str
    replacement: str
    rule: str


class FactRow(NamedTuple):
    """``start`` and ``stop`` are places in the clean text."""

    type: str
    start: int
    stop: int
    text: str
    value: str | None
    """The name, number, ISO date, speaker or source."""
    detail: str
    """What else is known, in words."""
    rule: str
    confidence: float


class EvidenceRow(NamedTuple):
    field: str
    value: str
    origin: str
    confidence: float
    chosen: bool


class Quarantined(NamedTuple):
    item_name: str | None
    stage: str
    reason: str
    message: str
    created_at: datetime
    same_payload: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the warehouse knows of one article."""

    article: Article
    removals: tuple[RemovalRow, ...]
    repairs: tuple[RepairRow, ...]
    facts: tuple[FactRow, ...]
    evidence: tuple[EvidenceRow, ...]
    copies: tuple[Line, ...]
    quarantined: tuple[Quarantined, ...]


@contextmanager
def reading() -> Iterator[Cursor]:
    """A snapshot of the warehouse, so that an article and its removals are of the same revision.

    Raises :class:`copydesk.errors.WarehouseUnavailable` (its cause is psycopg2's ``QueryCanceled`` where a query took
    longer than 5 s) and :class:`copydesk.errors.ConfigurationError`.
    """
    from copydesk.warehouse.connection import Role, session

    with session(Role.READER) as connection, connection:
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", (STATEMENT_TIMEOUT,))
            yield cursor


# A condition on an empty parameter is constant, so the planner drops it. Dated and undated articles are two queries
# because only so can both walk the index on published instead of sorting the warehouse.
_LINE = """
SELECT item_id, title, left(text, 240), language, published, outlet, agency, source, story_id
FROM current_article
WHERE (%(words)s = '' OR search @@ websearch_to_tsquery('simple', %(words)s))
  AND (%(source)s = '' OR source = %(source)s)
  AND (%(language)s = '' OR language = %(language)s)
"""
_DATED = (
    _LINE
    + """
  AND published IS NOT NULL
  AND (%(before)s::timestamptz IS NULL OR (published, item_id) < (%(before)s::timestamptz, %(below)s::bigint))
ORDER BY published DESC, item_id DESC LIMIT %(limit)s
"""
)
_UNDATED = (
    _LINE
    + """
  AND published IS NULL
  AND (%(below)s::bigint IS NULL OR item_id < %(below)s::bigint)
ORDER BY item_id DESC LIMIT %(limit)s
"""
)


def list_articles(cursor: Cursor, search: Search, after: Place | None = None) -> Listing:
    """A page of the articles that match, newest first."""
    lines: list[Line] = []
    values = {"words": search.words, "source": search.source, "language": search.language}
    wanted = PAGE + 1  # one more tells whether there is a next page
    _sort(cursor, allowed=bool(search.words))
    if after is None or after.published:
        before, below = (after.published, after.item_id) if after else (None, None)
        cursor.execute(_DATED, {**values, "before": before, "below": below, "limit": wanted})
        lines += map(Line._make, cursor.fetchall())
        after = None
    if len(lines) < wanted:
        below = after.item_id if after else None
        cursor.execute(_UNDATED, {**values, "below": below, "limit": wanted - len(lines)})
        lines += map(Line._make, cursor.fetchall())
    more, lines = len(lines) > PAGE, lines[:PAGE]
    items = [line.item_id for line in lines]
    stories = [line.story_id for line in lines if line.story_id is not None]
    _sort(cursor, allowed=False)
    sources, languages = _suggestions(cursor)
    _sort(cursor, allowed=True)
    return Listing(
        lines=tuple(lines),
        removals=_counts(
            cursor, "SELECT item_id, count(*) FROM article_removal WHERE item_id = ANY(%s) GROUP BY 1", items
        ),
        facts=_counts(cursor, "SELECT item_id, count(*) FROM fact WHERE item_id = ANY(%s) GROUP BY 1", items),
        copies=_counts(
            cursor, "SELECT story_id, count(*) FROM current_article WHERE story_id = ANY(%s) GROUP BY 1", stories
        ),
        next=Place(lines[-1].published, lines[-1].item_id) if more else None,
        sources=sources,
        languages=languages,
    )


def _sort(cursor: Cursor, *, allowed: bool) -> None:
    """Keep the planner from sorting the whole warehouse for its first rows, which an index has in order.

    It takes the joins of current_article for tiny and would: 0.5 s instead of 8 ms with 200,000 articles. Words are
    another matter: they have an index of their own, whose hits must be sorted.
    """
    cursor.execute("SET LOCAL enable_sort = %s", ("on" if allowed else "off",))


def _counts(cursor: Cursor, statement: str, ids: Sequence[int]) -> dict[int, int]:
    cursor.execute(statement, (list(ids),))
    return dict(cursor.fetchall())


def _suggestions(cursor: Cursor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sources and languages to filter by: those of the latest runs and articles, since asking for all reads all."""
    cursor.execute(
        """
        SELECT DISTINCT source FROM (SELECT source FROM run ORDER BY batch_id DESC LIMIT 500) latest
        WHERE source IS NOT NULL ORDER BY source
        """
    )
    sources = tuple(name for (name,) in cursor.fetchall())
    cursor.execute(
        """
        SELECT DISTINCT language FROM (SELECT language FROM current_article ORDER BY item_id DESC LIMIT 500) latest
        WHERE language IS NOT NULL ORDER BY language
        """
    )
    return sources, tuple(tag for (tag,) in cursor.fetchall())


_ARTICLE = """
SELECT item_id, revision, revisions, title, language, published, modified, authors, outlet, agency, origin, url,
       keywords, source, text, word_count, refined_by, seen_at, story_id, copy_of, payload_id,
       flags
FROM current_article WHERE item_id = %s
"""
_REMOVALS = """
SELECT start, stop, text, kind, rule, confidence, outlet, agency
FROM article_removal WHERE item_id = %s ORDER BY start, stop
"""
_REPAIRS = "SELECT start, stop, text, replacement, rule FROM article_repair WHERE item_id = %s ORDER BY start, stop"
_EVIDENCE = """
SELECT field, value, origin, confidence, chosen FROM article_evidence
WHERE item_id = %s ORDER BY field, chosen DESC, confidence DESC
"""
_FACTS = """
SELECT type, start, stop, text, name, coalesce(country, ''), rule, confidence
FROM article_mention WHERE item_id = %(item_id)s
UNION ALL
SELECT type, start, stop, text,
       CASE WHEN low = high THEN trim_scale(low)::text
            ELSE concat(trim_scale(low), ' – ', trim_scale(high)) END,
       concat_ws(' · ', replace(qualifier, '_', ' '), unit, counted, outcome), rule, confidence
FROM article_quantity WHERE item_id = %(item_id)s
UNION ALL
SELECT type, start, stop, text, iso,
       CASE WHEN relative THEN 'counted from the publication date' ELSE '' END, rule, confidence
FROM article_date WHERE item_id = %(item_id)s
UNION ALL
SELECT 'quote', start, stop, text, speaker, concat_ws(' · ', nullif(mode, 'direct'), cue, carrier), rule, confidence
FROM article_quotation WHERE item_id = %(item_id)s
UNION ALL
SELECT 'attribution', start, stop, text, attributed_to, concat_ws(' · ', cue, agency), rule, confidence
FROM article_attribution WHERE item_id = %(item_id)s
UNION ALL
SELECT type, start, stop, text, coalesce(place, agency),
       concat_ws(' · ', day, CASE WHEN place IS NOT NULL THEN agency END), rule, confidence
FROM article_dateline WHERE item_id = %(item_id)s
UNION ALL
SELECT 'event', start, stop, text, replace(kind, '_', ' '),
       concat_ws(' · ', 'by ' || actor, 'to ' || target, place, iso), rule, confidence
FROM article_event WHERE item_id = %(item_id)s
ORDER BY 2, 3 DESC, 1
"""
_COPIES = """
SELECT item_id, title, left(text, 240), language, published, outlet, agency, source, story_id
FROM current_article WHERE story_id = %s AND item_id <> %s ORDER BY published NULLS LAST, item_id LIMIT %s
"""
_QUARANTINED = """
SELECT item_name, stage, reason, message, created_at, payload_id = %(payload_id)s
FROM quarantined WHERE payload_id = %(payload_id)s OR source = %(source)s
ORDER BY payload_id = %(payload_id)s DESC, created_at DESC LIMIT %(limit)s
"""


def read_article(cursor: Cursor, item_id: int) -> Dossier | None:
    """An article in its newest revision with all that belongs to it; ``None`` where there is none."""
    cursor.execute(_ARTICLE, (item_id,))
    row = cursor.fetchone()
    if row is None:
        return None
    article = Article._make(row)
    cursor.execute(_REMOVALS, (item_id,))
    removals = tuple(map(RemovalRow._make, cursor.fetchall()))
    cursor.execute(_REPAIRS, (item_id,))
    repairs = tuple(map(RepairRow._make, cursor.fetchall()))
    cursor.execute(_FACTS, {"item_id": item_id})
    facts = tuple(map(FactRow._make, cursor.fetchall()))
    cursor.execute(_EVIDENCE, (item_id,))
    evidence = tuple(map(EvidenceRow._make, cursor.fetchall()))
    cursor.execute(_COPIES, (article.story_id, item_id, RELATED))
    copies = tuple(map(Line._make, cursor.fetchall()))
    cursor.execute(_QUARANTINED, {"payload_id": article.payload_id, "source": article.source, "limit": RELATED})
    quarantined = tuple(map(Quarantined._make, cursor.fetchall()))
    return Dossier(article, removals, repairs, facts, evidence, copies, quarantined)
