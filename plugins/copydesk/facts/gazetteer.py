"""The gazetteer: what a name may mean.

Countries from CLDR in the text's language and English, cities, states and counties of ``data/places.tsv``, which
:mod:`copydesk.facts.build_places` makes, regions and short forms of a language's table.

A row of the table is read when a text names it: forty thousand of them wait as lines.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from copydesk.facts.language import AFTER, BEFORE, Language, any_of, fold, locale_of

CASELESS = {
    "zh": ("", ""),
    # Katakana is written on where the word goes on: タイトル is no タイ.
    "ja": (r"(?<![ァ-ヺー])$", r"(?![ァ-ヺー])"),
    "th": ("", ""),
    "ko": (r"(?<!\w)$", ""),
    "ar": (r"(?<!\w)[وفبلك]?$", r"(?!\w)"),
    "fa": (r"(?<!\w)$", r"(?!\w)"),
    "ur": (r"(?<!\w)$", r"(?!\w)"),
    "he": (r"(?<!\w)[ובלמהכש]{0,2}$", r"(?!\w)"),
    "hi": (rf"{BEFORE}$", AFTER),
}
"""Languages whose script has no capitals, with what must stand before and after a name."""
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
    capital: bool = False


class Gazetteer:
    """The places that a language's texts name, by folded name."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._read: dict[str, tuple[Place, ...]] = {}

    def get(self, name: str) -> tuple[Place, ...]:
        """The places that bear a folded name."""
        found = self._read.get(name)
        if found is None:
            if name not in self:
                return ()
            found = self._read[name] = tuple(dict.fromkeys((*self._own.get(name, ()), *self._listed(name))))
        return found

    def __contains__(self, name: str) -> bool:
        return name in _lines() or name in self._own or name in self._further

    def _listed(self, name: str) -> Iterator[Place]:
        for line in _lines().get(name, ()):
            yield _place(line)
        for line in self._further.get(name, ()):
            yield _place(line)

    @cached_property
    def _own(self) -> dict[str, list[Place]]:
        """Countries and regions as the language calls them, and in English."""
        language, found = self.language, defaultdict[str, list[Place]](list)
        names = [named for code in (*self._locales, "en") for named in _countries(code)]
        for name, country in (*names, *language.table("places").items()):
            known = _by_country().get(country) or Place(name, country, "country")
            found[fold(name)].append(replace(known, name=name.replace(".", "")))
        for name, country in language.table("regions").items():
            found[fold(name)].append(Place(name, country, "region"))
        return found

    @cached_property
    def _further(self) -> dict[str, tuple[str, ...]]:
        """Cities as the language calls them: CLDR's names of those that time zones are called after, and the names in
        a script without capitals."""
        found = dict(_caseless_lines()) if self.language.code in CASELESS else {}
        for zone, names in locale_of(self.language.code).time_zones.items():
            if names.get("city") and "/" in zone:
                city = fold(zone.rpartition("/")[2].replace("_", " "))
                if (own := fold(names["city"])) != city and city in _lines():
                    found[own] = (*found.get(own, ()), *_lines()[city])
        return found

    @property
    def _locales(self) -> tuple[str, ...]:
        return (self.language.code, *_SCRIPTS.get(self.language.code, ()))

    # Scripts without capitals

    @cached_property
    def spelt(self) -> tuple[Any, tuple[str, ...]]:
        """An automaton of the names in a script without capitals, and their folded forms by its indexes."""
        from ahocorasick_rs import AhoCorasick, MatchKind

        own = (name for code in self._locales for name in locale_of(code).territories.values())
        table = self.language.table
        names = (*_caseless_names(), *own, *table("places"), *table("regions"))
        spelt = {name: key for name in names if name[0] > "\u0590" and (key := fold(name)) in self}
        return AhoCorasick(list(spelt), matchkind=MatchKind.LeftmostLongest), tuple(spelt.values())

    # Other cases

    def inflected(self, name: str) -> tuple[Place, ...]:
        """Places whose name stands in another case: "u Novom Sadu", "в Турции", "Washingtona"."""
        endings = self._endings
        if not endings:
            return ()
        bare = _SUFFIXED.sub("", name)
        if bare != name and (places := self.get(fold(bare))):
            return places
        return self._stems.get(_stem(name, endings), ())

    @cached_property
    def _endings(self) -> tuple[str, ...]:
        return tuple(sorted(map(fold, self.language.words("names", "endings")), key=len, reverse=True))

    @cached_property
    def _stems(self) -> dict[str, tuple[Place, ...]]:
        """Places by the stems of their names; what two names share tells nothing."""
        found: dict[str, tuple[Place, ...]] = {}
        for name in {*self._own, *self._further, *_known_abroad()}:
            known = tuple(
                place
                for place in self.get(name)
                if place.kind in ("country", "region") or place.population >= _KNOWN_ABROAD
            )
            if known and (stem := _stem(name, self._endings)):
                found[stem] = found.get(stem, ()) + known
        return found

    # Short forms with full stops

    @cached_property
    def dotted(self) -> re.Pattern[str]:
        """U.S., U.K."""
        return re.compile(
            rf"{BEFORE}(?:{any_of(name for name in self.language.table('places') if '.' in name)}){AFTER}"
        )


