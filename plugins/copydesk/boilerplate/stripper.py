"""strip(): which paragraphs and endings of a text are not news."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copydesk.boilerplate.learned import Learned
from copydesk.boilerplate.phrases import Spelt, spell
from copydesk.boilerplate.scorer import concepts_of, domain_owner, is_sure, score
from copydesk.boilerplate.signatures import Signature
from copydesk.boilerplate.signs import Signs, signs_of
from copydesk.metadata.registry import fold, lookup, scan, scan_translated
from copydesk.model import Doubt, Removal, RemovalKind, Stripped

HEAD = 4
TAIL = 8
"""Among how many first and last paragraphs a line counts as the head or tail."""
MAX_SIGNATURE = 900
"""Characters: a longer paragraph is matched by sentences only."""
MAX_ENDING = 6
"""Sentences at the end of a paragraph that are looked at for boilerplate."""
MIN_CONCEPTS = 2
"""Of a sentence that belongs to such an ending."""
MIN_SHARE = 0.6
"""Of a short paragraph's characters must be in known sentences for all of it to go."""
_SENTENCE_END = re.compile(r"[.!?。！？…][)\"”»\]]*(?:\s+|(?<=[。！？]))(?=[^\s\da-z]|\d{4}\b)")
_NOTICE_START = re.compile(r"(?<=\w) ?(?=©)|\s+\|\s+")
"""What parts the notices of a line besides the ends of sentences."""
_VAGUE = {"speech", "matter", "reader"}
"""Concepts that are in news as much as in boilerplate, or more."""
_NAMING = {RemovalKind.CREDIT, RemovalKind.BYLINE, RemovalKind.SIGNOFF}
"""Kinds in which ambiguous acronyms are agencies."""
_OWN = {RemovalKind.DISCLAIMER, RemovalKind.COPYRIGHT, RemovalKind.PROMO, RemovalKind.SIGNOFF, RemovalKind.BYLINE}
"""Kinds in which an outlet names itself; a credit names somebody else."""


@dataclass(slots=True)
class _Paragraph:
    """A line with something on it: its place without the white space around it, and what it has of boilerplate."""

    start: int
    end: int
    text: str
    words: str
    """Spelt (see :mod:`copydesk.boilerplate.phrases`)."""
    signs: Signs
    head: bool = False
    tail: bool = False
    doubt: _Verdict | None = None
    """What it or its end may be, if it stays."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Where in its paragraph the boilerplate begins (0: all of it is) and what it is."""

    start: int
    kind: RemovalKind
    rule: str
    confidence: float
    names_publisher: bool = True


def strip(
    text: str, *, language: str | None = None, source: str | None = None, learned: Learned | None = None
) -> Stripped:
    """Take out what is not news: disclaimers, credits, sign-offs, copyright lines, promotion, bylines, links.

    ``language`` is the text's BCP 47 code; where it is missing the text is asked. ``source`` is the name of the outlet
    or source, which its own disclaimers are likely to name. ``learned`` are the blocks that the source is known to
    repeat at the edges of its articles. A removal is a whole paragraph or the end of one; with it
    goes the line break that would be left standing, so ``text`` is the given text with the removals cut out and
    nothing else changed. When in doubt, text stays, and is among the ``doubts``.
    """
    paragraphs = list(_paragraphs(text, language or _identify(text)))
    verdicts = _verdicts(paragraphs, source, learned)
    removals = tuple(_removals(text, paragraphs, verdicts, source))
    kept, at = [], 0
    for removal in removals:
        kept.append(text[at : removal.start])
        at = removal.end
    stay = (paragraph for paragraph, verdict in zip(paragraphs, verdicts, strict=True) if verdict is None)
    return Stripped("".join([*kept, text[at:]]), removals, tuple(_doubts(text, stay)))


def _identify(text: str) -> str | None:
    from copydesk.metadata.language import identify_language

    return identify_language(text)


def _paragraphs(text: str, language: str | None) -> Iterator[_Paragraph]:
    spelt = Spelt.of(text)
    at = 0
    # Folding keeps line breaks, so the lines of the text and of what it has are the same.
    for line, words, signs in zip(text.split("\n"), spelt.words, signs_of(spelt, language), strict=True):
        if core := line.strip():
            start = at + line.index(core)
            yield _Paragraph(start, start + len(core), core, words, signs)
        at += len(line) + 1


