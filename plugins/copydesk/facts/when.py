"""Calendar arithmetic: what a date's words mean, as ISO 8601, given the day of publication.

Granularities that ISO 8601 has no form for are written as in ISO 8601-2 (EDTF) and TIMEX3: a decade is ``199X``, a
quarter ``2024-Q3``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, date, datetime, timedelta
from typing import NamedTuple

from dateutil.easter import easter


class Reading(NamedTuple):
    iso: str
    granularity: str
    relative: bool = False
    days: tuple[date, date] | None = None
    """First day and the day after the last, of what the value itself does not tell."""


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

    years = (published.year, published.year - 1, published.year + 1)
    return min((year for year in years if 0 < year <= MAXYEAR), key=distance)


def undated(month: int, number: int | None = None) -> Reading | None:
    """A month or a day of an unknown year, as EDTF writes it: ``XXXX-12-03``."""
    if number is None:
        return Reading(f"XXXX-{month:02}", "month", True)
    return Reading(f"XXXX-{month:02}-{number:02}", "day", True) if day(2000, month, number) else None


def century_of(short: int, published: date | None) -> int:
    """The year of two figures: the latest that is not more than a few years after publication."""
    now = published.year if published else 2040
    year = now - now % 100 + short
    return year - 100 if year > now + 10 else year


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


def day_word(published: date | None, word: int | str | list[int | str]) -> Reading | None:
    """Today, yesterday, tonight: so many days from publication, and which part of that day where the word tells; so
    many years, months or weeks (``-1Y``) of words for those."""
    if isinstance(word, str):
        count, code = int(word[:-1]), word[-1]
        return moved(published, count, code) if published else reference(count)
    days, part = (word, "") if isinstance(word, int) else (int(word[0]), str(word[1]))
    if published is None:
        return reference(days)
    reading = shifted(published, days)
    return Reading(f"{reading.iso}T{part}", "part of day", True) if reading and part else reading


def reference(sign: int) -> Reading:
    """What lies before, at or after a publication of which the day isn't known."""
    return Reading("PAST_REF" if sign < 0 else "FUTURE_REF" if sign > 0 else "PRESENT_REF", "reference", True)


def unit_beside(published: date, code: str, sign: int) -> Reading | None:
    """Last year, this month, next week. ``None`` for units that have no such reading."""
    return moved(published, sign, code) if code in ("Y", "M", "W", "3M") else None


def moved(published: date, count: int, code: str, now: datetime | None = None) -> Reading | None:
    """So many units from publication, as precise as the unit: three weeks ago is a week, not a day. Hours and minutes
    are counted from its time, where that is known."""
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
            case "TH" | "TM" if now is not None:
                exact = now + timedelta(**{"hours" if code == "TH" else "minutes": count})
                return Reading(exact.strftime("%Y-%m-%dT%H:00" if code == "TH" else "%Y-%m-%dT%H:%M"), "time", True)
            case "Y" | "10Y":
                years = count * (10 if code == "10Y" else 1)
                near = abs(years) <= _FARTHEST_YEARS and published.year + years > 0
                return Reading(f"{published.year + years:04}", "year", True) if near else None
    except OverflowError:
        return None
    return None


def week_of_year(year: int, number: int) -> Reading | None:
    """The n-th week of a year by ISO 8601; 0 is the last."""
    last = date(year, 12, 28).isocalendar().week
    return Reading(f"{year:04}-W{number or last:02}", "week") if number <= last else None


def week_of_month(year: int, month: int, number: int) -> Reading | None:
    """The n-th week of a month: the first is that of its first Thursday; 0 is the last."""
    first = date(year, month, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    count = (_month_end(first) - thursday).days // 7 + 1
    if number > count:
        return None
    iso_year, week, _ = (thursday + timedelta(weeks=(number or count) - 1)).isocalendar()
    return Reading(f"{iso_year:04}-W{week:02}", "week")


def period(count: int | float, code: str) -> Reading:
    """A duration: ``P3D``, ``PT30M``."""
    number = f"{count:g}"
    if code.startswith("T"):
        return Reading(f"PT{number}{code[1]}", "duration")
    if len(code) > 1:
        return Reading(f"P{count * int(code[:-1]):g}{code[-1]}", "duration")
    return Reading(f"P{number}{code}", "duration")


def some(code: str) -> Reading:
    """An unknown number of units, as TIMEX3 writes it: ``PXW``, ``PTXH``, decades ``PXDE``."""
    named = {"10Y": "DE", "100Y": "CE", "3M": "Q", "2W": "W"}.get(code, code)
    return Reading(f"PTX{named[1]}" if named.startswith("T") else f"PX{named}", "duration")


def stretch(count: int, code: str, sign: int, published: date | None) -> Reading:
    """The last or next so many units: a length that ends or begins on publication."""
    length = period(count, code)
    if published is None or not sign or code.startswith("T"):
        return length
    try:
        other = _stepped(published, sign * count, code)
    except (OverflowError, ValueError):
        return length
    if sign > 0 and code in ("D", "W", "2W"):
        # The next five days begin tomorrow.
        return length._replace(days=(published + timedelta(days=1), other + timedelta(days=1)))
    return length._replace(days=(min(published, other), max(published, other)))


def _stepped(day: date, count: int, code: str) -> date:
    if code in ("D", "W", "2W"):
        return day + timedelta(days=count * {"D": 1, "W": 7, "2W": 14}[code])
    months = day.year * 12 + day.month - 1 + count * {"M": 1, "3M": 3, "Y": 12, "10Y": 120, "100Y": 1200}[code]
    first = date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=min(day.day, _month_end(first).day) - 1)


_SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def season(code: str, published: date, *, sign: int) -> Reading:
    """A season of the northern year: "last" is one that is over, "next" one that has not begun."""
    begins, year = _SEASONS[code], published.year
    if sign < 0 and published.month <= begins + 2:
        year -= 1
    elif sign > 0 and published.month >= begins:
        year += 1
    return Reading(f"{year:04}-{code}", "season", True)


def holiday(rule: str, year: int | None, published: date | None, *, ahead: bool) -> Reading | None:
    """A feast: ``12-25``, ``easter-2`` (Good Friday), ``11-4-4`` (November's fourth Thursday)."""
    if year is not None:
        return Reading(_feast(rule, year).isoformat(), "day")
    if published is None:
        return Reading(f"XXXX-{rule}", "day", True) if len(rule) == 5 else None
    feast = _feast(rule, published.year)
    return Reading(_feast(rule, year_of(feast.month, feast.day, published, ahead=ahead)).isoformat(), "day", True)


def _feast(rule: str, year: int) -> date:
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule.removeprefix("easter") or 0))
    month, number, *weekday_ = map(int, rule.split("-"))
    if not weekday_:
        return date(year, month, number)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday_[0] - 1 - first.weekday()) % 7 + 7 * (number - 1))


_PARTS = {"MO": (8, 12), "MI": (11, 13), "AF": (12, 16), "EV": (16, 20), "NI": (20, 24)}
"""The hours of the parts of a day, about."""


def hours_of(iso: str) -> tuple[str, str] | None:
    """Beginning and end of a part of a day (``TMO``, ``2025-07-11TEV``) or of an interval of times on one day."""
    first, slash, last = iso.partition("/")
    day, _, clock = first.partition("T")
    if slash:
        times = [end.partition("T")[2] for end in (first, last)]
        if not all(time[:2].isdigit() for time in times):
            return None
        days = [end.partition("T")[0] for end in (first, last)]
        return _moment(days[0], times[0]), _moment(days[1], times[1])
    hours = _PARTS.get(clock)
    if not hours or (day and not day[0].isdigit()):
        return None
    return _moment(day, f"{hours[0]:02}"), _moment(day, f"{hours[1]:02}") if hours[1] < 24 else _moment(day, "23:59:59")


def _moment(day: str, clock: str) -> str:
    full = (clock + ":00:00")[:8] if len(clock) < 8 else clock
    return f"{day}T{full}" if day else full


def days_of(iso: str) -> tuple[date | None, date | None]:
    """The first and the last day of an ISO 8601 date, month, year, week or interval; of anything else nothing."""
    first, _, last = iso.partition("/")
    return _span(first)[0], _span(last or first)[1]


def _span(iso: str) -> tuple[date | None, date | None]:
    try:
        match iso.partition("T")[0].split("-"):
            case [year] if len(year) == 4:
                start = year.replace("X", "0")
                return date(int(start), 1, 1), date(int(year.replace("X", "9")), 12, 31)
            case [year, week] if week.startswith("W") and week != "WI":
                monday = date.fromisocalendar(int(year), int(week[1:]), 1)
                return monday, monday + timedelta(days=6)
            case [year, half] if half in ("H1", "H2"):
                begins = 1 if half == "H1" else 7
                return date(int(year), begins, 1), _month_end(date(int(year), begins + 5, 1))
            case [year, quarter_] if quarter_.startswith("Q"):
                first = date(int(year), int(quarter_[1:]) * 3 - 2, 1)
                return first, _month_end(first.replace(month=first.month + 2))
            case [year, month]:
                first = date(int(year), int(month), 1)
                return first, _month_end(first)
            case [year, month, number]:
                exact = date(int(year), int(month), int(number))
                return exact, exact
    except ValueError:
        pass
    return None, None


def _month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])
