from __future__ import annotations

import pytest

from copydesk.errors import NoText
from copydesk.extract import extract, fragment_text, is_page

PAGE = """<!DOCTYPE html><html lang="de-AT"><head><title>Fähre verspätet | Hafenbote</title>
<meta property="og:site_name" content="Hafenbote"><meta name="author" content="Eva Öhm">
<link rel="canonical" href="https://hafenbote.example/faehre">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Fähre verspätet",
"datePublished": "2025-07-11T10:00:00+02:00", "author": {"@type": "Person", "name": "Eva Öhm"}}</script></head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav><article><h1>Fähre verspätet</h1>
<p>Die Fähre nach Norden legte am Freitag mit drei Stunden Verspätung ab, weil ein Ventil im Maschinenraum klemmte.</p>
<p>Rund 340 Fahrgäste warteten am Kai, wie die Hafenmeisterei mitteilte. Verletzt wurde niemand, der Kapitän
entschuldigte sich bei allen Reisenden.</p>
<p>Am Samstag soll das Schiff wieder nach Fahrplan verkehren, sagte eine Sprecherin der Reederei dem Hafenboten.</p>
</article><footer>© Hafenbote</footer></body></html>"""


def test_a_page_gives_its_article_and_what_it_says_of_itself() -> None:
    page = extract(PAGE, url="https://hafenbote.example/faehre?utm=1")
    assert page.text.startswith("Die Fähre nach Norden") or "Die Fähre nach Norden" in page.text
    assert "Sport" not in page.text
    assert (page.title, page.authors, page.language) == ("Fähre verspätet", ("Eva Öhm",), "de-AT")
    assert page.published == "2025-07-11T10:00:00+02:00"
    assert page.outlet == "Hafenbote"
    assert extract(PAGE.encode()).text == page.text


def test_a_page_without_an_article_says_so() -> None:
    with pytest.raises(NoText, match="no article"):
        extract("<html><body><nav><a href='/'>Start</a></nav></body></html>", url="https://hafenbote.example/")


def test_a_fragment_gives_all_its_text_a_line_a_block() -> None:
    html = "<p>One <b>bold</b> &amp; two</p><ul><li>a</li><li>b</li></ul>three<br>four<script>x()</script><div> </div>"
    assert fragment_text(html) == "One bold & two\na\nb\nthree\nfour"


def test_a_deep_fragment_does_not_recurse_to_death() -> None:
    assert fragment_text("<div>" * 900 + "deep" + "</div>" * 900) == "deep"


def test_pages_are_told_from_fragments() -> None:
    assert is_page(PAGE)
    assert is_page("<html><p>x")
    assert not is_page("<p>The word html is in it.</p>")
