"""Numbers in digits and words.

The words of a language are in its table (``[numbers]``, ``[scales]``, ``[fractions]``); how its digits are grouped is
CLDR's. Chinese characters and Hangul units are in :mod:`copydesk.facts.han`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from copydesk.facts.han import HAN_LANGUAGES, han_pattern, parse_han
from copydesk.facts.language import AFTER, BEFORE, Language, any_of, fold, shared_table

_NARROW = "\u00a0\u202f\u2009"
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_SLASHED = r"[1-9]\d?/(?:2|3|4|5|8|10|16)(?![\d/])"
_STEEPEST = 40
"""Powers beyond are no amounts."""
_MORE = "{0,24}"
"""Words after a number's first; more make none, and would be tried anew from each of them."""
_ENOUGH = 10_000_000_000_000_000
"""Above this floats are no exact integers, and no text counts so far."""


@cache
def number_words(language: Language) -> dict[str, float]:
    """Number words of a language, folded, with their values; scales are apart."""
    return {_key(word): value for word, value in language.table("numbers").items()}


@cache
def scales(language: Language) -> dict[str, float]:
    """Words that multiply: thousand, million, bn."""
    return {_key(word): value for name in ("scales", "short_scales") for word, value in language.table(name).items()}


@cache
def number_pattern(language: Language) -> str:
    """A regular expression without named groups for one number: digits or words, with scales."""
    if language.code in HAN_LANGUAGES:
        return han_pattern(language.code)
    _, group = language.separators
    signs = "".join({"'", "’", "٬", *_NARROW, group, *("" if language.code == "en" else " ")})
    grouped = "|".join(rf"(?:{re.escape(sign)}\d{{2,3}})*{re.escape(sign)}\d{{3}}(?!\d)" for sign in sorted(signs))
    beside = rf"\s?[{_VULGAR}]|(?:\s+(?:{any_of(language.words('quantities', 'joiner'))}))?\s{{1,2}}{_SLASHED}"
    power = r"[eE][+-]?\d{1,2}(?!\w)|\^[+-]{0,2}\d{1,2}(?:[.,]\d)?(?!\w)|\s?[×x]\s?10[-−^+]{1,2}\d{1,2}(?!\w)"
    digits = rf"(?:\d{{1,3}}(?:{grouped})|\d+)(?:[.,٫]\d+)?(?:{beside}|{power})?|{_SLASHED}|[{_VULGAR}]"
    # "64,2 cents" are money.
    scale = any_of(language.table("scales").keys() - set(shared_table("money")["currencies"]["minor"]), folded=True)
    short = language.table("short_scales")
    # MM are millions, mm are millimetres.
    small, capital = (
        any_of(name for name in short if name.islower()),
        any_of(name for name in short if not name.islower()),
    )
    scaled = rf"(?:(?:[\s-]*(?:{scale})|\s?(?:{small}|(?-i:{capital})))(?![^\W\d_]))"
    half = rf"(?:[\s-]+(?:{any_of(language.words('quantities', 'half_after'), folded=True)}){AFTER})?"
    return rf"(?:(?:(?:{digits}){scaled}?|{_spelled(language)}){half})"


@cache
def _spelled(language: Language) -> str:
    word = any_of([*language.table("numbers"), *language.table("scales")], folded=True)
    joiner = any_of(language.words("quantities", "joiner"))
    fraction = any_of(language.table("fractions"), folded=True)
    if language.table("quantities").get("glued"):
        # "zweihundertfünfzig": the words are written as one.
        whole = rf"(?:{word})(?:[\s-]*(?:(?:{joiner})[\s-]*)?(?:{word})){_MORE}"
    else:
        # Arabic writes the "and" on the word that it joins.
        space = r"\s*" if language.table("quantities").get("joiner_attached") else r"\s+"
        whole = rf"(?:{word})(?:(?:[\s-]+|\s+(?:{joiner}){space})(?:{word})){_MORE}"
    one, scale = any_of(language.words("quantities", "one")), any_of(language.table("scales"), folded=True)
    # "two thirds", "a quarter", "two and a half million", "half a million"
    part = rf"(?:(?:{whole})[\s-]+(?:(?:{joiner})\s+)?(?:(?:{one})\s+)?|(?:{one})[\s-]+)(?:{fraction})"
    scaled = rf"[\s-]+(?:(?:{one})\s+)?(?:{scale})"
    if points := language.words("quantities", "point"):
        whole = rf"{whole}(?:\s+(?:{any_of(points)})\s+{whole})?"
    more = rf"(?:(?:[\s-]+|\s+(?:{joiner})\s+)(?:{whole}))?"
    return rf"(?:{part}(?:{scaled})?|(?:{fraction}){scaled}|(?:{one})[\s-]+(?:{scale}){more}|{whole}){AFTER}"


