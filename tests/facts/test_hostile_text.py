"""Text that is made to be slow, or to fall over, does neither."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk import annotate
from copydesk.facts.claims import Claims
from copydesk.facts.language import language

CODES = "ar cs da de en es fr hi id it ja ko nl no pl pt ru sv tr uk zh".split()


def test_claims_are_disjoint() -> None:
    claims = Claims([(5, 9), (7, 12)])
    assert not claims.claim(11, 13)
    assert claims.claim(12, 14)
    assert claims.claim(0, 5)
    assert not claims.free(4, 6)
    assert not claims.free(0, 20)


def _words(code: str) -> list[str]:
    data = language(code).data
    flat = [word for table in data.values() for word in table if isinstance(table, dict)]
    listed = [
        word
        for table in data.values()
        for words in table.values()
        if isinstance(words, list)
        for word in words
        if isinstance(word, str)
    ]
    return [*flat, *listed, "3", "2024", "“", "”", ".", ",", "-", "1/2", "$", "%"]


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize("code", CODES)
def test_a_languages_own_words_in_any_order_and_case(code: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(_words(code)), max_size=25))
    change = data.draw(st.sampled_from([str, str.upper, str.title, str.swapcase]))
    text = change(data.draw(st.sampled_from([" ", "", "-"])).join(words))
    for fact in annotate(text, language=code, published="2025-07-13"):
        assert text[fact.start : fact.end] == fact.text != ""


@pytest.mark.parametrize("code", ["en", "de", "pt", "nl"])
@pytest.mark.parametrize(
    "piece",
    ["one ", "twenty-", "zwanzig", "vinte e ", "first ", "May ", "Monday ", "last ", "every ", "aged 3 ", "2024 to ",
     "12:30 ", "the last few ", "3 months ", "between 3 and ", "1 ", "século XX"],
)  # fmt: skip
def test_what_is_said_a_thousand_times_takes_no_longer_each_time(code: str, piece: str) -> None:
    """What is tried anew from each word would not come to an end here."""
    text = piece * 4000
    for fact in annotate(text, language=code, published="2025-07-13"):
        assert text[fact.start : fact.end] == fact.text
