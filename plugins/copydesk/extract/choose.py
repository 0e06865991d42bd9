"""One value for each field out of all that a page says: title, authors, times, outlet, language, tags.

Every choice goes by who tells it: the page's own JSON-LD, its meta tags, its microdata, what readers see, its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from copydesk.extract.blocks import Blocks
from copydesk.extract.head import Head, rules, site_of
from copydesk.extract.lexicon import words_of_names
from copydesk.formats.fields import moment
from copydesk.metadata.byline import is_led, is_person, split_byline
from copydesk.metadata.dates import date_in_address, dates_in, month_names
from copydesk.metadata.registry import lookup
from copydesk.model import Evidence

_WORD = re.compile(r"\w+")
_PARTING = re.compile(r"\s+[|–—\-·•»:/]+\s+|\s*[|»]\s*|\s::\s")
"""What stands between a title and the outlet's name."""
_SIGNS = " |–—·•/"
_SAME_HEADING = 0.15
"""Words that the page's only heading must share with its title to be the headline; editors word the two differently."""
_SHORTEST = 8
"""Letters of a heading that is found in a title by more than chance."""
_SECTION = 25
"""Characters after "|" that are no part of a title, whatever they are."""
_SHORT_TITLE = 20
_LONGEST_NAME = 60
"""Characters of an outlet's name."""
_TELLING = 8
"""Letters from which the beginning or end of an outlet's name is told from a word, if it is …"""
_MOST = 0.6
"""… so much of the name."""
_AROUND = 15
"""Blocks before the article's first in which its byline and its date stand."""
_BESIDE = 6
"""Blocks before and after the text in which an agency is credited."""
_CREDIT = 60
_WRAPPING = " \t()[]/–—-.,:|"
_MAX_LINES = 50
_CLOCK_LINES = 5
_DATELINE = 40
"""Characters at the beginning of the text in which its own date stands."""
_LINE = 150
"""Characters of a line that is a byline or a date."""
_NAME_ENDS = re.compile(r"\d|[|•·(\[\n@/–—]|\s-\s|https?:", re.I)
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:.h]([0-5]\d)(?::\d\d)?(?![\d:]|\.\d)\s*([ap]\.?m)?", re.I)
_SAME_INSTANT = timedelta(minutes=2)
_ZONE_STEP = 30
_FARTHEST_ZONE = 14 * 60
_DIGITS = re.compile(r"\d\d")
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d$")
_EARLIEST = date(1990, 1, 1)


def choose_title(head: Head) -> Evidence | None:
    """The headline that readers see where the page's head confirms it, else what the head says."""
    said = head.linked_data.title if head.linked_data else None
    meta = [value for value, _ in head.named("title")][:2]
    titles = [value for value in (said, *meta) if value]
    named = (site_of(value) for value, _ in head.named("outlet") if value not in titles)
    outlet = [*named, head.host, max(head.host.split("."), key=len)]
    headings = [heading for heading in head.headings if not _is_outlet(heading, outlet)]
    best = _confirmed(headings, titles, head.title)
    if best:
        return Evidence("title", best, "page: heading", 0.95)
    if len(headings) == 1 and any(
        _likeness(headings[0], _without_outlet(value, outlet)) >= _SAME_HEADING for value in (*titles, head.title)
    ):
        return Evidence("title", headings[0], "page: heading", 0.7)
    candidates = [
        (said, "page: JSON-LD", 0.9),
        *((value, "page: microdata", 0.85) for value in head.properties.get("headline", ())[:1]),
        *((value, "page: meta", 0.85) for value in meta[:1]),
        *((value, "page: heading", 0.5) for value in headings if len(headings) == 1),
        (head.title, "page: title", 0.6),
    ]
    for value, origin, confidence in candidates:
        if value and (title := _without_outlet(value, outlet)):
            return Evidence("title", title, origin, confidence)
    return None


