"""The sites of the invented outlets: one HTTP server on loopback, which can be told to hang."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tests.faults.material import Material

HANGS = 25.0
"""Seconds; a fetcher gives up after 20 without a byte."""


class Website:
    """Serves the material. ``faults_due`` requests, as they come, are answered badly."""

    def __init__(self, port: int = 0) -> None:
        website = self
        self.material: Material | None = None
        self.asked = self.failed = 0
        self._due: list[str] = []
        self._guard = threading.Lock()
        self._chance = random.Random()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                website.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Website:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def misbehave(self, how: str) -> None:
        """Let the next request ``hang`` before its head, ``stall`` in its body, or be ``cut`` off."""
        with self._guard:
            self._due.append(how)

    def behave(self) -> None:
        with self._guard:
            self._due.clear()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = self.material.get(request.path) if self.material else None
        with self._guard:
            self.asked += 1
            how = self._due.pop() if self._due and body is not None else None
            self.failed += how is not None
        try:
            if how == "hang":
                time.sleep(HANGS)
                request.close_connection = True
                return
            self._send(request, body, how)
        except OSError:
            request.close_connection = True  # the fetcher has given up, or was killed

    def _send(self, request: BaseHTTPRequestHandler, body: bytes | None, how: str | None) -> None:
        if body is None:
            request.send_response(404)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            request.send_response(304)
            request.send_header("ETag", tag)
            request.end_headers()
            return
        request.send_response(200)
        request.send_header("Content-Type", "text/html" if request.path.endswith(".html") else "application/rss+xml")
        request.send_header("Content-Length", str(len(body)))
        request.send_header("ETag", tag)
        request.end_headers()
        if how is None:
            request.wfile.write(body)
            return
        request.wfile.write(body[: len(body) // 2])
        request.wfile.flush()
        if how == "stall":
            time.sleep(HANGS)
        request.close_connection = True
