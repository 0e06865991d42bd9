from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from tests.digest.day import CREDIT, DAY, MARKET, date_batches, load, load_day

from copydesk.cli import cli
from copydesk.digest import read_figures
from copydesk.digest.figures import NO_LANGUAGE, SHOWN_DAYS, Volume


def test_a_day_beside_the_days_before(query) -> None:
    load_day(query)
    figures = read_figures(DAY)
    assert not figures.empty
    assert figures.over
    assert figures.mean_of == 4
    received, new, *_ = figures.intake
    assert received == Volume("received", 5, 0.5)
    assert new == Volume("new", 5, 0.5)
    assert figures.articles == Volume("articles", 4, 0.5)
    assert figures.by_source == (
        Volume("gazette", 2, 0.25),
        Volume("herald", 2, 0.0),
        Volume("courier", 0, 0.25),
    )
    assert figures.by_language == (Volume("en", 3, 0.25), Volume("pt", 1, 0.25))
    assert len(figures.by_day) == SHOWN_DAYS
    assert figures.by_day[-1] == (DAY, 4)
    assert dict(figures.by_day)[DAY - timedelta(days=2)] == 1
    assert sum(count for _, count in figures.by_day) == 6
    assert [kind.kind for kind in figures.kinds] == ["signoff"]
    assert figures.removed >= len(CREDIT)
    assert 0.01 < figures.removed_share < 0.2
    assert (figures.newly_quarantined, figures.in_quarantine) == (1, 1)
    assert len(figures.stories) == 1
    assert "Jo Quill" in [row.name for row in figures.persons]
    assert "Lisbon" in [row.name for row in figures.places]


def test_the_first_day_has_nothing_beside_it(query) -> None:
    load("gazette", [("Market opens", MARKET)])
    date_batches(query)
    figures = read_figures(DAY)
    assert figures.mean_of == 0
    assert figures.articles == Volume("articles", 1, None)


def test_the_mean_is_of_seven_days_at_most(query) -> None:
    for back in (30, 8, 7, 1):
        load("gazette", [("Market opens", MARKET)], DAY - timedelta(days=back))
        date_batches(query, DAY - timedelta(days=back))
    figures = read_figures(DAY)
    assert figures.mean_of == 7
    assert figures.articles == Volume("articles", 0, 2 / 7)
    assert figures.intake[0] == Volume("received", 0, 2 / 7)


def test_a_language_that_is_not_known_has_a_name(query) -> None:
    load("gazette", [("Market opens", MARKET)])
    query("UPDATE article SET language = NULL")
    assert read_figures(DAY).by_language == (Volume(NO_LANGUAGE, 1, None),)


@pytest.mark.parametrize(("hours", "over"), [(23, False), (24, True)])
def test_a_day_is_over_at_its_end(hours: int, over: bool, warehouse) -> None:
    now = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(hours=hours)
    assert read_figures(DAY, now=now).over is over


def test_a_day_without_anything_is_empty(query) -> None:
    assert read_figures(DAY).empty
    load_day(query)
    assert read_figures(DAY - timedelta(days=1)).empty


def test_the_command_prints_figures_as_json(query, tmp_path) -> None:
    load_day(query)
    page = tmp_path / "page.html"
    done = CliRunner().invoke(cli, ["digest", "--day", str(DAY), "--json", "--output", str(page)])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["day"] == str(DAY)
    assert figures["articles"] == {"name": "articles", "today": 4, "mean": 0.5}
    assert figures["stories"][0]["title"] == "Fire in the harbour"
    assert figures["by_day"][-1] == [str(DAY), 4]
    assert "Fire in the harbour" in page.read_text()


def test_the_command_writes_the_page_of_yesterday(warehouse, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path))
    done = CliRunner().invoke(cli, ["digest"])
    assert done.exit_code == 0, done.output
    [path] = tmp_path.iterdir()
    assert abs((datetime.now(UTC).date() - datetime.fromisoformat(path.stem[7:]).date()).days - 1) <= 1
    assert done.stdout.splitlines()[-1] == str(path)
    assert "0 items came in" in done.stdout


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "2026-02-30"])
def test_the_command_refuses_what_is_no_day(day: str) -> None:
    done = CliRunner().invoke(cli, ["digest", "--day", day])
    assert done.exit_code == 2
    assert "--day" in done.stderr
