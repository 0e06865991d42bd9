"""Dates and durations as ISO 8601, resolved against the publication date.

A weekday is the one on or before publication (a weekday that equals the publication day is that day). A date is as
precise as the text: "November 2024" is ``2024-11``. What can't be resolved is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from copydesk.facts.language import Language, any_of, fold
from copydesk.facts.numerals import number_words
from copydesk.model import Fact, FactType, FactValue

_YEAR = r"(?:1[6-9]\d\d|20\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    expression: re.Pattern[str]
    resolve: Callable[[re.Match[str], date | None], tuple[str, str, bool] | None]
    """The match and the publication date → ISO text, granularity, whether it is relative; ``None``: no date."""


def find_dates(text: str, language: Language, published: date | None) -> list[Fact]:
    """Dates and durations, the longest reading of each place."""
    found: list[Fact] = []
    unread: list[tuple[int, int]] = []
    for pattern in _patterns(language):
        for match in pattern.expression.finditer(text):
            start, end = match.span("date") if "date" in match.re.groupindex else match.span()
            resolved = pattern.resolve(match, published)
            if resolved is None:
                unread.append((start, end))
                continue
            iso, granularity, relative = resolved
            kind = FactType.DURATION if iso.startswith("P") else FactType.DATE
            value = FactValue(iso=iso, granularity=granularity, relative=relative)
            found.append(Fact(kind, start, end, text[start:end], value, f"date.{pattern.rule}", 0.9))
    return list(_longest(found, unread))


def _longest(found: list[Fact], unread: list[tuple[int, int]]) -> Iterator[Fact]:
    """Of facts that overlap the longest; of equally long ones the first pattern's. A part of something longer that
    makes no date ("31 February 2025") is none either."""
    taken: list[tuple[int, int]] = []
    for fact in sorted(found, key=lambda fact: fact.start - fact.end):
        length = fact.end - fact.start
        inside = any(start <= fact.start and fact.end <= end and length < end - start for start, end in unread)
        if not inside and all(fact.end <= start or fact.start >= end for start, end in taken):
            taken.append((fact.start, fact.end))
            yield fact


@cache
def _patterns(language: Language) -> tuple[_Pattern, ...]:
    return tuple(_Pattern(rule, re.compile(expr, re.I), resolve) for rule, expr, resolve in _rules(language))


_Rule = tuple[str, str, Callable[[re.Match[str], date | None], tuple[str, str, bool] | None]]


def _rules(language: Language) -> Iterator[_Rule]:
    months, weekdays, units = language.months, language.weekdays, language.table("units")
    names = _spelled(months)
    linked = any_of(language.words("dates", "of"))
    of = rf"(?:\s+(?:{linked}))?\s+"
    edge, stop = r"(?<![\w.,/-])", r"(?![\w/]|[.,]\d|-\d)"

    def exact(match: re.Match[str], published: date | None) -> tuple[str, str, bool] | None:
        year, month = match["year"], _month(match["month"], months)
        if language.capitalised and match["month"][0].islower():
            return None
        if year:
            return _day(int(year), month, int(match["day"]), relative=False)
        if published is None:
            return None
        return _nearest(month, int(match["day"]), published)

    article = any_of(language.words("dates", "article"))
    weekday = rf"(?:(?:{_spelled(weekdays)})\.?,?\s+(?:(?:{article})\s+)?)?"
    day = rf"(?P<day>{_DAY})(?:st|nd|rd|th|er|º|ª|\.)?"
    year = rf"(?:(?:,|\s+(?:{linked}))?\s+(?P<year>{_YEAR}))?"
    yield "iso", rf"{edge}(?P<year>{_YEAR})-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d){stop}", _numeric
    yield "day_month", rf"{edge}{weekday}{day}{of}(?P<month>{names})\.?{year}{stop}", exact
    if language.code == "en":
        yield "month_day", rf"{edge}{weekday}(?P<month>{names})\.?\s+(?P<day>{_DAY})(?:st|nd|rd|th)?{year}{stop}", exact
    yield (
        "month_year",
        rf"{edge}(?P<month>{names})\.?,?{of}(?P<year>{_YEAR}){stop}",
        lambda match, _: (f"{match['year']}-{_month(match['month'], months):02}", "month", False),
    )
    first, second = ("month", "day") if language.code == "en" else ("day", "month")
    yield (
        "numeric",
        rf"{edge}(?P<{first}>\d{{1,2}})(?P<sign>[./-])(?P<{second}>\d{{1,2}})(?P=sign)(?P<year>{_YEAR}){stop}",
        _numeric,
    )
    lead = any_of(language.words("dates", "in"))
    percent = any_of(language.words("quantities", "percent"))
    yield (
        "year",
        rf"(?<!\w)(?:(?:{lead})\s+|\()(?P<date>{_YEAR})(?![\w%]|[.,]\d|\s*(?:{percent}))",
        lambda match, _: (match["date"], "year", False),
    )
    last, following = language.words("dates", "last"), language.words("dates", "next")
    beside = any_of([*last, *following, *language.words("dates", "this")])
    if weekdays:
        yield (
            "weekday",
            rf"(?<![\w-])(?:(?P<before>{beside})\s+)?(?P<day>{_spelled(weekdays)})(?:\s+(?P<after>{beside}))?(?![\w-])",
            lambda match, published: _weekday(
                weekdays[_key(match["day"])], match["before"] or match["after"], published, last, following
            ),
        )
    days = {fold(word): shift for word, shift in language.table("days").items()}
    if days:
        yield (
            "day_word",
            rf"(?<![\w-])(?P<day>{any_of(language.table('days'))})(?![\w-])",
            lambda match, published: _shifted(published, days[fold(match["day"])]),
        )
    if units:
        lengths = {fold(unit): code for unit, code in units.items()}
        unit = rf"(?P<unit>{any_of(units)})(?!\w)"
        number = rf"(?P<number>\d{{1,3}}|{any_of(language.table('numbers'))})"

        def ago(match: re.Match[str], published: date | None) -> tuple[str, str, bool] | None:
            return _ago(published, _count(match["number"], language), lengths[fold(match["unit"])])

        before, after = language.words("dates", "ago_before"), language.words("dates", "ago_after")
        if before:
            yield "ago", rf"(?<!\w)(?:{any_of(before)})\s+{number}\s+{unit}", ago
        if after:
            yield "ago", rf"(?<!\w){number}\s+{unit}\s+(?:{any_of(after)})(?!\w)", ago
        relative, noun = any_of([*last, *following]), any_of(units)
        yield (
            "unit",
            rf"(?<!\w)(?:(?P<before>{relative})\s+(?P<unit>{noun})|(?P<noun>{noun})\s+(?P<after>{relative}))(?!\w)",
            lambda match, published: _unit_of(match, published, lengths, last),
        )
        yield (
            "duration",
            rf"(?<![\w.,-]){number}[\s-]+{unit}",
            lambda match, _: (
                _period(_count(match["number"], language), lengths[fold(match["unit"])]),
                "duration",
                False,
            ),
        )


def _unit_of(
    match: re.Match[str], published: date | None, lengths: dict[str, str], last: list[str]
) -> tuple[str, str, bool] | None:
    word = fold(match["before"] or match["after"])
    sign = -1 if word in {fold(known) for known in last} else 1
    return _unit(published, lengths[fold(match["unit"] or match["noun"])], sign)


def _numeric(match: re.Match[str], _: date | None) -> tuple[str, str, bool] | None:
    return _day(int(match["year"]), int(match["month"]), int(match["day"]), relative=False)


def _day(year: int, month: int, day: int, *, relative: bool) -> tuple[str, str, bool] | None:
    try:
        return date(year, month, day).isoformat(), "day", relative
    except ValueError:
        return None


def _nearest(month: int, day: int, published: date) -> tuple[str, str, bool] | None:
    """The date of that day and month that is nearest to publication."""
    candidates = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        return None
    return min(candidates, key=lambda candidate: abs(candidate - published)).isoformat(), "day", True


def _weekday(
    number: int, beside: str | None, published: date | None, last: list[str], following: list[str]
) -> tuple[str, str, bool] | None:
    if published is None:
        return None
    back = (published.weekday() - number) % 7
    word = fold(beside) if beside else ""
    if word and word in map(fold, following):
        return _shifted(published, 7 - back)
    if word and word in map(fold, last) and back == 0:
        back = 7
    return _shifted(published, -back)


def _shifted(published: date | None, days: int) -> tuple[str, str, bool] | None:
    if published is None:
        return None
    try:
        return (published + timedelta(days=days)).isoformat(), "day", True
    except OverflowError:
        return None


def _unit(published: date | None, code: str, sign: int) -> tuple[str, str, bool] | None:
    """Last year, next month."""
    if published is None:
        return None
    if code == "Y":
        return f"{published.year + sign:04}", "year", True
    if code == "M":
        months = published.year * 12 + published.month - 1 + sign
        return f"{months // 12:04}-{months % 12 + 1:02}", "month", True
    if code == "W":
        year, week, _ = (published + timedelta(weeks=sign)).isocalendar()
        return f"{year}-W{week:02}", "week", True
    return None


def _ago(published: date | None, count: int, code: str) -> tuple[str, str, bool] | None:
    if published is None or count > 500:
        return None
    if code in ("D", "W"):
        return _shifted(published, -count * (7 if code == "W" else 1))
    if code == "M":
        months = published.year * 12 + published.month - 1 - count
        return f"{months // 12:04}-{months % 12 + 1:02}", "month", True
    if code in ("Y", "10Y"):
        return f"{published.year - count * (10 if code == '10Y' else 1):04}", "year", True
    return None


def _period(count: int, code: str) -> str:
    if code.startswith("T"):
        return f"PT{count}{code[1]}"
    return f"P{count * 10}Y" if code == "10Y" else f"P{count}{code}"


def _count(word: str, language: Language) -> int:
    return int(word) if word.isdigit() else int(number_words(language)[fold(word)])


def _month(name: str, months: dict[str, int]) -> int:
    return int(name) if name.isdigit() else months[_key(name)]


def _key(name: str) -> str:
    return " ".join(fold(name).strip(".").split())


def _spelled(names: dict[str, int]) -> str:
    """Names are compared without accents, so every letter that may carry one matches with and without."""
    return (
        "|".join(
            "".join(_ACCENTED.get(letter, re.escape(letter)) for letter in name).replace(r"\ ", r"\s+")
            for name in sorted(names, key=lambda name: (-len(name), name))
        )
        or r"(?!)"
    )


_ACCENTED = {
    "a": "[aáàâãäå]",
    "c": "[cç]",
    "e": "[eéèêë]",
    "i": "[iíìîï]",
    "n": "[nñ]",
    "o": "[oóòôõö]",
    "s": "[sš]",
    "u": "[uúùûü]",
}
