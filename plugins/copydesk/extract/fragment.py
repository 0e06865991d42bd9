"""HTML fragments, as feeds carry them: all of it is the article's, so only the markup goes."""

from __future__ import annotations

import re

_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLOCKS = frozenset(
    """
    address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav
    ol p pre section table tbody td tfoot th thead tr ul
    """.split()
)
_SILENT = frozenset("script style template noscript iframe svg object head".split())


def fragment_text(html: str) -> str:
    """The fragment's text, a line a block, white space as a browser would show it."""
    from bs4 import BeautifulSoup
    from bs4.element import CData, NavigableString, PageElement, Tag

    lines: list[list[str]] = [[]]
    # An explicit stack: a fragment may be nested deeper than Python recurses.
    stack: list[PageElement | None] = [BeautifulSoup(html, "lxml")]
    while stack:
        node = stack.pop()
        if node is None:
            lines.append([])
        elif isinstance(node, Tag):
            if node.name in _SILENT:
                continue
            if node.name in _BLOCKS:
                lines.append([])
                stack.append(None)
            stack.extend(reversed(node.contents))
        elif type(node) in (NavigableString, CData):
            lines[-1].append(str(node))
    texts = (_SPACE.sub(" ", "".join(parts)).strip() for parts in lines)
    return "\n".join(text for text in texts if text)
