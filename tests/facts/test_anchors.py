"""Facts are looked for around their anchors only; nothing is lost by that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.facts import ages, dates, ordinals, quantities
from copydesk.facts.anchors import REACH, Anchors, Windows
from copydesk.facts.language import Language, language, shared_table
from copydesk.facts.numerals import parse_number
from copydesk.facts.scan import Scan

CODES = "ar de en es fi fr hi it ja ko nl pl pt ru sv tr zh".split()


def _vocabulary(code: str) -> list[str]:
    known = language(code)
    words = [*known.units.words, *known.months.words, *known.weekdays.words, *known.days.words]
    for section in (
        "references",
        "sets",
        "lengths",
        "seasons",
        "holidays",
        "parts",
        "ordinals",
        "numbers",
        "fractions",
    ):
        words += known.table(section)
    words += [word for listed in known.table("dates").values() if isinstance(listed, list) for word in listed]
    words += [word for name in ("ages", "age_leads", "age_nouns") for word in shared_table("common")[name]]
    return [*words, "1998", "3", "21", "10:35", "05", "½", ",", ".", "the", "İ", "ı"]


def _searches(scan: Scan, known: Language) -> Iterator[tuple[str, object, Windows]]:
    for pattern in dates._patterns(known):
        if pattern.anchor:
            yield pattern.rule, pattern.expression, scan.hits.windows(pattern.anchor)
    for expression in ages._expressions(known):
        yield "age", expression, scan.hits.windows("ages")
    for expression in ordinals._expressions(known):
        yield "ordinal", expression, ordinals.windows(scan, "ordinals", before=REACH, after=REACH)
    yield "amount", quantities._expression(known), ordinals.windows(scan)


@settings(max_examples=30, deadline=None)
@given(st.data())
@pytest.mark.parametrize("code", CODES)
def test_every_match_lies_around_an_anchor_of_its_kind(code: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(_vocabulary(code)), max_size=12))
    change = data.draw(st.sampled_from([str, str.upper, str.title]))
    scan = Scan(change(data.draw(st.sampled_from([" ", "\n", "-"])).join(words)), language(code))
    for rule, expression, windows in _searches(scan, scan.language):
        for match in expression.finditer(scan.text):
            start, end = match.span()
            if rule == "amount" and parse_number(match["number"], scan.language) in (1, None):
                continue
            if rule == "ordinal" and ordinals._number(match, scan.language) is None:
                continue  # "årtionde" ends in a tenth
            inside = any(first <= start and end <= last for first, last in windows)
            assert inside or end - start > REACH, (rule, match[0])


def test_windows_are_disjoint_and_in_order() -> None:
    hits = Anchors({"units": ["day", "days", "year"]}, bounded=("units",)).look(
        "a day " * 3 + "x" * 400 + " year 1998 Monday"
    )
    assert [len(hits.windows(kind)) for kind in ("units", "digits")] == [2, 1]
    (_, end), (start, _) = hits.windows("units")
    assert end < start


def test_phrases_are_whole_words_and_the_longest() -> None:
    hits = Anchors({}, {"events": ["air raid", "raid", "raids"]}).look("An Air\nraid and raids on Braidville")
    assert [word for _, _, word in hits.words("events")] == ["air raid", "raids"]
