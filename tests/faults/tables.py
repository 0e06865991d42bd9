"""What is in the warehouse, by natural keys: two runs of the job are equal when these tables are, row for row.

Ids that a run happens to give become what they stand for: an item is its source and its identifier, a payload its
source and digest, a block its source and words, a story the set of its members. Left out is what says when and by
which run something was done, and what depends by design on the order in which articles came:

* run records: ``batch``, ``fetch_record``; of ``address`` and ``page`` the times and the count of tries;
* times of creation and of sight; ids;
* of a story which copy came first (``copy_of``, ``similarity``), and the keys that lead to it;
* the confidence of what a learned block took, which grows with the articles that it was seen in;
* of a recurring block all but its words, its state and in how many articles it was seen; blocks seen once or twice,
  which are forgotten after so many articles.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

Ask = Callable[..., list[tuple[Any, ...]]]
Rows = Counter[str]

NAMES = """
WITH named AS MATERIALIZED (
    SELECT i.item_id, s.name || '/' || coalesce(r.identifier, r.url, '?') AS item
    FROM item i JOIN source s USING (source_id)
    LEFT JOIN item_revision r ON r.item_id = i.item_id AND r.seen_at = i.seen_at AND r.revision = 1
), bytes AS MATERIALIZED (
    SELECT p.payload_id, s.name || '/' || encode(p.sha256, 'hex') AS payload
    FROM payload p JOIN source s USING (source_id)
)
"""
PARTS = {
    "article": "",
    "removal": "rule confidence",
    "repair": "",
    "evidence": "",
    "contributor": "",
    "subject": "",
    "mention": "entity_id",
    "quantity": "",
    "date_mention": "",
    "quotation": "",
    "attribution": "",
    "dateline": "",
    "event": "",
}
"""Tables whose rows belong to an item's revision, and the columns that are resolved."""
DROPPED = {"item_id", "seen_at", "search"}
QUERIES = {
    "source": "SELECT name, outlet, agency, language, country FROM source",
    "payload": NAMES + "SELECT b.payload, p.url, p.media_type, p.size, p.loaded_at IS NOT NULL, md5(c.content)"
    " FROM payload p JOIN bytes b USING (payload_id) LEFT JOIN payload_content c USING (payload_id, seen_at)",
    "address": NAMES + "SELECT s.name, a.url, a.moved_to, b.payload, a.failures, a.failing_since IS NULL"
    " FROM address a JOIN source s USING (source_id) LEFT JOIN bytes b USING (payload_id)",
    "item": NAMES + "SELECT n.item, encode(i.content_hash, 'hex'), i.revision, b.payload, i.refined_revision,"
    " i.refined_by, i.article_revision, i.linked_revision, i.learned"
    " FROM item i JOIN named n USING (item_id) JOIN bytes b USING (payload_id)",
    "item_key": NAMES + "SELECT s.name, encode(k.key, 'hex'), n.item"
    " FROM item_key k JOIN source s USING (source_id) LEFT JOIN named n USING (item_id)",
    "page": NAMES + "SELECT n.item, g.revision, g.url, b.payload, g.done_at IS NOT NULL, g.reason"
    " FROM page g JOIN named n USING (item_id) LEFT JOIN bytes b USING (payload_id)",
    "quarantine": NAMES + "SELECT b.payload, q.position, n.item, q.stage, q.reason, q.message, q.item_name,"
    " q.resolved_at IS NULL FROM quarantine q JOIN bytes b USING (payload_id) LEFT JOIN named n USING (item_id)",
    "learned_source": "SELECT s.name, l.articles FROM learned_source l JOIN source s USING (source_id)",
    "recurring_block": "SELECT s.name, b.words, b.status, b.decided, b.kind, b.support"
    " FROM recurring_block b JOIN source s USING (source_id) WHERE b.support > 2",
    "story_member": NAMES + "SELECT array_agg(n.item ORDER BY n.item) FROM story_member m"
    " LEFT JOIN named n USING (item_id) GROUP BY m.story_id",
    "archive": "SELECT count(*) FROM archive",
}
"""``story`` and ``story_key`` follow from the members; a story without any is no row of the result."""


def read_tables(ask: Ask) -> dict[str, Rows]:
    """Every table, as its rows and how often each is there."""
    columns: dict[str, list[str]] = {}
    for table, column in ask(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'copydesk'"
        " ORDER BY table_name, ordinal_position"
    ):
        columns.setdefault(table, []).append(column)
    queries = QUERIES | {table: _part(table, columns[table], special) for table, special in PARTS.items()}
    return {table: Counter(map(_text, ask(query))) for table, query in sorted(queries.items())}


def _part(table: str, columns: list[str], special: str) -> str:
    chosen = [f't."{name}"' for name in columns if name not in {*DROPPED, *special.split()}]
    joins = ""
    if table == "mention":
        chosen.append("e.type || '/' || e.name_key")
        joins = "LEFT JOIN entity e USING (entity_id)"
    elif table == "removal":
        chosen += ["coalesce(b.words, t.rule)", "CASE WHEN b.words IS NULL THEN t.confidence END"]
        joins = "LEFT JOIN recurring_block b ON t.rule = 'learned.' || b.block_id"
    return f"{NAMES} SELECT n.item, {', '.join(chosen)} FROM {table} t LEFT JOIN named n USING (item_id) {joins}"


def _text(row: tuple[Any, ...]) -> str:
    return json.dumps(row, default=str, ensure_ascii=False)


def differences(wanted: dict[str, Rows], found: dict[str, Rows], *, shown: int = 3) -> dict[str, list[str]]:
    """By table what is missing and what is too much, a few rows each; empty where all is equal."""
    differing = {}
    for table in wanted:
        missing, more = wanted[table] - found[table], found[table] - wanted[table]
        if missing or more:
            lines = [f"{missing.total()} rows are missing, {more.total()} are too many"]
            lines += [f"- {row}" for row in list(missing)[:shown]] + [f"+ {row}" for row in list(more)[:shown]]
            differing[table] = lines
    return differing
