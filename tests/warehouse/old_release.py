"""A warehouse as an old release left it, as a dump in plain SQL: what an upgrade is tested with.

    python -m tests.warehouse.old_release N FILE

The release of migration N knew the migrations 1 to N. They are applied to an empty database, then the rows below go in
as that release wrote them: into the tables and columns that there were, keyed and versioned as it did. A migration that
adds a table or a column which the job fills gets its rows and its line in ``SINCE`` here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg2.extras import Json

from copydesk.warehouse import connect, migrate
from copydesk.warehouse.migrate import sql_folder
from copydesk.warehouse.server import Server, client_binary, ensure_running, stop

Row = dict[str, Any]

VERSIONS = {1: "1", 2: "2", 5: "3", 6: "5", 8: "6", 9: "7", 10: "8", 11: "9"}
"""The version of the pipeline that a release had, from this migration on."""

SINCE: dict[str, int] = {
    **dict.fromkeys(
        ("item_key", "address", "fetch_record", "page", "item_revision.subjects", "item_revision.links"), 2
    ),
    **dict.fromkeys(("article.signal", "payload.loaded_at", "batch.payload_id", "source.silent_after"), 2),
    **dict.fromkeys(("archive", "quarantine.archive_id"), 3),
    **dict.fromkeys(("recurring_block", "learned_source", "item.learned"), 4),
    "dateline": 6,
    "recurring_block.to_restore": 7,
    **dict.fromkeys(("contributor", "subject", "evidence.chosen", "article.published_on", "article.flags"), 8),
    **dict.fromkeys(("article.published_precision", "article.published_zone"), 8),
    **dict.fromkeys(("quotation.mode", "quotation.said_by"), 9),
    **dict.fromkeys(("event", "quantity.outcome"), 11),
    **dict.fromkeys(("attribution.chain", "placed"), 12),
    **dict.fromkeys(("quarantine.revision", "quarantine.tried_at", "quarantine.tries", "quarantine.dropped_at"), 13),
    **dict.fromkeys(("article.annotated_by", "payload.content_dropped_at"), 14),
    "host_turn": 15,
}
"""The migration with which a table or a column came, where that is not the first."""
UNTIL = {"item.item_key": 1}
"""The last migration with a column that went."""


@dataclass(frozen=True, slots=True)
class By:
    """A value that releases wrote otherwise: by the migration from which on they did."""

    release: Mapping[int, Any]

    def of(self, release: int) -> Any:
        return self.release[max(since for since in self.release if since <= release)]


REFINED_BY = By(VERSIONS)


def _sha256(text: str | bytes) -> bytes:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()


# The texts ---------------------------------------------------------------------------------------------------------

PIERS = "Port Ellis closed {} of its five piers on Friday after divers found cracks. About 340 boats were moved."
FEED = (
    "<rss><channel><item><guid isPermaLink='false'>piers-1</guid><title>Piers closed</title>"
    "<link>https://harbour.example/piers</link><pubDate>Mon, 10 Mar 2025 06:00:00 GMT</pubDate>"
    "<category>Ports</category><description>{}</description></item></channel></rss>"
)
OLD_FEED, NEW_FEED = (FEED.format(PIERS.format(number)).encode() for number in ("one", "two"))
NEWER_FEED = FEED.format(PIERS.format("three")).encode()
"""What the feed has after the upgrade."""

VISIT = (
    "PORT ELLIS, May 20 (Vale Wire) - Reuters counted 340 boats off Port Ellis on 20 May 2025. "
    "“We need two more piers,” said Jo Quill, the harbour’s master. Vale Wire reported that divers attacked the crane."
)
PROMO = "\n\nSign up to our newsletter and never miss a story."
BROKEN_VISIT = VISIT.replace("’", "â€™")
"""As it came, with an apostrophe that was decoded wrongly."""
STUCK = "Ferries between Port Ellis and Ardmoor ran again on Sunday after the storm. No one was hurt, the port said."
WAITS = "The lighthouse of Port Ellis is to be painted in spring. The council set aside 12,000 euros for the work."
MENDED = "Three trawlers came back to Port Ellis on Monday with their holds full. Prices at the market fell."
PAGE = f"<html><head><title>Trawlers are back</title></head><body><article><p>{MENDED}</p></article></body></html>"
JUNK = bytes(range(256)) * 2


def _at(words: str, text: str = VISIT) -> Row:
    """Where words stand in a text."""
    start = text.index(words)
    return {"start": start, "stop": start + len(words), "text": words}


# The rows ----------------------------------------------------------------------------------------------------------


def _days_ago(days: int) -> str:
    return f"{datetime.now(UTC).date() - timedelta(days=days)} 08:00Z"


# From days to months back, so that there are partitions behind, and yet few: they reach from the first to the present.
FIRST, SECOND, THIRD, LAST = map(_days_ago, (65, 45, 30, 20))

PAYLOADS = {
    1: (1, OLD_FEED, FIRST, "https://harbour.example/feed", "text/xml"),
    2: (1, NEW_FEED, SECOND, "https://harbour.example/feed", "text/xml"),
    3: (2, PIERS.format("two").encode(), THIRD, "file:///drop/piers.txt", "text/plain"),
    4: (1, (BROKEN_VISIT + PROMO).encode(), THIRD, "file:///visit.txt", "text/plain"),
    5: (1, JUNK, THIRD, "file:///junk.bin", None),
    6: (1, STUCK.encode(), LAST, "file:///ferries.txt", "text/plain"),
    7: (1, WAITS.encode(), LAST, "file:///lighthouse.txt", "text/plain"),
    8: (1, MENDED.encode(), LAST, "file:///trawlers.txt", "text/plain"),
    9: (1, PAGE.encode(), LAST, "https://harbour.example/trawlers", "text/html"),
}
"""By id: source, bytes, when it came, whence, media type."""

CONTENT = By(
    {
        1: _sha256("the entry with all its fields"),
        2: bytes.fromhex("f9656b77d1106931fe0943c7f150e9874d54535b067675af2a8462b9a71bf738"),
    }
)
"""The hash of the entry of ``NEW_FEED``, written out: since release 2 none made it otherwise."""


def _state(seen_at: str, *, source_id: int = 1, revision: int = 1, refined: int = 1, **more: Any) -> Row:
    state = {"source_id": source_id, "seen_at": seen_at, "revision": revision, "refined_revision": refined}
    return {**state, "article_revision": refined or None, "linked_revision": refined, **more}


STATES = {
    1: _state(FIRST, revision=2, refined=2),
    2: _state(THIRD, source_id=2),
    3: _state(THIRD),
    4: _state(LAST, article_revision=None),
    5: _state(LAST, refined=0),
    6: _state(LAST, linked_revision=0),
}
"""Items by id: one with two revisions, its copy, one with all facts, one that failed, one that waits, one unlinked."""
KEYS = {1: "piers-1", 2: "file:///drop/piers.txt", 3: "visit", 4: "ferries", 5: "lighthouse", 6: "trawlers"}
BROUGHT_BY = {1: 2, 2: 3, 3: 4, 4: 6, 5: 7, 6: 8}
"""The payload that brought an item's current revision."""