def _confirmed(headings: Iterable[str], titles: Sequence[str], window: str) -> str:
    """The longest heading that a title holds."""
    whole, begins = [_fold(value) for value in titles], _fold(window)
    found = [
        heading
        for heading in headings
        if len(folded := _fold(heading)) >= _SHORTEST
        and (any(folded in value for value in whole) or begins.startswith(folded))
    ]
    return max(found, key=len, default="")


def choose_authors(head: Head, visible: Sequence[str], outlet: str | None) -> tuple[tuple[str, ...], str]:
    """The authors as the page has them and who says so; persons before desks, desks before nothing."""
    item = head.linked_data
    candidates: list[tuple[Iterable[str], str]] = [(item.authors if item else (), "page: JSON-LD")]
    by_name: dict[str, list[str]] = {}
    labels = rules()["labels"]["author"]
    for value, name in head.named("author"):
        if name != "twitter:data1" or _fold(" ".join(value for value, _ in head.named("author_label"))) in map(
            _fold, labels
        ):
            by_name.setdefault(name, []).append(value)
    candidates += [(values, "page: meta") for values in by_name.values()]
    candidates.append((head.authors[:1], "page: link"))
    candidates.append((head.properties.get("author", ())[:2], "page: microdata"))
    candidates.append((visible, "page: byline"))
    fallback: tuple[tuple[str, ...], str] = ((), "")
    site = {_fold(name) for name in (outlet, head.host) if name}
    for values, origin in candidates:
        names = tuple(dict.fromkeys(name for value in values for name in split_byline(_before_details(value))))
        if any(is_person(name) and " " in name and _fold(name) not in site for name in names):
            return names, origin
        if names and not fallback[0]:
            fallback = names, origin
    return fallback


def visible_bylines(page: Blocks, first: int, last: int) -> list[str]:
    """The line around an article that names its author: led in by a word such as "by", or marked up as a byline."""
    near = [*range(first - 1, first - _AROUND, -1), *range(first, first + 4), *range(last + 1, last + 4)]
    marked: list[str] = []
    for index in near:
        if not 0 <= index < len(page) or len(text := page.text[index]) > _LINE:
            continue
        led = is_led(text)
        if not led and marked:
            continue
        if (led or _is_named(page, index, "author")) and any(map(_reads_as_name, split_byline(_before_details(text)))):
            if led:
                return [text]
            marked.append(text)
    return marked[:1]


def visible_credits(page: Blocks, kept: Sequence[bool], first: int, last: int) -> tuple[str, ...]:
    """The agencies that stand alone in a line beside the text ("dpa", "(Reuters)"), which is no part of it."""
    around = [*range(first - _BESIDE, first), *range(last + 1, last + 1 + _BESIDE)]
    lines = [page.text[index] for index in around if 0 <= index < len(page) and not kept[index]]
    found = (lookup(line.strip(_WRAPPING)) for line in lines if len(line) <= _CREDIT)
    return tuple(dict.fromkeys(known.name for known in found if known and known.kind == "agency"))


def visible_dates(page: Blocks, first: int) -> Iterator[str]:
    """The lines that may show an article's date: near its beginning those marked up as dates, then the others."""
    near = range(max(0, first - _AROUND), min(len(page), first + _AROUND))
    lines = [index for index in sorted(near, key=lambda index: abs(index - first)) if _may_be_dated(page.text[index])]
    marked = [_is_named(page, index, "date") for index in lines]
    yield from (page.text[index] for index, mark in zip(lines, marked, strict=True) if mark)
    yield from (page.text[index] for index, mark in zip(lines, marked, strict=True) if not mark)
    far = (text for index, text in enumerate(page.text) if index not in near)
    yield from islice(filter(_may_be_dated, far), _MAX_LINES)


def _may_be_dated(line: str) -> bool:
    return len(line) <= _LINE and _DIGITS.search(line) is not None


