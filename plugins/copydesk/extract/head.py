"""What a page says of its article outside the article's text: JSON-LD, meta tags, microdata, headings, times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import SplitResult, urlsplit

import tomli

from copydesk.extract.dom import Node, Tree
from copydesk.formats import jsonld
from copydesk.model import Item

_SAYING = '[content],title,link[rel~="canonical"],script[type="application/ld+json"],h1,time,[rel~="author"],[itemprop]'
_PROPERTIES = frozenset(("author", "headline", "datepublished", "datemodified"))
_CLOSED = re.compile(r'"isAccessibleForFree"\s*:\s*"?[Ff]alse')
_STATED = re.compile(r'"datePublished"\s*:\s*"([^"]{10,35})"')
_MAX_SAYING = 1000
"""Elements of the body that tell something; a page of comments has thousands of authors."""
_MAX_VALUE = 1000


@dataclass
class Head:
    """A page's words about itself, by their names."""

    tree: Tree
    url: str | None
    meta: dict[str, list[str]] = field(default_factory=dict)
    """Names in lower case, those that the tables know; values in the page's order."""
    title: str = ""
    """Of the window."""
    canonical: str | None = None
    linked_data: Item | None = None
    headings: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    """Of elements with ``rel=author``."""
    properties: dict[str, list[str]] = field(default_factory=dict)
    """Microdata by ``itemprop``."""
    stated: list[str] = field(default_factory=list)
    """Times of publication in JSON-LD that is of no article, such as a ``WebPage``."""
    closed: bool = False
    """Whether its JSON-LD says that it is not free to read."""

    def named(self, of: str) -> list[tuple[str, str]]:
        """The values of the meta tags that mean a field, with their names, the most trusted first."""
        return [(value, name) for name in rules()["meta"][of] for value in self.meta.get(name, ())]

    @cached_property
    def address(self) -> SplitResult:
        """The parts of the page's address; empty where it has none or it is none."""
        try:
            return urlsplit(self.url or "")
        except ValueError:
            return urlsplit("")

    @property
    def host(self) -> str:
        """The name of the site, without "www." and the top-level domain."""
        return site_of(self.address.hostname or "")

    @cached_property
    def language(self) -> str | None:
        root = self.tree.root
        attributes = root.attributes if root is not None else {}
        said = [attributes.get("lang"), attributes.get("xml:lang"), *(value for value, _ in self.named("language"))]
        for value in said:
            tag = (value or "").split(",")[0].strip().replace("_", "-")
            if 2 <= len(tag.split("-")[0]) <= 3 and tag.replace("-", "").isalnum() and tag.isascii():
                return tag
        return None


def read_head(tree: Tree, url: str | None) -> Head:
    head = Head(tree, url)
    scripts: list[str] = []
    told = 0
    for node in tree.select(_SAYING):
        tag = node.tag
        if tag in ("meta", "title", "link", "script"):
            _read_head_element(head, node, tag, scripts)
        elif told < _MAX_SAYING:
            told += _read_body_element(head, node)
    head.linked_data = jsonld.article_of_scripts(scripts, url) if scripts else None
    if scripts and not (head.linked_data and head.linked_data.published):
        head.stated = [match[1] for script in scripts for match in _STATED.finditer(script)]
    return head


def _read_head_element(head: Head, node: Node, tag: str, scripts: list[str]) -> None:
    if tag == "meta":
        attributes = node.attributes
        if attributes.get("itemprop"):
            _read_body_element(head, node)
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        name = (name or attributes.get("http-equiv") or "").lower()
        if name in _told() and (value := _line(attributes.get("content"))):
            head.meta.setdefault(name, []).append(value)
    elif tag == "title":
        head.title = head.title or _line(node.text())
    elif tag == "link":
        head.canonical = head.canonical or node.attributes.get("href")
    else:
        scripts.append(node.text())
        head.closed = head.closed or ("isAccessibleForFree" in scripts[-1] and bool(_CLOSED.search(scripts[-1])))


def _read_body_element(head: Head, node: Node) -> bool:
    """Take what an element says; gives whether it says anything."""
    attributes = node.attributes
    rels = (attributes.get("rel") or "").split()
    names = _PROPERTIES.intersection((attributes.get("itemprop") or "").lower().split())
    if not names and "author" not in rels and node.tag not in ("h1", "time"):
        return False
    said = _line(attributes.get("content") or attributes.get("datetime") or node.text(separator=" "))
    shown = _line(node.text(separator=" ")) if node.tag == "h1" or "author" in rels else ""
    if node.tag == "h1" and shown:
        head.headings.append(shown)
    elif node.tag == "time":
        head.times.append(said)
    if "author" in rels and shown:
        head.authors.append(shown)
    for name in names if said else ():
        head.properties.setdefault(name, []).append(said)
    return True


def site_of(name: str) -> str:
    """A host's name without "www." and the top-level domain; any other name as it is."""
    return name.removeprefix("www.").rpartition(".")[0] if "." in name and " " not in name else name


def _line(value: str | None) -> str:
    return " ".join((value or "")[:_MAX_VALUE].split())


@cache
def _told() -> frozenset[str]:
    """The names of meta tags that tell something of the article."""
    return frozenset(name for names in rules()["meta"].values() for name in names)


@cache
def rules() -> dict[str, Any]:
    """The tables of ``data/head.toml``."""
    return tomli.loads(files("copydesk.extract").joinpath("data/head.toml").read_text("utf-8"))