def _item(item_id: int) -> Row:
    state, key = STATES[item_id], _sha256(KEYS[item_id])
    return {
        "item_id": item_id,
        "item_key": key,
        "content_hash": CONTENT if item_id == 1 else _sha256(f"content of {item_id}"),
        "payload_id": BROUGHT_BY[item_id],
        "refined_by": REFINED_BY if state["refined_revision"] else None,
        "learned": item_id in (1, 2),
        **state,
    }


def _key(item_id: int, revision: int | None = None) -> Row:
    state = STATES[item_id]
    return {"item_id": item_id, "revision": revision or state["revision"], "seen_at": state["seen_at"]}


def _revision(item_id: int, body: str, *, revision: int = 1, payload_id: int | None = None, **fields: Any) -> Row:
    payload_id = payload_id or BROUGHT_BY[item_id]
    given = {"subjects": Json([]), "links": Json([]), "body_type": "text", "position": 0}
    given |= {"published": STATES[item_id]["seen_at"].replace(" ", "T").replace("Z", ":00+00:00"), **fields}
    return {**_key(item_id, revision), "payload_id": payload_id, "body": body, **given}


def _article(item_id: int, text: str, *, revision: int | None = None, **fields: Any) -> Row:
    made = {"refined_by": REFINED_BY, "language": "en", "published": STATES[item_id]["seen_at"], "signal": None}
    about_day = {"published_on": STATES[item_id]["seen_at"][:10], "published_precision": "second", "flags": []}
    sketch = {"word_count": len(text.split()), "fingerprint": [101, 202, 303] if "piers on" in text else [item_id]}
    return {**_key(item_id, revision), **made, **about_day, **sketch, "text": text, "annotated_by": None, **fields}


