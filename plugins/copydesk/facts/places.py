"""Places: the names of the gazetteer that a text has, and which place each means.

Of places that share a name the one is meant that the text's other places speak for: what follows after a comma, the
countries that are named, the states of the USA that are named or that its counties and towns lie in; else the most
populous.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import log10

from copydesk.facts.capitals import SENTENCE_START, openers
from copydesk.facts.gazetteer import CASELESS, Place, gazetteer, shortened
from copydesk.facts.language import Language, any_of, fold
from copydesk.facts.person_names import family
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_TOKEN = re.compile(r"[^\s.,]+")
_POSSESSIVE = re.compile(r"[’']s?$")
_BIG = 1_000_000
"""Inhabitants from which a city's bare name is believed at the beginning of a sentence too, where any word is
capitalised (Nice, Reading, Split)."""
_TOWN = 65_000
"""Inhabitants below which a town is believed only where the text names its country or state."""
_LONGEST = 5


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


@dataclass(frozen=True)
class _Context:
    """What the text's places say about where the others are."""

    countries: frozenset[str]
    states: dict[str, float]
    """States of the USA by how much speaks for them: 2 for being named, less for each ambiguous name in them."""
    own: dict[tuple[Place, ...], dict[str, float]]

    def speaks_for(self, place: Place, bearers: tuple[Place, ...]) -> float:
        """In orders of magnitude of inhabitants, by which a place may be smaller than another of its name."""
        if place.kind == "state":
            # A state is where others are: "Georgia" beside Alabama.
            return _BESIDE if self.countries & {"US"} or self.states.keys() - {place.state} else 0.0
        if place.state:
            others = self.states.get(place.state, 0.0) - self.own.get(bearers, {}).get(place.state, 0.0)
            return min(_MOST, 2 * others) or (1.0 if "US" in self.countries else 0.0)
        return _NAMED_COUNTRY if place.country in self.countries else 0.0


_MOST, _NAMED_COUNTRY, _BESIDE, _FOLLOWED = 5.0, 3.0, 1.5, 20.0
_AREA = {"country": 9.0, "continent": 9.0, "region": 9.0, "state": 9.0, "county": 8.0}
"""How well known areas are, as the logarithms of cities' inhabitants."""
_STATE_OF_A_CITY = 5.0
"""A state that is called as a great city is: Washington, New York."""
_GREAT = 500_000


def find_places(scan: Scan) -> tuple[list[Fact], list[Fact]]:
    """The places that the text names, and those that it may name: persons have such names too, and sentences begin
    with such words."""
    text, language = scan.text, scan.language
    caseless = language.code in CASELESS
    named = [*(_scanned(text, language) if caseless else _named(scan)), *_dotted(text, language)]
    context = _context(named)
    at = {name.start: name for name in named}
    sure: list[Fact] = []
    doubted: list[tuple[_Named, Fact]] = []
    no_places = frozenset(language.words("names", "no_places"))
    for name in named:
        if text[name.start : name.end] in no_places:
            continue
        within = _within(text, name, at)
        place = _best(name.places, within, context)
        if not place:
            continue
        fact = _fact(text, name, place)
        if place.kind == "city" and not within and (other := _no_city(scan, name, place, context)):
            sure += [other] if isinstance(other, Fact) else []
        elif _believed(place, name, text, within is not None, context):
            sure.append(fact)
        elif name.alone:
            doubted.append((name, fact))
    believed = {fold(fact.text) for fact in sure}
    sure += [fact for _, fact in doubted if fold(fact.text) in believed]
    maybe = [
        replace(fact, confidence=_DOUBTED)
        for name, fact in doubted
        if fold(fact.text) not in believed and not _opens(text, name)
    ]
    return sure, maybe


_DOUBTED = 0.5


def _no_city(scan: Scan, name: _Named, place: Place, context: _Context) -> Fact | bool:
    """Whether a city's name is something else here: a month, a noun behind its article, a club ("el Valencia"), a
    person whose surname small towns bear too ("Bush")."""
    text, language = scan.text, scan.language
    surface = text[name.start : name.end]
    if language.months.get(surface):
        return context.speaks_for(place, name.places) < 1
    if " " in surface:
        return False
    before = text[max(0, name.start - 16) : name.start]
    club, noun, locative = _leads(language)
    if noun.search(before):
        return True
    if club.search(before) and surface not in language.words("names", "articled_cities"):
        value = FactValue(name=surface)
        return Fact(FactType.ORGANISATION, name.start, name.end, surface, value, "organisation.club", _DOUBTED)
    if locative.search(before) or context.speaks_for(place, name.places) >= 1:
        return False
    return place.population < _TOWN and not place.capital and fold(surface) in family()


@cache
def _leads(language: Language) -> tuple[re.Pattern[str], ...]:
    """What stands before clubs, before nouns that are no cities, and before places."""
    words = (language.words("names", name) for name in ("before_clubs", "before_nouns", "locative"))
    return tuple(re.compile(rf"(?<!\w)(?:{any_of(known)})\s$", re.I) for known in words)


