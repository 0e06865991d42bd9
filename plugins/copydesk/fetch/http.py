"""HTTP: conditional GETs with limits on time and size, politeness per host, and no way into private networks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
import tenacity

from copydesk.errors import FetchError, Forbidden, Gone, TooLarge
from copydesk.fetch import encodings, network
from copydesk.fetch.policy import Answer, Policy, Turns, Validators
from copydesk.fetch.robots import Robots
from copydesk.model import Payload

log = logging.getLogger(__name__)

USER_AGENT = f"Copydesk/{version('copydesk')} (news ETL; +https://github.com/copydesk/copydesk)"
MAX_REDIRECTS = 10
MAX_TRIES = 3
LONGEST_WAIT = 10.0
"""Seconds that a server may ask to wait for another try; if it asks for more, a later run tries."""
LONGEST_PAUSE = 24 * 3600.0
"""Seconds to which what a server asks for is cut."""
_CONNECT_SECONDS = 10.0
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
_PERMANENT_MOVES = frozenset({301, 308})
_MOVES = frozenset({301, 302, 303, 307, 308})


class Client:
    """Asks over HTTP. One for a run: it keeps connections, what robots.txt says, and whose turn it is.

    Threads may share it; to one host they speak one after the other.
    """

    def __init__(
        self,
        *,
        turns: Turns | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep, self._reserve = clock, sleep, turns or self._reserve_here
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=network.Network(), max_keepalive_connections=20
        )
        self._robots = Robots(USER_AGENT, clock)
        self._free_at: dict[str, float] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def close(self) -> None:
        self._pool.close()

    def get(self, url: str, policy: Policy, validators: Validators | None = None) -> Answer:
        """GET an address; waits for its host's turn, follows redirects, tries again what may pass.

        Raises :class:`FetchError` where a later run may succeed and a :class:`DataError` where it will not.
        """
        until = time.monotonic() + policy.max_seconds
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_another_try),
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(MAX_TRIES), tenacity.stop_before_delay(policy.max_seconds)
            ),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._follow, url, policy, validators, until)

    def _follow(self, url: str, policy: Policy, validators: Validators | None, until: float) -> Answer:
        hop, moved_for_good = url, True
        for _ in range(MAX_REDIRECTS + 1):
            _target(hop, url)
            if policy.obey_robots:
                self._check_robots(hop, url, policy, until)
            until += self._wait_for_turn(hop, policy)
            with self._turn(hop), self._asked(hop, url, policy, validators, until) as (status, headers, body):
                location = headers.get("location")
                if status in _MOVES and location:
                    moved_for_good = moved_for_good and status in _PERMANENT_MOVES
                    hop = _next_hop(hop, location, url)
                    continue
                moved_to = hop if moved_for_good and hop != url else None
                found = Validators(_sendable(headers.get("etag")), _sendable(headers.get("last-modified")))
                if status == httpx.codes.NOT_MODIFIED and validators is not None:
                    return Answer(None, found, status, moved_to)
                _check_status(status, headers, url)
                content = b"".join(_content(body, headers, url, policy))
                payload = Payload(content, datetime.now(UTC), hop, headers.get("content-type"))
                return Answer(payload, found, status, moved_to)
        raise Gone(f"it redirects more than {MAX_REDIRECTS} times", item=url)

    def _check_robots(self, hop: str, url: str, policy: Policy, until: float) -> None:
        ask = partial(self._robots_file, policy=policy, until=until)
        if not self._robots.allows(hop, ask):
            raise Forbidden(
                "the site's robots.txt forbids it; a source that may read it none the less says obey_robots: false",
                item=url,
            )

    def _robots_file(self, url: str, *, policy: Policy, until: float) -> tuple[int, bytes]:
        """The status and the content of a robots.txt; redirects are followed."""
        hop = url
        for _ in range(MAX_REDIRECTS + 1):
            with self._turn(hop), self._asked(hop, url, policy, None, until) as (status, headers, body):
                if status in _MOVES and headers.get("location"):
                    hop = _next_hop(hop, headers["location"], url)
                    continue
                return status, _beginning(body, headers, Robots.MAX_BYTES)
        return 404, b""

    @contextmanager
    def _asked(
        self, hop: str, url: str, policy: Policy, validators: Validators | None, until: float
    ) -> Iterator[tuple[int, httpx.Headers, Iterator[bytes]]]:
        """One request and its answer, as status, headers and the body as it comes."""
        target = _target(hop, url)
        headers = [("Host", target.netloc.decode("ascii")), ("User-Agent", USER_AGENT), ("Accept", "*/*")]
        headers.append(("Accept-Encoding", encodings.ACCEPTED))
        if validators and validators.etag:
            headers.append(("If-None-Match", validators.etag))
        if validators and validators.last_modified:
            headers.append(("If-Modified-Since", validators.last_modified))
        deadline, private = network.deadline.set(until), network.private.set(policy.allow_private)
        timeout = dict.fromkeys(("read", "write", "pool"), policy.idle_seconds)
        extensions: dict[str, Any] = {"timeout": {**timeout, "connect": min(_CONNECT_SECONDS, policy.idle_seconds)}}
        try:
            address = httpcore.URL(
                scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
            )
            with self._pool.stream("GET", address, headers=headers, extensions=extensions) as response:
                yield response.status, httpx.Headers(response.headers), response.iter_stream()
        except Forbidden as error:
            raise Forbidden(str(error), item=url) from error
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise FetchError(f"{url}: its server is too slow: {error}") from error
        except httpcore.UnsupportedProtocol as error:
            raise Gone(f"this is no address: {error}", item=url) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
            raise FetchError(f"{url}: {type(error).__name__}: {error}") from error
        finally:
            network.deadline.reset(deadline)
            network.private.reset(private)

    def _wait_for_turn(self, url: str, policy: Policy) -> float:
        """Leave the host alone for as long as the policy and the site's robots.txt ask; gives the seconds waited."""
        host = urlsplit(url).netloc
        pause = max(policy.seconds_between_requests, self._robots.pause(url) if policy.obey_robots else 0)
        wait = self._reserve(host, pause)
        if wait > 0:
            self._sleep(wait)
        return wait

    def _reserve_here(self, host: str, pause: float) -> float:
        """The turns of this process alone."""
        with self._guard:
            now = self._clock()
            at = max(now, self._free_at.get(host, now))
            self._free_at[host] = at + pause
        return at - now

    @contextmanager
    def _turn(self, url: str) -> Iterator[None]:
        with self._guard:
            lock = self._turns.setdefault(urlsplit(url).netloc, threading.Lock())
        with lock:
            yield


