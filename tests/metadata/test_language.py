"""The language of a text, with the script and the variant where it shows them."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
import tomli

from copydesk.metadata.language import identify, identify_language, other_language, primary


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The minister said on Friday that the bridge would be closed.", "en"),
        ("Der Minister sagte am Freitag, die Brücke werde gesperrt.", "de"),
        ("部长周五表示，大桥将因为维修而关闭，车辆应该从另一座桥通过。", "zh-Hans"),
        ("部長週五表示，大橋將因為維修而關閉，車輛應該從另一座橋通過，請駕駛人體諒。", "zh-Hant"),
        ("部长周五", "zh"),
        ("Министар је у петак рекао да ће мост бити затворен због радова.", "sr"),
        ("Ministar je u petak rekao da će most biti zatvoren zbog radova na putu, izvestila je opština.", None),
        ("O ministro disse na sexta-feira que a ponte seria fechada.", "pt"),
        ("O goleiro e os torcedores chegaram de ônibus ao estádio na sexta-feira, disse a equipe.", "pt-BR"),
        ("O ministro disse que a equipa e os adeptos chegaram de autocarro e de comboio na sexta-feira.", "pt-PT"),
        ("Harbour Tower Closed After Fire On Third Floor", "en"),
        ("Oʻzbekiston prezidenti juma kuni yangi ko'prikni ochdi va aholi bilan uchrashdi.", "uz"),
        ("Ўзбекистон президенти жума куни янги кўприкни очди ва аҳоли билан учрашди.", "uz-Cyrl"),
        ("123", None),
        ("", None),
        ("\ud800 \x00", None),
    ],
)
def test_language(text: str, tag: str | None) -> None:
    if tag is None and text[:1].isalpha():
        assert primary(identify_language(text) or "") in ("hr", "bs", "sr")
    else:
        assert identify_language(text) == tag


def test_near_languages_share_their_confidence() -> None:
    found = identify("Ministar je u petak rekao da će most biti zatvoren zbog radova na putu.")
    assert found
    assert found.confidence > 0.9


ENGLISH = "The keeper said that the lamp and the horn had been mended with parts that came from the old store. "
FRENCH = "Le gardien a dit que la lampe et la corne ont été réparées avec des pièces qui sont dans le dépôt. "
GERMAN = "Der Wärter sagte, dass die Lampe und das Horn mit Teilen repariert wurden, auch für die Schiffe. "
LUXEMBOURGISH = "De Wiechter huet gesot, datt d'Luucht an den Horn mat Deeler gefléckt goufen, och fir d'Schëffer. "
SPANISH = "El guardián dijo que los faros y las bocinas fueron reparados según el puerto, pero más tarde que su barco. "
WELSH = "Mae'r ceidwad wedi dweud bod y lamp a'r corn yn cael eu trwsio gyda rhannau o'r hen storfa yn y dref. "


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (GERMAN * 8 + LUXEMBOURGISH * 4, "lb"),
        (SPANISH * 8 + WELSH * 4, "cy"),
        (ENGLISH * 12, None),
        (FRENCH * 12, None),
        (ENGLISH * 8 + FRENCH * 4, "fr"),
        (FRENCH * 8 + ENGLISH * 4, "en"),
        (ENGLISH * 9 + FRENCH * 6 + ENGLISH * 3, "fr"),
        (ENGLISH * 11 + FRENCH, None),
    ],
)
def test_a_text_in_two_languages(text: str, other: str | None) -> None:
    tag = identify_language(text)
    assert tag
    found = other_language(text.replace(". ", ".\n"), tag)
    assert (found and found.tag) == other


def test_no_telling_word_is_of_two_languages() -> None:
    table = tomli.loads(files("copydesk.metadata").joinpath("data/languages.toml").read_text("utf-8"))
    words = Counter(word for listed in table["telling"].values() for word in listed.split())
    assert [word for word, count in words.items() if count > 1] == []
