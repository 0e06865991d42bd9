"""When an article was published: what the item says, else the page, else the run that brought it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FUTURE_TOLERANCE = timedelta(days=1)
"""Clocks and zones differ by this much; what claims to be later is a mistake or an embargo."""
EARLIEST = datetime(1605, 1, 1, tzinfo=UTC)
"""The first newspaper: earlier dates are damage."""


def parse_moment(value: str | datetime | None, *, zone: str = "UTC") -> datetime | None:
    """An ISO 8601 text or a datetime as an aware time in UTC; ``None`` where it is none.

    A time without a zone is taken as of ``zone``.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone))
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def plausible(moment: datetime, *, seen: datetime) -> bool:
    """Whether a publication time can be true of an article that was seen at ``seen``."""
    return EARLIEST <= moment <= seen + FUTURE_TOLERANCE
