"""Dates are looked for around their anchors only; nothing is lost by that."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.facts.anchors import Anchors
from copydesk.facts.dates import _anchors, _patterns
from copydesk.facts.language import language

CODES = "ar de en es fr hi it ja ko nl pl pt ru tr zh".split()


def _vocabulary(code: str) -> list[str]:
    known = language(code)
    words = [*known.units.words, *known.months.words, *known.weekdays.words, *known.days.words]
    for section in ("references", "sets", "lengths", "seasons", "holidays", "parts", "ordinals", "numbers"):
        words += known.table(section)
    words += [word for listed in known.table("dates").values() if isinstance(listed, list) for word in listed]
    return [*words, "1998", "3", "21", "10:35", "05", ",", ".", "the", "İ", "ı"]


@settings(max_examples=30, deadline=None)
@given(st.data())
@pytest.mark.parametrize("code", CODES)
def test_every_match_lies_around_an_anchor_of_its_kind(code: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(_vocabulary(code)), max_size=12))
    change = data.draw(st.sampled_from([str, str.upper, str.title]))
    text = change(data.draw(st.sampled_from([" ", "\n", "-"])).join(words))
    windows = _anchors(language(code)).windows(text)
    for pattern in _patterns(language(code)):
        if pattern.anchor:
            for match in pattern.expression.finditer(text):
                start, end = match.span()
                inside = any(first <= start and end <= last for first, last in windows[pattern.anchor])
                assert inside or end - start > 80, (pattern.rule, match[0])


def test_windows_are_disjoint_and_in_order() -> None:
    windows = Anchors({"units": ["day", "days", "year"]}).windows("a day " * 3 + "x" * 400 + " years 1998")
    assert [len(found) for found in (windows["units"], windows["digits"])] == [2, 1]
    (_, end), (start, _) = windows["units"]
    assert end < start
