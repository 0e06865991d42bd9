"""Dates beyond the plain ones: what looks ahead, spans, coarse dates, and languages with and without a table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk import annotate
from copydesk.facts import when
from copydesk.facts.language import language
from copydesk.model import FactType

SUNDAY = "2025-07-13"


def dates(text: str, code: str, published: str | None = SUNDAY) -> dict[str, str]:
    found = annotate(text, language=code, published=published)
    return {fact.text: fact.value["iso"] for fact in found if fact.type is FactType.DATE}


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("The board will meet on Tuesday.", "2025-07-15"),
        ("The board met on Tuesday.", "2025-07-08"),
        ("It will pay, the firm said Tuesday.", "2025-07-08"),
        ("The strike lasts until Thursday.", "2025-07-17"),
        ("It is due on September 1.", "2025-09-01"),
        ("It was signed on December 1.", "2024-12-01"),
    ],
)
def test_words_that_look_ahead_turn_a_date_ahead(text: str, iso: str) -> None:
    assert list(dates(text, "en").values()) == [iso]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "the fair of July 3-6, 2024", {"July 3-6, 2024": "2024-07-03/2024-07-06"}),
        ("en", "from 3 to 6 July", {"3 to 6 July": "2025-07-03/2025-07-06"}),
        ("pt", "de 3 a 6 de julho de 2024", {"3 a 6 de julho de 2024": "2024-07-03/2024-07-06"}),
        ("en", "between 2019 and 2021", {"2019 and 2021": "2019/2021"}),
        ("en", "in 2019 and 2021", {"2019": "2019", "2021": "2021"}),
        ("pt", "na temporada 2005/06", {"2005/06": "2005/2006"}),
        ("pt", "em 09/06/05", {"09/06/05": "2005-06-09"}),
        ("en", "the 2019-2021 season", {"2019-2021": "2019/2021"}),
        ("en", "January to March 2024", {"January to March 2024": "2024-01/2024-03"}),
        ("en", "in the third quarter of 2024", {"third quarter of 2024": "2024-Q3"}),
        ("en", "third-quarter profit", {"third-quarter": "2025-Q3"}),
        ("en", "in the fourth quarter", {"fourth quarter": "2024-Q4"}),
        ("en", "in the 1990s", {"1990s": "199X"}),
        ("es", "en los años 90", {"años 90": "199X"}),
        ("en", "in January last year", {"January last year": "2024-01"}),
        ("en", "last June, or next June", {"last June": "2025-06", "next June": "2026-06"}),
        ("en", "in March", {"March": "2025-03"}),
        ("en", "an October storm", {"October": "2024-10"}),
        ("en", "this year and this week", {"this year": "2025", "this week": "2025-W28"}),
        ("en", "past years, coming weeks", {}),
        ("en", "the 1996 law", {"1996": "1996"}),
        ("en", "about 1996 ships, 2000 sailors, room 1984", {}),
    ],
)
def test_spans_and_coarse_dates(code: str, text: str, expected: dict[str, str]) -> None:
    assert dates(text, code) == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("it", "Due anni fa, lunedì.", {"Due anni fa": "2023", "lunedì": "2025-07-07"}),
        ("nl", "Drie dagen geleden, op 3 mei 2024.", {"Drie dagen geleden": "2025-07-10", "3 mei 2024": "2024-05-03"}),
        ("sv", "Den 3 maj 2024, i går.", {"3 maj 2024": "2024-05-03", "i går": "2025-07-12"}),
        ("pl", "W piątek i w listopadzie 2024.", {"piątek": "2025-07-11", "listopadzie 2024": "2024-11"}),
        ("ru", "В среду, 3 мая 2024 года, вчера.", {"среду, 3 мая 2024": "2024-05-03", "вчера": "2025-07-12"}),
        ("uk", "Учора, у червні 2024.", {"Учора": "2025-07-12", "червні 2024": "2024-06"}),
        ("tr", "Dün ve geçen yıl.", {"Dün": "2025-07-12", "geçen yıl": "2024"}),
        ("id", "Kemarin, 3 Mei 2024.", {"Kemarin": "2025-07-12", "3 Mei 2024": "2024-05-03"}),
        ("hi", "3 मई 2024 को, आज।", {"3 मई 2024": "2024-05-03", "आज": "2025-07-13"}),
        ("zh", "昨天，2024年11月3日", {"昨天": "2025-07-12", "2024年11月3日": "2024-11-03"}),
        ("ja", "昨日、2024年11月に", {"昨日": "2025-07-12", "2024年11月": "2024-11"}),
        ("ko", "어제, 2024년 11월 3일에", {"어제": "2025-07-12", "2024년 11월 3일": "2024-11-03"}),
        # Finnish and Greek have no words for dates in their tables: what CLDR gives.
        ("fi", "3. toukokuuta 2024", {"3. toukokuuta 2024": "2024-05-03"}),
        ("el", "3 Μαΐου 2024", {"3 Μαΐου 2024": "2024-05-03"}),
    ],
)
def test_languages(code: str, text: str, expected: dict[str, str]) -> None:
    assert dates(text, code) == expected


def test_a_language_without_a_table_still_says_ago() -> None:
    assert language("et").data == {}
    assert dates("3 päeva eest", "et") == {"3 päeva eest": "2025-07-10"}


def test_an_age_is_no_duration() -> None:
    found = annotate("a 6-year-old boy, 52 years old, for 3 years", language="en", published=SUNDAY)
    assert [fact.text for fact in found if fact.type is FactType.DURATION] == ["3 years"]


@given(st.dates(date(1, 1, 8), date(9999, 12, 24)), st.integers(0, 6))
def test_a_weekday_is_in_the_week_up_to_publication_or_after_it(published: date, number: int) -> None:
    past = when.weekday(number, published, sign=0, ahead=False)
    coming = when.weekday(number, published, sign=0, ahead=True)
    assert past is not None
    assert coming is not None
    back, forth = date.fromisoformat(past.iso), date.fromisoformat(coming.iso)
    assert back.weekday() == forth.weekday() == number
    assert 0 <= (published - back).days < 7
    assert 0 <= (forth - published).days < 7


@given(st.integers(1, 12), st.dates(date(2, 1, 1), date(9998, 12, 31)), st.booleans())
def test_a_month_alone_is_less_than_a_year_away(month: int, published: date, ahead: bool) -> None:
    year, found = map(int, when.month_near(month, published, ahead=ahead).iso.split("-"))
    away = (year - published.year) * 12 + found - published.month
    assert found == month
    assert (0 <= away < 12) if ahead else (-12 < away <= 0)
