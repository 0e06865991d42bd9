from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from copydesk.errors import ConfigurationError, FetchError, Forbidden, Gone, TooLarge
from copydesk.fetch import fetch, files, http


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/page")
            self.end_headers()
        elif self.path.startswith("/status/"):
            self.send_response(int(self.path.rsplit("/")[-1]))
            self.end_headers()
        elif self.path == "/host":
            self.answer(self.headers["Host"].encode())
        elif self.path == "/gzip":
            self.answer(gzip.compress(b"x" * 1_000_000), "gzip")
        elif self.path == "/gzip-twice":
            self.answer(gzip.compress(gzip.compress(b"x" * 1_000_000)), "gzip, gzip")
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

    def answer(self, content: bytes, encoding: str = "identity") -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_comes_with_its_media_type_and_final_address(site: str) -> None:
    payload = fetch(f"{site}/moved", allow_private=True)
    assert (payload.content, payload.url) == (b"<html>hello</html>", f"{site}/page")
    assert payload.media_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:5432/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://[ff02::1]/",
        "ftp://example.com/",
    ],
)
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        http.fetch(url)


def test_a_redirect_into_a_private_network_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def check(url: str) -> str:
        asked.append(url)
        if url.endswith("/page"):
            raise Forbidden("private", item=url)
        return "127.0.0.1"

    monkeypatch.setattr(http, "public_address", check)
    with pytest.raises(Forbidden):
        http.fetch(f"{site}/moved")
    assert asked == [f"{site}/moved", f"{site}/page"]


@pytest.mark.parametrize(
    ("status", "error"), [(404, Gone), (403, Gone), (410, Gone), (500, FetchError), (429, FetchError)]
)
def test_permanent_errors_are_told_from_temporary_ones(site: str, status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=str(status)):
        fetch(f"{site}/status/{status}", allow_private=True)


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once: a name server that answers otherwise the second time leads nowhere."""
    monkeypatch.setattr(http, "public_address", lambda url: "127.0.0.1")
    port = site.rpartition(":")[2]
    payload = http.fetch(f"http://harbour.invalid:{port}/host")
    assert payload.content == f"harbour.invalid:{port}".encode()
    assert payload.url == f"http://harbour.invalid:{port}/host"


def test_compressed_answers_are_read_and_bombs_are_not(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch(f"{site}/gzip", allow_private=True).content == b"x" * 1_000_000
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    with pytest.raises(TooLarge):
        fetch(f"{site}/gzip", allow_private=True)
    with pytest.raises(Gone, match="gzip, gzip"):
        fetch(f"{site}/gzip-twice", allow_private=True)


@pytest.mark.parametrize("url", ["http://[foo/", "https://", "http://harbour.example:99999999/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises((Gone, Forbidden)):
        http.fetch(url)


def test_redirects_that_never_end(site: str) -> None:
    with pytest.raises(Gone, match="redirects"):
        fetch(f"{site}/loop", allow_private=True)


def test_an_endless_answer_is_cut_off(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 1_000_000)
    with pytest.raises(TooLarge):
        fetch(f"{site}/endless", allow_private=True)


def test_a_slow_answer_is_cut_off(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_SECONDS", -1.0)
    with pytest.raises(FetchError, match="longer"):
        fetch(f"{site}/endless", allow_private=True)


def test_a_server_that_is_not_there_is_a_temporary_error() -> None:
    with pytest.raises(FetchError):
        fetch("http://127.0.0.1:1/", allow_private=True)


def test_files_and_resources(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"<html>")
    for name in (str(page), f"file://{page}", f"file:{page}"):
        assert fetch(name).content == b"<html>"
    assert fetch(str(page)).media_type == "text/html"
    assert fetch("package:copydesk.metadata/data/bylines.toml").content.startswith(b"#")
    with pytest.raises(Gone):
        fetch("package:copydesk.metadata/data/nothing.toml")
    with pytest.raises(Gone):
        fetch(str(tmp_path / "nothing.txt"))
    with pytest.raises(ConfigurationError):
        fetch("gopher://example.com/1")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "link.txt", "~/secret.txt", "a\0b", "a" * 300])
def test_nothing_outside_the_drop_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises((Forbidden, Gone)) as caught:
        files.read_file(name, inside=folder)
    assert "secret" not in str(caught.value).replace("secret.txt", "")
    (folder / "good.txt").write_text("good")
    assert files.read_file("good.txt", inside=folder).content == b"good"
