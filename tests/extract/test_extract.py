"""Whole pages: the article is found, the furniture isn't, and what is no article says what it is."""

from __future__ import annotations

import pytest
from tests.extract.pages import MENU, PARAGRAPHS, TEASERS, page, paragraphs

from copydesk.errors import NoText, TooLarge
from copydesk.extract import blocks, extract, fragment_text, is_page
from copydesk.extract import page as pages
from copydesk.model import PageKind
from copydesk.sources.selectors import Selectors

URL = "https://harbour-gazette.example/2026/05/08/ferry-late"


def test_a_page_gives_its_article_alone() -> None:
    found = extract(page(), url=URL)
    assert [line for line in found.text.split("\n") if line != "Ferry three hours late"] == list(PARAGRAPHS)
    assert (found.kind, found.by) == (PageKind.ARTICLE, "copydesk")
    assert found.confidence > pages.UNSURE


@pytest.mark.parametrize("url", ["http://[", "no address", "", "//x", "http://a.example:99999/x", "https://ex\ud800/"])
def test_an_address_that_is_none_harms_nothing(url: str) -> None:
    head = '<link rel="canonical" href="http://[x"><meta property="og:url" content="http://[">'
    assert PARAGRAPHS[0] in extract(page(head=head), url=url).text


def test_bytes_give_what_text_gives() -> None:
    assert extract(page().encode(), url=URL) == extract(page(), url=URL)


def test_an_article_split_over_siblings_is_whole() -> None:
    half = len(PARAGRAPHS) // 2
    body = (
        f"<section class='part'>{paragraphs(PARAGRAPHS[:half])}</section><div class='ad-slot'>Advertisement</div>"
        f"<section class='part'>{paragraphs(PARAGRAPHS[half:])}</section>"
    )
    text = extract(page(body), url=URL).text
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert "Advertisement" not in text


def test_headings_lists_and_tables_are_text_in_order() -> None:
    body = (
        paragraphs(PARAGRAPHS[:3])
        + "<h2>What passengers can do</h2><ul><li>Keep the ticket, it stays valid until Sunday.</li>"
        + "<li>Ask at the quay for a meal, which the company pays.</li></ul>"
        + "<table><tr><th>Ship</th><th>Breakdowns this year</th></tr><tr><td>Nordlys</td><td>3 in all</td></tr></table>"
        + paragraphs(PARAGRAPHS[3:])
    )
    text = extract(page(body), url=URL).text
    places = [text.find(part) for part in (PARAGRAPHS[2], "What passengers", "Keep the ticket", PARAGRAPHS[3])]
    assert -1 not in places
    assert places == sorted(places)
    if "Nordlys" in text:
        assert "Nordlys | 3 in all" in text


def test_paragraphs_by_line_breaks_are_paragraphs() -> None:
    text = extract(page("<br><br>".join(PARAGRAPHS)), url=URL).text
    assert all(f"{paragraph}" in text.split("\n") for paragraph in PARAGRAPHS)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "ar",
            (
                "تأخرت العبارة المتجهة إلى الجزر الشمالية ثلاث ساعات يوم الجمعة بسبب عطل في صمام بغرفة المحركات.",
                "وقال مكتب الميناء إن نحو 340 راكبا انتظروا على الرصيف، ولم يصب أحد بأذى، واعتذر القبطان لهم جميعا.",
                "وتتوقع الشركة أن تعود السفينة إلى مواعيدها المعتادة يوم السبت، بحسب متحدثة باسمها تحدثت إلى الصحيفة.",
            ),
        ),
        (
            "ja",
            (
                "北の島々へ向かうフェリーは金曜日、機関室の弁が動かなくなったため三時間遅れて出港した。乗客は港で待たされた。",
                "港湾事務所によると、約三百四十人の乗客が岸壁で待ったが、けが人はなく、船長が全員に謝罪したという。",
                "会社の広報担当者は、土曜日には通常どおり運航できる見込みだと述べた。今年に入って三度目の故障となる。",
            ),
        ),
        (
            "th",
            (
                "เรือเฟอร์รี่ที่มุ่งหน้าไปยังหมู่เกาะทางเหนือออกเดินทางล่าช้าสามชั่วโมงเมื่อวันศุกร์เนื่องจากวาล์วในห้องเครื่องยนต์ติดขัด",
                "สำนักงานท่าเรือแจ้งว่ามีผู้โดยสารราว 340 คนรออยู่บนท่าเรือ ไม่มีผู้ได้รับบาดเจ็บ และกัปตันได้กล่าวขอโทษ",
                "โฆษกของบริษัทกล่าวว่าคาดว่าเรือจะกลับมาให้บริการตามปกติในวันเสาร์ นี่เป็นการขัดข้องครั้งที่สามของปีนี้",
            ),
        ),
    ],
)
def test_other_scripts_are_read_as_well(language: str, texts: tuple[str, ...]) -> None:
    text = extract(page(paragraphs(texts), language=language), url=URL).text
    assert all(line in text for line in texts)
    assert "Read more" not in text


