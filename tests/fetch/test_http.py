"""HTTP against a hostile server: what is worth another try, what is not, and that nothing gets stuck or too big."""

from __future__ import annotations

import socket
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.fetch.hostile import ENCODERS, MEGABYTE, Hostile, answer, feed

from copydesk.errors import CopydeskError, FetchError, Forbidden, Gone, TooLarge
from copydesk.fetch import Fetcher, Policy, Validators, network
from copydesk.fetch.http import USER_AGENT


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 1))
        self.now += seconds


@pytest.fixture
def server() -> Iterator[Hostile]:
    hostile = Hostile()
    yield hostile
    hostile.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fetcher(clock: Clock, **policy: object) -> Fetcher:
    chosen = {"allow_private": True, "seconds_between_requests": 0, "max_seconds": 5, "idle_seconds": 0.5, **policy}
    return Fetcher(Policy(**chosen), clock=clock, sleep=clock.sleep)  # type: ignore[arg-type]


def test_an_answer(server: Hostile, clock: Clock) -> None:
    got = fetcher(clock).get(f"{server.url}/feed?a=%C3%A9&b")
    assert got.payload is not None
    assert (got.payload.content, got.payload.media_type, got.status) == (feed(1, 2), "application/rss+xml", 200)
    request = server.asked("/feed")[0]
    assert (request.path, request.headers["user-agent"]) == ("/feed?a=%C3%A9&b", USER_AGENT)
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_a_conditional_request(server: Hostile, clock: Clock) -> None:
    with fetcher(clock) as asked:
        first = asked.get(f"{server.url}/conditional")
        assert first.validators == Validators('"v1"', "Fri, 11 Jul 2025 13:00:00 GMT")
        second = asked.get(f"{server.url}/conditional", validators=first.validators)
    assert (second.payload, second.status, second.validators) == (None, 304, first.validators)


def test_a_validator_that_no_header_may_hold_is_not_sent_back(server: Hostile, clock: Clock) -> None:
    server.routes["/odd"] = lambda hostile, request, connection: answer(connection, feed(1), ETag='"caf\xe9"')
    with fetcher(clock) as asked:
        first = asked.get(f"{server.url}/odd")
        assert first.validators == Validators()
        assert asked.get(f"{server.url}/odd", validators=first.validators).status == 200


@pytest.mark.parametrize("size", range(65_400, 66_600, 100))
def test_a_deflated_answer_of_any_length(server: Hostile, clock: Clock, size: int) -> None:
    content = b"The ferry ran late. " * 10_000
    for name in ("deflate", "deflate-raw", "gzip"):
        server.routes["/long"] = (
            lambda hostile, request, connection, name=name: answer(  # type: ignore[misc]
                connection, ENCODERS[name](content[:size]), Content_Encoding=name.partition("-")[0]
            )
        )
        got = fetcher(clock).get(f"{server.url}/long")
        assert got.payload is not None
        assert got.payload.content == content[:size]


def test_not_modified_without_a_condition_is_a_fault(server: Hostile, clock: Clock) -> None:
    with pytest.raises(Gone, match="304"):
        fetcher(clock).get(f"{server.url}/not-modified")


