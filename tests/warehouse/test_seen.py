"""Every removal can be seen: by rule, source and week; a rule gone wrong stands out the day it does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk import jobs
from copydesk.model import Payload
from copydesk.sources import Source

CHECK = (Path(__file__).resolve().parents[2] / "sql" / "checks" / "removals_steady.sql").read_text(encoding="utf-8")
CREDIT = "(Reporting by Ann Lee; Editing by Rui Dias)"


def ingest(first: int, count: int, credited: int) -> None:
    """Articles of one source, of which so many end in a credit."""
    items = "".join(
        f"<item><guid>{n}</guid><title>Report {n}</title><pubDate>Fri, 08 May 2026 10:00:00 GMT</pubDate><description>"
        f"Harbour master Jo Quill said on Friday that pier {n} of Port Ellis stays closed until the divers come back.\n"
        f"{CREDIT if n < first + credited else ''}</description></item>"
        for n in range(first, first + count)
    )
    payload = Payload(f"<rss><channel>{items}</channel></rss>".encode(), datetime.now(UTC), media_type="text/xml")
    jobs.load_payloads([jobs.keep_payload(Source(name="wire", require=()), payload)])
    jobs.refine_items()


def age(query, days: int) -> None:
    """Let everything that is there have come in so many days ago."""
    query("SELECT ensure_partitions(now() - interval '40 days', now())")
    for table in ("item", "item_revision", "article", "removal"):
        query(f"UPDATE {table} SET seen_at = seen_at - interval '{days} days'")


def test_removals_are_counted_by_rule_source_and_week(query) -> None:
    ingest(0, 10, 4)
    rows = query("SELECT source, kind, removals, articles, share_of_articles::float, refined_by FROM removal_week")
    assert rows == [("wire", "signoff", 4, 4, 0.4, jobs.VERSION)]
    (share,) = query("SELECT share_of_characters::float FROM removal_week")[0]
    assert 0 < share < 0.4


def test_who_found_the_text_of_pages_is_counted(query) -> None:
    from tests.extract.pages import page

    payload = Payload(page().encode(), datetime.now(UTC), url="https://a.example/ferry", media_type="text/html")
    jobs.load_payloads([jobs.keep_payload(Source(name="site", require=()), payload)])
    jobs.refine_items()
    assert query("SELECT source, extracted_by, kind, articles FROM extraction_week") == [
        ("site", "copydesk", "article", 1)
    ]


@pytest.mark.parametrize(("credited_today", "steady"), [(2, True), (25, False)])
def test_a_rule_that_takes_suddenly_more_is_told(query, credited_today: int, steady: bool) -> None:
    ingest(0, 60, 4)
    age(query, 10)
    assert query(CHECK) == [(True,)]
    ingest(1000, 25, credited_today)
    assert query(CHECK) == [(steady,)]
