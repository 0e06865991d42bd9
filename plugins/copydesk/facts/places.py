"""Places: countries from CLDR in the text's language and English, cities and states of the gazetteer.

A name that several places bear is the one in a country (or state of the USA) that the text names, else the most
populous one. The gazetteer is made by :mod:`copydesk.facts.build_places`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from copydesk.facts.capitals import SENTENCE_START, SEQUENCE, openers
from copydesk.facts.language import AFTER, BEFORE, Language, any_of, fold, locale_of
from copydesk.model import Fact, FactType, FactValue

_TOKEN = re.compile(r"[^\s.,]+")
_POSSESSIVE = re.compile(r"[’']s?$")
_BIG = 1_000_000
"""Inhabitants from which a city's bare name is believed at the beginning of a sentence too, where any word is
capitalised (Nice, Reading, Split)."""
_LONGEST = 5
_SCRIPTS = {"sr": ("sr_Latn",), "zh": ("zh_Hant",), "bs": ("bs_Cyrl",)}
"""Locales in which a language is written otherwise."""
_NO_COUNTRIES = frozenset({"EU", "UN", "EZ", "ZZ", "XA", "XB"})


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    country: str
    kind: str
    geonameid: int | None = None
    state: str = ""
    """Of the USA, by its postal code."""
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0


@dataclass(frozen=True, slots=True)
class _Named:
    """A name in the text that places bear."""

    start: int
    end: int
    places: tuple[Place, ...]
    alone: bool
    """Whether it is a whole capitalised sequence."""
    last: bool
    """Whether it ends one."""


def find_places(text: str, language: Language) -> Iterator[Fact]:
    named = [*_named(text, language), *_dotted(text, language)]
    # A name of a country and a state ("Georgia") tells nothing of where the others are.
    bearers = ({place.geonameid or place: place for place in name.places if place.kind != "city"} for name in named)
    areas = [place for areas in bearers if len(areas) == 1 for place in areas.values()]
    countries = {place.country for place in areas if place.kind == "country"}
    states = {place.state for place in areas if place.state}
    at = {name.start: name for name in named}
    for name in named:
        within = _within(text, name, at)
        place = _best(name.places, within, countries, states)
        if place and _believed(place, name, text, within is not None, countries | ({"US"} if states else set())):
            yield _fact(text, name, place)


def is_place(name: str, language: Language) -> bool:
    """Whether the gazetteer knows a place of that name, or of what stands before its first comma."""
    return fold(name) in _gazetteer(language) or fold(name.partition(",")[0]) in _gazetteer(language)


def _named(text: str, language: Language) -> Iterator[_Named]:
    gazetteer, opening = _gazetteer(language), openers(language)
    for match in SEQUENCE.finditer(text):
        words = [(match.start() + word.start(), match.start() + word.end()) for word in _TOKEN.finditer(match[0])]
        # "The Mansfield resident", "For Avondale"
        first = int(len(words) > 1 and fold(text[slice(*words[0])]) in opening)
        at = first
        while at < len(words):
            for stop in range(min(len(words), at + _LONGEST), at, -1):
                start, end = words[at][0], words[stop - 1][1]
                bare = _POSSESSIVE.search(text, start, end)
                end = bare.start() if bare else end
                if places := gazetteer.get(fold(text[start:end])) or _inflected(text[start:end], language):
                    last = stop == len(words)
                    yield _Named(start, end, places, at == first and last, last)
                    at = stop
                    break
            else:
                at += 1


def _dotted(text: str, language: Language) -> Iterator[_Named]:
    """U.S., U.K.: capitals that a sentence's end is not; and behind a comma "Ky.", "B.C."."""
    gazetteer = _gazetteer(language)
    for match in (*_dotted_names(language).finditer(text), *_shortened().finditer(text)):
        yield _Named(match.start(), match.end(), gazetteer[fold(match[0])], True, True)


@cache
def _dotted_names(language: Language) -> re.Pattern[str]:
    return re.compile(rf"{BEFORE}(?:{any_of(name for name in language.table('places') if '.' in name)}){AFTER}")


@cache
def _shortened() -> re.Pattern[str]:
    """How newspapers shorten states: words and initials that mean another thing elsewhere ("Mass.", "500 B.C.")."""
    return re.compile(rf"(?<=\w,\s)(?:{any_of(name for _, others in _rows() for name in others if '.' in name)})")


def _within(text: str, name: _Named, at: dict[int, _Named]) -> Place | None:
    """The country or state that follows a name after a comma: "Cambridge, Canada", "Paris, Texas"."""
    comma = _COMMA.match(text, name.end)
    following = at.get(comma.end()) if comma else None
    return (
        next((place for place in following.places if place.kind in ("country", "state")), None) if following else None
    )


_COMMA = re.compile(r",\s")


def _best(places: tuple[Place, ...], within: Place | None, countries: set[str], states: set[str]) -> Place | None:
    """A country or state before a city; a city of the country that follows, or that the text names, before a bigger one
    elsewhere. A city that is said to be where the gazetteer knows none of that name has no coordinates."""
    best = max(
        places,
        key=lambda place: (
            place.kind != "city",
            bool(within) and _inside(place, within),
            _named_otherwise(place, countries, states),
            place.population,
        ),
        default=None,
    )
    if best and within and best.kind == "city" and not _inside(best, within):
        name = Place(best.name, within.country, "city", state=within.state)
        return replace(name, population=_BIG)
    return best


