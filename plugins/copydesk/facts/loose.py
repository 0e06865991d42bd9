"""Dates that name no day of the calendar: now, daily, several weeks, last spring, Easter, the 20th century.

Values are those of TIMEX3 (ISO-TimeML) where ISO 8601 has no form: ``PRESENT_REF``, ``PXW`` (some weeks), ``1998-SP``
(spring), ``2025-07-11TEV`` (that evening), ``XXXX-WXX-1`` (Mondays).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from copydesk.facts import when
from copydesk.facts.language import AFTER, Language, any_of, fold, meanings
from copydesk.facts.matched import YEAR, Match, Rule, beside, count_pattern
from copydesk.facts.when import Reading


def reference_rules(language: Language) -> Iterator[Rule]:
    """Now, recently, in future: when as seen from the writing."""
    before, after = language.edges
    if words := meanings(language, "references"):
        yield (
            "reference",
            rf"{before}(?<!-)(?P<word>{words.pattern}){after}(?!-\w)",
            lambda here: Reading(words[here["word"]], "reference", True),
        )
    for expression in language.words("dates", "earlier"):
        counted = rf"{count_pattern(language)}[\s-]+(?P<unit>{language.units.pattern})"
        yield "earlier", before + expression.replace("{}", counted) + after, _earlier


def set_rules(language: Language) -> Iterator[Rule]:
    """Daily, every two weeks, twice a year, every Monday."""
    before, after = language.edges
    if words := meanings(language, "sets"):
        yield (
            "set",
            rf"{before}(?P<word>{words.pattern}){after}",
            lambda here: Reading(words[here["word"]], "set"),
        )
    gap = r"\s*" if not before else r"\s+"
    unit = rf"(?P<unit>{language.units.pattern})"
    if every := language.words("dates", "every"):
        lead = rf"{before}(?:{any_of(every, folded=True)}){gap}"
        yield "set", rf"{lead}(?:{count_pattern(language)}{gap})?{unit}{after}", _every
        if language.weekdays:
            yield (
                "set",
                rf"{lead}(?P<day>{language.weekdays.pattern})s?{after}",
                lambda here: Reading(f"XXXX-WXX-{language.weekdays[here['day']] + 1}", "set"),
            )
    if per := language.words("dates", "per"):
        yield "set", rf"{before}(?:{any_of(per, folded=True)}){gap}{unit}{after}(?!\s+\d)", _every
    if counted := language.words("dates", "per_count"):
        times = any_of(language.words("dates", "times"), folded=True)
        yield (
            "set",
            rf"(?:\d|{before}(?:{times}))\s+(?P<date>(?:{any_of(counted, folded=True)})\s+{unit}){after}(?!\s+\d)",
            _every,
        )


def indefinite_rules(language: Language) -> Iterator[Rule]:
    """Several weeks, recent months, for years, half a year, a week."""
    before, after = language.edges
    if not before:
        return
    unit = rf"(?P<unit>{language.units.pattern})"
    if several := language.words("dates", "several"):
        some = any_of(several, folded=True)
        yield (
            "indefinite",
            rf"{before}(?:(?:{beside(language)})\s+)?(?:{some})\s+{unit}(?:\s+(?:{beside(language)}))?{after}",
            _indefinite,
        )
    if lasting := language.words("dates", "lasting"):
        yield "indefinite", rf"{before}(?:{any_of(lasting, folded=True)})\s+(?P<date>{unit}){after}", _indefinite
    if words := meanings(language, "lengths"):
        yield (
            "duration",
            rf"{before}(?P<word>{words.pattern}){after}",
            lambda here: Reading(words[here["word"]], "duration"),
        )
    if halves := language.words("dates", "half"):
        yield (
            "duration",
            rf"{before}(?:{any_of(halves, folded=True)})\s+{unit}{after}",
            lambda here: _half(here.language.units[here["unit"]]),
        )
    counted = rf"{count_pattern(language)}[\s-]+{unit}"
    side = beside(language)
    yield "stretch", rf"{before}(?P<before>{side})\s+{counted}{after}", _stretch
    yield "stretch", rf"{before}{counted}\s+(?P<after>{side}){after}", _stretch


def season_rules(language: Language) -> Iterator[Rule]:
    """Last spring, the summer of 1998; Easter, Christmas; the 20th century."""
    before, after = language.edges
    seasons, side = meanings(language, "seasons"), beside(language)
    linked = any_of(language.words("dates", "of"))
    year = rf"(?:,?\s+(?:(?:{linked})\s+)?(?P<year>{YEAR}))"
    if seasons:
        name = rf"(?P<season>{seasons.pattern})"
        lead = any_of(language.words("dates", "in_season"), folded=True)
        yield "season", rf"{before}(?P<before>{side})\s+{name}{after}", _season
        yield "season", rf"{before}{name}\s+(?P<after>{side}){after}", _season
        yield "season", rf"{before}(?:(?:{lead})\s+)?{name}{year}{after}", _season
        yield "season", rf"{before}(?:{lead})\s+(?P<date>{name}){after}(?!\s+\d)", _season
    if holidays := meanings(language, "holidays"):
        yield "holiday", rf"{before}(?P<holiday>{holidays.pattern}){year}?{after}", _holiday
    for expression in language.words("dates", "century"):
        numbers = any_of(meanings(language, "ordinals"), folded=True) if meanings(language, "ordinals") else r"(?!)"
        roman, figure = r"(?P<roman>[IVX]+)", rf"(?:(?P<figure>\d{{1,2}})(?:st|nd|rd|th|\.)?|(?P<word>{numbers}))"
        yield "century", before + expression.replace("{roman}", roman).replace("{ordinal}", figure) + AFTER, _century


def part_rules(language: Language) -> Iterator[Rule]:
    """This morning, Monday evening, in the afternoon."""
    before, after = language.edges
    parts = meanings(language, "parts")
    if not parts:
        return
    part, gap = rf"(?P<part>{parts.pattern})", r"\s*" if not before else r"\s+"
    if language.weekdays:
        link = any_of([*language.words("dates", "part_lead"), ","], folded=True)
        day = rf"(?P<day>{language.weekdays.pattern})"
        yield "part", rf"{before}{day}\s*(?:(?:{link})\s+)?{part}{after}", _part_of_weekday
    if language.days:
        link = any_of(language.words("dates", "part_lead"), folded=True)
        yield (
            "part",
            rf"{before}(?P<word>{language.days.pattern})\s*(?:(?:{link})\s*)?{part}{after}",
            lambda here: _part(_day_word(here), here),
        )
    if this := language.words("dates", "this"):
        words = any_of([*this, *language.words("dates", "last")], folded=True)
        yield "part", rf"{before}(?P<before>{words}){gap}{part}{after}", _this_part
    if lead := language.words("dates", "part_alone"):
        yield (
            "part",
            rf"{before}(?:{any_of(lead, folded=True)}){gap}(?P<date>{part}){after}",
            lambda here: Reading(f"T{parts[here['part']]}", "part of day"),
        )


def _day_word(here: Match) -> Reading | None:
    return when.day_word(here.published, here.language.days[here["word"]])


def _earlier(here: Match) -> Reading | None:
    """Reports compare with a time before the one they are about, which is mostly that of their publication."""
    code = here.language.units[here["unit"]]
    if here.published is None or code.startswith("T"):
        return Reading("PAST_REF", "reference", True)
    return when.moved(here.published, -here.count, code)


def _every(here: Match) -> Reading:
    length = when.period(here.count, here.language.units[here["unit"]])
    return Reading(length.iso, "set")


def _indefinite(here: Match) -> Reading | None:
    unit = fold(here["unit"])
    if unit not in plural_units(here.language):
        return None
    return when.some(here.language.units[here["unit"]])


def _half(code: str) -> Reading:
    return when.period(0.5, code)


def _stretch(here: Match) -> Reading | None:
    """The last three months: a length, and where publication is known the days that it spans."""
    if not here["number"]:
        return None
    code = here.language.units[here["unit"]]
    return when.stretch(here.count, code, here.sign, here.published)


def _season(here: Match) -> Reading | None:
    season = meanings(here.language, "seasons")[here["season"]]
    if year := here.number("year"):
        return Reading(f"{year}-{season}", "season")
    if here.published is None:
        return Reading(f"XXXX-{season}", "season", True)
    sign = here.sign if here["before"] or here["after"] else 0
    return when.season(season, here.published, sign=sign)


def _holiday(here: Match) -> Reading | None:
    if here["holiday"][0].islower() and not here.language.table("dates").get("small_holidays"):
        return None
    rule = meanings(here.language, "holidays")[here["holiday"]]
    return when.holiday(rule, here.number("year"), here.published, ahead=here.ahead)


def _century(here: Match) -> Reading | None:
    if roman := here["roman"]:
        number = _roman(roman)
    elif here["word"]:
        number = meanings(here.language, "ordinals")[here["word"]]
    else:
        number = int(here["figure"])
    return Reading(f"{number - 1:02}XX", "century") if 0 < number <= 30 else None


_ROMAN = {"I": 1, "V": 5, "X": 10}


def _roman(figures: str) -> int:
    values = [_ROMAN[figure] for figure in figures.upper()]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _part_of_weekday(here: Match) -> Reading | None:
    if not here.capitalised("day"):
        return None
    number = here.language.weekdays[here["day"]]
    if here.published is None:
        return Reading(f"XXXX-WXX-{number + 1}T{_code(here)}", "part of day", True)
    return _part(when.weekday(number, here.published, sign=0, ahead=here.ahead), here)


def _this_part(here: Match) -> Reading | None:
    if here.published is None:
        return Reading("PAST_REF" if here.sign < 0 else "PRESENT_REF", "reference", True)
    return _part(when.shifted(here.published, here.sign), here)


def _part(day: Reading | None, here: Match) -> Reading | None:
    if day is None or day.granularity != "day":
        return day
    return Reading(f"{day.iso.partition('T')[0]}T{_code(here)}", "part of day", True)


def _code(here: Match) -> str:
    return str(meanings(here.language, "parts")[here["part"]])


@cache
def plural_units(language: Language) -> frozenset[str]:
    """Units of which there are several: "years", not "year"; all of them where a language does not tell."""
    units = {fold(unit) for unit in language.units}
    plural = {
        unit for unit in units for ending in ("s", "es", "n", "en", "e") if unit.removesuffix(ending) in units - {unit}
    }
    return frozenset(plural or units) | {fold(unit) for unit in language.words("dates", "plurals")}
