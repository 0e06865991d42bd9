"""Names: places, agencies and outlets of the registry, organisations and persons by their form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from copydesk.facts.capitals import CAPITAL, UPPER
from copydesk.facts.claims import Claims
from copydesk.facts.demonyms import find_demonyms
from copydesk.facts.identity import entity_id, known_person
from copydesk.facts.language import Language, any_of, fold, shared_table
from copydesk.facts.mangled import find_mangled
from copydesk.facts.persons import find_persons
from copydesk.facts.places import find_places, is_place
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_ROMAN = re.compile(r"[IVXLCDM]+")
_ACRONYM = re.compile(rf"{UPPER}{{2,6}}")


def find_names(scan: Scan) -> list[Fact]:
    """Persons, organisations and places; the surest reading of each span."""
    text, language = scan.text, scan.language
    found: list[Fact] = []
    claims = Claims()

    def take(facts: Iterable[Fact]) -> list[Fact]:
        taken = [fact for fact in facts if claims.claim(fact.start, fact.end)]
        found.extend(taken)
        return taken

    places, doubted = find_places(scan)
    take(find_mangled(text))
    take((*_registered(text), *_organisations(text, language), *places))
    take((*find_demonyms(scan), *_acronyms(scan)))
    unknown = list(find_persons(scan, claims))
    persons: dict[str, str] = {}
    for fact in take(fact for fact in unknown if " " in fact.text):
        if fact.type is FactType.PERSON:
            surname = fold(fact.text.split()[-1])
            known = known_person(surname, language)
            # "Melania Trump came. Later Trump signed it."
            persons.setdefault(surname, known.name if known else fact.value["name"])
    take(fact for fact in doubted if fold(fact.text) not in persons)
    take(fact for fact in unknown if " " not in fact.text and fold(fact.text) not in persons)
    take(_surnames(scan, persons))
    for fact in found:
        fact.value["id"] = entity_id(fact.type, fact.value)
    return found


def _registered(text: str) -> Iterator[Fact]:
    from copydesk.metadata.registry import scan

    for start, end, known in scan(text):
        value = FactValue(name=known.name, agency=known.name)
        yield Fact(FactType.ORGANISATION, start, end, text[start:end], value, "organisation.registry", 0.95)


def _organisations(text: str, language: Language) -> Iterator[Fact]:
    expression = _organisation(language)
    for match in expression.finditer(text) if expression else ():
        if is_place(match[0], language):
            continue
        yield _fact(FactType.ORGANISATION, text, match.start(), match.end(), "organisation.head", 0.8)


def _acronyms(scan: Scan) -> Iterator[Fact]:
    text = scan.text
    for start, end in scan.sequences:
        if (
            _ACRONYM.fullmatch(text, start, end)
            and not _ROMAN.fullmatch(text, start, end)
            and text[start:end] not in shared_table("common")["no_organisations"]
            and not _shouted(text, start)
        ):
            yield _fact(FactType.ORGANISATION, text, start, end, "organisation.acronym", 0.7)


def _shouted(text: str, at: int) -> bool:
    """Whether the line about here is written in capitals, where an acronym can't be told."""
    before = max(0, at - _NEAR)
    line = text[max(before, text.rfind("\n", before, at) + 1) : at + 80].partition("\n")[0]
    letters = [c for c in line if c.isalpha()]
    return sum(map(str.isupper, letters)) > 0.6 * len(letters)


_NEAR = 400


@cache
def _organisation(language: Language) -> re.Pattern[str] | None:
    heads = language.words("names", "organisations")
    if not heads:
        return None
    inner = any_of(language.words("names", "inner"))
    part = rf"(?:(?:{inner})\s+){{0,2}}{CAPITAL}"
    article = any_of(word.capitalize() for word in language.words("attributions", "articles"))
    before = rf"(?:(?!(?:{article}) ){CAPITAL} ){{1,3}}" if language.code in ("en", "de") else "(?!)"
    head = rf"(?:{any_of(heads)})(?!\w)"
    return re.compile(rf"(?<![\w’'-])(?:{before}{head}(?: (?:{inner}) {part})?|{head}(?: {part}){{1,4}})")


def _surnames(scan: Scan, persons: dict[str, str]) -> Iterator[Fact]:
    """A surname alone, of somebody whom the text names in full; behind a word that owes its capital to a sentence's
    beginning too."""
    for start, end in scan.sequences if persons else ():
        surname = scan.text[start:end].rpartition(" ")[2]
        if name := persons.get(fold(surname)):
            value = FactValue(name=name)
            yield Fact(FactType.PERSON, end - len(surname), end, surname, value, "person.surname", 0.75)


def _fact(kind: FactType, text: str, start: int, end: int, rule: str, confidence: float) -> Fact:
    surface = text[start:end]
    return Fact(kind, start, end, surface, FactValue(name=" ".join(surface.split())), rule, confidence)
