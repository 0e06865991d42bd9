from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copydesk.metadata.normalise import Claims, Metadata, normalise
from copydesk.model import Contributor, Evidence, Extracted, Flag, Item, Precision, Removal, RemovalKind, Stripped

SEEN = datetime(2025, 7, 13, 12, tzinfo=UTC)
TEXT = "The minister said on Friday that the old bridge over the river would be closed for repairs until October."

BRAZILIAN = "O goleiro e os torcedores chegaram de ônibus ao estádio na sexta-feira, disse a equipe ao jornal."


def run(
    item: Item | None = None, page: Extracted | None = None, text: str = TEXT, *removals: Removal, **claims
) -> Metadata:
    return normalise(item or Item(TEXT), page, text, Stripped(text, tuple(removals)), Claims(**claims), seen=SEEN)


def origins(metadata: Metadata) -> dict[str, str]:
    return {evidence.field: evidence.origin for evidence in metadata.evidence if evidence.chosen}


def published(metadata: Metadata) -> datetime | None:
    return metadata.published.utc if metadata.published else None


def others(metadata: Metadata, field: str) -> list[tuple[str, str]]:
    return [(found.value, found.origin) for found in metadata.evidence if found.field == field and not found.chosen]


def test_the_item_is_believed_before_the_page() -> None:
    item = Item(TEXT, title="From the feed", published=datetime(2025, 7, 12, tzinfo=UTC), authors=("Ann Lee",))
    page = Extracted(TEXT, title="From the page", published="2025-07-11", authors=("Rui Dias",))
    metadata = run(item, page)
    assert (metadata.title, metadata.authors) == ("From the feed", ("Ann Lee",))
    assert published(metadata) == datetime(2025, 7, 12, tzinfo=UTC)
    assert origins(metadata)["title"] == "item"
    assert origins(run(None, page))["title"] == "page"


def test_what_a_person_gave_is_believed_first() -> None:
    item = Item(TEXT, published=datetime(2025, 7, 12, tzinfo=UTC))
    metadata = run(item, published="2025-07-10")
    assert published(metadata) == datetime(2025, 7, 10, tzinfo=UTC)
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
    assert published(run(item, Extracted(TEXT, published="2025-07-11"))) == datetime(2025, 7, 11, tzinfo=UTC)


def test_a_time_without_a_zone_is_of_the_sources() -> None:
    item = Item(TEXT, published=datetime(2025, 7, 12, 10))
    assert published(run(item, timezone="Asia/Kolkata")) == datetime(2025, 7, 12, 4, 30, tzinfo=UTC)


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


def test_a_copy_that_names_another_outlets_page_as_the_original() -> None:
    page = Extracted(TEXT, url="https://www.nytimes.com/2025/07/11/bridge.html")
    metadata = run(Item(TEXT, url="https://www.seattletimes.com/bridge"), page)
    assert (metadata.outlet, metadata.origin) == ("The Seattle Times", "The New York Times")
    assert (origins(metadata)["origin"], metadata.flags) == ("url", ())
    own = run(Item(TEXT, url="https://www.nytimes.com/x"), page, "The New York Times said. " * 4 + TEXT)
    assert (own.outlet, own.origin) == ("The New York Times", None)


def test_only_web_addresses_are_addresses() -> None:
    assert run(Item(TEXT, url="package:copydesk.samples/a.html")).url is None


DAYS = [datetime(2025, 7, day, 8, tzinfo=UTC) for day in range(1, 14)]


@pytest.mark.parametrize(
    ("stated", "zone", "told"),
    [
        (datetime(2025, 7, 12, 10, 5, 9, tzinfo=UTC), None, (Precision.SECOND, "+00:00", 12)),
        (datetime(2025, 7, 12, 10, 5), "Asia/Kolkata", (Precision.MINUTE, "+05:30", 12)),
        (datetime(2025, 7, 12), "Asia/Kolkata", (Precision.DAY, "+05:30", 12)),
        (datetime(2025, 7, 12), None, (Precision.DAY, None, 12)),
    ],
)
def test_precision_and_zone_stay_known(stated: datetime, zone: str | None, told: tuple) -> None:
    found = run(Item(TEXT, published=stated), timezone=zone).published
    assert found
    assert (found.precision, found.zone, found.day.day) == told


