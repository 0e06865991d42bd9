"""Attributions: whose information something is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from copydesk.facts.language import Language, any_of
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_REACH = 160
"""Characters before a name in which its verb is sought."""


def find_attributions(scan: Scan, names: Sequence[Fact]) -> list[Fact]:
    """Attributions: "Reuters reported", "according to the police", "western officials estimate"."""
    text, hits = scan.text, scan.hits
    found: list[Fact] = []
    expressions = _expressions(scan.language)
    bodies = [name for name in names if name.type in (FactType.ORGANISATION, FactType.PERSON)]
    for start, end in scan.sentences:
        if not (hits.between("says", start, end) or hits.between("cites", start, end)):
            continue
        here = [name for name in bodies if start <= name.start and name.end <= end]
        taken: list[tuple[int, int]] = []
        for fact in (*_by_phrase(text, start, end, expressions, here), *_by_verb(text, start, end, expressions, here)):
            if all(fact.end <= first or fact.start >= last for first, last in taken):
                taken.append((fact.start, fact.end))
                found.append(fact)
    return found


@cache
def _expressions(language: Language) -> dict[str, re.Pattern[str]]:
    verb = any_of(language.words("attributions", "verbs"))
    between = any_of(language.words("attributions", "between"))
    source = any_of(language.words("attributions", "sources"))
    article = any_of(language.words("attributions", "articles"))
    word = r"[^\W\d_][\w’'-]{0,60}"
    return {
        "phrase": re.compile(
            rf"{_not_after(language)}(?<!\w)(?P<cue>{any_of(language.words('attributions', 'phrases'))})(?!\w)", re.I
        ),
        "after": re.compile(rf"[’'\w]*,?\s+(?:(?:{between})\s+){{0,2}}(?P<cue>{verb})(?!\w)", re.I),
        "before": re.compile(rf"(?<!\w)(?P<cue>{verb})\s+(?:(?:{article})\s+)?(?:{word}\s+){{0,6}}$", re.I),
        "noun": re.compile(
            rf"(?<!\w)(?:(?:{article})\s+)?(?P<source>(?:{word}\s+)?(?:{source})(?:\s+{word})?)\s+(?:(?:{between})\s+)?(?P<cue>{verb})(?!\w)",
            re.I,
        ),
        "object": re.compile(rf"\s*(?:(?:{article})\s*)?(?P<source>[^,.;:!?()\n“”«»\"]{{2,80}})", re.I),
    }


def _not_after(language: Language) -> str:
    """Look-behinds, one a word: "segundo" is "according to" or, after an article, "second"."""
    words = language.words("attributions", "not_after")
    return "".join(rf"(?<!\b{re.escape(word)}\s)" for word in words)


def _by_phrase(
    text: str, start: int, end: int, expressions: dict[str, re.Pattern[str]], bodies: Sequence[Fact]
) -> Iterator[Fact]:
    for cue in expressions["phrase"].finditer(text, start, end):
        source = expressions["object"].match(text, cue.end(), end)
        if not source:
            continue
        first, last = source.span("source")
        surface = text[first:last].rstrip()
        inside = next((body for body in bodies if first <= body.start and body.end <= last), None)
        yield _attribution(text, cue.start(), first + len(surface), surface, cue["cue"], inside, (start, end), 0.85)


def _by_verb(
    text: str, start: int, end: int, expressions: dict[str, re.Pattern[str]], bodies: Sequence[Fact]
) -> Iterator[Fact]:
    for body in bodies:
        if "agency" not in body.value and body.type is not FactType.ORGANISATION:
            continue
        if cue := expressions["after"].match(text, body.end, end):
            yield _attribution(text, body.start, cue.end(), body.text, cue["cue"], body, (start, end), 0.9)
        elif cue := expressions["before"].search(text[(low := max(start, body.start - _REACH)) : body.start]):
            first = low + cue.start()
            yield _attribution(text, first, body.end, body.text, cue["cue"], body, (start, end), 0.85)
    for noun in expressions["noun"].finditer(text, start, end):
        yield _attribution(text, noun.start(), noun.end(), noun["source"], noun["cue"], None, (start, end), 0.75)


def _attribution(
    text: str, start: int, end: int, source: str, cue: str, body: Fact | None, covers: tuple[int, int], sure: float
) -> Fact:
    value = FactValue(source=source, cue=cue, covers_start=covers[0], covers_end=covers[1])
    if body and "agency" in body.value:
        value["agency"] = body.value["agency"]
    return Fact(FactType.ATTRIBUTION, start, end, text[start:end], value, "attribution", sure)
