"""Numbers and money beyond the plain ones, in many languages."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.facts.han import parse_han
from copydesk.facts.language import language
from copydesk.facts.numerals import parse_number
from copydesk.model import FactType

KINDS = (
    FactType.NUMBER,
    FactType.NUMBER_RANGE,
    FactType.PERCENT,
    FactType.MONEY,
    FactType.DIMENSION,
    FactType.TEMPERATURE,
)


def amounts(text: str, code: str) -> list[tuple[str, dict]]:
    return [(fact.text, dict(fact.value)) for fact in annotate(text, language=code) if fact.type in KINDS]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "£3.2bn", {"number": 3.2e9, "unit": "GBP"}),
        ("en", "$5m", {"number": 5e6, "unit": "USD"}),
        ("en", "$2 million to $3 million", {"low": 2e6, "high": 3e6, "unit": "USD"}),
        ("en", "15 USD", {"number": 15, "unit": "USD"}),
        ("en", "10 million euros", {"number": 1e7, "unit": "EUR"}),
        ("pt", "R$ 20 milhões", {"number": 2e7, "unit": "BRL"}),
        ("pt", "três milhões de dólares", {"number": 3e6, "unit": "USD"}),
        ("fr", "3 millions d'euros", {"number": 3e6, "unit": "EUR"}),
        ("de", "3,5 Mio. Euro", {"number": 3.5e6, "unit": "EUR"}),
        ("ru", "5 млн рублей", {"number": 5e6, "unit": "RUB"}),
        ("pl", "200 złotych", {"number": 200, "unit": "PLN"}),
        ("ja", "3億5000万円", {"number": 350_000_000, "unit": "JPY"}),
        ("hi", "5 करोड़ रुपये", {"number": 5e7, "unit": "INR"}),
        ("en", "3 to 4 percent", {"low": 3, "high": 4, "unit": "%"}),
        ("pt", "entre 3% e 5%", {"low": 3, "high": 5, "unit": "%"}),
        ("tr", "yüzde 5", {"number": 5, "unit": "%"}),
        ("zh", "百分之5", {"number": 5, "unit": "%"}),
        ("en", "25 to 30 thousand people", {"low": 25_000, "high": 30_000, "counted": "people"}),
        ("en", "two-thirds of voters", {"number": pytest.approx(2 / 3), "counted": "voters"}),
        ("en", "half a million eggs", {"number": 500_000, "counted": "eggs"}),
        ("en", "a 5km run", {"number": 5, "unit": "kilometer"}),
        ("en", "it fell to -5 degrees", {"number": -5, "unit": "degree"}),
        ("en", "1,00,000 rupees", {"number": 100_000, "unit": "INR"}),
        ("de", "zweihundertfünfzig Menschen", {"number": 250, "counted": "Menschen"}),
        ("it", "ventitré persone", {"number": 23, "counted": "persone"}),
        ("ru", "около 300 человек", {"number": 300, "counted": "человек", "qualifier": "about"}),
        ("zh", "三百万人", {"number": 3_000_000, "counted": "人"}),
        ("ko", "1억 2천만 명", {"number": 120_000_000, "counted": "명"}),
        ("ar", "نحو 300 شخص", {"number": 300, "counted": "شخص", "qualifier": "about"}),
    ],
)
def test_an_amount(code: str, text: str, expected: dict) -> None:
    ((_, value),) = amounts(text, code)
    assert value == expected


@pytest.mark.parametrize(
    "text",
    [
        "a Boeing 737-800",
        "a 3-2 win",
        "at 6 p.m.",
        "call 555-123-4567 or +44 20 7946 0000",
        "https://example.org/a/2231/12 and mail me@example25.org",
        "No. 5",
        "1. The first point",
        "a one-off, and the two said no",
        "an Airbus 380",
    ],
)
def test_figures_that_count_nothing(text: str) -> None:
    assert amounts(text, "en") == []


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "200 pounds of rice", {"number": 200, "unit": "pound", "counted": "rice"}),
        ("en", "3 million pounds", {"number": 3e6, "unit": "GBP"}),
        ("fr", "trente livres", {"number": 30, "unit": "pound"}),
        ("es", "5 nuevos casos", {"number": 5, "counted": "nuevos casos"}),
    ],
)
def test_currencies_names_are_other_words_too(code: str, text: str, expected: dict) -> None:
    assert [value for _, value in amounts(text, code)] == [expected]


def test_and_makes_a_range_only_behind_between() -> None:
    assert [value for _, value in amounts("3 and 4 boats", "en")] == [{"number": 3}, {"number": 4, "counted": "boats"}]


@pytest.mark.parametrize(
    ("code", "words", "value"),
    [
        ("en", "two hundred and two thousand", 202_000),
        ("en", "one and a half million", 1_500_000),
        ("en", "2 1/2", 2.5),
        ("en", "2½", 2.5),
        ("en", "1.5", 1.5),
        ("pt", "1.500", 1500),
        ("pt", "1.5", 1.5),
        ("pt", "seiscentos e trinta e um mil", 631_000),
        ("es", "treinta y cinco mil millones", 35e9),
        ("fr", "quatre-vingt-dix-sept", 97),
        ("fr", "soixante et onze", 71),
        ("de", "dreiundzwanzigtausend", 23_000),
        ("de", "zweitausenddreihundert", 2300),
        ("nl", "vijfentwintig", 25),
        ("da", "femoghalvtreds", 55),
        ("sv", "tjugofem", 25),
        ("ru", "двести пятьдесят тысяч", 250_000),
        ("tr", "yirmi beş", 25),
        ("en", "five twenty", None),
        ("de", "fünfzwölf", None),
    ],
)
def test_numerals(code: str, words: str, value: float | None) -> None:
    assert parse_number(words, language(code)) == value


@pytest.mark.parametrize(
    ("characters", "value"),
    [
        ("三百二十一", 321),
        ("十二", 12),
        ("一万二千", 12_000),
        ("3万5000", 35_000),
        ("1.5亿", 150_000_000),
        ("2천500", 2500),
    ],
)
def test_characters(characters: str, value: float) -> None:
    assert parse_han(characters) == value


@pytest.mark.parametrize(
    ("code", "text", "kind", "expected"),
    [
        ("en", "20 sq km of forest", "dimension", {"number": 20, "unit": "square-kilometer", "counted": "forest"}),
        ("en", "a 5-mile walk", "dimension", {"number": 5, "unit": "mile"}),
        ("en", "1.2 metres of water", "dimension", {"number": 1.2, "unit": "meter", "counted": "water"}),
        ("en", "30 to 40 tonnes", "dimension", {"low": 30, "high": 40, "unit": "tonne"}),
        ("en", "3 million barrels a day", "dimension", {"number": 3e6, "unit": "barrel-per-day"}),
        ("pt", "5 milhões de toneladas", "dimension", {"number": 5e6, "unit": "tonne"}),
        ("de", "120 Stundenkilometer", "dimension", {"number": 120, "unit": "kilometer-per-hour"}),
        ("fr", "25 km²", "dimension", {"number": 25, "unit": "square-kilometer"}),
        ("ru", "800 тонн", "dimension", {"number": 800, "unit": "tonne"}),
        ("ar", "5 كيلومترات", "dimension", {"number": 5, "unit": "kilometer"}),
        ("en", "minus 40 degrees Fahrenheit", "temperature", {"number": -40, "unit": "fahrenheit"}),
        ("es", "30 grados centígrados", "temperature", {"number": 30, "unit": "celsius"}),
        ("de", "-5 °C", "temperature", {"number": -5, "unit": "celsius"}),
        ("ja", "摂氏20度", "temperature", {"number": 20, "unit": "celsius"}),
        ("en", "a 360 degree turn", "dimension", {"number": 360, "unit": "degree"}),
    ],
)
def test_a_measure(code: str, text: str, kind: str, expected: dict) -> None:
    (fact,) = annotate(text, language=code)
    assert (fact.type, fact.value) == (kind, expected)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "13 dollars and 45 cents", {"number": 13.45, "unit": "USD"}),
        ("de", "zwei Euro und fünfzig Cent", {"number": 2.5, "unit": "EUR"}),
        ("es", "2 millones 300 mil habitantes", {"number": 2_300_000, "counted": "habitantes"}),
        ("pt", "3 milhões e 200 mil", {"number": 3_200_000}),
    ],
)
def test_an_amount_in_two_parts(code: str, text: str, expected: dict) -> None:
    assert amounts(text, code) == [(text.removesuffix(" habitantes"), expected)]


def test_two_amounts_stay_two() -> None:
    found = [fact.value["number"] for fact in annotate("€5 million and 300 thousand people", language="en")]
    assert found == [5_000_000, 300_000]


@pytest.mark.parametrize(
    ("code", "surface", "number"),
    [
        ("en", "three fifths", 0.6),
        ("de", "drei Viertel", 0.75),
        ("fr", "deux tiers", 2 / 3),
        ("it", "tre quarti", 0.75),
        ("sv", "två femtedelar", 0.4),
        ("en", "two point five", 2.5),
        ("fr", "deux virgule soixante et onze", 2.71),
        ("en", "2 and 1/4", 2.25),
        ("en", "1.5e3", 1500),
        ("en", "2.5×10-3", 0.0025),
        ("en", "a dozen", 12),
        ("zh", "四分之三", 0.75),
        ("ja", "4分の3", 0.75),
        ("ko", "3분의 1", 1 / 3),
        ("zh", "三点二五", 3.25),
        ("zh", "壹佰伍拾", 150),
        ("ko", "이십만", 200_000),
    ],
)
def test_parts_points_and_powers(code: str, surface: str, number: float) -> None:
    assert parse_number(surface, language(code)) == pytest.approx(number)


def test_greater_than_and_less_than_is_a_range() -> None:
    assert amounts("more than 10 and less than 20 ships", "en") == [
        ("10 and less than 20", {"low": 10, "high": 20, "counted": "ships", "qualifier": "more_than"})
    ]


@pytest.mark.parametrize(
    ("code", "text", "surface", "number"),
    [
        ("en", "One in three people agreed.", "One in three", 1 / 3),
        ("en", "Two out of ten people agreed.", "Two out of ten", 0.2),
        ("es", "uno de cada tres vecinos", "uno de cada tres", 1 / 3),
        ("it", "3 milioni e mezzo di persone", "3 milioni e mezzo", 3_500_000),
        ("pt", "um milhão e meio de pessoas", "um milhão e meio", 1_500_000),
        ("de", "anderthalb Millionen Menschen", "anderthalb Millionen", 1_500_000),
        ("hi", "एक सौ एकसठ लोग", "एक सौ एकसठ", 161),
        ("ko", "열한 명이 다쳤다", "열한", 11),
        ("zh", "一万五千亿元", "一万五千亿元", 1_500_000_000_000),
        ("ar", "خمسة وعشرون شخصا", "خمسة وعشرون", 25),
    ],
)
def test_parts_halves_and_numerals(code: str, text: str, surface: str, number: float) -> None:
    found = {fact.text: fact.value.get("number") for fact in annotate(text, language=code)}
    assert found[surface] == pytest.approx(number)


@pytest.mark.parametrize("text", ["The blast killed two in three villages.", "The bill passed 5 over 6 objections."])
def test_counts_are_no_parts(text: str) -> None:
    assert not [fact for fact in annotate(text, language="en") if fact.rule == "quantity.part"]
