"""Stories in Postgres: an article that is refined late begins its story all the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copydesk import jobs
from copydesk.model import Payload
from copydesk.sources import Source

TEXT = (
    "Port Ellis closed two of its five piers on Friday after divers found cracks in the pillars that carry the quay. "
    "About 340 boats were moved to the northern basin, said harbour master Jo Quill."
)


def test_whichever_copy_is_linked_first(warehouse: str, query) -> None:
    for name in ("one", "two", "three"):
        payload = Payload(f"{TEXT} By {name}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{name}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name=name), payload)])
    first, second, third = (row[0] for row in query("SELECT item_id FROM item ORDER BY 1"))
    for item in (second, third, first):
        jobs.refine_items(item_ids=[item])
        jobs.link_stories()
    assert query("SELECT item_id, copy_of FROM story_member ORDER BY 1") == [
        (first, None),
        (second, first),
        (third, first),
    ]
    assert query("SELECT count(DISTINCT story_id) FROM story_member") == [(1,)]
    assert query("SELECT DISTINCT item_id FROM story_key") == [(first,)]
    jobs.link_stories()


def test_two_runs_at_once_refine_each_item_once(warehouse: str, query) -> None:
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.reads import claim_pending

    for number in range(4):
        payload = Payload(f"{TEXT} No {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    ids = [row[0] for row in query("SELECT item_id FROM item ORDER BY 1")]
    with transaction() as other:
        assert [entry.item_id for entry in claim_pending(other, first=ids[0], last=ids[1])] == ids[:2]
        assert jobs.refine_items().new == 2, "those that the other run is at are left to it"
        other.rollback()  # it dies
    assert jobs.refine_items().new == 2
    assert query("SELECT count(*) FROM article") == [(4,)]


def test_an_item_that_cannot_be_loaded_waits_and_the_others_are_loaded(
    warehouse: str, query, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        payload = Payload(f"{TEXT} No {number}.".encode(), datetime(2025, 7, 13, tzinfo=UTC), f"file:///{number}.txt")
        jobs.load_payloads([jobs.keep_payload(Source(name="wire"), payload)])
    load = jobs.load_articles

    def fragile(connection, refined, version):
        if any(entry.article and entry.article.text.endswith("No 1.") for entry in refined):
            raise ValueError("Postgres does not take this")
        return load(connection, refined, version)

    monkeypatch.setattr(jobs, "load_articles", fragile)
    counts = jobs.refine_items()
    assert (counts.new, counts.quarantined) == (2, 1)
    assert query("SELECT reason, message LIKE '%%does not take this%%' FROM quarantined") == [("internal", True)]
