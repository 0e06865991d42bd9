"""Datelines: where, when and by whom a report was filed, as its first words say it.

"WONSAN, North Korea, July 12 (Reuters) –", "NEW DELHI:", "São Paulo, 12 jul (Lusa) -", "新华社北京7月12日电". Parts are
a place, a day and an agency in any order, up to the dash, the colon or the bracket that ends them. Words are data:
months from CLDR, agencies from the registry, forms of their own in ``data/datelines.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from copydesk.metadata.dates import months_of, weekdays_of
from copydesk.metadata.registry import lookup
from copydesk.metadata.words import any_of

LONGEST = 130
"""Characters."""
_PLACE = 60
"""Characters of the place; Honiara, Guadalcanal Province, Solomon Islands has 46."""
_PLACE_WORDS = 8
_CREDIT = 80
_AHEAD = timedelta(days=2)
"""Clocks and zones differ; a report is not filed after it was published."""
_END = re.compile(r"\s?(?:--+|[—–―]|\s-|-\s|\.-|=|:(?!\d)|\.(?=\s+[-—–]\s?))(?:\s|(?=[^\W\d]))|(?<=[)\]/])\.?\s+(?=\S)")
"""What a dateline may end with."""
_BRACKETED = re.compile(r"\s*(?:\((?P<round>[^()]{2,60})\)|\[(?P<square>[^\[\]]{2,60})\]|/(?P<slashes>[^/]{2,60})/)\s*")
_PARTS = re.compile(r"\s*[,،、;]\s*")
_AGENCIES = re.compile(r"\s*[/&+,]\s*|\s+(?:and|y|e|et|und|og|och|en|und|i|и|és)\s+|(?<=[a-z])-(?=[A-Z])")
_ONLY_YEAR = re.compile(r"(?:19|20)\d\d\.?")
_YEAR = r"(?:,?\s*(?P<year>(?:19|20)\d\d))?"


@dataclass(frozen=True, slots=True)
class Dateline:
    """The beginning of a text that is a dateline. At least two of its parts are there, or a place in capitals."""

    start: int
    end: int
    text: str
    place: str | None = None
    """As the text has it."""
    date: date | None = None
    agencies: tuple[str, ...] = ()
    """Names in the registry; of a joint report several."""
    dated: bool = False
    """Whether it names a day, though perhaps not of which year."""


def read_dateline(
    text: str,
    *,
    language: str | None = None,
    published: date | None = None,
    is_known: Callable[[str], bool] | None = None,
) -> Dateline | None:
    """The dateline that a text begins with.

    ``published`` tells the year of its day, which is left out without it. A place alone, in capitals, is one where
    ``is_known`` says so of it.
    """
    start = len(text) - len(text.lstrip())
    head = text[start : start + LONGEST]
    head = head.split("\n\n")[0].replace("\n", " ")
    code = (language or "en").split("-")[0].lower()
    found = _by_pattern(head, published) or _by_parts(head, code, published)
    if found and not (found.date or found.dated or found.agencies) and not (is_known and is_known(found.place or "")):
        return None
    return found and replace(found, start=start, end=start + found.end, text=text[start : start + found.end])


def credited(text: str) -> tuple[int, int, tuple[str, ...]] | None:
    """Where a text's last line is nothing but a credit to agencies, "(PTI)", its place and their names."""
    end = len(text.rstrip())
    start = max(text.rfind("\n", 0, end) + 1, end - _CREDIT)
    line = text[start:end]
    core = line.strip(" \t-–—()[]/.©|*=")
    names = _agencies(core) if core and text[:start].strip() else ()
    return (start + len(line) - len(line.lstrip()), end, names) if names else None


def _by_pattern(head: str, published: date | None) -> Dateline | None:
    for pattern in _patterns():
        if match := pattern.match(head):
            said = match.groupdict()
            known = lookup(said.get("agency") or "")
            if said.get("agency") and not known:
                continue
            month = int(said["month"]) if said.get("month") else None
            day = _dated(int(said["day"]), month, None, published) if said.get("day") else None
            return Dateline(
                0, match.end(), "", said.get("place"), day, (known.name,) if known else (), bool(said.get("day"))
            )
    return None


def _by_parts(head: str, code: str, published: date | None) -> Dateline | None:
    for end in _END.finditer(head):
        found = _parsed(head[: end.start()], code, published)
        if found:
            stop = end.end() if end[0].strip() else end.start()
            whole = replace(found, end=len(head[:stop].rstrip()))
            return _with_agency_after(head, stop, whole)
        if end.start() > _PLACE and found is None and "(" not in head[: end.start()]:
            break
    return None


def _with_agency_after(head: str, at: int, found: Dateline) -> Dateline:
    """МОСКВА, 12 июл - РИА Новости. - and "NEW YORK, July 12 /PRNewswire/ --"."""
    if found.agencies:
        return found
    for end in _END.finditer(head, at):
        names = _agencies(head[at : end.start()].strip(" ./()[]"))
        return replace(found, agencies=names, end=len(head[: end.end()].rstrip())) if names else found
    sentence, stop, _ = head[at:].partition(". ")
    names = _agencies(sentence.strip()) if stop and len(sentence) < _PLACE // 2 else ()
    return replace(found, agencies=names, end=at + len(sentence) + 1) if names else found


