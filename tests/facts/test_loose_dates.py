"""Dates that name no day of the calendar, times of day, and dates of several parts."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.facts import when
from copydesk.facts.language import language, meanings
from copydesk.model import Fact, FactType

SUNDAY = "2025-07-13"
TABLES = "en pt de es fr nl it".split()


def found(text: str, code: str, published: str | None = SUNDAY) -> list[Fact]:
    kinds = (FactType.DATE, FactType.DURATION, FactType.SET)
    return [fact for fact in annotate(text, language=code, published=published) if fact.type in kinds]


@pytest.mark.parametrize(
    ("code", "text", "surface", "kind", "iso"),
    [
        ("en", "The plant is now shut.", "now", "date", "PRESENT_REF"),
        ("de", "Damals stand dort ein Kino.", "Damals", "date", "PAST_REF"),
        ("pt", "O museu abriu recentemente.", "recentemente", "date", "PAST_REF"),
        ("en", "Sales rose from a year earlier.", "a year earlier", "date", "2024"),
        ("en", "The ferry runs daily.", "daily", "set", "P1D"),
        ("en", "They meet every two weeks.", "every two weeks", "set", "P2W"),
        ("en", "They meet every Monday.", "every Monday", "set", "XXXX-WXX-1"),
        ("en", "It earns 3 million a year.", "a year", "set", "P1Y"),
        ("pt", "Três vezes por semana chove.", "por semana", "set", "P1W"),
        ("fr", "Il sort chaque mois.", "chaque mois", "set", "P1M"),
        ("en", "It lasted several weeks.", "several weeks", "duration", "PXW"),
        ("en", "It went on for decades.", "decades", "duration", "PXDE"),
        ("de", "Er schwieg jahrelang.", "jahrelang", "duration", "PXY"),
        ("en", "It rained last spring.", "last spring", "date", "2025-SP"),
        ("en", "It rained last fall.", "last fall", "date", "2024-FA"),
        ("es", "Llovió en el verano de 1998.", "en el verano de 1998", "date", "1998-SU"),
        ("en", "They met on Thanksgiving Day.", "Thanksgiving Day", "date", "2024-11-28"),
        ("en", "They met on Good Friday 2024.", "Good Friday 2024", "date", "2024-03-29"),
        ("de", "Sie trafen sich zu Weihnachten 2023.", "Weihnachten 2023", "date", "2023-12-25"),
        ("pt", "No século XVI havia um porto.", "século XVI", "date", "15XX"),
        ("en", "In the 20th century it grew.", "20th century", "date", "19XX"),
        ("en", "He left this morning.", "this morning", "date", "2025-07-13TMO"),
        ("en", "He left on Friday evening.", "Friday evening", "date", "2025-07-11TEV"),
        ("it", "È partito ieri sera.", "ieri sera", "date", "2025-07-12TEV"),
        ("nl", "Hij vertrok gisteravond.", "gisteravond", "date", "2025-07-12TEV"),
        ("en", "It began at 10:35 a.m. Friday.", "10:35 a.m. Friday", "date", "2025-07-11T10:35"),
        ("de", "Es begann am Freitag um 9 Uhr.", "Freitag um 9 Uhr", "date", "2025-07-11T09:00"),
        ("fr", "Il est arrivé à 19h30.", "19h30", "date", "T19:30"),
        ("en", "It closed at 12 a.m.", "12 a.m.", "date", "T00"),
        ("en", "It ran from June 3, 2024 to July 5, 2024.", "June 3, 2024 to July 5, 2024", "date",
         "2024-06-03/2024-07-05"),
        ("pt", "Em 1291 o rei partiu.", "1291", "date", "1291"),
    ],
)  # fmt: skip
def test_a_loose_date(code: str, text: str, surface: str, kind: str, iso: str) -> None:
    assert [(fact.text, fact.type, fact.value["iso"]) for fact in found(text, code)] == [(surface, kind, iso)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "In 1291 cases the court agreed."),
        ("en", "It won 3:2 at home and 25:75 away."),
        ("en", "a now-defunct firm"),
        ("pt", "Natal é a capital do estado."),
    ],
)
def test_what_is_no_date(code: str, text: str) -> None:
    assert found(text, code) == []


def test_a_period_has_its_first_day_and_the_day_after_its_last() -> None:
    month, stretch, day = found("In June 2024, over the last 3 months and on July 1.", "en")
    assert (month.value["start"], month.value["end"]) == ("2024-06-01", "2024-07-01")
    assert (stretch.type, stretch.value["iso"]) == ("duration", "P3M")
    assert (stretch.value["start"], stretch.value["end"]) == ("2025-04-13", "2025-07-13")
    assert "start" not in day.value


def test_without_publication_a_date_keeps_what_its_words_say() -> None:
    values = [fact.value["iso"] for fact in found("Hoje, em Dezembro, no dia 9 de março e há dois anos.", "pt", None)]
    assert values == ["PRESENT_REF", "XXXX-12", "XXXX-03-09", "PAST_REF"]


@pytest.mark.parametrize("code", TABLES)
def test_every_feast_season_and_part_of_day_has_a_reading(code: str) -> None:
    known = language(code)
    for feast in known.table("holidays").values():
        reading = when.holiday(feast, 2024, None, ahead=False)
        assert reading
        assert when.days_of(reading.iso)[0]
    assert set(known.table("seasons").values()) == {"SP", "SU", "FA", "WI"}
    assert set(known.table("parts").values()) <= {"MO", "MI", "AF", "EV", "NI"}
    assert meanings(known, "references")
    assert meanings(known, "sets")
