"""Dates of several parts: "10:35 a.m. Thursday" is one moment, "from Monday to 3 May" one interval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from copydesk.facts import when
from copydesk.facts.language import Language, any_of
from copydesk.model import Fact, FactType, FactValue


def joined(facts: Iterable[Fact], text: str, language: Language) -> Iterator[Fact]:
    """Neighbouring dates that the text makes one of, and the rest as they are."""
    waiting: Fact | None = None
    for fact in sorted(facts, key=lambda fact: fact.start):
        both = _both(waiting, fact, text, language) if waiting else None
        if waiting and not both:
            yield waiting
        waiting = both or fact
    if waiting:
        yield waiting


def _both(one: Fact, other: Fact, text: str, language: Language) -> Fact | None:
    if other.start - one.end > _REACH or one.type is FactType.DURATION or other.type is FactType.DURATION:
        return None
    between = text[one.end : other.start]
    beside, until, also = _links(language)
    if beside.fullmatch(between):
        return next(
            (
                both
                for merge in (_moment, _day_of_week, _same_day)
                for both in (merge(one, other, text), merge(other, one, text))
                if both
            ),
            None,
        )
    if FactType.SET in (one.type, other.type):
        return None
    ranged = until.fullmatch(between) or (
        also and also[1].fullmatch(between) and also[0].search(text[: one.start][-15:])
    )
    return _interval(one, other, text) if ranged else None


_REACH = 15


def _moment(day: Fact, time: Fact, text: str) -> Fact | None:
    """A day and a time on it; a time of the clock says more than the part of the day."""
    iso, clock = day.value["iso"], time.value["iso"]
    if "/" in clock and "/" not in iso and day.value["granularity"] in ("day", "part of day"):
        return _times_on(day, time, text)
    known = day.value["granularity"] in ("day", "part of day", "set") and "/" not in iso + clock
    if not known or not clock.startswith("T") or (day.value["granularity"] != "day" and not clock[1:2].isdigit()):
        return None
    if day.type is FactType.SET:
        iso = iso if iso.startswith("X") else ""
    value = FactValue(
        iso=_complete(iso.partition("T")[0] + _afternoon(clock, iso)),
        granularity=time.value["granularity"],
        relative=day.value["relative"],
    )
    return _merged(day, time, text, value, "date.moment")


def _times_on(day: Fact, times: Fact, text: str) -> Fact | None:
    """A day and the times from and to which something is on it: "7 to 7:30 this evening"."""
    date_, _, part = day.value["iso"].partition("T")
    first, _, last = times.value["iso"].partition("/")
    if not (first.startswith("T") and last.startswith("T")) or (part and part not in ("MO", "AF", "EV", "NI")):
        return None
    first, last = (_afternoon(clock, day.value["iso"]) for clock in (first, last))
    ends = [_complete(date_ + first), _complete((_next_day(date_) if last < first else date_) + last)]
    value = FactValue(iso="/".join(ends), granularity="time", relative=day.value["relative"])
    if hours := when.hours_of(value["iso"]):
        value["start"], value["end"] = hours
    return _merged(day, times, text, value, "date.moment")


def _next_day(iso: str) -> str:
    """From 11 p.m. to 1 a.m.: the end is on the next day."""
    following = when.shifted(date.fromisoformat(iso), 1) if len(iso) == 10 and iso[0].isdigit() else None
    return following.iso if following else iso


def _day_of_week(week: Fact, day: Fact, text: str) -> Fact | None:
    """Tuesday of next week."""
    inside = day.value["granularity"] == "day" and day.rule == "date.weekday"
    if week.value["granularity"] != "week" or not inside or day.value["iso"].startswith("X"):
        return None
    monday = when.days_of(week.value["iso"])[0]
    if monday is None:
        return None
    exact = monday + timedelta(days=date.fromisoformat(day.value["iso"]).weekday())
    value = FactValue(iso=exact.isoformat(), granularity="day", relative=True)
    return _merged(week, day, text, value, "date.weekday")


def _same_day(day: Fact, weekday: Fact, text: str) -> Fact | None:
    """A day of the calendar with its weekday beside it."""
    exact = day.rule in ("date.day_month", "date.numeric", "date.iso") and day.value["granularity"] == "day"
    if not exact or weekday.rule != "date.weekday":
        return None
    return _merged(day, weekday, text, day.value, day.rule)


def _merged(one: Fact, other: Fact, text: str, value: FactValue, rule: str) -> Fact:
    start, end = min(one.start, other.start), max(one.end, other.end)
    kind = FactType.SET if FactType.SET in (one.type, other.type) else FactType.DATE
    return Fact(kind, start, end, text[start:end], value, rule, min(one.confidence, other.confidence))


def _afternoon(clock: str, iso: str) -> str:
    """Seven in the evening is 19:00."""
    hour = int(clock[1:3]) if clock[1:3].isdigit() else 24
    late = iso.endswith(("TAF", "TEV", "TNI")) and hour < 12
    return f"T{hour + 12}{clock[3:]}" if late else clock


def _complete(moment: str) -> str:
    """An hour on a day as Postgres and RFC 3339 read it: with its minutes."""
    return moment + ":00" if _BARE_HOUR.search(moment) else moment


_BARE_HOUR = re.compile(r"^[^T]+T\d\d$")


def _interval(one: Fact, other: Fact, text: str) -> Fact | None:
    """From one to the other; of times of the clock too, of which a bare one is on the other's day."""
    first, last = one.value["iso"], other.value["iso"]
    if "/" in first + last or "REF" in first + last:
        return None
    start, end = one.value.get("start", first), other.value.get("end", last)
    timed = [_CLOCK.search(iso) for iso in (first, last)]
    if all(timed) and first.startswith("T") and last.startswith("T"):
        start, end = when.hours_of(f"{first}/{last}") or (start, end)
    elif all(timed):
        if last.startswith("T") and not first.startswith("T"):
            end = last = _complete(first.partition("T")[0] + last)
        elif first.startswith("T") and not last.startswith("T"):
            start = first = _complete(last.partition("T")[0] + first)
    elif any(timed) or "T" in first + last or not _rises(first, last):
        return None
    value = FactValue(
        iso=f"{first}/{last}",
        granularity=other.value["granularity"],
        relative=one.value["relative"] or other.value["relative"],
        start=start,
        end=end,
    )
    return _merged(one, other, text, value, "date.interval")


_CLOCK = re.compile(r"T\d\d")


def _rises(first: str, last: str) -> bool:
    begins, ends = when.days_of(first)[0], when.days_of(last)[1]
    return bool(begins and ends and begins < ends)


_Pair = tuple[re.Pattern[str], re.Pattern[str]]


@cache
def _links(language: Language) -> tuple[re.Pattern[str], re.Pattern[str], _Pair]:
    """What stands between a day and its time, between the ends of an interval, and before and in a pair of ends:
    "between" and "and"."""
    at, until, lead, also = (
        any_of(language.words(section, name), folded=True)
        for section, name in (
            ("dates", "at"), ("quantities", "range"), ("quantities", "range_lead"), ("quantities", "range_and")
        )
    )  # fmt: skip
    return (
        re.compile(rf"\s*,?\s*(?:(?:{at})\s*)?", re.I),
        re.compile(rf"\s*(?:[-–—~]|{until})\s*", re.I),
        (
            re.compile(rf"(?:{lead})\s+(?:\w{{1,3}}\s+)?$", re.I),
            re.compile(rf"\s+(?:{also})\s+(?:\w{{1,3}}\s+)?", re.I),
        ),
    )
