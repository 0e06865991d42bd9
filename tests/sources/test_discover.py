from __future__ import annotations

from datetime import timedelta

import pytest

from copydesk.discover import COMMON_PATHS, discover
from copydesk.errors import DataError, UnknownFormat
from copydesk.model import Payload

LINKS = """<html lang="en-GB"><head><meta property="og:site_name" content="The Harbour Post">
<link rel="alternate" type="application/rss+xml" href="/comments/feed">
<link rel="alternate" type="application/rss+xml; charset=utf-8" href="feed.xml#top">
<link rel="alternate" type="application/json" href="/wp-json/pages/1">
<link rel="alternate" hreflang="de" href="/de"></head>
<body><a href="/old/rss">Old</a><a href="/about">About</a><a href="javascript:feed()">Feed</a></body></html>"""


def urls(site: object) -> list[str]:
    return [feed.url for feed in site.feeds]


def test_a_feeds_own_address_is_enough(site) -> None:
    url = site.put_feed("/feed")
    found = discover(url)
    assert urls(found) == [url]
    assert site.asked == ["/feed"]
    assert found.private
    (feed,) = found.feeds
    assert (feed.found, feed.title, feed.language) == ("given", "Latest news - The Harbour Post", "en-gb")
    assert feed.share_with_text == 1


def test_a_pages_feeds_are_ranked_by_what_they_give(site) -> None:
    start = site.put("/", LINKS)
    best = site.put_feed("/feed.xml")
    comments = site.put_feed("/comments/feed", section="comments")
    old = site.put_feed("/old/rss", section="old", age=timedelta(days=900))
    found = discover(start)
    assert urls(found) == [best, old, comments]
    assert [feed.found for feed in found.feeds] == ["declared", "linked", "declared"]
    assert (found.name, found.language) == ("The Harbour Post", "en-GB")
    assert not {"/wp-json/pages/1", "/de", "/about"} & set(site.asked)


def test_full_text_is_better_than_teasers(site) -> None:
    start = site.put("/", '<html><a href="/rss/teasers">a</a><a href="/rss/full">b</a></html>')
    teasers = site.put_feed("/rss/teasers", text="Two of five piers close …", section="teasers")
    full = site.put_feed("/rss/full")
    assert urls(discover(start)) == [full, teasers]


def test_the_same_items_twice_are_one_feed(site) -> None:
    start = site.put("/", '<html><a href="/rss/a">a</a><a href="/rss/b">b</a><a href="/rss/part">c</a></html>')
    first = site.put_feed("/rss/a", items=9)
    second = site.put_feed("/rss/b", items=9)
    part = site.put_feed("/rss/part", items=3)
    found = discover(start)
    assert urls(found) == [first]
    assert found.rejected[second] == found.rejected[part] == f"it gives the items of {first}"


def test_robots_txt_names_feeds(site) -> None:
    start = site.put("/", "<html><p>News</p></html>")
    named = site.put_feed("/hidden/news.xml")
    site.put("/robots.txt", f"User-agent: *\nDisallow:\nSitemap: {named}\n", "text/plain")
    (feed,) = discover(start).feeds
    assert (feed.url, feed.found) == (named, "robots.txt")


def test_common_addresses_are_tried_last(site) -> None:
    start = site.put("/news/today", "<html><p>News</p></html>")
    guessed = site.put_feed("/rss.xml")
    (feed,) = discover(start).feeds
    assert (feed.url, feed.found) == (guessed, "guessed")
    site.asked.clear()
    site.put("/news/today", '<html><link rel="alternate" type="application/rss+xml" href="/rss.xml"></html>')
    discover(start)
    assert not set(site.asked) & (set(COMMON_PATHS) - {"/rss.xml"})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><p>404</p></html>", "it is a page, no feed"),
        ("<rss><channel><title>x</title></channel></rss>", "it has no items"),
        ("Nothing here.", "it is no feed"),
        ("", "there is nothing in it"),
    ],
)
def test_what_is_no_feed_is_told_with_the_reason(site, body: str, reason: str) -> None:
    start = site.put("/", '<html><link rel="alternate" type="application/rss+xml" href="/a.xml"></html>')
    broken = site.put("/a.xml", body, "application/xml")
    good = site.put_feed("/rss")
    found = discover(start)
    assert urls(found) == [good]
    assert reason in found.rejected[broken]


def test_a_site_without_feeds_is_refused(site) -> None:
    with pytest.raises(UnknownFormat, match="no feed was found; 1"):
        discover(site.put("/", "<html><p>News</p></html>"))


def test_a_file_that_is_no_feed_leads_nowhere(tmp_path) -> None:
    (tmp_path / "page.html").write_text('<html><a href="https://harbour.example/feed">x</a></html>')
    with pytest.raises(DataError, match="only pages on the web"):
        discover((tmp_path / "page.html").as_uri())


def test_a_page_leads_into_no_private_network(site) -> None:
    """Its own host was typed by a person; others were not."""
    allowed: dict[str, list[bool]] = {}
    start = site.put("/", '<html><a href="http://192.168.0.1/feed">a</a><a href="/feed">b</a></html>')
    site.put_feed("/feed")

    def get(url: str, *, allow_private: bool) -> Payload:
        from copydesk.fetch import fetch

        allowed.setdefault(url, []).append(allow_private)
        return fetch(url, allow_private=allow_private)

    found = discover(start, get=get)
    assert allowed["http://192.168.0.1/feed"] == [False]
    assert allowed[site.url + "/feed"] == [True]
    assert "private network" in found.rejected["http://192.168.0.1/feed"]


def test_markup_that_kills_parsers_is_refused(site) -> None:
    with pytest.raises(DataError, match="deep"):
        discover(site.put("/", "<html>" + "<div>" * 3000))


def test_a_host_alone_is_a_site(site) -> None:
    asked: list[str] = []

    def get(url: str, *, allow_private: bool) -> Payload:
        from copydesk.fetch import fetch

        asked.append(url)
        return fetch(site.put_feed("/feed"), allow_private=True)

    discover("harbour.example/feed", get=get)
    assert asked == ["https://harbour.example/feed"]