@pytest.mark.parametrize(
    ("statuses", "moved"), [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False), ((303,), False)]
)
def test_redirects(server: Hostile, clock: Clock, statuses: tuple[int, ...], moved: bool) -> None:
    to = "/feed"
    for status in reversed(statuses):
        to = f"/redirect/{status}?to={to}"
    got = fetcher(clock).get(server.url + to)
    assert got.payload is not None
    assert got.payload.url == f"{server.url}/feed"
    assert got.moved_to == (f"{server.url}/feed" if moved else None)


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("/loop", Gone),
        ("/redirect/302?to=file:///etc/passwd", Forbidden),
        ("/redirect/302?to=javascript:alert(1)", Forbidden),
        ("/redirect/302?to=http://user:secret@127.0.0.1/", Forbidden),
        ("/redirect/302?to=http://[", Gone),
        ("/redirect/302?to=ftp://harbour.example/", Forbidden),
        ("/status/401", Gone),
        ("/status/403", Gone),
        ("/status/404", Gone),
        ("/status/410", Gone),
        ("/status/451", Gone),
        ("/status/418", Gone),
        ("/status/500", FetchError),
        ("/status/503", FetchError),
        ("/unknown-encoding", Gone),
        ("/thrice-encoded", Gone),
        ("/damaged", FetchError),
        ("/cut/gzip", FetchError),
        ("/cut/br", FetchError),
        ("/cut/deflate", FetchError),
        ("/too-short", FetchError),
        ("/cut-chunk", FetchError),
        ("/bad-chunk", FetchError),
        ("/huge-header", FetchError),
        ("/bad-header", FetchError),
        ("/no-http", FetchError),
        ("/reset", FetchError),
        ("/stalled", FetchError),
        ("/stalled-body", FetchError),
        ("/endless", TooLarge),
        ("/bomb/gzip", TooLarge),
        ("/bomb/deflate", TooLarge),
        ("/bomb/br", TooLarge),
        ("/bomb/zstd", TooLarge),
    ],
)
def test_every_fault_is_an_error_of_its_kind(
    server: Hostile, clock: Clock, to: str, error: type[CopydeskError]
) -> None:
    with pytest.raises(error) as raised:
        fetcher(clock, max_bytes=MEGABYTE).get(server.url + to)
    assert type(raised.value) is error
    assert "secret" not in str(raised.value).replace(to, "")
    assert server.url in str(raised.value)


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(server: Hostile, clock: Clock) -> None:
    assert fetcher(clock).get(f"{server.url}/flaky").status == 200
    assert len(server.asked("/flaky")) == 3
    with pytest.raises(FetchError, match="500"):
        fetcher(clock).get(f"{server.url}/status/500")
    assert len(server.asked("/status/500")) == 3
    with pytest.raises(Gone):
        fetcher(clock).get(f"{server.url}/status/404")
    assert len(server.asked("/status/404")) == 1


def test_a_server_that_asks_for_patience_gets_it(server: Hostile, clock: Clock) -> None:
    assert fetcher(clock).get(f"{server.url}/once-busy").status == 200
    assert clock.slept == [3.0]
    with pytest.raises(FetchError) as raised:
        fetcher(clock).get(f"{server.url}/busy/600")
    assert (raised.value.retry_after, raised.value.status, len(server.asked("/busy/600"))) == (600, 429, 1)
    with pytest.raises(FetchError) as raised:
        fetcher(clock).get(f"{server.url}/busy/date")
    assert raised.value.retry_after == pytest.approx(3600, abs=60)
    with pytest.raises(FetchError) as raised:
        fetcher(clock).get(f"{server.url}/busy/99999999")
    assert raised.value.retry_after == 24 * 3600


@pytest.mark.parametrize("path", ["/trickled-body", "/trickled-headers"])
def test_what_trickles_ends_at_the_deadline(server: Hostile, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(FetchError, match="slow"):
        fetcher(Clock(), max_seconds=1).get(server.url + path)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("name", list(ENCODERS))
def test_content_codings(server: Hostile, clock: Clock, name: str) -> None:
    got = fetcher(clock).get(f"{server.url}/encoded/{name}")
    assert got.payload is not None
    assert got.payload.content == feed(1)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_noticed_before_it_has_gone_off(server: Hostile, clock: Clock, name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            fetcher(clock, max_bytes=4 * MEGABYTE).get(f"{server.url}/bomb/{name}")
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:5432/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://[ff02::1]/",
    ],
)
def test_private_addresses_are_refused(url: str, clock: Clock) -> None:
    for obey in (True, False):
        with pytest.raises(Forbidden, match="private"):
            fetcher(clock, allow_private=False, obey_robots=obey).get(url)


