"""Which place a name means."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.facts import gazetteer
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
    assert len(data) < 2_300_000
    rows = list(gazetteer.places())
    assert len({place.geonameid or place for place in rows}) == len(rows) > 40_000
    assert all(place.latitude is not None for place in rows if place.kind in ("state", "county", "region", "city"))
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


def test_a_county_says_in_which_state_its_towns_are() -> None:
    found = places("Officers from Licking County met in Newark. The road to Dublin is closed.")
    assert {name: value.get("geonameid") for name, value in found.items()} == {
        "Licking County": None,
        "Newark": 5164466,
        "Dublin": 5152333,
    }


def test_a_small_town_needs_something_that_speaks_for_it() -> None:
    assert places("Greer is a town. They left.") == {}
    assert places("They met in Greer, South Carolina, and left.")["Greer"]["geonameid"] == 4580599


def test_a_capital_is_known_in_every_state() -> None:
    assert places("A senator from Iowa flew to Washington on Monday.")["Washington"]["geonameid"] == 4140963


def test_a_country_is_no_city_of_its_name() -> None:
    assert places("Trade with Mexico grew.")["Mexico"]["geonameid"] == 3996063


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("hr", "Sastali su se u Novom Sadu i u Srbiji.", {"Novom Sadu": "RS", "Srbiji": "RS"}),
        ("hr", "Put iz SAD-a vodi Beogradu.", {"SAD-a": "US", "Beogradu": "RS"}),
        ("pl", "Poleciał do Waszyngtonu, a potem do Turcji.", {"Waszyngtonu": "US", "Turcji": "TR"}),
        ("ru", "Делегация прибыла в Турцию из Москвы.", {"Турцию": "TR", "Москвы": "RU"}),
    ],
)
def test_places_in_other_cases(code: str, text: str, expected: dict[str, str]) -> None:
    found = [fact for fact in annotate(text, language=code) if fact.type is FactType.PLACE]
    assert {fact.text: fact.value.get("country") for fact in found} == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("zh", "他昨天离开上海前往法国。", {"上海": "CN", "法国": "FR"}),
        ("ja", "大阪からフランスへ", {"大阪": "JP", "フランス": "FR"}),
        ("ko", "그는 부산에서 프랑스로 갔다", {"부산": "KR", "프랑스": "FR"}),
        ("ar", "وصل الوفد إلى بغداد قادما من فرنسا", {"بغداد": "IQ", "فرنسا": "FR"}),
        ("hi", "वह मुंबई से फ़्रांस गया", {"मुंबई": "IN", "फ़्रांस": "FR"}),
        ("he", "הוא נסע מחיפה לצרפת", {"חיפה": "IL", "צרפת": "FR"}),
    ],
)
def test_scripts_without_capitals(code: str, text: str, expected: dict[str, str]) -> None:
    found = [fact for fact in annotate(text, language=code) if fact.type is FactType.PLACE]
    assert {fact.text: fact.value.get("country") for fact in found} == expected
