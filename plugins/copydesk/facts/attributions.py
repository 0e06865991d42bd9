"""Attributions: whose information something is, and by whose hands it came.

What one sentence says of its sources is one chain, from who told the reader to where it comes from: "CNN said, citing
Ukrainian intelligence" is CNN, then Ukrainian intelligence; "the army said, according to Tass" is TASS, then the army.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from copydesk.facts.language import Language, any_of, shared_table
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue, Source

_REACH = 160
"""Characters before a name in which its verb is sought."""


def find_attributions(scan: Scan, names: Sequence[Fact]) -> list[Fact]:
    """Attributions: "Reuters reported", "according to the police", "western officials estimate"."""
    text, hits = scan.text, scan.hits
    found: list[Fact] = []
    expressions = _expressions(scan.language)
    bodies = [name for name in names if name.type in (FactType.ORGANISATION, FactType.PERSON)]
    bodies.sort(key=lambda body: body.start)
    starts = [body.start for body in bodies]
    for start, end in scan.sentences:
        if not any(hits.between(kind, start, end) for kind in ("says", "cites", "reports")):
            continue
        near = bodies[bisect_left(starts, start) : bisect_left(starts, end)]
        here = [name for name in near if name.end <= end]
        taken: list[tuple[int, int]] = []
        told: list[Fact] = []
        for fact in (
            *_by_phrase(text, start, end, expressions, here),
            *_by_verb(text, start, end, expressions, here),
            *_by_postposition(text, start, end, expressions, here),
            *_by_report(text, start, end, expressions, here),
        ):
            if all(fact.end <= first or fact.start >= last for first, last in taken):
                taken.append((fact.start, fact.end))
                told.append(fact)
        _chain(told, text, _breaks(scan.language))
        found += told
    return found


def _chain(facts: Sequence[Fact], text: str, breaks: re.Pattern[str]) -> None:
    """Give each attribution of a sentence the chain that it is a link of, in its own clause."""
    ordered = sorted(facts, key=lambda fact: fact.start)

    def beside(one: Fact, other: Fact) -> bool:
        first, last = sorted((one, other), key=lambda fact: fact.start)
        return not breaks.search(text, first.end, last.start)

    for index, fact in enumerate(ordered):
        near = ordered[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1]
        others = [other for other in near if other is not fact and other.rule != fact.rule and beside(fact, other)]
        links = [fact]
        if fact.rule == _CITING:
            links = [other for other in others if other.start < fact.start][-1:] + links
        elif fact.rule == _PHRASE and (verbs := [other for other in others if other.rule == _VERB]):
            links.append(min(verbs, key=lambda verb: abs(verb.start - fact.start)))
        if len(links) > 1 or "chain" not in fact.value:
            chain = [_link(link) for link in links]
            for link in links:
                link.value["chain"] = chain


_NEIGHBOURS = 3
"""Attributions of a sentence, before and behind one, that it may be in a chain with."""


@cache
def _breaks(language: Language) -> re.Pattern[str]:
    """What begins another clause: a semicolon, or a comma with a conjunction."""
    words = any_of([*language.words("quantities", "joiner"), *language.words("quotes", "joins")])
    return re.compile(rf";|,\s(?:{words})\s", re.I)


def _link(fact: Fact) -> Source:
    link = Source(source=fact.value["source"])
    if "agency" in fact.value:
        link["agency"] = fact.value["agency"]
    return link


_VERB, _PHRASE, _CITING, _REPORT = (f"attribution.{kind}" for kind in ("verb", "phrase", "citing", "report"))


_Expressions = dict[str, Any]
"""By name regular expressions, or ``None`` where the language has no words for one."""


@cache
def _expressions(language: Language) -> _Expressions:
    verb = any_of(language.words("attributions", "verbs"))
    between = any_of(language.words("attributions", "between"))
    source = any_of(language.words("attributions", "sources"))
    article = any_of(language.words("attributions", "articles"))
    word = r"[^\W\d_][\w’'-]{0,60}"
    common = shared_table("common")
    return {
        "citing": re.compile(any_of(common["citing"]), re.I),
        # "unter Berufung auf die Polizei berichtete": the verb is no part of whom it cites.
        "cut": re.compile(rf"\s(?:{verb})(?!\w)", re.I),
        "postposition": re.compile(
            rf"(?:(?:{article})\s)?(?P<source>[^,.;:!?()\n、。，؛，：“”«»\"「」]{{2,60}}?)"
            rf"\s?(?P<cue>{any_of(language.words('attributions', 'phrases_after'))})",
            re.I,
        )
        if language.words("attributions", "phrases_after")
        else None,
        "report": re.compile(
            rf"(?:^|(?<=,\s))(?:[^\W\d_]+\s){{0,2}}(?:(?:{article})\s)?"
            rf"(?P<source>(?:{any_of(common['reports'])})\s(?:{any_of(common['report_of'])})\s)",
            re.I,
        ),
        "phrase": re.compile(
            rf"{_not_after(language)}(?<!\w)(?P<cue>{any_of(language.words('attributions', 'phrases'))})(?!\w)", re.I
        ),
        "after": re.compile(rf"[’'\w]*,?\s+(?:(?:{between})\s+){{0,2}}(?P<cue>{verb})(?!\w)", re.I),
        "before": re.compile(rf"(?<!\w)(?P<cue>{verb})\s+(?:(?:{article})\s+)?(?:{word}\s+){{0,6}}$", re.I),
        "noun": re.compile(
            rf"(?<!\w)(?:(?:{article})\s+)?(?P<source>(?:{word}\s+)?(?:{source})(?:\s+{word})?)\s+(?:(?:{between})\s+)?(?P<cue>{verb})(?!\w)",
            re.I,
        ),
        "object": re.compile(rf"\s*(?:(?:{article})(?:\s+|(?<=[’'])))?(?P<source>[^,.;:!?()\n“”«»\"]{{2,80}})", re.I),
    }


def _not_after(language: Language) -> str:
    """Look-behinds, one a word: "segundo" is "according to" or, after an article, "second"."""
    words = language.words("attributions", "not_after")
    return "".join(rf"(?<!\b{re.escape(word)}\s)" for word in words)


def _by_phrase(text: str, start: int, end: int, expressions: _Expressions, bodies: Sequence[Fact]) -> Iterator[Fact]:
    for cue in expressions["phrase"].finditer(text, start, end):
        source = expressions["object"].match(text, cue.end(), end)
        if not source:
            continue
        first, last = source.span("source")
        surface = expressions["cut"].split(text[first:last], maxsplit=1)[0].rstrip()
        last = first + len(surface)
        if not surface:
            continue
        inside = next((body for body in bodies if first <= body.start and body.end <= last), None)
        rule = _CITING if expressions["citing"].fullmatch(cue["cue"]) else _PHRASE
        at = cue.start(), last
        yield _attribution(text, at, surface, cue["cue"], inside, (start, end), rule, 0.85)


def _by_verb(text: str, start: int, end: int, expressions: _Expressions, bodies: Sequence[Fact]) -> Iterator[Fact]:
    for body in bodies:
        if "agency" not in body.value and body.type is not FactType.ORGANISATION:
            continue
        if cue := expressions["after"].match(text, body.end, end):
            yield _attribution(text, (body.start, cue.end()), body.text, cue["cue"], body, (start, end), _VERB, 0.9)
        elif cue := expressions["before"].search(text[(low := max(start, body.start - _REACH)) : body.start]):
            first = low + cue.start()
            yield _attribution(text, (first, body.end), body.text, cue["cue"], body, (start, end), _VERB, 0.85)
    for noun in expressions["noun"].finditer(text, start, end):
        yield _attribution(text, noun.span(), noun["source"], noun["cue"], None, (start, end), _VERB, 0.75)


def _by_postposition(
    text: str, start: int, end: int, expressions: _Expressions, bodies: Sequence[Fact]
) -> Iterator[Fact]:
    """Of languages that say "the police according to"."""
    if not expressions["postposition"]:
        return
    for found in expressions["postposition"].finditer(text, start, end):
        span = found.start("source"), found.end()
        inside = next((body for body in bodies if span[0] <= body.start and body.end <= found.start("cue")), None)
        yield _attribution(text, span, found["source"], found["cue"], inside, (start, end), _PHRASE, 0.8)


def _by_report(text: str, start: int, end: int, expressions: _Expressions, bodies: Sequence[Fact]) -> Iterator[Fact]:
    """A report by somebody that begins a clause: its verb may be any, and in a translation is often the wrong one."""
    for report in expressions["report"].finditer(text, start, end):
        first = report.start("source")
        author = next((body for body in bodies if report.end() <= body.start < report.end() + _FAR), None)
        if author and not _STOP.search(text, report.end(), author.start):
            surface = text[first : author.end]
            yield _attribution(text, (first, author.end), surface, "", author, (start, end), _REPORT, 0.5)


_FAR = 60
"""Characters from "report of" to the name of whose it is."""
_STOP = re.compile(r"[,.;:!?()\n]")


def _attribution(
    text: str,
    span: tuple[int, int],
    source: str,
    cue: str,
    body: Fact | None,
    covers: tuple[int, int],
    rule: str,
    sure: float,
) -> Fact:
    value = FactValue(source=source, covers_start=covers[0], covers_end=covers[1])
    if cue:
        value["cue"] = cue
    if body and "agency" in body.value:
        value["agency"] = body.value["agency"]
    return Fact(FactType.ATTRIBUTION, *span, text[slice(*span)], value, rule, sure)
