from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.model import FactType, Removal, RemovalKind, Repair, offset_map
from copydesk.newsdesk.queries import FactRow, RemovalRow, RepairRow
from copydesk.newsdesk.render import FACT_GROUPS, article_html, fact_group, web_link


def fact(start: int, stop: int, fact_type: str = "person", value: str = "v") -> FactRow:
    return FactRow(fact_type, start, stop, "", value, "", "rule", 0.5)


def removal(start: int, text: str, kind: str = "credit") -> RemovalRow:
    return RemovalRow(start, start + len(text), text, kind, f"{kind}.rule", 0.75, None, None)


def repair(start: int, text: str, replacement: str) -> RepairRow:
    return RepairRow(start, start + len(text), text, replacement, "hyphen")


class Reader(HTMLParser):
    """Reads the markup back: balanced or not, which text lies under which marks, which ids there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.runs: list[tuple[str, frozenset[str]]] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        assert not (tag == "p" and self.stack), "a paragraph inside something"
        self.stack.append((tag, given.get("title") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.stack]
        if "p" in tags and "b" not in tags:
            self.runs.append((data, frozenset(title for _, title in self.stack if title)))

    def text(self) -> str:
        return "".join(words for words, _ in self.runs)

    def under(self, title: str) -> str:
        return "".join(words for words, titles in self.runs if any(title in each for each in titles))


def test_removals_come_back_at_start_middle_and_end() -> None:
    html = article_html(
        "First. Second.",
        removals=[removal(0, "By Ana. ", "byline"), removal(14, " MORE", "promo"), removal(27, " (ends)", "signoff")],
    )
    assert Reader(html).text() == "By Ana. First. MORE Second. (ends)"
    assert html.index("byline") < html.index("First.") < html.index("promo") < html.index("Second.")
    assert html.count("<del") == 3
    assert "removed: byline · byline.rule · 75%" in html


def test_removals_that_touch_stay_apart() -> None:
    html = article_html("Text.", removals=[removal(5, " One."), removal(10, " Two.", "copyright")])
    assert re.sub(r"<b.*?</b>| (id|class|title)=\"[^\"]*\"", "", html) == (
        '<p dir="auto">Text.<del> One.</del><del> Two.</del></p>\n'
    )


def test_facts_nest() -> None:
    html = article_html("“Yes,” said Ana Prado.", [fact(0, 22, "quote", "outer"), fact(12, 21, value="inner")])
    read = Reader(html)
    assert read.under("outer") == "“Yes,” said Ana Prado."
    assert read.under("inner") == "Ana Prado"
    assert html.count("<mark") == 2


def test_facts_cross() -> None:
    html = article_html("abcdefgh", [fact(0, 5, value="left"), fact(3, 8, value="right")])
    read = Reader(html)
    assert (read.under("left"), read.under("right")) == ("abcde", "defgh")
    assert read.ids == ["fact-1", "fact-2"], "an anchor must not be doubled by a mark in two pieces"


def test_a_removal_inside_a_fact_keeps_the_fact_whole() -> None:
    html = article_html("“One two”", [fact(0, 9, "quote", "said")], [removal(4, " AD")])
    assert Reader(html).under("said") == "“One AD two”"
    assert html.count("<mark") == 1


def test_a_removal_beside_a_fact_is_not_part_of_it() -> None:
    read = Reader(article_html("Ana left", [fact(0, 3, value="Ana")], [removal(0, "By "), removal(6, " (AP)")]))
    assert read.text() == "By Ana (AP) left"
    assert read.under("person") == "Ana"


def test_repairs_show_what_stands_there_and_tell_what_stood() -> None:
    html = article_html(
        "a spokesman said", removals=[removal(0, "X ")], repairs=[repair(4, "spokes -man", "spokesman")]
    )
    assert Reader(html).under("was “spokes -man”") == "spokesman"
    assert Reader(html).text() == "X a spokesman said"


def test_a_repair_that_leaves_nothing() -> None:
    assert Reader(article_html("ab", repairs=[repair(1, "\u00ad-", "")])).under("left out") == "\u00ad-"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One.\nTwo.", ["One.", "Two."]),
        ("One.\n\n\nTwo.", ["One.", "Two."]),
        ("A wrapped\nline.\n\nTwo.", ["A wrapped\nline.", "Two."]),
        ("\n\nOne.\n", ["One."]),
        ("", []),
    ],
)
def test_paragraphs(text: str, paragraphs: list[str]) -> None:
    assert re.findall(r"<p dir=\"auto\">(.*?)</p>", article_html(text), re.DOTALL) == paragraphs


def test_a_mark_over_two_paragraphs_is_closed_and_opened_again() -> None:
    html = article_html("One.\nTwo.", [fact(0, 9, "quote", "both")])
    assert Reader(html).under("both") == "One.Two."
    assert html.count("<mark") == 2


def test_markup_in_articles_is_text() -> None:
    nasty = '<script>alert("1")</script>'
    html = article_html(
        nasty,
        [fact(0, 8, '"><script>', '"><img src=x onerror=y>')],
        [removal(0, "<b>", 'x" onmouseover="y')],
        [repair(3 + len(nasty), "<i>", "")],
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "<i>" not in html
    assert 'onmouseover="' not in html
    assert Reader(html).text() == f"<b>{nasty}<i>"


def test_a_label_does_not_turn_right_to_left_text_around() -> None:
    """dir="auto" goes by the first letter that is not in an element with a direction of its own."""
    html = article_html("نص", removals=[removal(2, "\n(تحرير)")])
    assert html.count('<p dir="auto">') == 2
    assert re.search(r'<p dir="auto"><del [^>]*><b class="label" dir="ltr">credit </b>', html)


def test_a_fact_that_is_not_in_the_text_is_left_out() -> None:
    assert "<mark" not in article_html("short", [fact(2, 9), fact(-1, 2), fact(3, 3)])


def test_every_type_of_facts_has_a_colour() -> None:
    assert {fact_group(each) for each in FactType} == set(FACT_GROUPS)


@pytest.mark.parametrize("url", ["https://example.org/a?b=c", "http://example.org"])
def test_web_addresses_become_links(url: str) -> None:
    assert web_link(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " javascript:alert(1)", "JAVASCRIPT://x/%0aalert(1)", "data:text/html,x", "//x.org/a",
     "/etc/passwd", "https:", "http://[", "", None],
)  # fmt: skip
def test_other_addresses_do_not(url: str | None) -> None:
    assert web_link(url) is None


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Removal], list[Repair]]:
    """An item's text with removals and repairs that do not overlap."""
    source, removals, repairs = "", [], []
    for part in draw(st.lists(st.tuples(st.sampled_from("tde"), st.text("ab <&", min_size=1, max_size=6)), max_size=8)):
        kind, words = part
        start = len(source)
        source += words
        if kind == "d":
            removals.append(Removal(start, len(source), words, RemovalKind.CREDIT, "r", 1.0))
        elif kind == "e":
            repairs.append(Repair(start, len(source), words, draw(st.text("xy", max_size=4)), "r"))
    return source, removals, repairs


@given(edited(), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=6))
def test_whatever_is_marked_the_words_stay_in_order(
    edit: tuple[str, list[Removal], list[Repair]], places: list[tuple[int, int]]
) -> None:
    source, removals, repairs = edit
    clean = offset_map(removals, repairs).apply(source)
    facts = [fact(at, at + size, value=f"value {number}") for number, (at, size) in enumerate(places)]
    html = article_html(
        clean,
        facts,
        [RemovalRow(r.start, r.end, r.text, r.kind, r.rule, r.confidence, None, None) for r in removals],
        [RepairRow(r.start, r.end, r.text, r.replacement, r.rule) for r in repairs],
    )
    read = Reader(html)
    shown = offset_map([], [r for r in repairs if r.replacement]).apply(source)
    assert read.text().lstrip() == shown.lstrip()
    assert len(read.ids) == len(set(read.ids))
