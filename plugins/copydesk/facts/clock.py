"""Times of day: 10:35 a.m., 19h30, 9 Uhr, a las siete; as ``T10:35``."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.facts.language import AFTER, BEFORE, Language, any_of, shared_table
from copydesk.facts.matched import Match, Rule
from copydesk.facts.numerals import parse_number
from copydesk.facts.when import Reading

_HOUR, _MINUTE = r"(?P<hour>[01]?\d|2[0-4])", r"(?P<minute>[0-5]\d)"
_SECOND = r"(?::(?P<second>[0-5]\d))?"
_EDGE = r"(?<![\w.,:/$€£-])"


def clock_rules(language: Language) -> Iterator[Rule]:
    half = r"(?P<half>[ap])\.?\s?m\b\.?"
    yield "time", rf"{_EDGE}{_HOUR}(?:[:.]{_MINUTE}{_SECOND})?\s?{half}", _time
    yield "time", rf"{_EDGE}{_HOUR}:{_MINUTE}{_SECOND}(?![\w:/]|[.,]\d)", _time
    if signs := language.words("dates", "clock_sign"):
        sign = any_of(signs)
        yield "time", rf"{_EDGE}{_HOUR}\s?(?:{sign})\s?(?:{_MINUTE}(?:m|min)?)?(?![\w:/-])", _time
    if nouns := language.words("dates", "clock_after"):
        words = any_of(_hours(language), folded=True)
        noun = rf"(?:{any_of(nouns, folded=True)}){AFTER}"
        yield "time", rf"{_EDGE}(?:{_HOUR}(?:[:.]{_MINUTE})?|(?P<word>{words}))\s?{noun}", _time
    if leads := language.words("dates", "clock_before"):
        words = any_of(_hours(language), folded=True)
        lead = any_of(leads, folded=True)
        yield (
            "time",
            rf"{BEFORE}(?:{lead})\s+(?P<date>(?:{_HOUR}(?:[:.]{_MINUTE})?|(?P<word>{words})))(?![\w:/%-]|[.,]\d|\s+(?:{_nouns()}))",
            _time,
        )


def _hours(language: Language) -> list[str]:
    return [word for word, number in language.table("numbers").items() if isinstance(number, int) and 0 < number <= 12]


def _nouns() -> str:
    return any_of(shared_table("units")["symbols"])


def _time(here: Match) -> Reading | None:
    hour = int(here["hour"]) if here["hour"] else int(parse_number(here["word"], here.language) or 0)
    half = here["half"].lower()
    if half and not 0 < hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    parts = [f"{hour:02}", *(here[group] for group in ("minute", "second") if here[group])]
    return Reading("T" + ":".join(parts), "time")