def _is_named(page: Blocks, block: int, role: str) -> bool:
    """Whether the class names of a block's element, or of the one around it, say that it is a byline or a date."""
    elements, element = page.elements, page.element[block]
    around = elements.parent[element]
    names = f"{elements.names[element]} {elements.names[around] if around >= 0 else ''}"
    words: tuple[str, ...] = tuple(rules()["names"][role])
    low = names.lower()
    return any(word in low for word in words) and any(word.startswith(words) for word in words_of_names(names))


def _reads_as_name(name: str) -> bool:
    """Whether it is written as a name: a few words with capitals, or a few letters of a script without."""
    words = name.split()
    if len(words) == 1 and not name.isascii() and not name[:1].isupper():
        return 2 <= len(name) <= 5
    return 2 <= len(words) <= 5 and words[0][:1].isupper() and words[-1][:1].isupper() and is_person(name)


def choose_published(head: Head, page: Blocks, first: int) -> Evidence | None:
    """The time of publication, ISO 8601: as precise and in the zone as the page has it best."""
    item = head.linked_data
    candidates: list[tuple[str, str, float]] = []
    if item and item.published:
        candidates.append((_iso(item.published), "page: JSON-LD", 0.95))
    candidates += _times([value for value, _ in head.named("published")][:4], "page: meta", 0.9)
    candidates += _times(head.properties.get("datepublished", ())[:2], "page: microdata", 0.9)
    if not candidates:
        candidates += _times(head.stated[:2], "page: JSON-LD", 0.7)
    in_address = date_in_address(head.url or "")
    if in_address and not candidates:
        candidates.append((in_address.isoformat(), "page: address", 0.8))
    candidates += _times(head.times[:3], "page: time", 0.7)
    if not candidates:
        candidates += [
            (found.isoformat(), "page: visible", 0.6)
            for line in (*visible_dates(page, first), page.text[first][:_DATELINE] if page.text else "")
            for found in dates_in(line, head.language)
            if _plausible(found)
        ][:1]
    if not candidates:
        candidates += _times((value for value, _ in head.named("modified")), "page: modified", 0.4)
        if item and item.updated:
            candidates.append((_iso(item.updated), "page: modified", 0.4))
    if not candidates:
        return None
    value, origin, confidence = candidates[0]
    others = [other for other, _, _ in candidates[1:]] + head.times[:3]
    return Evidence(
        "published",
        _most_precise(value, others, islice(visible_dates(page, first), _CLOCK_LINES), head.language),
        origin,
        confidence,
    )


def choose_modified(head: Head) -> str | None:
    item = head.linked_data
    if item and item.updated:
        return _iso(item.updated)
    values = [value for value, _ in head.named("modified")] + head.properties.get("datemodified", [])
    return next((value for value, _, _ in _times(values, "", 1.0)), None)


def choose_outlet(head: Head) -> str | None:
    item = head.linked_data
    return next((value for value, _ in head.named("outlet") if len(value) < 80), None) or (
        item.outlet if item else None
    )


def choose_tags(head: Head) -> tuple[str, ...]:
    item = head.linked_data
    if item and item.keywords:
        return item.keywords
    values = (part.strip() for value, _ in head.named("tags") for part in value.split(","))
    return tuple(dict.fromkeys(value for value in values if value))[:50]


def choose_url(head: Head) -> str | None:
    """The canonical address, where it is one of the web and not the site's front page."""
    for value in (head.canonical, *(value for value, _ in head.named("url"))):
        try:
            found = urljoin(head.url or "", value) if value else ""
            parts = urlsplit(found)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname and (parts.path.strip("/") or parts.query):
            return found
    return head.url


def _times(values: Iterable[str], origin: str, confidence: float) -> Iterator[tuple[str, str, float]]:
    for value in values:
        found = moment(value)
        if found and _plausible(found.date()):
            yield (value if _DATE_ONLY.match(value) else _iso(found)), origin, confidence


