"""A site of one's own on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PARAGRAPH = (
    "The harbour council of Port Ellis voted on Tuesday to close two of its five piers until spring. "
    "Divers had found cracks in eleven pillars, and the engineers asked for time to mend them. "
    "About 340 boats will move to the northern basin in the coming week. "
    "The harbour master said that nobody would have to pay for the move, and that the ferries would run as before."
)


@dataclass
class LocalSite:
    """Pages by path, each with its media type; what is asked for is kept."""

    url: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: str, media_type: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = (media_type, body)
        return self.url + path

    def put_feed(self, path: str, **more: object) -> str:
        return self.put(path, rss(self.url, **more), "application/rss+xml")


def rss(
    base: str,
    *,
    title: str = "Latest news - The Harbour Post",
    text: str = PARAGRAPH,
    items: int = 3,
    age: timedelta = timedelta(hours=2),
    section: str = "news",
) -> str:
    date = format_datetime(datetime.now(UTC) - age)
    entries = "".join(
        f"<item><guid>{section}-{n}</guid><title>Pier {n} of Port Ellis closes</title><pubDate>{date}</pubDate>"
        f"<link>{base}/{section}/{n}</link><description>{text}</description></item>"
        for n in range(items)
    )
    return f'<rss version="2.0"><channel><title>{title}</title><language>en-gb</language>{entries}</channel></rss>'


@pytest.fixture
def site() -> Iterator[LocalSite]:
    local = LocalSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            local.asked.append(self.path)
            media_type, body = local.pages.get(self.path, ("text/plain", "there is no such page"))
            content = body.encode()
            self.send_response(200 if self.path in local.pages else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    local.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield local
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of source files that the command line reads and writes."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("COPYDESK_SOURCES", str(folder))
    return folder
