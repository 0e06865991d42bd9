from __future__ import annotations

import pytest

from copydesk.metadata import subjects
from copydesk.metadata.subjects import topics
from copydesk.model import Subject, Topic


def labels(*given: Subject | str, language: str | None = "en") -> list[str | None]:
    items = [one for one in given if isinstance(one, Subject)]
    words = [one for one in given if isinstance(one, str)]
    return [topic.label for topic in topics(items, words, language=language)]


def test_the_table_is_a_tree_of_seventeen_trunks() -> None:
    rows = subjects._rows()
    assert len(rows) > 1200
    assert sum(not row.parent for row in rows.values()) == 17
    for code in rows:
        seen, at = set(), code
        while at:
            assert at in rows
            assert at not in seen
            seen.add(at)
            at = rows[at].parent


def test_every_section_is_of_a_topic() -> None:
    table = subjects._sections()
    assert table.keys() - {"anpa"} <= subjects._rows().keys()
    assert set(table["anpa"].values()) <= subjects._rows().keys()
    languages = {language for code, row in table.items() if code != "anpa" for language in row}
    assert len(languages) >= 30


@pytest.mark.parametrize(
    "language", sorted({key for row in subjects._sections().values() for key in row if len(key) == 2})
)
def test_a_word_means_one_topic_in_a_language(language: str) -> None:
    rows = [(code, row.get(language, [])) for code, row in subjects._sections().items() if code != "anpa"]
    words = [subjects._key(word) for _, given in rows for word in given]
    assert len(words) == len(set(words))
    for code, given in rows:
        assert [labels(word, language=language) for word in given] == [[subjects._rows()[code].name]] * len(given)


@pytest.mark.parametrize(
    ("subject", "label"),
    [
        (Subject(code="20001065", scheme="medtop"), "soccer"),
        (Subject("Fußball", "medtop:20001065"), "soccer"),
        (Subject(code="http://cv.iptc.org/newscodes/mediatopic/20001065"), "soccer"),
        (Subject(code="15054000", scheme="subj"), "soccer"),
        (Subject(code="subj:15054000"), "soccer"),
        (Subject(code="15000000", scheme="iptc_subject_code"), "sport"),
        (Subject(code="s", scheme="anpa_category"), "sport"),
        (Subject("Sports", "xy", "own"), "sport"),
        (Subject("earthquake"), "earthquake"),
        (Subject(code="20001065", scheme="own"), None),
        (Subject(code="15054000"), "soccer"),
        (Subject(code="99999999", scheme="medtop"), None),
        (Subject(code="s", scheme="own"), None),
        (Subject("Harbour people", "7", "own"), None),
    ],
)
def test_by_code_then_by_name(subject: Subject, label: str | None) -> None:
    assert labels(subject) == [label]


@pytest.mark.parametrize("word", ["World", "Local", "Opinion", "Video", "Turkey", "May", "Football", "Top stories", ""])
def test_what_is_no_topic(word: str) -> None:
    assert labels(word) == []


def test_what_it_belongs_to_and_what_was_given() -> None:
    [topic] = topics([Subject("Fodbold", "12", "dr")], [], language="da")
    assert topic == Topic("Fodbold", "12", "dr", "medtop:20001065", "soccer", "sport")
    [unknown] = topics([Subject("Havnen", "13", "dr")], [], language="da")
    assert unknown == Topic("Havnen", "13", "dr")


def test_a_word_of_another_language_is_none() -> None:
    assert labels("fire", language="da") == []  # four
    assert labels("Sports", language="da") == ["sport"]


def test_each_once() -> None:
    assert labels(Subject("Sport"), "Sport", "Ferries", "Health", "Health") == ["sport", "health"]
