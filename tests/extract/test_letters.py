"""The sorts of characters, counted at once as a look at each text would count them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copydesk.extract.letters import DENSE, Letters, Sort

LETTERS = 'aÄ9 .!?\n,،©|›"”:。漢ก…'
TEXTS = st.lists(st.one_of(st.text(min_size=1, max_size=20), st.text(LETTERS, min_size=1)), min_size=1)


@given(TEXTS)
def test_every_text_is_counted_by_itself(texts: list[str]) -> None:
    letters = Letters(texts)
    assert letters.lengths.tolist() == [len(text) for text in texts]
    assert letters.counts.sum(axis=0).tolist() == letters.lengths.tolist()
    for index, text in enumerate(texts):
        count = letters.counts[:, index]
        assert count[Sort.DIGIT] == sum(map(str.isdecimal, text))
        assert count[Sort.UPPER] == sum(map(str.isupper, text))
        assert count[Sort.LOWER] == sum(map(str.islower, text))
        assert count[Sort.DENSE] <= len(DENSE.findall(text))
        assert count[Sort.COMMA] == sum(text.count(comma) for comma in ",،、，")
        assert letters.stops[index] == sum(text.count(f"{stop} ") for stop in ".!?")
        assert (letters.first[index] == Sort.COLON) == text.startswith(":")
        assert (letters.last[index] == Sort.STOP) == text.endswith((".", "!", "?"))


def test_a_stop_at_the_end_of_one_text_is_none_before_the_space_of_the_next() -> None:
    assert Letters(["One.", " two. Three"]).stops.tolist() == [0, 1]
