"""When an article was published and changed: who states it, compared; what can't be is left out and flagged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from copydesk.metadata.chosen import Chosen
from copydesk.metadata.time import CLOCK_SKEW, EARLIEST, Moment, plausible, read_moment
from copydesk.model import Flag, Precision

Stated = tuple[datetime | str | None, str, float]
"""A time, who states it, and how sure that is."""
FILED_BEFORE = 14
"""Days between a report's dateline and its publication that are usual: weeklies print it late."""
_Believed = tuple[Moment, str, float]


def believable(
    chosen: Chosen, field: str, stated: Iterable[Stated], *, zone: str | None, seen: datetime
) -> list[_Believed]:
    """The times that can be true of what was seen at ``seen``. The others are kept as evidence and flagged."""
    found: list[_Believed] = []
    for value, origin, confidence in stated:
        moment = read_moment(value, zone=zone)
        if moment is None:
            continue
        if moment.utc < EARLIEST:
            chosen.flags.add(Flag.EARLY_DATE)
        elif moment.utc > seen + CLOCK_SKEW and not (moment.precision is Precision.DAY and moment.day <= seen.date()):
            chosen.flags.add(Flag.FUTURE_DATE)
        if plausible(moment.utc, seen=seen):
            found.append((moment, origin, confidence))
        else:
            chosen.keep(field, _written(moment), origin, 0.0, chosen=False)
    return found


def choose_published(
    chosen: Chosen, stated: list[_Believed], instead: list[_Believed], filed: list[_Believed]
) -> Moment | None:
    """The time of publication out of those who state it, the best first.

    The first is believed, unless all others agree with each other and not with it; a bare day or month
    gives way to a finer time in it. ``instead`` and the dateline (``filed``) stand in where nobody states it.
    """
    ranked = _outvoting(stated) or stated or instead or filed
    if not ranked:
        return None
    moment, origin, confidence = ranked[0]
    for other, told_by, trust in (*stated, *filed):
        usual = told_by == "dateline" and abs((other.day - moment.day).days) <= FILED_BEFORE
        if usual or other.agrees_with(moment):
            continue
        chosen.keep("published", _written(other), told_by, trust, chosen=False)
        if stated:
            chosen.flags.add(Flag.DATE_CONFLICT)
    if origin != "given":
        finer = (entry for entry in (*stated, *filed) if moment.holds(entry[0]))
        moment, origin, confidence = next(finer, (moment, origin, confidence))
    chosen.keep("published", _written(moment), origin, confidence)
    return moment


def choose_modified(chosen: Chosen, stated: list[_Believed], published: Moment | None) -> Moment | None:
    """The first time of a change that is not before the publication."""
    for moment, origin, confidence in stated:
        later = published is None or moment.utc >= published.utc or moment.holds(published)
        chosen.keep("modified", _written(moment), origin, confidence, chosen=later)
        if later:
            return moment
    return None


def nearest_day(*statements: list[_Believed], seen: datetime) -> date:
    """The day by which a dateline without a year is read."""
    return next((stated[0][0].day for stated in statements if stated), seen.date())


def _outvoting(stated: list[_Believed]) -> list[_Believed]:
    """All but the first, where they are several who agree with each other and not with it; what a person gave stays."""
    if len(stated) < 3 or stated[0][1] == "given":
        return []
    first, *others = stated
    agreed = all(entry[0].agrees_with(others[0][0]) for entry in others)
    return others if agreed and not any(entry[0].agrees_with(first[0]) for entry in others) else []


def _written(moment: Moment) -> str:
    return (moment.local or moment.utc).isoformat()
