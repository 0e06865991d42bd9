"""Names of persons, organisations and peoples, by what tells them."""

from __future__ import annotations

from importlib.resources import files

import pytest

from copydesk import annotate
from copydesk.model import FactType

NAMES = (FactType.PERSON, FactType.ORGANISATION, FactType.PLACE, FactType.DEMONYM)


def names(text: str, code: str = "en") -> dict[str, str]:
    return {fact.text: str(fact.type) for fact in annotate(text, language=code) if fact.type in NAMES}


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "Then Olga Brelk spoke.", {"Olga Brelk": "person"}),
        ("en", "Then Osxana Brelk said no.", {"Osxana Brelk": "person"}),
        ("en", "A witness, Osxana Brelk, 52, ran away.", {"Osxana Brelk": "person"}),
        ("en", "They bought Osxana Brelk for a song.", {}),
        ("en", "Then President Quendal spoke.", {"Quendal": "person"}),
        ("en", "They sued Brelk Holdings on the day.", {"Brelk Holdings": "organisation"}),
        ("en", "A boat sank near Quendal Creek.", {"Quendal Creek": "place"}),
        ("en", "He won the Quendal Cup.", {}),
        ("pt", "Depois o Arquivo Brelk fechou.", {"Arquivo Brelk": "organisation"}),
        ("pt", "Nasceu na Rua Quendal.", {"Rua Quendal": "place"}),
        ("es", "Entonces dijo Brelkova que no.", {"Brelkova": "person"}),
        ("es", "Vive cerca de San Pedro de Brelka.", {"San Pedro de Brelka": "place"}),
        ("de", "Er blieb bis Ende der Woche.", {}),
        ("es", "Entonces el Valencia ganó en Valencia.", {"Valencia": "place"}),
        ("es", "Anoche el Zaragoza ganó.", {"Zaragoza": "organisation"}),
        ("de", "Vor dem Derby fuhr er nach Derby in England.", {"Derby": "place", "England": "place"}),
        ("en", "They met under Bush and later in Bush.", {"Bush": "place"}),
        ("nl", "Hij woont in Quendalen met zijn hond.", {"Quendalen": "place"}),
        ("de", "Gestern sprach Olga Brelk im Garten.", {"Olga Brelk": "person"}),
        ("de", "Der Große Garten der Gemeinde ist grün.", {}),
        ("pl", "Potem prezydent Brelkowski wyszedł.", {"Brelkowski": "person"}),
        ("zh", "昨天安娜·布雷尔克离开了", {}),
    ],
)
def test_what_a_capitalised_sequence_names(code: str, text: str, expected: dict[str, str]) -> None:
    if code == "zh":
        # Where a name begins and ends, nothing tells: the words around may be taken with it.
        assert any("安娜·布雷尔克" in name for name in names(text, code))
    else:
        assert names(text, code) == expected


def test_a_sentence_may_begin_with_any_word() -> None:
    assert names("Quendals grow here. Brelk it is.") == {}


def test_what_the_text_writes_small_is_no_name() -> None:
    assert names("They read of Harvests there. Good harvests are rare.") == {}


def test_a_surname_alone_is_who_the_text_named_in_full() -> None:
    found = annotate("Oksana Brelk came. Later Brelk left.", language="en")
    assert [fact.value["name"] for fact in found if fact.type is FactType.PERSON] == ["Oksana Brelk", "Oksana Brelk"]


def test_what_a_place_leaves_of_a_sequence_is_read_by_itself() -> None:
    assert names("Избранный президент США Дональд Трамп уехал.", "ru") == {
        "США": "place",
        "Дональд Трамп": "person",
    }


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "Two Russians and a Costa Rican came.", {"Russians": "RU", "Costa Rican": "CR"}),
        ("en", "Kurdish forces left.", {"Kurdish": None}),
        ("pt", "A delegação norte-coreana voltou.", {"norte-coreana": "KP"}),
        ("fr", "Les troupes françaises et un Russe.", {"françaises": "FR", "Russe": "RU"}),
        ("de", "Die russische Armee und ein Ukrainer.", {"russische": "RU", "Ukrainer": "UA"}),
        ("nl", "De Amerikaanse regering.", {"Amerikaanse": "US"}),
    ],
)
def test_demonyms(code: str, text: str, expected: dict[str, str | None]) -> None:
    found = [fact for fact in annotate(text, language=code) if fact.type is FactType.DEMONYM]
    assert {fact.text: fact.value.get("country") for fact in found} == expected


def test_to_polish_is_no_people() -> None:
    assert names("They polish shoes.") == {}


def test_given_names_are_credited_and_folded() -> None:
    lines = files("copydesk.facts").joinpath("data/person_names.tsv").read_text("utf-8").splitlines()
    assert lines[0].startswith("# Names from Faker (MIT")
    assert len(lines) > 30_000
    assert all(name == name.casefold() for name in lines[1:])