def test_a_day_takes_the_hour_that_another_knows() -> None:
    metadata = run(Item(TEXT, published=datetime(2025, 7, 12)), Extracted(TEXT, published="2025-07-12T10:05:00+02:00"))
    assert published(metadata) == datetime(2025, 7, 12, 8, 5, tzinfo=UTC)
    assert (origins(metadata)["published"], metadata.flags) == ("page", ())


def test_times_that_are_days_apart_are_shown_and_two_outvote_one() -> None:
    apart = run(Item(TEXT, published=DAYS[10]), Extracted(TEXT, published="2025-07-03T08:00:00Z"))
    assert published(apart) == DAYS[10]
    assert others(apart, "published") == [("2025-07-03T08:00:00+00:00", "page")]
    assert apart.flags == (Flag.DATE_CONFLICT,)
    item = Item(TEXT, published=DAYS[10], url="https://a.example/2025/07/03/piers")
    assert published(run(item, Extracted(TEXT, published="2025-07-03T08:00:00Z"))) == DAYS[2]
    assert published(run(item, Extracted(TEXT, published="2025-07-03T08:00:00Z"), published=DAYS[4])) == DAYS[4]


@pytest.mark.parametrize(("origin", "confidence"), [("page: address", 0.8), ("page: modified", 0.4)])
def test_a_page_that_only_repeats_its_address_or_says_when_it_changed_outvotes_nobody(
    origin: str, confidence: float
) -> None:
    told = Evidence("published", "2025-07-03", origin, confidence)
    page = Extracted(TEXT, published="2025-07-03", evidence=(told,))
    item = Item(TEXT, published=DAYS[10], url="https://a.example/2025/07/03/piers")
    assert published(run(item, page)) == DAYS[10]
    alone = run(Item(TEXT), page)
    assert published(alone) == datetime(2025, 7, 3, tzinfo=UTC)
    assert alone.flags == ()


def test_a_dateline_may_be_older_but_not_by_weeks() -> None:
    text = "PORT ELLIS, July 7 (AP) - " + TEXT
    assert run(Item(text, published=DAYS[11]), None, text).flags == ()
    old = run(Item(text, published=datetime(2025, 6, 1, tzinfo=UTC)), None, text)
    assert old.flags == (Flag.DATE_CONFLICT,)
    assert published(run(Item(text), None, text)) == datetime(2025, 7, 7, tzinfo=UTC)


