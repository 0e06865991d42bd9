"""HTTP: one GET with limits on time and size, and no way into private networks."""

from __future__ import annotations

import ipaddress
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

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
_GZIP = 16 + zlib.MAX_WBITS
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


def fetch(url: str, *, allow_private: bool = False) -> Payload:
    """GET an address, following redirects; every hop's address is checked before it is asked."""
    import httpx

    deadline = time.monotonic() + MAX_SECONDS
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
    # A proxy would look the names up by itself, after they were checked here.
    with httpx.Client(headers=headers, timeout=httpx.Timeout(20, connect=10), trust_env=allow_private) as client:
        hop = url
        for _ in range(MAX_REDIRECTS + 1):
            if time.monotonic() > deadline:
                raise FetchError(f"{url}: it took longer than {MAX_SECONDS:.0f} s")
            try:
                with client.stream("GET", **_request(hop, allow_private=allow_private)) as response:
                    if response.is_redirect and "location" in response.headers:
                        hop = urljoin(hop, response.headers["location"])
                        continue
                    _check_status(response, url)
                    content = b"".join(_read(response, url, deadline))
                    return Payload(content, datetime.now(UTC), hop, response.headers.get("content-type"))
            except (httpx.InvalidURL, ValueError) as error:
                raise Gone(f"this is no address: {error}", item=url) from error
            except httpx.HTTPError as error:
                raise FetchError(f"{url}: {type(error).__name__}: {error}") from error
    raise Gone(f"it redirects more than {MAX_REDIRECTS} times", item=url)


def public_address(url: str) -> str:
    """The IP address of an address's host. Raises :class:`Forbidden` unless all that it resolves to are public."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Forbidden("only http and https addresses with a host can be fetched", item=url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise FetchError(f"{url}: its host can't be found: {error}") from error
    addresses = [str(address[0]) for *_, address in found]
    for address in addresses:
        if not _is_public(address):
            raise Forbidden(
                f"{parts.hostname} is {address}, an address in a private network; "
                "a source that may read there says allow_private_addresses: true",
                item=url,
            )
    return addresses[0]


def _request(url: str, *, allow_private: bool) -> dict[str, Any]:
    """What to ask: the host's checked address itself, so that a second look-up can't lead elsewhere."""
    if allow_private:
        return {"url": url}
    parts, address = urlsplit(url), public_address(url)
    host = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    return {
        "url": urlunsplit((parts.scheme, host + port, parts.path, parts.query, "")),
        "headers": {"Host": f"{parts.hostname}{port}"},
        "extensions": {"sni_hostname": parts.hostname},
    }


def _is_public(address: str) -> bool:
    """Whether it is a public address, and no form of IPv6 that holds an IPv4 address (NAT64, 6to4, Teredo …)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if not ip.is_global or ip.is_multicast:
        return False
    return ip.version == 4 or (ip in _GLOBAL_UNICAST and ip.sixtofour is None and ip.teredo is None)


def _check_status(response: httpx.Response, url: str) -> None:
    if response.status_code in _TEMPORARY:
        raise FetchError(f"{url}: the server answers {response.status_code} {response.reason_phrase}")
    if response.status_code >= 300:
        raise Gone(f"the server answers {response.status_code} {response.reason_phrase}; check the address", item=url)


def _read(response: httpx.Response, url: str, deadline: float) -> Iterator[bytes]:
    """The body, inflated no further than a payload may be long."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Gone(f"the answer is encoded as {encoding}, which was not asked for", item=url)
    inflate = zlib.decompressobj(_GZIP) if encoding != "identity" else None
    size = 0
    for chunk in response.iter_raw(65536):
        try:
            piece = inflate.decompress(chunk, MAX_BYTES + 1) if inflate else chunk
        except zlib.error as error:
            raise FetchError(f"{url}: the answer's compression is damaged: {error}") from error
        size += len(piece)
        if size > MAX_BYTES:
            raise TooLarge(f"the answer is larger than {MAX_BYTES:,} bytes", item=url)
        if time.monotonic() > deadline:
            raise FetchError(f"{url}: the answer took longer than {MAX_SECONDS:.0f} s")
        yield piece
