"""Names of which translation took a syllable for a word: "Choe Last Hui", "Hui, son of Choe" for Choe Son Hui.

``data/persons.toml`` has the syllables with the words they become, and the family names before them. What is found is a
guess: where the text does not have the name in one of its own forms too, "Hui, son of Choe" is what it says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from copydesk.facts.language import any_of, shared_table
from copydesk.model import Fact, FactType, FactValue

_SURE = 0.3


def find_mangled(text: str) -> Iterator[Fact]:
    """Persons whose name is restored, with little confidence; only where the text has it in two forms."""
    inside, apposed, whole, family = _expressions()
    if not family.search(text):
        return
    matches = [(match, _restored(match)) for known in (inside, apposed) for match in known.finditer(text)]
    forms: dict[str, set[str]] = defaultdict(set)
    for match, name in matches:
        if name:
            forms[name].add(match[0])
    for match in whole.finditer(text):
        forms[match[0]].add(match[0])
    for match, name in matches:
        if name and len(forms[name]) > 1:
            yield Fact(FactType.PERSON, *match.span(), match[0], FactValue(name=name), "person.mangled", _SURE)


def _restored(match: re.Match[str]) -> str | None:
    syllable = _syllables().get(match["word"].casefold())
    # "Park Son Hui" has its own syllable.
    return f"{match['family']} {syllable} {match['given']}" if syllable and match["word"] != syllable else None


@cache
def _syllables() -> dict[str, str]:
    return {
        word.casefold(): syllable for syllable, words in shared_table("persons")["syllables"].items() for word in words
    }


@cache
def _expressions() -> tuple[re.Pattern[str], ...]:
    table = shared_table("persons")
    words = any_of({form for word in _syllables() for form in (word, word.capitalize())})
    family, given = rf"(?P<family>{any_of(table['korean']['family'])})", r"(?P<given>[A-Z][a-z]{1,5})"
    return (
        re.compile(rf"\b{family} (?P<word>{words}) {given}\b"),
        re.compile(rf"\b{given}, (?P<word>{words}) (?:{any_of(table['korean']['of'])}) {family}\b"),
        re.compile(rf"\b(?:{any_of(table['korean']['family'])}) (?:{any_of(table['syllables'])}) [A-Z][a-z]{{1,5}}\b"),
        re.compile(family),
    )
