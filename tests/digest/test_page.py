from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from bs4 import BeautifulSoup
from tests.digest.day import DAY, load_day

from copydesk.digest import Figures, read_figures, render
from copydesk.digest.figures import Volume
from copydesk.digest.page import _change
from copydesk.digest.words import number
from copydesk.warehouse.digest import Ill, Refused, Taken, Waiting, Work
from copydesk.warehouse.digest_news import Counted, Named, Speaker, Story

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
SINCE = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
NOTHING = ("by_source", "by_language", "ill", "kinds", "rules", "waiting", "quarantine", "work", "fetches", "stories")
NO_NEWS = ("persons", "organisations", "places", "speakers", "counts", "happenings")
EMPTY = Figures(
    day=DAY,
    over=True,
    mean_of=7,
    intake=tuple(Volume(name, 0, 0.0) for name in ("received", "new", "revised", "unchanged", "quarantined")),
    articles=Volume("articles", 0, 0.0),
    pending=0,
    by_day=tuple((DAY - timedelta(days=n), 0) for n in range(13, -1, -1)),
    sources=0,
    removed=0,
    removed_share=0.0,
    blocks=0,
    **dict.fromkeys((*NOTHING, *NO_NEWS), ()),
)


def read(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def words(page: str) -> str:
    return " ".join(read(page).body.get_text(" ").split())


def evil() -> Figures:
    """Whatever comes from outside tries to be more than text."""
    return replace(
        EMPTY,
        articles=Volume("articles", 3, 1.0),
        by_day=((DAY, 3),),
        by_source=(Volume(EVIL, 3, 1.0), Volume(f"{EVIL} gone", 0, 1.0)),
        by_language=(Volume(EVIL, 3, 1.0),),
        ill=(Ill(EVIL, "failing", SINCE, 1, None),),
        rules=(Taken(EVIL, EVIL, 1, 1, 10),),
        blocks=1,
        waiting=(Waiting(1, EVIL, EVIL, 3, 0.5),),
        quarantine=(Refused(EVIL, 1, 1, EVIL, EVIL, EVIL),),
        work=(Work("refine", 1, 1, 3, 2.0, 2.0),),
        stories=(Story(1, EVIL, EVIL, EVIL, 2, 2, 1), Story(2, None, EVIL, None, 2, 2, 1)),
        persons=(Named("person", EVIL, None, 1, 1),),
        places=(Named("place", EVIL, EVIL, 1, 1),),
        speakers=(Speaker(EVIL, 1, 1, EVIL, EVIL, EVIL, EVIL),),
        counts=(Counted(EVIL, 1.0, 2.0, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, 2),),
    )


@pytest.fixture
def page(query) -> str:
    load_day(query)
    return render(read_figures(DAY))


def test_the_page_of_a_day(page: str) -> None:
    shown = words(page)
    for expected in (
        "Friday, 8 May 2026",
        "5 items received mean 0.5",
        "The mean is of the 4 days before",
        "4 articles",
        "1 item went into quarantine",
        "None came from courier",
        "Portuguese",
        "signoff",
        "no text",
        "Fire in the harbour",
        "2 copies, 2 outlets, 1 language",
        "Jo Quill",
        "We had never seen flames as high as these above the basin",
        "12 killed",
        "killed 12 people on Friday, the police said.",
        "according to police",
    ):
        assert expected in shown, expected
    headings = [heading.get_text() for heading in read(page).find_all("h2")]
    assert headings[0] == "Needs a look"
    assert {"Articles a day", "Sources", "Quarantine", "Removed as boilerplate", "Run times"} <= set(headings)
    assert len(read(page).find_all("svg")) == 4


def test_the_same_figures_give_the_same_page(query) -> None:
    load_day(query)
    assert render(read_figures(DAY)) == render(read_figures(DAY))


@pytest.mark.parametrize("made", [evil, lambda: EMPTY])
def test_it_is_one_file_without_script_that_loads_nothing(made) -> None:
    page = render(made())
    soup = read(page)
    assert not soup.find_all(
        ["script", "iframe", "object", "embed", "link", "img", "form", "a", "base", "audio", "video"]
    )
    loading = {"src", "srcset", "href", "data", "action", "poster", "background", "ping"}
    handlers = [
        (tag.name, key) for tag in soup.find_all() for key in tag.attrs if key in loading or key.startswith("on")
    ]
    assert handlers == []
    assert not re.search(r"@import|url\(|javascript:", page)
    assert set(re.findall(r"\w+://[^\s\"'<]+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]


def test_what_comes_from_outside_stays_text() -> None:
    soup = read(render(evil()))
    assert soup.find("b", string=EVIL)
    assert len(soup.find_all(string=re.compile(re.escape("<script>alert(1)")))) > 12
    assert {tag.get("onerror") for tag in soup.find_all()} == {None}


def test_it_is_well_formed() -> None:
    """Every element that is opened is closed in its place; ids are unique."""
    from html.parser import HTMLParser

    void = {"meta", "br", "hr", "img", "input", "link"}
    open_tags: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in void:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    for page in (render(evil()), render(EMPTY)):
        Checker().feed(page)
        assert open_tags == []
        ids = [tag["id"] for tag in read(page).find_all(id=True)]
        assert len(ids) == len(set(ids))
        assert page.startswith("<!doctype html>")


def test_a_day_without_anything_says_so() -> None:
    page = render(EMPTY)
    assert "Nothing came in on this day" in words(page)
    assert "<svg" not in page
    assert "Needs a look" not in page


def test_a_silent_source_is_named_on_an_empty_day_too() -> None:
    page = words(render(replace(EMPTY, ill=(Ill("gazette", "silent", SINCE, 0, timedelta(hours=2)),))))
    assert "Nothing came in on this day" in page
    assert "gazette is silent since 4 May 2026, 06:30 UTC" in page


def test_a_day_that_goes_on_is_marked() -> None:
    assert "The day is not over" in words(render(replace(EMPTY, over=False)))
    assert "The day is not over" not in words(render(EMPTY))


def test_many_lines_are_cut_and_counted() -> None:
    many = tuple(Volume(f"source{n}", 100 - n, 1.0) for n in range(30))
    ill = tuple(Ill(f"bad{n}", "failing", SINCE, 1, None) for n in range(30))
    page = words(render(replace(evil(), by_source=many, by_language=many, ill=ill)))
    assert "30 sources brought articles, the largest are shown" in page
    assert "22 other sources are failing or silent" in page
    assert "source29" not in page


@pytest.mark.parametrize(
    ("today", "mean", "told"),
    [
        (12, 10.0, "+20% on the mean of 10"),
        (5, 10.0, "−50% on the mean of 10"),
        (10, 10.0, "as the mean of 10"),
        (500, 10.0, "50 times the mean of 10"),
        (3, 0.0, "none in the days before"),
        (0, 0.2, "mean 0.2"),
        (3, None, ""),
    ],
)
def test_a_figure_beside_its_mean(today: int, mean: float | None, told: str) -> None:
    assert _change(Volume("x", today, mean)) == told


@pytest.mark.parametrize(
    ("value", "written"), [(1234, "1,234"), (0.25, "0.2"), (3.0, "3"), (1234.5, "1,234"), (None, "–")]
)
def test_numbers(value: float | None, written: str) -> None:
    assert number(value) == written


CSS = resources.files("copydesk.digest").joinpath("templates", "digest.css").read_text(encoding="utf-8")


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "contrast"),
    [
        ("ink", "paper", 4.5), ("soft", "paper", 4.5), ("ink", "card", 4.5), ("soft", "card", 4.5),
        ("ink", "alert-paper", 4.5), ("alert", "alert-paper", 4.5), ("bar", "paper", 3),
    ],
)  # fmt: skip
def test_it_can_be_read_in_light_and_dark(scheme: int, front: str, back: str, contrast: float) -> None:
    """WCAG 2.2, level AA."""
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[scheme]))
    dark, light = sorted((_luminance(colours[front]), _luminance(colours[back])))
    assert (light + 0.05) / (dark + 0.05) >= contrast
