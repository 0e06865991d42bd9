"""Numbers in digits and words."""

from __future__ import annotations

import re
from functools import cache

from copydesk.facts.language import Language, any_of, fold

_SPACES = "\u00a0\u202f "


@cache
def number_words(language: Language) -> dict[str, float]:
    """Number words of a language, folded, with their values; scales are apart."""
    return {fold(word): value for word, value in language.table("numbers").items()}


@cache
def scales(language: Language) -> dict[str, float]:
    """Words that multiply: thousand, million."""
    return {" ".join(fold(word).split()): value for word, value in language.table("scales").items()}


@cache
def number_pattern(language: Language) -> str:
    """A regular expression without named groups for one number: digits or words, with scales."""
    _, group = language.separators
    grouping = (
        f"[{_SPACES}'’]" if group in ("\u00a0", "\u202f", "’", " ") else f"(?:{re.escape(group)}|[{_SPACES[:2]}])"
    )
    decimal = re.escape(language.separators[0])
    digits = rf"(?:\d{{1,3}}(?:{grouping}\d{{3}})+|\d+)(?:{decimal}\d+)?"
    words, scale = any_of(language.table("numbers")), any_of(language.table("scales"))
    joiner = any_of(language.words("quantities", "joiner"))
    word = rf"(?:{words}|{scale})"
    spelled = rf"{word}(?:(?:[\s-]+|\s+(?:{joiner})\s+){word})*(?!\w)"
    return rf"(?:{digits}(?:[\s-]+(?:{scale})(?!\w))?|{spelled})"


def parse_number(surface: str, language: Language) -> float | None:
    """The value of what :func:`number_pattern` matched; ``None`` where the words make no number."""
    match = re.match(r"[\d.,'’\u00a0\u202f ]*\d", surface)
    if not match:
        return _parse_words(surface, language)
    decimal, group = language.separators
    digits = match[0]
    for sign in {group, *_SPACES, "'", "’"} - {decimal}:
        digits = digits.replace(sign, "")
    try:
        value = float(digits.replace(decimal, "."))
    except ValueError:
        return None
    factor = " ".join(fold(surface[match.end() :]).replace("-", " ").split())
    return round(value * scales(language).get(factor, 1), 6) if factor else value


def _parse_words(surface: str, language: Language) -> float | None:
    values, factors = number_words(language), scales(language)
    joiners = {fold(word) for word in language.words("quantities", "joiner")}
    words = [word for word in re.split(r"[\s-]+", fold(surface)) if word and word not in joiners]
    total = current = 0.0
    at = 0
    while at < len(words):
        two = " ".join(words[at : at + 2])
        key = two if two in factors else words[at]
        at += 2 if key == two and two in factors and " " in two else 1
        if key in values:
            # "twenty five" adds, "five twenty" is no number.
            if current % 100 and values[key] >= current % 100:
                return None
            current += values[key]
        elif key in factors:
            if factors[key] < 1000:
                current = max(current, 1) * factors[key]
            else:
                total, current = total + max(current, 1) * factors[key], 0.0
        else:
            return None
    return total + current