def _verdicts(paragraphs: list[_Paragraph], source: str | None, learned: Learned | None) -> list[_Verdict | None]:
    """A verdict for each paragraph. Head and tail are counted without what goes: a second strip finds no more."""
    verdicts: list[_Verdict | None] = []
    kept = 0
    for paragraph in reversed(paragraphs):
        paragraph.tail = kept < TAIL
        verdicts.append(_judge(paragraph, source) or _recurring(paragraph, learned))
        kept += not verdicts[-1]
    verdicts.reverse()
    kept = 0
    for index, paragraph in enumerate(paragraphs):
        if kept >= HEAD:
            break
        paragraph.head = True
        verdicts[index] = verdicts[index] or _judge(paragraph, source) or _recurring(paragraph, learned)
        kept += not verdicts[index]
    return verdicts


def _judge(paragraph: _Paragraph, source: str | None) -> _Verdict | None:
    """Whether a paragraph, or its end, is boilerplate."""
    rows = [row for row in paragraph.signs.rows if _placed(row, paragraph)]
    if not rows and len(paragraph.signs.concepts) < MIN_CONCEPTS:
        return None
    if len(paragraph.text) <= MAX_SIGNATURE:
        whole = _signature(paragraph.text, rows) or _scored_whole(paragraph, source)
        if whole:
            return whole
    if not paragraph.tail and not rows:
        return None
    return _sentences(paragraph, rows, source)


def _recurring(paragraph: _Paragraph, learned: Learned | None) -> _Verdict | None:
    """The verdict on a line at an edge that its source is known to repeat there."""
    block = learned.find(paragraph.text) if learned and (paragraph.head or paragraph.tail) else None
    return _Verdict(0, block.kind, block.rule, block.confidence) if block else None


def _placed(row: Signature, paragraph: _Paragraph) -> bool:
    if row.where == "any":
        return True
    return paragraph.head if row.where == "head" else paragraph.tail


def _signature(text: str, rows: Iterable[Signature], start: int = 0, end: int | None = None) -> _Verdict | None:
    """The surest signature that is the whole of a text or of a sentence in it, or that begins in it and ends it."""
    best: _Verdict | None = None
    for row in rows:
        marked = row.marked(text)
        if row.where == "inline-tail":
            match = row.regex.search(marked, max(0, len(text) - MAX_SIGNATURE))
        else:
            match = row.regex.fullmatch(marked[start:end].strip(" |"))
        if match and (best is None or (-match.start(), row.confidence) > (-best.start, best.confidence)):
            best = _Verdict(match.start(), row.kind, row.id, row.confidence, row.names_publisher)
    return best


def _scored(paragraph: _Paragraph, start: int, source: str | None) -> _Verdict | None:
    """The scorer's verdict on a paragraph from one of its sentences on."""
    text, words, concepts = paragraph.text, paragraph.words, paragraph.signs.concepts
    if start:
        text = text[start:]
        words = spell(fold(text))
        concepts = concepts_of(words, paragraph.signs.stems)
    found = score(text, words, concepts, tail=paragraph.tail, source=source)
    if found is None:
        return None
    verdict = _Verdict(start, found.kind, f"scorer.{found.kind}", found.probability)
    if is_sure(found):
        return verdict
    if paragraph.doubt is None or paragraph.doubt.confidence < verdict.confidence:
        paragraph.doubt = verdict
    return None


def _scored_whole(paragraph: _Paragraph, source: str | None) -> _Verdict | None:
    """The scorer's verdict on a paragraph, less the sentences at its beginning that are about nothing of the kind."""
    verdict = _scored(paragraph, 0, source)
    if verdict is None:
        return None
    starts = [0, *_boundaries(paragraph.text)]
    for start, end in zip(starts, [*starts[1:], len(paragraph.text)], strict=True):
        if _topics(paragraph, start, end):
            return (_scored(paragraph, start, source) or verdict) if start else verdict
    return verdict


