"""Which item an entry is, across fetches and within one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copydesk.metadata.identity import Known, content_hash, distinct, match
from copydesk.model import BodyType, Item, Media

TEXT = "The ferry ran late on Friday, as it had on Thursday, and nobody on the pier was heard to complain of it."
DAY = datetime(2025, 7, 11, 18, 30, tzinfo=UTC)
ITEM = Item(TEXT, identifier="a1", url="https://harbour.example/a1", title="Ferry runs late", published=DAY)


class Shelf:
    """What a source gave so far, as the warehouse keeps it."""

    def __init__(self) -> None:
        self.keys: dict[bytes, Known] = {}
        self.published: dict[int, str | None] = {}

    def put(self, *items: Item) -> list[int]:
        """The ids of what these entries of one payload are."""
        entries, known_before = distinct(items), set(self.published)
        ids: list[int] = []
        for (item, _), item_id in zip(entries, match(entries, self.keys), strict=True):
            number = len(self.published) if item_id is None else item_id
            self.published[number] = item.published.isoformat() if item.published else None
            ids.append(number)
        for (_, keys), number in zip(entries, ids, strict=True):
            if number not in known_before:
                self.keys[keys.usable[0]] = Known(number)
            for key in keys.usable:
                self.keys.setdefault(key, Known(number))
        self.keys = {key: Known(known.item_id, self.published[known.item_id]) for key, known in self.keys.items()}
        return ids


@pytest.mark.parametrize(
    "later",
    [
        replace(ITEM, title="Ferry runs very late", body="Other words."),
        replace(ITEM, identifier="a1#Ferry runs very late", title="Ferry runs very late"),
        replace(ITEM, identifier="a1#Ferry runs very late", title="Ferry runs very late", body="Other words."),
        replace(
            ITEM, identifier=None, url="https://harbour.example/a1?utm_source=feed#xtor=RSS-1", body="Other words."
        ),
        replace(ITEM, identifier="b7", url="https://harbour.example/sea/a1-late", title="Late ferry"),
        replace(ITEM, url="https://harbour.example/elsewhere", body="Other words."),
    ],
    ids=["edited", "id holds the title", "all but the address", "tracking", "moved", "readdressed"],
)
def test_it_is_the_same_item(later: Item) -> None:
    shelf = Shelf()
    assert shelf.put(ITEM) == shelf.put(later) == [0]
    assert shelf.put(later, replace(later, identifier="c", url="https://harbour.example/c", body="New.")) == [0, 1]


@pytest.mark.parametrize(
    "other",
    [
        replace(ITEM, identifier="a2", url="https://harbour.example/a2", body="Other words."),
        replace(ITEM, identifier="a2", published=DAY + timedelta(days=9), body="The forecast of another week."),
        replace(ITEM, identifier="a2", url="https://harbour.example/a2", published=DAY + timedelta(days=1)),
        replace(ITEM, identifier="a2", url=None, body="Short."),
    ],
    ids=["another", "an address used again", "printed every day", "short texts"],
)
def test_it_is_another_item(other: Item) -> None:
    shelf = Shelf()
    assert shelf.put(ITEM) == [0]
    assert shelf.put(other) == [1]


def test_what_entries_of_one_payload_share_identifies_none_of_them() -> None:
    shelf = Shelf()
    one, two = (
        replace(ITEM, title="One"),
        replace(ITEM, title="Two", body="The council met on Monday to hear of it. " * 3),
    )
    assert shelf.put(one, two) == [0, 1]
    assert shelf.put(one, two) == [0, 1]
    assert shelf.put(replace(two, title="Two, edited"), one) == [1, 0]


def test_two_that_were_taken_for_one_are_two_once_both_are_seen_and_stay_so() -> None:
    shelf = Shelf()
    other = replace(ITEM, identifier="a2", body="The council met on Monday to hear of it. " * 3)
    assert shelf.put(ITEM) == shelf.put(other) == [0]
    assert [shelf.put(ITEM, other) for _ in range(3)] == [[0, 1]] * 3
    assert shelf.put(replace(other, title="Edited"), ITEM) == [1, 0]


def test_the_same_words_behind_a_wall_are_no_item() -> None:
    shelf = Shelf()
    wall = "To read on, and all that we have, be one of those who pay us; it costs less than coffee does, every week."
    stories = [Item(wall, identifier=name, url=f"https://h.example/{name}", title=name) for name in ("quake", "vote")]
    assert [shelf.put(story) for story in stories] == [[0], [1]]


def test_a_front_page_identifies_nothing() -> None:
    shelf = Shelf()
    home = replace(ITEM, identifier="a1", url="https://harbour.example/")
    assert shelf.put(home) == [0]
    assert shelf.put(replace(home, identifier="a2", body="Other words.", title="Other")) == [1]


def test_the_same_entry_twice_is_one() -> None:
    assert len(distinct([ITEM, replace(ITEM, position=1)])) == 1


def test_two_entries_are_never_the_same_item() -> None:
    shelf = Shelf()
    shelf.put(ITEM)
    assert shelf.put(replace(ITEM, identifier="b", url="https://harbour.example/b"), ITEM) == [1, 0]


@pytest.mark.parametrize(
    "later",
    [
        replace(ITEM, position=7),
        replace(ITEM, url="https://harbour.example/a1?utm_source=x"),
        replace(ITEM, updated=DAY),
        replace(ITEM, media=(Media("https://img.example/1.jpg?token=9"),)),
    ],
    ids=["place", "tracking", "updated", "files"],
)
def test_what_changes_by_itself_is_no_revision(later: Item) -> None:
    assert content_hash(later) == content_hash(ITEM)


def test_markup_counts_by_what_is_seen() -> None:
    page = "<html><head><meta content={0}><script>var t={0}</script></head><body><p class=x{0}>{1}</p></body></html>"
    one, two, three = (
        replace(ITEM, body=page.format(*values), body_type=BodyType.HTML)
        for values in ((1, TEXT), (2, TEXT), (2, "Other words."))
    )
    assert content_hash(one) == content_hash(two) != content_hash(three)
    assert content_hash(replace(ITEM, title="Edited")) != content_hash(ITEM)


def test_an_item_that_is_known_by_its_address_alone_is_found() -> None:
    [(_, keys)] = distinct([Item(TEXT, url="https://www.a.example/x")])
    stored = hashlib.sha256(b"https://www.a.example/x").digest()
    assert stored in keys.usable
    assert match([(Item(TEXT, url="https://www.a.example/x"), keys)], {stored: Known(7)}) == [7]


def test_the_mobile_page_of_an_item_is_the_same_item() -> None:
    desk, mobile = (Item(TEXT, url=url) for url in ("https://www.a.example/x", "https://m.a.example/x/?utm_source=rss"))
    assert distinct([desk])[0][1].url == distinct([mobile])[0][1].url
