"""The HTML parser, and all that the rest of the package knows of it.

lexbor by way of selectolax: HTML5 as browsers parse it, in C, about a millisecond for a page. A page is read by walking
:class:`Node` s; another parser serves as well if it gives the same few attributes.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, SelectolaxError

TEXT = 2
"""The number of a node that is text."""
NO_ELEMENTS = range(6)
"""The numbers of nodes that are no elements: text, comments, a document, its type, and what is of no kind."""


class Node(Protocol):
    """An element, or a piece of text."""

    @property
    def tag(self) -> str | None: ...
    @property
    def tag_id(self) -> int:
        """The number of the tag, see :func:`number_of`; told sooner than its name."""

    @property
    def attributes(self) -> dict[str, str | None]: ...
    @property
    def text_content(self) -> str | None:
        """Of a piece of text: what it says."""

    @property
    def is_empty_text_node(self) -> bool:
        """Whether it is white space and nothing else."""

    @property
    def first_child(self) -> Node | None: ...
    @property
    def next(self) -> Node | None: ...
    def text(self, *, separator: str = "") -> str:
        """Of an element: all text in it."""


@cache
def number_of(tag: str) -> int:
    """The number that the parser has for the tag of an element of HTML."""
    return LexborHTMLParser("").create_node(tag).tag_id


class Tree:
    """A parsed page, as a browser has it before any script has run; NUL characters are left out."""

    def __init__(self, html: str) -> None:
        # Encoded here because bytes are searched for NUL in a tenth of the time that text is.
        markup = html.encode("utf-8", "replace").replace(b"\0", b"")
        # Scripting tells the parser to leave <noscript> alone; events are what it does to a tree that is changed later.
        try:
            self._parser = LexborHTMLParser(markup, scripting=True, options=LexborDocumentOptions.WO_EVENTS)
        except SelectolaxError as error:
            raise MemoryError(error) from error  # nothing else can go wrong: in HTML5 all is allowed

    @property
    def root(self) -> Node | None:
        return cast("Node | None", self._parser.root)

    @property
    def body(self) -> Node | None:
        return cast("Node | None", self._parser.body)

    def select(self, css: str) -> list[Node]:
        """The elements that a selector finds, in document order."""
        return cast("list[Node]", self._parser.css(css))
