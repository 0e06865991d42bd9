"""Dates of several parts: "10:35 a.m. Thursday" is one moment, "from Monday to 3 May" one interval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    if one.type is not FactType.DATE or other.type is not FactType.DATE or other.start - one.end > _REACH:
        return None
    between = text[one.end : other.start]
    beside, until, also = _links(language)
    if beside.fullmatch(between):
        return _moment(one, other, text) or _moment(other, one, text)
    ranged = until.fullmatch(between) or (
        also and also[1].fullmatch(between) and also[0].search(text[: one.start][-15:])
    )
    return _interval(one, other, text) if ranged else None


_REACH = 15


def _moment(day: Fact, time: Fact, text: str) -> Fact | None:
    """A day and a time on it; a time of the clock says more than the part of the day."""
    iso, clock = day.value["iso"], time.value["iso"]
    known = day.value["granularity"] in ("day", "part of day") and not iso.startswith("T") and "/" not in iso
    if not known or not clock.startswith("T") or (day.value["granularity"] != "day" and not clock[1:2].isdigit()):
        return None
    start, end = min(day.start, time.start), max(day.end, time.end)
    value = FactValue(
        iso=iso.partition("T")[0] + _afternoon(clock, iso),
        granularity=time.value["granularity"],
        relative=day.value["relative"],
    )
    return Fact(FactType.DATE, start, end, text[start:end], value, "date.moment", min(day.confidence, time.confidence))


def _afternoon(clock: str, iso: str) -> str:
    """Seven in the evening is 19:00."""
    hour = int(clock[1:3]) if clock[1:3].isdigit() else 24
    late = iso.endswith(("TAF", "TEV", "TNI")) and hour < 12
    return f"T{hour + 12}{clock[3:]}" if late else clock


def _interval(one: Fact, other: Fact, text: str) -> Fact | None:
    first, last = when.days_of(one.value["iso"])[0], when.days_of(other.value["iso"])
    if "/" in one.value["iso"] + other.value["iso"] or not first or not last[1] or not first < last[1]:
        return None
    start = one.value.get("start", one.value["iso"])
    end = other.value.get("end", other.value["iso"])
    value = FactValue(
        iso=f"{one.value['iso']}/{other.value['iso']}",
        granularity=other.value["granularity"],
        relative=one.value["relative"] or other.value["relative"],
        start=start.partition("T")[0],
        end=end.partition("T")[0],
    )
    return Fact(
        FactType.DATE, one.start, other.end, text[one.start : other.end], value, "date.interval",
        min(one.confidence, other.confidence),
    )  # fmt: skip


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
