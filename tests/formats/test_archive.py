"""Archives as payloads: small ones open like any other format."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from copydesk import parse
from copydesk.errors import BrokenFormat, DataError, EmptyPayload, TooDeep, TooLarge, UnknownFormat
from copydesk.formats import read
from copydesk.formats.archive import parse as parse_archive
from copydesk.formats.base import Document
from copydesk.model import Payload

PAGE = b"<html><body><p>The ferry ran late on Friday.</p></body></html>"
FEED = (
    b"<rss><channel><item><guid>1</guid><title>Ferry</title><description>Late.</description></item><item/>"
    b"<item><guid>2</guid><title>Pier</title><description>Closed.</description></item></channel></rss>"
)


def tar(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def payload(content: bytes) -> Payload:
    return Payload(content, datetime(2025, 7, 13, tzinfo=UTC), "file:///news.tar.gz")


def test_the_items_of_all_members_are_numbered_anew_and_refusals_kept() -> None:
    parsed = read(payload(tar(a=FEED, b=PAGE, c=bytes(range(256)) * 9, d=FEED.replace(b"<guid>", b"<guid>d"))))
    assert [item.position for item in parsed.items] == [0, 2, 3, 5, 7]
    assert [item.identifier for item in parsed.items] == ["1", "2", None, "d1", "d2"]
    assert [position for position, _ in parsed.refused] == [1, 4, 6]
    assert isinstance(parsed.refused[1][1], UnknownFormat)
    assert "news.tar.gz#c" in str(parsed.refused[1][1])


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_compressed_document_is_read_as_what_it_is(pack) -> None:
    assert [item.title for item in parse(pack(FEED))] == ["Ferry", "Pier"]


def test_a_page_out_of_a_warc_has_its_address(warc_record) -> None:
    (item,) = parse(gzip.compress(warc_record(PAGE, url="https://harbour.example/7")))
    assert (item.url, item.body) == ("https://harbour.example/7", PAGE.decode())


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (tar(), EmptyPayload),
        (gzip.compress(b""), EmptyPayload),
        (tar(a=b"\x89PNG\r\n\x1a\n" + bytes(50)), EmptyPayload),
        (gzip.compress(PAGE)[:30], BrokenFormat),
        (b"PK\x03\x04" + b"junk" * 30, BrokenFormat),
        (gzip.compress(bytes(65 << 20)), TooLarge),
    ],
    ids=["empty tar", "empty file", "only an image", "cut", "junk zip", "bomb"],
)
def test_an_archive_without_news_is_refused(content: bytes, error: type[DataError]) -> None:
    with pytest.raises(error, match=r"news\.tar\.gz"):
        read(payload(content))


def test_a_bomb_of_many_members_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.formats.MAX_BYTES", 1 << 20)
    bomb = gzip.compress(PAGE + b" " * (900 << 10))
    parsed = read(payload(tar(**{str(number): bomb for number in range(20)})))
    assert 1 <= len(parsed.items) <= 5
    assert isinstance(parsed.refused[-1][1], TooLarge)


def test_an_archive_in_a_record_of_an_archive_is_not_followed_for_ever(warc_record) -> None:
    inner = gzip.compress(warc_record(PAGE))
    with pytest.raises(TooDeep):
        read(payload(warc_record(inner)))


def test_two_json_documents_in_lines_are_an_archive_and_one_is_none() -> None:
    with pytest.raises(UnknownFormat):
        read(payload(b'{"a": 1}'))
    assert len(parse_archive(Document(payload(b'{"a": 1}\n{"a": 2}\n'))).refused) == 2


def test_an_office_document_is_refused_by_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(UnknownFormat, match="office document"):
        read(payload(buffer.getvalue()))
