"""Dates and durations as ISO 8601, resolved against the publication date.

Each pattern is a regular expression made of a language's words and a function that reads its match; the longest
reading of a place wins. A date is as precise as the text: "November 2024" is ``2024-11``, "last week" ``2025-W27``.
A weekday is the one on or before publication unless the words look ahead. Without a publication date it is
``XXXX-WXX-1``, and yesterday ``PAST_REF``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from copydesk.facts import when
from copydesk.facts.bounds import bound
from copydesk.facts.claims import Claims
from copydesk.facts.clock import clock_lead_rules, clock_rules
from copydesk.facts.han import HAN_LANGUAGES
from copydesk.facts.joined import joined
from copydesk.facts.language import AFTER, Language, any_of, fold, meanings, shared_table
from copydesk.facts.loose import (
    indefinite_rules,
    part_rules,
    plural_units,
    reference_rules,
    season_rules,
    set_rules,
)
from copydesk.facts.matched import DASH, EDGE, YEAR, Match, Rule, beside, count_pattern
from copydesk.facts.numerals import parse_number
from copydesk.facts.scan import Scan
from copydesk.facts.when import Reading
from copydesk.facts.years import year_part_rules, year_rules
from copydesk.model import Fact, FactType, FactValue

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_STOP = r"(?![\w/]|[.,]\d|-\d)"


_Read = Callable[[Match], Reading | None]


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    expression: re.Pattern[str]
    read: _Read
    anchor: str
    """The kind of word that no match is without; empty where there is none."""


def find_dates(scan: Scan, published: date | None, now: datetime | None = None) -> list[Fact]:
    """Dates and durations, the longest reading of each place. ``now`` is the time of publication, where it is known:
    "three hours ago" needs it."""
    text, language = scan.text, scan.language
    found: list[Fact] = []
    unread: list[tuple[int, int]] = []
    windows = {kind: scan.hits.windows(kind) for kind in ANCHORS}
    everywhere = [(0, len(text))]
    for pattern in _patterns(language):
        around = windows[pattern.anchor] if pattern.anchor else everywhere
        for match in (match for window in around for match in pattern.expression.finditer(text, *window)):
            start, end = match.span("date") if "date" in match.re.groupindex else match.span()
            reading = pattern.read(Match(match, published, language, now))
            if reading is None:
                # A length that may lie ahead is one that lasts.
                if pattern.rule != "ahead":
                    unread.append((start, end))
                continue
            found.append(_fact(reading, text, start, end, pattern.rule))
    dates = list(joined(_longest(found, unread), text, language))
    for fact in dates:
        bound(fact, text, language)
    return dates


def _fact(reading: Reading, text: str, start: int, end: int, rule: str) -> Fact:
    kind = _KINDS.get(reading.granularity, FactType.DATE)
    value = FactValue(iso=reading.iso, granularity=reading.granularity, relative=reading.relative)
    if hours := when.hours_of(reading.iso):
        value["start"], value["end"] = hours
    elif reading.days:
        value["start"], value["end"] = (day.isoformat() for day in reading.days)
    elif kind is FactType.DATE and reading.granularity not in _MOMENTS:
        first, last = when.days_of(reading.iso)
        if first and last and last.year < date.max.year:
            value["start"], value["end"] = first.isoformat(), (last + timedelta(days=1)).isoformat()
    confidence = _VAGUE if reading.granularity == "reference" or rule == "earlier" else 0.9
    return Fact(kind, start, end, text[start:end], value, f"date.{rule}", confidence)


_KINDS = {"duration": FactType.DURATION, "set": FactType.SET}
_MOMENTS = frozenset({"day", "time", "part of day", "reference"})
_VAGUE = 0.6
"""Confidence in what the text leaves open."""


def _longest(found: list[Fact], unread: list[tuple[int, int]]) -> Iterator[Fact]:
    """Of facts that overlap the longest; of equally long ones the first pattern's. A part of something longer that
    makes no date ("31 February 2025") is none either."""
    claims = Claims()
    spans = sorted(
        [(fact.start, fact.end, fact) for fact in found] + [(*span, None) for span in unread], key=_length_first
    )
    for start, end, fact in spans:
        if claims.claim(start, end) and fact:
            yield fact


def _length_first(span: tuple[int, int, Fact | None]) -> tuple[int, bool]:
    start, end, fact = span
    return start - end, fact is None


@cache
def _patterns(language: Language) -> tuple[_Pattern, ...]:
    rules = (
        *(_calendar, year_rules, _weekday, _relative, clock_lead_rules, _length, _east_asian, year_part_rules),
        *(reference_rules, set_rules, indefinite_rules, season_rules, part_rules, clock_rules),
    )
    made = ((rule, re.compile(expression, re.I), read) for make in rules for rule, expression, read in make(language))
    return tuple(_Pattern(rule, known, read, _anchor(rule, known, language)) for rule, known, read in made)


def _anchor(rule: str, expression: re.Pattern[str], language: Language) -> str:
    groups = expression.groupindex
    if rule in _FIGURES:
        return "hours" if {"word", "spelt"} & groups.keys() else _FIGURES[rule]
    kind = next((kind for group, kind in _ANCHORED.items() if group in groups), "")
    if rule in _NOUNS:
        return _NOUNS[rule]
    if language.code in HAN_LANGUAGES and kind == "months":
        # 3月 has no name, 三月 no figure.
        return ""
    return kind


_FIGURES = {
    **dict.fromkeys(("iso", "numeric", "decade", "time"), "digits"),
    **dict.fromkeys(("year", "years", "half_year", "year_part"), "years"),
}
_NOUNS = {"quarter": "quarters", "century": "centuries"}
_ANCHORED = {
    "clock": "clock", "part": "parts", "season": "seasons", "holiday": "holidays", "unit": "units", "month": "months",
    "day": "days", "word": "words",
}  # fmt: skip
"""By the groups of its expression, the first that there is: what a rule can't do without."""
ANCHORS = frozenset({"hours", *_FIGURES.values(), *_NOUNS.values(), *_ANCHORED.values()})


