"""What a page says of its article, and which of several answers is believed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from tests.extract.pages import page, paragraphs

from copydesk.extract import extract
from copydesk.metadata.dates import date_in_address, dates_in, own_months_of, own_weekdays_of
from copydesk.model import Extracted

URL = "https://harbour-gazette.example/2026/05/08/ferry-late"


def read(head: str = "", before: str = "", after: str = "", url: str | None = None) -> Extracted:
    return extract(page(head=head, before=before, after=after), url=url)


def linked(**fields: str) -> str:
    inner = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {inner}}}</script>'


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def origin(found: Extracted, field: str) -> str:
    return next(evidence.origin for evidence in found.evidence if evidence.field == field)


def test_the_headline_that_readers_see_wins_where_the_head_confirms_it() -> None:
    found = read(meta("og:title", "Ferry three hours late, captain apologises"))
    assert (found.title, origin(found, "title")) == ("Ferry three hours late", "page: heading")


def test_an_unconfirmed_heading_does_not_win() -> None:
    html = page(head=meta("og:title", "The storm that never came | Harbour Gazette")).replace(
        "<h1>Ferry three hours late</h1>", "<h1>Opinion</h1><h1>Our columnists</h1>"
    )
    found = extract(html.replace("<title>Ferry three hours late | Harbour Gazette</title>", ""), url=URL)
    assert (found.title, origin(found, "title")) == ("The storm that never came", "page: meta")


def test_a_sites_name_as_its_only_heading_is_no_headline() -> None:
    html = page().replace("Ferry three hours late</h1>", "Harbour Gazette</h1>")
    assert extract(html, url=URL).title == "Ferry three hours late"


@pytest.mark.parametrize(
    ("url", "window", "heading"),
    [
        ("https://gazette.example/x", "World News, Europe and Politics | Ferry late", "Ferry late"),
        ("https://nation.example/x", "Nation Mourns Leader | Nation", "Nation Mourns Leader"),
        ("https://www.abc.net.example/x", "Net Zero Explained - ABC News", "Net Zero Explained"),
    ],
)
def test_a_headline_that_resembles_the_sites_name_is_one(url: str, window: str, heading: str) -> None:
    html = f"<html><head><title>{window}</title></head><body><h1>{heading}</h1>{paragraphs()}"
    assert extract(html, url=url).title == heading


def test_what_comes_after_a_thousand_comments_is_read() -> None:
    comment = "<p itemprop='comment'><span itemprop='name'>Ida</span><meta itemprop='x' content='y'>a word</p>"
    found = read(linked(author='{"@type": "Person", "name": "Ida Moen"}'), comment * 700)
    html = page(before=comment * 700, after=linked(author='{"@type": "Person", "name": "Ida Moen"}'))
    assert extract(html, url=URL).authors == found.authors == ("Ida Moen",)
    assert extract(html.replace("<article", comment * 1100 + "<article"), url=URL).title == "Ferry three hours late"


@pytest.mark.parametrize(
    ("title", "outlet", "left"),
    [
        ("Ferry three hours late | Harbour Gazette", "Harbour Gazette", "Ferry three hours late"),
        ("Ferry late - The Harbour Gazette", "Harbour Gazette", "Ferry late"),
        ("Harbour Gazette: Ferry late", "Harbour Gazette", "Harbour Gazette: Ferry late"),
        ("Harbour Gazette » Ferry late", "Harbour Gazette", "Ferry late"),
        ("Ferry late - BBC News", "BBC", "Ferry late"),
        ("Ferry late - Tide", "www.tide.example", "Ferry late"),
        ("Ferry late – what happened this time", "time", "Ferry late – what happened this time"),
        ("Ferry late – time to pay", "Time", "Ferry late – time to pay"),
        ("Company fined in two countries - US", "usatoday", "Company fined in two countries - US"),
        ("Ferry late - an essay", "Say", "Ferry late - an essay"),
        ("India - Pakistan ceasefire holds", "Times of India", "India - Pakistan ceasefire holds"),
        ("Ferry late - India", "Times of India", "Ferry late - India"),
        ("Time Is Up | TIME", "Time", "Time Is Up"),
        ("Net Zero Explained - ABC News", "ABC", "Net Zero Explained"),
        ("» Ferry late |", "Harbour Gazette", "Ferry late"),
    ],
)
def test_the_outlets_name_is_cut_off_a_title(title: str, outlet: str, left: str) -> None:
    head = f"<title>{title}</title>{meta('og:site_name', outlet)}"
    assert extract(f"<html><head>{head}</head><body>{paragraphs()}").title == left


@pytest.mark.parametrize(
    ("head", "before", "authors", "told_by"),
    [
        (linked(author='{"@type": "Person", "name": "Ida Moen"}'), "", ("Ida Moen",), "page: JSON-LD"),
        (
            linked(author='"Harbour Gazette"'),
            "<p>By Ida Moen and Per Dahl</p>",
            ("Ida Moen", "Per Dahl"),
            "page: byline",
        ),
        (meta("author", "Ida Moen; Per Dahl"), "", ("Ida Moen", "Per Dahl"), "page: meta"),
        (meta("author", "https://harbour-gazette.example/ida"), "<p>Von Ida Moen</p>", ("Ida Moen",), "page: byline"),
        ("", "<div class='byline'>Ida Moen | May 8, 2026</div>", ("Ida Moen",), "page: byline"),
        ("", "<a rel='author' href='/ida'>Ida Moen</a>", ("Ida Moen",), "page: link"),
        ("", "<p class='meta'>Ida Moen on May 8, 2026</p>", (), ""),
        ("", "<div class='block'><p class='post'>Ida Moen</p></div>", (), ""),
        ("", "<div class='author-box'><p id='post'>Ida Moen</p></div>", ("Ida Moen",), "page: byline"),
        ("", "<div class='author'>By Ida Moen on May 8, 2026</div>", ("Ida Moen",), "page: byline"),
        (linked(author='"News Desk"'), "", ("News Desk",), "page: JSON-LD"),
        ("", "", (), ""),
    ],
)
def test_authors(head: str, before: str, authors: tuple[str, ...], told_by: str) -> None:
    found = read(head, before)
    assert found.authors == authors
    assert not authors or origin(found, "authors") == told_by


@pytest.mark.parametrize(
    ("head", "before", "url", "published"),
    [
        (linked(datePublished='"2026-05-08T14:30:00+02:00"'), "", None, "2026-05-08T14:30:00+02:00"),
        (meta("article:published_time", "2026-05-08"), "", None, "2026-05-08"),
        ("", "<time datetime='2026-05-08T14:30'>yesterday</time>", None, "2026-05-08T14:30:00"),
        ("", "", URL, "2026-05-08"),
        ("", "<p>Published 8 May 2026</p>", None, "2026-05-08"),
        (
            linked(datePublished='"2026-05-08T14:30:00Z"').replace("NewsArticle", "WebPage"),
            "",
            None,
            "2026-05-08T14:30:00+00:00",
        ),
        (meta("pubdate", "2026-05-08T22:06:08:684Z"), "", None, "2026-05-08T22:06:08.684000+00:00"),
        ("", "", None, None),
        (meta("article:modified_time", "2026-05-09T01:00:00Z"), "", None, "2026-05-09T01:00:00+00:00"),
        (meta("date", "2199-01-01"), "", None, None),
        (linked(datePublished='"yesterday"'), "", None, None),
    ],
)
def test_the_time_of_publication(head: str, before: str, url: str | None, published: str | None) -> None:
    assert read(head, before, url=url).published == published


def test_a_date_that_begins_the_text_is_its_own() -> None:
    html = page().replace("<p>The ferry to", "<p>8.5.2026 - The ferry to", 1)
    assert extract(html).published == "2026-05-08"


def test_a_time_is_given_in_the_outlets_own_zone_where_the_page_shows_it() -> None:
    head = linked(datePublished='"2026-05-08T23:30:00Z"')
    for shown in (
        "<p>9/5/2026 01:30</p>",
        "<p>May 9, 2026, 1:30 a.m.</p>",
        "<time datetime='2026-05-09T01:30:00'></time>",
    ):
        html = page(head=head, before=shown, language="en-GB" if "/" in shown else "en")
        assert extract(html).published == "2026-05-09T01:30:00+02:00"
    assert read(head, "<p>Updated May 9, 2026, 7:12 a.m.</p>").published == "2026-05-08T23:30:00+00:00"


def test_an_agency_credited_beside_the_text_is_known() -> None:
    assert read(before="<div class='source'>dpa</div>").credits == ("dpa",)
    assert read(after="<p class='agency'>(Reuters)</p>").credits == ("Reuters",)
    assert read(before="<div class='source'>Harbour desk</div>").credits == ()


def test_what_else_a_page_says() -> None:
    found = read(
        '<link rel="canonical" href="/ferry">' + meta("article:tag", "ferries, islands") + meta("og:type", "article"),
        url=URL,
    )
    assert (found.outlet, found.language, found.tags) == ("Harbour Gazette", "en", ("ferries", "islands"))
    assert found.url == "https://harbour-gazette.example/ferry"
    assert read('<link rel="canonical" href="https://harbour-gazette.example/">', url=URL).url == URL


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("8 May 2026", "en", date(2026, 5, 8)),
        ("May 8, 2026", "en-US", date(2026, 5, 8)),
        ("am 8. März 2026", "de", date(2026, 3, 8)),
        ("8 de mayo de 2026", "es", date(2026, 5, 8)),
        ("1er août 2026", "fr", date(2026, 8, 1)),
        ("8 мая 2026", "ru", date(2026, 5, 8)),
        ("8 maja 2026", "pl", date(2026, 5, 8)),
        ("2026年5月8日", "ja", date(2026, 5, 8)),
        ("2026년 5월 8일", "ko", date(2026, 5, 8)),
        ("8 Mayıs 2026", "tr", date(2026, 5, 8)),
        ("8. toukokuuta 2026", "fi", date(2026, 5, 8)),
        ("8. Mai 2026", None, date(2026, 5, 8)),
        ("08.05.2026", "de", date(2026, 5, 8)),
        ("08 | 05 | 2026", "de", date(2026, 5, 8)),
        ("5/8/2026", "en-US", date(2026, 5, 8)),
        ("8/5/2026", "en-GB", date(2026, 5, 8)),
        ("2026-05-08T10:00", None, date(2026, 5, 8)),
        ("31 February 2026", "en", None),
        ("we may 2026 people", "en", None),
        ("room 12, May 2026", "en", None),
        ("no date", "en", None),
    ],
)
def test_dates_as_readers_see_them(text: str, language: str | None, found: date | None) -> None:
    assert next(dates_in(text, language), None) == found


@pytest.mark.parametrize("code", ["de", "pt", "ru", "ta", "he"])
def test_no_language_has_the_months_of_another(code: str) -> None:
    # In a process of its own: Babel gives other names once certain locales have been asked for.
    ask = f"from babel import Locale; print(*Locale({code!r}).months['format']['wide'].values(), sep=';')"
    ask += f"; print(*Locale({code!r}).days['format']['wide'].values(), sep=';')"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    months, days = done.stdout.splitlines()
    assert {name.lower() for name in months.split(";")} <= own_months_of(code).keys()
    assert {name.lower() for name in days.split(";")} == set(own_weekdays_of(code))
    assert not own_months_of(code).keys() & {"sentyabr", "avqust"}


def test_the_table_of_months_is_what_cldr_has() -> None:
    code = "from copydesk.metadata.build_calendar import DATA, months, short_weekdays, weekdays; "
    code += "assert (DATA / 'short_weekdays.tsv').read_text('utf-8') == short_weekdays(); "
    code += "assert (DATA / 'months.tsv').read_text('utf-8') == months(); "
    code += "assert (DATA / 'weekdays.tsv').read_text('utf-8') == weekdays()"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/2026/05/08/x", date(2026, 5, 8)),
        ("https://a.example/2026/5/8/x", date(2026, 5, 8)),
        ("https://a.example/news/20260508-x", date(2026, 5, 8)),
        ("https://a.example/2026/05/x", None),
        ("https://a.example/20261340", None),
        ("https://a.example/2026194420/x", None),
    ],
)
def test_dates_in_addresses(url: str, found: date | None) -> None:
    assert date_in_address(url) == found
