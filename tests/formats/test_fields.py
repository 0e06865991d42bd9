"""What each format says of an item comes through: ids, versions, dates with their zone, bylines, rights, signals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.formats import examples
from tests.formats.examples import parsed

from copydesk.errors import BrokenFormat, DataError
from copydesk.formats.base import More
from copydesk.formats.fields import moment, plain, web_address
from copydesk.model import BodyType, Item, Link, Media, Signal, Subject

INDIA = timezone(timedelta(hours=5, minutes=30))
PUBLISHED = datetime(2025, 7, 11, 18, 30, tzinfo=INDIA)


def first(content: str, **fields: str) -> Item:
    return parsed(content, **fields).items[0]


def test_rss_with_everything() -> None:
    item = first(
        """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
        xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><language>en-gb</language>
        <link>https://harbour.example/</link><copyright>© Harbour Post</copyright><item><guid isPermaLink="true">https://harbour.example/a1</guid>
        <title>Ferry &amp;amp; tide</title><dc:creator><![CDATA[Ann Lee]]></dc:creator><author>desk@harbour.example (Bo Day)</author>
        <pubDate>Fri, 11 Jul 2025 18:30:00 +0530</pubDate><category domain="urn:topics">Sea</category><category>Ferries</category>
        <comments>https://harbour.example/a1#talk</comments><source url="https://wire.example/">Wire</source>
        <description>Short.</description><content:encoded><![CDATA[<p>The ferry ran late.</p>]]></content:encoded>
        <media:content url="/a1.jpg" type="image/jpeg"><media:description>The ferry</media:description><media:credit>Cy Fox</media:credit>
        </media:content><enclosure url="https://harbour.example/a1.mp3" type="audio/mpeg"/></item></channel></rss>"""
    )
    assert (item.url, item.title, item.byline, item.authors) == (
        "https://harbour.example/a1",
        "Ferry & tide",
        "desk@harbour.example (Bo Day)",
        ("Bo Day", "Ann Lee"),
    )
    assert (item.published, item.published.utcoffset() if item.published else None) == (
        PUBLISHED,
        INDIA.utcoffset(None),
    )
    assert (item.language, item.copyright, item.outlet, item.summary) == ("en-gb", "© Harbour Post", "Wire", "Short.")
    assert (item.keywords, item.subjects) == (("Sea", "Ferries"), (Subject("Sea", "Sea", "urn:topics"),))
    assert item.links == (Link("https://harbour.example/a1#talk", "replies"),)
    assert item.media == (
        Media("https://harbour.example/a1.jpg", "image/jpeg", "The ferry", "Cy Fox"),
        Media("https://harbour.example/a1.mp3", "audio/mpeg"),
    )
    assert (item.body, item.body_type) == ("<p>The ferry ran late.</p>", BodyType.HTML)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ('<content type="text">5 &lt; 6 &amp;amp; so</content>', "5 < 6 &amp; so"),
        ('<content type="html">&lt;p&gt;Late.&lt;/p&gt;</content>', "<p>Late.</p>"),
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Late<br/>again</p></div></content>',
            "<p>Late<br>again</p>",
        ),
        ('<content type="text/html" src="https://a.example/x"/><summary>Short</summary>', "Short"),
        ('<content type="image/png">iVBORw0KGgo=</content><summary>Short</summary>', "Short"),
    ],
)
def test_atom_content_by_its_type(content: str, body: str) -> None:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>T</title>{content}</entry></feed>'
    assert first(feed).body == body


def test_atom_links_and_authors() -> None:
    item = first(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/"><title>A</title><author><name>Desk</name></author>
        <entry><id>1</id><title type="html">&lt;b&gt;Late&lt;/b&gt;</title><link rel="self" href="self.xml"/><link href="1.html"/>
        <link rel="enclosure" href="1.mp3" type="audio/mpeg"/><link rel="related" href="javascript:x()"/>
        <source><title>Wire</title></source><published>2025-07-11T18:30:00+05:30</published></entry></feed>"""
    )
    assert (item.url, item.title, item.authors, item.outlet) == (
        "https://a.example/x/1.html",
        "Late",
        ("Desk",),
        "Wire",
    )
    assert item.links == (Link("https://a.example/x/self.xml", "self"),)
    assert item.media == (Media("https://a.example/x/1.mp3", "audio/mpeg"),)
    assert item.published == PUBLISHED