def _parsed(head: str, code: str, published: date | None) -> Dateline | None:
    """The parts of what stands before a dateline's end; None where anything else is among them."""
    agencies: tuple[str, ...] = ()
    said: list[str] = []
    at = 0
    for match in _BRACKETED.finditer(head):
        names = _agencies(match["round"] or match["square"] or match["slashes"])
        if names:
            agencies += names
            said.append(head[at : match.start()])
            at = match.end()
    said.append(head[at:])
    place: list[str] = []
    said_day: tuple[int, int | None, int | None] | None = None
    said_year: int | None = None
    weekday: int | None = None
    for part in (part.strip() for piece in said for part in _PARTS.split(piece)):
        if said_day and _ONLY_YEAR.fullmatch(part):
            said_year, part = int(part[:4]), ""
        name, found = _day_in(part, code)
        if found and not said_day:
            said_day, part = found, name
        if part and (on := _weekday_of(part, code)) is not None:
            weekday, part = on, ""
        elif not agencies and place and (names := _agencies(part)):
            agencies, part = names, ""
        if part:
            place.append(part)
    where = ", ".join(place)
    if where and not _is_place(place):
        return None
    dated = said_day is not None or weekday is not None
    if sum((bool(where), dated, bool(agencies))) < 2 and not (where and _shouted(where)):
        return None
    day = None
    if said_day:
        number, month, year = said_day
        day = _dated(number, month, year or said_year, published)
    elif weekday is not None and published:
        day = published - timedelta(days=(published.weekday() - weekday) % 7)
    return Dateline(0, 0, "", where or None, day, tuple(dict.fromkeys(agencies)), dated)


def _agencies(text: str) -> tuple[str, ...]:
    """The agencies that a credit names, if it names nothing else."""
    whole = lookup(text)
    if whole:
        return (whole.name,) if whole.kind == "agency" else ()
    found = [lookup(part) for part in _AGENCIES.split(text) if part]
    if len(found) < 2 or not all(known and known.kind == "agency" for known in found):
        return ()
    return tuple(known.name for known in found if known)


def _day_in(part: str, code: str) -> tuple[str, tuple[int, int | None, int | None] | None]:
    """A part without the day in it, and that day, month and year: "PARIS 12 juillet 2024"."""
    match = _days(code).search(part)
    if not match:
        return part, None
    name = match["month"] or match["later"]
    month = months_of(code).get(name.lower().rstrip(".")) if name else int(match["number"] or 0) or None
    day = int(match["day"] or match["after"] or match["numbered"])
    if not 1 <= day <= 31 or (month and month > 12):
        return part, None
    year = int(match["year"] or match["first"] or 0)
    rest = f"{part[: match.start()]} {part[match.end() :]}".strip()
    return rest, (day, month, year or None)


def _weekday_of(part: str, code: str) -> int | None:
    """The day of the week, 0 for Monday, where a part is nothing but its name: "Friday", "am Freitag"."""
    words = part.lower().split()
    if len(words) > 1 and words[0] in _rules()["before_day"]:
        words = words[1:]
    return weekdays_of(code).get(" ".join(words))


@cache
def _days(code: str) -> re.Pattern[str]:
    months, before, of = any_of(months_of(code)), any_of(_rules()["before_day"]), any_of(_rules()["of"])
    return re.compile(
        rf"(?:(?<!\w)(?:{before})\s+)?(?<!\w)(?:"
        rf"(?:(?P<first>(?:19|20)\d\d)\.?\s+)?(?P<month>{months})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?"
        rf"|(?P<after>\d{{1,2}})(?:\.|er|º|st|nd|rd|th)?\s*(?:(?:{of})\s*)?(?P<later>{months})\.?"
        rf"|(?P<numbered>\d{{1,2}})[./](?P<number>\d{{1,2}})\.?"
        rf")(?!\w){_YEAR}",
        re.I,
    )


def _dated(day: int, month: int | None, year: int | None, published: date | None) -> date | None:
    """The day; where it says no year or month, in the last before the publication."""
    if year is None and published is None:
        return None
    near = published or date(year or 1, 1, 1)
    tries = [
        (tried_year, tried_month)
        for tried_year in ([year] if year else [near.year - 1, near.year, near.year + 1])
        for tried_month in ([month] if month else range(1, 13))
    ]
    days = [found for tried in tries if (found := _day(*tried, day)) and (year or found <= near + _AHEAD)]
    return max(days, default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_place(parts: list[str]) -> bool:
    """Whether these are written as a place is: some words, the first of each part with a capital."""
    words = " ".join(parts).split()
    if len(words) > _PLACE_WORDS or len(parts) > 4 or sum(map(len, parts)) > _PLACE:
        return False
    return all(_is_name(part) for part in parts)


def _is_name(part: str) -> bool:
    words = re.split(r"[\s-]+", part)
    if (
        not (words[0] and words[-1])
        or words[0].lower() in _never_first()
        or any(not re.fullmatch(r"[^\W\d_][\w.'’&]*", word) for word in words if word)
    ):
        return False
    if not any(map(str.isupper, part)) and not any(map(str.islower, part)):
        return len(part) <= 20  # a script without capitals
    return words[0][0].isupper() and all(
        not word or word[0].isupper() or word.lower() in _particles() for word in words
    )


def _shouted(place: str) -> bool:
    """Whether a place alone is written so that it must be a dateline."""
    return place.isupper() and sum(map(str.isalpha, place)) > 3


@cache
def _particles() -> frozenset[str]:
    return frozenset(_rules()["particles"].split())


@cache
def _never_first() -> frozenset[str]:
    return frozenset(_rules()["never_first"].split())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["regex"]) for row in _rules()["pattern"])


@cache
def _rules() -> dict[str, Any]:
    return tomli.loads(files("copydesk.metadata").joinpath("data/datelines.toml").read_text("utf-8"))