def _named_otherwise(place: Place, countries: set[str], states: set[str]) -> bool:
    """Whether the text names where a place is; a state of the USA is where other states are."""
    if place.kind == "state":
        return bool(states) or "US" in countries
    return place.state in states if place.state else place.country in countries


def _inside(place: Place, area: Place | None) -> bool:
    if area is None:
        return False
    return place.state == area.state if area.state else place.country == area.country


def _believed(place: Place, name: _Named, text: str, within: bool, countries: set[str]) -> bool:
    """Whether a name of the gazetteer means the place here. A country's does. A city's does where it is the whole
    capitalised sequence, or ends it and is big ("Lavrov in" or "Club" before it make another name of small ones);
    where every word is capitalised, a single word needs a reason."""
    if place.kind != "city":
        return name.last or place.kind == "country"
    if not name.alone and not (name.last and place.population >= _BIG):
        return False
    opens = SENTENCE_START.search(text, max(0, name.start - 4), name.start)
    several = " " in text[name.start : name.end]
    return not opens or several or within or place.population >= _BIG or place.country in countries


def _fact(text: str, name: _Named, place: Place) -> Fact:
    value = FactValue(name=place.name)
    if place.country:
        value["country"] = place.country
    if place.geonameid is not None:
        value["geonameid"] = place.geonameid
    if place.latitude is not None and place.longitude is not None:
        value["lat"], value["lon"] = place.latitude, place.longitude
    sure = 0.8 if place.kind == "city" else 0.95
    surface = text[name.start : name.end]
    return Fact(FactType.PLACE, name.start, name.end, surface, value, f"place.{place.kind}", sure)


@cache
def _gazetteer(language: Language) -> dict[str, tuple[Place, ...]]:
    """By folded name, the places that bear it."""
    found: dict[str, list[Place]] = {}
    countries = {place.country: place for place, _ in _rows() if place.kind == "country"}
    for code in (language.code, *_SCRIPTS.get(language.code, ()), "en"):
        for country, name in locale_of(code).territories.items():
            if len(country) == 2 and country.isalpha() and country not in _NO_COUNTRIES:
                known = countries.get(country) or Place(name, country, "country")
                found.setdefault(fold(name), []).append(replace(known, name=name))
    for name, country in language.table("places").items():
        known = countries.get(country) or Place(name, country, "country")
        found.setdefault(fold(name), []).append(replace(known, name=name.replace(".", "")))
    for name, country in language.table("regions").items():
        found.setdefault(fold(name), []).append(Place(name, country, "region"))
    for place, others in _rows():
        for name in {place.name, *others}:
            found.setdefault(fold(name), []).append(place)
    for name, city in _exemplars(language):
        found.setdefault(fold(name), []).extend(found.get(fold(city), ()))
    return {name: tuple(places) for name, places in found.items()}


def _inflected(name: str, language: Language) -> tuple[Place, ...]:
    """Places whose name stands in another case: "u Novom Sadu", "в Турции", "Washingtona"."""
    endings = _endings(language)
    if not endings:
        return ()
    bare = _SUFFIXED.sub("", name)
    if bare != name and (places := _gazetteer(language).get(fold(bare))):
        return places
    return _stems(language).get(_stem(name, endings), ())


_SUFFIXED = re.compile(r"(?<=[A-ZА-Я])-\w{1,3}$")
""""SAD-a": an ending that is put to an acronym."""
_STEM = 4
_KNOWN_ABROAD = 150_000
"""Inhabitants from which a city is looked for in other cases too."""


def _stem(name: str, endings: tuple[str, ...]) -> str:
    """A name without the endings of its words; empty where too little would be left."""
    stems = []
    for word in fold(name).split():
        ending = next((end for end in endings if word.endswith(end) and len(word) - len(end) >= _STEM - 1), "")
        stems.append(word[: len(word) - len(ending)] if ending else word)
    return " ".join(stems) if sum(map(len, stems)) >= _STEM else ""


@cache
def _endings(language: Language) -> tuple[str, ...]:
    return tuple(sorted(map(fold, language.words("names", "endings")), key=len, reverse=True))


@cache
def _stems(language: Language) -> dict[str, tuple[Place, ...]]:
    """Places by the stems of their names; what two names share tells nothing."""
    endings = _endings(language)
    found: dict[str, tuple[Place, ...]] = {}
    for name, places in _gazetteer(language).items():
        known = tuple(
            place for place in places if place.kind in ("country", "region") or place.population >= _KNOWN_ABROAD
        )
        if known and (stem := _stem(name, endings)):
            found[stem] = found.get(stem, ()) + known
    return found


def _exemplars(language: Language) -> Iterator[tuple[str, str]]:
    """CLDR's names of the cities that time zones are called after, with their English ones."""
    for zone, names in locale_of(language.code).time_zones.items():
        if names.get("city") and "/" in zone:
            yield names["city"], zone.rpartition("/")[2].replace("_", " ")


@cache
def _rows() -> tuple[tuple[Place, tuple[str, ...]], ...]:
    lines = files("copydesk.facts").joinpath("data/places.tsv").read_text("utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        (
            Place(
                name=row["name"],
                country=row["country"],
                kind=row["kind"],
                geonameid=int(row["geonameid"]) if row["geonameid"] else None,
                state=row["state"],
                latitude=float(row["lat"]) if row["lat"] else None,
                longitude=float(row["lon"]) if row["lon"] else None,
                population=int(row["population"]),
            ),
            tuple(filter(None, row["other"].split("|"))),
        )
        for row in rows
    )
