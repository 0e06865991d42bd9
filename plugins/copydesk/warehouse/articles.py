"""Articles in: refined items with their removals, repairs, evidence and facts, in the caller's one transaction.

A revision that is refined again replaces all that an earlier version of the pipeline made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.boilerplate.learned import Learned
from copydesk.errors import DataError
from copydesk.facts.identity import name_id
from copydesk.facts.when import days_of
from copydesk.model import ENTITY_TYPES, Article, Fact, FactType, Item, Payload
from copydesk.offsets import OffsetMap
from copydesk.sources import Source
from copydesk.warehouse.copy import Value, copy_rows
from copydesk.warehouse.items import Counts


@dataclass(frozen=True, slots=True)
class PendingItem:
    """An item's revision that waits to be refined."""

    item_id: int
    revision: int
    seen_at: datetime
    source_id: int
    source: Source
    """As the warehouse knows it; the configuration may know more, or no longer know it."""
    payload_id: int
    fetched_at: datetime
    item: Item
    page: Payload | None = None
    """The item's own page, where it was fetched."""


@dataclass(frozen=True, slots=True)
class Refined:
    """What became of a pending item: an article, or the error that sends it into quarantine."""

    pending: PendingItem
    article: Article | None = None
    error: DataError | None = None
    learned: Learned | None = None
    """The blocks that were to be stripped from it."""


def load_articles(
    connection: Connection, refined: Sequence[Refined], version: str, *, again: bool = False
) -> tuple[Counts, list[Refined]]:
    """Load refined items with their removals, repairs, evidence and facts; the failed go into quarantine.

    An item that another run refined with the same version meanwhile is left as it is, unless it is to be loaded
    ``again``. Gives what was loaded too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT item_id, refined_revision, refined_by FROM item WHERE item_id = ANY(%s) ORDER BY item_id
            FOR NO KEY UPDATE
            """,
            ([entry.pending.item_id for entry in refined],),
        )
        state = {item_id: (revision, by) for item_id, revision, by in cursor.fetchall()}
        waiting = [
            entry for entry in refined if again or _is_open(entry.pending, version, *state[entry.pending.item_id])
        ]
        if not waiting:
            return Counts(received=len(refined), unchanged=len(refined)), []
        good = [(entry.pending, entry.article) for entry in waiting if entry.article is not None]
        failed = [(entry.pending, entry.error) for entry in waiting if entry.error is not None]
        old = _delete_old(cursor, [pending for pending, _ in good])
        _copy_articles(cursor, good, version)
        _quarantine_failed(cursor, failed)
        execute_values(
            cursor,
            """
            UPDATE item SET refined_revision = done.revision, refined_by = done.version,
                article_revision = CASE WHEN done.good THEN done.revision ELSE article_revision END,
                linked_revision = CASE WHEN done.told_anew THEN 0 ELSE linked_revision END
            FROM (VALUES %s) AS done (item_id, revision, version, good, told_anew)
            WHERE item.item_id = done.item_id
            """,
            [
                (
                    entry.pending.item_id,
                    entry.pending.revision,
                    version,
                    entry.article is not None,
                    entry.article is not None and old.get(entry.pending.item_id) != entry.article.fingerprint,
                )
                for entry in waiting
            ],
        )
        cursor.execute(
            """
            UPDATE quarantine SET resolved_at = now()
            WHERE stage = 'refine' AND resolved_at IS NULL AND item_id = ANY(%s)
            """,
            ([pending.item_id for pending, _ in good],),
        )
    revised = sum(pending.revision > 1 or pending.item_id in old for pending, _ in good)
    return Counts(len(refined), len(good) - revised, revised, len(refined) - len(waiting), len(failed)), waiting


def _is_open(pending: PendingItem, version: str, refined_revision: int, refined_by: str | None) -> bool:
    """Whether nobody has refined this revision, or a later one, with this version of the pipeline meanwhile."""
    if refined_revision == pending.revision:
        return refined_by != version
    return refined_revision < pending.revision


