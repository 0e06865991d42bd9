"""Dates with one end, times and their ranges, parts of years, what lies ahead."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.model import FactType, FactValue

DATES = (FactType.DATE, FactType.DURATION, FactType.SET)


def dates(text: str, code: str = "en", published: str | None = "2025-07-13T09:30:00") -> dict[str, FactValue]:
    return {fact.text: fact.value for fact in annotate(text, language=code, published=published) if fact.type in DATES}


@pytest.mark.parametrize(
    ("code", "text", "surface", "start", "end"),
    [
        ("en", "It has been shut since May 2020.", "May 2020", "2020-05-01", None),
        ("en", "It is shut until 3 August 2025.", "3 August 2025", None, "2025-08-03"),
        ("en", "It is shut through 2026.", "2026", None, "2027-01-01"),
        ("en", "It opens after May 2026.", "May 2026", "2026-06-01", None),
        ("de", "Seit Mai 2020 ist es zu.", "Mai 2020", "2020-05-01", None),
        ("it", "Chiuso dall'11 luglio 2025.", "11 luglio 2025", "2025-07-11", None),
        ("fr", "Fermé jusqu'en 2026.", "2026", None, "2027-01-01"),
        ("zh", "截至2024年5月3日", "2024年5月3日", None, "2024-05-04"),
        ("hi", "यह 15 जून 2025 तक बंद है।", "15 जून 2025", None, "2025-06-16"),
        # What only says where something is from keeps both its ends.
        ("en", "Data from 2019 show it.", "2019", "2019-01-01", "2020-01-01"),
        ("de", "Das Urteil vom Mai 2020 gilt.", "Mai 2020", "2020-05-01", "2020-06-01"),
    ],
)
def test_a_date_with_one_end(code: str, text: str, surface: str, start: str | None, end: str | None) -> None:
    value = dates(text, code)[surface]
    assert (value.get("start"), value.get("end")) == (start, end)


@pytest.mark.parametrize(
    ("code", "text", "surface", "iso"),
    [
        (
            "en",
            "It is open from 7 to 8:30 p.m. on Friday.",
            "7 to 8:30 p.m. on Friday",
            "2025-07-11T19:00/2025-07-11T20:30",
        ),
        ("en", "From 11 p.m. to 1 a.m. on Friday.", "11 p.m. to 1 a.m. on Friday", "2025-07-11T23:00/2025-07-12T01:00"),
        ("en", "They met at noon.", "noon", "T12:00"),
        ("fr", "Rendez-vous à seize heures.", "seize heures", "T16"),
        ("fr", "Cela a duré seize heures.", "seize heures", "PT16H"),
        ("ja", "会見は午後3時30分に始まる。", "午後3時30分", "T15:30"),
        ("ja", "会見は午前12時15分に始まる。", "午前12時15分", "T00:15"),
        ("ko", "회의는 오전 11시 반에 시작된다.", "오전 11시 반", "T11:30"),
        ("en", "Sales rose in Q3 2024.", "Q3 2024", "2024-Q3"),
        ("en", "Sales rose in the first half of 2024.", "first half of 2024", "2024-H1"),
        ("es", "en el primer semestre de 2024", "primer semestre de 2024", "2024-H1"),
        ("en", "It ended in the last week of 2016.", "last week of 2016", "2016-W52"),
        ("en", "The vote is due in the third week of May 2026.", "third week of May 2026", "2026-W21"),
        ("es", "el diez de octubre de 2018", "diez de octubre de 2018", "2018-10-10"),
        ("es", "el año pasado", "año pasado", "2024"),
        ("hu", "tavaly", "tavaly", "2024"),
        ("en", "The council will vote in three days.", "in three days", "2025-07-16"),
        ("en", "Prices rose 5% in three days.", "three days", "P3D"),
        ("en", "The quake struck three hours ago.", "three hours ago", "2025-07-13T06:00"),
    ],
)
def test_a_date(code: str, text: str, surface: str, iso: str) -> None:
    assert dates(text, code)[surface]["iso"] == iso


@pytest.mark.parametrize("text", ["They were 2-1:30 up.", "The film High Noon opened."])
def test_no_time(text: str) -> None:
    assert dates(text) == {}


@pytest.mark.parametrize("published", ["0001-01-01", "9999-12-31T23:59:00+00:00"])
@pytest.mark.parametrize(
    "text",
    [
        "31 December",
        "the third week of May",
        "Thanksgiving",
        "the first week of January",
        "It will end in two weeks",
        "Q4 9999",
    ],
)
def test_the_ends_of_the_calendar(text: str, published: str) -> None:
    dates(text, published=published)
