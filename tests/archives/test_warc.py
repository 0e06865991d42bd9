"""WARC and ARC: what is read, what is passed over, and what a damaged record costs."""

from __future__ import annotations

import gzip
import os
import random
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard

from copydesk.archives import Mark, Record, read_archive
from copydesk.errors import BrokenFormat, DataError, TooLarge

PAGES = [f"<p>Ferry number {number} left Port Ellis at noon.</p>" * 20 for number in range(6)]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.fixture(params=PACKERS)
def pack(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    return PACKERS[request.param]


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def write(*records: bytes, name: str = "news.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(records))
        return path

    return write


@pytest.fixture
def pages(warc_record) -> list[bytes]:
    return [warc_record(page, url=f"https://harbour.example/{number}") for number, page in enumerate(PAGES)]


def contents(records: list[Record]) -> list[str]:
    return [record.payload.content.decode() for record in records if record.payload and not record.error]


def test_every_answer_is_a_payload_with_address_time_and_type(pages, pack, save) -> None:
    records = list(read_archive(save(*map(pack, pages))))
    assert contents(records) == PAGES
    assert [record.position for record in records] == list(range(6))
    payload = records[2].payload
    assert payload is not None
    assert (payload.url, payload.media_type) == ("https://harbour.example/2", "text/html")
    assert payload.fetched_at == datetime(2016, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_a_file_compressed_as_a_whole_is_read_too(pages, save) -> None:
    assert contents(list(read_archive(save(gzip.compress(b"".join(pages)))))) == PAGES


def test_reading_goes_on_from_any_record(pages, pack, save) -> None:
    path = save(*map(pack, pages))
    records = list(read_archive(path))
    for done in records:
        assert done.mark is not None
        rest = records[done.position + 1 :]
        assert list(read_archive(path, start=done.position + 1)) == rest
        assert list(read_archive(path, start=done.position + 1, mark=done.mark)) == rest


def test_going_on_from_a_mark_reads_nothing_before_it(pages, save) -> None:
    packed = [gzip.compress(page) for page in pages]
    path = save(*packed)
    mark = Mark(3, sum(map(len, packed[:3])))
    assert list(read_archive(path))[3].mark == mark
    path.write_bytes(b"\x00" * mark.offset + b"".join(packed[3:]))
    assert contents(list(read_archive(path, start=4, mark=mark))) == PAGES[4:]


def test_a_zstd_dictionary_at_the_front_is_used(pages, save) -> None:
    samples = [page + os.urandom(30) for page in pages * 40]
    dictionary = zstandard.train_dictionary(4096, samples)
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    for content in (dictionary.as_bytes(), zstandard.ZstdCompressor().compress(dictionary.as_bytes())):
        frame = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
        records = list(read_archive(save(frame, *map(packer.compress, pages))))
        assert contents(records) == PAGES
        assert {record.mark for record in records} == {None}  # a reader that starts there would lack the dictionary


NO_NEWS = {
    "request": {"kind": "request", "http": "GET / HTTP/1.1\r\nHost: harbour.example"},
    "revisit": {"kind": "revisit"},
    "metadata": {"kind": "metadata", "http": None, "media_type": "application/warc-fields"},
    "not found": {"http": "HTTP/1.1 404 Not Found\r\nContent-Type: text/html"},
    "moved": {"http": "HTTP/1.1 301 Moved\r\nLocation: /2\r\nContent-Type: text/html"},
    "image": {"http": "HTTP/1.1 200 OK\r\nContent-Type: image/png"},
    "style sheet": {"http": "HTTP/1.1 200 OK\r\nContent-Type: text/css"},
    "name look-up": {"http": None, "media_type": "text/dns", "url": "dns:harbour.example"},
}


@pytest.mark.parametrize("kind", NO_NEWS)
def test_what_holds_no_news_is_passed_over_and_counted(kind: str, pages, warc_record, save) -> None:
    records = list(read_archive(save(pages[0], warc_record("x", **NO_NEWS[kind]), pages[1])))
    assert [(bool(record.payload), record.error) for record in records] == [(True, None), (False, None), (True, None)]


NEWS = {
    "page": {"http": "HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8"},
    "feed": {"http": "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml"},
    "wire": {"http": "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.iptc.g2.newsitem+xml"},
    "untyped": {"http": "HTTP/1.1 200 OK\r\nServer: x"},
    "resource": {"kind": "resource", "http": None, "media_type": "text/html"},
    "text of a page": {"kind": "conversion", "http": None, "media_type": "text/plain"},
}


@pytest.mark.parametrize("kind", NEWS)
def test_news_by_its_type(kind: str, warc_record, save) -> None:
    (record,) = read_archive(save(warc_record(PAGES[0], **NEWS[kind])))
    assert contents([record]) == PAGES[:1]


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(data: bytes) -> bytes:
    parts = [data[at : at + 100] for at in range(0, len(data), 100)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


PAGE = PAGES[0].encode()
BODIES = {
    "gzip": ("Content-Encoding: gzip", gzip.compress(PAGE)),
    "zlib": ("Content-Encoding: deflate", zlib.compress(PAGE)),
    "deflate": ("Content-Encoding: deflate", deflate(PAGE)),
    "br": ("Content-Encoding: br", brotli.compress(PAGE)),
    "zstd": ("content-encoding: zstd", zstandard.compress(PAGE)),
    "two encodings": ("Content-Encoding: gzip, br", brotli.compress(gzip.compress(PAGE))),
    "chunks": ("Transfer-Encoding: chunked", chunked(PAGE)),
    "gzip in chunks": (
        "Transfer-Encoding: chunked\r\nContent-Encoding: gzip",
        chunked(gzip.compress(PAGE)),
    ),
    "joined under the headers of chunks": ("Transfer-Encoding: chunked", PAGE),
    "inflated under the headers of gzip": ("Content-Encoding: gzip", PAGE),
    "inflated under the headers of br": ("Content-Encoding: br", PAGE),
}


@pytest.mark.parametrize("encoding", BODIES)
def test_the_servers_encoding_is_undone(encoding: str, warc_record, save) -> None:
    header, body = BODIES[encoding]
    (record,) = read_archive(save(warc_record(body, http=f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}")))
    assert contents([record]) == PAGES[:1]


@pytest.mark.parametrize(
    ("header", "body", "error"),
    [
        ("Content-Encoding: gzip", gzip.compress(os.urandom(2000))[:1000], BrokenFormat),
        ("Content-Encoding: x-odd", PAGE, BrokenFormat),
        ("Content-Encoding: gzip", gzip.compress(bytes(70 << 20)), TooLarge),
        ("Content-Encoding: br", brotli.compress(bytes(70 << 20), quality=1), TooLarge),
        ("Content-Encoding: zstd", zstandard.compress(bytes(70 << 20)), TooLarge),
    ],
    ids=["cut", "unknown", "gzip bomb", "br bomb", "zstd bomb"],
)
def test_a_body_that_cannot_be_decoded_costs_itself_and_is_kept(
    header: str, body: bytes, error: type[DataError], warc_record, pages, save
) -> None:
    bad = warc_record(body, http=f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}")
    records = list(read_archive(save(pages[0], bad, pages[1])))
    assert contents(records) == PAGES[:2]
    assert type(records[1].error) is error
    assert records[1].payload is not None
    assert body in records[1].payload.content


@pytest.mark.parametrize("length", [10, 3_000, 10**9, 10**17, -5, "abc", ""])
def test_a_wrong_length_costs_its_own_record(length: object, warc_record, pages, pack, save) -> None:
    bad = warc_record("<p>bad</p>" * 40, length=length)
    records = list(read_archive(save(pack(pages[0]), pack(bad), *map(pack, pages[1:]))))
    assert contents(records)[-5:] == PAGES[1:]
    errors = [record for record in records if record.error]
    assert len(errors) == 1
    assert "news.bin" in str(errors[0].error)


@pytest.mark.parametrize("size", [100, 300_000])
def test_a_damaged_member_costs_its_own_record(size: int, warc_record, save) -> None:
    bodies = [random.Random(number).randbytes(size).hex() for number in range(6)]
    for packer in (gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress):
        packed = [packer(warc_record(body)) for body in bodies]
        middle = len(packed[2]) // 2
        packed[2] = packed[2][:middle] + bytes(byte ^ 0x55 for byte in packed[2][middle:])
        records = list(read_archive(save(*packed)))
        assert [bool(record.error) for record in records] == [False, False, True, False, False, False]
        assert contents(records) == [*bodies[:2], *bodies[3:]]
        assert "compression is damaged" in str(records[2].error)


def test_junk_between_members_is_one_error(pages, save) -> None:
    packed = list(map(gzip.compress, pages))
    records = list(read_archive(save(*packed[:2], b"junk \x1f\x8b\x08\xff" * 30, *packed[2:])))
    assert contents(records) == PAGES
    assert sum(record.error is not None for record in records) == 1


@pytest.mark.parametrize("cut", [1, 20, 40, 300])
def test_a_truncated_file_gives_its_readable_part_and_one_error(cut: int, pages, pack, save) -> None:
    data = b"".join(map(pack, pages[:3]))
    tail = pack(pages[3])
    records = list(read_archive(save(data, tail[: -min(cut, len(tail) - 10)])))
    if cut == 1 and tail.endswith(b"\r\n"):
        assert contents(records) == PAGES[:4]  # only the empty lines behind the last record are cut
        return
    assert contents(records)[:3] == PAGES[:3]
    assert [type(record.error) for record in records[3:]] in ([BrokenFormat], [type(None), BrokenFormat])


def test_a_record_is_bounded_in_size_and_the_next_is_read(warc_record, pages, save) -> None:
    big = warc_record(bytes(65 << 20))
    video = warc_record(bytes(65 << 20), kind="request")
    records = list(read_archive(save(gzip.compress(big, 1), gzip.compress(video, 1), gzip.compress(pages[0]))))
    assert isinstance(records[0].error, TooLarge)
    assert (records[1].error, records[1].payload) == (None, None)
    assert contents(records) == PAGES[:1]


def test_an_impossible_date_is_replaced_by_the_files(warc_record, save) -> None:
    for date in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", ""):
        path = save(warc_record(PAGES[0], date=date))
        os.utime(path, (1_500_000_000, 1_500_000_000))
        (record,) = read_archive(path)
        assert record.payload is not None
        assert record.payload.fetched_at == datetime.fromtimestamp(1_500_000_000, UTC)


def arc(body: str, url: str = "http://harbour.example/a b", *, length: object = None, http: bool = True) -> bytes:
    block = (("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" if http else "") + body).encode()
    size = len(block) if length is None else length
    return f"{url} 192.0.2.7 20140216050221 text/html {size}\n".encode() + block + b"\n"


ARC_BODY = "1 0 Some Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
ARC_HEAD = f"filedesc://a.arc 192.0.2.1 20140216050221 text/plain {len(ARC_BODY)}\n{ARC_BODY}\n".encode()


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
def test_arc(pack: Callable[[bytes], bytes], save) -> None:
    parts = [ARC_HEAD, arc(PAGES[0]), arc("x", length=-1), arc(PAGES[1]), arc(PAGES[2], http=False)]
    records = list(read_archive(save(*map(pack, parts))))
    assert contents(records) == PAGES[:3]
    payload = next(record.payload for record in records if record.payload)
    assert (payload.url, payload.media_type) == ("http://harbour.example/a b", "text/html")
    assert payload.fetched_at == datetime(2014, 2, 16, 5, 2, 21, tzinfo=UTC)
    assert sum(record.error is not None for record in records) == 1


EXPECTED = {
    "bad.arc": (0, 2),
    "example-bad-non-chunked.warc.gz": (1, 0),
    "example-resource.warc.gz": (1, 0),
    "example-space-in-url.arc": (1, 0),
    "example.arc": (1, 0),
    "example.arc.gz": (1, 0),
    "post-test.warc.gz": (3, 0),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_archives(name: str, shared: Path) -> None:
    records = list(read_archive(shared / "corpora" / "feeds" / "warcio" / name))
    found = (len(contents(records)), sum(record.error is not None for record in records))
    assert found == EXPECTED[name]


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_reads_the_same_from_any_mark(seed: int, pages, pack, save) -> None:
    """So that a backfill that is resumed behind damage numbers the records as the run before did."""
    choice = random.Random(seed)
    data = bytearray(b"".join(map(pack, pages * 3)))
    for _ in range(choice.randint(1, 5)):
        at, size = choice.randrange(300, len(data)), choice.randint(1, 40)
        data[at : at + size] = choice.randbytes(choice.choice((0, size, size)))
    path = save(bytes(data))
    records = list(read_archive(path))
    marked = [record for record in records if record.mark]
    assert marked
    for done in marked:
        rest = read_archive(path, start=done.position + 1, mark=done.mark)
        assert list(map(repr, rest)) == list(map(repr, records[done.position + 1 :]))


def test_memory_does_not_grow_with_the_file(warc_record, save) -> None:
    body = random.Random(1).randbytes(15_000).hex()
    packed = gzip.compress(warc_record(body), 1)
    path = save(*[packed] * 1500)  # 45 MB
    tracemalloc.start()
    try:
        assert sum(record.payload is not None for record in read_archive(path)) == 1500
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
