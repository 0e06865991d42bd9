"""Facts, by invented sentences. The text is the test: what is marked must be found with its value, nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk import annotate
from copydesk.facts.language import language
from copydesk.facts.numerals import parse_number
from copydesk.model import Fact, FactType

SUNDAY = "2025-07-13"


def facts(text: str, code: str, *types: FactType, published: str | None = SUNDAY) -> list[Fact]:
    return [fact for fact in annotate(text, language=code, published=published) if fact.type in types]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "They met on Friday and again today.", {"Friday": "2025-07-11", "today": "2025-07-13"}),
        ("en", "On Sunday the port was closed.", {"Sunday": "2025-07-13"}),
        ("en", "It reopens next Monday.", {"next Monday": "2025-07-14"}),
        ("en", "It opened on July 4, 2024, after works since 2019.", {"July 4, 2024": "2024-07-04", "2019": "2019"}),
        ("en", "The fair of November 2024 drew crowds.", {"November 2024": "2024-11"}),
        ("en", "Prices rose last year and last month.", {"last year": "2024", "last month": "2025-06"}),
        ("en", "He left three days ago.", {"three days ago": "2025-07-10"}),
        ("en", "The deadline is Friday, 11 July 2025.", {"Friday, 11 July 2025": "2025-07-11"}),
        ("en", "They signed on June 30.", {"June 30": "2025-06-30"}),
        ("en", "May we go? He may march. 10 of the 2000 left.", {}),
        ("en", "There is no 31 February 2025.", {}),
        ("pt", "No sábado e na quarta-feira.", {"sábado": "2025-07-12", "quarta-feira": "2025-07-09"}),
        ("pt", "Foi em 2024.", {"2024": "2024"}),
        ("pt", "Nasceu em 3 de março de 1998.", {"3 de março de 1998": "1998-03-03"}),
        ("pt", "Ontem e no ano passado.", {"Ontem": "2025-07-12", "ano passado": "2024"}),
        ("es", "El viernes 11 de julio de 2025.", {"viernes 11 de julio de 2025": "2025-07-11"}),
        ("es", "Ayer no abrió.", {"Ayer": "2025-07-12"}),
        ("es", "Hace dos semanas cerró.", {"Hace dos semanas": "2025-W26"}),
        ("fr", "Lundi, puis le 14 juillet 2025.", {"Lundi": "2025-07-07", "14 juillet 2025": "2025-07-14"}),
        ("de", "Am Freitag und am 3. Oktober 2025.", {"Freitag": "2025-07-11", "3. Oktober 2025": "2025-10-03"}),
        ("de", "Das Treffen vom 12.07.2025.", {"12.07.2025": "2025-07-12"}),
        ("it", "Il 12 luglio 2025 la fiera aprì.", {"12 luglio 2025": "2025-07-12"}),
    ],
)  # fmt: skip
def test_dates(code: str, text: str, expected: dict[str, str]) -> None:
    found = {fact.text: fact.value["iso"] for fact in facts(text, code, FactType.DATE)}
    assert found == expected


def test_without_a_publication_date_nothing_relative_is_resolved() -> None:
    found = facts("On Friday, after July 4, 2024, on March 3 and yesterday.", "en", FactType.DATE, published=None)
    assert [fact.value["iso"] for fact in found] == ["XXXX-WXX-5", "2024-07-04", "XXXX-03-03", "PAST_REF"]
    assert "start" not in found[0].value


@pytest.mark.parametrize(
    ("code", "text", "duration"),
    [("en", "a visit of three days", "P3D"), ("pt", "por três dias", "P3D"), ("de", "seit 20 Jahren", "P20Y")],
)
def test_durations(code: str, text: str, duration: str) -> None:
    assert [fact.value["iso"] for fact in facts(text, code, FactType.DURATION)] == [duration]


NUMBERS = (FactType.NUMBER, FactType.NUMBER_RANGE, FactType.PERCENT, FactType.MONEY)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "About 340 boats were moved.", [{"number": 340, "counted": "boats", "qualifier": "about"}]),
        ("en", "At least 1,250 people fled.", [{"number": 1250, "counted": "people", "qualifier": "at_least"}]),
        ("en", "between 300 and 400 homes", [{"low": 300, "high": 400, "counted": "homes"}]),
        ("en", "It cost $2.4 million.", [{"number": 2.4e6, "unit": "USD"}]),
        ("en", "Sales fell 3.5 percent.", [{"number": 3.5, "unit": "%"}]),
        ("en", "Twenty-five sailors came.", [{"number": 25, "counted": "sailors"}]),
        ("en", "two dogs", [{"number": 2, "counted": "dogs"}]),
        ("en", "no more than 20 ships", [{"number": 20, "counted": "ships", "qualifier": "at_most"}]),
        ("en", "an F-16 and COVID-19 at 10:30", []),
        ("pt", "de 25.000 a 30.000 soldados", [{"low": 25000, "high": 30000, "counted": "soldados"}]),
        ("pt", "nove milhões de balas", [{"number": 9e6, "counted": "balas"}]),
        ("pt", "cerca de 4.000 casas", [{"number": 4000, "counted": "casas", "qualifier": "about"}]),
        ("es", "unos 3,5 millones de euros", [{"number": 3.5e6, "unit": "EUR", "qualifier": "about"}]),
        ("fr", "12 500 manifestants", [{"number": 12500, "counted": "manifestants"}]),
        ("de", "rund 1.200 Menschen", [{"number": 1200, "counted": "Menschen", "qualifier": "about"}]),
        ("de", "zwischen 300 und 400 Häuser", [{"low": 300, "high": 400, "counted": "Häuser"}]),
    ],
)  # fmt: skip
def test_quantities(code: str, text: str, expected: list[dict]) -> None:
    assert [dict(fact.value) for fact in facts(text, code, *NUMBERS)] == expected


@pytest.mark.parametrize(
    ("code", "words", "value"),
    [
        ("en", "two hundred and fifty", 250),
        ("en", "three million", 3e6),
        ("en", "1.5 billion", 1.5e9),
        ("pt", "cento e vinte", 120),
        ("pt", "dois mil e quinhentos", 2500),
        ("es", "mil millones", 1e9),
        ("de", "2,5 Millionen", 2.5e6),
        ("en", "five twenty", None),
    ],
)
def test_numerals(code: str, words: str, value: float | None) -> None:
    assert parse_number(words, language(code)) == value


@pytest.mark.parametrize(
    ("code", "text", "speaker"),
    [
        ("en", "“We must repair them before winter,” said harbour master Jo Quill.", "Jo Quill"),
        ("en", 'Jo Quill said: "We must repair them before winter."', "Jo Quill"),
        ("en", "Jo Quill came at noon. “We must repair them before winter,” he said.", "Jo Quill"),
        ("pt", "“Vamos reparar tudo antes do inverno”, disse a prefeita Ana Sá.", "Ana Sá"),
        ("es", "«Hay que repararlo antes del invierno», dijo Luis Peña.", "Luis Peña"),
        ("de", "„Wir müssen vor dem Winter fertig sein“, sagte Eva Öhm.", "Eva Öhm"),
        ("fr", "« Il faut réparer avant l’hiver », a déclaré Luc Morel.", "Luc Morel"),
        ("en", "“We must repair them before winter,” reads a poster.", None),
    ],
)
def test_quotations_and_their_speakers(code: str, text: str, speaker: str | None) -> None:
    (quote,) = facts(text, code, FactType.QUOTE)
    said_by = quote.value.get("speaker", {})
    assert said_by.get("name") == speaker
    assert text[said_by.get("start", 0) : said_by.get("end", 0)] == said_by.get("text", "")
    assert quote.value["content"][0] not in '“„«"'


def test_an_agency_carries_a_quotation_and_the_last_person_spoke_it() -> None:
    text = "Jo Quill visited the pier. “We must repair them before winter,” Reuters quoted, as the agency said."
    (quote,) = facts(text.replace("quoted, as the agency said", "said"), "en", FactType.QUOTE)
    assert (quote.value["carrier"], quote.value["speaker"]["name"]) == ("Reuters", "Jo Quill")


def test_scare_quotes_are_no_quotations() -> None:
    assert facts("The “green” pier and the “old new harbour” are closed.", "en", FactType.QUOTE) == []


@pytest.mark.parametrize(
    ("code", "text", "source"),
    [
        ("en", "Reuters reported that the pier was closed.", "Reuters"),
        ("en", "The pier was closed, according to the harbour police.", "harbour police"),
        ("en", "Western officials estimate that 40 ships left.", "Western officials"),
        ("pt", "O cais foi fechado, segundo a polícia.", "polícia"),
        ("pt", "O cais foi fechado, informou a agência Lusa.", "Lusa"),
        ("es", "El muelle cerró, según la agencia EFE.", "agencia EFE"),
        ("de", "Laut Polizei wurde der Kai gesperrt.", "Polizei wurde der Kai gesperrt"),
    ],
)
def test_attributions(code: str, text: str, source: str) -> None:
    (found,) = facts(text, code, FactType.ATTRIBUTION)
    assert found.value["source"] == source
    assert text[found.value["covers_start"] : found.value["covers_end"]] == text


def test_second_is_not_according_to() -> None:
    assert facts("A visita ao segundo cais durou pouco.", "pt", FactType.ATTRIBUTION) == []


def test_names() -> None:
    text = (
        "President Ana Sá met Jo Quill in Lisbon, Portugal. Quill, of the University of Porto, flew on to Moscow "
        "with the NATO delegation. Nice words were said. The Ministry of Finance kept silent."
    )
    found = {(fact.type, fact.text, fact.value["name"]) for fact in annotate(text, language="en", published=SUNDAY)
             if fact.type in (FactType.PERSON, FactType.PLACE, FactType.ORGANISATION)}  # fmt: skip
    assert {
        ("person", "Ana Sá", "Ana Sá"),
        ("person", "Jo Quill", "Jo Quill"),
        ("person", "Quill", "Jo Quill"),
        ("place", "Lisbon", "Lisbon"),
        ("place", "Portugal", "Portugal"),
        ("place", "Moscow", "Moscow"),
        ("organisation", "NATO", "NATO"),
        ("organisation", "University of Porto", "University of Porto"),
        ("organisation", "Ministry of Finance", "Ministry of Finance"),
    } == {(str(kind), text, name) for kind, text, name in found}


def test_a_city_of_a_country_that_is_named_is_preferred() -> None:
    text = "The ferry left Cambridge, Canada, for the lake."
    place = next(fact for fact in facts(text, "en", FactType.PLACE) if fact.text == "Cambridge")
    assert place.value["country"] == "CA"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            [*"Jo Quill said “we must go” on Friday 25.000 a 30.000 mil $ 3% em 2024 há dias".split(), *"(„«,.\n"]
        ),
        max_size=40,
    ).map(" ".join),
    st.sampled_from([None, "en", "pt", "de", "zh", "ar", "xx", "pt-BR"]),
)  # fmt: skip
def test_any_text_gives_facts_that_give_back_their_words(text: str, code: str | None) -> None:
    for fact in annotate(text, language=code, published=SUNDAY):
        assert text[fact.start : fact.end] == fact.text
        assert fact.text
        if fact.type is FactType.ATTRIBUTION:
            assert fact.value["covers_start"] <= fact.start
            assert fact.end <= fact.value["covers_end"]