def _fact(words: str, rule: str, **fields: Any) -> Row:
    """Of the article that has one of each."""
    span = _at(words)
    place = {
        "source_start": span["start"],
        "source_stop": span["stop"],
        "sentence_start": 0,
        "sentence_stop": len(VISIT),
    }
    return {**_key(3), **span, "rule": rule, "confidence": 0.9, **place, **fields}


_FEED_ENTRY: Row = {
    "identifier": "piers-1",
    "url": "https://harbour.example/piers",
    "title": "Piers closed",
    "published": "2025-03-10T06:00:00+00:00",
    "keywords": ["Ports"],
    "subjects": Json([{"name": "Ports", "code": None, "scheme": None}]),
    "links": Json([{"url": "https://harbour.example/piers", "rel": "alternate", "media_type": None, "title": None}]),
}

ROWS: dict[str, list[Row]] = {
    "source": [
        {"source_id": 1, "name": "harbour_post", "outlet": "The Harbour Post", "language": "en", "silent_after": None},
        {"source_id": 2, "name": "vale_wire", "agency": "Vale Wire", "language": "en", "silent_after": "30 days"},
    ],
    "batch": [
        {"batch_id": 1, "kind": "ingest", "source_id": 1, "payload_id": 1, "received": 1, "new": 1, "run_id": "old",
         "started_at": FIRST, "finished_at": FIRST},
        {"batch_id": 2, "kind": "refine", "received": 2, "new": 1, "quarantined": 1, "run_id": "old",
         "started_at": LAST, "finished_at": LAST},
    ],
    "payload": [
        {"payload_id": id, "source_id": source, "sha256": _sha256(content), "size": len(content), "url": url,
         "media_type": kind, "seen_at": seen, "last_seen_at": seen, "loaded_at": seen, "content_dropped_at": None}
        for id, (source, content, seen, url, kind) in PAYLOADS.items()
    ],
    "payload_content": [
        {"payload_id": id, "seen_at": seen, "content": content} for id, (_, content, seen, *_) in PAYLOADS.items()
    ],
    "item": [_item(item_id) for item_id in STATES],
    "item_key": [
        {"source_id": state["source_id"], "key": _sha256(KEYS[id]), "item_id": id} for id, state in STATES.items()
    ],
    "item_revision": [
        _revision(1, PIERS.format("one"), payload_id=1, **_FEED_ENTRY),
        _revision(1, PIERS.format("two"), revision=2, payload_id=2, **_FEED_ENTRY),
        _revision(2, PIERS.format("two"), title="Piers closed"),
        _revision(3, BROKEN_VISIT + PROMO, title="Boats for Port Ellis"),
        _revision(4, STUCK, title="Ferries run again"),
        _revision(5, WAITS, title="Lighthouse to be painted"),
        _revision(6, MENDED, title="Trawlers are back", url="https://harbour.example/trawlers"),
    ],
    "article": [
        _article(1, PIERS.format("one"), revision=1, title="Piers closed", outlet="The Harbour Post"),
        _article(1, PIERS.format("two"), title="Piers closed", outlet="The Harbour Post"),
        _article(2, PIERS.format("two"), title="Piers closed", agency="Vale Wire", signal="update"),
        _article(3, VISIT, title="Boats for Port Ellis", published_zone="+00:00"),
        _article(6, MENDED, title="Trawlers are back"),
    ],
    "evidence": [
        {**_key(1), "field": "title", "value": "Piers closed", "origin": "item", "confidence": 1, "chosen": True},
        {**_key(3), "field": "language", "value": "en", "origin": "text", "confidence": 0.9, "chosen": True},
    ],
    "removal": [
        {**_key(3), **_at(PROMO, BROKEN_VISIT + PROMO), "kind": "promo", "rule": "en.newsletter", "confidence": 0.9},
    ],
    "repair": [
        {**_key(3), **_at("â€™", BROKEN_VISIT), "replacement": "’", "rule": "mojibake"},
    ],
    "entity": [
        {"entity_id": 1, "type": "organisation", "name": "Reuters",
         "name_key": By({1: "reuters", 12: "wikidata:Q130879"})},
        {"entity_id": 2, "type": "person", "name": "Jo Quill", "name_key": "jo quill"},
        {"entity_id": 3, "type": "place", "name": "Port Ellis", "name_key": "port ellis"},
    ],
    "mention": [
        _fact("Reuters", "organisation.known", type="organisation", entity_id=1),
        _fact("Jo Quill", "person.old_rule", type="person", entity_id=2),
        _fact("Port Ellis", "place.old_rule", type="place", entity_id=3),
    ],
    "quantity": [
        _fact("340 boats", "number.counted", type="number", low=340, high=340, counted="boats", outcome=None),
    ],
    "date_mention": [
        _fact("20 May 2025", "date.full", type="date", iso="2025-05-20", granularity="day", relative=False,
              first_day="2025-05-20", last_day="2025-05-20"),
    ],
    "quotation": [
        _fact("“We need two more piers,”", "quote.marks", content="We need two more piers,", speaker="Jo Quill",
              cue="said", mode="direct", said_by="Jo Quill"),
    ],
    "attribution": [
        _fact("Vale Wire reported", "attribution.verb", source="Vale Wire", agency="Vale Wire", cue="reported",
              chain=Json([{"source": "Vale Wire"}])),
    ],
    "dateline": [
        _fact("PORT ELLIS, May 20 (Vale Wire) -", "dateline.agency", type="dateline", place="Port Ellis",
              day="2025-05-20", agency="Vale Wire"),
    ],
    "event": [
        _fact("divers attacked the crane", "event.verb", kind="attack", actor="divers", target="crane"),
    ],
    "contributor": [{**_key(3), "position": 0, "name": "Mara Lind", "role": "author"}],
    "subject": [{**_key(1), "position": 0, "name": "Ports"}],
    "story": [{"story_id": 1, "created_at": FIRST}, {"story_id": 2, "created_at": THIRD}],
    "story_member": [
        {"item_id": 1, "story_id": 1},
        {"item_id": 2, "story_id": 1, "copy_of": 1, "similarity": 1},
        {"item_id": 3, "story_id": 2},
    ],
    "story_key": [{"key": 9001, "item_id": 1, "seen_at": FIRST}, {"key": 9002, "item_id": 3, "seen_at": THIRD}],
    "archive": [
        {"archive_id": 1, "source_id": 1, "fingerprint": _sha256("an archive"), "url": "file:///2025.warc.gz",
         "size": 900, "modified": FIRST, "position": 5, "mark_position": 4, "mark_offset": 700, "payloads": 3,
         "errors": 1, "started_at": FIRST},
    ],
    "quarantine": [
        {"quarantine_id": 1, "source_id": 1, "payload_id": 5, "stage": "parse", "reason": "unknown_format",
         "message": "no format that is known", "created_at": THIRD, "tried_at": THIRD, "tries": 1, "dropped_at": None},
        {"quarantine_id": 2, "source_id": 1, "payload_id": 6, "position": 0, "item_id": 4, "stage": "refine",
         "reason": "internal", "message": "KeyError: 'day'; this is a bug in Copydesk, please report it",
         "created_at": LAST, "revision": 1, "tried_at": LAST},
        {"quarantine_id": 3, "source_id": 1, "payload_id": 8, "position": 0, "item_id": 6, "stage": "refine",
         "reason": "no_text", "message": "it has no text", "created_at": LAST, "resolved_at": LAST,
         "revision": 1, "tried_at": LAST},
        {"quarantine_id": 4, "source_id": 1, "payload_id": None, "position": 3, "archive_id": 1, "stage": "parse",
         "reason": "broken_format", "message": "the record ends too early", "created_at": THIRD, "tried_at": THIRD},
    ],
    "address": [
        {"address_id": 1, "source_id": 1, "url": "https://harbour.example/feed", "etag": '"2"', "payload_id": 2,
         "asked_at": SECOND, "fetched_at": SECOND, "changed_at": SECOND},
    ],
    "fetch_record": [
        {"fetch_id": 1, "address_id": 1, "source_id": 1, "started_at": FIRST, "finished_at": FIRST,
         "outcome": "changed", "status": 200, "payload_id": 1, "size": len(OLD_FEED)},
        {"fetch_id": 2, "address_id": 1, "source_id": 1, "started_at": SECOND, "finished_at": SECOND,
         "outcome": "changed", "status": 200, "payload_id": 2, "size": len(NEW_FEED)},
    ],
    "page": [
        {"item_id": 6, "revision": 1, "source_id": 1, "url": "https://harbour.example/trawlers", "payload_id": 9,
         "tries": 1, "not_before": LAST, "done_at": LAST},
    ],
    "learned_source": [{"source_id": 1, "articles": 3}],
    "recurring_block": [
        {"block_id": 1, "source_id": 1, "key": 77, "words": "the harbour post on doormats",
         "text": "The Harbour Post, on doormats since Monday.", "status": "rejected", "decided": True, "kind": "promo",
         "support": 3, "days": 3, "last_day": "2025-05-20", "since": 1, "last": 3, "recent": "1" * 64,
         "places": [0, 0, 3], "topical": 0, "varied": 3, "suspicion": 0.5, "speaks": False, "examples": [1, 3],
         "subjects": Json({}), "to_restore": False},
    ],
    "host_turn": [{"host": "harbour.example", "free_at": SECOND}],
}  # fmt: skip
"""Tables in the order in which they are filled."""


