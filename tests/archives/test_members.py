"""Files inside files: tar, zip, mailboxes, JSON Lines, folders, compressed and nested; bounded whatever they claim."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.archives import Record, read_archive, read_stream
from copydesk.archives.inflate import Exhausted
from copydesk.errors import BrokenFormat, DataError, EmptyPayload, Forbidden, Gone, TooDeep, TooLarge, UnknownFormat

FILES = {
    "2016/a.html": b"<html><p>Ferry runs late</p></html>",
    "2016/b.xml": b"<rss><channel><item><title>T</title></item></channel></rss>",
    "c.txt": "Die Fähre kam spät.".encode(),
}
LINES = [b'{"headline": "%d"}' % number for number in range(5)]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


def tar(files: dict[str, bytes], **how: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **how) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_500_000_000
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(content: bytes, *, limit: int = 1 << 30) -> list[Record]:
    from datetime import UTC, datetime

    return list(read_stream(io.BytesIO(content), "a.bin", datetime(2020, 1, 1, tzinfo=UTC), limit=limit))


def contents(records: list[Record]) -> list[bytes]:
    return [record.payload.content for record in records if record.payload and not record.error]


def errors(records: list[Record]) -> list[type[DataError]]:
    return [type(record.error) for record in records if record.error]


@pytest.mark.parametrize(
    "content",
    [
        tar(FILES),
        tar(FILES, format=tarfile.USTAR_FORMAT),
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_LZMA),
        zipped(FILES, zipfile.ZIP_STORED),
        tar(FILES)[:-1024] + tar({}),
    ],
    ids=["tar", "ustar", "zip", "lzma zip", "stored zip", "tar without its end"],
)
def test_files_are_payloads_named_by_archive_and_member(content: bytes) -> None:
    records = read(content)
    assert contents(records) == list(FILES.values())
    assert [record.payload.url for record in records] == [f"a.bin#{name}" for name in FILES]
    assert [record.payload.media_type.partition("/")[2] for record in records] == ["html", "xml", "plain"]


@pytest.mark.parametrize("packer", PACKERS)
def test_anything_may_be_compressed_and_nested(packer: str, warc_record) -> None:
    pack = PACKERS[packer]
    inner = {
        "a.warc": pack(warc_record("<p>x</p>")),
        "b.jsonl": pack(b"\n".join(LINES)),
        "c.tar": tar(FILES),
        "d.zip": zipped(FILES),
        "e.html": FILES["2016/a.html"],
    }
    expected = [b"<p>x</p>", *LINES, *FILES.values(), *FILES.values(), FILES["2016/a.html"]]
    for outer in (tar, zipped):
        records = read(pack(outer(inner)))
        assert [content.strip() for content in contents(records)] == expected
        assert [record.position for record in records] == list(range(len(expected)))


@pytest.mark.parametrize("packer", PACKERS)
def test_several_compressed_files_in_a_row_are_one(packer: str) -> None:
    pack = PACKERS[packer]
    half = len(tar(FILES)) // 2 + 7
    packed = pack(tar(FILES)[:half]) + pack(tar(FILES)[half:])
    assert contents(read(packed + (bytes(512) if packer != "bzip2" else b""))) == list(FILES.values())


def test_lines_of_json_are_payloads() -> None:
    content = b"\n".join([LINES[0], b"", LINES[1], b"{broken", LINES[2]])
    records = read(content)
    assert [content.strip() for content in contents(records)] == [LINES[0], LINES[1], b"{broken", LINES[2]]
    assert [record.payload.url for record in records] == [f"a.bin#line={number}" for number in (1, 3, 4, 5)]
    assert {record.payload.media_type for record in records} == {"application/json"}


def test_a_line_that_is_too_long_is_refused_alone() -> None:
    content = b"\n".join([LINES[0], b'{"a": "' + b"x" * (65 << 20) + b'"}', LINES[1]])
    records = read(content)
    assert [content.strip() for content in contents(records)] == LINES[:2]
    assert errors(records) == [TooLarge]


@pytest.mark.parametrize("document", [b'{"a": 1}', b'{\n  "a": 1\n}', b'[{"a": 1},\n{"b": 2}]', b"{\\rtf1 x}\n{y}"])
def test_a_json_document_is_one_payload(document: bytes) -> None:
    assert contents(read(document)) == [document]


def test_messages_of_a_mailbox_are_payloads() -> None:
    messages = [f"From: desk@harbour.example\nSubject: {n}\n\n>From Port Ellis.\n" for n in range(3)]
    mailbox = "\n".join(f"From desk@harbour.example Fri Jul 11 18:30:00 2025\n{message}" for message in messages)
    records = read(mailbox.encode())
    assert [content.decode().partition("\n")[2].strip() for content in contents(records)] == [
        message.strip() for message in messages
    ]
    assert {record.payload.media_type for record in records} == {"message/rfc822"}


def test_links_and_devices_are_passed_over() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("l", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("f", tarfile.DIRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert contents(read(buffer.getvalue()[:-10240] + tar(FILES))) == list(FILES.values())


def test_long_and_odd_names_are_hints_only() -> None:
    files = {"../../etc/" + "x" * 300 + ".html": b"<p>a</p>", "/abs\n\x00.html": b"<p>b</p>"}
    records = read(tar(files, format=tarfile.GNU_FORMAT)) + read(tar(files, format=tarfile.PAX_FORMAT))
    assert contents(records) == [b"<p>a</p>", b"<p>b</p>"] * 2
    assert all("x" * 300 in record.payload.url for record in records[::2])
    assert all(record.payload.url.isprintable() for record in records)


def test_a_damaged_tar_header_costs_its_member() -> None:
    content = bytearray(tar({f"{n}.html": b"<p>%d</p>" % n for n in range(5)}))
    content[2 * 1024 : 2 * 1024 + 100] = b"\xff" * 100
    records = read(bytes(content))
    assert contents(records) == [b"<p>%d</p>" % n for n in (0, 1, 3, 4)]
    assert errors(records) == [BrokenFormat]


@pytest.mark.parametrize("packer", ["", *PACKERS])
def test_an_archive_that_is_cut_gives_its_readable_part_and_one_error(packer: str) -> None:
    files = {f"{n}.txt": os.urandom(20_000).hex().encode() for n in range(9)}
    content = PACKERS.get(packer, bytes)(tar(files))
    records = read(content[: len(content) // 2])
    assert set(contents(records)) < set(files.values())
    assert contents(records) or packer in ("bzip2", "zstd")  # whose blocks are longer
    assert errors(records) == [BrokenFormat]
    assert "ends in the middle" in str(records[-1].error)


def test_encrypted_and_damaged_zip_members_are_refused_alone() -> None:
    content = bytearray(zipped({**FILES, "d.txt": b"More text, of some length."}, zipfile.ZIP_STORED))
    content[content.index(b"Die F")] ^= 0xFF  # its checksum is wrong now
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"d.txt"))
    content[entry + 8] |= 1
    records = read(bytes(content))
    assert contents(records) == list(FILES.values())[:2]
    assert errors(records) == [BrokenFormat, Forbidden]


def test_an_office_document_is_no_archive() -> None:
    assert errors(read(zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}))) == [UnknownFormat]


def test_images_are_passed_over_and_empty_files_are_said() -> None:
    records = read(tar({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(99), "b.html": b"", "c.html": b"<p>c</p>"}))
    assert contents(records) == [b"<p>c</p>"]
    assert errors(records) == [EmptyPayload]


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "b.tar.gz").write_bytes(gzip.compress(tar(FILES)))
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "link.html").symlink_to(tmp_path / "c.txt")
    records = list(read_archive(tmp_path))
    assert contents(records) == list(FILES.values())[:2] + list(FILES.values()) + [FILES["c.txt"]]
    assert [record.position for record in records] == list(range(6))
    for start in range(7):
        assert list(read_archive(tmp_path, start=start)) == records[start:]
    assert records[-1].reached == sum(path.stat().st_size for path in tmp_path.rglob("[!.l]*") if path.is_file())


@pytest.mark.parametrize("content", [tar(FILES), gzip.compress(zipped(FILES)), b"\n".join(LINES)])
def test_reading_goes_on_at_any_record(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    records = list(read_archive(path))
    for start in range(len(records) + 1):
        assert list(read_archive(path, start=start)) == records[start:]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Gone, match=r"nothing\.warc"):
        next(read_archive(tmp_path / "nothing.warc"))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress, bz2.compress])
def test_what_comes_out_is_bounded(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(40 << 20))
    tracemalloc.start()
    try:
        records = read(pack(tar({"a": bomb, "b": bomb, "c": b"<p>c</p>"})), limit=50 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(records[-1].error, Exhausted)
    assert peak < 150 << 20


def test_nesting_is_bounded() -> None:
    content = b"<p>x</p>"
    for _ in range(5):
        content = gzip.compress(content)
    assert contents(read(content)) == [b"<p>x</p>"]
    for _ in range(2):
        content = gzip.compress(content)
    assert errors(read(content)) == [TooDeep]


SEEDS = [
    tar(FILES),
    zipped(FILES),
    b"\n".join(LINES),
    gzip.compress(tar(FILES)),
    zstandard.compress(b"\n".join(LINES)),
    lzma.compress(b"x" * 50),
    bz2.compress(b"x" * 50),
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\n<p>x</p>\r\n\r\n" * 3,
    b"filedesc://a 1.1.1.1 20140216050221 text/plain 5\n1 0 X\n\nhttp://a/ 1.1.1.1 20140216050221 text/html 3\nabc\n",
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6), st.floats(0, 1))
def test_no_damage_is_anything_but_a_data_error(seed: bytes, edits: list[tuple[float, bytes]], end: float) -> None:
    content = bytearray(seed)
    for place, junk in edits:
        at = int(place * len(content))
        content[at : at + len(junk)] = junk
    records = read(bytes(content[: int(end * len(content)) + 1]), limit=10 << 20)
    assert [record.position for record in records] == list(range(len(records)))
    assert all(isinstance(record.error, DataError | None) for record in records)
