"""The language of a text, with the script and the variant where it shows them."""

from __future__ import annotations

import pytest

from copydesk.metadata.language import identify, identify_language, primary


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
