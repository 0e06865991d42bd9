"""According to whom: chains of sources, and what stands under them."""

from __future__ import annotations

import pytest

from copydesk import annotate
from copydesk.model import Fact, FactType


def chains(facts: list[Fact]) -> list[list[str]]:
    return [[link["source"] for link in fact.value["chain"]] for fact in facts if fact.type is FactType.ATTRIBUTION]


@pytest.mark.parametrize(
    ("code", "text", "chain"),
    [
        ("en", "Reuters reported, citing port officials, that 30 boats sank.", ["Reuters", "port officials"]),
        ("en", "The ministry said on Monday that 30 boats sank, according to Tass.", ["Tass", "ministry"]),
        ("en", "Thirty boats sank, according to Tass.", ["Tass"]),
        ("pt", "A CNN disse, citando a polícia local, que 30 barcos afundaram.", ["CNN", "polícia local"]),
        (
            "de",
            "Die dpa berichtete unter Berufung auf die Hafenpolizei, dass 30 Boote sanken.",
            ["dpa", "Hafenpolizei"],
        ),
        (
            "en",
            "A report by nine members of the WHO put Velk at least 100 boats.",
            ["report by nine members of the WHO"],
        ),
    ],
)
def test_a_chain_runs_from_who_tells_to_where_it_comes_from(code: str, text: str, chain: list[str]) -> None:
    found = chains(annotate(text, language=code))
    assert chain in found
    assert len(found) == len(chain)


def test_two_sources_that_say_two_things_are_no_chain() -> None:
    text = "Reuters reported that 30 boats sank, and Tass said that 20 did."
    assert chains(annotate(text, language="en")) == [["Reuters"], ["Tass"]]


def test_a_fact_stands_under_the_nearest_quotation_or_attribution() -> None:
    text = "Some 40 boats left. Thirty boats sank, according to Tass. “We lost 20 boats on Friday,” said Ana Velk."
    facts = {fact.text: fact for fact in annotate(text, language="en")}
    assert facts["40"].under is None
    assert text[slice(*facts["Thirty"].under)] == "according to Tass"
    assert text[slice(*facts["20"].under)].startswith("“We lost")
    assert text[slice(*facts["Thirty"].sentence)] == "Thirty boats sank, according to Tass."
