"""Demonyms: words for peoples and what is theirs, with the country: Russian, Russians, russe, brasileira."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue


def find_demonyms(scan: Scan) -> Iterator[Fact]:
    """Demonyms of the language's table; what belongs to no one country (European, Kurdish) has none."""
    countries = scan.language.table("demonyms")
    for start, end, word in scan.hits.words("demonyms"):
        surface = scan.text[start:end]
        # "polish" is what one does to shoes.
        if scan.language.code in _CAPITALISED and surface[0].islower():
            continue
        value = FactValue(name=surface)
        if country := countries[word]:
            value["country"] = country
        yield Fact(FactType.DEMONYM, start, end, surface, value, "demonym", 0.9)


_CAPITALISED = frozenset({"en", "nl"})
"""Languages that write them with a capital."""
