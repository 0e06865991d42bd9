"""Events: who did what to whom, where, when, to how many."""

from __future__ import annotations

from importlib.resources import files

import pytest
import tomli

from copydesk import annotate
from copydesk.facts.language import language, shared_table
from copydesk.model import FactType


def events(text: str, code: str = "en") -> list[dict]:
    found = annotate(text, language=code, published="2025-07-13")
    return [dict(fact.value) for fact in found if fact.type is FactType.EVENT]


def told(text: str, code: str, *keys: str) -> list[tuple]:
    return [tuple(event.get(key) for key in keys) for event in events(text, code)]


def test_one_sentence_gives_one_row_an_event() -> None:
    text = "Gunmen killed at least 12 soldiers in Mogadishu on Friday, and police arrested three suspects near Kismayo."
    assert events(text) == [
        {
            "event": "killing",
            "plover": "FIGHT",
            "cameo": "19",
            "actor": "Gunmen",
            "target": "soldiers",
            "place": "Mogadishu",
            "geonameid": 53654,
            "date": "2025-07-11",
            "number": 12,
            "counted": "soldiers",
        },
        {
            "event": "arrest",
            "plover": "COERCE",
            "cameo": "17",
            "actor": "police",
            "target": "suspects",
            "place": "Kismayo",
            "geonameid": 55671,
            "date": "2025-07-11",
            "number": 3,
            "counted": "suspects",
        },
    ]


@pytest.mark.parametrize(
    ("code", "text", "actor", "target"),
    [
        ("en", "Three miners were killed by Israeli soldiers on Monday.", "Israeli soldiers", None),
        ("en", "The president was attacked by militants.", "militants", "president"),
        ("en", "Twelve workers died in the fire.", None, "workers"),
        ("pt", "Os soldados foram atacados por rebeldes.", "rebeldes", "soldados"),
        ("es", "Los soldados fueron asesinados por guerrilleros.", "guerrilleros", "soldados"),
        ("de", "In Mainz wurden am Montag 14 Menschen getötet.", None, "Menschen"),
        ("fr", "La police a arrêté des étudiants.", "police", "étudiants"),
        ("it", "La polizia ha arrestato gli studenti.", "polizia", "studenti"),
    ],
)
def test_who_acts_and_who_is_acted_on(code: str, text: str, actor: str | None, target: str | None) -> None:
    (event,) = (event for event in events(text, code) if event["event"] != "disaster")
    assert (event.get("actor"), event.get("target")) == (actor, target)


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("en", "The two ministers held talks in Geneva.", "meeting"),
        ("en", "An airstrike hit the depot.", "strike"),
        ("en", "An earthquake shook the coast.", "disaster"),
        ("pt", "A Coreia do Norte enviou soldados para a Rússia.", "deployment"),
        ("es", "Los maestros iniciaron una huelga.", "industrial_action"),
        ("fr", "Le préfet a annoncé le déploiement de renforts.", "deployment"),
        ("de", "Tausende demonstrierten in Leipzig.", "demonstration"),
        ("it", "Il terremoto di lunedì.", "disaster"),
        ("nl", "De politie heeft twee mannen gearresteerd.", "arrest"),
        ("ru", "Министр встретился с послом.", "meeting"),
    ],
)
def test_kinds_in_many_languages(code: str, text: str, kind: str) -> None:
    assert told(text, code, "event") == [(kind,)]


@pytest.mark.parametrize("text", ["He did not attack anyone.", "They never met.", "Rebels could attack the port."])
def test_what_did_not_happen_is_no_event(text: str) -> None:
    assert events(text) == []


def test_actor_place_and_date_come_from_the_same_sentence() -> None:
    (event,) = events("Police were in Lyon on Friday. An explosion followed.")
    assert event == {"event": "attack", "plover": "FIGHT", "cameo": "19"}


def test_what_became_of_those_who_are_counted() -> None:
    text = "The blast killed 12 people and wounded 30; another 200 residents were evacuated."
    found = [fact.value for fact in annotate(text, language="en") if fact.type is FactType.NUMBER]
    assert [(value["number"], value["outcome"]) for value in found] == [
        (12, "killed"),
        (30, "wounded"),
        (200, "displaced"),
    ]


def test_every_kind_of_a_language_is_a_kind() -> None:
    kinds = shared_table("events")
    for path in files("copydesk.facts").joinpath("data").iterdir():
        if not path.name.endswith(".toml"):
            continue
        assert tomli.loads(path.read_text("utf-8")).get("events", {}).keys() <= kinds.keys(), path


@pytest.mark.parametrize("code", ["en", "pt", "es", "fr", "de", "it", "nl", "ru"])
def test_no_word_means_two_kinds(code: str) -> None:
    words = [word for listed in language(code).table("events").values() for word in listed]
    assert sorted(words) == sorted(set(words))