def _quarantine_failed(cursor: Cursor, failed: Sequence[tuple[PendingItem, DataError]]) -> None:
    if failed:
        execute_values(
            cursor,
            """
            INSERT INTO quarantine (source_id, payload_id, position, item_id, revision, stage, reason, message,
                item_name)
            VALUES %s
            ON CONFLICT (payload_id, position, stage) DO UPDATE
            SET item_id = EXCLUDED.item_id, item_name = EXCLUDED.item_name, revision = EXCLUDED.revision,
                reason = EXCLUDED.reason, message = EXCLUDED.message, resolved_at = NULL,
                -- What a person dropped comes back only with another revision, or where it fails in another way.
                dropped_at = CASE WHEN quarantine.resolved_at IS NULL
                                       AND (quarantine.item_id, quarantine.revision, quarantine.reason)
                                           = (EXCLUDED.item_id, EXCLUDED.revision, EXCLUDED.reason)
                                  THEN quarantine.dropped_at END,
                tried_at = now(), tries = quarantine.tries + 1
            """,
            [
                (
                    pending.source_id,
                    pending.payload_id,
                    pending.item.position,
                    pending.item_id,
                    pending.revision,
                    "refine",
                    error.reason,
                    str(error),
                    pending.item.name,
                )
                for pending, error in failed
            ],
        )


FACT_TABLES = ("mention", "quantity", "date_mention", "quotation", "attribution", "dateline", "event")
PARTS = ("removal", "repair", "evidence", "contributor", "subject", *FACT_TABLES)
"""The tables that hold an article's parts, under its key."""


def _delete_old(cursor: Cursor, pending: Sequence[PendingItem]) -> dict[int, tuple[int, ...]]:
    """Take out what was made of these revisions before; gives the fingerprints of those that had been refined."""
    keys = [(entry.item_id, entry.revision, entry.seen_at) for entry in pending]
    if not keys:
        return {}
    old = execute_values(
        cursor,
        """
        DELETE FROM article a USING (VALUES %s) AS k (item_id, revision, seen_at)
        WHERE (a.item_id, a.revision, a.seen_at) = (k.item_id, k.revision, k.seen_at)
        RETURNING a.item_id, a.revision, a.seen_at, a.fingerprint
        """,
        keys,
        template="(%s, %s, %s::timestamptz)",
        fetch=True,
    )
    if old:
        delete_parts(cursor, PARTS, [row[:3] for row in old])
    return {item_id: tuple(fingerprint) for item_id, _, _, fingerprint in old}


Key = tuple[int, int, datetime]
"""An article's item, revision and partition."""


def delete_parts(cursor: Cursor, tables: Sequence[str], keys: Sequence[Key]) -> None:
    """Delete these parts of articles."""
    for table in tables:
        execute_values(
            cursor,
            f"""
            DELETE FROM {table} t USING (VALUES %s) AS k (item_id, revision, seen_at)
            WHERE (t.item_id, t.revision, t.seen_at) = (k.item_id, k.revision, k.seen_at)
            """,  # noqa: S608 - the tables are this module's own
            keys,
            template="(%s, %s, %s::timestamptz)",
        )


def _copy_articles(cursor: Cursor, good: Sequence[tuple[PendingItem, Article]], version: str) -> None:
    """Old rows are gone and the items' rows are locked, so plain COPY can't collide."""
    tables: dict[str, list[Sequence[Value]]] = {name: [] for name in _COLUMNS}
    for pending, article in good:
        key = (pending.item_id, pending.revision, pending.seen_at)
        tables["article"].append((*key, version, *_article_row(article)))
        for removal in article.removals:
            tables["removal"].append(
                (
                    *key,
                    removal.start,
                    removal.end,
                    removal.kind,
                    removal.rule,
                    removal.confidence,
                    removal.outlet,
                    removal.agency,
                    removal.text,
                )
            )
        for repair in article.repairs:
            tables["repair"].append((*key, repair.start, repair.end, repair.text, repair.replacement, repair.rule))
        for evidence in article.evidence:
            tables["evidence"].append(
                (*key, evidence.field, evidence.value, evidence.origin, evidence.confidence, evidence.chosen)
            )
        for place, who in enumerate(article.contributors):
            tables["contributor"].append((*key, place, who.name, who.role, who.job, who.organisation, who.place))
        for place, topic in enumerate(article.topics):
            given = (topic.name, topic.code, topic.scheme)
            tables["subject"].append((*key, place, *given, topic.topic, topic.label, topic.broad))
    _copy(cursor, tables)
    copy_facts(
        cursor,
        [
            ((pending.item_id, pending.revision, pending.seen_at), article.facts, article.offsets)
            for pending, article in good
        ],
    )


