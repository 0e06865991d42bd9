"""Years and their parts: 1996, 2019-2021, the 1990s, Q3 2024, the first half of 2024, the third week of May."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.facts import when
from copydesk.facts.language import AFTER, BEFORE, Language, any_of, fold, meanings
from copydesk.facts.matched import DASH, EDGE, YEAR, Match, Rule
from copydesk.facts.when import Reading


def year_rules(language: Language) -> Iterator[Rule]:
    """Years, spans of years and decades."""
    lead, until = any_of(language.words("dates", "in")), any_of(language.words("quantities", "range"))
    percent = any_of(language.words("quantities", "percent"))
    stop = rf"(?![\w%/]|[.,]\d|-\d|\s*(?:{percent}){AFTER})"
    yield "year", rf"(?<![\w.,/:#$€£-])(?P<lead>(?:{lead})\s+|\()?(?P<date>{YEAR}){stop}", _year_alone
    yield "year", rf"(?<![\w.,/-])(?P<lead>(?:{lead})\s+)(?P<date>1[0-4]\d\d){stop}", _early_year
    between = any_of(language.words("quantities", "range_lead"))
    yield (
        "years",
        rf"{EDGE}(?P<lead>(?:{between})\s+)?(?P<date>(?P<first>{YEAR})(?:{DASH}|\s+(?:{until})\s+)(?P<last>{YEAR}))"
        + stop,
        _years,
    )
    yield "years", rf"{EDGE}(?P<first>{YEAR})/(?P<short>\d\d){stop}", _slashed_years
    for expression in language.words("dates", "decade"):
        decade = expression.replace("{decade}", r"(?P<decade>(?:1[5-9]|20)?\d0)")
        yield "decade", rf"(?<![\w.,/-]){decade}{AFTER}", _decade


def year_part_rules(language: Language) -> Iterator[Rule]:
    """Q3 2024, 2024-H1, the first half of 2024, the third week of May."""
    yield (
        "year_part",
        rf"(?<![\w.,/-])(?:(?P<year>{YEAR})[\s-]?(?P<kind>[QH])(?P<number>[1-4])"
        rf"|(?P<kind_>[QH])(?P<number_>[1-4])(?:\s|\sof\s|-|/)?(?P<year_>{YEAR}))(?![\w/-])",
        _year_part,
    )
    before, after = language.edges
    of, article = any_of(language.words("dates", "of")), any_of(language.words("attributions", "articles"))
    ordinals, halves = meanings(language, "ordinals"), any_of(language.words("dates", "half_years"), folded=True)
    if not ordinals or not before:
        return
    nth, year = rf"(?P<nth>{ordinals.pattern})", rf"(?P<year>{YEAR})"
    yield (
        "half_year",
        rf"{before}{nth}[\s-](?:{halves})\s+(?:(?:{of})\s+)?(?:(?:{article})\s+)?{year}{after}",
        lambda here: (
            Reading(f"{here['year']}-H{int(ordinals[here['nth']])}", "half-year")
            if ordinals[here["nth"]] <= 2
            else None
        ),
    )
    last = any_of(language.words("dates", "last"), folded=True)
    name = rf"(?P<month>{language.months.pattern})"
    yield (
        "week_of",
        rf"{before}(?:{nth}|(?P<last>{last}))\s+(?P<unit>{language.units.pattern})\s+(?:(?:{of})\s+)?(?:(?:{article})\s+)?"
        rf"(?:{name}(?:\s+(?:(?:{of})\s+)?{year})?|(?P<whole>{YEAR})){after}",
        _week_of,
    )


def _year_part(here: Match) -> Reading | None:
    kind, number = (here["kind"] or here["kind_"]).upper(), here["number"] or here["number_"]
    if kind == "H" and number > "2":
        return None
    return Reading(f"{here['year'] or here['year_']}-{kind}{number}", "quarter" if kind == "Q" else "half-year")


def _week_of(here: Match) -> Reading | None:
    """The third week of May, the last week of 2016."""
    if here.language.units[here["unit"]] != "W" or (here["month"] and not here.capitalised("month")):
        return None
    number = int(meanings(here.language, "ordinals")[here["nth"]]) if here["nth"] else 0
    if whole := here.number("whole"):
        return when.week_of_year(whole, number)
    year = here.number("year")
    if year is None:
        if here.published is None:
            return None
        year = when.year_of(here.month, 15, here.published, ahead=here.ahead)
    return when.week_of_month(year, here.month, number)


def _year_alone(here: Match) -> Reading | None:
    """A year: behind "in", or a bare figure that counts nothing and is not round.

    "in 1996", "the 1996 law"; not "2000 soldiers", "about 1990 ships", "10 of the 2000".
    """
    text, end, year = here.match.string, here.match.end("date"), here["date"]
    counted = _COUNTED.match(text, end)
    stop = here.language.words("quantities", "stop")
    plural = bool(counted and counted[1][-1] == "s" and counted[1].islower() and fold(counted[1]) not in stop)
    if here["lead"]:
        ok = not (plural and year.endswith("00"))
    else:
        before = text[max(0, here.match.start("date") - 30) : here.match.start("date")]
        articled = bool(_ARTICLED.search(before))
        ok = (
            not year.endswith("00")
            and 1900 <= int(year) <= 2035
            and not (plural and not articled)
            and not _qualified(here.language).search(before)
            and not _NAMED.search(before)
        )
    return Reading(year, "year") if ok else None


def _early_year(here: Match) -> Reading | None:
    """A year of the Middle Ages: more often than not such a figure counts something."""
    counted = _COUNTED.match(here.match.string, here.match.end("date"))
    stop = here.language.words("quantities", "stop")
    if here["date"].endswith("0") or (counted and fold(counted[1]) not in stop and counted[1][0].islower()):
        return None
    return Reading(here["date"], "year")


_COUNTED = re.compile(r"[ \u00a0]([^\W\d_]+)")
_ARTICLED = re.compile(r"\b(?:the|its|his|her|their|’s|'s)\s$", re.I)
_NAMED = re.compile(r"(?:[#§]|\b(?:No|Nr|n[.º°]|page|p|room|flight|route|version))\.?\s?$", re.I)


@cache
def _qualified(language: Language) -> re.Pattern[str]:
    words = [word for known in language.table("qualifiers").values() for word in known]
    return re.compile(rf"{BEFORE}(?:{any_of(words)})\s+$", re.I)


def _years(here: Match) -> Reading | None:
    first, last = int(here["first"]), int(here["last"])
    return Reading(f"{first}/{last}", "year") if first < last else None


def _slashed_years(here: Match) -> Reading | None:
    """A season or a school year: 2005/06."""
    first = int(here["first"])
    return Reading(f"{first}/{first + 1}", "year") if (first + 1) % 100 == int(here["short"]) else None


def _decade(here: Match) -> Reading | None:
    decade = here["decade"]
    return Reading(f"{decade[:-1] if len(decade) == 4 else '19' + decade[0]}X", "decade")
