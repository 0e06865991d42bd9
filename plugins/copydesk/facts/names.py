"""Names: places of the gazetteer, agencies and outlets of the registry, organisations and persons by their form."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from copydesk.facts.language import Language, any_of, fold
from copydesk.model import Fact, FactType, FactValue

_UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŸŹŻŽΑ-ΩА-ЯЁІЇЄҐ]"
_CAPITAL = rf"{_UPPER}[\w’'-]*"
_PARTICLE = r"(?:de|da|do|dos|das|del|della|di|von|van|der|den|bin|ibn|al|el|la|le|ter|zu)"
_SEQUENCE = re.compile(
    rf"(?<![\w’'@.-]){_CAPITAL}(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]){{0,2}}{_CAPITAL}|[ \u00a0]?-{_CAPITAL})*"
)
_TOKEN = re.compile(r"[^\s.,]+")
_ACRONYM = re.compile(rf"{_UPPER}{{2,6}}")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[\"“”«»„—–-])\s*$")
_BIG = 1_000_000
"""Inhabitants from which a city's bare name is believed at the beginning of a sentence too, where any word is
capitalised (Nice, Reading, Split)."""


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    country: str
    geonameid: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0


def find_names(text: str, language: Language) -> list[Fact]:
    """Persons, organisations and places; the surest reading of each span."""
    found: list[Fact] = []
    taken: list[tuple[int, int]] = []
    for fact in (*_registered(text), *_organisations(text, language), *_places(text, language)):
        _take(fact, found, taken)
    persons: dict[str, str] = {}
    for fact in _persons(text, language, taken):
        _take(fact, found, taken)
        name = fact.value["name"]
        persons.setdefault(fold(name.split()[-1]), name)
    for fact in _surnames(text, persons, taken):
        _take(fact, found, taken)
    return found


def _take(fact: Fact, found: list[Fact], taken: list[tuple[int, int]]) -> None:
    if all(fact.end <= start or fact.start >= end for start, end in taken):
        taken.append((fact.start, fact.end))
        found.append(fact)


def _registered(text: str) -> Iterator[Fact]:
    from copydesk.metadata.registry import scan

    for start, end, known in scan(text):
        value = FactValue(name=known.name, agency=known.name)
        yield Fact(FactType.ORGANISATION, start, end, text[start:end], value, "organisation.registry", 0.95)


def _organisations(text: str, language: Language) -> Iterator[Fact]:
    expression = _organisation(language)
    for match in expression.finditer(text) if expression else ():
        yield _fact(FactType.ORGANISATION, text, match.start(), match.end(), "organisation.head", 0.8)
    for match in _SEQUENCE.finditer(text):
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
    """Whether the line is written in capitals, where an acronym can't be told."""
    line = text[text.rfind("\n", 0, at) + 1 : at + 80].partition("\n")[0]
    letters = [c for c in line if c.isalpha()]
    return sum(map(str.isupper, letters)) > 0.6 * len(letters)


@cache
def _organisation(language: Language) -> re.Pattern[str] | None:
    heads = language.words("names", "organisations")
    if not heads:
        return None
    inner = any_of(language.words("names", "inner"))
    part = rf"(?:(?:{inner})\s+){{0,2}}{_CAPITAL}"
    article = any_of(word.capitalize() for word in language.words("attributions", "articles"))
    before = rf"(?:(?!(?:{article}) ){_CAPITAL} ){{1,3}}" if language.code in ("en", "de") else "(?!)"
    head = rf"(?:{any_of(heads)})(?!\w)"
    return re.compile(rf"(?<![\w’'-])(?:{before}{head}(?: (?:{inner}) {part})?|{head}(?: {part}){{1,4}})")


def _places(text: str, language: Language) -> Iterator[Fact]:
    gazetteer = _gazetteer(language)
    countries = {
        place.country
        for match in _SEQUENCE.finditer(text)
        for place in gazetteer.get(fold(match[0]), ())
        if not place.geonameid
    }
    for match in _SEQUENCE.finditer(text):
        words = [(match.start() + word.start(), match.start() + word.end()) for word in _TOKEN.finditer(match[0])]
        at = 0
        while at < len(words):
            for stop in range(min(len(words), at + 5), at, -1):
                start, end = words[at][0], words[stop - 1][1]
                place = _best(gazetteer.get(fold(text[start:end]), ()), countries)
                alone = at == 0 and stop == len(words)
                last = stop == len(words)
                if place and _believed(place, text, start, stop - at, countries, alone=alone, last=last):
                    yield _place(text, start, end, place)
                    at = stop
                    break
            else:
                at += 1


def _believed(place: Place, text: str, start: int, words: int, countries: set[str], *, alone: bool, last: bool) -> bool:
    """Whether a name of the gazetteer means the place here. A country's does. A city's does where it is the whole
    capitalised sequence, or ends it and is big ("Lavrov in" or "Club" before it make another name of small ones);
    where every word is capitalised, a single word needs a reason."""
    if not place.geonameid:
        return True
    if not alone and not (last and place.population >= _BIG):
        return False
    opens = _SENTENCE_START.search(text[max(0, start - 4) : start])
    return not opens or words > 1 or place.population >= _BIG or place.country in countries


