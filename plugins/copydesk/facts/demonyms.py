"""Demonyms: words for peoples and what is theirs, with the country: Russian, Russians, russe, brasileira."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.facts.language import AFTER, BEFORE, Language, by_first_letter, meanings
from copydesk.model import Fact, FactType, FactValue


def find_demonyms(text: str, language: Language) -> Iterator[Fact]:
    """Demonyms of the language's table; what belongs to no one country (European, Kurdish) has none."""
    countries = meanings(language, "demonyms")
    for match in _expression(language).finditer(text):
        # "polish" is what one does to shoes.
        if language.code in _CAPITALISED and match[0][0].islower():
            continue
        value = FactValue(name=match[0])
        if country := countries[match[0]]:
            value["country"] = country
        yield Fact(FactType.DEMONYM, match.start(), match.end(), match[0], value, "demonym", 0.9)


_CAPITALISED = frozenset({"en", "nl"})
"""Languages that write them with a capital."""


@cache
def _expression(language: Language) -> re.Pattern[str]:
    words = by_first_letter(language.table("demonyms"))
    return re.compile(rf"{BEFORE}(?:{words}){AFTER}", re.I)