def _target(hop: str, url: str) -> httpx.URL:
    try:
        target = httpx.URL(hop)
        _ = urlsplit(hop).port  # it knows more of what is wrong
    except (httpx.InvalidURL, ValueError) as error:
        raise Gone(f"this is no address: {error}", item=url) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise Forbidden(f"only http and https addresses with a host can be fetched, not {hop[:200]}", item=url)
    if target.userinfo:
        url = url.replace(f"{target.userinfo.decode()}@", "")
        raise Forbidden("an address with a name and a password in it is not fetched", item=url)
    return target


def _sendable(value: str | None) -> str | None:
    """A validator that can be sent back: some servers put into it what no header may hold."""
    return value if value and value.isascii() and value.isprintable() else None


def _next_hop(hop: str, location: str, url: str) -> str:
    try:
        return urljoin(hop, location)
    except ValueError as error:
        raise Gone(f"it redirects to what is no address: {location[:200]}", item=url) from error


def _is_worth_another_try(error: BaseException) -> bool:
    return isinstance(error, FetchError) and (error.retry_after or 0) <= LONGEST_WAIT


def _pause(state: tenacity.RetryCallState) -> float:
    """What the server asks for, else longer and longer, with chance in it so that not all come back at once."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, FetchError) else None
    return asked if asked is not None else tenacity.wait_random_exponential(multiplier=0.5, max=8)(state)


def _check_status(status: int, headers: httpx.Headers, url: str) -> None:
    if status in _TEMPORARY:
        raise FetchError(
            f"{url}: the server answers {status} {_phrase(status)}", status=status, retry_after=_retry_after(headers)
        )
    if not httpx.codes.is_success(status):
        message = f"the server answers {status} {_phrase(status)}; check the address"
        raise Gone(message, item=url, status=status)


def _phrase(status: int) -> str:
    return httpx.codes.get_reason_phrase(status)


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, from a number or a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return min(float(value[:9]), LONGEST_PAUSE)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _beginning(body: Iterator[bytes], headers: httpx.Headers, size: int) -> bytes:
    """The first bytes of a body; nothing, where its coding can't be undone."""
    content = b""
    try:
        for piece in encodings.decoded(body, headers.get("content-encoding", "")):
            content += piece
            if len(content) >= size:
                break
    except (LookupError, encodings.DamagedCoding) as error:
        log.info("a robots.txt can't be read: %s", error)
    return content[:size]


def _content(body: Iterator[bytes], headers: httpx.Headers, url: str, policy: Policy) -> Iterator[bytes]:
    """The body with its codings undone, no longer than the policy allows, before and after."""
    try:
        pieces = encodings.decoded(_bounded(body, url, policy), headers.get("content-encoding", ""))
        yield from _bounded(pieces, url, policy)
    except LookupError as error:
        encoding = headers.get("content-encoding")
        raise Gone(f"the answer is encoded as {encoding}, which was not asked for", item=url) from error
    except encodings.DamagedCoding as error:
        raise FetchError(f"{url}: the answer's compression is damaged: {error}") from error


def _bounded(pieces: Iterator[bytes], url: str, policy: Policy) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > policy.max_bytes:
            raise TooLarge(f"the answer is larger than {policy.max_bytes:,} bytes", item=url)
        yield piece
