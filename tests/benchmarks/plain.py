"""Invented feeds put into the warehouse by the library alone, for benchmarks that compare with or without Airflow."""

from __future__ import annotations

from datetime import UTC, datetime

from copydesk import jobs
from copydesk.model import Payload
from copydesk.sources import Source
from copydesk.warehouse.connection import one_session

from .generated import feed

SOURCE = Source(name="plain", outlet="The Harbour Ledger", language="en", require=())


@one_session()
def keep(first: int, count: int, *, per_feed: int = 50, teaser: int | None = None) -> list[int]:
    """Keep the feeds of ``count`` items from number ``first`` on; gives the ids of their payloads."""
    seen = datetime.now(UTC)
    return [
        jobs.keep_payload(SOURCE, Payload(feed(at, per_feed, teaser=teaser), seen, f"file:///plain/{at}.xml"))
        for at in range(first, first + count, per_feed)
    ]


def refine() -> int:
    """Refine and link all that waits; gives the number of new articles."""
    made = sum(jobs.refine_items(*ids).new for ids in jobs.plan_batches())
    jobs.link_stories()
    return made
