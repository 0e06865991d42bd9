"""The feeds of a site: found where sites name them, and each fetched and judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from copydesk.errors import CopydeskError, DataError, Forbidden, UnknownFormat
from copydesk.fetch import fetch
from copydesk.formats import html
from copydesk.formats.base import decode
from copydesk.model import Payload
from copydesk.sources.found import Feed, Site, judge
from copydesk.sources.trial import format_of

COMMON_PATHS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/atom.xml",
    "/feed.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
)
"""Tried where a site names no feed that works."""
MAX_CANDIDATES = 40
_MIN_SHARED = 0.8
"""A feed that shares so many of its items with another is a section of it, or the same in another format."""
_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
)
_FEED_PATH = re.compile(
    r"(?:^|[/._-])(?:rss|feeds?|atom|rdf)\d?(?:[/._-]|$)|feedburner\.com/|\.(?:rss|rdf|atom)$", re.I
)

Get = Callable[..., Payload]


def discover(url: str, *, get: Get = fetch) -> Site:
    """The feeds of the site that an address belongs to, or the one that the address itself is.

    The address may be in a private network, since a person typed it; what a page leads to elsewhere may not. Raises
    a :class:`copydesk.errors.CopydeskError` where the address can't be fetched or no feed is found.
    """
    if "://" not in url and not url.startswith(("file:", "package:")):
        url = f"https://{url}"
    payload, private = _get_typed(url, get)
    try:
        return Site(url, private, feeds=[judge(url, "given", payload)])
    except DataError as error:
        if format_of(payload) != html.NAME:
            raise
        rejected = {url: str(error)}
    if not url.startswith(("http://", "https://")):
        raise UnknownFormat("it is no feed, and only pages on the web can lead to one", item=url)
    site = _read_page(url, private, payload, rejected)
    base = payload.url or url
    declared = list(_candidates_of_page(payload, base))
    open_hosts = {urlsplit(url).hostname, urlsplit(base).hostname} if private else set()
    _try_all([*declared, *_candidates_of_robots(base, private, get)], site, open_hosts, get)
    if not site.feeds:
        _try_all([(urljoin(base, path), "guessed") for path in COMMON_PATHS], site, open_hosts, get)
    _drop_twins(site)
    if not site.feeds:
        raise UnknownFormat(
            f"no feed was found; {len(site.rejected)} addresses were tried. If you know the feed's own, give that",
            item=url,
        )
    site.feeds.sort(key=lambda feed: feed.rank, reverse=True)  # stable: what the site names first stays first
    return site


def _get_typed(url: str, get: Get) -> tuple[Payload, bool]:
    try:
        return get(url, allow_private=False), False
    except Forbidden:
        return get(url, allow_private=True), True


def _try_all(candidates: list[tuple[str, str]], site: Site, open_hosts: set[str | None], get: Get) -> None:
    """Fetch and judge candidates; ``open_hosts`` may be in a private network."""
    seen = {site.url, *site.rejected, *(feed.url for feed in site.feeds)}
    for url, found in candidates[:MAX_CANDIDATES]:
        if url in seen:
            continue
        seen.add(url)
        try:
            payload = get(url, allow_private=urlsplit(url).hostname in open_hosts)
            site.feeds.append(judge(url, found, payload))
        except CopydeskError as error:
            site.rejected[url] = str(error).removeprefix(f"{url}: ")


def _candidates_of_page(payload: Payload, base: str) -> Iterator[tuple[str, str]]:
    """What the page declares, then what it links to that looks like a feed."""
    page = _soup(payload)
    if page.base and page.base.get("href"):
        base = urljoin(base, str(page.base["href"]))
    for link in page.find_all("link", rel=["alternate", "feed"], href=True):
        kind = str(link.get("type", "")).partition(";")[0].strip().lower()
        if kind in _TYPES or "feed" in link["rel"] or (kind == "application/json" and "feed" in str(link["href"])):
            yield from _web_address(base, str(link["href"]), "declared")
    for link in page.find_all("a", href=True):
        if _FEED_PATH.search(str(link["href"]).partition("?")[0]) or link.get_text(strip=True).upper() == "RSS":
            yield from _web_address(base, str(link["href"]), "linked")


def _candidates_of_robots(base: str, private: bool, get: Get) -> Iterator[tuple[str, str]]:
    """The site maps that robots.txt names, those of news first."""
    from protego import Protego

    try:
        robots = Protego.parse(decode(get(urljoin(base, "/robots.txt"), allow_private=private)))
    except CopydeskError:  # most sites get by without one
        return
    for url in sorted(robots.sitemaps, key=lambda url: "news" not in url.lower())[:10]:
        yield from _web_address(base, url, "robots.txt")


def _web_address(base: str, href: str, found: str) -> Iterator[tuple[str, str]]:
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        host = urlsplit(url).hostname
    except ValueError:
        return
    if url.startswith(("http://", "https://")) and host:
        yield url, found


def _drop_twins(site: Site) -> None:
    """Feeds whose items a better one gives too go."""
    kept: list[tuple[Feed, set[str]]] = []
    for feed in sorted(site.feeds, key=lambda feed: feed.rank, reverse=True):
        items = {item.url or item.identifier or item.title or "" for item in feed.items}
        twin = next((other for other, its in kept if len(items & its) >= _MIN_SHARED * len(items)), None)
        if twin:
            site.feeds.remove(feed)
            site.rejected[feed.url] = f"it gives the items of {twin.url}"
        else:
            kept.append((feed, items))


def _read_page(url: str, private: bool, payload: Payload, rejected: dict[str, str]) -> Site:
    """What a page says of its site."""
    page = _soup(payload)
    name = page.find("meta", property="og:site_name") or page.find("meta", attrs={"name": "application-name"})
    language = page.html.get("lang") if page.html else None
    return Site(
        url,
        private,
        " ".join(str(name.get("content") or "").split()) or None if name else None,
        str(language).strip() or None if language else None,
        rejected=rejected,
    )


def _soup(payload: Payload) -> Any:
    from bs4 import BeautifulSoup

    page = decode(payload)
    if len(page) > html.MAX_CHARACTERS:
        raise UnknownFormat(f"{len(page):,} characters are too many for a page", item=payload.url)
    html.check_depth(page, payload.url)
    return BeautifulSoup(page, "lxml")
