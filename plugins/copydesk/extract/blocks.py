"""A page's text as blocks: what stands between one line break and the next, with what the markup says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from copydesk.extract.dom import NO_ELEMENTS, TEXT, Node, number_of
from copydesk.extract.lexicon import Lexicon

MAX_BLOCKS = 20_000
"""More than a page that a person reads has."""

SILENT = frozenset(
    """
    script style noscript svg template head iframe object embed applet canvas audio video map math select option
    button input textarea datalist progress meter picture source track img link meta title base area nav footer
    aside
    """.split()
)
"""Elements without text of the article: of 100,000 blocks that people annotated as furniture or text in
``nav``, ``footer`` and ``aside``, 30 were text."""
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
KINDS = tuple("p h1 h2 h3 h4 h5 h6 li td dd blockquote pre figcaption div".split())
"""Tags of blocks that differ in what they hold; other tags count as ``div``."""
_KIND = {tag: number for number, tag in enumerate(KINDS)} | {
    "th": KINDS.index("td"),
    "dt": KINDS.index("dd"),
    "caption": KINDS.index("figcaption"),
}
REGIONS = tuple("nav footer header aside form figure table li blockquote article main section hidden".split())
"""What a block can stand in."""
_REGION = {tag: 1 << number for number, tag in enumerate(REGIONS)} | {
    "ul": 1 << REGIONS.index("li"),
    "ol": 1 << REGIONS.index("li"),
    "dl": 1 << REGIONS.index("li"),
    "figcaption": 1 << REGIONS.index("figure"),
    "dialog": 1 << REGIONS.index("hidden"),
}
_HIDDEN = 1 << REGIONS.index("hidden")
_BODY_ROLES = {"main": "main", "article": "article", "navigation": "nav", "contentinfo": "footer", "dialog": "hidden",
               "complementary": "aside", "banner": "header", "search": "form", "form": "form"}  # fmt: skip
_BREAK = "\ue000"
"""Stands for a line break of the author's among the white space of the markup."""
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@dataclass(slots=True)
class Elements:
    """The elements that hold blocks, in columns, each before those in it."""

    parent: list[int] = field(default_factory=list)
    """-1 for the outermost."""
    tag: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Its classes and its id."""
    regions: list[int] = field(default_factory=list)
    """Bits of :data:`REGIONS` of the element and all around it."""
    odds: list[float] = field(default_factory=list)
    """What its names say for content (above 0) or furniture."""
    odds_around: list[float] = field(default_factory=list)
    """The worst that it or an element around it says."""
    first: list[int] = field(default_factory=list)
    """Its first block."""
    last: list[int] = field(default_factory=list)
    """The block after its last."""


@dataclass(slots=True)
class Blocks:
    """A page's blocks in columns, in the order they are read."""

    elements: Elements = field(default_factory=Elements)
    element: list[int] = field(default_factory=list)
    """The innermost around it."""
    text: list[str] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    """Of :data:`KINDS`."""
    links: list[int] = field(default_factory=list)
    """Links in it."""
    link_characters: list[int] = field(default_factory=list)
    emphasised: list[int] = field(default_factory=list)
    """Characters in bold or italics."""
    row: list[int] = field(default_factory=list)
    """The table row it is a cell of; -1 for none."""
    cut: bool = False
    """Whether the page has more than :data:`MAX_BLOCKS`."""

    def __len__(self) -> int:
        return len(self.text)


def read_blocks(body: Node | None, lexicon: Lexicon) -> Blocks:
    """The blocks of a page's body, in the order they are read."""
    reader = _Reader(lexicon)
    if body is not None:
        reader.read(body)
    return reader.page


