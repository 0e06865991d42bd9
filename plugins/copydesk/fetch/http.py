"""HTTP: one GET with limits on time and size, and no way into private networks."""

from __future__ import annotations

import ipaddress
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from copydesk.errors import FetchError, Forbidden, Gone, TooLarge
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

if TYPE_CHECKING:
    import httpx

USER_AGENT = "Copydesk/0.1 (news ETL; +https://github.com/copydesk/copydesk)"
MAX_REDIRECTS = 10
MAX_SECONDS = 60.0
"""For the whole transfer, so that a source that trickles bytes can't hold a worker."""
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


def fetch(url: str, *, allow_private: bool = False) -> Payload:
    """GET an address, following redirects; every hop's address is checked before it is asked."""
    import httpx

    deadline = time.monotonic() + MAX_SECONDS
    with httpx.Client(headers={"User-Agent": USER_AGENT}, timeout=httpx.Timeout(20, connect=10)) as client:
        hop = url
        for _ in range(MAX_REDIRECTS + 1):
            if not allow_private:
                refuse_private(hop)
            try:
                with client.stream("GET", hop) as response:
                    if response.is_redirect and "location" in response.headers:
                        hop = urljoin(hop, response.headers["location"])
                        continue
                    _check_status(response, url)
                    content = _read(response, url, deadline)
                    return Payload(content, datetime.now(UTC), hop, response.headers.get("content-type"))
            except httpx.InvalidURL as error:
                raise Gone(f"this is no address: {error}", item=url) from error
            except httpx.HTTPError as error:
                raise FetchError(f"{url}: {type(error).__name__}: {error}") from error
    raise Gone(f"it redirects more than {MAX_REDIRECTS} times", item=url)


def refuse_private(url: str) -> None:
    """Raise :class:`Forbidden` unless every address that the host resolves to is a public one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Forbidden("only http and https addresses with a host can be fetched", item=url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError, ValueError) as error:
        raise FetchError(f"{url}: its host can't be found: {error}") from error
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise Forbidden(
                f"{parts.hostname} is {address[0]}, an address in a private network; "
                "a source that may read there says allow_private_addresses: true",
                item=url,
            )


def _check_status(response: httpx.Response, url: str) -> None:
    if response.status_code in _TEMPORARY:
        raise FetchError(f"{url}: the server answers {response.status_code} {response.reason_phrase}")
    if response.status_code >= 300:
        raise Gone(f"the server answers {response.status_code} {response.reason_phrase}; check the address", item=url)


def _read(response: httpx.Response, url: str, deadline: float) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_BYTES:
            raise TooLarge(f"the answer is larger than {MAX_BYTES:,} bytes", item=url)
        if time.monotonic() > deadline:
            raise FetchError(f"{url}: the answer took longer than {MAX_SECONDS:.0f} s")
        chunks.append(chunk)
    return b"".join(chunks)