def _calendar(language: Language) -> Iterator[Rule]:
    """Days and months by name and number."""
    yield "iso", rf"{EDGE}(?P<year>{YEAR})-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)(?![\w/-]|[.,]\d)", _numeric
    first, second = ("month", "day") if language.code == "en" else ("day", "month")
    yield (
        "numeric",
        rf"{EDGE}(?P<{first}>\d{{1,2}})(?P<sign>[./-])(?P<{second}>\d{{1,2}})(?P=sign)(?P<short>\d\d){_STOP}",
        _numeric,
    )
    yield (
        "numeric",
        rf"{EDGE}(?P<{first}>\d{{1,2}})(?P<sign>[./-])(?P<{second}>\d{{1,2}})(?P=sign)(?P<year>{YEAR}){_STOP}",
        _numeric,
    )
    if not language.months:
        return
    linked = any_of(language.words("dates", "of"))
    of, month = rf"(?:\s+(?:{linked}))?\s+", rf"(?P<month>{language.months.pattern})"
    article = any_of(language.words("dates", "article"))
    weekday = rf"(?:(?:{language.weekdays.pattern}|{language.short_weekdays.pattern})\.?,?\s+(?:(?:{article})\s+)?)?"
    ordinal = r"(?:st|nd|rd|th|er|º|ª|°|\.(?=\s?[^\W\d]))?"
    ordinals = [word for word, number in language.table("ordinals").items() if number <= 31]
    # "diez de octubre", where days are counted
    numbers = [word for word, number in language.table("numbers").items() if 1 < number <= 31]
    spelt = any_of([*ordinals, *(numbers if language.words("dates", "counts_days") else ())], folded=True)
    compound = any_of(language.words("dates", "spelt_days"), folded=True)
    nth = rf"(?:(?P<day>{_DAY}){ordinal}|(?P<nth>(?:(?:{compound})[\s-]+)?(?:{spelt})))"
    day, year = rf"(?P<day>{_DAY}){ordinal}", rf"(?:(?:,|\s+(?:{linked}))?\s+(?P<year>{YEAR}))?"
    lead, until = any_of(language.words("dates", "in")), any_of(language.words("quantities", "range"))
    last = rf"(?:{DASH}|\s+(?:{until})\s+)(?P<last>{_DAY}){ordinal}"
    yield "day_range", rf"{EDGE}{day}{last}{of}{month}\.?{year}{_STOP}", _named_day
    yield "day_month", rf"{EDGE}{weekday}{nth}{of}{month}\.?{year}{_STOP}", _named_day
    if language.code == "en":
        yield "day_range", rf"{EDGE}{month}\.?\s+{day}{last}{year}{_STOP}", _named_day
        yield "month_day", rf"{EDGE}{weekday}{month}\.?\s+(?:the\s+)?{nth}{year}{_STOP}", _named_day
    yield (
        "month_year",
        rf"{EDGE}{month}\.?,?{of}(?P<year>{YEAR}){_STOP}",
        lambda here: Reading(f"{here['year']}-{here.month:02}", "month"),
    )
    yield (
        "month_range",
        rf"{EDGE}(?P<first>{language.months.pattern})\.?(?:{DASH}|\s+(?:{until})\s+){month}\.?{of}(?P<year>{YEAR}){_STOP}",
        _month_range,
    )
    yield (
        "month",
        rf"(?<![\w.,/-])(?P<lead>(?:{lead})\s+)?(?P<date>{month})\.?{AFTER}(?!\s*\d)",
        _month_alone,
    )


