"""A page's text as blocks: what stands between one line break and the next, with what the markup says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from copydesk.extract.dom import TEXT, Node
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
class Element:
    """An element that holds blocks."""

    parent: int
    tag: str
    names: str
    """Its classes and its id."""
    regions: int
    """Bits of :data:`REGIONS` of this element and all around it."""
    odds: float
    """What its names say for content (above 0) or furniture."""
    odds_around: float
    """The worst that an element around it says."""
    first: int
    """Its first block."""
    last: int = 0
    """The block after its last."""


@dataclass(slots=True)
class Block:
    element: int
    text: str
    kind: int
    """Of :data:`KINDS`."""
    links: int
    """Links in it."""
    link_characters: int
    emphasised: int
    """Characters in bold or italics."""
    row: int
    """The table row it is a cell of; -1 for none."""


@dataclass(slots=True)
class Blocks:
    elements: list[Element] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    cut: bool = False
    """Whether the page has more than :data:`MAX_BLOCKS`."""


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
        self.open: list[tuple[Node, str]] = []
        """The elements around, outermost first."""
        self.made: list[int] = []
        """The numbers of the first of them that have been made."""

    def read(self, body: Node) -> None:
        opened, made, blocks = self.open, self.made, self.page.blocks
        opened.append((body, "body"))
        stack: list[tuple[Node | None, str, int, int]] = []
        parts: list[str] = []
        kind, row = _DIV, -1
        links = link_characters = emphasised = in_link = in_emphasis = 0
        node = body.child
        while True:
            if node is None:
                if not stack:
                    break
                node, left, kind_before, row_before = stack.pop()
                if left == "a":
                    in_link -= 1
                elif left in _EMPHASIS:
                    in_emphasis -= 1
                elif left not in INLINE:
                    if parts:
                        self._flush(parts, kind, links, link_characters, emphasised, row)
                        links, link_characters, emphasised = in_link, 0, 0
                    opened.pop()
                    if len(made) > len(opened):
                        self.page.elements[made.pop()].last = len(blocks)
                    kind, row = kind_before, row_before
                continue
            tag = node.tag
            following = node.next
            if tag == TEXT:
                text = node.text_content
                if text and (parts or not text.isspace()):
                    parts.append(text)
                    if in_link:
                        link_characters += len(text)
                    if in_emphasis:
                        emphasised += len(text)
            elif tag in INLINE:
                child = node.child
                if child is not None:
                    if tag == "a":
                        links += 1
                        in_link += 1
                    elif tag in _EMPHASIS:
                        in_emphasis += 1
                    stack.append((following, tag, kind, row))
                    node = child
                    continue
            elif tag == "br":
                if parts and parts[-1] != _BREAK:
                    parts.append(_BREAK)
                elif parts:
                    parts.pop()
                    self._flush(parts, kind, links, link_characters, emphasised, row)
                    links, link_characters, emphasised = in_link, 0, 0
            elif not tag or tag in SILENT or tag[0] in "-_":
                pass
            else:
                if parts:
                    self._flush(parts, kind, links, link_characters, emphasised, row)
                    links, link_characters, emphasised = in_link, 0, 0
                child = node.child
                if len(blocks) >= MAX_BLOCKS:
                    self.page.cut = True
                    break
                if child is not None:
                    stack.append((following, tag, kind, row))
                    opened.append((node, tag))
                    if tag not in _TRANSPARENT:
                        kind = _KIND.get(tag, _DIV)
                        if tag == "tr":
                            row = len(opened) - 1
                        elif tag == "table":
                            row = -1
                    node = child
                    continue
            node = following
        if parts:
            self._flush(parts, kind, links, link_characters, emphasised, row)
        for element in made:
            self.page.elements[element].last = len(blocks)

    def _flush(self, parts: list[str], kind: int, links: int, link_characters: int, emphasised: int, row: int) -> None:
        """Make a block of the text since the last one."""
        raw = "".join(parts)
        parts.clear()
        if _BREAK in raw:
            text = "\n".join(line for part in raw.split(_BREAK) if (line := " ".join(part.split())))
        else:
            text = " ".join(raw.split())
        if not text or (link_characters >= len(text) and self._joins_menu(text, links, link_characters)):
            return
        blocks, made = self.page.blocks, self.made
        while len(made) < len(self.open):
            made.append(self._make(made[-1] if made else -1, *self.open[len(made)]))
        in_row = made[row] if row >= 0 else -1
        blocks.append(Block(made[-1], text, kind, links, link_characters, emphasised, in_row))

    def _joins_menu(self, text: str, links: int, link_characters: int) -> bool:
        """Links one after the other in one list are one block, however many they are."""
        elements, blocks, made, depth = self.page.elements, self.page.blocks, self.made, len(self.open)
        if not blocks or len(text) > _MENU_ENTRY or not 1 < depth <= len(made) + 1:
            return False
        last = blocks[-1]
        if last.link_characters < len(last.text) or elements[last.element].parent != made[depth - 2]:
            return False
        last.text += "\n" + text
        last.links += links
        last.link_characters += link_characters + 1
        return True

    def _make(self, parent: int, node: Node, tag: str) -> int:
        elements = self.page.elements
        regions, odds_around = _REGION.get(tag, 0), 0.0
        names, odds = "", 0.0
        if parent >= 0:
            around = elements[parent]
            regions |= around.regions
            odds_around = around.odds_around
        attributes = node.attributes
        if attributes:
            names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
            if len(names) > 1:
                odds = self.names(names)
            if not _TELLING.isdisjoint(attributes):
                regions |= _said_regions(attributes)
        odds_around = min(odds_around, odds)
        first = len(self.page.blocks)
        elements.append(Element(parent, tag, names, regions, odds, odds_around, first))
        return len(elements) - 1


_DIV = _KIND["div"]
_MENU_ENTRY = 60
"""Characters of a link in a menu; a longer one is a headline at least."""
_EMPHASIS = frozenset(("b", "strong", "i", "em"))
_TRANSPARENT = frozenset(("div", "section", "center", "address", "article"))
"""Inside a list item or a cell these leave it one."""


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
