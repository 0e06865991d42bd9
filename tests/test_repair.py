"""Repairs: what is mended, what is left alone, and that everything can be undone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.boilerplate import strip
from copydesk.model import Article, Item, offset_map
from copydesk.repair import find_repairs

SAMPLE = Path(__file__).parents[1].parent / "shared" / "sample" / "lavrov-wonsan.pt.txt"


def mend(text: str, language: str | None = "en") -> str:
    return offset_map((), find_repairs(text, language=language)).apply(text)


@pytest.mark.parametrize(
    ("damaged", "mended", "language"),
    [
        ("o líder norte -coreano", "o líder norte-coreano", "pt"),
        ("na sexta -feira, referindo -se", "na sexta-feira, referindo-se", "pt"),
        ("the Mid -Day desk", "the Mid-Day desk", "en"),
        ("da ponte. ucranianoA CNN disse", "da ponte. ucraniano A CNN disse", "pt"),
        ("near the bridgeThe council met", "near the bridge The council met", "en"),
        ("It ended.The council met", "It ended. The council met", "en"),
        ("two  words   here", "two words here", "en"),
        ("he left , she stayed !", "he left, she stayed!", "en"),
        ("il part , elle reste !", "il part, elle reste !", "fr"),
        ("co\u00adoperate zero\u200bwidth\ufeff nul\x00", "cooperate zerowidth nul", "en"),
        ("norte  -coreano", "norte-coreano", "pt"),
        ("the cafÃ© â€“ it is â€œopenâ€\x9d again", "the café – it is “open” again", "en"),
        ("Die FÃ¤hre fuhr spÃ¤t , sagte er", "Die Fähre fuhr spät, sagte er", "de"),
        ("ÐŸÐ°Ñ€Ð¾Ð¼ Ð¾Ð¿Ð¾Ð·Ð´Ð°Ð»", "Паром опоздал", "ru"),
        ("the captain&#8217;s &quot;late&quot; ship", 'the captain’s "late" ship', "en"),
        ("Port &amp;amp; harbour, R&amp;D&nbsp;too", "Port & harbour, R&D too", "en"),
        ("it\\u2019s late \\ud83d\\ude42", "it’s late 🙂", "en"),
        ("He left.<br />She stayed.", "He left.\nShe stayed.", "en"),
        ("<p>He <b>left</b> <a href='x'>today</a>.</p>", "He left today.", "en"),
        ("He left<!-- ad 4 --> early, [b]she[/b] stayed", "He left early, she stayed", "en"),
        ("``We wait,'' he said", "“We wait,” he said", "en"),
        ('He said \\"no\\" twice', 'He said "no" twice', "en"),
        ("word  , word", "word, word", "en"),
    ],
)
def test_damage_is_mended(damaged: str, mended: str, language: str) -> None:
    assert mend(damaged, language) == mended
    assert mend(mended, language) == mended


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("word - word", "en"),
        ("AT&T and R&D; Ben & Jerry", "en"),
        ("São Paulo, Â and Ã are letters, naïve façade", "pt"),
        ("PÃ is no word", "en"),
        ("the “<b>” tag, the <br> element and <p> tags", "en"),
        ("Harbour Pumps Inc <EM> rose, <A note on fishing> fell", "en"),
        ("x < y and y > z, 3<4", "en"),
        ("write &lt;b&gt; for bold", "en"),
        ("the path C:\\users\\new and \\user", "en"),
        ("a [note] and [1] and [citation needed]", "en"),
        ("the `code` and the ``name", "en"),
        ("&nosuchname; &#0; &#x110000;", "en"),
        ("word – word, word —word", "en"),
        ("it fell to -5 and rose from -7", "en"),
        ("a list\n- one\n - two", "en"),
        ("vor- und nachher", "de"),
        ("Pérez -que no votó- salió", "es"),
        ("he said -The end", "en"),
        ("McDonald The iPhone and YouTube The LaTeX file", "en"),
        ("JavaScript In WordPress At PlayStation", "en"),
        ("vitaminA is good", "en"),
        ("see www.the.In example", "en"),
        ("ukrainianXyz told", "en"),
        ("oui ! non ; si : bien ?", "fr"),
        ("costs .5 per cent and ... more", "en"),
        ("می‌خواهم 👩‍🚀", "fa"),
        ("glued wordsThe end", "xx"),
    ],
)
def test_what_may_be_meant_stays(text: str, language: str) -> None:
    assert find_repairs(text, language=language) == ()


def test_of_an_unknown_language_only_what_is_wrong_in_all_of_them_is_mended() -> None:
    assert mend("oui ! non , si", None) == "oui ! non, si"


def test_a_repair_is_the_smallest_span_that_mends() -> None:
    text = "o norte -coreano"
    (repair,) = find_repairs(text, language="pt")
    assert (repair.start, repair.end, repair.text, repair.replacement, repair.rule) == (7, 8, " ", "", "torn-hyphen")
    (glued,) = find_repairs("the bridgeThe council", language="en")
    assert (glued.start, glued.end, glued.text, glued.replacement) == (10, 10, "", " ")


def test_skipped_spans_are_untouched() -> None:
    text = "norte -coreano e norte -coreano"
    (repair,) = find_repairs(text, language="pt", skip=[(0, 14)])
    assert repair.start > 14
    assert find_repairs("the bridgeThe council", language="en", skip=[(10, 13)]) == ()
    for spans in ([(0, 3), (10, 13)], [(4, 10), (15, 17)], [(13, 15), (4, 10)]):
        assert find_repairs("the bridgeThe council", language="en", skip=spans) == ()
    assert find_repairs("the bridgeThe council", language="en", skip=[(0, 9), (11, 13)])


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared sample article is not beside this checkout")
def test_the_sample_is_mended() -> None:
    text = SAMPLE.read_text("utf-8")
    mended = mend(text, "pt")
    assert " -" not in mended
    assert "ucraniano A CNN disse" in mended
    for word in ("norte-coreano", "norte-coreanas", "sexta-feira", "quarta-feira", "quinta-feira", "referindo-se"):
        assert word in mended
    assert "".join(mended.split()) == "".join(text.split())


NEWS = st.lists(
    st.sampled_from(
        [
            "norte -coreano", "ucranianoA CNN disse", "two  words ,", "Mid -Day\u00ad", "\n", "\n\n", "- x", "x\u200by",
            "(Reporting by Ann Poe; Editing by Jon Roe)", "--IANS", "© 2024 Harbour Press", "It ended.The council met",
            "the cafÃ© â€“ late", "R&amp;amp;D &#8217;s", "it\\u2019s", "<br/>a<p>b</p>",
            "``so''", '\\"no\\"', "<!-- x -->",
            "This story has not been edited by Lantern staff and is auto-generated from a syndicated feed.",
        ]
    ),
    max_size=20,
).map(" ".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(NEWS, st.text(max_size=200), st.text("ab -,.A\n\u00ad\u200b", max_size=60)),
    st.sampled_from(["pt", "en", "fr"]),
)
def test_the_source_text_comes_back_exactly(text: str, language: str) -> None:
    removals = strip(text, language=language).removals
    repairs = find_repairs(text, language=language, skip=[(removal.start, removal.end) for removal in removals])
    edits = offset_map(removals, repairs)
    for (_, end, _), (start, _, _) in zip(edits.edits, edits.edits[1:], strict=False):
        assert end <= start
    for repair in repairs:
        assert repair.text == text[repair.start : repair.end]
    article = Article(text=edits.apply(text), item=Item(body=text), removals=removals, repairs=repairs)
    assert article.source_text() == text


@pytest.mark.parametrize("hostile", [" ", "<", "<p ", "``a", '\\"', "Ã©", "a -b", "&amp;", "[b=", "\u00ad", "â€"])
def test_time_grows_with_a_hostile_text_not_with_its_square(hostile: str) -> None:
    def seconds(times: int) -> float:
        text = f"<b a{hostile * times}b"
        spent = []
        for _ in range(3):
            start = time.process_time()
            list(find_repairs(text, language="en"))
            spent.append(time.process_time() - start)
        return min(spent)

    # Eight times the text: a square would take sixty-four times as long.
    assert seconds(8_000) < 30 * max(seconds(1_000), 0.001)
