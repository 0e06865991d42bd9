"""Every language with a table says dates, quantities, quotations and names in ``languages/<code>.toml``.

A case is an invented text with facts that it states: type, surface and the parts of the value that are named. ``none``
lists types of which the text states nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from copydesk import annotate

PROMISED = "ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv tr uk zh".split()
CASES = {file.stem: tomli.loads(file.read_text("utf-8")) for file in Path(__file__).parent.glob("languages/*.toml")}


@pytest.mark.parametrize("code", PROMISED)
def test_every_promised_language_has_cases_of_the_main_types(code: str) -> None:
    types = {fact["type"] for case in CASES[code]["case"] for fact in case.get("facts", ())}
    assert types >= {"date", "number", "quote", "place", "person"}


@pytest.mark.parametrize(
    ("code", "case"),
    [
        pytest.param(code, case, id=f"{code}-{index}")
        for code, table in CASES.items()
        for index, case in enumerate(table["case"])
    ],
)
def test_a_language_states_facts(code: str, case: dict) -> None:
    facts = annotate(case["text"], language=code, published=CASES[code]["published"])
    found = [{"type": fact.type, "text": fact.text, **fact.value} for fact in facts]
    for wanted in case.get("facts", ()):
        assert any(_states(fact, wanted) for fact in found if fact["text"] == wanted["text"]), (wanted, found)
    for kind in case.get("none", ()):
        assert not [fact for fact in found if fact["type"] == kind]


def _states(fact: dict, wanted: dict) -> bool:
    """Whether a fact has all that is wanted; of a value that is a table (a speaker), what is named of it."""
    return all(
        _states(fact.get(key) or {}, value) if isinstance(value, dict) else fact.get(key) == value
        for key, value in wanted.items()
    )
