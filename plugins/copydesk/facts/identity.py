"""Who is meant: the id of an entity that is the same in every article, and the persons whom a bare surname names.

An id is ``geonames:`` with GeoNames' number, ``wikidata:`` with the item where a registry has it, or else the folded
name; it is unique among entities of its type.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from copydesk.facts.language import Language, fold, shared_table
from copydesk.model import FactType, FactValue

MAX_ID = 200
"""Characters."""
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    wikidata: str | None = None
    not_in: tuple[str, ...] = ()
    """Languages in which the surname alone is another word."""


def entity_id(kind: FactType, value: FactValue) -> str:
    """The id of what a value names."""
    if "geonameid" in value:
        return f"geonames:{value['geonameid']}"
    name = value["name"]
    if kind is FactType.PERSON and (person := _by_name().get(fold(name))) and person.wikidata:
        return f"wikidata:{person.wikidata}"
    if "agency" in value:
        from copydesk.metadata.registry import lookup

        organisation = lookup(value["agency"])
        if organisation and organisation.wikidata:
            return f"wikidata:{organisation.wikidata}"
    return name_id(name)


def name_id(name: str) -> str:
    """A name as an id: in lower case, without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())[:MAX_ID] or name[:MAX_ID]


def known_person(folded: str, language: Language) -> Person | None:
    """The person of ``data/persons.toml`` whom a folded name means, in another case of the language too."""
    known = _by_name()
    person = known.get(folded)
    if person and not (language.code in person.not_in and folded != fold(person.name)):
        return person
    for ending in language.words("names", "endings"):
        stem = folded.removesuffix(fold(ending))
        if stem != folded and len(stem) >= _SHORTEST_STEM:
            for form in (stem, *(stem + vowel for vowel in "аяa")):
                if form in known:
                    return known[form]
    return None


@cache
def _by_name() -> dict[str, Person]:
    found: dict[str, Person] = {}
    for row in shared_table("persons")["person"]:
        person = Person(row["name"], row.get("wikidata"), tuple(row.get("not_in", ())))
        for name in (row["name"], *row["aliases"]):
            found[fold(name)] = person
    return found


@cache
def unspaced_names() -> dict[str, Person]:
    """Names in scripts without capitals, as they are written."""
    return {
        name: Person(row["name"], row.get("wikidata"))
        for row in shared_table("persons")["person"]
        for name in row["aliases"]
        if name[0] > "\u0590"
    }
