from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copydesk.metadata.normalise import Claims, Metadata, normalise
from copydesk.model import Extracted, Item, Removal, RemovalKind, Stripped

SEEN = datetime(2025, 7, 13, 12, tzinfo=UTC)
TEXT = "The minister said on Friday that the old bridge over the river would be closed for repairs until October."

BRAZILIAN = "O goleiro e os torcedores chegaram de ônibus ao estádio na sexta-feira, disse a equipe ao jornal."


def run(
    item: Item | None = None, page: Extracted | None = None, text: str = TEXT, *removals: Removal, **claims
) -> Metadata:
    return normalise(item or Item(TEXT), page, text, Stripped(text, tuple(removals)), Claims(**claims), seen=SEEN)


def origins(metadata: Metadata) -> dict[str, str]:
    return {evidence.field: evidence.origin for evidence in metadata.evidence}


def test_the_item_is_believed_before_the_page() -> None:
    item = Item(TEXT, title="From the feed", published=datetime(2025, 7, 12, tzinfo=UTC), authors=("Ann Lee",))
    page = Extracted(TEXT, title="From the page", published="2025-07-11", authors=("Rui Dias",))
    metadata = run(item, page)
    assert (metadata.title, metadata.authors) == ("From the feed", ("Ann Lee",))
    assert metadata.published == datetime(2025, 7, 12, tzinfo=UTC)
    assert origins(metadata)["title"] == "item"
    assert origins(run(None, page))["title"] == "page"


def test_what_a_person_gave_is_believed_first() -> None:
    item = Item(TEXT, published=datetime(2025, 7, 12, tzinfo=UTC))
    metadata = run(item, published="2025-07-10")
    assert metadata.published == datetime(2025, 7, 10, tzinfo=UTC)
    assert origins(metadata)["published"] == "given"


def test_what_was_given_with_the_item_is_believed_before_source_removal_and_text() -> None:
    item = Item(TEXT, title="T", outlet="Elsewhere", language="fr", given=("outlet", "language"))
    disclaimer = Removal(0, 10, "…", RemovalKind.DISCLAIMER, "scorer", 0.9, outlet="Mid-Day")
    metadata = run(item, None, TEXT, disclaimer, outlet="The Harbour Post")
    assert (metadata.outlet, metadata.language) == ("Elsewhere", "fr")
    assert origins(metadata)["outlet"] == "given"


def test_a_time_in_the_future_is_not_believed() -> None:
    item = Item(TEXT, published=datetime(2026, 1, 1, tzinfo=UTC))
    assert run(item).published is None
    assert run(item, Extracted(TEXT, published="2025-07-11")).published == datetime(2025, 7, 11, tzinfo=UTC)


def test_a_time_without_a_zone_is_of_the_sources() -> None:
    item = Item(TEXT, published=datetime(2025, 7, 12, 10))
    assert run(item, timezone="Asia/Kolkata").published == datetime(2025, 7, 12, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("claimed", "text", "language", "origin"),
    [
        ("en-gb", TEXT, "en-GB", "item"),
        ("fr", TEXT, "en", "text"),
        ("pt_br", "Sim.", "pt-BR", "item"),
        (None, TEXT, "en", "text"),
        ("pt", BRAZILIAN, "pt-BR", "text"),
        ("pt-PT", BRAZILIAN, "pt-PT", "item"),
    ],
)
def test_the_language_is_weighed_against_the_text(claimed: str | None, text: str, language: str, origin: str) -> None:
    metadata = run(Item(text, language=claimed), None, text)
    assert (metadata.language, origins(metadata)["language"]) == (language, origin)


def test_the_agency_comes_from_the_credit_that_was_removed() -> None:
    credit = Removal(0, 10, "(Reuters)", RemovalKind.CREDIT, "credit.x", 0.9, agency="Reuters")
    metadata = run(None, None, TEXT, credit)
    assert (metadata.agency, origins(metadata)["agency"]) == ("Reuters", "removal")


def test_the_agency_of_a_dateline() -> None:
    assert run(None, None, "PORT ELLIS, July 12 (Reuters) - " + TEXT).agency == "Reuters"
    assert run(None, None, "Reuters has moved to a new building. " + TEXT).agency is None


def test_an_agency_in_the_byline_is_no_person() -> None:
    metadata = run(Item(TEXT, byline="Reuters"))
    assert (metadata.agency, metadata.authors) == ("Reuters", ())


def test_the_outlet_that_a_disclaimer_names_when_the_source_does_not_say() -> None:
    disclaimer = Removal(0, 10, "…", RemovalKind.DISCLAIMER, "scorer", 0.9, outlet="Mid-Day")
    assert run(None, None, TEXT, disclaimer).outlet == "Mid-Day"
    assert run(None, None, TEXT, disclaimer, outlet="The Harbour Post").outlet == "The Harbour Post"


def test_the_outlet_of_a_known_domain() -> None:
    assert run(Item(TEXT, url="https://www.bbc.co.uk/news/1")).outlet == "BBC"


def test_whose_reporting_it_rests_on() -> None:
    text = "CNN reported it. It was the third time, CNN said. Photos obtained by CNN show it."
    assert run(None, None, text).origin == "CNN"
    assert run(None, None, "CNN reported it once.").origin is None


def test_only_web_addresses_are_addresses() -> None:
    assert run(Item(TEXT, url="package:copydesk.samples/a.html")).url is None
