"""Ages and ordinals."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.model import FactType

SUNDAY = "2025-07-13"


@pytest.mark.parametrize(
    ("code", "text", "surface", "number", "unit"),
    [
        ("en", "A 6-year-old boy found it.", "6-year-old", 6, "Y"),
        ("en", "The boat is 52 years old.", "52 years old", 52, "Y"),
        ("en", "Mary Hill, aged 52, won.", "52", 52, "Y"),
        ("en", "It died at the age of three months.", "three months", 3, "M"),
        ("de", "Die 52-jährige Ärztin kam.", "52-jährige", 52, "Y"),
        ("de", "Im Alter von 6 Wochen sah er sie.", "6 Wochen", 6, "W"),
        ("nl", "De 17-jarige jongen kwam.", "17-jarige", 17, "Y"),
        ("pt", "Ana Silva, de 52 anos, ganhou.", "52 anos", 52, "Y"),
        ("fr", "Marie Petit, âgée de 52 ans, a gagné.", "52 ans", 52, "Y"),
        ("ja", "山田さんは60歳です。", "60歳", 60, "Y"),
    ],
)
def test_ages(code: str, text: str, surface: str, number: float, unit: str) -> None:
    found = annotate(text, language=code, published=SUNDAY)
    assert [fact.text for fact in found if fact.type is FactType.DURATION] == []
    ages = [(fact.text, fact.value["number"], fact.value["unit"]) for fact in found if fact.type is FactType.AGE]
    assert ages == [(surface, number, unit)]


@pytest.mark.parametrize(
    ("code", "text", "surface", "number"),
    [
        ("en", "It was her third win.", "third", 3),
        ("en", "It was the 21st race.", "21st", 21),
        ("en", "It was the twenty-first race.", "twenty-first", 21),
        ("es", "Ganó la 3ª etapa.", "3ª", 3),
        ("pt", "Foi a décima vez.", "décima", 10),
        ("fr", "C'est la première fois.", "première", 1),
        ("de", "Es war sein dritter Sieg.", "dritter", 3),
        ("nl", "Het was zijn tweede zege.", "tweede", 2),
        ("ja", "第3回の大会です。", "第3", 3),
    ],
)
def test_ordinals(code: str, text: str, surface: str, number: float) -> None:
    found = [fact for fact in annotate(text, language=code, published=SUNDAY) if fact.type is FactType.ORDINAL]
    assert [(fact.text, fact.value["number"]) for fact in found] == [(surface, number)]


@pytest.mark.parametrize("text", ["Two thirds voted.", "One fifth left.", "They left on the third of July."])
def test_parts_of_a_whole_and_days_are_no_ordinals(text: str) -> None:
    assert FactType.ORDINAL not in {fact.type for fact in annotate(text, language="en", published=SUNDAY)}
