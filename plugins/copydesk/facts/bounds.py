"""Dates that begin or end what has no other end: since August, until Friday, after 2019."""

from __future__ import annotations

import re
from functools import cache

from copydesk.facts import when
from copydesk.facts.language import BEFORE, Language, any_of
from copydesk.model import Fact

_REACH = 28
_KINDS = ("since", "until", "through", "after")


def bound(fact: Fact, text: str, language: Language) -> None:
    """Give a date behind such a word the one end that the words give: a ``start`` without ``end``, or the other way
    round. What it names stays in ``iso``."""
    iso = fact.value.get("iso", "")
    if "/" in iso or "X" in iso or "REF" in iso or not iso[:4].isdigit():
        return
    before, behind = text[max(0, fact.start - _REACH) : fact.start], text[fact.end : fact.end + _REACH]
    for kind in _KINDS:
        leads, trails = _words(language, kind)
        if not (leads.search(before) or trails.match(behind)):
            continue
        start, end = _ends(iso)
        if not start or not end:
            return
        for key in ("start", "end"):
            fact.value.pop(key, None)  # type: ignore[misc]  # both are optional
        fact.value["start" if kind in ("since", "after") else "end"] = start if kind in ("since", "until") else end
        return


def _ends(iso: str) -> tuple[str | None, str | None]:
    """The first day and the day after the last; of a moment that moment."""
    if "T" in iso:
        day, _, clock = iso.partition("T")
        moment = f"{day}T{(clock + ':00:00')[:8]}" if clock[:2].isdigit() else None
        return moment, moment
    first, last = when.days_of(iso)
    if not first or not last:
        return None, None
    following = when.shifted(last, 1)
    return first.isoformat(), following.iso if following else None


@cache
def _words(language: Language, kind: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = (any_of(language.words("dates", name)) for name in (kind, f"{kind}_after"))
    # "dall'11 luglio", 自2024年
    gap = r"(?:\s+|(?<=['’-]))" if language.edges[0] else r"\s*"
    return (
        re.compile(rf"{BEFORE if language.edges[0] else ''}(?:{before}){gap}(?:\w{{1,3}}\s+)?$", re.I),
        re.compile(rf"[’']?\s?(?:{after})(?!\w)" if language.edges[0] else rf"\s?(?:{after})", re.I),
    )
