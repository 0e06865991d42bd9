"""Connections that reach public addresses only and obey a deadline.

Names are resolved here, and the address that was checked is the one that is connected to: a second look-up can't lead
elsewhere. Every read and write gets what is left of the deadline, so that neither a body nor headers that trickle can
hold a worker.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore

from copydesk.errors import FetchError, Forbidden

deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
"""On the monotonic clock: when the request that is under way must have ended."""
private: ContextVar[bool] = ContextVar("private", default=False)
"""Whether the request that is under way may go into private networks."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
Options = Iterable[tuple[Any, ...]] | None


class Network(httpcore.SyncBackend):
    """Looks names up, checks what they lead to, and connects to the first address that answers."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in _addresses(host, port):
            try:
                stream = super().connect_tcp(address, port, _left(timeout), local_address, socket_options)
                return _Timed(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _Timed(httpcore.NetworkStream):
    """A stream whose reads and writes end at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    left = deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("it took too long")
    return min(left, timeout if timeout is not None else left)


def _addresses(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises :class:`Forbidden` unless all are public, or private ones are allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise FetchError(f"the host {host} can't be found: {error}") from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        if not private.get() and not is_public(address):
            raise Forbidden(
                f"{host} is {address}, an address in a private network; "
                "a source that may read there says allow_private_addresses: true"
            )
    return addresses


def is_public(address: str) -> bool:
    """Whether it is a public address, and no form of IPv6 that holds an IPv4 address (NAT64, 6to4, Teredo …)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if not ip.is_global or ip.is_multicast:
        return False
    return ip.version == 4 or (ip in _GLOBAL_UNICAST and ip.sixtofour is None and ip.teredo is None)
