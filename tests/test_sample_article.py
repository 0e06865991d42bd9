"""The article that started the project: everything its README says must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

import copydesk
from copydesk import Article, Context
from copydesk.model import FactType


@pytest.fixture(scope="module")
def source(shared: Path) -> str:
    return (shared / "sample" / "lavrov-wonsan.pt.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def article(source: str) -> Article:
    (item,) = copydesk.parse(source.encode())
    return copydesk.refine(item, context=Context(published="2025-07-13"))


def values(article: Article, *types: FactType) -> list[tuple[str, dict]]:
    return [(fact.text, dict(fact.value)) for fact in article.facts if fact.type in types]


def test_language_and_outlet(article: Article) -> None:
    assert (article.language, article.outlet) == ("pt", "Mid-Day")
    assert article.published is not None
    assert article.published.date().isoformat() == "2025-07-13"


def test_the_last_paragraph_and_nothing_else_is_removed(article: Article, source: str) -> None:
    (removal,) = article.removals
    assert (removal.kind, removal.outlet) == ("disclaimer", "Mid-Day")
    assert removal.text.strip() == source.strip().splitlines()[-1]
    assert article.source_text() == source.strip("\n")


def test_its_hyphens_are_mended(article: Article, source: str) -> None:
    assert " -" in source
    assert " -" not in article.text
    assert article.text.count("norte-corean") == source.count("norte -corean")
    assert "ucraniano A CNN" in article.text


def test_every_number_is_there(article: Article) -> None:
    found = {
        (value.get("number"), value.get("low"), value.get("high"), value.get("qualifier"))
        for _, value in values(article, FactType.NUMBER, FactType.NUMBER_RANGE)
    }
    assert {
        (None, 25_000, 30_000, None),
        (11_000, None, None, None),
        (4_000, None, None, "about"),
        (100, None, None, "at_least"),
        (9_000_000, None, None, None),
        (11, None, None, None),
        (728, None, None, None),
        (13, None, None, None),
    } <= found
    counted = {
        value.get("number", value.get("low")): value.get("counted") for _, value in values(article, FactType.NUMBER)
    }
    assert counted[100] == "mísseis balísticos"
    assert counted[9_000_000] == "balas"
    assert counted[728] == "drones"


def test_dates_are_resolved(article: Article) -> None:
    dates = {text: value["iso"] for text, value in values(article, FactType.DATE)}
    assert dates["sábado"] == "2025-07-12"
    assert dates["sexta-feira"] == "2025-07-11"
    assert dates["quarta-feira"] == "2025-07-09"
    assert dates["quinta-feira"] == "2025-07-10"
    assert dates["novembro de 2024"] == "2024-11"
    assert dates["ano passado"] == "2024"
    assert dates["2024"] == "2024"


def test_both_direct_quotations(article: Article) -> None:
    quotes = [quote for quote in values(article, FactType.QUOTE) if quote[1]["mode"] == "direct"]
    assert len(quotes) == 2
    assert quotes[0][0].startswith("“Trocamos opiniões")
    assert quotes[1][0].startswith("“Nossos amigos coreanos")
    assert [value["speaker"]["name"] for _, value in quotes] == ["Sergey Lavrov"] * 2
    assert quotes[0][1]["carrier"] == "TASS"


def test_attributions(article: Article) -> None:
    attributed = values(article, FactType.ATTRIBUTION)
    assert {"CNN", "TASS"} <= {value.get("agency") for _, value in attributed}
    assert {"inteligência ucraniana", "autoridades ocidentais"} <= {value["source"] for _, value in attributed}


def test_figures_stand_under_those_who_state_them(article: Article) -> None:
    told = {(fact.start, fact.end): fact.value for fact in article.facts if fact.type is FactType.ATTRIBUTION}
    chains = {
        fact.text: [link["source"] for link in value["chain"]]
        for fact in article.facts
        for value in told.values()
        if fact.type in (FactType.NUMBER, FactType.NUMBER_RANGE)
        and value["covers_start"] <= fact.start
        and fact.end <= value["covers_end"]
        and not fact.value.get("counted", "").startswith("estados")
    }
    assert chains["25.000 a 30.000"] == ["CNN", "inteligência ucraniana"]
    assert chains["4.000"] == ["autoridades ocidentais"]
    assert chains["100"] == chains["nove milhões"] == ["relatório de 11 estados membros da ONU"]
    (range_,) = (fact for fact in article.facts if fact.text == "25.000 a 30.000")
    assert range_.under in told


def test_a_mangled_name_is_one_person_with_little_confidence(article: Article) -> None:
    mangled = [fact for fact in article.facts if fact.rule == "person.mangled"]
    assert {fact.text for fact in mangled} == {"Hui, filho de Choe", "Choe Last Hui"}
    assert len({fact.value["id"] for fact in mangled}) == 1
    assert all(fact.confidence <= 0.3 for fact in mangled)


def test_names_and_places(article: Article) -> None:
    persons = {value["name"] for _, value in values(article, FactType.PERSON)}
    assert {"Sergey Lavrov", "Kim Jong Un"} <= persons
    places = {value["name"]: value["country"] for _, value in values(article, FactType.PLACE)}
    assert places["Wŏnsan"] == "KP"
    assert places["Pyongyang"] == "KP"
    assert places["Coreia do Norte"] == "KP"
