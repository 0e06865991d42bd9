"""RSS of every age, Atom, RDF and CDF: by lxml where the feed is XML, else by feedparser, which forgives most.

A feed that is no XML is read by both, and the reader that finds more entries is believed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats import loose_feed, xml
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import MARKUP, line, lines, moment, plain, web_address
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Link, Media, Subject
from copydesk.text import clean

NAME = "RSS, Atom"
_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry"})
_XML = "{http://www.w3.org/XML/1998/namespace}"

# Vocabularies by what their address has in it; what none of them owns counts as the feed's own.
_VOCABULARIES = (
    ("atom", re.compile(r"w3\.org/2005/atom|purl\.org/atom/ns", re.I)),
    ("dc", re.compile(r"purl\.org/dc/|purl\.org/rss/1\.0/modules/dcterms", re.I)),
    ("content", re.compile(r"purl\.org/rss/1\.0/modules/content", re.I)),
    ("media", re.compile(r"search\.yahoo\.com/mrss|tools\.search\.yahoo\.com/mrss", re.I)),
    ("itunes", re.compile(r"itunes\.(?:apple\.)?com/dtds?/podcast", re.I)),
    ("prism", re.compile(r"prismstandard\.org", re.I)),
    ("xhtml", re.compile(r"w3\.org/1999/xhtml", re.I)),
    ("feedburner", re.compile(r"feedburner\.(?:com|org)", re.I)),
    (
        "other",
        re.compile(r"georss|creativecommons|slash|wfw|thr/1\.0|syndication|geo/wgs84|wordpress\.org/export", re.I),
    ),
)

# Each field's elements, the best first. A bare name is RSS's own.
_FIELDS = {
    "title": ("atom:title", "title", "dc:title", "media:title", "itunes:title"),
    "identifier": ("atom:id", "guid", "dc:identifier"),
    "link": ("feedburner:origlink", "link"),
    "summary": ("atom:summary", "description", "dc:description", "dc:abstract", "abstract", "itunes:summary"),
    "content": ("content:encoded", "atom:content", "xhtml:body", "xhtml:div", "fullitem", "body", "content"),
    "byline": ("author", "dc:creator", "itunes:author", "dc:contributor", "media:credit"),
    "published": ("pubdate", "atom:published", "atom:issued", "dc:issued", "dc:date", "dc:created", "atom:created",
                  "prism:publicationdate", "published", "date"),
    "updated": ("atom:updated", "atom:modified", "dc:modified", "updated", "lastmod", "lastbuilddate"),
    "copyright": ("atom:rights", "atom:copyright", "dc:rights", "copyright", "media:copyright", "prism:copyright"),
    "language": ("dc:language", "language"),
    "outlet": ("source", "dc:publisher", "dc:source", "prism:publicationname"),
    "keywords": ("category", "dc:subject", "itunes:keywords", "media:keywords", "prism:keyword", "keywords"),
    "dateline": ("dateline",),
    "replies": ("comments",),
}  # fmt: skip
_MIME = re.compile(r"^[\w.+-]+/[\w.+-]+$")
_MAIL = re.compile(r"^\s*(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+\s*(?:\(([^)]*)\))?\s*$")
_NAMED_MAIL = re.compile(r"\s*[(<][^\s@()<>]+@[^\s@()<>]+[)>]\s*$")

Fields = dict[str, list[etree._Element]]


def sniff(document: Document) -> bool:
    return not document.binary and document.root in _ROOTS


def parse(document: Document) -> Parsed:
    try:
        tree = xml.parse(document)
    except BrokenFormat:
        return loose_feed.parse(document)
    strict = _parse(tree.root, document)
    if not tree.damaged and (strict.items or strict.refused):
        return strict
    if not tree.damaged and not _declares_entries(document):
        return strict
    try:
        loose = loose_feed.parse(document)
    except DataError:
        if not strict.items:
            raise
        return strict
    return loose if len(loose.items) + len(loose.refused) >= len(strict.items) else strict


def _declares_entries(document: Document) -> bool:
    return re.search(rb"<(?:\w+:)?(?:item|entry)[\s>]", document.payload.content) is not None


class _Feed(NamedTuple):
    """What the feed says for all its entries."""

    base: str | None
    language: str | None
    copyright: str | None
    title: str | None
    authors: tuple[str, ...]


def _parse(root: etree._Element, document: Document) -> Parsed:
    feed = _feed(root, document.name)
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    for position, entry in enumerate(_entries(root)):
        try:
            items.append(_item(entry, feed, position))
        except DataError as error:
            refused.append((position, error))
    return Parsed(tuple(items), tuple(refused))


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    """The entries wherever they stand: RSS puts them into its channel, RDF beside it, and some elsewhere."""
    if _key(root.tag) in ("entry", "atom:entry"):
        yield root
        return
    for element in root.iter(etree.Element):
        if _key(element.tag) in ("item", "atom:entry", "entry", "atom:item") and not _in_entry(element):
            yield element


def _in_entry(element: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None:
        if _key(parent.tag) in ("item", "atom:entry", "entry", "items"):
            return True
        parent = parent.getparent()
    return False


def _feed(root: etree._Element, name: str | None) -> _Feed:
    channel = next((child for child in xml.elements(root) if _key(child.tag) == "channel"), root)
    fields = _fields(channel)
    home = web_address(_text(fields, "link"), name) or _atom_link(fields, name)
    base = web_address(root.get(f"{_XML}base") or channel.get(f"{_XML}base"), name or home)
    language = _text(fields, "language") or root.get(f"{_XML}lang") or channel.get(f"{_XML}lang")
    title = plain(_text(fields, "title"))
    return _Feed(
        base or web_address(name) or home,
        line(language),
        plain(_text(fields, "copyright")),
        title,
        tuple(author for author in _atom_names(fields) if author != title),
    )


def _item(entry: etree._Element, feed: _Feed, position: int) -> Item:
    fields = _fields(entry)
    base = web_address(entry.get(f"{_XML}base"), feed.base) or feed.base
    title = plain(_text(fields, "title"))
    identifier = line(_text(fields, "identifier") or entry.get(_RDF_ABOUT))
    url = _link(entry, fields, base)
    media = tuple(_media(fields, base))
    body, body_type, summary = _body(fields)
    name = identifier or url or title
    if not (body or title or url or media):
        raise NoText("the entry has neither a title nor a text nor an address", item=name or f"item {position + 1}")
    check_depth(body, name)
    byline = line(plain(_text(fields, "byline")))
    authors = _authors(fields) or feed.authors
    source = fields.get("atom:source")
    outlet = plain(_text(_fields(source[0]), "title")) if source else plain(_text(fields, "outlet"))
    terms, subjects = _subjects(fields)
    return Item(
        body=body,
        body_type=body_type,
        identifier=identifier,
        url=url,
        title=title,
        summary=summary,
        byline=byline,
        authors=authors,
        dateline=plain(_text(fields, "dateline")),
        copyright=plain(_text(fields, "copyright")) or feed.copyright,
        outlet=outlet,
        language=line(entry.get(f"{_XML}lang") or _text(fields, "language")) or feed.language,
        published=_moment(fields, "published"),
        updated=_moment(fields, "updated") or moment(entry.get("LASTMOD")),
        keywords=terms,
        subjects=subjects,
        links=tuple(_links(fields, url, base)),
        media=media,
        position=position,
    )


_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def _fields(element: etree._Element) -> Fields:
    fields: Fields = {}
    for child in element:
        if isinstance(child.tag, str):
            fields.setdefault(_key(child.tag), []).append(child)
    return fields


_keys: dict[str, str] = {}


def _key(tag: object) -> str:
    """An element's name with the short name of its vocabulary: ``dc:creator``."""
    if not isinstance(tag, str):
        return ""
    key = _keys.get(tag)
    if key is None:
        namespace, _, local = tag.rpartition("}")
        vocabulary = next((name for name, known in _VOCABULARIES if namespace and known.search(namespace)), None)
        # A prefix that is declared nowhere means what it usually means.
        key = f"{vocabulary}:{local}".lower() if vocabulary else local.lower().removeprefix("rss:")
        if len(_keys) < 10_000:  # a hostile feed may name anything
            _keys[tag] = key
    return key


