"""A server on loopback that does to its callers whatever servers do, each fault a route."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import zstandard

MEGABYTE = 1 << 20

FEED = """<rss version="2.0"><channel><title>Harbour</title>{}</channel></rss>"""
ITEM = (
    "<item><guid>{0}</guid><title>Story {0}</title><link>https://harbour.example/{0}</link>"
    "<pubDate>Fri, 11 Jul 2025 18:30:00 +0530</pubDate><description>The ferry numbered {0} ran late on Friday, as it had on "
    "Thursday, and nobody on the pier was heard to complain of it.</description></item>"
)


def feed(*ids: object) -> bytes:
    return FEED.format("".join(map(ITEM.format, ids))).encode()


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    at: float


Route = Callable[["Hostile", Request, socket.socket], None]


@dataclass
class Hostile:
    """Serves in threads until it is closed; ``requests`` is what was asked."""

    requests: list[Request] = field(default_factory=list)
    robots: bytes = b""
    robots_status: int = 404
    stop: threading.Event = field(default_factory=threading.Event)
    routes: dict[str, Route] = field(default_factory=dict)
    """Routes of a test's own; they come before the others."""

    def __post_init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.stop.set()
        self.listening.close()

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.partition("?")[0] == path]

    def secured(self, certificate: str, key: str) -> str:
        """Speak TLS from now on; gives the address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.listening = context.wrap_socket(self.listening, server_side=True)
        return f"https://127.0.0.1:{self.port}"

    def _listen(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self.listening.accept()
            except ssl.SSLError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while request := self._read(connection):
                self.requests.append(request)
                path = request.path.partition("?")[0]
                route = self.routes.get(path) or ROUTES.get(path) or ROUTES[path.rpartition("/")[0] + "/"]
                route(self, request, connection)

    def _read(self, connection: socket.socket) -> Request | None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return None
            head += piece
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest) if value}
        return Request(first.split(" ")[1], headers, time.monotonic())


def answer(connection: socket.socket, content: bytes = b"", status: str = "200 OK", **headers: str) -> None:
    said = {"Content-Length": str(len(content)), "Content-Type": "application/rss+xml", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
    connection.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + content)


def _status(server: Hostile, request: Request, connection: socket.socket) -> None:
    answer(connection, status=f"{request.path.rpartition('/')[2]} Status")


def _redirect(server: Hostile, request: Request, connection: socket.socket) -> None:
    """``/redirect/301?to=/feed``"""
    path, _, to = request.path.partition("?to=")
    answer(connection, status=f"{path.rpartition('/')[2]} Moved", Location=to)


def _conditional(server: Hostile, request: Request, connection: socket.socket) -> None:
    validators = {"ETag": '"v1"', "Last-Modified": "Fri, 11 Jul 2025 13:00:00 GMT"}
    known = request.headers.get("if-none-match") == '"v1"' or "if-modified-since" in request.headers
    if known:
        answer(connection, status="304 Not Modified", **validators)
    else:
        answer(connection, feed(1), **validators)


def _encoded(server: Hostile, request: Request, connection: socket.socket) -> None:
    name = request.path.rpartition("/")[2]
    answer(connection, ENCODERS[name](feed(1)), Content_Encoding=name.partition("-")[0])


def _bomb(server: Hostile, request: Request, connection: socket.socket) -> None:
    name = request.path.rpartition("/")[2]
    answer(connection, BOMBS[name], Content_Encoding=name)


def _cut_encoding(server: Hostile, request: Request, connection: socket.socket) -> None:
    name = request.path.rpartition("/")[2]
    content = ENCODERS[name](feed(*range(50)))
    answer(connection, content[: len(content) // 2], Content_Encoding=name)


def _raw(content: bytes) -> Route:
    def route(server: Hostile, request: Request, connection: socket.socket) -> None:
        connection.sendall(content)
        connection.close()

    return route


def _endless(server: Hostile, request: Request, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not server.stop.is_set():
        connection.sendall(b"x" * 65536)


def _trickling(head: bytes, drop: bytes) -> Route:
    """A drop every twentieth of a second: never idle, never done."""

    def route(server: Hostile, request: Request, connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.stop.wait(0.05):
            connection.sendall(drop)

    return route


def _stalling(head: bytes) -> Route:
    def route(server: Hostile, request: Request, connection: socket.socket) -> None:
        connection.sendall(head)
        server.stop.wait()

    return route


def _reset(server: Hostile, request: Request, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _flaky(server: Hostile, request: Request, connection: socket.socket) -> None:
    """Fails twice, then works."""
    if len(server.asked("/flaky")) % 3:
        answer(connection, status="503 Service Unavailable")
    else:
        answer(connection, feed(1))


def _busy(server: Hostile, request: Request, connection: socket.socket) -> None:
    """``/busy/7`` or ``/busy/date``"""
    said = request.path.rpartition("/")[2]
    after = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True) if said == "date" else said
    answer(connection, status="429 Too Many Requests", Retry_After=after)


def _once_busy(server: Hostile, request: Request, connection: socket.socket) -> None:
    if len(server.asked("/once-busy")) == 1:
        answer(connection, status="429 Too Many Requests", Retry_After="3")
    else:
        answer(connection, feed(1))


def _robots(server: Hostile, request: Request, connection: socket.socket) -> None:
    answer(connection, server.robots, status=f"{server.robots_status} Status", Content_Type="text/plain")


def _deflate_raw(content: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return pack.compress(content) + pack.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate-raw": _deflate_raw,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
_ZEROS = bytes(MEGABYTE)
BOMBS = {name: ENCODERS[name](_ZEROS * 64) for name in ("gzip", "deflate", "br", "zstd")}
"""64 MB each, in a few kilobytes."""

ROUTES: dict[str, Route] = {
    "/robots.txt": _robots,
    "/feed": lambda server, request, connection: answer(connection, feed(1, 2)),
    "/conditional": _conditional,
    "/not-modified": lambda server, request, connection: answer(connection, status="304 Not Modified"),
    "/empty": lambda server, request, connection: answer(connection),
    "/page": lambda server, request, connection: answer(connection, b"<html>Sorry</html>", Content_Type="text/html"),
    "/status/": _status,
    "/redirect/": _redirect,
    "/loop": lambda server, request, connection: answer(connection, status="302 Found", Location="/loop"),
    "/encoded/": _encoded,
    "/bomb/": _bomb,
    "/cut/": _cut_encoding,
    "/damaged": lambda server, request, connection: answer(connection, b"\x1f\x8bnonsense", Content_Encoding="gzip"),
    "/unknown-encoding": lambda server, request, connection: answer(connection, b"x", Content_Encoding="lzma"),
    "/thrice-encoded": lambda server, request, connection: answer(
        connection, b"x", Content_Encoding="gzip, gzip, gzip"
    ),
    "/endless": _endless,
    "/too-short": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>"),
    "/cut-chunk": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n<rss>"),
    "/bad-chunk": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n<rss>"),
    "/trickled-body": _trickling(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "/trickled-headers": _trickling(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "/stalled-body": _stalling(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<rss>"),
    "/stalled": _stalling(b""),
    "/huge-header": _raw(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"x" * 500_000 + b"\r\n\r\n"),
    "/bad-header": _raw(b"HTTP/1.1 200 OK\r\nB\x00d: \xff\r\n\r\n"),
    "/no-http": _raw(b"220 smtp.harbour.example ESMTP\r\n"),
    "/reset": _reset,
    "/flaky": _flaky,
    "/busy/": _busy,
    "/once-busy": _once_busy,
}