def copy_facts(cursor: Cursor, articles: Sequence[tuple[Key, Sequence[Fact], OffsetMap]]) -> None:
    """Copy the facts of articles that have none yet."""
    tables: dict[str, list[Sequence[Value]]] = {name: [] for name in FACT_TABLES}
    entities: dict[tuple[str, str], tuple[Any, ...]] = {}
    mentions: list[tuple[tuple[Value, ...], tuple[str, str]]] = []
    for key, facts, offsets in articles:
        for fact in facts:
            common = (*key, *_fact_row(fact, offsets))
            if fact.type in ENTITY_TYPES:
                entity = _entity(fact)
                entities.setdefault(entity[:2], entity)
                mentions.append(((*common, fact.type), entity[:2]))
            else:
                table, values = _FACT_ROWS[fact.type](fact)
                tables[table].append((*common, *values))
    ids = _entity_ids(cursor, list(entities.values()))
    tables["mention"] = [(*row, ids[entity]) for row, entity in mentions]
    _copy(cursor, tables)


def _copy(cursor: Cursor, tables: Mapping[str, Sequence[Sequence[Value]]]) -> None:
    for table, rows in tables.items():
        if rows:
            copy_rows(cursor, table, _COLUMNS[table], rows)


_KEY = ("item_id", "revision", "seen_at")
_PLACED = ("source_start", "source_stop", "sentence_start", "sentence_stop", "under_start", "under_stop")
_FACT = (*_KEY, "start", "stop", "text", "rule", "confidence", *_PLACED)
_ARTICLE = (
    "title",
    "language",
    "published",
    "published_on",
    "published_precision",
    "published_zone",
    "modified",
    "modified_precision",
    "modified_zone",
    "authors",
    "outlet",
    "agency",
    "origin",
    "url",
    "keywords",
    "flags",
    "signal",
    "text",
)
_EVENT = (
    "kind",
    "plover",
    "cameo",
    "actor",
    "target",
    "place",
    "geonameid",
    "iso",
    "first_day",
    "low",
    "high",
    "counted",
)
_COLUMNS: dict[str, Sequence[str]] = {
    "article": (*_KEY, "refined_by", *_ARTICLE, "fingerprint", "word_count"),
    "removal": (*_KEY, "start", "stop", "kind", "rule", "confidence", "outlet", "agency", "text"),
    "repair": (*_KEY, "start", "stop", "text", "replacement", "rule"),
    "evidence": (*_KEY, "field", "value", "origin", "confidence", "chosen"),
    "contributor": (*_KEY, "position", "name", "role", "job", "organisation", "place"),
    "subject": (*_KEY, "position", "name", "code", "scheme", "topic", "label", "broad"),
    "mention": (*_FACT, "type", "entity_id"),
    "quantity": (*_FACT, "type", "low", "high", "unit", "counted", "qualifier", "outcome"),
    "date_mention": (*_FACT, "type", "iso", "granularity", "relative", "first_day", "last_day"),
    "quotation": (*_FACT, "content", "mode", "speaker", "said_by", "carrier", "cue"),
    "attribution": (*_FACT, "source", "agency", "cue", "covers_start", "covers_stop", "chain"),
    "dateline": (*_FACT, "type", "place", "day", "agency"),
    "event": (*_FACT, *_EVENT),
}