def _candidates(fields: Fields, name: str) -> Iterator[etree._Element]:
    for key in _FIELDS[name]:
        yield from fields.get(key, ())


def _text(fields: Fields, name: str) -> str | None:
    """The first of a field's elements that says anything, as it stands there: text or markup."""
    for key in _FIELDS[name]:
        for element in fields.get(key, ()):
            if text := _content(element)[0].strip():
                return text
    return None


def _moment(fields: Fields, name: str) -> datetime | None:
    for element in _candidates(fields, name):
        if found := moment(xml.text_of(element)):
            return found
    return None


def _content(element: etree._Element) -> tuple[str, BodyType]:
    """An element's text, and whether it is markup: by its type (Atom), else by its looks."""
    kind, mode = element.get("type", "").lower(), element.get("mode", "").lower()
    if len(element) and not _only_text(element):
        children = list(xml.elements(element))
        only = children[0] if len(children) == 1 and not (element.text or "").strip() else None
        inner = only if only is not None and _key(only.tag) == "xhtml:div" else element
        return xml.inner_markup(inner), BodyType.HTML
    text = xml.text_of(element)
    if mode == "base64":
        text = _base64(text)
    escaped = _key(element.tag).startswith("atom:") and (kind in ("", "text", "text/plain") and mode != "escaped")
    if kind == "text/plain" or (escaped and not MARKUP.search(text)):
        return text, BodyType.TEXT
    return text, BodyType.HTML if MARKUP.search(text) else BodyType.TEXT