def test_a_time_that_can_not_be_is_kept_as_evidence_and_flagged() -> None:
    metadata = run(Item(TEXT, published=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (metadata.published, metadata.flags) == (None, (Flag.FUTURE_DATE,))
    assert others(metadata, "published") == [("2026-01-01T00:00:00+00:00", "item")]
    assert run(Item(TEXT, published=datetime(200, 1, 1, tzinfo=UTC))).flags == (Flag.EARLY_DATE,)
    soon = run(Item(TEXT, published=datetime(2025, 7, 13, 20, tzinfo=UTC)))
    assert (published(soon), soon.flags) == (datetime(2025, 7, 13, 20, tzinfo=UTC), (Flag.FUTURE_DATE,))


def test_a_time_before_the_outlet_began_is_flagged() -> None:
    old = datetime(1975, 7, 1, 8, tzinfo=UTC)
    metadata = run(Item(TEXT, published=old), outlet="Mid-Day")
    assert (published(metadata), metadata.flags) == (old, (Flag.EARLY_DATE,))
    assert run(Item(TEXT, published=old), outlet="The Hindu").flags == ()


def test_a_claim_against_the_text_is_flagged() -> None:
    metadata = run(Item(TEXT, language="fr"))
    assert (metadata.language, metadata.flags) == ("en", (Flag.LANGUAGE_CONFLICT,))
    assert others(metadata, "language") == [("fr", "item")]
    assert run(Item(TEXT, language="en-gb")).flags == ()


def test_a_text_in_two_languages_is_flagged() -> None:
    both = "\n".join([TEXT] * 8 + [BRAZILIAN] * 6)
    metadata = run(Item(both), None, both)
    assert (metadata.language, metadata.flags) == ("en", (Flag.MIXED_LANGUAGE,))
    assert others(metadata, "language") == [("pt", "text: a part of it")]
    quoted = "\n".join([TEXT] * 12 + [BRAZILIAN])
    assert run(Item(quoted), None, quoted).flags == ()


def test_who_else_is_named_as_outlet_or_agency() -> None:
    metadata = run(Item(TEXT, url="https://www.bbc.co.uk/news/1"), outlet="The Guardian")
    assert (metadata.outlet, metadata.flags) == ("The Guardian", (Flag.OUTLET_CONFLICT,))
    assert others(metadata, "outlet") == [("BBC", "url")]
    text = "PORT ELLIS, July 12 (Reuters) - " + TEXT
    two = run(Item(text, credit="AFP"), None, text)
    assert (two.agency, two.flags) == ("AFP", (Flag.AGENCY_CONFLICT,))
    assert run(Item(text, credit="AFP/Reuters"), None, text).flags == ()
    assert run(Item(text, outlet="Harbour channel"), None, text, outlet="The Harbour Post").flags == ()


def test_a_person_is_no_agency() -> None:
    assert run(Item(TEXT, byline="ANI MEHTA")).agency is None
    assert run(Item(TEXT, byline="ANI")).agency == "ANI"
    assert run(Item(TEXT, credit="(ANI/UNI)")).agency == "ANI"


def test_who_wrote_it_and_for_whom() -> None:
    metadata = run(Item(TEXT, byline="Ann Lee, Chief Correspondent, and Rui Dias in Oslo"))
    assert metadata.contributors == (
        Contributor("Ann Lee", job="Chief Correspondent"),
        Contributor("Rui Dias", place="Oslo"),
    )
    assert run(Item(TEXT, byline="The Harbour Post"), outlet="The Harbour Post").authors == ()


@pytest.mark.parametrize(
    ("title", "outlet", "shown"),
    [
        ("Piers closed - The Harbour Post", "The Harbour Post", "Piers closed"),
        ("Piers closed | BBC News", "BBC", "Piers closed"),
        ("Piers closed - and two more to follow", "The Harbour Post", "Piers closed - and two more to follow"),
        ("The Harbour Post", "The Harbour Post", "The Harbour Post"),
        ("Piers closed - BBC News", None, "Piers closed - BBC News"),
    ],
)
def test_a_title_without_its_outlet(title: str, outlet: str | None, shown: str) -> None:
    assert run(Item(TEXT, title=title), outlet=outlet).title == shown


def test_a_month_gives_way_to_a_day_in_it() -> None:
    item = Item(TEXT, url="https://a.example/2025/06/20/piers")
    metadata = run(item, Extracted(TEXT, published="2025-06"))
    assert (published(metadata), metadata.flags) == (datetime(2025, 6, 20, tzinfo=UTC), ())


def test_a_bare_day_of_change_may_be_that_of_publication() -> None:
    item = Item(TEXT, published=DAYS[10])
    metadata = run(item, Extracted(TEXT, modified="2025-07-11"))
    assert metadata.modified
    assert metadata.modified.utc == datetime(2025, 7, 11, tzinfo=UTC)
    assert others(metadata, "modified") == []


def test_an_archives_day_of_capture_is_no_day_of_publication() -> None:
    metadata = run(Item(TEXT, url="https://web.archive.org/web/20200101/https://www.bbc.com/news/x"))
    assert (metadata.published, metadata.outlet) == (None, "BBC")


@pytest.mark.parametrize("url", ["http://[::1", "https://[Read more]/x", "HTTP://"])
def test_a_malformed_address_is_none(url: str) -> None:
    metadata = run(Item(TEXT, url=url), Extracted(TEXT, url=url))
    assert (metadata.url, metadata.outlet) == (None, None)


def test_the_address_is_canonical() -> None:
    assert run(Item(TEXT, url="https://A.example/x?utm_source=rss&id=1")).url == "https://a.example/x?id=1"