def _fact_row(fact: Fact, offsets: OffsetMap) -> tuple[Value, ...]:
    """What all facts have."""
    in_item = offsets.to_source(fact.start), offsets.to_source(fact.end, end=True)
    evidence = (*(fact.sentence or (None, None)), *(fact.under or (None, None)))
    return (fact.start, fact.end, fact.text, fact.rule, fact.confidence, *in_item, *evidence)


def _article_row(article: Article) -> list[Value]:
    return [
        *(getattr(article, name) for name in _ARTICLE),
        article.fingerprint,
        len(article.text.split()),
    ]


def _values(fact: Fact, *names: str) -> list[Value]:
    value: Mapping[str, Any] = fact.value
    return [value.get(name) for name in names]


def _quantity(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    low, high = value.get("low", value.get("number")), value.get("high", value.get("number"))
    return "quantity", [fact.type, low, high, *_values(fact, "unit", "counted", "qualifier", "outcome")]


def _date(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    first, last = (day.isoformat() if day else None for day in days_of(value["iso"]))
    return "date_mention", [
        fact.type,
        value["iso"],
        value.get("granularity"),
        value.get("relative", False),
        first,
        last,
    ]


def _quotation(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    who = value.get("speaker", {})
    name, words = who.get("name", who.get("text")), who.get("text")
    return "quotation", [value["content"], value["mode"], name, words, value.get("carrier"), value.get("cue")]


def _attribution(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    return "attribution", [
        value["source"],
        value.get("agency"),
        value.get("cue"),
        value.get("covers_start"),
        value.get("covers_end"),
        json.dumps(value["chain"], ensure_ascii=False) if "chain" in value else None,
    ]


def _dateline(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    return "dateline", [fact.type, value.get("place"), value.get("date"), value.get("agency")]


def _event(fact: Fact) -> tuple[str, list[Value]]:
    value = fact.value
    first = days_of(value["date"])[0] if "date" in value else None
    low, high = value.get("low", value.get("number")), value.get("high", value.get("number"))
    told = _values(fact, "event", "plover", "cameo", "actor", "target", "place", "geonameid", "date")
    return "event", [*told, first.isoformat() if first else None, low, high, value.get("counted")]


_FACT_ROWS = {
    FactType.DATE: _date,
    FactType.DURATION: _date,
    FactType.SET: _date,
    FactType.NUMBER: _quantity,
    FactType.NUMBER_RANGE: _quantity,
    FactType.ORDINAL: _quantity,
    FactType.AGE: _quantity,
    FactType.PERCENT: _quantity,
    FactType.MONEY: _quantity,
    FactType.DIMENSION: _quantity,
    FactType.TEMPERATURE: _quantity,
    FactType.QUOTE: _quotation,
    FactType.ATTRIBUTION: _attribution,
    FactType.DATELINE: _dateline,
    FactType.CREDIT: _dateline,
    FactType.EVENT: _event,
}


def _entity(fact: Fact) -> tuple[Any, ...]:
    value = fact.value
    name = value.get("name", fact.text)
    key = value.get("id") or name_id(name)
    return (str(fact.type), key, name, *_values(fact, "country", "geonameid", "lat", "lon"))


def _entity_ids(cursor: Cursor, entities: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], int]:
    """The ids of entities by their natural keys, creating the missing. Sorted, so that two loads can't deadlock."""
    if not entities:
        return {}
    columns = "type, name_key, name, country, geonameid, latitude, longitude"
    execute_values(
        cursor,
        f"INSERT INTO entity ({columns}) VALUES %s ON CONFLICT (type, name_key) DO NOTHING",  # noqa: S608
        sorted(entities, key=lambda entity: entity[:2]),
        template="(%s, %s, %s, %s, %s::integer, %s::float8, %s::float8)",
    )
    rows = execute_values(
        cursor,
        "SELECT type, name_key, entity_id FROM entity JOIN (VALUES %s) AS k (type, name_key) USING (type, name_key)",
        [entity[:2] for entity in entities],
        fetch=True,
    )
    return {(kind, key): entity_id for kind, key, entity_id in rows}