def _only_text(element: etree._Element) -> bool:
    return not any(isinstance(child.tag, str) for child in element)


def _base64(text: str) -> str:
    try:
        return clean(base64.b64decode(text, validate=False).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        return text


def _body(fields: Fields) -> tuple[str, BodyType, str | None]:
    """The longest of content and summary, for feeds put the full text in either; and the summary beside it."""
    contents = [_content(element) for element in _candidates(fields, "content") if not _is_file(element)]
    summaries = [_content(element) for element in _candidates(fields, "summary")]
    for group in fields.get("media:group", ()):
        summaries += [_content(element) for element in xml.elements(group) if _key(element.tag) == "media:description"]
    body, body_type = max((*contents, *summaries), key=lambda part: len(part[0]), default=("", BodyType.TEXT))
    summary = next((plain(text) for text, _ in summaries if text.strip()), None) if contents else None
    return (body, body_type, summary) if body.strip() else ("", BodyType.TEXT, summary)


def _is_file(element: etree._Element) -> bool:
    """Whether the content is not here, or is no text."""
    kind = (element.get("type") or "").lower()
    known = ("text", "html", "xhtml", "text/plain", "text/html", "application/xhtml+xml", "")
    if _MIME.match(kind) and kind not in known and not kind.startswith("text/") and not kind.endswith("xml"):
        return (element.get("mode") or "").lower() != "escaped"
    return bool(element.get("src"))


def _link(entry: etree._Element, fields: Fields, base: str | None) -> str | None:
    for element in _candidates(fields, "link"):
        if found := web_address(xml.text_of(element) or element.get("href"), base):
            return found
    if found := _atom_link(fields, base):
        return found
    for guid in fields.get("guid", ()):
        if guid.get("isPermaLink", "true").lower() == "true" and (found := web_address(guid.text)):
            return found
    for candidate in (entry.get("href"), entry.get("HREF"), entry.get(_RDF_ABOUT)):
        if candidate and (found := web_address(candidate, base)):
            return found
    return None


def _atom_link(fields: Fields, base: str | None) -> str | None:
    found = [
        (link.get("rel", "alternate"), "html" in link.get("type", "html"), address)
        for link in (*fields.get("atom:link", ()), *fields.get("link", ()))
        if (address := web_address(link.get("href"), web_address(link.get(f"{_XML}base"), base) or base))
    ]
    alternates = [(is_page, address) for rel, is_page, address in found if rel == "alternate"]
    return next((address for is_page, address in alternates if is_page), alternates[0][1] if alternates else None)


def _links(fields: Fields, url: str | None, base: str | None) -> Iterator[Link]:
    seen = {url}
    for link in fields.get("atom:link", ()):
        address, rel = web_address(link.get("href"), base), line(link.get("rel")) or "alternate"
        if address and address not in seen and rel != "enclosure":
            seen.add(address)
            yield Link(address, rel, line(link.get("type")), line(link.get("title")))
    for element in _candidates(fields, "replies"):
        if (address := web_address(xml.text_of(element), base)) and address not in seen:
            yield Link(address, "replies")


def _authors(fields: Fields) -> tuple[str, ...]:
    bylines = (
        _person(xml.text_of(element))
        for element in _candidates(fields, "byline")
        if not _key(element.tag).startswith(("atom:", "media:")) and _only_text(element)
    )
    return lines((*_atom_names(fields), *bylines))


def _atom_names(fields: Fields) -> tuple[str, ...]:
    found: list[str | None] = []
    for author in (*fields.get("atom:author", ()), *fields.get("author", ())):
        parts = {_key(child.tag).rpartition(":")[2]: xml.text_of(child) for child in xml.elements(author)}
        if parts:
            found.append(plain(parts.get("name")) or _person(parts.get("email", "")))
        elif _key(author.tag) == "atom:author":
            found.append(_person(xml.text_of(author)))
    return lines(found)


def _person(value: str) -> str | None:
    """A name out of the ways in which feeds write persons: ``name``, ``mail (name)``, ``name <mail>``, ``mail``."""
    text = plain(value)
    if not text:
        return None
    if match := _MAIL.match(text):
        return line(match[1]) or text
    return _NAMED_MAIL.sub("", text) or text


def _subjects(fields: Fields) -> tuple[tuple[str, ...], tuple[Subject, ...]]:
    terms: list[str | None] = []
    subjects: list[Subject] = []
    for element in _candidates(fields, "keywords"):
        key, text = _key(element.tag), plain(xml.text_of(element))
        if key.rpartition(":")[2] == "keywords":
            terms += (text or "").split(",")
            continue
        term = line(element.get("term") or element.get("text"))
        name = line(element.get("label")) or text or term
        terms.append(name)
        if scheme := line(element.get("scheme") or element.get("domain")):
            subjects.append(Subject(name, term or text, scheme))
    for element in fields.get("atom:category", ()):
        term, label = line(element.get("term")), line(element.get("label"))
        name = label or term or plain(xml.text_of(element))
        terms.append(name)
        if scheme := line(element.get("scheme")):
            subjects.append(Subject(name, term, scheme))
    return lines(terms), tuple(dict.fromkeys(subjects))


def _media(fields: Fields, base: str | None) -> Iterator[Media]:
    """Enclosures, Media RSS and pictures, each address once. A group's words are those of its members."""
    seen: set[str] = set()
    groups = [*fields.get("media:group", ())]
    for around in (fields, *map(_fields, groups)):
        for element in (found for key in _FILES for found in around.get(key, ())):
            if element.tag.endswith("}link") and element.get("rel") != "enclosure":
                continue
            url = web_address(element.get("url") or element.get("href"), base)
            if url and url not in seen:
                seen.add(url)
                said = _fields(element) if len(element) else {}
                outer = around if around is not fields else {}
                yield Media(
                    url,
                    line(element.get("type")),
                    _said(said, *_CAPTIONS) or _said(outer, *_CAPTIONS),
                    _said(said, *_CREDITS) or _said(outer, *_CREDITS),
                )


_FILES = ("media:content", "enclosure", "atom:link", "media:thumbnail", "itunes:image")
_CAPTIONS = ("media:description", "media:title")
_CREDITS = ("media:credit", "media:copyright")


def _said(fields: Fields, *keys: str) -> str | None:
    return next(
        (text for key in keys for element in fields.get(key, ()) if (text := plain(xml.text_of(element)))), None
    )
