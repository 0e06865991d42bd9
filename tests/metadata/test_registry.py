"""The registry of agencies and outlets: look-up, scanning, translated brands, and its rows themselves."""

from __future__ import annotations

from collections import Counter

import pytest
from babel import Locale

from copydesk.metadata.registry import (
    by_domain,
    fold,
    lookup,
    parse_organisations,
    registry,
    scan,
    scan_translated,
)


@pytest.mark.parametrize("name", ["Mid-Day", "MID-DAY", "mid day", "Mid -Day", "mid-day.com", "Midday"])
def test_lookup_does_not_mind_case_hyphens_or_spaces(name: str) -> None:
    found = lookup(name)
    assert found
    assert found.name == "Mid-Day"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("Agencia Brasil", "Agência Brasil"), ("associated press", "AP"), ("ТАСС", "TASS"), ("新华社", "Xinhua")],
)
def test_lookup_knows_aliases_in_other_scripts_and_without_accents(name: str, canonical: str) -> None:
    found = lookup(name)
    assert found
    assert found.name == canonical


def test_lookup_of_the_unknown_is_none() -> None:
    assert lookup("The Harbour Lantern") is None
    assert lookup("") is None


@pytest.mark.parametrize(
    ("host", "canonical"),
    [("www.mid-day.com", "Mid-Day"), ("edition.cnn.com", "CNN"), ("g1.globo.com", "G1"), ("apnews.com.", "AP")],
)
def test_sub_domains_belong_to_their_outlet(host: str, canonical: str) -> None:
    found = by_domain(host)
    assert found
    assert found.name == canonical


def test_a_longer_host_is_not_a_sub_domain() -> None:
    assert by_domain("notcnn.com") is None
    assert by_domain("com") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("according to the AP and Agencia Brasil, the dpa says", ["AP", "Agência Brasil", "dpa"]),
        ("The Associated Press reported", ["AP"]),
        ("a agência Lusa e a EFE", ["Lusa", "EFE"]),
        ("قالت رويترز، ولرويترز", ["Reuters"]),
        ("(서울=연합뉴스) 로이터 통신은", ["Yonhap", "Reuters"]),
        ("新华社北京7月26日电", ["Xinhua"]),
        ("सूत्रों ने पीटीआई को बताया", ["PTI"]),
    ],
)
def test_scan_finds_whole_names(text: str, names: list[str]) -> None:
    assert [organisation.name for _, _, organisation in scan(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "an ap for that",
        "the efe of it",
        "mid-day sun",
        "CAPTION",
        "he spoke to the guardian of the child",
        "in PA and TT",
    ],
)
def test_scan_leaves_common_words_alone(text: str) -> None:
    assert scan(text) == []


def test_short_acronyms_count_only_when_asked_for() -> None:
    assert [hit[2].name for hit in scan("Additional reporting from PA", short=True)] == ["PA Media"]
    assert scan("Additional reporting from PA") == []


def test_the_longest_name_wins_and_spans_are_exact() -> None:
    text = "Reuters and the Xinhua News Agency"
    assert [text[start:end] for start, end, _ in scan(text)] == ["Reuters", "Xinhua News Agency"]


@pytest.mark.parametrize(
    "text",
    ["No meio do dia, não aceita", "Day Orta.com", "Medio Día", "Gün Ortası", "Milieu du jour", "Mittags", "मध्य दिन"],
)
def test_translated_brands_of_mid_day(text: str) -> None:
    assert "Mid-Day" in {organisation.name for _, _, organisation in scan_translated(text)}


def test_brands_are_translated_word_by_word_not_by_rows() -> None:
    assert "The Free Press Journal" in {hit[2].name for hit in scan_translated("O Jornal da Imprensa Livre")}
    assert "India Today" in {hit[2].name for hit in scan_translated("Índia Hoje")}


def test_a_brand_needs_all_its_words() -> None:
    assert scan_translated("o dia seguinte") == []


def test_rows_are_consistent() -> None:
    names = [organisation.name for organisation in registry()]
    assert len(names) == len(set(names))
    owners: dict[str, str] = {}
    for organisation in registry():
        assert organisation.kind in ("agency", "outlet")
        assert organisation.country is None or (len(organisation.country) == 2 and organisation.country.isupper())
        for domain in organisation.domains:
            assert domain == domain.lower()
            assert owners.setdefault(domain, organisation.name) == organisation.name


def test_two_organisations_share_no_name_that_is_scanned_for() -> None:
    owners: dict[str, str] = {}
    for organisation in registry():
        for alias in organisation.aliases:
            assert owners.setdefault(alias, organisation.name) == organisation.name


def test_there_are_enough_of_both_kinds() -> None:
    kinds = [organisation.kind for organisation in registry()]
    assert kinds.count("agency") >= 60
    assert kinds.count("outlet") >= 60


def test_a_registry_file_of_ones_own_has_the_same_shape() -> None:
    row = '[[outlet]]\nname = "The Lantern"\ndomains = ["lantern.example"]\ncountry = "NO"\n'
    (organisation,) = parse_organisations(row)
    assert (organisation.name, organisation.kind, organisation.aliases) == ("The Lantern", "outlet", ())


def test_folding_keeps_line_breaks() -> None:
    assert fold("Ação\nÉTÉ ŁÓDŹ") == "acao\nete lodz"


TRAPS = """
    abc age ara bild blick blic citizen delo estimated express focus fortune granma herald hill informacion libre
    marca merkur metro milenio mint mirror monde mundo nation observador paper pais perfil politika post punch razon
    record reforma sabah salon semana slate sme standard star stern stuff sun temps terra time tribune
    vanguard variety veja vice welt wired wire world zeit
    """.split()


def test_there_are_many_and_each_is_one() -> None:
    kinds = Counter(organisation.kind for organisation in registry())
    assert kinds["agency"] >= 150
    assert kinds["outlet"] >= 300
    names = Counter(organisation.name for organisation in registry())
    domains = Counter(domain for organisation in registry() for domain in organisation.domains)
    assert [name for counts in (names, domains) for name, count in counts.items() if count > 1] == []
    known = set(Locale("en").territories)
    assert [organisation.name for organisation in registry() if organisation.country not in known] == []
    assert all(organisation.domains or organisation.kind == "agency" for organisation in registry())


def test_each_is_found_by_its_name_and_its_domain() -> None:
    for organisation in registry():
        assert lookup(organisation.name) == organisation
        assert all(by_domain(f"www.{domain}") == organisation for domain in organisation.domains)


def test_no_word_of_news_is_taken_for_an_outlet() -> None:
    words = [form for word in TRAPS for form in (word.capitalize(), f"The {word.capitalize()}")]
    assert [(word, hit[2].name) for word in words for hit in scan(f"He saw the {word} there.")] == []