def parse_number(surface: str, language: Language) -> float | None:
    """The value of what :func:`number_pattern` matched; ``None`` where the words make no number."""
    if surface.isascii() and surface.isdigit():
        return _bounded(float(surface))
    if language.code in HAN_LANGUAGES:
        return _bounded(parse_han(surface))
    if half := _half(language).search(surface):
        return _and_half(surface[: half.start()], language)
    if not any(map(str.isnumeric, surface)):
        return _bounded(_parse_decimals(surface, language))
    surface = _POWER.sub("e", surface).replace("−", "-")
    base, power, exponent = surface.partition("^")
    if power:
        value, by = _parse_digits(base, language), float(exponent.replace("--", "").replace(",", "."))
        return _bounded(round(value**by, 9)) if value and abs(by) < _STEEPEST else None
    figures, joiner = _figures(language)
    match = figures.match(surface)
    if not match:
        return _bounded(_parse_decimals(surface, language))
    value = _parse_digits(joiner.sub(" ", match[0]), language)
    factor = _key(surface[match.end() :])
    if value is None or not factor:
        return _bounded(value)
    return _bounded(round(value * scales(language).get(factor, 1), 6))


def _and_half(surface: str, language: Language) -> float | None:
    """ "3 milioni e mezzo": half of the scale, where there is one."""
    value = parse_number(surface, language)
    if value is None:
        return None
    last = _key(re.split(r"[\s-]", surface)[-1])
    return _bounded(value + 0.5 * max(scales(language).get(last, 1), 1))


@cache
def _half(language: Language) -> re.Pattern[str]:
    return re.compile(rf"[\s-]+(?:{any_of(language.words('quantities', 'half_after'), folded=True)})$", re.I)


_POWER = re.compile(r"\s?[×x]\s?10\^?")


