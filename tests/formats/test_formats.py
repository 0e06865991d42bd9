"""Every format: what it reads, and what it does with bad input."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.errors import (
    BrokenFormat,
    DataError,
    EmptyPayload,
    NoText,
    TooDeep,
    TooLarge,
    UnknownFormat,
)
from copydesk.formats import parse, read
from copydesk.model import BodyType, Payload

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Harbour Post</title><language>en-gb</language>
<item><guid>a1</guid><title>Ferry &amp;amp; tide</title><link>https://harbour.example/a1</link>
<dc:creator>Ann Lee</dc:creator>
<pubDate>Fri, 11 Jul 2025 18:30:00 +0530</pubDate><category>Sea</category>
<description>Short.</description>
<content:encoded><![CDATA[<p>The ferry ran late.</p><p>Nobody minded.</p>]]></content:encoded>
</item>
<item><guid>a2</guid><title>Second</title><link>javascript:alert(1)</link><pubDate>32 Foo 2025</pubDate>
<description>Plain text only</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pt"><title>Jornal</title>
<entry><id>urn:1</id><title>Barco</title><link href="https://jornal.example/1"/>
<updated>2025-07-12T10:00:00Z</updated>
<author><name>Rui Dias</name></author><content type="html">&lt;p&gt;O barco atrasou.&lt;/p&gt;</content>
</entry></feed>"""


def payload(content: str | bytes, **fields: str) -> Payload:
    return Payload(content.encode() if isinstance(content, str) else content, datetime.now(UTC), **fields)


def test_rss() -> None:
    first, second = parse(RSS.encode(), url="https://harbour.example/feed")
    assert (first.identifier, first.title, first.url) == ("a1", "Ferry & tide", "https://harbour.example/a1")
    assert first.published == datetime(2025, 7, 11, 13, 0, tzinfo=UTC)
    assert (first.language, first.authors, first.keywords) == ("en-gb", ("Ann Lee",), ("Sea",))
    assert first.body_type is BodyType.HTML
    assert "Nobody minded" in first.body
    assert (second.body, second.body_type, second.position) == ("Plain text only", BodyType.TEXT, 1)
    assert second.published is None
    assert second.url is None


def test_atom() -> None:
    (item,) = parse(ATOM.encode())
    assert (item.identifier, item.title, item.authors, item.language) == ("urn:1", "Barco", ("Rui Dias",), "pt")
    assert item.updated == datetime(2025, 7, 12, 10, tzinfo=UTC)
    assert item.body == "<p>O barco atrasou.</p>"


def test_a_feed_cut_in_the_middle_loses_only_the_entry_that_is_cut() -> None:
    parsed = read(payload(RSS[: RSS.index("Plain text")], url="feed.xml"))
    assert [item.identifier for item in parsed.items] == ["a1"]
    ((position, error),) = parsed.refused
    assert position == 1
    assert isinstance(error, BrokenFormat)
    assert "a2" in str(error)


def test_a_feed_cut_between_entries_loses_nothing() -> None:
    parsed = read(payload(RSS[: RSS.index("<item><guid>a2")]))
    assert [item.identifier for item in parsed.items] == ["a1"]
    assert not parsed.refused


def test_an_entry_with_nothing_in_it_is_refused_and_the_rest_is_read() -> None:
    parsed = read(payload(RSS.replace("<item><guid>a2", "<item><guid>empty</guid></item><item><guid>a2")))
    assert [item.identifier for item in parsed.items] == ["a1", "a2"]
    ((position, error),) = parsed.refused
    assert (position, type(error)) == (1, NoText)


def test_an_entry_nested_too_deeply_is_refused_and_the_rest_is_read() -> None:
    parsed = read(payload(RSS.replace("<p>The ferry", "<div>" * 5000 + "<p>The ferry")))
    assert [item.identifier for item in parsed.items] == ["a2"]
    assert isinstance(parsed.refused[0][1], TooDeep)


def test_an_html_page_is_one_item() -> None:
    (item,) = parse(b"\n<!-- x --><!DOCTYPE html><html><body><p>Text</p></body></html>", url="https://a.example/1")
    assert (item.body_type, item.url) == (BodyType.HTML, "https://a.example/1")