def test_a_redirect_into_a_private_network_is_refused(
    server: Hostile, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(Forbidden, match="private"):
        fetcher(clock, allow_private=False).get(f"{server.url}/redirect/302?to=http://169.254.169.254/")


def test_a_name_is_looked_up_once_and_what_was_checked_is_asked(
    server: Hostile, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers otherwise the second time leads nowhere."""
    looked_up = []

    def look_up(host: str, port: int, **options: object) -> list[object]:
        looked_up.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(looked_up) == 1 else "10.0.0.1", port))]

    monkeypatch.setattr(network, "socket", SimpleNamespace(**{**vars(socket), "getaddrinfo": look_up}))
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    got = fetcher(clock, allow_private=False, obey_robots=False).get(f"http://harbour.example:{server.port}/feed")
    assert (got.status, looked_up) == (200, ["harbour.example"])
    assert server.asked("/feed")[0].headers["host"] == f"harbour.example:{server.port}"


def test_the_next_address_of_a_host_is_tried(server: Hostile, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, server.port)) for address in ("127.0.0.2", "127.0.0.1")]
    names = {**vars(socket), "getaddrinfo": lambda *args, **options: found}
    monkeypatch.setattr(network, "socket", SimpleNamespace(**names))
    assert fetcher(clock).get(f"http://harbour.example:{server.port}/feed").status == 200


def test_a_host_that_is_not_found_may_be_found_later(clock: Clock) -> None:
    with pytest.raises(FetchError, match="can't be found"):
        fetcher(clock, max_seconds=2).get("http://no-such-host.invalid/")


def test_robots_are_obeyed_and_asked_once(server: Hostile, clock: Clock) -> None:
    server.robots, server.robots_status = b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n", 200
    with fetcher(clock) as asked:
        assert asked.get(f"{server.url}/feed").status == 200
        assert asked.get(f"{server.url}/feed").status == 200
        with pytest.raises(Forbidden, match="obey_robots: false"):
            asked.get(f"{server.url}/private/feed")
    assert clock.slept == [7.0]
    assert (len(server.asked("/robots.txt")), server.asked("/private/feed")) == (1, [])
    server.routes["/private/feed"] = lambda hostile, request, connection: answer(connection, feed(1))
    assert fetcher(clock, obey_robots=False).get(f"{server.url}/private/feed").status == 200


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_site_whose_robots_file_fails(server: Hostile, clock: Clock, status: int, allowed: bool) -> None:
    server.robots, server.robots_status = b"User-agent: *\nDisallow: /\n", status
    if allowed:
        assert fetcher(clock).get(f"{server.url}/feed").status == 200
    else:
        with pytest.raises(FetchError, match=r"robots\.txt"):
            fetcher(clock).get(f"{server.url}/feed")
        assert not server.asked("/feed")


def test_an_endless_robots_file_is_cut(server: Hostile, clock: Clock) -> None:
    server.robots, server.robots_status = b"User-agent: *\nDisallow: /private\n" + b"# x\n" * MEGABYTE, 200
    assert fetcher(clock).get(f"{server.url}/feed").status == 200


def test_each_host_is_left_alone_between_requests(server: Hostile, clock: Clock) -> None:
    with fetcher(clock, seconds_between_requests=2) as asked:
        for _ in range(3):
            asked.get(f"{server.url}/feed")
        asked.get(f"http://localhost:{server.port}/feed")
    assert clock.slept == [2.0, 2.0]


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Hostile, clock: Clock, tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
        "-days",
        "1",
    ]
    subprocess.run([*command, "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
    url = server.secured(certificate, key)
    with pytest.raises(FetchError, match=r"(?i)certificate"):
        fetcher(clock, obey_robots=False).get(f"{url}/feed")
    assert not server.asked("/feed")