def _weekday(language: Language) -> Iterator[Rule]:
    before, after = language.edges
    relative = beside(language)
    if language.weekdays:
        yield (
            "weekday",
            rf"{before}(?<!-)(?:(?P<before>{relative})\s+)?(?P<day>{language.weekdays.pattern})"
            rf"(?:\s+(?P<after>{relative}))?{after}(?!-)",
            _weekday_alone,
        )
    if language.days:
        yield (
            "day_word",
            rf"{before}(?<!-)(?P<day>{language.days.pattern}){after}(?!-\w)",
            lambda here: when.day_word(here.published, language.days[here["day"]]),
        )


def _relative(language: Language) -> Iterator[Rule]:
    """Units of time beside publication: three days ago, last year, the third quarter."""
    before, after = language.edges
    number, unit = count_pattern(language), rf"(?P<unit>{language.units.pattern})"
    for expression in language.ago:
        yield "ago", before + expression.replace("{}", rf"{number}[\s-]*{unit}") + after, _ago
    gap = r"\s*" if not before else r"[\s-]+"
    if leads := language.words("dates", "in_future"):
        yield "ahead", rf"{before}(?:{any_of(leads, folded=True)})\s*{number}{gap}{unit}{after}", _ahead
    if trails := language.words("dates", "from_now"):
        yield "ahead", rf"{before}{number}{gap}{unit}\s*(?:{any_of(trails, folded=True)}){after}", _ahead
    singular = any_of(_singular(language), folded=True)
    relative = beside(language)
    month = rf"(?:(?P<month>{language.months.pattern})\s+(?:(?:{any_of(language.words('dates', 'of'))})\s+)?)?"
    gap = r"\s*" if not before else r"\s+"
    yield "unit", rf"{before}{month}(?P<before>{relative}){gap}(?P<unit>{singular}){after}", _unit_beside
    yield "unit", rf"{before}{month}(?P<unit>{singular})\s+(?P<after>{relative}){after}", _unit_beside
    if language.months:
        name = rf"(?P<month>{language.months.pattern})"
        yield "month_beside", rf"{before}(?P<before>{relative})\s+{name}{after}(?!\s+\d)", _month_beside
        yield "month_beside", rf"{before}{name}\s+(?P<after>{relative}){after}", _month_beside
    if language.quarters:
        noun, linked = any_of(language.words("dates", "quarter")), any_of(language.words("dates", "of"))
        yield (
            "quarter",
            rf"{before}(?P<number>{language.quarters.pattern})[\s-](?:{noun})"
            rf"(?:(?:\s+(?:{linked}))?\s+(?P<year>{YEAR}))?{after}",
            lambda here: when.quarter(language.quarters[here["number"]], here.number("year"), here.published),
        )


def _length(language: Language) -> Iterator[Rule]:
    before, after = language.edges
    if not before:
        return
    ages = any_of(shared_table("common")["ages"])
    number, unit = count_pattern(language), rf"(?P<unit>{language.units.pattern})"
    yield (
        "duration",
        rf"(?<![\w.,-]){number}[\s-]+{unit}{after}(?![\s-]+(?:{ages}){AFTER})",
        lambda here: (
            when.period(here.amount, here.language.units[here["unit"]])
            if here["number"] and not here.is_article
            else None
        ),
    )


