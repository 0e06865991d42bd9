"""strip(): what goes, what stays, and that nothing is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.boilerplate import strip
from copydesk.model import RemovalKind, Stripped

SAMPLE = Path(__file__).parents[2].parent / "shared" / "sample" / "lavrov-wonsan.pt.txt"
FIRST = "The ferry ran aground off Harbour Point on Monday, the coast guard said."
SECOND = "No one was hurt, and 140 passengers were taken ashore."


def check(text: str, stripped: Stripped) -> None:
    """The removals are sorted, disjoint and say what they took; cutting them gives the text."""
    at, kept = 0, []
    for removal in stripped.removals:
        assert at <= removal.start < removal.end <= len(text)
        assert removal.text == text[removal.start : removal.end]
        assert 0 < removal.confidence <= 1
        kept.append(text[at : removal.start])
        at = removal.end
    assert "".join([*kept, text[at:]]) == stripped.text


TAILS = {
    "(Reporting by Ann Poe; Editing by Jon Roe)": RemovalKind.SIGNOFF,
    "Ann Poe in Oslo contributed to this report.": RemovalKind.SIGNOFF,
    "--UNI": RemovalKind.CREDIT,
    "(With inputs from PTI)": RemovalKind.CREDIT,
    "This article originally appeared on Harbour Weekly.": RemovalKind.CREDIT,
    "This story has not been edited by Lantern staff and comes from a syndicated feed.": RemovalKind.DISCLAIMER,
    "The views expressed here do not necessarily reflect those of the Lantern.": RemovalKind.DISCLAIMER,
    "Copyright 2024 Harbour Press. All rights reserved. This material may not be copied.": RemovalKind.COPYRIGHT,
    "Sign up for our free newsletter and never miss a story": RemovalKind.PROMO,
    "Read more: Ferry line cancels all crossings": RemovalKind.RELATED_LINK,
}


@pytest.mark.parametrize(("line", "kind"), TAILS.items())
def test_a_last_paragraph_goes_with_the_break_before_it(line: str, kind: RemovalKind) -> None:
    text = f"{FIRST}\n\n{SECOND}\n\n{line}\n"
    stripped = strip(text, language="en")
    check(text, stripped)
    assert stripped.text == f"{FIRST}\n\n{SECOND}"
    assert [removal.kind for removal in stripped.removals] == [kind]


FOREIGN = {
    "pt": ["Com informações da Agência Senado", "Leia também: Ponte fecha", "Todos os direitos reservados."],
    "es": ["(Con información de Télam y AP)", "Suscríbete a nuestro boletín", "Lea también: Puente cerrado"],
    "fr": ["(avec AFP)", "Lire aussi : Le pont ferme", "Abonnez-vous à notre newsletter"],
    "de": ["Mit Material von dpa", "Lesen Sie auch: Brücke zu", "Alle Angaben ohne Gewähr"],
    "it": ["RIPRODUZIONE RISERVATA", "Leggi anche: Ponte chiuso", "Iscriviti alla nostra newsletter"],
    "ru": ["Источник: ТАСС", "Читайте также: Мост закрыт", "Подписывайтесь на наш канал"],
    "pl": ["Źródło: PAP", "Czytaj też: Most zamknięty"],
    "ko": ["<저작권자 © 등대신문, 무단 전재-재배포 금지>"],
    "ja": ["記事・写真の無断転載を禁じます。"],
    "zh": ["责任编辑：吴凡"],
    "ar": ["المصدر: رويترز"],
    "id": ["Baca juga: Jembatan Ditutup"],
}


@pytest.mark.parametrize(("language", "line"), [(code, line) for code, lines in FOREIGN.items() for line in lines])
def test_lines_of_other_languages_go_whatever_the_texts_language(language: str, line: str) -> None:
    for code in (language, "en"):
        assert strip(f"{FIRST}\n{SECOND}\n{line}", language=code).text == f"{FIRST}\n{SECOND}"


def test_a_head_paragraph_goes_with_the_break_after_it() -> None:
    text = f"By Ann Poe, CNN\n\n{FIRST}\n{SECOND}"
    stripped = strip(text, language="en")
    check(text, stripped)
    assert stripped.text == f"{FIRST}\n{SECOND}"
    assert stripped.removals[0].kind is RemovalKind.BYLINE


def test_a_picture_credit_between_paragraphs_names_no_agency_of_the_text() -> None:
    stripped = strip(f"{FIRST}\n\nPhoto: Jo Marsh/Reuters\n\n{SECOND}", language="en")
    assert stripped.text == f"{FIRST}\n\n{SECOND}"
    assert stripped.removals[0].agency is None


def test_an_ending_goes_and_its_sentence_stays() -> None:
    stripped = strip(f"{FIRST}\n{SECOND} (With inputs from PTI)", language="en")
    assert stripped.text == f"{FIRST}\n{SECOND}"
    assert stripped.removals[0].agency == "PTI"


def test_the_agency_of_a_credit_has_its_canonical_name() -> None:
    stripped = strip(f"{FIRST}\n{SECOND}\nThe Associated Press contributed to this report.", language="en")
    assert stripped.removals[0].agency == "AP"


def test_the_disclaimer_as_it_was_before_translation() -> None:
    line = (
        "This story came from a third party syndicated feed. Mid-Day takes no responsibility for the reliability of "
        "its text. Mid-day management reserves the sole right to alter or delete the content without notice."
    )
    (removal,) = strip(f"{FIRST}\n{SECOND}\n{line}", language="en").removals
    assert (removal.kind, removal.outlet) == (RemovalKind.DISCLAIMER, "Mid-Day")


LOOK_ALIKES = [
    ("en", "CNN reported that the ferry had no pilot on board."),
    ("en", "The shipping company accepts no responsibility for the delays, a spokesman told Reuters."),
    ("en", "The council reserves the right to alter or remove the statues without notice, according to the bill."),
    ("en", "A court ruled that the agency's copyright notice did not cover photographs that readers had sent in."),
    ("en", "“This story has not been edited by our staff”, the notice under the forged report read, police said."),
    ("en", "The publisher was sued for 4 million dollars over articles that it had republished without permission."),
    ("en", "She told AFP that the newsletter reached 300,000 subscribers before the company closed it."),
    ("en", "Follow the river for two miles, the ranger advised, and you reach the wreck."),
    ("en", "OSLO (AP) - The ferry line said on Monday that it would refund all tickets."),
    ("en", "Heavy rain contributed to this year's poor harvest in the valley."),
    ("en", "By Monday the river had crested at four metres."),
    ("pt", "A CNN informou que o navio partiu na sexta-feira."),
    ("pt", "A empresa não aceita responsabilidade pelo naufrágio, disse o porta-voz à Lusa."),
    ("es", "La naviera no asume ninguna responsabilidad, según dijo su portavoz a la agencia EFE."),
    ("de", "Die Reederei übernimmt keine Haftung für den Unfall, sagte ein Sprecher der dpa."),
    ("de", "Von Montag an gilt der neue Fahrplan, teilte die Reederei mit."),
    ("fr", "L'armateur décline toute responsabilité, a indiqué son avocat à l'AFP."),
    ("it", "La compagnia non accetta alcuna responsabilità per l'incidente, ha detto il portavoce all'ANSA."),
    ("tr", "Şirket kazadan sorumlu olmadığını Anadolu Ajansı'na açıkladı."),
    ("ru", "Компания не несет ответственности за аварию, заявил её представитель ТАСС."),
    (
        "en",
        "The court ruled that a publisher accepts no liability for stories of a syndicated feed that it left as is.",
    ),
    (
        "en",
        "“The views expressed are mine and do not reflect those of the ministry”, she wrote when she resigned.",
    ),
    (
        "en",
        "A notice, “All rights reserved”, appeared on the harbour mural on Friday and made its painters furious.",
    ),
    ("en", "CNN reported that the ferry had been auto-generated as a target by the coastguard's software."),
    (
        "en",
        "The council's newsletter reaches nine thousand inboxes, and many readers click the ferry times first.",
    ),
    (
        "en",
        "Parliament passed a copyright law that lets libraries reproduce articles without prior permission.",
    ),
    (
        "en",
        "The app, downloaded two million times, tells passengers to follow the crew and share their seats.",
    ),
    ("en", "I signed up for the morning crossing myself, and by noon I was reporting from a lifeboat."),
    (
        "en",
        "Reuters said that it would cut fifty jobs, and its editors contributed to a statement against it.",
    ),
    (
        "en",
        "The paper corrected its story: the pier, it wrote, is called South, and the mayor got an apology.",
    ),
    (
        "en",
        "Staff of the agency have not edited the report, the minister said, nor may they change its content.",
    ),
    ("en", "The publisher reserves the right to sue, its lawyer told reporters outside the court."),
]


@pytest.mark.parametrize(("language", "line"), LOOK_ALIKES)
def test_news_that_looks_like_boilerplate_stays(language: str, line: str) -> None:
    for text in (f"{FIRST}\n{SECOND}\n{line}", f"{line}\n{FIRST}\n{SECOND}", f"{FIRST} {line}"):
        stripped = strip(text, language=language)
        assert (stripped.text, stripped.removals) == (text, ())


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared sample article is not beside this checkout")
def test_the_sample_loses_its_disclaimer_and_nothing_else() -> None:
    text = SAMPLE.read_text("utf-8")
    stripped = strip(text, language="pt")
    check(text, stripped)
    (removal,) = stripped.removals
    assert (removal.kind, removal.outlet) == (RemovalKind.DISCLAIMER, "Mid-Day")
    assert stripped.text == text.rstrip("\n").rpartition("\n")[0]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "©", "Reuters", "\x00", "İ\nİ", "a\r\nb"])
def test_odd_texts_do_no_harm(text: str) -> None:
    check(text, strip(text, language="en"))


LINES = st.sampled_from([FIRST, SECOND, "", "  ", *TAILS, *(line for lines in FOREIGN.values() for line in lines)])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(LINES, st.text(max_size=40)), max_size=12), st.sampled_from(["\n", "\n\n", " ", "\r\n"]))
def test_nothing_is_lost(lines: list[str], joint: str) -> None:
    text = joint.join(lines)
    check(text, strip(text, language="en"))


def test_stripping_again_changes_nothing() -> None:
    text = "\n".join(["By Ann Poe", *[FOREIGN["de"][1]] * 5, "By Jon Roe", FIRST, SECOND, *TAILS])
    once = strip(text, language="en").text
    assert strip(once, language="en").text == once == f"{FIRST}\n{SECOND}"


def test_what_is_not_sure_enough_stays_and_is_flagged() -> None:
    line = "Install the app on the phone, then click on the form and contact the site to follow the account."
    for text, doubted in ((f"{FIRST}\n{line}", line), (f"{line}\n{FIRST}\n{SECOND}", line), (FIRST, "")):
        stripped = strip(text, language="en")
        assert (stripped.text, stripped.removals) == (text, ())
        assert [text[doubt.start : doubt.end] for doubt in stripped.doubts] == [doubted] * bool(doubted)
        assert all(doubt.text == doubted and 0.25 <= doubt.confidence < 0.5 for doubt in stripped.doubts)
    assert strip(f"{FIRST}\n{next(iter(TAILS))}", language="en").doubts == ()


def test_time_grows_with_the_text_not_with_its_square() -> None:
    def seconds(paragraphs: int) -> float:
        text = "\n".join([FIRST, SECOND] * paragraphs)
        times = []
        for _ in range(5):
            start = time.process_time()
            strip(text, language="en")
            times.append(time.process_time() - start)
        return min(times)

    # Ten times the text: a square would take a hundred times as long.
    assert seconds(10_000) < 40 * seconds(1_000)
