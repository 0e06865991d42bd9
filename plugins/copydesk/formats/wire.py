"""What the readers of agencies' XML and JSON share: an item out of the strings that its dialect's places give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import tomli

from copydesk.errors import NoText
from copydesk.formats.fields import lines, moment, plain, web_address, whole_number
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Link, Media, Signal, Subject

Strings = Callable[[str], Iterable[str]]
"""Gives what stands in the places of a field, the best first."""


def wire_item(
    strings: Strings,
    body: tuple[str, BodyType],
    *,
    subjects: Iterable[Subject],
    links: Iterable[Link],
    media: Iterable[Media],
    base: str | None,
    position: int,
    clock: str | None = None,
) -> Item:
    """The item; its times are read as of the zone ``clock``, whatever zone they claim.

    Raises :class:`NoText` where there is nothing to read or to see in it.
    """

    def text(name: str) -> str | None:
        return next((value for found in strings(name) if (value := plain(found))), None)

    def time(name: str) -> datetime | None:
        found = next((value for found in strings(name) if (value := moment(found))), None)
        return found.replace(tzinfo=ZoneInfo(clock)) if found and clock else found

    def every(name: str) -> tuple[str, ...]:
        return lines(plain(found) for found in strings(name))

    content, body_type = body
    title, summary, identifier, seen = text("title"), text("summary"), text("identifier"), tuple(dict.fromkeys(media))
    if not (content or title or summary or seen):
        raise NoText("the item has neither a title nor a text", item=identifier or f"item {position + 1}")
    check_depth(content, identifier)
    authors, published, updated = every("authors"), time("published"), time("updated")
    return Item(
        body=content or summary or "",
        body_type=body_type,
        identifier=identifier,
        version=text("version"),
        url=next((url for found in strings("url") if (url := web_address(found, base))), None),
        title=title,
        summary=summary,
        byline=text("byline") or ", ".join(authors) or None,
        authors=authors,
        dateline=text("dateline"),
        credit=text("credit"),
        copyright=text("copyright"),
        usage_terms=text("usage_terms"),
        outlet=text("outlet"),
        language=text("language"),
        published=published or updated,
        updated=updated,
        embargoed=time("embargoed"),
        urgency=whole_number(text("urgency"), 1, 9),
        slugline=text("slugline"),
        ednote=text("ednote"),
        keywords=every("keywords"),
        subjects=tuple(dict.fromkeys(subjects)),
        links=tuple(dict.fromkeys(links)),
        media=seen,
        signal=signal_of(strings("signal")),
        position=position,
    )


def signal_of(values: Iterable[str]) -> Signal | None:
    """The gravest of what a source's own words say has become of an item."""
    known: dict[str, str] = tables("wire_xml.toml")["signals"]
    said = {known.get(value.strip().lower()) for value in values}
    return next((signal for signal in reversed(Signal) if signal.value in said), None)


@cache
def tables(name: str) -> dict[str, Any]:
    """A file of tables of dialects."""
    return tomli.loads(files(__package__).joinpath("data", name).read_text(encoding="utf-8"))
