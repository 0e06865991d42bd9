"""Which place a name means."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.facts.places import _rows
from copydesk.model import FactType, FactValue


def places(text: str, code: str = "en") -> dict[str, FactValue]:
    return {fact.text: fact.value for fact in annotate(text, language=code) if fact.type is FactType.PLACE}


@pytest.mark.parametrize(
    ("code", "text", "surface", "country"),
    [
        ("en", "A ferry left for Wonsan, North Korea.", "Wonsan", "KP"),
        ("pt", "Chegou a Wonsan, na Coreia do Norte.", "Wonsan", "KP"),
        ("en", "They flew from Paris to Rome.", "Paris", "FR"),
        ("en", "He was born in Valencia, Venezuela.", "Valencia", "VE"),
        ("en", "Britain’s envoy and the U.S. envoy met.", "Britain", "GB"),
        ("en", "Britain’s envoy and the U.S. envoy met.", "U.S.", "US"),
        ("de", "Das Schiff fuhr nach Moskau.", "Moskau", "RU"),
        ("es", "El barco salió de Londres.", "Londres", "GB"),
        ("ru", "Судно вышло из порта. Порт Москва закрыт.", "Москва", "RU"),
    ],
)
def test_the_country_of_a_name(code: str, text: str, surface: str, country: str) -> None:
    if code == "ru":
        pytest.importorskip("babel")
    assert places(text, code)[surface]["country"] == country


def test_a_state_says_which_town_is_meant() -> None:
    assert places("He lives in Aurora, Illinois.")["Aurora"]["geonameid"] != places("He lives in Aurora, Colorado.")[
        "Aurora"
    ]["geonameid"]  # fmt: skip


def test_a_town_that_the_gazetteer_does_not_know_there_has_no_coordinates() -> None:
    value = places("He lives in Toronto, Kansas.")["Toronto"]
    assert (value["country"], "lat" in value) == ("US", False)


def test_a_capital_that_begins_a_sentence_makes_no_city() -> None:
    assert places("Nice words were said. Reading is fun. Split the bill.") == {}


def test_countries_carry_their_identifier() -> None:
    assert places("They flew to Portugal.")["Portugal"]["geonameid"] == 2264397


def test_the_gazetteer_is_credited_small_and_sound() -> None:
    from importlib.resources import files

    data = files("copydesk.facts").joinpath("data/places.tsv").read_bytes()
    assert data.startswith(b"# Data from GeoNames (https://www.geonames.org), CC BY 4.0")
    assert len(data) < 600_000
    rows = [place for place, _ in _rows()]
    assert len({place.geonameid or place for place in rows}) == len(rows) > 9_000
    assert all(place.latitude is not None for place in rows if place.kind in ("state", "region", "city"))
    assert all(len(place.country) == 2 for place in rows if place.kind != "continent")


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The river in Georgia rose, as it did in Alabama.", "Georgia", "US"),
        ("The river in Georgia rose, as it did in Armenia.", "Georgia", "GE"),
        ("They left Bowling Green, Ky., by car.", "Kentucky", "US"),
        ("They left Kamloops, B.C., by car.", "British Columbia", "CA"),
        ("Rain fell on Sichuan all day.", "Sichuan", "CN"),
    ],
)
def test_states_and_regions(text: str, name: str, country: str) -> None:
    places = {fact.value["name"]: fact.value for fact in annotate(text, language="en") if fact.type is FactType.PLACE}
    assert places[name]["country"] == country
    assert {"lat", "lon"} <= places[name].keys()


def test_initials_are_no_state_without_a_comma() -> None:
    found = annotate("The wall of 500 B.C. fell, and Mass. was said.", language="en")
    assert [fact.text for fact in found if fact.type is FactType.PLACE] == []
