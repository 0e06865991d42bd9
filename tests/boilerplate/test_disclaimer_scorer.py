"""Disclaimers that machine translation garbled: found by what they are about, with no row for any of them."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from copydesk.boilerplate import strip
from copydesk.model import RemovalKind

NEWS = "The harbour council met on Monday to discuss the old bridge.\nIt voted 7 to 4 in favour of a new one."

GARBLED = {
    "en": "This history has been taken of a third union feed, agencies. Noon does not accept any responsibility or "
    "charge for its dependability, trustworthiness and data of text. Mid-Day administration reserves the only "
    "right "
    "to change, delete or take away (without notice) the content for any reason.",
    "de": "Diese Geschichte wurde von Agenturen bezogen, ein drittes syndiziertes Futter. Die Tagesmitte übernimmt "
    "keine Verantwortung oder Haftung für Abhängigkeit, Vertrauenswürdigkeit und Daten des Textes. Mitte-Tag "
    "Management "
    "behält sich das alleinige Recht vor, den Inhalt zu ändern, zu löschen oder zu entfernen (ohne Ankündigung).",
    "es": "Esta historia se obtuvo de una alimentación sindicada de terceros. El mediodía no acepta ninguna "
    "responsabilidad por su confiabilidad, fiabilidad y datos del texto. La gestión de Medio Día se reserva el "
    "derecho de alterar, borrar o quitar (sin aviso) el contenido.",
    "fr": "Cette histoire provient d'un flux syndiqué tiers, agences. La mi-journée n'accepte aucune "
    "responsabilité "
    "pour sa fiabilité, sa confiance et les données du texte. La direction se réserve le droit de modifier ou "
    "enlever (sans "
    "préavis) le contenu pour n'importe quelle raison.",
    "tr": "Bu hikaye ajanslardan, üçüncü taraf bir sendika beslemesinden alınmıştır. Gün Ortası, metnin "
    "güvenilirliği "
    "ve verileri için hiçbir sorumluluk kabul etmez. Yönetim, içeriği herhangi bir nedenle (bildirim olmadan) "
    "değiştirme veya kaldırma hakkını saklı tutar.",
    "hi": "यह कहानी तीसरे पक्ष की सिंडिकेट फ़ीड, एजेंसियों से ली गई है। मध्य दिन इसकी निर्भरता, विश्वसनीयता और "
    "पाठ के डेटा के "
    "लिए कोई जिम्मेदारी स्वीकार नहीं करता। प्रबंधन बिना किसी सूचना के सामग्री को हटाने का अधिकार सुरक्षित रखता है।",
    "it": "Questa storia è stata ottenuta da un feed sindacato di terze parti. Mezzo giorno non accetta alcuna "
    "responsabilità per l'affidabilità e i dati del testo. La gestione si riserva il diritto di cancellare (senza "
    "preavviso) il contenuto.",
    "ru": "Эта история получена из синдицированной ленты третьей стороны. Середина дня не принимает никакой "
    "ответственности за достоверность и данные текста. Руководство оставляет за собой право удалять содержание "
    "без уведомления.",
    "ja": "この話は第三者の配信フィードから取得されました。正午はデータの信頼性について一切の責任を負いません。"
    "経営陣は予告なく内容を変更、削除する権利を留保します。",
    "ar": "تم الحصول على هذه القصة من تغذية طرف ثالث، وكالات. منتصف اليوم لا تقبل أي مسؤولية عن موثوقية وبيانات "
    "النص. "
    "تحتفظ الإدارة بالحق في تعديل أو حذف المحتوى دون إشعار.",
}


@pytest.mark.parametrize("language", GARBLED)
def test_a_garbled_disclaimer_is_found_by_the_scorer(language: str) -> None:
    stripped = strip(f"{NEWS}\n{GARBLED[language]}", language=language)
    (removal,) = stripped.removals
    assert removal.kind is RemovalKind.DISCLAIMER
    assert removal.rule == "scorer.disclaimer"
    assert stripped.text == NEWS


@pytest.mark.parametrize("language", ["de", "es", "fr", "tr", "it", "hi", "en"])
def test_its_outlet_is_named_although_its_name_was_translated(language: str) -> None:
    assert strip(f"{NEWS}\n{GARBLED[language]}", language=language).removals[0].outlet == "Mid-Day"


@pytest.mark.parametrize("language", GARBLED)
def test_in_a_text_of_one_paragraph_only_the_ending_goes(language: str) -> None:
    news = NEWS.replace("\n", " ")
    assert strip(f"{news} {GARBLED[language]}", language=language).text == news


def test_the_language_is_asked_of_the_text_where_nobody_says_it() -> None:
    assert strip(f"A ponte fechou na segunda-feira.\nO conselho vota amanhã.\n{GARBLED['de']}", language=None).removals


def test_a_source_that_no_registry_knows_is_the_outlet_where_the_disclaimer_names_it() -> None:
    text = f"{NEWS}\nThis story came from a syndicated feed. Harbour Lantern accepts no liability for its reliability."
    (removal,) = strip(text, language="en", source="Harbour Lantern").removals
    assert removal.outlet == "Harbour Lantern"


def test_every_concept_of_a_lexicon_has_a_weight_and_every_weight_a_concept() -> None:
    data = files("copydesk.boilerplate").joinpath("data")
    rules = tomllib.loads(data.joinpath("scorer.toml").read_text("utf-8"))
    weighted = {concept for row in rules.values() if isinstance(row, dict) for concept in row.get("weights", ())}
    english = set(tomllib.loads(data.joinpath("concepts/en.toml").read_text("utf-8")))
    assert weighted - {"sign"} == english
    for file in data.joinpath("concepts").iterdir():
        lexicon = tomllib.loads(file.read_text("utf-8"))
        assert set(lexicon) <= english, file.name
        assert all(beginning.strip() for beginnings in lexicon.values() for beginning in beginnings)
