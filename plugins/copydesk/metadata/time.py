"""When an article was published: statements of time, with the precision and the zone that they have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from copydesk.model import Precision

FUTURE_TOLERANCE = timedelta(days=1)
"""Clocks and zones differ by this much; what claims to be later is a mistake or an embargo."""
CLOCK_SKEW = timedelta(hours=1)
"""A time later than seen by more than this is remarkable."""
EARLIEST = datetime(1605, 1, 1, tzinfo=UTC)
"""The first newspaper: earlier dates are damage."""
SAME = timedelta(hours=36)
"""Within this two statements may mean one moment: zones are forgotten, hours are cut off."""
_WITHOUT_DAY = re.compile(r"(\d{4})(?:-(\d\d))?$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as somebody states it."""

    utc: datetime
    precision: Precision
    zone: str | None = None
    """Its offset from UTC, ``+05:30``; ``None`` where it was stated without, and is taken as UTC."""
    local: datetime | None = None

    @property
    def day(self) -> date:
        """The calendar day where it was stated."""
        return (self.local or self.utc).date()

    def agrees_with(self, other: Moment) -> bool:
        return abs(self.utc - other.utc) <= SAME


def read_moment(value: str | datetime | None, *, zone: str | None = None) -> Moment | None:
    """What an ISO 8601 text or a datetime states; ``None`` where it is no time.

    A time without a zone is of ``zone``. One of exactly midnight is taken as a day: few articles are published on the
    stroke of it, and most systems write a bare date so.
    """
    if value is None or value == "":
        return None
    precision = None
    if isinstance(value, str):
        value = value.strip()
        if cut := _WITHOUT_DAY.match(value):
            precision = Precision.MONTH if cut[2] else Precision.YEAR
            value = f"{cut[1]}-{cut[2] or '01'}-01"
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if precision is None:
        precision = _precision(value)
    stated = zone is not None or value.tzinfo is not None
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone or "UTC"))
    try:
        utc = value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Moment(utc, precision, _offset(value) if stated else None, value)


def parse_moment(value: str | datetime | None, *, zone: str = "UTC") -> datetime | None:
    """An ISO 8601 text or a datetime as an aware time in UTC; ``None`` where it is none.

    A time without a zone is taken as of ``zone``.
    """
    found = read_moment(value, zone=zone)
    return found.utc if found else None


def plausible(moment: datetime, *, seen: datetime) -> bool:
    """Whether a publication time can be true of an article that was seen at ``seen``."""
    return EARLIEST <= moment <= seen + FUTURE_TOLERANCE


def _precision(value: datetime) -> Precision:
    if value.second or value.microsecond:
        return Precision.SECOND
    return Precision.MINUTE if value.hour or value.minute else Precision.DAY


def _offset(value: datetime) -> str:
    minutes = round((value.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