def rows_of(release: int) -> Iterator[tuple[str, list[Row]]]:
    """The tables that a release had, with their rows as it wrote them."""
    for table, rows in ROWS.items():
        if SINCE.get(table, 1) <= release:
            known = [row for row in rows if release >= 3 or row.get("payload_id", 0) is not None]
            yield table, [_as_written(table, row, release) for row in known]


_PLACED = ("source_start", "source_stop", "sentence_start", "sentence_stop")


def _as_written(table: str, row: Row, release: int) -> Row:
    written = {}
    for column, value in row.items():
        name = "placed" if column in _PLACED else f"{table}.{column}"
        if SINCE.get(name, 1) <= release <= UNTIL.get(name, release):
            written[column] = value.of(release) if isinstance(value, By) else value
    return written


# The dump ----------------------------------------------------------------------------------------------------------


def make(dsn: str, release: int) -> None:
    """Make an empty database the warehouse of a release."""
    with tempfile.TemporaryDirectory() as folder:
        for migration in sorted((sql_folder() / "migrations").glob("*.sql"))[:release]:
            shutil.copy(migration, folder)
        migrate(dsn, folder=Path(folder))
    with closing(connect(None, dsn=dsn)) as connection, connection, connection.cursor() as cursor:
        for seen in (FIRST, SECOND, THIRD, LAST):
            cursor.execute("SELECT ensure_partitions(%s, %s)", (seen, seen))
        for table, rows in rows_of(release):
            for row in rows:
                columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values})", list(row.values())
                )
        # The rows brought their ids; the next ones come behind them.
        cursor.execute(
            """
            SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'copydesk'::regnamespace AND a.attidentity <> '' AND NOT c.relispartition
            """
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), greatest(max({column}), 1), max({column}) IS NOT NULL) "
                f"FROM {table}",
                (table, column),
            )