def _east_asian(language: Language) -> Iterator[Rule]:
    """2024年11月3日, 2024년 11월 3일."""
    signs = {"zh": ("年", "月", "[日號号]"), "ja": ("年", "月", "日"), "ko": ("년", "월", "일")}.get(language.code)
    if not signs:
        return
    of_year, of_month, of_day = signs
    year = rf"(?:(?P<year>{YEAR}){of_year}\s?)"
    month, day = rf"(?P<month>1[0-2]|0?[1-9]){of_month}", rf"\s?(?P<day>{_DAY}){of_day}"
    yield "day_month", rf"(?<!\d){year}?{month}{day}", _named_day
    yield "month_year", rf"(?<!\d){year}{month}", lambda here: Reading(f"{here['year']}-{here.month:02}", "month")
    yield "month", rf"(?<!\d){month}(?![\d间個个])", _month_alone
    yield "year", rf"(?<!\d)(?P<year>{YEAR}){of_year}", lambda here: Reading(here["year"], "year")


def _numeric(here: Match) -> Reading | None:
    month, day = int(here["month"]), int(here["day"])
    if month > 12 and here["sign"]:
        month, day = day, month
    return when.day(here.number("year") or when.century_of(int(here["short"]), here.published), month, day)


def _named_day(here: Match) -> Reading | None:
    if not here.capitalised("month"):
        return None
    month, day, year = here.month, here.number("day") or _spelt_day(here), here.number("year")
    relative = year is None
    if year is None:
        if here.published is None:
            return when.undated(month, day) if not here["last"] else None
        year = when.year_of(month, day, here.published, ahead=here.ahead)
    if here["last"]:
        return when.day_range(year, month, day, int(here["last"]), relative=relative)
    return when.day(year, month, day, relative=relative)


def _spelt_day(here: Match) -> int:
    """The third, the twenty-first."""
    ordinals, parts = meanings(here.language, "ordinals"), re.split(r"[\s-]+", here["nth"])
    if ordinals.get(parts[-1]) is None:
        return int(parse_number(here["nth"], here.language) or 0)
    tens = here.language.table("numbers").get(fold(parts[0]), 0) if len(parts) == 2 else 0
    return int(tens + ordinals[parts[-1]]) if tens else int(ordinals[here["nth"]])


def _month_range(here: Match) -> Reading | None:
    first, last = here.language.months[here["first"]], here.month
    return Reading(f"{here['year']}-{first:02}/{here['year']}-{last:02}", "month") if first < last else None


def _month_alone(here: Match) -> Reading | None:
    """A month without year or day: with "in" before it, or where its capital says that it is one."""
    certain = here["month"].isdigit() or (
        here.language.capitalised and fold(here["month"]) not in here.language.words("dates", "ambiguous")
    )
    if not here.capitalised("month") or not (here["lead"] or certain):
        return None
    if here.published is None:
        return when.undated(here.month)
    return when.month_near(here.month, here.published, ahead=here.ahead)


def _month_beside(here: Match) -> Reading | None:
    if not here.capitalised("month"):
        return None
    if here.published is None:
        return when.undated(here.month)
    return when.month_beside(here.month, here.published, here.sign)


def _weekday_alone(here: Match) -> Reading | None:
    if not here.capitalised("day"):
        return None
    if here.published is None:
        return Reading(f"XXXX-WXX-{here.language.weekdays[here['day']] + 1}", "day", True)
    sign = here.sign if here["before"] or here["after"] else 0
    return when.weekday(here.language.weekdays[here["day"]], here.published, sign=sign, ahead=here.ahead)


def _ago(here: Match) -> Reading | None:
    if here.published is None:
        return when.reference(-1)
    return when.moved(here.published, -here.count, here.language.units[here["unit"]], here.now)


def _ahead(here: Match) -> Reading | None:
    """In two weeks, three days from now: only where the clause looks ahead, for "in two weeks" is a length too."""
    if not here.ahead:
        return None
    if here.published is None:
        return when.reference(1)
    return when.moved(here.published, here.count, here.language.units[here["unit"]], here.now)


def _unit_beside(here: Match) -> Reading | None:
    code = here.language.units[here["unit"]]
    if here.published is None:
        return when.undated(here.month) if here["month"] else when.reference(here.sign)
    reading = when.unit_beside(here.published, code, here.sign)
    if reading and here["month"]:
        return Reading(f"{reading.iso}-{here.month:02}", "month", True) if code == "Y" else None
    return reading


@cache
def _singular(language: Language) -> list[str]:
    """Units of which "last" makes one stretch of the calendar: "last year", not "past years"."""
    plural = _plural(language)
    return [unit for unit in language.units.words if fold(unit) not in plural]


@cache
def _plural(language: Language) -> frozenset[str]:
    plural = plural_units(language)
    return plural if len(plural) < len(list(language.units)) else frozenset()
