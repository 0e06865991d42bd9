"""Ordinals: first, 21st, twenty-first, 3.º, einundzwanzigste, 第三."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.facts.anchors import REACH, Windows
from copydesk.facts.claims import Claims
from copydesk.facts.han import HAN_LANGUAGES, NUMERALS
from copydesk.facts.language import AFTER, Language, WordTable, any_of, meanings
from copydesk.facts.numerals import number_pattern, parse_number
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue


def windows(scan: Scan, *kinds: str, before: int = 24, after: int = REACH) -> Windows:
    """Where figures and number words are; the numbers of Chinese characters have too many to look for."""
    if scan.language.code in HAN_LANGUAGES:
        return [(0, len(scan.text))]
    return scan.hits.windows("digits", "numbers", *kinds, before=before, after=after)


def find_ordinals(scan: Scan, taken: Claims) -> Iterator[Fact]:
    """Ordinals outside of what is ``taken``."""
    text, language = scan.text, scan.language
    around = windows(scan, "ordinals", before=REACH)
    for expression in _expressions(language):
        for match in (match for window in around for match in expression.finditer(text, *window)):
            start, end = match.span()
            number = _number(match, language)
            if number is not None and taken.claim(start, end):
                value = FactValue(number=number)
                yield Fact(FactType.ORDINAL, start, end, text[start:end], value, "quantity.ordinal", 0.8)


def _number(match: re.Match[str], language: Language) -> float | None:
    found = match.groupdict()
    if figure := found.get("figure"):
        return parse_number(figure, language)
    if stem := found.get("stem"):
        number = parse_number(stem, language)
        return number if number and number > 1 else None
    table: WordTable[float] = meanings(language, "ordinals")
    last: float = table[found["word"] or ""]
    below = sum(table[word[0]] for word in re.finditer(table.pattern, found.get("more") or "", re.I))
    lead = found.get("lead")
    if not lead:
        return last + below
    above = parse_number(lead.strip(" -"), language)
    if above and (last >= 1000 or below):
        # "dos milésimo tricentésimo": thousandths are counted.
        return (above * last if last >= 1000 else above + last) + below
    # "two thirds" and "one fifth" are parts; "twenty-first" adds up.
    return above + last if above and above % 10 == 0 and last < above else None


@cache
def _expressions(language: Language) -> tuple[re.Pattern[str], ...]:
    """The longer forms first: what they find is taken from the shorter."""
    before, after = language.edges
    words, quantities = meanings(language, "ordinals"), language.table("quantities")
    found = []
    number = number_pattern(language)
    if leads := quantities.get("ordinal_before"):
        found.append(rf"(?:{any_of(leads)})\s?(?P<figure>{number})")
    if nouns := quantities.get("ordinal_after"):
        # Not anew from each character of a long numeral.
        begins = rf"(?<![{NUMERALS}])" if language.code in HAN_LANGUAGES else ""
        found.append(rf"{begins}(?P<figure>{number})\s?(?:{any_of(nouns)})")
    if endings := quantities.get("ordinal_figure"):
        found.append(rf"(?<![\w.,/:-])(?P<figure>\d{{1,4}})\s?-?(?:{any_of(endings)}){AFTER}")
    if endings := quantities.get("ordinal_ending"):
        spelt = any_of((word for word in language.table("numbers") if len(word) > 2), folded=True)
        found.append(
            rf"{before}(?P<stem>[^\W\d_]{{0,40}}?(?:{spelt}|{any_of(language.table('scales'))}))(?:{any_of(endings)}){after}"
        )
    if words:
        lead = any_of((*language.table("numbers"), *language.table("scales")), folded=True)
        found.append(
            rf"{before}(?P<lead>(?:(?:{lead})[\s-]+(?:(?:and|e|y|et)\s+)?){{1,8}})?(?P<word>{words.pattern})"
            rf"(?P<more>(?:[\s-]+(?:{words.pattern})){{0,6}}){after}"
        )
    return tuple(re.compile(expression, re.I) for expression in found)
