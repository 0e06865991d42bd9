from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from copydesk.metadata.byline import parse_byline, read_byline
from copydesk.metadata.time import parse_moment, plausible, read_moment


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ann Lee", ("Ann Lee",)),
        ("Ann Lee and Rui Dias", ("Ann Lee", "Rui Dias")),
        ("Por Rui Dias e Ana Sá, com Agência Lusa", ("Rui Dias", "Ana Sá")),
        ("von Jörg Müller und Eva Öhm", ("Jörg Müller", "Eva Öhm")),
        ("ann@harbour.example (Ann Lee)", ("Ann Lee",)),
        ("ANN LEE", ("Ann Lee",)),
        ("Por José Dias y Sá, Eva Gil y Ana Ruiz - Madrid", ("José Dias y Sá", "Eva Gil", "Ana Ruiz")),
        ("Ana Ruiz y Redacción", ("Ana Ruiz",)),
        ("Web Desk", ()),
        ("Agencies", ()),
        ("PTI", ()),
        ("R.C. BAKER", ("R.C. Baker",)),
        ("Lee A.B.", ("Lee A.B",)),
        ("Ann Lee for The Harbour Post", ("Ann Lee",)),
        ("Lee, Ann T.", ("Ann T Lee",)),
        ("Ann Lee, London", ("Ann Lee",)),
        ("Ann Lee, CEPF®", ("Ann Lee",)),
        ("Lee", ("Lee",)),
        ("dpa/lno", ()),
        ("박준석 기자 외 1명", ("박준석",)),
        ("王小明 记者", ("王小明",)),
        ("Redação", ()),
        ("harbourpost.example", ()),
        ("", ()),
    ],
)
def test_persons_are_told_from_agencies_and_desks(byline: str, names: tuple[str, ...]) -> None:
    assert parse_byline(byline) == names


@pytest.mark.parametrize(
    ("byline", "told"),
    [
        ("Ann Lee, Reuters", [("Ann Lee", None, "Reuters", None)]),
        ("Ann Lee - Reuters", [("Ann Lee", None, "Reuters", None)]),
        ("Ana Ruiz y EFE", [("Ana Ruiz", None, "EFE", None)]),
        ("Ann Lee (Reuters)", [("Ann Lee", None, "Reuters", None)]),
        ("By Ann Lee and Rui Dias | AP", [("Ann Lee", None, "AP", None), ("Rui Dias", None, "AP", None)]),
        ("Ann Lee for The Harbour Post", [("Ann Lee", None, "The Harbour Post", None)]),
        ("Ann Lee, Chief Correspondent, BBC News", [("Ann Lee", "Chief Correspondent", "BBC", None)]),
        ("Ann Lee in Oslo and Rui Dias", [("Ann Lee", None, None, "Oslo"), ("Rui Dias", None, None, None)]),
        ("박준석 기자", [("박준석", "기자", None, None)]),
        ("Por Rui Dias, com Agência Lusa", [("Rui Dias", None, None, None)]),
        ("Fernanda da Silva", [("Fernanda da Silva", None, None, None)]),
        ("Ann Lee, Maria da Silva", [("Ann Lee", None, None, None), ("Maria da Silva", None, None, None)]),
        ("Ann Lee for the BBC in Oslo", [("Ann Lee", None, "BBC", "Oslo")]),
        ("Text by Ann Lee, photos by Bob Ray", [("Ann Lee", None, None, None)]),
        ("Reuters", []),
        ("Chief Correspondent", []),
    ],
)
def test_what_a_byline_tells_of_persons(byline: str, told: list[tuple[str | None, ...]]) -> None:
    assert [(who.name, who.job, who.organisation, who.place) for who in read_byline(byline)] == told


def test_a_time_without_a_zone_is_of_the_sources_zone() -> None:
    assert parse_moment("2025-07-13T10:00", zone="Asia/Kolkata") == datetime(2025, 7, 13, 4, 30, tzinfo=UTC)
    assert parse_moment("2025-07-13T10:00+02:00", zone="Asia/Kolkata") == datetime(2025, 7, 13, 8, tzinfo=UTC)
    assert parse_moment("2025-07-13") == datetime(2025, 7, 13, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "yesterday", "2025-02-31", "20255-01-01"])
def test_what_is_no_time(value: str | None) -> None:
    assert parse_moment(value) is None


@pytest.mark.parametrize(
    ("value", "zone", "day", "offset"),
    [
        ("1880-05-01", "Europe/Berlin", date(1880, 5, 1), "+00:53:28"),
        ("1890-05-01", "Asia/Kolkata", date(1890, 5, 1), "+05:21:10"),
        ("2026-05-20T20:00:00Z", "Asia/Kolkata", date(2026, 5, 21), "+00:00"),
        ("2026-05-20T00:00:00Z", "America/New_York", date(2026, 5, 20), "+00:00"),
        ("2026-05-02T01:00:00+09:00", None, date(2026, 5, 2), "+09:00"),
        ("2020-01-01T10:00:00+23:59:45", None, date(2020, 1, 1), None),
        ("2020-01-01T10:00:00-23:59:45", "Asia/Kolkata", date(2020, 1, 1), "+05:30"),
    ],
)
def test_the_day_is_that_of_the_place(value: str, zone: str | None, day: date, offset: str | None) -> None:
    found = read_moment(value, zone=zone)
    assert found
    assert (found.day, found.zone) == (day, offset)
    assert datetime.fromisoformat(f"2000-01-01T00:00{found.zone or '+00:00'}")


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("2026-05", "2026-05-20", True),
        ("2026", "2026-12-31T23:00", True),
        ("2026-05", "2026-07-20", False),
        ("2026-05-20", "2026-05-21T10:00", True),
        ("2026-05-20", "2026-05-23", False),
    ],
)
def test_a_month_agrees_with_its_days(one: str, other: str, agree: bool) -> None:
    first, second = read_moment(one), read_moment(other)
    assert first
    assert second
    assert first.agrees_with(second) == second.agrees_with(first) == agree


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("value", ["0001-01-01T00:30:00Z", "9999-12-31T23:30:00Z"])
def test_the_ends_of_the_calendar_are_no_fault(value: str, zone: str) -> None:
    found = read_moment(value, zone=zone)
    assert found is None or found.utc.year in (1, 9999)


def test_a_byline_without_end_is_cut() -> None:
    assert len("".join(parse_byline("Ann Lee, " + "a." * 50_000))) < 2_000


def test_nothing_is_published_after_it_was_seen() -> None:
    seen = datetime(2025, 7, 13, tzinfo=UTC)
    assert plausible(datetime(2025, 7, 13, 10, tzinfo=UTC), seen=seen)
    assert not plausible(datetime(2025, 7, 20, tzinfo=UTC), seen=seen)
    assert not plausible(datetime(1, 1, 1, tzinfo=UTC), seen=seen)
