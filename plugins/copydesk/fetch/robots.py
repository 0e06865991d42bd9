"""What sites ask of robots (RFC 9309), by protego."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from urllib.parse import urlsplit

from protego import Protego

from copydesk.errors import FetchError

Ask = Callable[[str], tuple[int, bytes]]
"""Gives the status and the content of a robots.txt."""


class Robots:
    """What the robots.txt of each site says, asked once a day at most.

    A site without one allows everything; one whose server fails, or can't be reached, allows nothing for now.
    """

    MAX_BYTES: ClassVar[int] = 500 * 1024
    KEPT_SECONDS: ClassVar[float] = 24 * 3600.0
    LONGEST_PAUSE: ClassVar[float] = 30.0
    """Seconds between requests to which what a site asks for is cut."""

    def __init__(self, user_agent: str, clock: Callable[[], float]) -> None:
        self._user_agent, self._clock = user_agent, clock
        self._known: dict[str, tuple[float, Protego]] = {}

    def allows(self, url: str, ask: Ask) -> bool:
        """Raises :class:`FetchError` where the site's server can't say."""
        site = _site(url)
        at, rules = self._known.get(site, (float("-inf"), None))
        if rules is None or self._clock() - at > self.KEPT_SECONDS:
            rules = self._ask(f"{site}/robots.txt", ask)
            self._known[site] = (self._clock(), rules)
        return bool(rules.can_fetch(url, self._user_agent))

    def pause(self, url: str) -> float:
        """Seconds that the site asks for between requests; 0 where it asks for none, or was not asked itself."""
        _, rules = self._known.get(_site(url), (0, None))
        delay = rules.crawl_delay(self._user_agent) if rules else None
        return min(float(delay or 0), self.LONGEST_PAUSE)

    def _ask(self, url: str, ask: Ask) -> Protego:
        status, content = ask(url)
        if status >= 500 or status == 429:
            raise FetchError(
                f"{url}: the server answers {status}; until it says what it allows, nothing is asked", status=status
            )
        return Protego.parse(content.decode("utf-8", "replace") if status < 300 else "")


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
