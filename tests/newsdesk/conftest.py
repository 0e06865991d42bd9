"""A small invented news desk: what the pages show is loaded here, straight into the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient

from copydesk.model import Removal, RemovalKind, Repair, offset_map
from copydesk.newsdesk.app import create_app, may_read

_numbers = count(1)

MENTIONS = ("person", "organisation", "place")
QUANTITIES = ("number", "number_range", "percent", "money")


@pytest.fixture
def anonymous() -> Iterator[TestClient]:
    with TestClient(create_app()) as client:
        yield client


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A browser whose user may see Airflow's website."""
    app = create_app()
    app.dependency_overrides[may_read] = lambda: None
    with TestClient(app) as client:
        yield client


class Desk:
    """Loads articles the way the pipeline would leave them."""

    def __init__(self, query: Callable[..., list[tuple]]) -> None:
        self.query = query

    def article(
        self,
        text: str,
        *,
        source: str = "harbour",
        title: str | None = None,
        language: str | None = "en",
        published: datetime | None = datetime(2025, 3, 4, 9, 30, tzinfo=UTC),
        outlet: str | None = "The Harbour Post",
        agency: str | None = None,
        url: str | None = None,
        removals: Sequence[tuple[str, RemovalKind]] = (),
        repairs: Sequence[tuple[str, str]] = (),
        facts: Sequence[tuple[str, str, str]] = (),
        evidence: Sequence[tuple[str, str, str]] = (),
        story: int | None = None,
    ) -> int:
        """Load an item's ``text``; removals, repairs and facts are named by their words, each its first occurrence."""
        gone = [
            Removal(at, at + len(words), words, kind, f"{kind}.invented", 0.9)
            for words, kind in removals
            if (at := text.index(words)) >= 0
        ]
        mended = [
            Repair(at, at + len(words), words, replacement, "hyphen")
            for words, replacement in repairs
            if (at := text.index(words)) >= 0
        ]
        clean = offset_map(gone, mended).apply(text)
        source_id, payload_id, seen = self.payload(source)
        key = next(_numbers).to_bytes(32)
        [(item_id,)] = self.query(
            """
            INSERT INTO item
                (source_id, content_hash, payload_id, seen_at, refined_revision, article_revision)
            VALUES (%s, %s, %s, %s, 1, 1) RETURNING item_id
            """,
            source_id, key, payload_id, seen,
        )  # fmt: skip
        row = (item_id, 1, seen)
        self.query(
            """
            INSERT INTO item_revision (item_id, revision, seen_at, payload_id, position, body_type, body)
            VALUES (%s, %s, %s, %s, 0, 'text', %s)
            """,
            *row, payload_id, text,
        )  # fmt: skip
        self.query(
            """
            INSERT INTO article (item_id, revision, seen_at, refined_by, title, language, published, outlet, agency,
                                 url, text, word_count, fingerprint)
            VALUES (%s, %s, %s, '1', %s, %s, %s, %s, %s, %s, %s, %s, '{}')
            """,
            *row, title, language, published, outlet, agency, url, clean, len(clean.split()),
        )  # fmt: skip
        for r in gone:
            self.query(
                """
                INSERT INTO removal (item_id, revision, seen_at, start, stop, kind, rule, confidence, text)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                *row, r.start, r.end, r.kind, r.rule, r.confidence, r.text,
            )  # fmt: skip
        for m in mended:
            self.query(
                """
                INSERT INTO repair (item_id, revision, seen_at, start, stop, text, replacement, rule)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                """,
                *row, m.start, m.end, m.text, m.replacement, m.rule,
            )  # fmt: skip
        for fact_type, words, value in facts:
            start = clean.index(words)
            self._fact((*row, start, start + len(words), words, "invented", 0.8), fact_type, value)
        for field, value, origin in evidence:
            self.query("INSERT INTO evidence VALUES (%s, %s, %s, %s, %s, %s, 0.7)", *row, field, value, origin)
        if story is not None:
            self.query("INSERT INTO story (story_id) OVERRIDING SYSTEM VALUE VALUES (%s) ON CONFLICT DO NOTHING", story)
            self.query("INSERT INTO story_member (item_id, story_id) VALUES (%s, %s)", item_id, story)
        return item_id

    def payload(self, source: str) -> tuple[int, int, datetime]:
        """A new payload of a source, and the moment that both were seen."""
        self.query("INSERT INTO source (name) VALUES (%s) ON CONFLICT DO NOTHING", source)
        [(source_id,)] = self.query("SELECT source_id FROM source WHERE name = %s", source)
        self.query("INSERT INTO batch (kind, source_id) VALUES ('ingest', %s)", source_id)
        [(payload_id, seen)] = self.query(
            """
            INSERT INTO payload (source_id, sha256, size, seen_at) VALUES (%s, %s, 1, now())
            RETURNING payload_id, seen_at
            """,
            source_id, next(_numbers).to_bytes(32),
        )  # fmt: skip
        return source_id, payload_id, seen

    def quarantine(self, source: str, name: str, message: str) -> None:
        source_id, payload_id, _ = self.payload(source)
        self.query(
            """
            INSERT INTO quarantine (source_id, payload_id, stage, reason, message, item_name)
            VALUES (%s, %s, 'parse', 'broken_format', %s, %s)
            """,
            source_id, payload_id, message, name,
        )  # fmt: skip

    def _fact(self, common: tuple[Any, ...], fact_type: str, value: str) -> None:
        columns = "item_id, revision, seen_at, start, stop, text, rule, confidence"
        places = ", ".join(["%s"] * len(common))
        if fact_type in MENTIONS:
            [(entity,)] = self.query(
                """
                INSERT INTO entity (type, name_key, name) VALUES (%s, lower(%s), %s)
                ON CONFLICT (type, name_key) DO UPDATE SET name = excluded.name RETURNING entity_id
                """,
                fact_type, value, value,
            )  # fmt: skip
            extra: dict[str, Any] = {"type": fact_type, "entity_id": entity}
            table = "mention"
        elif fact_type in QUANTITIES:
            low, _, high = value.partition("/")
            table, extra = "quantity", {"type": fact_type, "low": low, "high": high or low, "counted": "things"}
        elif fact_type in ("date", "duration"):
            table, extra = "date_mention", {"type": fact_type, "iso": value, "relative": False}
        elif fact_type == "quote":
            table, extra = "quotation", {"content": common[5], "speaker": value}
        else:
            table, extra = "attribution", {"source": value}
        self.query(
            f"INSERT INTO {table} ({columns}, {', '.join(extra)}) VALUES ({places}, {', '.join(['%s'] * len(extra))})",
            *common, *extra.values(),
        )  # fmt: skip


@pytest.fixture
def desk(query: Callable[..., list[tuple]]) -> Desk:
    return Desk(query)
