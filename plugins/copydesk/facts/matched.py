"""A date's words in the text, and what their reading depends on besides themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from copydesk.facts.language import AFTER, BEFORE, Language, any_of, fold
from copydesk.facts.numerals import parse_number
from copydesk.facts.when import Reading

YEAR = r"(?:1[5-9]\d\d|20\d\d)"
EDGE, DASH = r"(?<![\w.,/-])", r"\s?[-–—]\s?"
"""What a date's first figure must not follow, and what joins two."""
_REACH = 90
"""Characters before a date in which words may look ahead."""


@dataclass(frozen=True, slots=True)
class Match:
    match: re.Match[str]
    published: date | None
    language: Language
    now: datetime | None = None

    def __getitem__(self, group: str) -> str:
        """What a named group matched; empty where it matched nothing or the pattern has none."""
        return self.match.groupdict().get(group) or ""

    def number(self, group: str) -> int | None:
        return int(self[group]) if self[group] else None

    @property
    def month(self) -> int:
        name = self["month"]
        return int(name) if name.isdigit() else self.language.months[name]

    @property
    def count(self) -> int:
        """The number of :func:`count_pattern`."""
        return int(parse_number(self["number"], self.language) or 1) if self["number"] else 1

    @property
    def amount(self) -> float:
        """The same, with its part: one and a half."""
        return (parse_number(self["number"], self.language) or 1) if self["number"] else 1

    @property
    def is_article(self) -> bool:
        """Whether the number is a word that is an article too: "um dia" is any day."""
        return fold(self["number"]) in _folded(self.language, "quantities", "one")

    @property
    def sign(self) -> int:
        """-1 for last, 0 for this, 1 for next."""
        word = fold(" ".join((self["before"] or self["after"]).split()))
        if word in _folded(self.language, "dates", "last"):
            return -1
        return int(word in _folded(self.language, "dates", "next"))

    @property
    def ahead(self) -> bool:
        """Whether the clause looks ahead ("will meet on Tuesday") and no report stands between ("said on Tuesday")."""
        start = self.match.start()
        before = self.match.string[max(0, start - _REACH) : start]
        future, reported = _tense(self.language)
        return bool(future.search(before)) and not reported.search(before)

    def capitalised(self, group: str) -> bool:
        """Whether a name is written as the language writes it: "may" and "march" are verbs."""
        return not (self.language.capitalised and self[group][0].islower())


Rule = tuple[str, str, Callable[[Match], Reading | None]]
"""A rule's name, its regular expression and what reads a match; ``None`` is no date."""


def beside(language: Language) -> str:
    """A regular expression of last, this and next."""
    return any_of(word for name in ("last", "next", "this") for word in language.words("dates", name))


def count_pattern(language: Language) -> str:
    """A regular expression of a small number, in the group ``number`` or, where it is "a", ``one``."""
    one = any_of(language.words("quantities", "one"))
    return rf"(?:(?P<number>\d{{1,3}}|{any_of(language.table('numbers'), folded=True)})|(?P<one>{one}))"


@cache
def _folded(language: Language, section: str, name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in language.words(section, name))


@cache
def _tense(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What looks ahead in the same sentence, and a reporting verb just before."""
    future = any_of(language.words("dates", "future"))
    verbs = any_of([*language.words("quotes", "verbs"), *language.words("attributions", "verbs")])
    return (
        re.compile(rf"{BEFORE}(?:{future}){AFTER}[^.!?\n]*$", re.I),
        re.compile(rf"{BEFORE}(?:{verbs})\W+(?:\w{{1,3}}\s+)?$", re.I),
    )
