from __future__ import annotations

from datetime import UTC, datetime

from copydesk import frames, jobs
from copydesk.model import Payload
from copydesk.sources import DOCUMENTS

TEXT = "Port Ellis closed two piers on Friday, Reuters reported. About 340 boats were moved.\n(Reporting by Ann Lee)"


def test_articles_facts_and_removals_as_data_frames(warehouse: str) -> None:
    payload = Payload(TEXT.encode(), datetime(2025, 7, 13, tzinfo=UTC))
    given = jobs.Given(published=datetime(2025, 7, 13, tzinfo=UTC))
    jobs.ingest_documents([payload], DOCUMENTS, run_id="test", given=given)
    articles = frames.articles()
    assert len(articles) == 1
    assert "search" not in articles
    assert str(articles["published"].dtype) == "datetime64[us, UTC]"
    assert articles["published"][0].isoformat() == "2025-07-13T00:00:00+00:00"
    assert set(frames.facts()["type"]) >= {"date", "number", "attribution"}
    assert list(frames.removals(source="documents")["kind"]) == ["signoff"]
    assert frames.facts(source="nobody").empty
    assert len(frames.facts(limit=2)) == 2
