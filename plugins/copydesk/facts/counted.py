"""What a number counts: the noun phrase that follows it."""

from __future__ import annotations

import re
from functools import cache

from copydesk.facts.han import HAN_LANGUAGES
from copydesk.facts.language import SIGNS, Language, any_of, fold

_WORD = re.compile(rf"[^\W\d_][\w{SIGNS}’'-]*")
_GAP = re.compile(r"\s+|-")
_HAN_NOUN = re.compile(r"\s?[^\W\d_]{1,4}")
_MAX_WORDS = 2


def counted_by(text: str, at: int, language: Language) -> str | None:
    """The noun, and an adjective with it, that follow a number in its clause."""
    if language.code in HAN_LANGUAGES:
        match = _HAN_NOUN.match(text, at)
        return match[0].strip() if match else None
    of, stop = _of(language).match(text, at), _stop(language)
    at = of.end() if of else at
    words: list[str] = []
    while len(words) < _MAX_WORDS and (gap := _GAP.match(text, at)):
        match = _WORD.match(text, gap.end())
        if not match or fold(match[0]) in stop or (words and not _continues(words[-1], match[0], language)):
            break
        words.append(match[0])
        at = match.end()
    return " ".join(words) or None


def substance(text: str, at: int, language: Language) -> str | None:
    """What is measured: the noun that "of" joins to a unit ("3 tonnes of explosives")."""
    return counted_by(text, at, language) if _of(language).match(text, at) else None


def _continues(first: str, second: str, language: Language) -> bool:
    """Whether a second word belongs to what is counted: "ballistic missiles", but not "people fled"."""
    match language.words("quantities", "order"):
        case ["noun", "adjective"]:
            return first[-1:] == "s" == second[-1:] and second[0].islower()
        case ["adjective", "noun"] if language.code == "de":
            return first[0].islower() and second[0].isupper()
        case ["adjective", "noun"]:
            plural = first[-1:] == "s" or fold(first) in language.words("quantities", "plurals")
            return not plural and second[0].islower()
    return False


@cache
def _of(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{any_of(language.words('quantities', 'of'))})(?=\s)", re.I)


@cache
def _stop(language: Language) -> frozenset[str]:
    return frozenset(map(fold, language.words("quantities", "stop")))
