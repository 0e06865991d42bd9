"""Where, when and by whom a report was filed, told from its first words."""

from __future__ import annotations

from datetime import date

import pytest

from copydesk.metadata.dateline import credited, read_dateline

SEEN = date(2024, 7, 13)
DAY = date(2024, 7, 12)


@pytest.mark.parametrize(
        ("language", "line", "place", "day", "agencies"),
    [
        ("en", "WONSAN, North Korea, July 12 (Reuters) –", "WONSAN, North Korea", DAY, ("Reuters",)),
        ("en", "Mumbai, July 12 (PTI)", "Mumbai", DAY, ("PTI",)),
        ("en", "BEIJING, July 12 (Xinhua) --", "BEIJING", DAY, ("Xinhua",)),
        ("en", "NEW YORK, July 12, 2023 /PRNewswire/ --", "NEW YORK", date(2023, 7, 12), ("PR Newswire",)),
        ("en", "July 12 (Reuters) -", None, DAY, ("Reuters",)),
        ("en", "PORT ELLIS,\nTexas, July 12 -", "PORT ELLIS, Texas", DAY, ()),
        ("en", "PARIS, Dec 31 (AFP) -", "PARIS", date(2023, 12, 31), ("AFP",)),
        ("en", "LONDON, July 12 (AP/AFP) -", "LONDON", DAY, ("AP", "AFP")),
        ("en", "PORT ELLIS, Friday (Reuters) -", "PORT ELLIS", DAY, ("Reuters",)),
        ("en", "PORT ELLIS, Friday, July 12 (AP) -", "PORT ELLIS", DAY, ("AP",)),
        ("hu", "Párizs, péntek (MTI) -", "Párizs", DAY, ("MTI",)),
        ("de", "WIEN, am Freitag (APA) -", "WIEN", DAY, ("APA",)),
        ("pt", "São Paulo, 12 jul (Lusa) -", "São Paulo", DAY, ("Lusa",)),
        ("de", "Berlin (dpa) -", "Berlin", None, ("dpa",)),
        ("de", "BERLIN, 12. Juli (Reuters) -", "BERLIN", DAY, ("Reuters",)),
        ("fr", "PARIS, 12 juil (AFP) -", "PARIS", DAY, ("AFP",)),
        ("es", "Madrid, 12 jul (EFE).-", "Madrid", DAY, ("EFE",)),
        ("it", "ROMA, 12 lug (ANSA) -", "ROMA", DAY, ("ANSA",)),
        ("ru", "МОСКВА, 12 июл - РИА Новости.", "МОСКВА", DAY, ("RIA Novosti",)),
        ("ru", "МОСКВА, 12 июля. /ТАСС/.", "МОСКВА", DAY, ("TASS",)),
        ("uk", "Київ, 12 липня (Укрінформ) –", "Київ", DAY, ("Ukrinform",)),
        ("zh", "新华社北京7月12日电", "北京", DAY, ("Xinhua",)),
        ("ja", "[東京 12日 ロイター] -", "東京", DAY, ("Reuters",)),
        ("ko", "(서울=연합뉴스)", "서울", None, ("Yonhap",)),
        ("tr", "ANKARA (AA) -", "ANKARA", None, ("Anadolu",)),
        ("pl", "Warszawa, 12.07 (PAP) -", "Warszawa", DAY, ("PAP",)),
        ("sv", "STOCKHOLM (TT) –", "STOCKHOLM", None, ("TT",)),
        ("da", "København, 12. juli (Ritzau) -", "København", DAY, ("Ritzau",)),
        ("fi", "Helsinki (STT) –", "Helsinki", None, ("STT",)),
        ("nl", "DEN HAAG (ANP) -", "DEN HAAG", None, ("ANP",)),
        ("cs", "Praha 12. července (ČTK) -", "Praha", DAY, ("ČTK",)),
        ("hu", "Budapest, 2024. július 12. (MTI) -", "Budapest", DAY, ("MTI",)),
        ("ro", "București, 12 iul /Agerpres/ -", "București", DAY, ("Agerpres",)),
        ("el", "Αθήνα, 12 Ιουλίου (ΑΠΕ-ΜΠΕ) -", "Αθήνα", DAY, ("ANA-MPA",)),
        ("ar", "القاهرة 12 يوليو (رويترز) -", "القاهرة", DAY, ("Reuters",)),
        ("id", "Jakarta (ANTARA) -", "Jakarta", None, ("Antara",)),
    ],
)  # fmt: skip
def test_datelines(language: str, line: str, place: str | None, day: date | None, agencies: tuple[str, ...]) -> None:
    for indent in ("", "\n  "):
        text = f"{indent}{line} Brücke geschlossen"
        found = read_dateline(text, language=language, published=SEEN)
        assert found
        assert (found.text, found.place, found.date, found.agencies) == (line, place, day, agencies)
        assert text[found.start : found.end] == line


@pytest.mark.parametrize(
    "text",
    [
        "The minister said on July 12 (Reuters reported earlier) - a Friday - that the bridge was closed.",
        "BREAKING: The ferry is late",
        "Ferry late - what we know",
        "Friday - the ferry was late",
        "Sun City, the ferry - it was late",
        "In July 12 ferries - more than ever - were late",
        "Anna Lee (AP photographer) - a portrait",
        "On Friday - July 12 - the ferry was late",
        "9:30 p.m. - The ferry leaves",
        "Ferry Company, Inc. - July results",
        "(ANI)",
        "",
        "-",
    ],
)
def test_what_is_none(text: str) -> None:
    assert read_dateline(text, language="en", published=SEEN) is None


def test_a_place_in_capitals_is_one_where_it_is_known() -> None:
    text = "PORT ELLIS: The bridge was closed."
    assert read_dateline(text) is None
    found = read_dateline(text, is_known=lambda place: place == "PORT ELLIS")
    assert found
    assert (found.text, found.place) == ("PORT ELLIS:", "PORT ELLIS")


def test_without_a_publication_the_year_is_not_guessed() -> None:
    found = read_dateline("LONDON, July 12 (AP) - The")
    assert found
    assert (found.date, found.dated) == (None, True)


@pytest.mark.parametrize(
    ("line", "agencies"),
    [
        ("(PTI)", ("PTI",)),
        (" Reuter", ("Reuters",)),
        ("-- AP/AFP", ("AP", "AFP")),
        ("The end.", None),
        ("(Ann Lee)", None),
    ],
)
def test_a_closing_credit(line: str, agencies: tuple[str, ...] | None) -> None:
    found = credited(f"The bridge was closed.\n{line}\n")
    assert (found[2] if found else None) == agencies
    assert credited(line) is None