@cache
def _figures(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What of a number is figures, and what joins them."""
    joiner = any_of(language.words("quantities", "joiner"))
    return (
        re.compile(
            rf"[\d.,٫٬'’ {_NARROW}{_VULGAR}/]*(?:\d[eE][+-]?)?[\d{_VULGAR}]+(?:\s+(?:{joiner})\s+\d+/\d+)?", re.I
        ),
        re.compile(rf"\s+(?:{joiner})\s+|\s+", re.I),
    )


def _bounded(value: float | None) -> float | None:
    return value if value is not None and value < _ENOUGH else None


def _parse_digits(digits: str, language: Language) -> float | None:
    part = 0.0
    if "/" in digits and (slashed := re.search(r"(?:^|\s)(\d+)/(\d+)$", digits)):
        part = int(slashed[1]) / int(slashed[2])
        digits = digits[: slashed.start()]
    elif digits[-1] in _VULGAR:
        part = unicodedata.numeric(digits[-1])
        digits = digits[:-1].rstrip()
    decimal, group = language.separators
    # A sign that groups three digits each is the grouping sign; any other full stop or comma is a decimal one.
    for sign in {group, *_NARROW, " ", "'", "’", "٬"} - {decimal}:
        if sign in digits and _grouped(sign).fullmatch(digits):
            digits = digits.replace(sign, "")
    try:
        return float(digits.replace(",", ".").replace("٫", ".") or 0) + part
    except ValueError:
        return None


@cache
def _grouped(sign: str) -> re.Pattern[str]:
    sign = re.escape(sign)
    return re.compile(rf"\d{{1,3}}(?:{sign}\d{{2,3}})*{sign}\d{{3}}(?:[.,٫]\d+)?")


def _parse_decimals(surface: str, language: Language) -> float | None:
    """Words, with those that follow "point": "two point five", "deux virgule soixante-dix"."""
    points = language.words("quantities", "point")
    parts = re.split(rf"\s+(?:{any_of(points)})\s+", surface, maxsplit=1, flags=re.I) if points else [surface]
    whole = _parse_words(parts[0], language)
    if len(parts) == 1 or whole is None:
        return whole
    decimals = _parse_words(parts[1], language)
    digits = [decimals] if decimals is not None else [_parse_words(word, language) for word in parts[1].split()]
    if any(digit is None or digit % 1 for digit in digits):
        return None
    return float(f"{whole:.0f}." + "".join(f"{digit:.0f}" for digit in digits))


def _parse_words(surface: str, language: Language) -> float | None:
    fractions = _fractions(language)
    words = _split(surface, language)
    if words is None:
        return None
    at = next((at for at, word in enumerate(words) if word in fractions), None)
    if at is None:
        return _add_up(words, language)
    head = _add_up(words[:at], language) if at else None
    over, factor = fractions[words[at]], _add_up(words[at + 1 :], language) if words[at + 1 :] else 1.0
    if factor is None or (at and head is None):
        return None
    added = _joined(language).search(surface)
    if added and at > 1 and words[at - 1] in number_words(language):
        # "five billion and three quarters": nobody can say of what.
        return None
    part = (head or 0) + 1 / over if added else (head or 1) / over
    return round(part * factor, 12) if added or part < 1 else None


@cache
def _fractions(language: Language) -> dict[str, float]:
    return {_key(word): value for word, value in language.table("fractions").items()}


@cache
def _joined(language: Language) -> re.Pattern[str]:
    return re.compile(rf"{BEFORE}(?:{any_of(language.words('quantities', 'joiner'))}){AFTER}", re.I)


@cache
def _vocabulary(language: Language) -> tuple[frozenset[str], frozenset[str]]:
    """Words that are numbers or parts of one, and those that only join them."""
    joiners = {fold(word) for word in language.words("quantities", "joiner")}
    known = (number_words(language).keys() | scales(language).keys() | _fractions(language).keys()) - joiners
    return frozenset(known), frozenset((joiners | {fold(word) for word in language.words("quantities", "one")}) - known)


def _split(surface: str, language: Language) -> list[str] | None:
    """The number words of the surface, without those that only join."""
    known, skip = _vocabulary(language)
    tokens = _key(surface).split()
    words: list[str] = []
    at = 0
    while at < len(tokens):
        size = next((size for size in (3, 2, 1) if " ".join(tokens[at : at + size]) in known), 0)
        if size:
            words.append(" ".join(tokens[at : at + size]))
        elif language.table("quantities").get("joiner_attached") and tokens[at][1:] in known:
            words.append(tokens[at][1:])
        elif tokens[at] not in skip:
            parts = _unglue(tokens[at], language, known, skip)
            if parts is None:
                return None
            words += parts
        at += size or 1
    return words


def _unglue(token: str, language: Language, known: frozenset[str], skip: frozenset[str]) -> list[str] | None:
    """The parts of a number that is written as one word."""
    if not language.table("quantities").get("glued"):
        return None
    if not token:
        return []
    for size in range(len(token), 0, -1):
        head = token[:size]
        if head in known or head in skip:
            rest = _unglue(token[size:], language, known, skip)
            if rest is not None:
                return ([head] if head in known else []) + rest
    return None


def _add_up(words: list[str], language: Language) -> float | None:
    values, factors = number_words(language), scales(language)
    if not words:
        return None
    total = current = 0.0
    for word in words:
        if word not in factors:
            if current and not _may_follow(current, values[word], language):
                return None
            current += values[word]
        elif factors[word] < 1000:
            current = max(current, 1) * factors[word] if current < 100 else current + factors[word]
        elif current or not total:
            total, current = total + max(current, 1) * factors[word], 0.0
        else:
            # "mil millones": a scale of a scale.
            total *= factors[word]
    return total + current


def _may_follow(current: float, value: float, language: Language) -> bool:
    """Whether a number word may add to what stands before it: "twenty five", not "five twenty"."""
    tens = current % 100
    if not tens:
        return value < 100
    if value < 10:
        return tens % 10 == 0
    if tens < 10:
        # "drei-und-zwanzig"
        return bool(language.table("quantities").get("glued")) and value % 10 == 0 and value < 100
    return bool(language.table("quantities").get("vigesimal")) and tens in (60, 80) and value < 20


def _key(word: str) -> str:
    return " ".join(fold(word).strip(". ").replace("-", " ").split())
