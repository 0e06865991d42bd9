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
EXACT = (Precision.MINUTE, Precision.SECOND)
_FARTHEST = timedelta(hours=15)
"""No clock is farther from UTC."""
_PARTS = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}
"""How many of year, month and day a precision states."""
_WITHOUT_DAY = re.compile(r"(\d{4})(?:-(\d\d))?$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as somebody states it."""

    utc: datetime
    precision: Precision
    zone: str | None = None
    """Its offset from UTC, ``+05:30``; ``None`` where it was stated without, and is taken as UTC."""
    local: datetime | None = None
    """In the zone that it was stated with; in that of its source where it was stated in UTC."""

    @property
    def day(self) -> date:
        """The calendar day where it was published, as far as that is known."""
        return (self.local or self.utc).date()

    def agrees_with(self, other: Moment) -> bool:
        """Whether both may mean one moment: a month agrees with each of its days."""
        return self.holds(other) or other.holds(self) or abs(self.utc - other.utc) <= SAME

    def holds(self, other: Moment) -> bool:
        """Whether it is a day, month or year that the other, stated more exactly, lies in."""
        parts = _PARTS.get(self.precision, 0)
        return 0 < parts < _PARTS.get(other.precision, 4) and (
            self.day.timetuple()[:parts] == other.day.timetuple()[:parts]
        )


def read_moment(value: str | datetime | None, *, zone: str | None = None) -> Moment | None:
    """What an ISO 8601 text or a datetime states; ``None`` where it is no time.

    A time without a zone is of ``zone``, and one in UTC tells its day there. One of exactly midnight is taken as a day:
    few articles are published on the stroke of it, and most systems write a bare date so.
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
    if abs(value.utcoffset() or timedelta()) > _FARTHEST:
        value = value.replace(tzinfo=None)
    stated = zone is not None or value.tzinfo is not None
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone or "UTC"))
    offset = _offset(value) if stated else None
    try:
        utc = value.astimezone(UTC)
        if zone and not value.utcoffset() and precision in EXACT:
            value = utc.astimezone(ZoneInfo(zone))
    except (OverflowError, ValueError):
        return None  # in the first or the last hours of the calendar
    return Moment(utc, precision, offset, value)


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
    """As ISO 8601 has it; with seconds where the local clock had them, before there were zones."""
    seconds = round((value.utcoffset() or timedelta()).total_seconds())
    written = f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"
    return f"{written}:{abs(seconds) % 60:02}" if seconds % 60 else written
