"""Dates as pages show them to readers, with the names that CLDR has for the months."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

_DASHED = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CHINESE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})( ?[./|-] ?)(\d{1,2})\2((?:19|20)\d\d|\d\d)(?!\d)")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)([-/]?)(\d{1,2})\2(\d{1,2})(?=[-/_.]|$)")
_MONTH_FIRST = {"en-US", "en-PH", "en"}
"""Where 3/4/2026 is in March."""


def dates_in(text: str, language: str | None) -> Iterator[date]:
    """The dates with day and year that a text shows, as a language writes them, in no order of trust."""
    if not any(map(str.isdigit, text)):
        return
    for pattern in (_DASHED, _CHINESE):
        for match in pattern.finditer(text):
            yield from _date(int(match[1]), int(match[2]), int(match[3]))
    if _YEAR.search(text):
        yield from _named(text, language)
    for match in _SHORT.finditer(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if year < 100 else 0
        if match[2].strip() == "/" and (language or "en") in _MONTH_FIRST and first <= 12:
            first, second = second, first
        yield from _date(year, second, first)


def date_in_address(url: str) -> date | None:
    """The day that an article's address names: ``/2026/11/23/``, ``/20261123-``."""
    for match in _IN_ADDRESS.finditer(url):
        if match[2] or len(match[3]) == len(match[4]) == 2:
            return next(_date(int(match[1]), int(match[3]), int(match[4])), None)
    return None


def month_names() -> frozenset[str]:
    """The names of months in the languages of news pages, in lower case."""
    return frozenset(_all_names())


def own_months_of(code: str) -> dict[str, int]:
    """The names of a language's months, in lower case and without full stops, by their numbers."""
    return _names().get(code, {})


def months_of(code: str) -> Mapping[str, int]:
    """The names of a language's months and of English ones, in lower case and without full stops, by their numbers."""
    return own_months_of("en") | own_months_of(code)


def weekdays_of(code: str) -> Mapping[str, int]:
    """The names of a language's weekdays and of English ones, in lower case, by their numbers: 0 for Monday."""
    return own_weekdays_of("en") | own_weekdays_of(code)


def own_weekdays_of(code: str, *, short: bool = False) -> dict[str, int]:
    """The names or the abbreviations of a language's weekdays, as :func:`own_months_of`."""
    return _table("short_weekdays.tsv" if short else "weekdays.tsv").get(code, {})


def _named(text: str, language: str | None) -> Iterator[date]:
    for code in dict.fromkeys((language.split("-")[0].lower(), "en") if language else ("",)):
        names, pattern = _months(code)
        for match in pattern.finditer(text):
            if day := match["day"] or match["after"]:
                yield from _date(int(match["year"]), names[_plain(match["month"])], int(day))


@cache
def _months(code: str) -> tuple[dict[str, int], re.Pattern[str]]:
    """The names of a language's months, and what dates with them look like; of all languages where none is given."""
    names = _names().get(code, {}) if code else _all_names()
    return names, re.compile(
        rf"(?:(?<!\d)(?P<day>\d{{1,2}})(?:\.|º|er|st|nd|rd|th)?[\s-]*(?:de\s+|of\s+)?)?(?<![^\W\d])(?P<month>{_any_of(names)})(?!\w)\.?"
        r"(?:[\s-]+(?P<after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:\s+del?|,|\s+of)?[\s-]*(?P<year>(?:19|20)\d\d)(?!\d)",
        re.I,
    )


def _any_of(names: Iterable[str]) -> str:
    """A pattern of names, the longest first. By their first letters, since there are a thousand in all languages."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items()) or "(?!)"


def _names() -> dict[str, dict[str, int]]:
    return _table("months.tsv")


@cache
def _table(name: str) -> dict[str, dict[str, int]]:
    """By language, the names of its months or weekdays with their numbers."""
    found: dict[str, dict[str, int]] = {}
    for line in files("copydesk.metadata").joinpath("data", name).read_text("utf-8").splitlines()[2:]:
        code, word, number = line.split("\t")
        found.setdefault(code, {})[word] = int(number)
    return found


@cache
def _all_names() -> dict[str, int]:
    """The names that mean one month in all languages that have them: Polish and Croatian disagree on "listopad"."""
    meanings: dict[str, set[int]] = {}
    for names in _names().values():
        for name, number in names.items():
            meanings.setdefault(name, set()).add(number)
    return {name: min(numbers) for name, numbers in meanings.items() if len(numbers) == 1}


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _date(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
