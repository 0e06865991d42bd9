"""XML, read without entities from outside, without network, and mended where it is damaged in the usual ways."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from copydesk.errors import BrokenFormat, TooDeep
from copydesk.formats.base import Document

_LIMITS = {"resolve_entities": "internal", "no_network": True, "load_dtd": False, "huge_tree": False}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_OTHER_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["'](?!utf-?8|us-ascii)""", re.I)
_NAMED = re.compile(r"&([a-zA-Z][a-zA-Z0-9]{1,30});|&(?!#?\w{1,31};)")
_UNUSABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BAD_REFERENCE = re.compile(r"&#(?:(\d+)|x([0-9a-fA-F]+));")
_PREDEFINED = {"amp", "lt", "gt", "quot", "apos"}
_NOT_IN_NAMES = re.compile(r"[^\w.-]|^[\d.-]")


@dataclass(frozen=True, slots=True)
class Tree:
    root: etree._Element
    damaged: bool = False
    """It is no XML: what could be read of it was read."""


def parse(document: Document) -> Tree:
    """The document's tree. Raises :class:`BrokenFormat` where not even a part of it can be read.

    What is not XML is first mended as text (encoding, control characters, HTML's entities, bare ampersands); if it is
    still none, what a forgiving reader makes of it is given as ``damaged``.
    """
    content, encoding = document.payload.content, None
    if _OTHER_ENCODING.match(content) and not content.isascii():
        content, encoding = document.text.encode(), "utf-8"  # whatever is declared: it is often wrong
    try:
        return Tree(_read(content, encoding))
    except etree.XMLSyntaxError as error:
        _check_depth(error, document)
    mended = mend(document.text).encode()
    try:
        return Tree(_read(mended))
    except etree.XMLSyntaxError as error:
        _check_depth(error, document)
        reason = str(error)
    try:
        root = etree.fromstring(mended, etree.XMLParser(recover=True, **_LIMITS))  # type: ignore[arg-type]
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise BrokenFormat(f"its XML can't be read: {reason}", item=document.name)
    return Tree(root, damaged=True)


def mend(text: str) -> str:
    """The text with what commonly keeps XML from being read mended."""
    text = _UNUSABLE.sub("", _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n"))
    text = _DOCTYPE.sub("", text[:10_000], count=1) + text[10_000:]  # what it would fetch is not fetched
    text = _BAD_REFERENCE.sub(_reference, text)
    return _NAMED.sub(_entity, text)


def strip_namespaces(root: etree._Element) -> None:
    """Reduce all names to their local part, in place."""
    for element in root.iter(etree.Element):
        name = str(element.tag)
        if "}" in name or ":" in name:
            element.tag = _local(name)
        attributes = [(str(name), str(value)) for name, value in element.items()]
        if any("}" in name or ":" in name for name, _ in attributes):
            element.attrib.clear()
            for name, value in attributes:
                element.set(_local(name), value)


def _local(name: str) -> str:
    """A name without namespace and prefix; damaged documents have names that are none."""
    return _NOT_IN_NAMES.sub("_", re.split("[}:]", name)[-1]) or "_"


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return parent.iterchildren(tag=etree.Element)


def text_of(element: etree._Element) -> str:
    """All text inside."""
    if not len(element):
        return element.text or ""
    return "".join(str(part) for part in element.itertext(with_tail=False))


def inner_markup(element: etree._Element) -> str:
    """What stands between the element's tags, as HTML; names without namespaces."""
    if not len(element):
        return html.escape(element.text or "", quote=False)
    copy = deepcopy(element)
    strip_namespaces(copy)
    etree.cleanup_namespaces(copy)
    serialised = str(etree.tostring(copy, encoding="unicode", method="html", with_tail=False))
    return serialised[serialised.index(">") + 1 : serialised.rindex("<")].strip()


def _read(content: bytes, encoding: str | None = None) -> etree._Element:
    """``encoding`` overrides what the document declares."""
    return etree.fromstring(content, etree.XMLParser(encoding=encoding, **_LIMITS))  # type: ignore[arg-type]


def _check_depth(error: etree.XMLSyntaxError, document: Document) -> None:
    if "depth" in str(error).lower():
        raise TooDeep("its elements are nested too deep; no news is", item=document.name) from error


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if name in _PREDEFINED:
        return match[0]
    character = html5.get(f"{name};") if name else None
    return "".join(f"&#{ord(c)};" for c in character) if character else "&amp;" + match[0][1:]


def _reference(match: re.Match[str]) -> str:
    number = match[1] or match[2]
    code = int(number, 10 if match[1] else 16) if len(number) < 9 else 0x110000
    return match[0] if code < 0x110000 and not _UNUSABLE.match(chr(code)) else ""