def _most_precise(value: str, others: Iterable[str], visible: Iterable[str], language: str | None) -> str:
    """The same instant or day as others have it, with the time and the outlet's own zone where one has those."""
    mine = datetime.fromisoformat(value)
    clocks: list[datetime] = []
    for other in others:
        theirs = moment(other)
        if theirs is None:
            continue
        if len(value) == 10 and len(other) > 10 and theirs.date() == mine.date():
            return theirs.isoformat()
        if mine.tzinfo and theirs.tzinfo and abs(theirs - mine) < _SAME_INSTANT and theirs.utcoffset():
            return theirs.isoformat() if not mine.utcoffset() else value
        if theirs.tzinfo is None and theirs.time() != time.min:
            clocks.append(theirs)
    if mine.tzinfo and not mine.utcoffset():
        clocks += (clock for line in visible for clock in _clocks(line, language))
        for clock in clocks:
            ahead = round((clock.replace(tzinfo=UTC) - mine) / timedelta(minutes=1) / _ZONE_STEP) * _ZONE_STEP
            zone = timedelta(minutes=ahead)
            if ahead and abs(ahead) <= _FARTHEST_ZONE and abs(clock.replace(tzinfo=UTC) - mine - zone) < _SAME_INSTANT:
                return mine.astimezone(timezone(zone)).isoformat()
    return value


def _clocks(line: str, language: str | None) -> Iterator[datetime]:
    """The wall-clock time that a line shows beside a date."""
    found = _CLOCK.search(line)
    if not found:
        return
    hour = int(found[1]) % 12 + 12 * (found[3][0] in "pP") if found[3] else int(found[1])
    if hour < 24:
        for day in dates_in(line, language):
            yield datetime.combine(day, time(hour, int(found[2])))


def _plausible(day: date) -> bool:
    return _EARLIEST <= day <= datetime.now(UTC).date() + timedelta(days=1)


def _iso(found: datetime) -> str:
    return found.isoformat()


def _before_details(value: str) -> str:
    """A byline without the date, the handle or the job that follows the names."""
    match = _NAME_ENDS.search(value)
    if not match or match.start() <= 2:
        return value
    words = value[: match.start()].split()
    if value[match.start()].isdigit():
        while words and words[-1].lower().strip(".:,") in _date_words():
            words.pop()
    return " ".join(words)


@cache
def _date_words() -> frozenset[str]:
    """What stands between a name and a date."""
    return frozenset(rules()["labels"]["date"]) | month_names()


def _fold(value: str) -> str:
    return " ".join(_WORD.findall(value.casefold()))


def _likeness(one: str, other: str) -> float:
    a, b = set(_fold(one).split()), set(_fold(other).split())
    return len(a & b) / max(1, len(a | b))


def _without_outlet(title: str, outlets: Sequence[str]) -> str:
    """A title without the outlet's name before or after it."""
    ends = list(_PARTING.finditer(title))
    while ends:
        tail = title[ends[-1].end() :]
        short = "|" in ends[-1][0] and len(tail) <= _SECTION and ends[-1].start() > _SHORT_TITLE
        rest = title[: ends.pop().start()]
        if not (short or _is_outlet(tail, outlets)) or _is_outlet(rest, outlets):
            break
        title = rest
    first = _PARTING.search(title)
    if first and _is_outlet(title[: first.start()], outlets):
        rest = title[first.end() :]
        title = rest if rest and not _is_outlet(rest, outlets) else title
    return title.strip(_SIGNS).lstrip("» ")


def _is_outlet(part: str, outlets: Iterable[str]) -> bool:
    """Whether a part of a title is the outlet's name, but for words such as "The" and "News"."""
    if len(part) > _LONGEST_NAME:
        return False
    core = _core(part)
    return any(_is_same(core, _core(outlet)) for outlet in outlets)


def _core(name: str) -> str:
    words = _fold(name).split()
    return "".join([word for word in words if word not in _beside_names()] or words)


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) < _TELLING or len(short) < _MOST * len(long):
        return bool(short) and short == long
    return long.startswith(short) or long.endswith(short)


@cache
def _beside_names() -> frozenset[str]:
    return frozenset(rules()["labels"]["outlet"])
