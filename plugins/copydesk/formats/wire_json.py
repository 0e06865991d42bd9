"""The agencies' JSON: ninjs 1 to 3, AP's content API, dpa's digital wires and others, by one reader.

Each dialect is a table of `data/wire_json.toml`: by which keys it is known, where its items stand, and for each field
the places where it may be, the best first. A place is a path of keys; lists on the way are gone through,
``[key=value]`` keeps the objects that say so, and ``body_*`` is every key that begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from copydesk.errors import DataError, NoText
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import MARKUP, line, web_address
from copydesk.formats.wire import tables, wire_item
from copydesk.model import BodyType, Item, Link, Media, Subject
from copydesk.text import clean

NAME = "ninjs and agencies' own JSON"
_STEP = re.compile(r"([^\[\]]+)(?:\[([^=\]]+)=([^\]]*)\])?$")

Step = tuple[str, str | None, str]
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Dialect:
    name: str
    needs: tuple[tuple[str, ...], ...]
    """An item has one key of each of these."""
    items: tuple[Path, ...]
    fields: dict[str, tuple[Path, ...]]
    subjects: tuple[Path, ...]
    media: tuple[Path, ...]
    links: tuple[Path, ...]

    def found(self, document: Any) -> list[dict[str, Any]]:
        """The document's items in this dialect."""
        for path in self.items:
            found = [node for node in walk(document, path) if isinstance(node, dict)]
            found = [node for node in found if all(any(key in node for key in keys) for keys in self.needs)]
            if found:
                return found
        return []


def sniff(document: Document) -> bool:
    return any(dialect.found(document.json_object) for dialect in _dialects())


def parse(document: Document) -> Parsed:
    return parse_value(document.json, document.name)


def parse_value(value: Any, name: str | None) -> Parsed:
    """The items of a JSON value. Raises :class:`NoText` where it holds none."""
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    dialect, found = next(
        ((dialect, found) for dialect in _dialects() if (found := dialect.found(value))), (_dialects()[0], [])
    )
    if not found:
        raise NoText("this JSON holds no news items", item=name)
    for position, node in enumerate(found):
        try:
            items.append(_item(node, dialect, name, position))
        except DataError as error:
            refused.append((position, error))
    return Parsed(tuple(items), tuple(refused))


def walk(node: Any, path: Path) -> Iterator[Any]:
    """The values at the end of a path; lists are gone through."""
    if isinstance(node, list):
        for part in node[:10_000]:
            yield from walk(part, path)
    elif not path:
        yield node
    elif isinstance(node, dict):
        (key, said, value), rest = path[0], path[1:]
        if key.endswith("*"):
            children = [child for name, child in node.items() if name.startswith(key[:-1])]
        else:
            children = [node[key]] if key in node else []
        for child in children:
            for part in child if isinstance(child, list) else (child,):
                if said is None or (isinstance(part, dict) and str(part.get(said)) == value):
                    yield from walk(part, rest)


def _item(node: dict[str, Any], dialect: Dialect, base: str | None, position: int) -> Item:
    def strings(name: str) -> Iterator[str]:
        for path in dialect.fields.get(name, ()):
            for value in walk(node, path):
                if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                    yield str(value)

    body = clean(next(strings("body"), ""))
    return wire_item(
        strings,
        (body, BodyType.HTML if MARKUP.search(body) else BodyType.TEXT),
        subjects=_subjects(dialect, node),
        links=_links(dialect, node, base),
        media=_media(dialect, node, base),
        base=base,
        position=position,
    )


def _subjects(dialect: Dialect, node: dict[str, Any]) -> Iterator[Subject]:
    for found in _objects(dialect.subjects, node):
        code = _first(found, "code", "qcode", "uri", "literal")
        scheme = _first(found, "scheme")
        prefix, colon, rest = (code or "").partition(":")
        if colon and not scheme and not rest.startswith("//"):
            code, scheme = rest, prefix
        if (name := _first(found, "name", "title")) or code:
            yield Subject(name, code, scheme)


def _media(dialect: Dialect, node: dict[str, Any], base: str | None) -> Iterator[Media]:
    for found in _objects(dialect.media, node):
        caption = _first(found, "description_caption", "description_text", "caption", "headline", "title")
        credit = _first(found, "description_creditline", "creditline", "creditLine", "byline", "by", "credit")
        renditions = found.get("renditions") or [found]
        for rendition in renditions.values() if isinstance(renditions, dict) else renditions:
            if isinstance(rendition, dict) and (
                url := web_address(_first(rendition, "href", "contentUrl", "contenturl", "url"), base)
            ):
                yield Media(
                    url, _first(rendition, "mimetype", "mimeType", "contentType", "contenttype"), caption, credit
                )
                break
        else:
            if caption:
                yield Media(None, None, caption, credit)


def _links(dialect: Dialect, node: dict[str, Any], base: str | None) -> Iterator[Link]:
    for found in _objects(dialect.links, node):
        if url := web_address(_first(found, "href", "url"), base):
            yield Link(url, _first(found, "rel", "role") or "related", None, _first(found, "title", "name"))


def _objects(paths: Iterable[Path], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (found for path in paths for found in walk(node, path) if isinstance(found, dict))


def _first(node: dict[str, Any], *keys: str) -> str | None:
    found = (node.get(key) for key in keys)
    return next((line(value) for value in found if isinstance(value, str | int) and line(value)), None)


@cache
def _dialects() -> tuple[Dialect, ...]:
    return tuple(
        Dialect(
            name=table["name"],
            needs=tuple(tuple(keys) for keys in table["needs"]),
            items=tuple(_path(path) for path in table["items"]),
            fields={field: tuple(_path(path) for path in paths) for field, paths in table["fields"].items()},
            **{key: tuple(_path(path) for path in table.get(key, ())) for key in ("subjects", "media", "links")},
        )
        for table in tables("wire_json.toml")["dialect"].values()
    )


def _path(text: str) -> Path:
    steps = (_STEP.match(step) for step in re.split(r"/(?![^\[]*\])", text) if step)
    return tuple((step[1], step[2], step[3] or "") for step in steps if step)