def test_plain_text_with_a_headline_set_apart() -> None:
    (item,) = parse(b"Ferry runs late\n\nThe ferry ran late on Friday.\nNobody minded.")
    assert (item.title, item.body) == ("Ferry runs late", "The ferry ran late on Friday.\nNobody minded.")


def test_plain_text_that_begins_with_a_sentence_has_no_title() -> None:
    (item,) = parse(b"The ferry ran late on Friday.\n\nNobody minded.")
    assert item.title is None
    assert item.body.startswith("The ferry")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = "A reunião começou às três horas, disse o ministério. Não houve acordo entre as nações, informou a agência."
    assert parse(text.encode(encoding))[0].body == text


def test_a_declared_encoding_that_is_wrong_does_no_harm() -> None:
    feed = ATOM.replace("<feed", '<?xml version="1.0" encoding="utf-8"?><feed', 1).replace("Barco", "Ligação")
    assert parse(feed.encode())[0].title == "Ligação"
    page = '<html><head><meta charset="utf-8"></head><body><p>Ligação às três não foi à nação</p></body></html>'
    assert "Ligação às três" in parse(page.encode("cp1252"))[0].body


def test_nul_bytes_in_a_text_are_dropped() -> None:
    (item,) = parse(b"The ferry ran\x00 late. " * 20)
    assert "\x00" not in item.body
    assert item.body.startswith("The ferry ran late.")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyPayload),
        (b" \n\xef\xbb\xbf\x00", EmptyPayload),
        (bytes(range(256)) * 20, UnknownFormat),
        (b"%PDF-1.7 text", UnknownFormat),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9, UnknownFormat),
        (b'{"not": "news"}', UnknownFormat),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnknownFormat),
        (b"<rss version='2.0'", BrokenFormat),
        (b"<html><body>" + b"<div>" * 100_000, TooDeep),
        (b"word " * 10_000_001, TooLarge),
    ],
    ids=["empty", "blank", "junk", "pdf", "png", "json", "svg", "cut feed", "deep html", "50 MB text"],
)
def test_bad_input_is_refused_by_name(content: bytes, error: type[DataError]) -> None:
    with pytest.raises(error, match="the-document"):
        read(payload(content, url="file:///the-document"))


@pytest.mark.parametrize("entity", ["&#55296;", "&#xD800;", "&#99999999999;", "&#1114112;"])
def test_impossible_characters_are_no_crash(entity: str) -> None:
    broken = RSS.replace("Plain text only", f"Plain {entity} text").replace("</channel>", "<b></channel>")
    try:
        items = read(payload(broken)).items
    except DataError:
        return
    for item in items:
        item.body.encode()


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "no-such-thing"])
def test_an_odd_charset_is_no_crash(charset: str) -> None:
    text = "Ligação \\ud800 às três não foi à nação, disse o ministério."
    (item,) = parse(text.encode("cp1252"), media_type=f"text/plain; charset={charset}")
    item.body.encode()


def test_a_text_that_begins_with_a_bracket_is_a_text() -> None:
    assert parse(b"[Updated] The minister resigned on Friday.")[0].body.startswith("[Updated]")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss>", b"<feed>", b"<html>", b"<rss><channel><item>"]))
def test_no_bytes_raise_anything_but_a_data_error(junk: bytes, start: bytes) -> None:
    try:
        items = parse(start + junk)
    except DataError:
        return
    assert all("\x00" not in item.body for item in items)


@pytest.mark.parametrize(
    ("provider", "published"),
    [("wire.example", "2025-07-11T13:51:00+00:00"), ("ansa.it", "2025-07-11T11:51:00+00:00")],
)
def test_an_agency_whose_clock_is_another_than_it_says(provider: str, published: str) -> None:
    item = f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1"><itemMeta><provider literal="{provider}"/>
    <firstCreated>2025-07-11T13:51:00.000Z</firstCreated></itemMeta><contentMeta><headline>Un ponte</headline></contentMeta>
    </newsItem>"""
    found = parse(item.encode())[0].published
    assert found
    assert found.astimezone(UTC).isoformat() == published
