"""Addresses of articles: out of their wrappers, without what follows readers, one key for all that lead to one page.

What addresses are wrapped in is data: ``data/addresses.toml``.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

import tomli

_DEEPEST = 4
"""Wrappers around one address."""
_LONGEST = 4096
_CACHE = 8192
_INSIDE = re.compile(rb"https?://[\x21-\x7e]+")
_SCHEME = re.compile(r"https?:/{1,2}", re.I)
_CACHED = re.compile(r"cache:(?:[\w-]{8,}:)?")


@lru_cache(maxsize=_CACHE)
def canonical_url(url: str) -> str:
    """The address that leads to the same page, in one form: out of redirectors and caches, without tracking
    parameters, default port, and upper case in its host. What is no address of the web stays as it is."""
    for _ in range(_DEEPEST):
        inner = _unwrapped(url)
        if inner is None:
            break
        url = inner
    try:
        return _normal(_without_tracking(_of_full_page(url)))
    except (ValueError, AttributeError, UnicodeError):
        return url


@lru_cache(maxsize=_CACHE)
def address_key(url: str) -> str:
    """What the addresses of one article have in common: those of its accelerated and mobile pages, with "www." and
    without, by http and https. For comparison: it may lead nowhere."""
    url = canonical_url(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return url
    rules = _rules()
    path = parts.path
    for pattern in rules.page_paths:
        path = pattern.sub(lambda match: match.groupdict().get("kept") or "", path).rstrip("/") or path
    return urlunsplit(("", rules.hosts.sub("", parts.netloc), path.rstrip("/"), parts.query, parts.fragment))


def names_a_page(url: str) -> bool:
    """Whether it leads to a page of its own, not to the front page of a site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def _unwrapped(url: str) -> str | None:
    """The address that another one leads to and holds; ``None`` where it holds none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if len(url) > _LONGEST:
        return None
    for wrapper in _rules().wrappers:
        where = f"{parts.path}?{parts.query}" if wrapper.holds_rest and parts.query else parts.path
        if (at := wrapper.host.fullmatch(host)) and (path := wrapper.path.match(where)):
            found = _held(wrapper, parts, {**at.groupdict(), **path.groupdict()}.get("rest"))
            if found and (inner := _absolute(found)):
                return inner
    return None


def _held(wrapper: _Wrapper, parts: SplitResult, rest: str | None) -> str | None:
    if wrapper.decode == "base64":
        try:
            inside = _INSIDE.search(base64.urlsafe_b64decode(f"{rest}==="))
        except (binascii.Error, ValueError):
            return None
        return inside[0].decode("ascii") if inside else None
    if wrapper.decode == "host":
        # Google writes a dot as a hyphen, and a hyphen as two.
        host = (rest or "").replace("--", "\0").replace("-", ".").replace("\0", "-")
        query = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("_x_tr_"))
        return urlunsplit(("https", host, parts.path, query, ""))
    if rest is not None:
        return rest
    given = dict(parse_qsl(parts.query))
    return next((given[name] for name in wrapper.param if given.get(name)), None)


def _absolute(found: str) -> str | None:
    """The address with its scheme, where it is one of another site's page."""
    found = _CACHED.sub("", found)
    if not _SCHEME.match(found) and "%3a%2f" in found.lower():
        found = unquote(found)
    scheme = "http"
    if found.startswith("s/"):
        scheme, found = "https", found[2:]
    if given := _SCHEME.match(found):
        scheme, found = given[0].split(":")[0].lower(), found[given.end() :]
    host = found.split("/")[0].split("?")[0]
    return f"{scheme}://{found}" if "." in host.strip(".") and " " not in host else None


def _of_full_page(url: str) -> str:
    """Without the parameters that ask for the accelerated or mobile page."""
    parts = urlsplit(url)
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if pair.lower() not in _rules().page_queries]
    return url if len(kept) == len(pairs) else urlunsplit(parts._replace(query="&".join(kept)))


def _normal(url: str) -> str:
    """By courlan; a query that is no list of names and values in UTF-8 stays as it is, for courlan would drop some."""
    from courlan import normalize_url

    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair]
    if all("=" in pair for pair in pairs) and "\ufffd" not in unquote(parts.query):
        return str(normalize_url(url))
    return urlunsplit(urlsplit(str(normalize_url(urlunsplit(parts._replace(query="")))))._replace(query=parts.query))


def _without_tracking(url: str) -> str:
    parts = urlsplit(url)
    if not parts.query:
        return url
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if pair.partition("=")[0].lower() not in _rules().tracking]
    return url if len(kept) == len(pairs) else urlunsplit(parts._replace(query="&".join(kept)))


@dataclass(frozen=True, slots=True)
class _Wrapper:
    host: re.Pattern[str]
    path: re.Pattern[str]
    param: tuple[str, ...] = ()
    decode: str | None = None

    @property
    def holds_rest(self) -> bool:
        """Whether the wrapped address stands in the path, with its query behind it."""
        return self.decode is None and "rest" in self.path.groupindex


@dataclass(frozen=True, slots=True)
class _Rules:
    tracking: frozenset[str]
    hosts: re.Pattern[str]
    page_paths: tuple[re.Pattern[str], ...]
    page_queries: frozenset[str]
    wrappers: tuple[_Wrapper, ...]


@cache
def _rules() -> _Rules:
    data: dict[str, Any] = tomli.loads(files("copydesk.metadata").joinpath("data/addresses.toml").read_text("utf-8"))
    return _Rules(
        tracking=frozenset(data["tracking"]),
        hosts=re.compile(rf"^(?:(?:{'|'.join(data['hosts'])})\.)+(?=[^.]+\.)"),
        page_paths=tuple(re.compile(path, re.I) for path in data["page"]["path"]),
        page_queries=frozenset(data["page"]["query"]),
        wrappers=tuple(
            _Wrapper(
                re.compile(row["host"], re.I), re.compile(row["path"]), tuple(row.get("param", ())), row.get("decode")
            )
            for row in data["wrapper"]
        ),
    )