@cache
def gazetteer(language: Language) -> Gazetteer:
    return Gazetteer(language)


@cache
def shortened() -> re.Pattern[str]:
    """How newspapers shorten states: words and initials that mean another thing elsewhere ("Mass.", "500 B.C.")."""
    names = [name for name in _lines() if "." in name and name.endswith(".")]
    spelt = {name for names in map(_other, {line for n in names for line in _lines()[n]}) for name in names}
    initials = any_of(name for name in spelt if name.count(".") > 1)
    return re.compile(
        rf"(?<=\w,\s)(?:{any_of(name for name in spelt if '.' in name)})|{BEFORE}(?<!\d\s)(?:{initials})(?!\w|\s[A-Z])"
    )


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


def _countries(code: str) -> Iterator[tuple[str, str]]:
    for country, name in locale_of(code).territories.items():
        if len(country) == 2 and country.isalpha() and country not in _NO_COUNTRIES:
            yield name, country


_COLUMNS = "geonameid kind name country state lat lon population other".split()
"""Of ``places.tsv``."""


def _rows_of(name: str) -> list[str]:
    lines = files("copydesk.facts").joinpath(f"data/{name}").read_text("utf-8").splitlines()
    return [line for line in lines if line[0] != "#"][1:]


@cache
def _lines() -> dict[str, tuple[str, ...]]:
    """The table's lines by each folded name in them."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _rows_of("places.tsv"):
        _, _, name, _, _, _, _, _, other = line.split("\t")
        for key in {fold(name), *map(fold, other.split("|"))} if other else (fold(name),):
            found[key] = (*found[key], line) if key in found else (line,)
    return found


@cache
def _place(line: str) -> Place:
    row = dict(zip(_COLUMNS, line.split("\t"), strict=True))
    return Place(
        name=row["name"],
        country=row["country"],
        kind="city" if row["kind"] == "capital" else row["kind"],
        capital=row["kind"] == "capital",
        geonameid=int(row["geonameid"]) if row["geonameid"] else None,
        state=row["state"],
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["lon"]) if row["lon"] else None,
        population=int(row["population"]),
    )


def _other(line: str) -> list[str]:
    return line.rpartition("\t")[2].split("|")


@cache
def _by_country() -> dict[str, Place]:
    places = (_place(line) for lines in _lines().values() for line in lines if "\tcountry\t" in line)
    return {place.country: place for place in places}


@cache
def _known_abroad() -> tuple[str, ...]:
    """Names of the areas and cities of which a place is known in many languages."""
    return tuple(
        name
        for name, lines in _lines().items()
        if any(len(population := line.split("\t")[7]) > 5 or population == "0" for line in lines)
    )


@cache
def _caseless_names() -> dict[str, str]:
    """Cities' names in scripts without capitals, with their GeoNames ids."""
    rows = (line.split("\t") for line in _rows_of("places_caseless.tsv"))
    return {name: geonameid for geonameid, names in rows for name in names.split("|")}


@cache
def _caseless_lines() -> dict[str, tuple[str, ...]]:
    cities = {line.partition("\t")[0]: line for lines in _lines().values() for line in lines}
    return {fold(name): (cities[geonameid],) for name, geonameid in _caseless_names().items() if geonameid in cities}


def places() -> Iterator[Place]:
    """Every place of the table."""
    return map(_place, dict.fromkeys(line for lines in _lines().values() for line in lines))
