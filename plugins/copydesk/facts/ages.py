"""Ages: 52 years old, aged 52, 52-jährige, im Alter von sechs Wochen, 52歳."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.facts.claims import Claims
from copydesk.facts.language import AFTER, BEFORE, Language, any_of, shared_table
from copydesk.facts.numerals import number_pattern, parse_number
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_OLDEST = 130
"""Years that a figure behind "aged" may say; a unit says it of older things."""


def find_ages(scan: Scan) -> Iterator[Fact]:
    """Ages with their unit as ISO 8601 designates it: ``Y``, ``M``, ``W``, ``D``."""
    text, language = scan.text, scan.language
    claims, windows = Claims(), scan.hits.windows("ages")
    for expression in _expressions(language):
        for match in (match for window in windows for match in expression.finditer(text, *window)):
            start, end = match.span("age")
            number, unit = parse_number(match["number"], language), _unit(match, language)
            plain = "unit" not in match.re.groupindex
            if number is None or unit.startswith("T") or (plain and number > _OLDEST) or not claims.claim(start, end):
                continue
            value = FactValue(number=number, unit=unit)
            yield Fact(FactType.AGE, start, end, text[start:end], value, "quantity.age", 0.9)


def _unit(match: re.Match[str], language: Language) -> str:
    return language.units[match["unit"]] if "unit" in match.re.groupindex else "Y"


@cache
def _expressions(language: Language) -> tuple[re.Pattern[str], ...]:
    """With a unit first, so that "aged 6 weeks" is not six years."""
    table = shared_table("common")
    number, unit = rf"(?P<number>{number_pattern(language)})", rf"(?P<unit>{language.units.pattern})"
    before, after = language.edges
    edge = r"(?<![\w.,/-])" if before else r"(?<![\d.,])"
    gap = r"[\s-]*" if not before else r"(?:\s+|-)"
    old, leads = any_of(table["ages"]), any_of(table["age_leads"])
    expressions = [
        rf"{edge}(?P<age>{number}{gap}{unit}{gap}(?:{old})){after}",
        rf"{BEFORE}(?:{leads})\s+(?P<age>{number}{gap}{unit}){after}",
        rf"{BEFORE}(?:{leads})\s+(?P<age>{number}){AFTER}(?![.,]\d)",
        rf"{edge}(?P<age>{number}[\s-]?(?:{any_of(table['age_nouns'])})){after}",
    ]
    if nouns := [re.escape(noun) for noun in language.words("quantities", "age_units")]:
        # "Ana Silva, de 52 anos,": an apposition that is a length of years and nothing else.
        of = any_of(language.words("quantities", "age_of"))
        years = "|".join(nouns)
        expressions.append(rf",\s(?:(?:{of})\s)?(?P<age>{number}\s(?:{years}))(?=[,;.)])")
    return tuple(re.compile(expression, re.I) for expression in expressions)


def outside(facts: list[Fact], others: list[Fact]) -> list[Fact]:
    """The facts that share no character with the others: dates that are no part of an age."""
    taken = Claims((other.start, other.end) for other in others)
    return [fact for fact in facts if taken.free(fact.start, fact.end)]
