"""Times of day: 10:35 a.m., 19h30, 9 Uhr, a las siete; as ``T10:35``."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.facts.language import AFTER, BEFORE, Language, any_of, meanings, shared_table
from copydesk.facts.matched import Match, Rule
from copydesk.facts.numerals import parse_number
from copydesk.facts.when import Reading

_HOUR, _MINUTE = r"(?P<hour>[01]?\d|2[0-4])", r"(?P<minute>[0-5]\d)"
_SECOND = r"(?::(?P<second>[0-5]\d))?"
_EDGE = r"(?<![\w.,:/$€£-])"


def clock_rules(language: Language) -> Iterator[Rule]:
    half = r"(?P<half>[ap])\.?\s?m\b\.?"
    yield "time", _range(language), _times
    if named := meanings(language, "clock_words"):
        before, after = language.edges
        expression = rf"{before}(?P<clock>{named.pattern}){after}"
        capital = language.code == "de"
        # "High Noon" is a film.
        yield (
            "clock_word",
            expression,
            lambda here: Reading(named[here["clock"]], "time") if capital or here["clock"][0].islower() else None,
        )
    if minutes := language.words("dates", "clock_minutes"):
        # 午後3時30分, 오전 11시 반
        part = meanings(language, "parts").pattern
        noun, thirty = (any_of(language.words("dates", name)) for name in ("clock_after", "clock_half"))
        yield (
            "time",
            rf"(?<!\d)(?:(?P<part>{part})の?\s?)?(?P<hour>[01]?\d|2[0-4])\s?(?:{noun})(?![間间])"
            rf"(?:\s?(?:(?P<minute>[0-5]?\d)\s?(?:{any_of(minutes)})|(?P<thirty>{thirty})))?",
            _east_asian,
        )
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


def _range(language: Language) -> str:
    """From one time to another, of which one may be a bare hour: 10-11:30, from 7 to 8 p.m."""
    until, also, lead = (any_of(language.words("quantities", name)) for name in ("range", "range_and", "range_lead"))
    ends = [
        rf"(?P<hour{n}>[01]?\d|2[0-4])(?:[:.](?P<minute{n}>[0-5]\d))?(?:\s?(?P<half{n}>[ap])\.?\s?m\b\.?)?"
        for n in (1, 2)
    ]
    between = rf"(?:\s?[-–—~]\s?|\s+(?:{until})\s+|(?<=\w)\s+(?P<also>{also})\s+)"
    return rf"{_EDGE}(?P<lead>(?:{lead})\s+)?(?P<date>{ends[0]}{between}{ends[1]})(?![\w:/%-]|[.,]\d)"


def _times(here: Match) -> Reading | None:
    marked = here["minute1"] or here["minute2"] or here["half1"] or here["half2"]
    # "2-1:30" is no range of hours, but "from 2 to 1:30" and "2-1:30 p.m." are.
    if not marked or (here["also"] and not here["lead"]) or not (here["half2"] or here["lead"]):
        return None
    first, last = int(here["hour1"]), int(here["hour2"])
    late = here["half2"].lower()
    # "7 to 8 p.m." are both after noon, "11 to 2 p.m." are not.
    early = here["half1"].lower() or (late if first % 12 < last % 12 else "a" if late else "")
    hours = [hour % 12 + (12 if half == "p" else 0) if half else hour for hour, half in ((first, early), (last, late))]
    times = [
        f"T{hour:02}" + (f":{here[minute]}" if here[minute] else "")
        for hour, minute in zip(hours, ("minute1", "minute2"), strict=True)
    ]
    return Reading("/".join(times), "time") if times[0] != times[1] else None


def clock_lead_rules(language: Language) -> Iterator[Rule]:
    """What a preposition makes a time, where without it would be a length: à 16 heures."""
    if leads := language.words("dates", "clock_at"):
        words, noun = any_of(_numbers(language, 24), folded=True), any_of(language.words("dates", "clock_after"))
        yield (
            "time",
            rf"{BEFORE}(?:{any_of(leads)})\s+(?P<date>(?:{_HOUR}|(?P<spelt>{words}))\s(?:{noun}))(?!\w)",
            lambda here: Reading(f"T{int(here['hour'] or parse_number(here['spelt'], here.language) or 0):02}", "time"),
        )


def _east_asian(here: Match) -> Reading | None:
    hour, part = int(here["hour"]), meanings(here.language, "parts").get(here["part"]) if here["part"] else None
    if part in ("AF", "EV", "NI") and hour < 12:
        hour += 12
    elif part == "MO" and hour == 12:
        hour = 0
    minute = "30" if here["thirty"] else here["minute"]
    return Reading(f"T{hour:02}" + (f":{int(minute):02}" if minute else ""), "time")


def _hours(language: Language) -> list[str]:
    return _numbers(language, 12)


def _numbers(language: Language, most: int) -> list[str]:
    return [
        word for word, number in language.table("numbers").items() if isinstance(number, int) and 0 < number <= most
    ]


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