def _sentences(paragraph: _Paragraph, rows: list[Signature], source: str | None) -> _Verdict | None:
    """Boilerplate by sentences: the run of known ones that ends the paragraph, or all of one that is mostly so."""
    if not rows and len(paragraph.signs.concepts.keys() - _VAGUE) <= MIN_CONCEPTS:
        return None
    starts = [0, *_boundaries(paragraph.text)]
    ends = [*starts[1:], len(paragraph.text)]
    if len(starts) == 1:
        return None
    whole_rows = [row for row in rows if row.where != "inline-tail"]
    known: list[_Verdict | None] = [
        _signature(paragraph.text, whole_rows, a, b) for a, b in zip(starts, ends, strict=True)
    ]
    matched = [verdict for verdict in known if verdict]
    if matched and len(paragraph.text) <= MAX_SIGNATURE and (paragraph.tail or paragraph.head):
        covered = sum(b - a for a, b, verdict in zip(starts, ends, known, strict=True) if verdict)
        if covered >= MIN_SHARE * len(paragraph.text):
            return _whole(matched)
    if not paragraph.tail:
        return None
    run = len(starts)
    while run and known[run - 1]:
        run -= 1
    by_score = _scored_ending(paragraph, starts, source)
    if run == len(starts):
        return by_score
    first = known[run]
    assert first
    ending = _Verdict(starts[run], first.kind, first.rule, first.confidence, first.names_publisher)
    return by_score if by_score and by_score.start < ending.start else ending


def _boundaries(text: str) -> list[int]:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if "©" in text or " | " in text:
        ends = sorted({*ends, *(match.end() for match in _NOTICE_START.finditer(text))})
    return ends


def _whole(matched: list[_Verdict]) -> _Verdict:
    surest = max(matched, key=lambda verdict: verdict.confidence)
    return _Verdict(0, surest.kind, surest.rule, surest.confidence, surest.names_publisher)


def _scored_ending(paragraph: _Paragraph, starts: list[int], source: str | None) -> _Verdict | None:
    """The longest run of sentences at the paragraph's end, each about some concept, that the scorer takes."""
    best: _Verdict | None = None
    end = len(paragraph.text)
    for start in reversed(starts[-MAX_ENDING:]):
        if len(_topics(paragraph, start, end)) < MIN_CONCEPTS:
            break
        found = _scored(paragraph, start, source) if start else None
        best, end = found or best, start
    return best


def _topics(paragraph: _Paragraph, start: int, end: int) -> set[str]:
    """The concepts of a sentence that tell boilerplate from news."""
    return concepts_of(spell(fold(paragraph.text[start:end])), paragraph.signs.stems).keys() - _VAGUE


def _removals(
    text: str, paragraphs: list[_Paragraph], verdicts: list[_Verdict | None], source: str | None
) -> Iterator[Removal]:
    """Verdicts as spans of the text, each with the white space that would be left standing alone."""
    kept_until = -1
    for index, (paragraph, verdict) in enumerate(zip(paragraphs, verdicts, strict=True)):
        last = index == len(paragraphs) - 1
        if verdict is None:
            kept_until = paragraph.end
            continue
        end = len(text) if last else paragraph.end
        if verdict.start:
            start = paragraph.start + len(paragraph.text[: verdict.start].rstrip())
        elif kept_until < 0:
            # Nothing before it stays: it takes the line break after it instead.
            start = 0 if index == 0 else paragraph.start
            end = len(text) if last else paragraphs[index + 1].start
        else:
            start = kept_until
        kept_until = end if kept_until >= 0 or verdict.start else kept_until
        span = text[start:end]
        outlet, agency = _named(paragraph.text[verdict.start :], verdict, source)
        yield Removal(start, end, span, verdict.kind, verdict.rule, verdict.confidence, outlet, agency)


def _doubts(text: str, paragraphs: Iterable[_Paragraph]) -> Iterator[Doubt]:
    for paragraph in paragraphs:
        if doubt := paragraph.doubt:
            start, end = paragraph.start + doubt.start, paragraph.end
            yield Doubt(start, end, text[start:end], doubt.kind, doubt.rule, doubt.confidence)


def _named(span: str, verdict: _Verdict, source: str | None) -> tuple[str | None, str | None]:
    """The outlet that the span names as its own and the agency it credits, by their names in the registry."""
    if not verdict.names_publisher:
        return None, None
    found = [hit[2] for hit in scan(span, short=verdict.kind in _NAMING)]
    agency = next((organisation.name for organisation in found if organisation.kind == "agency"), None)
    if verdict.kind not in _OWN:
        return None, agency
    owner = domain_owner(span)
    if owner:
        found.append(owner)
    if verdict.kind is RemovalKind.DISCLAIMER:
        found += [hit[2] for hit in scan_translated(span)]
    outlet = next((organisation.name for organisation in found if organisation.kind == "outlet"), None)
    if outlet is None and source and fold(source) in fold(span):
        known = lookup(source)
        outlet = known.name if known else source
    return outlet, agency