class _Reader:
    """Walks the tree without recursion, since pages are nested deeper than Python recurses.

    Elements are made when the first block in them is: most of a page's hold none.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.page = Blocks()
        self.names = lexicon.names
        self.open: list[Node] = []
        """The elements around, outermost first."""
        self.made: list[int] = []
        """The numbers of the first of them that have been made."""

    def read(self, body: Node) -> None:
        opened, made, texts, last = self.open, self.made, self.page.text, self.page.elements.last
        opened.append(body)
        roles = _roles()
        stack: list[tuple[Node, int, int, int]] = []
        parts: list[str] = []
        kind, row = _DIV, -1
        links = link_characters = emphasised = in_link = in_emphasis = 0
        node = body.first_child
        while True:
            if node is None:
                if not stack:
                    break
                opener, left, kind_before, row_before = stack.pop()
                node = opener.next
                if left >= 0:
                    if parts:
                        if self._flush(parts, kind, links, link_characters, emphasised, row):
                            break
                        links, link_characters, emphasised = in_link, 0, 0
                    opened.pop()
                    if len(made) > len(opened):
                        last[made.pop()] = len(texts)
                    kind, row = kind_before, row_before
                elif left == _LINK:
                    in_link -= 1
                elif left == _EMPHASIS:
                    in_emphasis -= 1
                continue
            tag = node.tag_id
            if tag == TEXT:
                # Most pieces of text are the white space between two tags, which the parser tells soonest.
                if parts or not node.is_empty_text_node:
                    text = node.text_content
                    if text and (parts or not text.isspace()):
                        parts.append(text)
                        if in_link:
                            link_characters += len(text)
                        if in_emphasis:
                            emphasised += len(text)
                node = node.next
                continue
            role = roles.get(tag, _DIV)
            if role >= 0:
                if parts:
                    if self._flush(parts, kind, links, link_characters, emphasised, row):
                        break
                    links, link_characters, emphasised = in_link, 0, 0
                child = node.first_child
                if child is not None:
                    stack.append((node, role, kind, row))
                    opened.append(node)
                    if role < _TRANSPARENT:
                        kind = role
                    elif role == _ROW:
                        kind, row = _DIV, len(opened) - 1
                    elif role == _TABLE:
                        kind, row = _DIV, -1
                    node = child
                    continue
            elif role >= _EMPHASIS:
                child = node.first_child
                if child is not None:
                    stack.append((node, role, kind, row))
                    if role == _LINK:
                        links += 1
                        in_link += 1
                    elif role == _EMPHASIS:
                        in_emphasis += 1
                    node = child
                    continue
            elif role == _LINE_BREAK:
                if parts and parts[-1] != _BREAK:
                    parts.append(_BREAK)
                elif parts:
                    parts.pop()
                    if self._flush(parts, kind, links, link_characters, emphasised, row):
                        break
                    links, link_characters, emphasised = in_link, 0, 0
            node = node.next
        if parts:
            self._flush(parts, kind, links, link_characters, emphasised, row)
        for element in made:
            last[element] = len(texts)

    def _flush(self, parts: list[str], kind: int, links: int, link_characters: int, emphasised: int, row: int) -> bool:
        """Make a block of the text since the last one; says whether that is one too many."""
        raw = "".join(parts) if len(parts) > 1 else parts[0]
        parts.clear()
        if _BREAK in raw:
            text = "\n".join(line for part in raw.split(_BREAK) if (line := " ".join(part.split())))
        else:
            text = " ".join(raw.split())
        if not text or (link_characters >= len(text) and self._joins_menu(text, links, link_characters)):
            return False
        page, made = self.page, self.made
        while len(made) < len(self.open):
            made.append(self._make(made[-1] if made else -1, self.open[len(made)]))
        page.element.append(made[-1])
        page.text.append(text)
        page.kind.append(kind)
        page.links.append(links)
        page.link_characters.append(link_characters)
        page.emphasised.append(emphasised)
        page.row.append(made[row] if row >= 0 else -1)
        page.cut = len(page.text) > MAX_BLOCKS
        return page.cut

    def _joins_menu(self, text: str, links: int, link_characters: int) -> bool:
        """Links one after the other in one list are one block, however many they are."""
        page, made, depth = self.page, self.made, len(self.open)
        if not page.text or len(text) > _MENU_ENTRY or not 1 < depth <= len(made) + 1:
            return False
        menu = len(page.text[-1])
        if not page.link_characters[-1] >= menu <= _MENU or page.elements.parent[page.element[-1]] != made[depth - 2]:
            return False
        page.text[-1] += "\n" + text
        page.links[-1] += links
        page.link_characters[-1] += link_characters + 1
        return True

    def _make(self, parent: int, node: Node) -> int:
        elements = self.page.elements
        tag = node.tag or ""
        regions, odds_around = _REGION.get(tag, 0), 0.0
        names, odds = "", 0.0
        if parent >= 0:
            regions |= elements.regions[parent]
            odds_around = elements.odds_around[parent]
        attributes = node.attributes
        if attributes:
            names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
            if len(names) > 1:
                odds = self.names(names)
                odds_around = min(odds_around, odds)
            if not _TELLING.isdisjoint(attributes):
                regions |= _said_regions(attributes)
        number = len(elements.parent)
        elements.parent.append(parent)
        elements.tag.append(tag)
        elements.names.append(names)
        elements.regions.append(regions)
        elements.odds.append(odds)
        elements.odds_around.append(odds_around)
        elements.first.append(len(self.page.text))
        elements.last.append(0)
        return number


_DIV = _KIND["div"]
_MENU_ENTRY = 60
"""Characters of a link in a menu; a longer one is a headline at least."""
_MENU = 4000
"""Characters of a menu; what goes on is another, lest a page of links alone be copied over and over."""
_INLINE, _LINK, _EMPHASIS, _LINE_BREAK, _SILENT = range(-1, -6, -1)
"""What an element is to the text that is no block of its own: a part of one, or nothing. Blocks are told by their kind,
or by one of these:"""
_TRANSPARENT, _ROW, _TABLE = range(100, 103)
"""What leaves what is in it to what is around it, a table's row, a table."""


@cache
def _roles() -> dict[int, int]:
    """What elements are to the text, by their tags; those that are not here are ``div``."""
    roles = {
        **_KIND,
        "br": _LINE_BREAK,
        "tr": _ROW,
        "table": _TABLE,
        **dict.fromkeys(("div", "section", "center", "address", "article"), _TRANSPARENT),
        **dict.fromkeys(SILENT, _SILENT),
        **dict.fromkeys(INLINE, _INLINE),
        **dict.fromkeys(("b", "strong", "i", "em"), _EMPHASIS),
        "a": _LINK,
    }
    return {**dict.fromkeys(NO_ELEMENTS, _SILENT), **{number_of(tag): role for tag, role in roles.items()}}


_TELLING = frozenset(("hidden", "aria-hidden", "style", "role", "itemprop"))


def _said_regions(attributes: dict[str, str | None]) -> int:
    """What attributes say of where an element stands."""
    regions = 0
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        regions = _HIDDEN
    style = attributes.get("style")
    if style and _INVISIBLE.search(style):
        regions |= _HIDDEN
    role = attributes.get("role")
    if role in _BODY_ROLES:
        regions |= _REGION[_BODY_ROLES[role]]
    if attributes.get("itemprop") == "articleBody":
        regions |= _REGION["main"]
    return regions
