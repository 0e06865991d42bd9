"""The bundled samples: what `make run` shows must be whole, dated rightly, and reach for nothing outside."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from babel.dates import get_day_names, get_month_names
from bs4 import BeautifulSoup

from copydesk.fetch import fetch
from copydesk.formats import read
from copydesk.metadata.language import identify_language, primary
from copydesk.sources import load_sources
from copydesk.syndication import StoryIndex, fingerprint, similarity

SAMPLES = Path(str(files("copydesk.samples")))
FEEDS = sorted(path.name for path in SAMPLES.glob("*.xml"))
PAGES = sorted(path.name for path in (SAMPLES / "pages").glob("*.html"))
SOURCES = {name: source for name, source in load_sources().items() if "sample" in source.tags}
MALFORMED = "gdp-avance-0871"
COPIES = [
    ("pages/harbour-ledger.html", "midday.xml#23579377"),
    ("kurier.xml#ek-118820", "pages/hafenbote.html"),
]


def plain(html: str) -> str:
    return BeautifulSoup(html, "lxml").get_text(" ")


def page_text(name: str) -> str:
    """The paragraphs of the story, boilerplate that is inside of it too."""
    page = BeautifulSoup((SAMPLES / "pages" / name).read_bytes(), "lxml")
    body = page.select_one(".artikeltext, [itemprop=articleBody], .story")
    assert body is not None
    return "\n".join(paragraph.get_text() for paragraph in body.find_all("p"))


def entries(name: str) -> list[Any]:
    feed = feedparser.parse((SAMPLES / name).read_bytes())
    assert not feed.bozo, feed.get("bozo_exception")
    found: list[Any] = feed.entries
    return found


def body(entry: Any) -> str:
    contents = [part.value for part in entry.get("content", ())]
    return plain(max([*contents, entry.get("summary", "")], key=len))


TEXTS = {
    **{f"{name}#{entry.id}": body(entry) for name in FEEDS for entry in entries(name)},
    **{f"pages/{name}": page_text(name) for name in PAGES},
}


def test_there_are_enough_items_and_the_sources_name_each_file_once() -> None:
    assert len(FEEDS) >= 3
    assert len(PAGES) >= 2
    assert len(TEXTS) >= 14
    named = Counter(url for source in SOURCES.values() for url in source.urls)
    present = [*FEEDS, *(f"pages/{page}" for page in PAGES)]
    assert named == Counter(f"package:copydesk.samples/{path}" for path in present)


def test_no_sample_runs_by_itself() -> None:
    assert SOURCES
    assert all(source.schedule is None for source in SOURCES.values())


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_a_sample_source_is_read_whole_as_a_run_reads_it(source: Any) -> None:
    for url in source.urls:
        parsed = read(fetch(url))
        assert parsed.items
        assert not parsed.refused
        assert all(item.body for item in parsed.items)


def test_the_texts_are_in_the_languages_of_their_sources() -> None:
    languages = set()
    for source in SOURCES.values():
        for url in source.urls:
            path = url.removeprefix("package:copydesk.samples/")
            for key, text in TEXTS.items():
                if key.partition("#")[0] == path:
                    assert primary(identify_language(text) or "") == source.language, key
                    languages.add(source.language)
    assert languages == {"en", "pt", "es", "de", "fr"}


@pytest.mark.parametrize("name", FEEDS)
def test_entries_say_who_what_and_when_but_for_the_malformed_one(name: str) -> None:
    for entry in entries(name):
        assert bool(entry.get("title")) == (entry.id != MALFORMED)
        assert bool(entry.get("published")) == (entry.id != MALFORMED)
        assert urlsplit(entry.link).hostname.endswith(".example")


def test_the_malformed_item_is_there() -> None:
    assert [entry.id for entry in entries("noticias.xml")].count(MALFORMED) == 1


def test_ids_and_titles_are_unique() -> None:
    everything = [entry for name in FEEDS for entry in entries(name)]
    for field in ("id", "link", "title"):
        values = [entry[field] for entry in everything if field in entry]
        assert len(values) == len(set(values))


def test_stories_are_long_enough_to_show_something() -> None:
    lengths = {key: len(text) for key, text in TEXTS.items() if not key.endswith(MALFORMED)}
    assert min(lengths.values()) > 700, lengths


def test_two_stories_have_a_copy_in_another_outlet_and_no_others() -> None:
    sketches = {key: fingerprint(text) for key, text in TEXTS.items()}
    shared = {pair: similarity(sketches[pair[0]], sketches[pair[1]]) for pair in combinations(sorted(TEXTS), 2)}
    alike = sorted(pair for pair, share in shared.items() if share > 0.6)
    assert alike == sorted(tuple(sorted(pair)) for pair in COPIES)
    for pair in COPIES:
        assert TEXTS[pair[0]] != TEXTS[pair[1]]


def test_the_index_of_stories_finds_the_copies() -> None:
    from copydesk.model import Article

    index = StoryIndex()
    links = {key: index.add(Article(text, fingerprint=fingerprint(text))) for key, text in TEXTS.items()}
    for one, other in COPIES:
        assert links[one].story == links[other].story
    assert len({link.story for link in links.values()}) == len(TEXTS) - len(COPIES)


# -- Dates: "Friday, 11 July 2025", "sexta -feira, 11 de julho de 2025" (torn), "Dienstag, 16. September 2025" …

STATED = re.compile(r"([^\W\d]+(?: ?-[^\W\d]+)?),? (\d{1,2})\.? (?:de )?([^\W\d]+) (?:de )?(20\d\d)")


def stated_dates(text: str, locale: str) -> list[tuple[int, date]]:
    """Weekday (Monday is 0) and date, where a text states both."""
    days = {name.casefold(): number for number, name in get_day_names("wide", locale=locale).items()}
    months = {name.casefold(): number for number, name in get_month_names("wide", locale=locale).items()}
    found = []
    for weekday, day, month, year in STATED.findall(text):
        number = days.get(weekday.casefold().replace(" ", ""))
        if number is not None and month.casefold() in months:
            found.append((number, date(int(year), months[month.casefold()], int(day))))
    return found


def test_weekdays_agree_with_the_dates_beside_them() -> None:
    seen: Counter[str] = Counter()
    for source in SOURCES.values():
        assert source.language
        for url in source.urls:
            path = SAMPLES / url.removeprefix("package:copydesk.samples/")
            for weekday, day in stated_dates(path.read_text(encoding="utf-8"), source.language):
                assert day.weekday() == weekday, f"{path.name}: {day} is no such weekday"
                seen[source.language] += 1
    assert set(seen) == {"en", "pt", "es", "de", "fr"}
    assert seen.total() >= 10


def test_the_check_of_weekdays_can_fail() -> None:
    assert stated_dates("on Friday, 11 July 2025", "en") == [(4, date(2025, 7, 11))]
    assert stated_dates("na sexta -feira, 11 de julho de 2025", "pt") == [(4, date(2025, 7, 11))]
    assert stated_dates("am Montag, 16. September 2025", "de") == [(0, date(2025, 9, 16))]


@pytest.mark.parametrize("name", FEEDS)
def test_publication_dates_are_real_and_name_their_own_weekday(name: str) -> None:
    for entry in entries(name):
        if given := entry.get("published"):
            moment = datetime.fromisoformat(given) if given[0].isdigit() else None
            moment = moment or datetime.strptime(given, "%a, %d %b %Y %H:%M:%S %z")
            assert moment.tzinfo is not None
            assert date(2025, 6, 1) <= moment.date() <= date(2025, 11, 30)
            assert given[0].isdigit() or given.startswith(f"{moment:%a},")


# -- Pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_in_the_ways_that_pages_do(name: str) -> None:
    page = BeautifulSoup((SAMPLES / "pages" / name).read_bytes(), "lxml")
    (block,) = page.find_all("script", type="application/ld+json")
    content = json.loads(block.get_text())
    (article,) = [part for part in content.get("@graph", [content]) if part["@type"] == "NewsArticle"]
    assert page.h1 is not None
    assert article["headline"] == page.h1.get_text(strip=True)
    assert datetime.fromisoformat(article["datePublished"]).tzinfo is not None
    assert article["author"]
    assert article["inLanguage"][:2] == page.html["lang"]  # type: ignore[index]
    assert 5 <= len(page_text(name).splitlines()) <= 9
    for furniture in ("nav", "footer", "style", "a[href]", "h2"):
        assert page.select_one(furniture), furniture


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fetches_nothing(name: str) -> None:
    source = (SAMPLES / "pages" / name).read_text(encoding="utf-8")
    page = BeautifulSoup(source, "lxml")
    loading = {"src", "srcset", "poster", "data", "background", "xlink:href"}
    assert [tag for tag in page.find_all() if loading & set(tag.attrs)] == []
    assert {rel for link in page.find_all("link") for rel in link["rel"]} <= {"canonical"}
    assert not re.search(r"@import|url\(|http-equiv|\bfetch\(", source)
    assert [script.get("type") for script in page.find_all("script")] == ["application/ld+json"]


def test_links_lead_to_reserved_names_only() -> None:
    """Nobody's site is named as the origin of what it never published (RFC 2606)."""
    schemas = {"schema.org", "purl.org", "www.w3.org"}
    for path in (*SAMPLES.glob("*.xml"), *SAMPLES.glob("pages/*.html")):
        hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"'<>]+", path.read_text("utf-8"))}
        assert hosts
        assert {host for host in hosts - schemas if not str(host).endswith(".example")} == set(), path.name
