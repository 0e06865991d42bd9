"""The registry of agencies and outlets: look-up, scanning, translated brands, and its rows themselves."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel import Locale

from copydesk.metadata.byline import parse_byline
from copydesk.metadata.registry import (
    by_domain,
    fold,
    lookup,
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
    assert kinds.count("agency") >= 180
    assert kinds.count("outlet") >= 350


def test_folding_keeps_line_breaks() -> None:
    assert fold("Ação\nÉTÉ ŁÓDŹ") == "acao\nete lodz"


TRAPS = """
    abc age allure ara arte band bild blesk blick blic capital challenges citizen delo denik discover estimated express
    fakt focus fortune globes granma health herald heute hill informacion information kurier libre marca
    maxim merkur metro milenio mint mirror monde mundo nation nature observador open paper pais parade patch people
    perfil politika polityka post primicias proceso punch reason razon record reforma regards report sabah salon
    science semana slate sme spectator standard star stern strana stuff sun tablet temps tempo terra time
    tribune ultima vanguard variety veja vesti vice vogue week welt wired wire world zeit zenit
    """.split()

PHRASES = """
    Die Welt ist klein, und nach 20 Minuten war Schluss. | Der Freitag und der Morgen | Das ist Sache von Fakt und Bild
    The Hill, The Nation and The Post | VICE PRESIDENT HARRIS | CCTV footage shows the street | Scroll in to see more
    The Sun rose, The Star fell, The Mirror broke | The Standard of living | Variety is the Spice of life
    Le Progrès est là. La Tribune, La Croix | la République et la Provence
    il Mattino dopo | il Presidente de la Repubblica Italiana | La Nazione, Il Giorno | Il Post su Facebook
    El Mundo de ayer | Última hora | La Razón de todo | El Correo de voz
    o partido Vox, com 15% | na Guatemala, com chuva | O Tempo hoje | A Nação e O País | le Golem de Prague
    Belga | Hina Khan | Politiken er vigtig | De Tijd dringt | De Morgen is wijzer | Børsen faldt | Adevărul doare
    24 часа спустя | 24 kg | Суспільне життя | Медуза в море | Бета и Страна | Фокус | Звезда | МИА Россия
    في الشرق الأوسط | شبه الجزيرة الكورية | الخبر | في النهار | هرم من الأهرام | وام بانکی | مهر و وفا | هشت صبح
    At the Main Post Office, on road, track and trail | Semafor na křižovatce | Florida today | IGN: séisme de 4
    AAP leader in Delhi; pay by UPI | The Harvard Crimson won at home | Digital Trends of 2024 | Eyewitness News at ten
    пан Шпигель сказал | Советский спорт был | مرد تاس آمد | ثم كونا فريقا | صحيفة الاتحاد الاشتراكي | عنب بلدي طازج
    पंजाब केसरी लाला लाजपत राय | 《金融时报》报道 | 今日头条新闻 | Divya Bhaskar sang | Berita Harian ini
    आज तक कोई नहीं आया | भाषा और वार्ता | ישראל היום | הארץ | Η Καθημερινή ζωή δεν | 中国网络安全 | ประเทศไทยรัฐบาล
    """.replace("\n", " | ").split("|")


def test_there_are_many_and_each_is_one() -> None:
    kinds = Counter(organisation.kind for organisation in registry())
    assert kinds["agency"] >= 380
    assert kinds["outlet"] >= 1450
    names = Counter(organisation.name for organisation in registry())
    domains = Counter(domain for organisation in registry() for domain in organisation.domains)
    assert [name for counts in (names, domains) for name, count in counts.items() if count > 1] == []
    known = set(Locale("en").territories)
    countries = [organisation.country for organisation in registry() if organisation.country]
    assert set(countries) <= known
    assert all(re.fullmatch("[A-Z]{2}", country) for country in countries)
    assert len(countries) > 0.98 * len(registry())
    assert len({organisation.country for organisation in registry() if organisation.kind == "outlet"}) >= 170
    assert all(organisation.domains or organisation.kind == "agency" for organisation in registry())


def test_domains_are_bare_hosts() -> None:
    domains = [domain for organisation in registry() for domain in organisation.domains]
    assert [domain for domain in domains if not re.fullmatch(r"(?!www\.)([a-z0-9-]+\.)+[a-z]{2,}", domain)] == []


def test_no_two_are_called_the_same() -> None:
    """Without regard to case, accents, and punctuation, which look-up does not regard either."""
    owners: dict[str, set[str]] = {}
    for organisation in registry():
        for name in (organisation.name, *organisation.aliases):
            owners.setdefault("".join(re.findall(r"\w+", fold(name))), set()).add(organisation.name)
    assert [names for names in owners.values() if len(names) > 1] == []


def test_items_of_wikidata_are_items_and_of_one_each() -> None:
    items = [organisation.wikidata for organisation in registry() if organisation.wikidata]
    assert len(items) == len(set(items)) >= 60
    assert all(re.fullmatch(r"Q[1-9]\d*", item) for item in items)
    known = {name: lookup(name) for name in ("Reuters", "AP", "AFP", "TASS", "BBC")}
    assert {name: found.wikidata for name, found in known.items() if found} == {
        "Reuters": "Q130879",
        "AP": "Q40469",
        "AFP": "Q40464",
        "TASS": "Q223799",
        "BBC": "Q9531",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("על פי רויטרס", "Reuters"),
        ("به گزارش خبرگزاری رویترز", "Reuters"),
        ("به گزارش ایرنا", "IRNA"),
        ("به گزارش بی‌بی‌سی", "BBC"),
        ("पीटीआई भाषा", "Press Trust Bhasha"),
        ("সূত্র: রয়টার্স", "Reuters"),
        ("σύμφωνα με το Γαλλικό Πρακτορείο", "AFP"),
        ("повідомляє Сіньхуа", "Xinhua"),
        ("वाशिंगटन पोस्ट ने कहा", "The Washington Post"),
        ("據《紐約時報》報導", "The New York Times"),
        ("静岡新聞アットエス", "Shizuoka Shimbun"),
        ("뉴욕타임스는", "The New York Times"),
        ("ذكرت صحيفة الشرق الأوسط", "Asharq Al-Awsat"),
    ],
)
def test_names_are_known_in_the_scripts_of_the_big_languages(text: str, name: str) -> None:
    assert [hit[2].name for hit in scan(text)] == [name]


def test_an_alias_is_never_a_small_word() -> None:
    """But for names of more than one word, with a figure, dot or capital in them, or in this list."""
    aliases = {alias for organisation in registry() for alias in organisation.aliases}
    small = {alias for alias in aliases if re.fullmatch("[a-zà-öø-ÿ]+", alias)}
    assert small == {
        "agrarheute",
        "askanews",
        "detikcom",
        "dpa",
        "franceinfo",
        "hessenschau",
        "pressetext",
        "teleschau",
        "tportal",
        "ynetnews",
    }
    assert [alias for alias in aliases if fold(alias).removeprefix("the ") in TRAPS] == []


@pytest.mark.parametrize(
    "byline",
    [
        "MDR Thüringen",
        "MDR SACHSEN-ANHALT",
        "Field Level Media",
        "Tribune News Service",
        "7 News WSVN",
        "srf",
        "hessenschau.de",
        "ORF",
        "Polizeiticker",
        "BR24",
        "TPN",
        "दैनिक भास्कर",
        "読売新聞オンライン",
        "ntv.com.tr",
        "LUSA",
        "AFP-Relaxnews",
        "أ ف ب",
        "CityNews",
        "NewsUSA",
        "Semafor",
        "Iwacu",
    ],
)
def test_an_organisation_in_a_byline_is_no_person(byline: str) -> None:
    assert lookup(byline)
    assert parse_byline(byline) == ()


def test_each_is_found_by_its_name_and_its_domain() -> None:
    for organisation in registry():
        assert lookup(organisation.name) == organisation
        assert all(by_domain(f"www.{domain}") == organisation for domain in organisation.domains)


def test_no_word_of_news_is_taken_for_an_outlet() -> None:
    words = [form for word in TRAPS for form in (word.capitalize(), f"The {word.capitalize()}")]
    assert [(word, hit[2].name) for word in words for hit in scan(f"He saw the {word} there.")] == []


@pytest.mark.parametrize("phrase", [phrase.strip() for phrase in PHRASES if phrase.strip()])
def test_no_phrase_of_any_language_is_taken_for_an_outlet(phrase: str) -> None:
    assert [(phrase[start:end], hit.name) for start, end, hit in scan(phrase)] == []


def test_what_is_too_common_is_known_where_a_name_is_expected() -> None:
    for name in ("Die Welt", "20 Minuten", "Politiken", "CCTV", "आज तक", "Belga", "भाषा"):
        assert lookup(name)
        assert scan(name, short=True)
