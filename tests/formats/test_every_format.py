"""What every format must do, with its own example and with everything that can be done to it.

A new format adds a line to ``examples.EXAMPLES``, and all of this is asked of it.
"""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.examples import EXAMPLES, Example, parsed, payload

from copydesk.errors import DataError
from copydesk.formats import FORMATS, parse
from copydesk.formats.base import Document, Parsed
from copydesk.model import Item

REPEATED = (
    " ",
    "\r\n",
    "; ",
    "//",
    "<",
    "<!--",
    "<!---->",
    "<script",
    "<!DOCTYPE ",
    "&a",
    "^",
    "a-b: c\r\n",
    "{",
    "(",
    "\x16",
    "x@y(",
)
every = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def fit_to_load(item: Item) -> bool:
    """What the warehouse can hold: no NULs, no halves of surrogate pairs, dates that Postgres knows."""
    texts = [getattr(item, field.name) for field in fields(item)]
    flat = [text for text in texts if isinstance(text, str)]
    dates = [moment for moment in texts if isinstance(moment, datetime)]
    return all("\x00" not in text and text.encode() is not None for text in flat) and all(
        1 <= moment.year <= 9999 for moment in dates
    )


def tried(content: bytes) -> Parsed | None:
    """Parsed, or refused by name; any other error fails the test that calls."""
    try:
        found = parsed(content)
    except DataError:
        return None
    assert all(fit_to_load(item) for item in found.items)
    assert all(str(error) for _, error in found.refused)
    return found


@every
def test_it_is_recognised_by_its_bytes_alone_and_by_one_format(example: Example) -> None:
    document = Document(payload(example.content))
    first = next(known for known in FORMATS if known.sniff(document))
    assert tuple(item.title for item in first.parse(document).items) == example.titles


@every
def test_media_type_and_name_only_hint(example: Example) -> None:
    found = parsed(example.content, media_type="application/octet-stream", url="https://harbour.example/x.bin")
    assert tuple(item.title for item in found.items) == example.titles


@every
def test_items_know_their_place(example: Example) -> None:
    assert [item.position for item in parsed(example.content).items] == list(range(len(example.titles)))


@every
def test_a_broken_item_costs_itself_only(example: Example) -> None:
    if example.breaking is None:
        assert len(example.titles) == 1 or example.name == "json-ld"
        return
    old, new = example.breaking
    assert old in example.content
    found = parsed(example.content.replace(old, new))
    assert tuple(item.title for item in found.items) == example.titles[:1]
    ((position, error),) = found.refused
    assert position == 1
    assert isinstance(error, DataError)


@every
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_in_another_encoding(example: Example, encoding: str) -> None:
    content = example.content.replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    found = tried(content.encode(encoding))
    if encoding == "utf-8-sig" or (encoding == "utf-16" and content.startswith(("<", "{", "["))):
        assert found is not None
        assert tuple(item.title for item in found.items) == example.titles


@every
def test_cut_anywhere(example: Example) -> None:
    content = example.content.encode()
    for end in range(0, len(content), max(1, len(content) // 60)):
        found = tried(content[:end])
        if found is not None:
            assert len(found.items) <= len(example.titles)


@every
def test_with_bytes_thrown_in(example: Example) -> None:
    chance = random.Random(1)
    for _ in range(40):
        content = bytearray(example.content.encode())
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        tried(bytes(content))


@every
def test_with_nuls_and_control_characters(example: Example) -> None:
    at = example.content.index((example.titles[0] or "")[-4:] if example.name != "dpa" else "Hamburg")
    for junk in ("\x00", "\x0b", "\ufffe", "\x1b"):
        tried((example.content[:at] + junk + example.content[at:]).encode())
    tried(example.content.encode() + b"\x00" * 100)


@every
def test_huge(example: Example) -> None:
    at = example.content.index("ferry ran late" if "ferry ran late" in example.content else example.content[-40:-20])
    tried((example.content[:at] + "word " * 1_000_000 + example.content[at:]).encode())


@every
@pytest.mark.parametrize("piece", REPEATED)
def test_repetition_takes_time_in_proportion(example: Example, piece: str) -> None:
    """A reader that takes the square of a document's length, or worse, hangs here."""
    for at in (0, len(example.content) // 2, len(example.content)):
        tried((example.content[:at] + piece * (40_000 // len(piece)) + example.content[at:]).encode())


@every
def test_hostile_values(example: Example) -> None:
    for word, junk in {
        "https://harbour.example/a1": "javascript:alert(1)",
        "2025": "20255",
        "07-11": "02-31",
        "0711": "0231",
        "Ann Lee": "A" * 100_000,
        "en": "x" * 5000,
        "ferry": "<script>alert(1)</script>",
    }.items():
        found = tried(example.content.replace(word, junk).encode())
        assert found is None or all(
            not (item.url or "").startswith("javascript") and not any("javascript:" in link.url for link in item.links)
            for item in found.items
        )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_fuzzed(example: Example, data: st.DataObject) -> None:
    content = example.content.encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    insert = data.draw(st.binary(max_size=20) | st.sampled_from(DICTIONARY))
    tried(content[:start] + insert + content[end:])


DICTIONARY = [  # what breaks readers
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&amp;", b"&#0;", b"&#xD800;", b"&#99999999999;", b"<item>", b"</item>", b"\xff\xfe",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<?xml version='1.0' encoding='utf-7'?>", b"null", b"{}", b"[", b"1e999", b"NaN",
    b"\"@type\"", b"\\ud800", b"\x02", b"\x03", b"<p>", b"</newsItem>", b"9" * 5000, b"xml:lang=''", b"https://[", b"//", b"\x1b$B",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    tried(content)


def test_parse_raises_the_refusal_where_nothing_is_left() -> None:
    with pytest.raises(DataError, match="neither a title nor a text"):
        parse(b'<rss version="2.0"><channel><item><guid>a</guid></item></channel></rss>')
