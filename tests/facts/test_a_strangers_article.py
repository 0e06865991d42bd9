"""An invented article of the kind that the project exists for, in Portuguese: every fact of it."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.model import Fact, FactType

ARTICLE = """\
O ministro das Pescas, Tomás Varela, visitou no sábado o porto de Wonsan, na Coreia do Norte, informou a Reuters.
Varela chegou na sexta-feira para uma visita de dois dias. As obras começaram em março de 2024, no ano passado.
“Falamos longamente sobre os cais e os barcos”, disse a agência de notícias Lusa citando o ministro. O governo quer \
comprar de 1.500 a 2.000 barcos; segundo a polícia do porto, cerca de 350 já navegam, pelo menos 12 afundaram e duas \
mil redes foram perdidas. A obra custou R$ 4,5 milhões, 8% mais do que em 2023.
"""


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return annotate(ARTICLE, language="pt", published="2025-07-13T08:00:00+00:00")


def values(facts: list[Fact], key: str, *kinds: FactType) -> dict[str, object]:
    return {fact.text: fact.value.get(key) for fact in facts if fact.type in kinds}


def test_dates(facts: list[Fact]) -> None:
    assert values(facts, "iso", FactType.DATE, FactType.DURATION) == {
        "sábado": "2025-07-12",
        "sexta-feira": "2025-07-11",
        "dois dias": "P2D",
        "março de 2024": "2024-03",
        "ano passado": "2024",
        "2023": "2023",
    }


def test_quantities(facts: list[Fact]) -> None:
    kinds = (FactType.NUMBER, FactType.NUMBER_RANGE, FactType.PERCENT, FactType.MONEY, FactType.DIMENSION)
    found = {fact.text: dict(fact.value) for fact in facts if fact.type in kinds}
    assert found["1.500 a 2.000"] == {"low": 1500, "high": 2000, "counted": "barcos"}
    assert found["350"]["qualifier"] == "about"
    assert found["12"]["qualifier"] == "at_least"
    assert found["duas mil"] == {"number": 2000, "counted": "redes"}
    assert found["R$ 4,5 milhões"] == {"number": 4_500_000, "unit": "BRL"}
    assert found["8%"] == {"number": 8, "unit": "%"}
    assert len(found) == 6


def test_who_said_it(facts: list[Fact]) -> None:
    (quote,) = (fact for fact in facts if fact.type is FactType.QUOTE and fact.value["mode"] == "direct")
    assert (quote.value["speaker"]["name"], quote.value["carrier"]) == ("Tomás Varela", "Lusa")
    assert {"Reuters", "Lusa"} <= set(values(facts, "agency", FactType.ATTRIBUTION).values())


def test_where(facts: list[Fact]) -> None:
    assert values(facts, "country", FactType.PLACE) == {"Wonsan": "KP", "Coreia do Norte": "KP"}
