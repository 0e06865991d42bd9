"""Calendar arithmetic: what a date's words mean, as ISO 8601, given the day of publication.

Granularities that ISO 8601 has no form for are written as in ISO 8601-2 (EDTF) and TIMEX3: a decade is ``199X``, a
quarter ``2024-Q3``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Reading(NamedTuple):
    iso: str
    granularity: str
    relative: bool = False


_FARTHEST_YEARS = 500
"""How far "ago" reaches; more is geology, not a date."""


def day(year: int, month: int, number: int, *, relative: bool = False) -> Reading | None:
    try:
        return Reading(date(year, month, number).isoformat(), "day", relative)
    except ValueError:
        return None


def day_range(year: int, month: int, first: int, last: int, *, relative: bool = False) -> Reading | None:
    start, end = day(year, month, first), day(year, month, last)
    return Reading(f"{start.iso}/{end.iso}", "day", relative) if start and end and first < last else None


def year_of(month: int, number: int, published: date, *, ahead: bool) -> int:
    """The year of a day and month that stand without one.

    What is reported has mostly happened: a coming day counts as three times as far away as a past one, and the other
    way round where the words look ahead.
    """

    def distance(year: int) -> int:
        away = (year - published.year) * 365 + (month - published.month) * 30 + number - published.day
        return abs(away) * (3 if (away < 0) == ahead and away else 1)

    return min((published.year, published.year - 1, published.year + 1), key=distance)


def month_near(month: int, published: date, *, ahead: bool) -> Reading:
    """The month of that number that is now or was last; now or next where the words look ahead."""
    passed = published.month >= month
    year = published.year + (0 if passed != ahead or published.month == month else 1 if ahead else -1)
    return Reading(f"{year:04}-{month:02}", "month", True)


def month_beside(month: int, published: date, sign: int) -> Reading:
    """Last June, next June; "this June" is this year's."""
    year = published.year
    if sign < 0 and month >= published.month:
        year -= 1
    elif sign > 0 and month <= published.month:
        year += 1
    return Reading(f"{year:04}-{month:02}", "month", True)


def quarter(number: int, year: int | None, published: date | None) -> Reading | None:
    """A quarter; without a year the last one of that number that had begun on publication."""
    if year is not None:
        return Reading(f"{year:04}-Q{number}", "quarter")
    if published is None:
        return None
    now = (published.month + 2) // 3
    return Reading(f"{published.year - (number > now):04}-Q{number}", "quarter", True)


def weekday(number: int, published: date, *, sign: int, ahead: bool) -> Reading | None:
    """The weekday that is publication's own, else the last one, else (``sign`` 1 or ``ahead``) the next one."""
    back = (published.weekday() - number) % 7
    if sign > 0 or (ahead and back):
        return shifted(published, 7 - back)
    return shifted(published, -7 if sign < 0 and back == 0 else -back)


def shifted(published: date, days: int) -> Reading | None:
    try:
        return Reading((published + timedelta(days=days)).isoformat(), "day", True)
    except OverflowError:
        return None


def unit_beside(published: date, code: str, sign: int) -> Reading | None:
    """Last year, this month, next week. ``None`` for units that have no such reading."""
    return moved(published, sign, code) if code in ("Y", "M", "W", "3M") else None


def moved(published: date, count: int, code: str) -> Reading | None:
    """So many units from publication, as precise as the unit: three weeks ago is a week, not a day."""
    try:
        match code:
            case "D":
                return shifted(published, count)
            case "W":
                year, week, _ = (published + timedelta(weeks=count)).isocalendar()
                return Reading(f"{year:04}-W{week:02}", "week", True)
            case "M":
                months = published.year * 12 + published.month - 1 + count
                return Reading(f"{months // 12:04}-{months % 12 + 1:02}", "month", True)
            case "3M":
                quarters = published.year * 4 + (published.month - 1) // 3 + count
                return Reading(f"{quarters // 4:04}-Q{quarters % 4 + 1}", "quarter", True)
            case "Y" | "10Y":
                years = count * (10 if code == "10Y" else 1)
                near = abs(years) <= _FARTHEST_YEARS and published.year + years > 0
                return Reading(f"{published.year + years:04}", "year", True) if near else None
    except OverflowError:
        return None
    return None


def period(count: int | float, code: str) -> Reading:
    """A duration: ``P3D``, ``PT30M``."""
    number = f"{count:g}"
    if code.startswith("T"):
        return Reading(f"PT{number}{code[1]}", "duration")
    if code in ("10Y", "3M"):
        return Reading(f"P{count * int(code[:-1]):g}{code[-1]}", "duration")
    return Reading(f"P{number}{code}", "duration")
