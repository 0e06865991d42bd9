"""Who is meant: ids that are the same in every article, known persons, names that translation has mangled."""

from __future__ import annotations

import re

import pytest

from copydesk import annotate
from copydesk.facts.language import shared_table
from copydesk.model import FactType


def persons(text: str, code: str = "en") -> list[tuple[str, str, str]]:
    facts = annotate(text, language=code)
    return [(f.text, f.value["name"], f.value["id"]) for f in facts if f.type is FactType.PERSON]


@pytest.mark.parametrize(
    ("code", "text", "surface"),
    [
        ("en", "Putin left early.", "Putin"),
        ("ru", "Вчера Путина видели там.", "Путина"),
        ("zh", "昨天普京离开了。", "普京"),
        ("ar", "قال بوتين إنه سيغادر.", "بوتين"),
        ("fr", "Hier Poutine est parti.", "Poutine"),
    ],
)
def test_a_known_person_has_one_id_in_all_languages(code: str, text: str, surface: str) -> None:
    assert (surface, "wikidata:Q7747") in [(text, identity) for text, _, identity in persons(text, code)]


def test_another_of_that_surname_has_it_in_full() -> None:
    found = [name for _, name, _ in persons("Olga Putin came. Later Putin left.")]
    assert found == ["Olga Putin", "Vladimir Putin"]


def test_a_surname_that_is_a_word_elsewhere_is_nobody_there() -> None:
    assert persons("Drei Modi stehen zur Wahl.", "de") == []


def test_ids_of_places_organisations_and_others() -> None:
    facts = annotate("Reuters met Olga Brelk of Velk Holdings in Lisbon.", language="en")
    assert {fact.text: fact.value["id"] for fact in facts if "id" in fact.value} == {
        "Reuters": "wikidata:Q130879",
        "Olga Brelk": "olga brelk",
        "Velk Holdings": "velk holdings",
        "Lisbon": "geonames:2267057",
    }


def test_a_syllable_that_became_a_word_is_restored_with_little_confidence() -> None:
    facts = annotate("Ele recebeu Ok, filho de Kim, ontem. Depois Kim Last Ok partiu.", language="pt")
    found = [fact for fact in facts if fact.type is FactType.PERSON]
    assert [(fact.text, fact.value["name"]) for fact in found] == [
        ("Ok, filho de Kim", "Kim Son Ok"),
        ("Kim Last Ok", "Kim Son Ok"),
    ]
    assert all(fact.confidence <= 0.3 for fact in found)


def test_a_persons_son_is_no_syllable() -> None:
    assert "Kim Son Ok" not in {name for _, name, _ in persons("Ok, son of Kim, left the hall.")}
    assert "Kim Son Week" not in {name for _, name, _ in persons("Kim Last Week and Kim Last Week came.")}


def test_the_table_of_persons_is_sound() -> None:
    rows = shared_table("persons")["person"]
    names = [name for row in rows for name in (row["name"], *row["aliases"])]
    assert len(names) == len(set(names))
    items = [row["wikidata"] for row in rows if "wikidata" in row]
    assert len(items) == len(set(items))
    assert all(re.fullmatch(r"Q[1-9]\d*", item) for item in items)
