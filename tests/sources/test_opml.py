from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copydesk.errors import ConfigurationError, DataError
from copydesk.model import Payload
from copydesk.sources import Source, SourceFiles
from copydesk.sources.opml import MAX_BYTES, Listed, import_feeds, read_opml

LIST = """<?xml version="1.0" encoding="{encoding}"?>
<opml version="2.0"><head><title>Häfen</title></head><body>
  <outline text="Ports &amp; Ships">
    <outline type="rss" text="Harbour Post" xmlUrl="https://harbour.example/feed?a=1&amp;b=2" htmlUrl="https://x/"/>
    <outline text="North"><outline type="rss" text="Hafenblatt Zürich" xmlUrl="feed://hafen.example/rss"/></outline>
  </outline>
  <outline type="rss" text="Mid-day mirror" xmlUrl="https://www.mid-day.com/feed"/>
  <outline type="include" text="More" url="https://lists.example/more.opml"/>
  <outline type="rss" text="A site" xmlUrl="" htmlUrl="https://site.example/"/>
</body></opml>"""


def payload(text: str, encoding: str = "utf-8") -> Payload:
    return Payload(text.format(encoding=encoding).encode(encoding), datetime.now(UTC))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_feeds_come_with_their_folders(encoding: str) -> None:
    feeds, skipped = read_opml(payload(LIST, encoding))
    assert feeds == [
        Listed("https://harbour.example/feed?a=1&b=2", "Harbour Post", "Ports & Ships"),
        Listed("https://hafen.example/rss", "Hafenblatt Zürich", "Ports & Ships North"),
        Listed("https://www.mid-day.com/feed", "Mid-day mirror", None),
    ]
    assert skipped.keys() == {"https://lists.example/more.opml", "https://site.example/"}


def test_folders_become_groups_and_known_outlets_get_their_names() -> None:
    feeds, _ = read_opml(payload(LIST))
    sources = import_feeds(feeds, SourceFiles()).sources
    assert [(source.name, source.group, source.outlet, source.country) for source in sources] == [
        ("harbour_post", "ports_ships", "Harbour Post", None),
        ("hafenblatt_zurich", "ports_ships_north", "Hafenblatt Zürich", None),
        ("mid_day_mirror", None, "Mid-Day", "IN"),
    ]
    assert {source.schedule for source in sources} == {"*/30 * * * *"}


def test_what_is_there_is_left_alone() -> None:
    there = Source(name="harbour_post", group="ports", urls=("http://Harbour.example/feed/",), schedule="@daily")
    feeds = [
        Listed("https://harbour.example/feed", "Harbour Post", "ports"),
        Listed("https://harbour.example/world", "Harbour Post", "ports"),
        Listed("https://harbour.example/world/", "Harbour Post again", "ports"),
        Listed("https://[::1/", "Cut"),
        Listed("", "Nothing"),
        Listed("file:///etc/passwd", "Ours"),
        Listed("gopher://harbour.example/", "Old"),
        Listed("https://jo:secret@harbour.example/", "Mine"),
    ]
    done = import_feeds(feeds, SourceFiles({there.name: there}))
    assert [(source.name, source.group) for source in done.sources] == [("harbour_post_2", "ports_2")]
    assert done.skipped["https://harbour.example/feed"] == "the source harbour_post has it"
    assert done.skipped["https://harbour.example/world/"] == "the source harbour_post_2 has it"
    assert "gopher" in done.skipped["gopher://harbour.example/"]
    assert len(done.skipped) == 7


def test_the_schedule_is_checked_and_the_prefix_made_a_good_name() -> None:
    feeds = [Listed("https://harbour.example/feed", "Harbour " * 20)]
    with pytest.raises(ConfigurationError, match="schedule"):
        import_feeds(feeds, SourceFiles(), schedule="often")
    (source,) = import_feeds(feeds, SourceFiles(), prefix="My ").sources
    assert source.name.startswith("my_harbour_harbour")


def test_a_group_of_the_same_schedule_is_joined() -> None:
    there = Source(name="other", group="ports", schedule="@daily")
    done = import_feeds(
        [Listed("https://harbour.example/feed", "Harbour", "ports")], SourceFiles({"other": there}), schedule="@daily"
    )
    assert done.sources[0].group == "ports"


def test_folders_without_latin_letters_stay_apart() -> None:
    feeds = [Listed("https://a.example/", "港口", "港"), Listed("https://b.example/", "新闻", "新")]
    sources = import_feeds(feeds, SourceFiles(), prefix="cn_").sources
    assert [(source.name, source.group) for source in sources] == [
        ("cn_a_example", "cn_group"),
        ("cn_b_example", "cn_group_2"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body/></opml>', "entities"),
        ('<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body/></opml>', "entities"),
        ("<opml><body>" + '<outline text="x">' * 500, "nested more than"),
        ("<opml><body></body></opml>", "names no feed"),
        ("<html><p>no list</p></html>", "no OPML"),
        ("https://harbour.example/list.opml", "no OPML"),
        ("", "no OPML"),
        ("x" * (MAX_BYTES + 1), "no list of feeds"),
    ],
)
def test_what_is_no_honest_list_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_opml(Payload(text.encode(), datetime.now(UTC)))
