"""Bytes in: from the web, from files and object stores, from resources that come in a package."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from copydesk.fetch.files import File, list_files, read_file, read_object, read_resource
from copydesk.fetch.policy import Answer, Policy, Turns, Validators
from copydesk.model import Payload

if TYPE_CHECKING:
    from copydesk.fetch.http import Client


class Fetcher:
    """Fetches for a run over many addresses: it keeps connections, and is polite to each host."""

    def __init__(
        self,
        policy: Policy = Policy(),  # noqa: B008 - it is frozen
        *,
        turns: Turns | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.policy = policy
        self._turns, self._clock, self._sleep = turns, clock, sleep
        self._client: Client | None = None

    def get(self, url: str, *, validators: Validators | None = None) -> Answer:
        """Fetch what an address names: ``http(s)://``, ``file:`` or a path, ``s3://`` and other stores,
        ``package:module/resource``.

        Raises :class:`copydesk.errors.FetchError` where a later try may succeed and a
        :class:`copydesk.errors.DataError` where it will not.
        """
        scheme, separator, rest = url.partition(":")
        if scheme in ("http", "https"):
            return self._web().get(url, self.policy, validators)
        if scheme == "package":
            return Answer(read_resource(rest))
        if scheme == "file":
            return Answer(read_file(unquote(urlsplit(url).path), max_bytes=self.policy.max_bytes))
        if separator and "/" not in scheme and len(scheme) > 1:
            return Answer(read_object(url, max_bytes=self.policy.max_bytes))
        return Answer(read_file(url, max_bytes=self.policy.max_bytes))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _web(self) -> Client:
        if self._client is None:
            from copydesk.fetch.http import Client

            self._client = Client(turns=self._turns, clock=self._clock, sleep=self._sleep)
        return self._client


def fetch(url: str, *, allow_private: bool = False) -> Payload:
    """Fetch one address because a person asked for it: at once, whatever robots are told.

    ``allow_private`` permits addresses in private networks. Raises as :meth:`Fetcher.get` does.
    """
    policy = Policy(allow_private=allow_private, obey_robots=False, seconds_between_requests=0)
    with Fetcher(policy) as fetcher:
        payload = fetcher.get(url).payload
    assert payload is not None, "nothing was said that it could be unchanged since"
    return payload


__all__ = ["Answer", "Fetcher", "File", "Policy", "Validators", "fetch", "list_files", "read_file"]
