"""Files, folders, object stores and package resources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from copydesk.errors import ConfigurationError, FetchError, Forbidden, Gone, TooLarge
from copydesk.fetch import Fetcher, Policy, fetch, list_files, read_file


def later() -> datetime:
    """When what the test has just written is settled."""
    return datetime.now(UTC) + timedelta(minutes=5)


def test_files_and_resources(tmp_path: Path) -> None:
    page = tmp_path / "a page.html"
    page.write_bytes(b"<html>")
    for name in (str(page), f"file://{page}", f"file:{page}", page.as_uri()):
        assert fetch(name).content == b"<html>"
    assert fetch(str(page)).media_type == "text/html"
    assert fetch("package:copydesk.metadata/data/bylines.toml").content.startswith(b"#")
    with pytest.raises(Gone):
        fetch("package:copydesk.metadata/data/nothing.toml")
    with pytest.raises(Gone):
        fetch(str(tmp_path / "nothing.txt"))
    with pytest.raises(TooLarge, match="backfill"):
        Fetcher(Policy(max_bytes=3)).get(str(page))


@pytest.mark.parametrize("url", ["gopher://example.com/1", "abfs://container/name"])
def test_addresses_that_nothing_here_can_read(url: str) -> None:
    with pytest.raises(ConfigurationError):
        fetch(url)


@pytest.mark.parametrize("url", ["http://[foo/", "https://", "http://harbour.example:99999999/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises((Gone, Forbidden)):
        fetch(url)


def test_a_server_that_is_not_there_is_a_temporary_error() -> None:
    with pytest.raises(FetchError):
        fetch("http://127.0.0.1:1/", allow_private=True)


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "link.txt", "~/secret.txt", "a\0b", "a" * 300])
def test_nothing_outside_the_drop_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises((Forbidden, Gone)) as caught:
        read_file(name, inside=folder)
    assert "secret" not in str(caught.value).replace("secret.txt", "")
    (folder / "good.txt").write_text("good")
    assert read_file("good.txt", inside=folder).content == b"good"


def test_a_folder_gives_its_whole_files_in_the_order_of_their_writing(tmp_path: Path) -> None:
    folder = tmp_path / "wire"
    (folder / "deep").mkdir(parents=True)
    outside = tmp_path / "outside.xml"
    outside.write_text("secret")
    for name in (
        "b.xml",
        "deep/a ä#1?%41.xml",
        ".hidden",
        "c.xml.part",
        "d.tmp",
        "now.xml",
        "marked.xml",
        "marked.xml.done",
    ):
        (folder / name).write_text("<x/>")
    (folder / "empty.xml").touch()
    (folder / "link.xml").symlink_to(outside)
    now = datetime.now(UTC)
    for age, name in (
        (500, "b.xml"),
        (400, "deep/a ä#1?%41.xml"),
        (400, ".hidden"),
        (400, "c.xml.part"),
        (400, "d.tmp"),
    ):
        os.utime(folder / name, (now.timestamp() - age,) * 2)
    found = list_files(folder.as_uri() + "/", settled_seconds=60, now=now)
    assert [file.url.rpartition("/")[2] for file in found] == ["b.xml", "a%20%C3%A4%231%3F%2541.xml", "marked.xml"]
    assert fetch(found[1].url).content == b"<x/>"
    before = found[0].token
    (folder / "b.xml").write_text("<longer/>")
    found = list_files(str(folder) + "/", settled_seconds=60, now=later())
    assert before not in [file.token for file in found]
    with pytest.raises(Gone, match="no such folder"):
        list_files(str(tmp_path / "nothing") + "/")


@pytest.fixture
def store() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.pipe({"/bucket/wire/1.xml": b"<one/>", "/bucket/wire/deep/2.xml": b"<two/>", "/bucket/wire/3.part": b"x"})
    yield "memory://bucket/wire/"
    system.rm("/bucket", recursive=True)


def test_an_object_store(store: str) -> None:
    found = list_files(store, now=later())
    assert [file.url for file in found] == ["memory:///bucket/wire/1.xml", "memory:///bucket/wire/deep/2.xml"]
    assert [fetch(file.url).content for file in found] == [b"<one/>", b"<two/>"]
    with pytest.raises(Gone):
        fetch("memory://bucket/wire/nothing.xml")
    with pytest.raises(TooLarge):
        Fetcher(Policy(max_bytes=3)).get(found[0].url)
    assert list_files("memory://bucket/nothing/") == []
