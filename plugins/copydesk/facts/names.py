"""Names: places, agencies and outlets of the registry, organisations and persons by their form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from copydesk.facts.capitals import CAPITAL, SENTENCE_START, SEQUENCE, UPPER, openers
from copydesk.facts.claims import Claims
from copydesk.facts.language import Language, any_of, fold
from copydesk.facts.places import find_places
from copydesk.model import Fact, FactType, FactValue

_ACRONYM = re.compile(rf"{UPPER}{{2,6}}")


def find_names(text: str, language: Language) -> list[Fact]:
    """Persons, organisations and places; the surest reading of each span."""
    found: list[Fact] = []
    claims = Claims()

    def take(facts: Iterable[Fact]) -> list[Fact]:
        taken = [fact for fact in facts if claims.claim(fact.start, fact.end)]
        found.extend(taken)
        return taken

    take((*_registered(text), *_organisations(text, language), *find_places(text, language), *_acronyms(text)))
    persons: dict[str, str] = {}
    for fact in take(_persons(text, language, claims)):
        name = fact.value["name"]
        persons.setdefault(fold(name.split()[-1]), name)
    take(_surnames(text, persons))
    return found


def _registered(text: str) -> Iterator[Fact]:
    from copydesk.metadata.registry import scan

    for start, end, known in scan(text):
        value = FactValue(name=known.name, agency=known.name)
        yield Fact(FactType.ORGANISATION, start, end, text[start:end], value, "organisation.registry", 0.95)


def _organisations(text: str, language: Language) -> Iterator[Fact]:
    expression = _organisation(language)
    for match in expression.finditer(text) if expression else ():
        yield _fact(FactType.ORGANISATION, text, match.start(), match.end(), "organisation.head", 0.8)


def _acronyms(text: str) -> Iterator[Fact]:
    for match in SEQUENCE.finditer(text):
        if (
            _ACRONYM.fullmatch(match[0])
            and match[0] not in _ACRONYMS_THAT_ARE_NONE
            and not _shouted(text, match.start())
        ):
            yield _fact(FactType.ORGANISATION, text, match.start(), match.end(), "organisation.acronym", 0.7)


_ACRONYMS_THAT_ARE_NONE = frozenset(
    "TV PM AM UTC GMT CEO DNA GDP PIB BIP OK ID IT AI USD EUR USA UK EUA UAE DJ PDF SMS".split()
)


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


def _persons(text: str, language: Language, claims: Claims) -> Iterator[Fact]:
    """Capitalised sequences that read as a person's name, and single names behind a title ("President Sá")."""
    titles, opening = _titles(language), openers(language)
    for match in SEQUENCE.finditer(text):
        start, words = match.start(), match[0].split()
        if len(words) > 1 and (_key(words[0]) in titles or (len(words) > 2 and _opens(text, start, words[0], opening))):
            start += len(words[0]) + 1
            words = words[1:]
        before = _WORD_BEFORE.search(text[max(0, start - 24) : start])
        titled = bool(before and _key(before[1]) in titles)
        if _reads_as_person(words, language, titled) and claims.free(start, match.end()):
            rule, sure = ("person.titled", 0.85) if titled else ("person.form", 0.65)
            yield _fact(FactType.PERSON, text, start, match.end(), rule, sure)


_WORD_BEFORE = re.compile(r"([\w.-]+)\s$")


def _reads_as_person(words: list[str], language: Language, titled: bool) -> bool:
    names = [word for word in words if word[0].isupper()]
    most = _MAX_NAMES_WHERE_NOUNS_ARE_CAPITALISED if language.code == "de" and not titled else _MAX_NAMES
    if len(names) > most or (len(names) < 2 and not (titled and names and len(names[0]) > 2)):
        return False
    folded = [fold(word) for word in words]
    shouted = any(word.isupper() and len(word) > 3 for word in words)
    return not shouted and folded[0] not in openers(language) and not _not_persons(language) & set(folded)


_MAX_NAMES, _MAX_NAMES_WHERE_NOUNS_ARE_CAPITALISED = 4, 3


def _opens(text: str, start: int, word: str, opening: frozenset[str]) -> bool:
    """Whether a word owes its capital to the beginning of a sentence."""
    return fold(word) in opening and SENTENCE_START.search(text[max(0, start - 4) : start]) is not None


def _key(word: str) -> str:
    return fold(word).rstrip(".")


@cache
def _not_persons(language: Language) -> frozenset[str]:
    """Words that make a name one of a thing or a place: Ocean, Street, Cup."""
    return frozenset(map(fold, language.words("names", "not_persons")))


def _surnames(text: str, persons: dict[str, str]) -> Iterator[Fact]:
    """A surname alone, of somebody whom the text names in full."""
    for match in SEQUENCE.finditer(text):
        name = persons.get(fold(match[0]))
        if name and " " not in match[0]:
            value = FactValue(name=name)
            yield Fact(FactType.PERSON, match.start(), match.end(), match[0], value, "person.surname", 0.75)


@cache
def _titles(language: Language) -> frozenset[str]:
    return frozenset(_key(title) for title in language.words("names", "titles"))


def _fact(kind: FactType, text: str, start: int, end: int, rule: str, confidence: float) -> Fact:
    surface = text[start:end]
    return Fact(kind, start, end, surface, FactValue(name=" ".join(surface.split())), rule, confidence)
