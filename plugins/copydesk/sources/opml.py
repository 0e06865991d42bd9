"""OPML, the list of feeds that feed readers export, as sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from copydesk.errors import BrokenFormat, Forbidden, TooDeep, TooLarge, UnknownFormat
from copydesk.formats.base import decode
from copydesk.metadata.registry import by_domain
from copydesk.model import Payload
from copydesk.sources.checks import address, address_key
from copydesk.sources.draft import SCHEDULE, checked_source, country_of, slug_of, unique_name
from copydesk.sources.files import SourceFiles
from copydesk.sources.model import Source

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 32
"""Of folders in folders."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed that a list names, with the folder that it is in."""

    url: str
    title: str
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a list: new sources, and the addresses that were left out, with the reason."""

    sources: list[Source] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def read_opml(payload: Payload) -> tuple[list[Listed], dict[str, str]]:
    """The feeds of a list, and what in it is none, with the reason. Raises a :class:`copydesk.errors.DataError`."""
    import listparser

    if len(payload.content) > MAX_BYTES:
        raise TooLarge(f"{len(payload.content):,} bytes are no list of feeds (limit {MAX_BYTES:,})", item=payload.url)
    text = decode(payload)
    _refuse_hostile(text, payload.url)
    read = listparser.parse(text.encode())  # bytes: a text that looks like an address would be fetched
    if not read["version"].startswith("opml"):
        raise UnknownFormat("this is no OPML; export the list of feeds as OPML", item=payload.url)
    if not (read["feeds"] or read["lists"] or read["opportunities"]):
        raise BrokenFormat("the OPML names no feed", item=payload.url)
    skipped = {entry["url"]: "another list; import that by its own address" for entry in read["lists"]}
    skipped |= {entry["url"]: "a site without a feed; try `copydesk sources add`" for entry in read["opportunities"]}
    return [_listed(entry) for entry in read["feeds"]], skipped


def import_feeds(
    feeds: Collection[Listed], present: SourceFiles, *, prefix: str = "", schedule: str = SCHEDULE
) -> Import:
    """New sources of the feeds that no source has yet; folders become groups.

    A group that is there already is joined where its schedule is the same; else the new one gets a number. Raises
    :class:`copydesk.errors.ConfigurationError` where the schedule won't do.
    """
    done = Import()
    addresses = present.addresses
    taken = present.taken
    groups: dict[str, str] = {}
    for folder in dict.fromkeys(feed.folder for feed in feeds if feed.folder):
        if slug := slug_of(folder):
            groups[folder] = _group_name(prefix + slug, present, schedule, taken)
        else:
            groups[folder] = unique_name([f"{prefix}group"], taken | set(groups.values()))
    taken |= set(groups.values())
    for feed in feeds:
        try:
            _web_address(feed.url)
        except ValueError as error:
            done.skipped[feed.url] = str(error)
            continue
        if owner := addresses.get(address_key(feed.url)):
            done.skipped[feed.url] = f"the source {owner} has it"
            continue
        host = urlsplit(feed.url).hostname or ""
        known = by_domain(host)
        name = unique_name([f"{prefix}{slug}" for text in (feed.title, host) if (slug := slug_of(text))], taken)
        values: dict[str, Any] = {
            "name": name,
            "group": groups.get(feed.folder or ""),
            "outlet": known.name if known else feed.title or host,
            "country": (known.country if known else None) or country_of(host),
            "schedule": schedule,
            "urls": (feed.url,),
        }
        done.sources.append(checked_source({key: value for key, value in values.items() if value}))
        taken.add(name)
        addresses[address_key(feed.url)] = name
    return done


def _web_address(url: str) -> None:
    """A list comes from elsewhere: it must not make a source read this machine's files."""
    if not address(url).startswith(("http://", "https://")):
        raise ValueError("a list may name addresses on the web only; write this source by hand")


def _listed(entry: Mapping[str, Any]) -> Listed:
    folder = " ".join(next((path for path in entry["categories"] if path), ()))
    url = re.sub(r"^feed:(?://)?(https?:)?", lambda match: match[1] or "https://", entry["url"])
    return Listed(url, " ".join(entry["title"].split()), folder or None)


def _group_name(wanted: str, present: SourceFiles, schedule: str, taken: Collection[str]) -> str:
    members = [source for source in present.sources.values() if source.group == wanted]
    if members and all((source.schedule, source.timezone) == (schedule, "UTC") for source in members):
        return wanted
    return unique_name([wanted], taken)


def _refuse_hostile(text: str, name: str | None) -> None:
    """Entities and endless folders: no list of feeds has them."""
    if "<!entity" in text.lower():
        raise Forbidden("it defines entities, which no list of feeds needs; take them out", item=name)
    # As listparser reads it. The stubs want methods that lxml can do without.
    parser = etree.HTMLParser(target=_Depth(name), recover=True)  # type: ignore[arg-type]
    parser.feed(text)
    parser.close()


class _Depth:
    """Counts open outlines: listparser keeps the path of folders with each feed."""

    def __init__(self, name: str | None) -> None:
        self.name, self.depth = name, 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += tag.endswith("outline")
        if self.depth > MAX_DEPTH:
            raise TooDeep(f"its folders are nested more than {MAX_DEPTH} deep", item=self.name)

    def end(self, tag: str) -> None:
        self.depth -= tag.endswith("outline")

    def close(self) -> None:
        """The parser wants it."""