def test_what_the_page_hides_in_menus_is_not_looked_at() -> None:
    html = f"<html><body><nav><p>{'Menu words without end. ' * 50}</p></nav>{paragraphs()}</body></html>"
    assert "Menu words" not in extract(html).text


@pytest.mark.parametrize(
    ("html", "message"),
    [
        (
            "<html><head><title>404 - Page not found</title></head><body><p>Sorry, we looked everywhere. " * 2,
            "an error",
        ),
        (
            "<html><head><title>Harbour Gazette</title></head><body><h1>Before you continue</h1><p>We and our partners "
            "store things on your device. Accept all, or choose.</p></body></html>",
            "consent",
        ),
        (f"<html><body><ul>{MENU}</ul>{TEASERS * 4}</body></html>", "index"),
        ("<html><body></body></html>", "index"),
        ("", "index"),
    ],
)
def test_what_is_no_article_says_what_it_is(html: str, message: str) -> None:
    with pytest.raises(NoText, match=f"no article was found on the page; .*{message}"):
        extract(html, url="https://harbour-gazette.example/")


def test_an_article_about_errors_and_consent_is_one() -> None:
    texts = ("Not found, the web's best known error, turns thirty.", *PARAGRAPHS, "We use cookies, says every site.")
    assert extract(page(paragraphs(texts * 2)), url=URL).kind == PageKind.ARTICLE


def test_an_article_that_a_paywall_cuts_says_so() -> None:
    offer = "<div class='offer'><p>Subscribe to continue reading this and all other stories of the harbour.</p></div>"
    assert extract(page(paragraphs(PARAGRAPHS[:3]), after=offer), url=URL).kind == PageKind.CUT
    closed = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>'
    assert extract(page(paragraphs(PARAGRAPHS[:3]), head=closed), url=URL).kind == PageKind.CUT
    assert extract(page(head=closed.replace("False", "True")), url=URL).kind == PageKind.ARTICLE


def test_a_page_of_pictures_is_a_gallery() -> None:
    pictures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{p}</figcaption></figure>" for n, p in enumerate(PARAGRAPHS)
    )
    assert extract(page(f"<p>{PARAGRAPHS[0]}</p>{pictures}"), url=URL).kind == PageKind.GALLERY


def test_where_we_are_unsure_another_extractor_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "UNSURE", 1.0)
    monkeypatch.setattr(pages, "second_text", lambda html, url: "What another extractor found on this page, all of it.")
    found = extract(page(), url=URL)
    assert (found.by, found.text[:12]) == ("trafilatura", "What another")


def test_the_second_extractor_reads_articles() -> None:
    assert PARAGRAPHS[2] in pages.second_text(page(), URL)
    assert pages.second_text("", None) == ""


def test_a_sources_selectors_win() -> None:
    body = (
        f"<p class='x'>{PARAGRAPHS[0]}</p><p class='poll'>Vote now in our poll about ships.</p><p>{PARAGRAPHS[1]}</p>"
    )
    html = page(body, before="<span class='when'>8/5/2026 klokka 14.30</span>")
    kept = extract(html, url=URL, selectors=Selectors(keep=(".story-body", ".story-body p"), drop=(".poll",)))
    assert kept.text == f"{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}"
    assert kept.by == "selectors"
    dropped = extract(
        html, url=URL, selectors=Selectors(drop=(".poll",), date=".when", date_formats=("%d/%m/%Y klokka %H.%M",))
    )
    assert "Vote now" not in dropped.text
    assert (dropped.by, dropped.published) == ("copydesk", "2026-05-08T14:30:00")


def test_a_selector_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no CSS selector"):
        Selectors(keep=("p[",))


def test_a_page_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCKS", 20)
    monkeypatch.setattr(pages, "MAX_BLOCKS", 20)
    with pytest.raises(TooLarge, match="20 paragraphs"):
        extract(page(paragraphs(PARAGRAPHS * 10)), url=URL)
    with pytest.raises(TooLarge, match="20 paragraphs"):
        extract(page("A word.<br><br>" * 100), url=URL)
    helped = extract(page(paragraphs(PARAGRAPHS * 10)), url=URL, selectors=Selectors(keep=(".story-body p",)))
    assert helped.by == "selectors"
    assert helped.text.split("\n") == list(PARAGRAPHS * 10)


def test_a_fragment_gives_all_its_text_a_line_a_block() -> None:
    html = "<p>One <b>bold</b> &amp; two</p><ul><li>a</li><li>b</li></ul>three<br>four<script>x()</script><div> </div>"
    assert fragment_text(html) == "One bold & two\na\nb\nthree\nfour"


def test_a_deep_fragment_does_not_recurse_to_death() -> None:
    assert fragment_text("<div>" * 900 + "deep" + "</div>" * 900) == "deep"


def test_pages_are_told_from_fragments() -> None:
    assert is_page(page())
    assert is_page("<html><p>x")
    assert not is_page("<p>The word html is in it.</p>")
