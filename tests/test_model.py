from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copydesk.model import Article, Removal, RemovalKind, Repair, offset_map
from copydesk.offsets import OffsetMap


def removal(start: int, end: int, text: str) -> Removal:
    return Removal(start, end, text[start:end], RemovalKind.CREDIT, "test", 1.0)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Removal], list[Repair]]:
    text = draw(st.text(max_size=80))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    removals, repairs = [], []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if draw(st.booleans()) and end > start:
            removals.append(removal(start, end, text))
        else:
            repairs.append(Repair(start, end, text[start:end], draw(st.text(max_size=3)), "test"))
    return text, removals, repairs


@given(edited())
def test_an_article_gives_its_items_text_back(case: tuple[str, list[Removal], list[Repair]]) -> None:
    text, removals, repairs = case
    clean = offset_map(removals, repairs).apply(text)
    article = Article(text=clean, removals=tuple(removals), repairs=tuple(repairs))
    assert article.source_text() == text


@given(edited())
def test_what_was_kept_is_found_at_its_place_in_the_source(case: tuple[str, list[Removal], list[Repair]]) -> None:
    text, removals, repairs = case
    offsets = offset_map(removals, repairs)
    clean = offsets.apply(text)
    inserted = {
        at
        for begin, (_, _, new) in zip(offsets._edited_starts, offsets.edits, strict=True)
        for at in range(begin, begin + len(new))
    }
    for at, character in enumerate(clean):
        if at not in inserted:
            assert text[offsets.to_source(at)] == character
            assert text[offsets.to_source(at + 1, end=True) - 1] == character


def test_a_span_that_an_edit_precedes_or_splits() -> None:
    text = "By Staff\nThe norte -coreano army"
    offsets = OffsetMap(((0, 9, ""), (18, 19, "")))
    assert offsets.apply(text) == "The norte-coreano army"
    start, end = offsets.to_source(4), offsets.to_source(17, end=True)
    assert text[start:end] == "norte -coreano"


def test_a_source_offset_at_the_end_does_not_swallow_what_was_removed_after_it() -> None:
    text = "News.\nDisclaimer."
    offsets = offset_map([removal(5, 17, text)], [])
    assert offsets.to_source(5, end=True) == 5