def _context(named: list[_Named]) -> _Context:
    countries: set[str] = set()
    states: dict[str, float] = defaultdict(float)
    own: dict[tuple[Place, ...], dict[str, float]] = {}
    for places in dict.fromkeys(name.places for name in named):
        areas = [place for place in places if place.kind not in ("city", "county")]
        if any(place.population >= _GREAT and place.kind == "city" for place in places):
            areas = [place for place in areas if place.kind != "state"]
        # A name of a country and a state ("Georgia") tells nothing of where the others are.
        if len({place.geonameid or place for place in areas}) == 1 and areas[0].kind in ("country", "state"):
            if areas[0].kind == "country":
                countries.add(areas[0].country)
            else:
                states[areas[0].state] += 2
                own[places] = {areas[0].state: 2.0}
            continue
        if not areas and (inside := {place.state for place in places if place.state}):
            own[places] = dict.fromkeys(inside, 1 / len(inside))
            for state in inside:
                states[state] += 1 / len(inside)
    return _Context(frozenset(countries), dict(states), own)


def is_place(name: str, language: Language) -> bool:
    """Whether the gazetteer knows a place of that name, or of what stands before its first comma."""
    known = gazetteer(language)
    return fold(name) in known or fold(name.partition(",")[0]) in known


def _named(scan: Scan) -> Iterator[_Named]:
    text, known, opening = scan.text, gazetteer(scan.language), openers(scan.language)
    for low, high in scan.sequences:
        words = [word.span() for word in _TOKEN.finditer(text, low, high)]
        # "The Mansfield resident", "For Avondale", but "New York"
        first = int(len(words) > 1 and fold(text[slice(*words[0])]) in opening)
        if first and any(fold(text[words[0][0] : words[stop - 1][1]]) in known for stop in range(2, len(words) + 1)):
            first = 0
        at = first
        while at < len(words):
            for stop in range(min(len(words), at + _LONGEST), at, -1):
                start, end = words[at][0], words[stop - 1][1]
                bare = _POSSESSIVE.search(text, start, end)
                end = bare.start() if bare else end
                if places := known.get(fold(text[start:end])) or known.inflected(text[start:end]):
                    last = stop == len(words)
                    yield _Named(start, end, places, at == first and last, last)
                    at = stop
                    break
            else:
                at += 1


def _scanned(text: str, language: Language) -> Iterator[_Named]:
    """Names in a script without capitals: the longest that stand between words, or with a particle's letter before."""
    known = gazetteer(language)
    automaton, names = known.spelt
    before, after = (re.compile(edge) for edge in CASELESS[language.code])
    for index, start, end in automaton.find_matches_as_indexes(text):
        if before.search(text, max(0, start - 4), start) and after.match(text, end):
            yield _Named(start, end, known.get(names[index]), True, True)


def _dotted(text: str, language: Language) -> Iterator[_Named]:
    """U.S., U.K.: capitals that a sentence's end is not; and behind a comma "Ky.", "B.C."."""
    known = gazetteer(language)
    for match in (*known.dotted.finditer(text), *shortened().finditer(text)):
        yield _Named(match.start(), match.end(), known.get(fold(match[0])), True, True)


def _within(text: str, name: _Named, at: dict[int, _Named]) -> Place | None:
    """The country or state that follows a name after a comma: "Cambridge, Canada", "Paris, Texas"."""
    comma = _COMMA.match(text, name.end)
    following = at.get(comma.end()) if comma else None
    return (
        next((place for place in following.places if place.kind in ("country", "state")), None) if following else None
    )


_COMMA = re.compile(r",\s")


def _best(places: tuple[Place, ...], within: Place | None, context: _Context) -> Place | None:
    """The place that a name means. A city that is said to be where the gazetteer knows none of that name has no
    coordinates."""
    best = max(places, key=lambda place: _weight(place, places, within, context), default=None)
    if best and within and best.kind == "city" and not _inside(best, within):
        name = Place(best.name, within.country, "city", state=within.state)
        return replace(name, population=_BIG)
    return best


def _weight(place: Place, bearers: tuple[Place, ...], within: Place | None, context: _Context) -> float:
    weight = _AREA.get(place.kind) or log10(place.population + 1)
    if place.kind == "state" and any(other.population >= _GREAT and other.kind == "city" for other in bearers):
        weight = _STATE_OF_A_CITY
    if place.kind == "country":
        # Beside other countries "Lebanon" is none of Indiana's towns.
        weight += _NAMED_COUNTRY if context.countries - {place.country, "US"} else 0.0
    else:
        weight += context.speaks_for(place, bearers)
    if place.capital and place.country == "US":
        # "Washington" in whatever state.
        weight += _NAMED_COUNTRY
    return weight + (_FOLLOWED if within and place.kind in ("city", "county") and _inside(place, within) else 0.0)


def _inside(place: Place, area: Place | None) -> bool:
    if area is None:
        return False
    return place.state == area.state if area.state else place.country == area.country


def _believed(place: Place, name: _Named, text: str, within: bool, context: _Context) -> bool:
    """Whether a name of the gazetteer means the place here. A country's does. A city's does where it is the whole
    capitalised sequence, or ends it and is big ("Lavrov in" or "Club" before it make another name of small ones);
    where every word is capitalised, a single word needs a reason."""
    if place.kind in ("region", "continent", "state"):
        return name.last
    if place.kind in ("country", "county"):
        return True
    if not name.alone and not (name.last and place.population >= _BIG):
        return False
    spoken_for = within or context.speaks_for(place, name.places) > 1
    if place.population < _TOWN and not spoken_for:
        return False
    several = " " in text[name.start : name.end]
    return not _opens(text, name) or several or spoken_for or place.population >= _BIG


def _opens(text: str, name: _Named) -> bool:
    return SENTENCE_START.search(text, max(0, name.start - 4), name.start) is not None


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
