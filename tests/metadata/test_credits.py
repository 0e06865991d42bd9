from __future__ import annotations

import pytest

from copydesk.metadata.credits import contributors
from copydesk.model import Contributor, Item
from copydesk.pipeline import refine

REPORTER, EDITOR = "reporter", "editor"


@pytest.mark.parametrize(
    ("line", "people"),
    [
        (
            "(Reporting by Ann Lee in Oslo and Rui Dias; Editing by Jo Quill)",
            [("Ann Lee", REPORTER), ("Jo Quill", EDITOR)],
        ),
        (
            "(Reporting by Ann Lee and Rui Dias; Editing by Jo Quill)",
            [("Ann Lee", REPORTER), ("Rui Dias", REPORTER), ("Jo Quill", EDITOR)],
        ),
        ("Additional reporting by Ann Lee", [("Ann Lee", REPORTER)]),
        ("(Reportage de Anne Leroy, édité par Jean Coin)", [("Anne Leroy", REPORTER), ("Jean Coin", EDITOR)]),
        ("(Reportage de Anne Leroy; édité par Jean Coin)", [("Anne Leroy", REPORTER), ("Jean Coin", EDITOR)]),
        ("(Bericht von Eva Öhm; redigiert von Jan Roth)", [("Eva Öhm", REPORTER), ("Jan Roth", EDITOR)]),
        ("(Reporte de Ana Ruiz. Editado por Luis Gil)", [("Ana Ruiz", REPORTER), ("Luis Gil", EDITOR)]),
        ("(Reportagem de Rui Dias; Edição de Ana Melo)", [("Rui Dias", REPORTER), ("Ana Melo", EDITOR)]),
        ("(A cura di Ugo Neri)", [("Ugo Neri", REPORTER)]),
        ("(Автор: Иван Лесков; редактор: Анна Рощина)", [("Иван Лесков", REPORTER), ("Анна Рощина", EDITOR)]),
        ("Muhabir: Ece Kaya | Editör: Can Demir", [("Ece Kaya", REPORTER), ("Can Demir", EDITOR)]),
        ("(Geschreven door Jan de Wit; bewerkt door Els Bos)", [("Jan de Wit", REPORTER), ("Els Bos", EDITOR)]),
        ("责任编辑：李明", [("李明", EDITOR)]),
        ("(Reuters)", []),
        ("© 2026 Harbour Press. All rights reserved.", []),
        ("By agencies; edited by the web desk", []),
    ],
)
def test_people_and_what_they_did(line: str, people: list[tuple[str, str]]) -> None:
    assert [(person.name, person.role) for person in contributors(line)] == people


def test_where_they_reported_from() -> None:
    assert contributors("(Reporting by Ann Lee in Oslo)") == (Contributor("Ann Lee", REPORTER, place="Oslo"),)


def test_they_are_evidence_of_the_article_and_its_authors_where_nobody_else_is_named() -> None:
    text = (
        "Port Ellis closed two of its five piers on Friday after divers found cracks, the harbour office said.\n"
        "(Reporting by Ann Lee in Oslo; Editing by Rui Dias)"
    )
    article = refine(Item(body=text))
    told = [(evidence.field, evidence.value, evidence.origin) for evidence in article.evidence]
    assert ("reporter", "Ann Lee, Oslo", "removal") in told
    assert ("editor", "Rui Dias", "removal") in told
    assert article.authors == ("Ann Lee",)
    assert refine(Item(body=text, byline="Jo Quill")).authors == ("Jo Quill",)


def test_a_note_of_correction_leaves_the_text_and_stays_known() -> None:
    note = "Correction: An earlier version of this story said that six piers were closed."
    article = refine(Item(body=f"Port Ellis closed two of its five piers on Friday, the harbour office said.\n{note}"))
    assert "Correction" not in article.text
    assert ("correction", note) in [(evidence.field, evidence.value) for evidence in article.evidence]
