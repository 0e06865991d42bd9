"""The agencies' XML: NewsML-G2, NewsML 1, NITF and the dialects beside them, by one reader.

Each dialect is a table of `data/wire_xml.toml`: by which roots it is known, where its items stand, and for each field
the places where it may be, the best first, as XPath over local names. A profile is such a table for one agency; its
places come before the dialect's, and it says where the agency's clock deviates from what it writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats import xml
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import MARKUP, plain, web_address
from copydesk.formats.wire import tables, wire_item
from copydesk.model import BodyType, Item, Link, Media, Subject

NAME = "NewsML-G2, NewsML, NITF and agencies' own XML"

Paths = tuple[etree.XPath, ...]


@dataclass(frozen=True)
class Dialect:
    name: str
    roots: frozenset[str]
    items: etree.XPath
    marks: re.Pattern[str] | None = None
    """What the beginning of the document must hold, where the root's name says too little."""
    provider: Paths = ()
    fields: dict[str, Paths] = field(default_factory=dict)
    subjects: tuple[dict[str, etree.XPath], ...] = ()
    media: tuple[dict[str, etree.XPath], ...] = ()
    links: tuple[dict[str, etree.XPath], ...] = ()
    profiles: tuple[Profile, ...] = ()

    def profile(self, item: etree._Element) -> Profile | None:
        """What is known of the item's agency."""
        if not self.profiles:
            return None
        provider = " ".join(_strings(self.provider, item))
        return next((profile for profile in self.profiles if profile.provider.search(provider)), None)


@dataclass(frozen=True)
class Profile:
    """What one agency does otherwise than its format says."""

    provider: re.Pattern[str]
    fields: dict[str, Paths]
    """Places that come before the dialect's."""
    clock: str | None = None
    """The zone of the clock that its times show, whatever zone they claim."""


def sniff(document: Document) -> bool:
    return not document.binary and _dialect(document) is not None


def parse(document: Document) -> Parsed:
    dialect = _dialect(document)
    assert dialect is not None
    tree = xml.parse(document)
    xml.strip_namespaces(tree.root)
    found: list[Any] = _list(dialect.items(tree.root))
    if not found:
        raise NoText(f"this {dialect.name} holds no news items", item=document.name)
    if tree.damaged and len(found) == 1:
        raise BrokenFormat("the document is damaged or breaks off; fetch it again", item=document.name)
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, element in enumerate(found):
        try:
            item = _item(element, dialect, document.name, position)
            if tree.damaged and position == len(found) - 1:
                raise BrokenFormat("the document breaks off in this item; fetch it again", item=item.name)
        except DataError as error:
            refused.append((position, error))
        else:
            items.append(item)
    return Parsed(tuple(items), tuple(refused))


def _dialect(document: Document) -> Dialect | None:
    root = document.root
    for dialect in _dialects():
        if (root in dialect.roots or (root and "*" in dialect.roots)) and (
            dialect.marks is None or dialect.marks.search(document.markup)
        ):
            return dialect
    return None


def _item(element: etree._Element, dialect: Dialect, base: str | None, position: int) -> Item:
    profile = dialect.profile(element)
    own = profile.fields if profile else {}
    places = {**dialect.fields, **{name: own[name] + dialect.fields.get(name, ()) for name in own}}
    return wire_item(
        lambda name: _strings(places.get(name, ()), element),
        _body(places.get("body", ()), element),
        subjects=_subjects(dialect, element),
        links=_links(dialect, element, base),
        media=_media(dialect, element, base),
        clock=profile.clock if profile else None,
        base=base,
        position=position,
    )


def _strings(paths: Paths, element: etree._Element) -> Iterator[str]:
    for path in paths:
        for found in _list(path(element)):
            text = found if isinstance(found, str) else xml.text_of(found)
            if text and not text.isspace():
                yield text


def _body(paths: Paths, element: etree._Element) -> tuple[str, BodyType]:
    """The text of the first place that has one; all of that place's elements, for some wires send a text in pieces."""
    for path in paths:
        parts = [_part(found) for found in _list(path(element))]
        parts = [part for part in parts if part[0].strip()]
        if parts:
            is_html = any(kind is BodyType.HTML for _, kind in parts)
            return "\n".join(text for text, _ in parts), BodyType.HTML if is_html else BodyType.TEXT
    return "", BodyType.TEXT


def _part(found: Any) -> tuple[str, BodyType]:
    if isinstance(found, str):
        text = str(found)
    elif any(True for _ in xml.elements(found)):
        return xml.inner_markup(found), BodyType.HTML
    else:
        text = xml.text_of(found)
    return text.strip("\n"), BodyType.HTML if MARKUP.search(text) else BodyType.TEXT


def _subjects(dialect: Dialect, element: etree._Element) -> Iterator[Subject]:
    for found, row in _rows(dialect.subjects, element):
        name, code, scheme = (_first(row, key, found) for key in ("name", "code", "scheme"))
        prefix, colon, rest = (code or "").partition(":")
        if colon and not scheme:  # a qcode of NewsML-G2
            code, scheme = rest, prefix
        if name or code:
            yield Subject(name, code, scheme)


def _media(dialect: Dialect, element: etree._Element, base: str | None) -> Iterator[Media]:
    for found, row in _rows(dialect.media, element):
        url = _first(row, "url", found)
        media = Media(
            web_address(url, base) or url,
            *(_first(row, key, found) for key in ("media_type", "caption", "credit")),
        )
        if media.url or media.caption:
            yield media


def _links(dialect: Dialect, element: etree._Element, base: str | None) -> Iterator[Link]:
    for found, row in _rows(dialect.links, element):
        if url := _first(row, "url", found):
            rel = (_first(row, "rel", found) or "related").rpartition(":")[2]
            yield Link(
                web_address(url, base) or url, rel, _first(row, "media_type", found), _first(row, "title", found)
            )


def _rows(
    rows: tuple[dict[str, etree.XPath], ...], element: etree._Element
) -> Iterator[tuple[etree._Element, dict[str, etree.XPath]]]:
    for row in rows:
        for found in _list(row["path"](element)):
            yield found, row


def _first(row: dict[str, etree.XPath], key: str, element: etree._Element) -> str | None:
    if key not in row:
        return None
    found = _list(row[key](element))
    return next(
        (text for value in found if (text := plain(value if isinstance(value, str) else xml.text_of(value)))), None
    )


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


@cache
def _dialects() -> tuple[Dialect, ...]:
    data = tables("wire_xml.toml")
    return tuple(_read(name, table, data.get("profile", {})) for name, table in data["dialect"].items())


def _read(name: str, table: dict[str, Any], profiles: dict[str, Any]) -> Dialect:
    def rows(key: str) -> tuple[dict[str, etree.XPath], ...]:
        return tuple({part: etree.XPath(path) for part, path in row.items()} for row in table.get(key, ()))

    return Dialect(
        name=table["name"],
        roots=frozenset(table["roots"]),
        items=etree.XPath(table["items"]),
        marks=re.compile(table["marks"], re.I) if "marks" in table else None,
        provider=_paths(table.get("provider", ())),
        fields={key: _paths(paths) for key, paths in table["fields"].items()},
        subjects=rows("subjects"),
        media=rows("media"),
        links=rows("links"),
        profiles=tuple(
            Profile(
                re.compile(profile["provider"], re.I),
                {key: _paths(paths) for key, paths in profile[name].items()},
                profile.get("clock"),
            )
            for profile in profiles.values()
            if name in profile
        ),
    )


def _paths(paths: Iterable[str]) -> Paths:
    return tuple(etree.XPath(path) for path in paths)
