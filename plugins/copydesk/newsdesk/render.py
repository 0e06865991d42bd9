"""An article's text as HTML: clean text with every removal back in its place, repairs and facts marked.

Marks may nest and cross (a quotation that ends inside an attribution), stretch over paragraphs and enclose removals.
So the text is first cut into pieces that lie under the same marks, and the pieces are then written with as few tags
as well-formed HTML allows. What articles bring is escaped, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from copydesk.newsdesk.queries import FactRow, RemovalRow, RepairRow

FACT_GROUPS = {
    "person": ("person",),
    "organisation": ("organisation",),
    "place": ("place", "demonym"),
    "date": ("date", "duration", "set"),
    "number": ("number", "number_range", "ordinal", "age", "percent", "money", "dimension", "temperature"),
    "quote": ("quote",),
    "attribution": ("attribution", "dateline", "credit"),
    "event": ("event",),
}
"""The types of facts that share a colour, by the colour's class in the style sheet, in the legend's order."""

_GROUP_OF = {fact_type: group for group, types in FACT_GROUPS.items() for fact_type in types}
_BLANK_LINE = re.compile(r"\n\s*\n")
_LINE_BREAK = re.compile(r"\n+")


class Mark(NamedTuple):
    anchor: str
    """Its id in the page, unique."""
    tag: str
    classes: str
    title: str
    label: str = ""
    """Shown at its beginning."""

    def open(self, *, first: bool) -> Markup:
        """The start tag; only the first piece of a mark carries its anchor and label."""
        anchor = Markup(' id="{}"').format(self.anchor) if first else ""
        # An element with a direction of its own does not count when the paragraph's is found out.
        label = Markup('<b class="label" dir="ltr">{} </b>').format(self.label) if first and self.label else ""
        return Markup('<{}{} class="{}" title="{}">{}').format(self.tag, anchor, self.classes, self.title, label)

    def close(self) -> Markup:
        return Markup("</{}>").format(self.tag)


class _Span(NamedTuple):
    start: int
    stop: int
    mark: Mark


_Piece = tuple[str, tuple[Mark, ...]]


def fact_group(fact_type: str) -> str:
    """The colour of a type of facts."""
    return _GROUP_OF.get(fact_type, "other")


def web_link(url: str | None) -> str | None:
    """The address if it leads to the web, so that a link to it cannot run a script."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def article_html(
    text: str,
    facts: Sequence[FactRow] = (),
    removals: Sequence[RemovalRow] = (),
    repairs: Sequence[RepairRow] = (),
) -> Markup:
    """The article's paragraphs. The anchors are ``fact-1``, ``removal-1``, ``repair-1`` … in the order given.

    ``text`` and the facts' places are the clean text's, the others' places the item's. A fact whose place is not in
    the text is left out: its row may be wrong, the article is still worth reading.
    """
    spans, gone = _placed(removals, repairs)
    spans += [
        _Span(fact.start, fact.stop, _fact_mark(number, fact))
        for number, fact in enumerate(facts, 1)
        if 0 <= fact.start < fact.stop <= len(text)
    ]
    separator = _BLANK_LINE if _BLANK_LINE.search(text.strip()) else _LINE_BREAK
    return Markup("").join(_paragraphs(_pieces(text, spans, gone), separator))


def _placed(
    removals: Sequence[RemovalRow], repairs: Sequence[RepairRow]
) -> tuple[list[_Span], dict[int, list[tuple[str, Mark]]]]:
    """Where the edits are in the clean text: those that left something there, and what is gone from each place."""
    marked: list[tuple[int, int, str, str, Mark]] = [
        *((r.start, r.stop, r.text, "", _removal_mark(number, r)) for number, r in enumerate(removals, 1)),
        *((r.start, r.stop, r.text, r.replacement, _repair_mark(number, r)) for number, r in enumerate(repairs, 1)),
    ]
    spans: list[_Span] = []
    gone: dict[int, list[tuple[str, Mark]]] = {}
    shift = 0
    for start, stop, original, replacement, mark in sorted(marked, key=lambda edit: edit[:2]):
        at = start + shift
        if replacement:
            spans.append(_Span(at, at + len(replacement), mark))
        else:
            gone.setdefault(at, []).append((original, mark))
        shift += len(replacement) - (stop - start)
    return spans, gone


def _pieces(text: str, spans: Iterable[_Span], gone: dict[int, list[tuple[str, Mark]]]) -> Iterator[_Piece]:
    """The text in pieces, each with the marks it lies under, the outermost first."""
    waiting = sorted(spans, key=lambda span: (span.start, -span.stop), reverse=True)
    cuts = {0, len(text), *gone, *(place for span in waiting for place in span[:2])}
    active: list[_Span] = []
    for begin, end in pairwise([*sorted(cuts), len(text)]):
        active = [span for span in active if span.stop > begin]
        for original, mark in gone.get(begin, ()):
            yield original, (*(span.mark for span in active), mark)
        while waiting and waiting[-1].start == begin:
            active.append(waiting.pop())
        yield text[begin:end], tuple(span.mark for span in active)


def _paragraphs(pieces: Iterable[_Piece], separator: re.Pattern[str]) -> Iterator[Markup]:
    inside = False
    opened: list[Mark] = []
    seen: set[Mark] = set()
    for words, marks in pieces:
        for number, line in enumerate(separator.split(words)):
            if number and inside:
                yield from _closing(opened, 0)
                yield Markup("</p>\n")
                inside = False
            if not line or not (inside or line.strip()):
                continue
            if not inside:
                yield Markup('<p dir="auto">')
                inside = True
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(opened, marks, strict=False)))
            yield from _closing(opened, shared)
            for mark in marks[shared:]:
                yield mark.open(first=mark not in seen)
                seen.add(mark)
                opened.append(mark)
            yield escape(line)
    if inside:
        yield from _closing(opened, 0)
        yield Markup("</p>\n")


def _closing(opened: list[Mark], keep: int) -> Iterator[Markup]:
    while len(opened) > keep:
        yield opened.pop().close()


def _fact_mark(number: int, fact: FactRow) -> Mark:
    title = " · ".join(filter(None, (fact.type.replace("_", " "), fact.value, fact.detail, fact.rule)))
    return Mark(f"fact-{number}", "mark", f"fact {fact_group(fact.type)}", f"{title} · {fact.confidence:.0%}")


def _removal_mark(number: int, removal: RemovalRow) -> Mark:
    kind = removal.kind.replace("_", " ")
    title = f"removed: {kind} · {removal.rule} · {removal.confidence:.0%}"
    return Mark(f"removal-{number}", "del", "removal", title, kind)


def _repair_mark(number: int, repair: RepairRow) -> Mark:
    if repair.replacement:
        return Mark(f"repair-{number}", "ins", "repair", f"mended, was “{repair.text}” · {repair.rule}")
    return Mark(f"repair-{number}", "del", "repair", f"mended, left out · {repair.rule}")
