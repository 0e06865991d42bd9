"""Numbers and names as the digest writes them."""

from __future__ import annotations

from functools import cache


def number(value: float | None) -> str:
    """12,345; 0.4 and 3.5 keep their decimal, 12,345.6 does not."""
    if value is None:
        return "–"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}"


@cache
def language_name(tag: str) -> str:
    """The English name of a BCP 47 language; the tag itself where it has none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag
