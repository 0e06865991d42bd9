from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from copydesk.errors import ConfigurationError
from copydesk.formats import Parsed
from copydesk.model import BodyType, Item, Payload
from copydesk.sources.draft import (
    country_of,
    draft,
    language_of,
    outlet_name,
    slug_of,
    unique_name,
    zone_of,
)
from copydesk.sources.found import Feed, Site
from copydesk.sources.teaser import is_teaser

ENGLISH = "The harbour council voted on Tuesday to close two of its five piers until spring, as divers saw cracks. " * 4
GERMAN = "Der Hafenrat hat am Dienstag beschlossen, zwei der fünf Kais bis zum Frühjahr zu sperren, hieß es. " * 4
NOW = datetime(2025, 7, 10, 9, tzinfo=UTC)


def feed(*bodies: str, url: str = "https://www.mid-day.com/feed", **more: object) -> Feed:
    items = tuple(Item(body=body, title="Piers close", url=f"{url}/{at}", **more) for at, body in enumerate(bodies))
    return Feed(url, "given", Payload(b"", NOW), Parsed(items), title="Latest news | Some Site", language="en")


def test_a_known_sites_source_has_what_is_known() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    source = draft(Site("https://www.mid-day.com/mumbai"), [feed(ENGLISH, published=NOW.astimezone(zone))])
    assert (source.name, source.outlet, source.country, source.language) == ("mid_day", "Mid-Day", "IN", "en")
    assert source.timezone == "Asia/Kolkata"
    assert source.pages == "never"
    assert source.schedule == "*/30 * * * *"
    assert not source.allow_private_addresses


def test_teasers_want_their_pages() -> None:
    source = draft(Site("https://harbour.example/", private=True), [feed("Two piers close", "Read on …", ENGLISH)])
    assert source.pages == "teaser"
    assert source.allow_private_addresses


def test_what_a_person_gives_wins_and_is_checked() -> None:
    site, feeds = Site("https://harbour.example/"), [feed(ENGLISH)]
    source = draft(site, feeds, name="my_name", schedule="@daily")
    assert (source.name, source.schedule) == ("my_name", "@daily")
    with pytest.raises(ConfigurationError, match="name"):
        draft(site, feeds, name="My Name")
    with pytest.raises(ConfigurationError, match=r"schedule: .* five fields"):
        draft(site, feeds, schedule="often")
    with pytest.raises(ConfigurationError, match="'my_name' is taken"):
        draft(site, feeds, name="my_name", taken={"my_name"})


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The Harbour Post", "the_harbour_post"),
        ("L’Écho des deux rives", "lecho_des_deux_rives"),
        ("Süddeutsche Straße", "suddeutsche_strasse"),
        ("24 heures", "n_24_heures"),
        ("新闻联播", ""),
        ("Вести", ""),
        ("!", ""),
        ("x" * 90, "x" * 50),
    ],
)
def test_a_slug_is_a_good_name(text: str, slug: str) -> None:
    assert slug_of(text) == slug


def test_names_are_unique() -> None:
    assert unique_name(["新闻", "Harbour"], {"harbour", "harbour_2"}) == "harbour_3"
    assert unique_name([""], set()) == "source"


@pytest.mark.parametrize(
    ("names", "host", "outlet"),
    [
        (["Latest news – The Harbour Post"], "www.harbourpost.example", "The Harbour Post"),
        (["The Harbour Post » Feed"], "harbour-post.co.uk", "The Harbour Post"),
        ([None, "Harbour Post | World"], "harbourpost.example", "Harbour Post"),
        (["Mid-Day"], "example.com", "Mid-Day"),
        ([], "www.harbour.example", "harbour.example"),
    ],
)
def test_the_outlet_is_the_name_most_like_the_domain(names: list[str | None], host: str, outlet: str) -> None:
    assert outlet_name(names, host) == outlet


@pytest.mark.parametrize(
    ("text", "item_says", "feed_says", "language"),
    [
        (ENGLISH, "en-GB", "en", "en-GB"),
        (ENGLISH, None, "en_us", "en-US"),
        (GERMAN, None, "en-US", "de"),
        (GERMAN, None, None, "de"),
        ("12", None, "nonsense", None),
    ],
)
def test_the_texts_decide_on_the_language(text: str, item_says: str, feed_says: str, language: str) -> None:
    assert language_of([Item(body=text, language=item_says)], [feed_says]) == language


@pytest.mark.parametrize(
    ("host", "country"),
    [("harbour.co.uk", "GB"), ("hafen.de", "DE"), ("news.io", None), ("harbour.com", None), ("127.0.0.1", None)],
)
def test_a_country_is_known_by_its_domain(host: str, country: str | None) -> None:
    assert country_of(host) == country


@pytest.mark.parametrize(
    ("country", "hours", "zone"),
    [
        ("DE", 2, "Europe/Berlin"),
        ("DE", 5, None),
        ("US", -4, "America/New_York"),
        ("US", -5, "America/Chicago"),
        ("GB", 0, None),
        (None, 2, None),
    ],
)
def test_a_time_zone_is_that_of_the_country_with_the_offset_of_the_dates(
    country: str | None, hours: int, zone: str | None
) -> None:
    published = NOW.astimezone(timezone(timedelta(hours=hours)))
    assert zone_of(country, [Item(body="", published=published)]) == zone


def test_dates_without_a_zone_are_those_of_the_country() -> None:
    assert zone_of("IN", [Item(body="", published=NOW.replace(tzinfo=None))]) == "Asia/Kolkata"
    assert zone_of("AU", [Item(body="", published=NOW.replace(tzinfo=None))]) is None


@pytest.mark.parametrize(
    ("body", "body_type", "teaser"),
    [
        (ENGLISH, BodyType.TEXT, False),
        (ENGLISH + "…", BodyType.TEXT, True),
        (ENGLISH * 5 + "…", BodyType.TEXT, False),
        (f"<p>{ENGLISH} [&hellip;]</p><p>The post Piers close appeared first on Harbour.</p>", BodyType.HTML, True),
        ("<p>Two piers close</p>", BodyType.HTML, True),
        ("<img src='pier.jpg' alt='" + "x" * 500 + "'>", BodyType.HTML, True),
        ("<html><body><p>Two piers close</p></body></html>", BodyType.HTML, False),
        ("", BodyType.TEXT, True),
        ("港口委员会周二投票决定关闭五个码头中的两个直到春天。" * 6, BodyType.TEXT, False),
    ],
)
def test_a_teaser_is_too_short_or_cut(body: str, body_type: BodyType, teaser: bool) -> None:
    assert is_teaser(Item(body=body, body_type=body_type)) is teaser
