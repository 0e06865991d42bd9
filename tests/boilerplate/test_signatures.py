"""Every signature proves itself by its own examples."""

from __future__ import annotations

import re

import pytest

from copydesk.boilerplate.phrases import PhraseIndex, Spelt
from copydesk.boilerplate.signatures import Signature, mark_names, parse_signatures, signatures, triggers

INDEX = PhraseIndex(triggers())


def match(signature: Signature, text: str) -> re.Match[str] | None:
    text = signature.marked(text)
    return signature.regex.search(text) if signature.where == "inline-tail" else signature.regex.fullmatch(text)


@pytest.mark.parametrize("signature", signatures(), ids=lambda signature: signature.id)
def test_examples_match_and_are_triggered(signature: Signature) -> None:
    assert signature.examples
    for example in signature.examples:
        assert match(signature, example), example
        found = [row for _, (_, rows) in INDEX.find(Spelt.of(example)) for row in rows]
        assert signature in found, f"no trigger: {example}"


@pytest.mark.parametrize("signature", signatures(), ids=lambda signature: signature.id)
def test_counter_examples_do_not_match(signature: Signature) -> None:
    assert signature.counter_examples
    for example in signature.counter_examples:
        assert not match(signature, example), example


def test_ids_are_unique_and_confidence_is_a_probability() -> None:
    rows = signatures()
    assert len({row.id for row in rows}) == len(rows)
    assert all(0 < row.confidence < 1 for row in rows)


def test_a_wrong_place_is_refused_by_name() -> None:
    row = "[promo.x]\nwhere = 'middle'\ntriggers = ['x']\npattern = 'x'\nexamples = ['x']\n"
    with pytest.raises(ValueError, match=r"promo\.x\.en: where is 'middle'"):
        list(parse_signatures(row, "en"))


@pytest.mark.parametrize("length", [2_000, 20_000])
def test_no_pattern_hangs_on_hostile_text(length: int) -> None:
    # The stripper gives patterns 900 characters at most; a pattern that is slow on far more is slow enough on those.
    hostile = ("Reporting by A, B and " * length)[:900]
    for signature in signatures():
        match(signature, hostile)
        match(signature, "© " * 450)
        match(signature, "Aa-" * 300)


def test_the_index_finds_beginnings_of_words_and_short_words_whole() -> None:
    index = PhraseIndex([("responsib", 1), ("us", 2), ("accepts no", 3), ("©", 4), ("責任", 5), ("it accepts", 6)])
    text = "Irresponsible of us: it accepts none.\n© 一切の責任\nusing it, none accepts\nACCEPTS –  no!\n\nResponsibly"
    found = {(line, value) for line, (_, value) in index.find(Spelt.of(text))}
    assert found == {(0, 2), (0, 3), (0, 6), (1, 4), (1, 5), (3, 3), (5, 1)}
    assert not list(PhraseIndex([]).find(Spelt.of(text)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Von Jo Marsh, dpa und REUTERS.", "dpaREUTERS"),
        ("Autor: Jo Marsh mehr", ""),
        ("(reuters)", "reuters"),
        ("Kaynak: İHA", "İHA"),
        ("（新华社）", "新华社"),
    ],
)
def test_names_are_marked_in_their_place_where_they_are_names(text: str, names: str) -> None:
    marked = mark_names(text)
    assert len(marked) == len(text)
    assert "".join(a for a, b in zip(text, marked, strict=True) if a != b) == names
