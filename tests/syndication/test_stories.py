from __future__ import annotations

from itertools import permutations

import pytest

from copydesk.model import Article
from copydesk.syndication import StoryIndex, fingerprint, similarity
from copydesk.syndication.stories import MemoryStorage, nearest

REPORT = (
    "The harbour authority of Port Ellis closed two of its five piers on Tuesday after divers found cracks in the "
    "concrete pillars that carry the quay wall. Engineers will inspect the remaining piers within a week. "
    "About 340 fishing boats were moved to the northern basin, said harbour master Jo Quill. "
    "Repairs are expected to cost 2.4 million dollars and to last until the end of November."
)
OTHER = (
    "A school in the valley won a national prize for its garden, where pupils grow beans, maize and seven kinds of "
    "potatoes. The jury praised the way in which lessons in biology and arithmetic are held between the beds."
)


def article(text: str) -> Article:
    return Article(text=text, fingerprint=fingerprint(text))


def test_case_accents_and_punctuation_make_no_difference() -> None:
    assert fingerprint("Ação, já!  Hoje mesmo") == fingerprint("acao ja hoje mesmo")


def test_a_copy_that_was_cut_or_prefixed_is_close_and_another_text_is_not() -> None:
    whole, cut = fingerprint(REPORT), fingerprint("Update: " + REPORT[: len(REPORT) * 2 // 3])
    assert similarity(whole, cut) > 0.8
    assert similarity(whole, fingerprint(OTHER)) < 0.1
    assert similarity(whole, ()) == 0.0


def test_copies_join_a_story_and_say_of_what_they_are_copies() -> None:
    index = StoryIndex()
    first = index.add(article(REPORT))
    other = index.add(article(OTHER))
    copy = index.add(article(REPORT.replace("About 340", "Some 340")))
    assert first.copy_of is None
    assert other.story != first.story
    assert (copy.story, copy.copy_of) == (first.story, 1)
    assert copy.similarity is not None
    assert 0.8 < copy.similarity <= 1


def test_adding_an_article_again_does_not_make_it_its_own_copy() -> None:
    index = StoryIndex()
    first = index.add(article(REPORT), id=7)
    again = index.add(article(REPORT), id=7)
    assert again == first


def test_texts_too_short_to_tell_are_never_copies() -> None:
    index = StoryIndex()
    index.add(article("Weather: sunny"))
    assert index.add(article("Weather: sunny")).copy_of is None


def test_a_report_that_hundreds_of_outlets_copy_stays_one_story() -> None:
    index = StoryIndex()
    links = [index.add(article(f"{REPORT} Page {number}")) for number in range(250)]
    assert {link.story for link in links} == {1}
    assert {link.copy_of for link in links[1:]} == {1}


def test_a_formula_that_begins_hundreds_of_stories_links_nobody() -> None:
    index = StoryIndex()
    formula = "the stock exchange closed higher today as traders awaited the decision of the central bank"
    texts = [f"{formula} {' '.join(f'w{number}x{word}' for word in range(60))}" for number in range(260)]
    links = [index.add(article(text)) for text in texts]
    assert len({link.story for link in links}) == 260


def test_who_shares_one_common_hash_is_no_candidate() -> None:
    common, rare, hot = 1, 2, 3
    postings = {common: {10, 11, 12, 13}, rare: {20}, 4: {11, 30}, 5: {30, 31}, hot: set(range(40, 100))}
    assert nearest([common, rare, hot, 4, 5], postings, limit=20) == [11, 30, 20, 31]
    assert nearest([common], postings, limit=20) == []


def test_an_original_that_is_revised_does_not_become_a_copy_of_its_copy() -> None:
    index = StoryIndex()
    index.add(article(REPORT), id=1)
    index.add(article(REPORT + " Page 2"), id=2)
    revised = index.add(article(REPORT + " Updated."), id=1)
    assert (revised.story, revised.copy_of) == (1, None)


def test_a_copy_that_is_rewritten_leaves_the_story() -> None:
    index = StoryIndex()
    index.add(article(REPORT), id=1)
    index.add(article(REPORT), id=2)
    assert index.add(article(OTHER), id=2).story != 1


def test_one_common_phrase_of_a_short_and_a_long_text_makes_no_copy() -> None:
    long = " ".join(f"word{number}" for number in range(3000))
    sketch = fingerprint(long)
    phrase = next(
        " ".join(long.split()[at : at + 4])
        for at in range(3000)
        if fingerprint(" ".join(long.split()[at : at + 4]))[0] == sketch[0]
    )
    assert similarity(sketch, fingerprint(f"{phrase} and nothing else of it but ten quite different words here")) == 0.0


def test_the_copies_of_an_original_that_turns_out_to_be_a_copy_go_along() -> None:
    index = StoryIndex()
    first = index.add(article(REPORT))
    index.add(article(OTHER), id=2)
    index.add(article(OTHER), id=3)
    moved = index.add(article(REPORT), id=2)
    assert (moved.story, moved.copy_of) == (first.story, 1)
    assert index.add(article(OTHER), id=4).story != first.story
    assert index._storage._articles[3][0].story == first.story  # type: ignore[attr-defined]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3, 4))))
def test_the_order_in_which_copies_are_linked_makes_no_difference(order: tuple[int, ...]) -> None:
    texts = {1: REPORT, 2: OTHER, 3: REPORT.replace("About 340", "Some 340"), 4: "Update: " + REPORT}
    storage = MemoryStorage()
    index = StoryIndex(storage)
    for id in order:
        index.add(article(texts[id]), id=id)
    stories: dict[int, set[int]] = {}
    for id, (candidate, _) in storage._articles.items():
        stories.setdefault(candidate.story, set()).add(id)
    assert sorted(map(sorted, stories.values())) == [[1, 3, 4], [2]]
    assert storage._copy_of == {3: 1, 4: 1}
