from __future__ import annotations

import re
import subprocess
import sys
import warnings
from datetime import date, timedelta

import pytest
from lxml import etree

from copydesk.digest import charts
from copydesk.errors import ConfigurationError

DAYS = [(date(2026, 5, 1) + timedelta(days=n), n * 137) for n in range(14)]
LABELS = ["テスト新聞", "جريدة الميناء", "Ελληνικά", "हिन्दी समाचार", "$x^2$ & <b>", "a\x00b\x1b[31m", "long " * 40]
SVG = {"svg": "http://www.w3.org/2000/svg"}


def drawing(markup: str) -> etree._Element:
    return etree.fromstring(markup)


def texts(markup: str) -> list[str]:
    return ["".join(element.itertext()) for element in drawing(markup).iterfind(".//svg:text", SVG)]


def test_columns_show_every_day_and_its_count() -> None:
    shown = texts(charts.columns("days", "Articles", DAYS))
    assert {charts.compact(count) for _, count in DAYS} <= set(shown)
    assert {str(day.day) for day, _ in DAYS[1:]} <= set(shown)


def test_bars_are_as_long_as_their_values() -> None:
    chart = drawing(charts.bars("b", "Bars", [("one", 10, "10"), ("half", 5, "5"), ("none", 0, "0")]))
    widths = []
    for path in chart.iterfind(".//svg:path", SVG):
        places = [float(x) for x in re.findall(r"[ML] ([\d.]+) [\d.]+", path.get("d"))]
        if "--bar" in path.get("style", ""):
            widths.append(max(places) - min(places))
    assert widths[1] == pytest.approx(widths[0] / 2, rel=0.01)
    assert widths[2] == 0


def test_any_script_stays_text_and_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = charts.bars("b", "新聞 & <title>", [(label, 1, "1") for label in LABELS])
    shown = texts(chart)
    assert LABELS[:5] == [text for text in shown if text in LABELS]
    assert "a b [31m" in shown
    assert any(text.endswith("…") and len(text) <= charts.LONGEST_LABEL + 1 for text in shown)


def test_wide_signs_count_twice() -> None:
    [label, _] = texts(charts.bars("b", "Bars", [("新" * 60, 1, "1")]))
    assert label == "新" * (charts.LONGEST_LABEL // 2) + "…"


@pytest.mark.parametrize("values", [[], [("nothing", 0, "0")]])
def test_nothing_can_be_drawn(values) -> None:
    assert drawing(charts.bars("b", "Bars", values)).tag.endswith("svg")
    assert drawing(charts.columns("c", "Columns", [(day, 0) for day, _ in DAYS])).tag.endswith("svg")


def test_a_chart_says_what_it_shows() -> None:
    chart = drawing(charts.bars("b", "Bars", [("one", 10, "ten"), ("two", 5, "five")]))
    assert chart.get("role") == "img"
    named = {element.get("id"): element.text for element in chart if element.get("id")}
    assert [named[name] for name in chart.get("aria-labelledby").split()] == ["Bars", "one: ten; two: five"]


def test_the_same_figures_give_the_same_bytes_in_any_process() -> None:
    code = "from copydesk.digest import charts; print(charts.bars('b', 'Bars', [('one', 1, '1')]))"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1
    assert runs == {charts.bars("b", "Bars", [("one", 1, "1")]).encode() + b"\n"}


def test_it_brings_nothing_that_is_not_of_the_page() -> None:
    chart = charts.columns("days", "Articles", DAYS)
    assert not re.search(r"<\?xml|<!DOCTYPE|<metadata|<style|<script|#0[0-5]0", chart)
    assert all(identifier.startswith("days-") for identifier in re.findall(r'\bid="([^"]+)"', chart))
    colours = set(re.findall(r"(?:fill|stroke): ?([^;\"]+)", chart)) - {"none"}
    assert colours == {f"var({name})" for name in ("--ink", "--soft", "--bar", "--quiet", "--rule")}


def test_settings_of_the_machine_change_nothing_and_are_left_alone() -> None:
    import matplotlib

    before = charts.bars("b", "Bars", [("$one$", 1, "1")])
    with matplotlib.rc_context({"font.size": 40, "svg.fonttype": "path"}):
        assert charts.bars("b", "Bars", [("$one$", 1, "1")]) == before
        assert matplotlib.rcParams["font.size"] == 40


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (1249, "1.2k"), (9960, "10k"), (999_900, "1.0M"), (12_345_678, "12M")],
)
def test_numbers_fit_into_four_signs(number: int, written: str) -> None:
    assert charts.compact(number) == written


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigurationError, match=r"copydesk\[digest\]"):
        charts.bars("b", "Bars", [])


def test_matplotlib_is_imported_only_to_draw() -> None:
    code = "import sys, copydesk.digest; print('matplotlib' in sys.modules, 'jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