_ROLES = """DO $$ DECLARE wanted text; BEGIN
    FOREACH wanted IN ARRAY ARRAY['copydesk_etl', 'copydesk_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;
"""
"""Roles belong to the server, so that a dump has none."""


def dump(dsn: str, file: Path) -> None:
    """Write a database as plain SQL that any server can read."""
    _client("pg_dump", "--no-owner", "--file", str(file), dsn)
    file.write_text(_ROLES + file.read_text(encoding="utf-8"), encoding="utf-8")


def restore(dsn: str, file: Path) -> None:
    """Read a dump into an empty database."""
    _client("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file", str(file), dsn)


def _client(program: str, *arguments: str) -> None:
    done = subprocess.run([client_binary(program), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")


def write(server: Server, release: int, file: Path) -> None:
    """Write the dump of a release, made in a database of its own."""
    name = f"release_{release}"
    server.ensure_database(name)
    make(server.dsn(name), release)
    dump(server.dsn(name), file)


def main(arguments: Sequence[str]) -> None:
    try:
        release, file = int(arguments[0]), Path(arguments[1])
    except (IndexError, ValueError):
        sys.exit("usage: python -m tests.warehouse.old_release N FILE")
    folder = Path(tempfile.mkdtemp(prefix="copydesk-release-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        write(ensure_running(folder / "postgres"), release, file)
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