def test_a_feed_that_is_no_xml_is_read_all_the_same() -> None:
    feed = examples.RSS.replace("<channel>", "<channel><atom:link href='x'/>").replace(
        "Nobody", "Caf&eacute; & <br> nobody"
    )
    assert [item.identifier for item in parsed(feed).items] == ["a1", "a2"]
    assert "Café &" in first(feed).body


def test_news_sitemap_and_index() -> None:
    item = first(examples.SITEMAP)
    assert (item.url, item.outlet, item.language, item.published) == (
        "https://harbour.example/a1",
        "Harbour Post",
        "en",
        PUBLISHED,
    )
    index = "<sitemapindex><sitemap><loc>https://h.example/1.xml</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>"
    assert parsed(index).more == (More("https://h.example/1.xml"),)
    assert parsed(index).items == ()


def test_json_ld_with_its_author_elsewhere_in_the_graph() -> None:
    item = first(examples.JSON_LD)
    assert (item.authors, item.published, item.body) == (("Ann Lee",), PUBLISHED, "The ferry ran late.")


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Ferry runs late", "author": "Ann Lee"',
        '{"@type": "NewsArticle", "headline": "Ferry runs late", "author": "Ann Lee",}',
        '//<![CDATA[\n{"@type": ["NewsArticle"], "headline": "Ferry\nruns late", "author": [{"name": "Ann Lee"}]}\n//]]>',
        '[{"@type": "BreadcrumbList"}, {"@graph": [{"@type": "WebPage"}, {"@type": "http://schema.org/NewsArticle", "headline": "Ferry runs late", "author": {"givenName": "Ann", "familyName": "Lee"}}]}]',
    ],
    ids=["cut", "comma", "comments", "graph"],
)
def test_json_ld_of_a_page_however_broken(script: str) -> None:
    page = f"<!doctype html><html><script type=application/ld+json>{script}</script><body><p>The ferry ran late.</p></body></html>"
    item = first(page)
    assert (item.title, item.authors) == ("Ferry runs late", ("Ann Lee",))
    assert item.body == page


def test_newsml_g2() -> None:
    item = first(examples.G2)
    assert (item.identifier, item.version, item.signal, item.urgency) == ("urn:1", "2", Signal.CORRECTION, 3)
    assert (item.byline, item.dateline, item.credit, item.slugline) == (
        "By Ann Lee",
        "HARBOUR, July 11",
        "WIRE",
        "FERRY-LATE",
    )
    assert (item.copyright, item.usage_terms, item.ednote) == ("© Wire", "Not in Ruritania", "Corrects the hour.")
    assert (item.subjects, item.keywords) == (
        (Subject("sea transport", "20000589", "medtop"),),
        ("ferry", "sea transport"),
    )
    assert (item.published, item.updated) == (PUBLISHED - timedelta(minutes=30), PUBLISHED)
    assert item.body == "<p>The ferry ran late.</p><p>Nobody minded.</p>".replace("</p><p>", "</p><p>")


def test_newsml_1_kill() -> None:
    item = first(examples.NEWSML_1)
    assert (item.signal, item.version, item.urgency, item.language) == (Signal.KILL, "3", 2, "en")
    assert (item.byline, item.published, item.body) == ("By Ann Lee", PUBLISHED, "<p>The ferry ran late.</p>")


def test_nitf() -> None:
    item = first(examples.NITF)
    assert (item.identifier, item.urgency, item.ednote, item.keywords) == ("d1", 4, "Note the hour.", ("ferry",))