def _best(places: tuple[Place, ...], countries: set[str]) -> Place | None:
    """A country before a city; a city of a country that the text names before a bigger one elsewhere."""
    return max(places, key=lambda p: (not p.geonameid, p.country in countries, p.population), default=None)


def _place(text: str, start: int, end: int, place: Place) -> Fact:
    value = FactValue(name=place.name, country=place.country)
    if place.geonameid and place.latitude is not None and place.longitude is not None:
        value["geonameid"], value["lat"], value["lon"] = place.geonameid, place.latitude, place.longitude
    rule = "place.city" if place.geonameid else "place.country"
    return Fact(FactType.PLACE, start, end, text[start:end], value, rule, 0.8 if place.geonameid else 0.95)


@cache
def _gazetteer(language: Language) -> dict[str, tuple[Place, ...]]:
    from copydesk.facts.language import locale_of

    found: dict[str, list[Place]] = {}
    for code in (language.code, "en"):
        for country, name in locale_of(code).territories.items():
            if len(country) == 2 and country.isalpha() and country not in ("EU", "UN", "EZ", "ZZ", "XA", "XB"):
                found.setdefault(fold(name), []).append(Place(name, country))
    for name, country in language.table("places").items():
        found.setdefault(fold(name), []).append(Place(name, country))
    for row in _cities():
        names = {row["name"], *filter(None, row["other"].split("|"))}
        place = Place(
            row["name"],
            row["country"],
            int(row["geonameid"]),
            float(row["lat"]),
            float(row["lon"]),
            int(row["population"]),
        )
        for name in names:
            found.setdefault(fold(name), []).append(place)
    return {name: tuple(places) for name, places in found.items()}


@cache
def _cities() -> tuple[dict[str, str], ...]:
    lines = files("copydesk.facts").joinpath("data/places.tsv").read_text("utf-8").splitlines()
    return tuple(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def _persons(text: str, language: Language, taken: list[tuple[int, int]]) -> Iterator[Fact]:
    """Capitalised sequences that read as a person's name, and single names behind a title ("President Sá")."""
    titles, openers = _titles(language), _openers(language)
    for match in _SEQUENCE.finditer(text):
        start, words = match.start(), match[0].split()
        if len(words) > 1 and (_key(words[0]) in titles or (len(words) > 2 and _opens(text, start, words[0], openers))):
            start += len(words[0]) + 1
            words = words[1:]
        before = _WORD_BEFORE.search(text[max(0, start - 24) : start])
        titled = bool(before and _key(before[1]) in titles)
        if _reads_as_person(words, language, titled) and all(
            match.end() <= first or start >= last for first, last in taken
        ):
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
    return not shouted and folded[0] not in _openers(language) and not _not_persons(language) & set(folded)


_MAX_NAMES, _MAX_NAMES_WHERE_NOUNS_ARE_CAPITALISED = 4, 3


def _opens(text: str, start: int, word: str, openers: frozenset[str]) -> bool:
    """Whether a word owes its capital to the beginning of a sentence."""
    return fold(word) in openers and _SENTENCE_START.search(text[max(0, start - 4) : start]) is not None


def _key(word: str) -> str:
    return fold(word).rstrip(".")


@cache
def _not_persons(language: Language) -> frozenset[str]:
    """Words that make a name one of a thing or a place: Ocean, Street, Cup."""
    return frozenset(map(fold, language.words("names", "not_persons")))


def _surnames(text: str, persons: dict[str, str], taken: list[tuple[int, int]]) -> Iterator[Fact]:
    """A surname alone, of somebody whom the text names in full."""
    for match in _SEQUENCE.finditer(text):
        name = persons.get(fold(match[0]))
        if name and " " not in match[0]:
            value = FactValue(name=name)
            yield Fact(FactType.PERSON, match.start(), match.end(), match[0], value, "person.surname", 0.75)


@cache
def _titles(language: Language) -> frozenset[str]:
    return frozenset(_key(title) for title in language.words("names", "titles"))


@cache
def _openers(language: Language) -> frozenset[str]:
    """Words that are capitalised because they begin a sentence, not because they are names."""
    found: set[str] = set()
    for section, names in (
        ("names", ("openers",)),
        ("quantities", ("stop",)),
        ("attributions", ("articles", "phrases")),
        ("dates", ("in", "this", "last")),
    ):
        for name in names:
            found.update(fold(word.split()[0]) for word in language.words(section, name))
    return frozenset(found | set(map(fold, language.weekdays)) | set(map(fold, language.months)))


def _fact(kind: FactType, text: str, start: int, end: int, rule: str, confidence: float) -> Fact:
    surface = text[start:end]
    return Fact(kind, start, end, surface, FactValue(name=" ".join(surface.split())), rule, confidence)