def test_anpa_1312() -> None:
    item = first(examples.ANPA)
    assert (item.byline, item.slugline, item.ednote, item.signal) == (
        "By ANN LEE",
        "Harbour-Ferry, 1st Ld-Writethru",
        "Updates hour.",
        Signal.UPDATE,
    )
    assert item.body == "HARBOUR (HW) – The ferry ran late, officials said, “as ever.”\nNobody minded."
    assert (item.published, item.dateline) == (datetime(2025, 7, 11, 13, tzinfo=UTC), "HARBOUR (HW)")


def test_iptc_7901() -> None:
    item = first(examples.IPTC_7901)
    assert (item.byline, item.slugline, item.urgency, item.credit) == ("By Ann Lee, hwi", "Harbour/ferry", 3, "hwi")
    assert item.body == "Harbour (hwi) - The ferry ran late on Friday.\nNobody minded."
    assert item.published == datetime(2025, 7, 11, 13, tzinfo=UTC)


def test_mail_and_dpa_and_ap() -> None:
    mail = first(examples.MAIL)
    assert (mail.identifier, mail.byline, mail.published) == ("<m1@harbour.example>", "Ann Lee", PUBLISHED)
    dpa = first(examples.DPA)
    assert (dpa.byline, dpa.dateline, dpa.signal, dpa.urgency, dpa.version) == (
        "Von Ann Lee, dpa",
        "Hamburg (dpa) -",
        Signal.UPDATE,
        3,
        "2",
    )
    ap = first(examples.AP)
    assert (ap.identifier, ap.byline, ap.body) == ("x1", "By ANN LEE", "Late again.")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Fri, 11 Jul 2025 18:30:00 +0530", PUBLISHED),
        ("2025-07-11T18:30:00+05:30", PUBLISHED),
        ("20250711T183000+0530", PUBLISHED),
        ("20250711T130000Z", PUBLISHED),
        ("2025-07-11 18:30", datetime(2025, 7, 11, 18, 30)),
        ("2025-07-11", datetime(2025, 7, 11)),
        ("Fri, 11 Jul 2025 08:00:00 EST", PUBLISHED),
        ("1752238800", PUBLISHED),
        ("July 11, 2025 6:30 PM", datetime(2025, 7, 11, 18, 30)),
        ("Fri, 11 Jul 2025 24:00:00 GMT", datetime(2025, 7, 12, tzinfo=UTC)),
        ("11.07.2025 18:30", datetime(2025, 7, 11, 18, 30)),
        ("31 February 2025", None),
        ("2025-02-31T10:00:00Z", None),
        ("20255-01-01", None),
        ("yesterday", None),
        ("12", None),
        ("", None),
    ],
)
def test_moments(said: str, meant: datetime | None) -> None:
    assert moment(said) == meant


def test_addresses_and_plain_text() -> None:
    assert web_address("../b", "https://a.example/x/y") == "https://a.example/b"
    assert web_address("JavaScript:alert(1)", "https://a.example/") is None
    assert web_address("https://[", "https://a.example/") in (None, "https://[")
    assert plain("<b>Ferry</b> &amp; tide &lt; 5") == "Ferry & tide < 5"
    assert plain("AT&T < 5") == "AT&T < 5"


def test_nothing_is_read_from_outside_and_nothing_explodes(tmp_path: object) -> None:
    stolen = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + examples.RSS.partition("\n")[2].replace(
        "Nobody", "&x;"
    )
    for item in parsed(stolen).items:
        assert "Nobody" not in item.body
        assert len(item.body) < 60
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>' + examples.RSS.partition("\n")[2].replace("Nobody", "&l11;")
    try:
        assert sum(len(item.body) for item in parsed(bomb).items) < 1_000_000
    except DataError as error:
        assert str(error)  # noqa: PT017 - refusing it is as good


def test_a_cut_wire_is_no_whole_one() -> None:
    with pytest.raises(BrokenFormat, match="breaks off"):
        parsed(examples.NITF[:-60])
    found = parsed(examples.G2[: examples.G2.index("Second") + 3])
    assert ([item.identifier for item in found.items], [position for position, _ in found.refused]) == (["urn:1"], [1])
