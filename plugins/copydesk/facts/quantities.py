"""Quantities: numbers, ranges, percentages and sums of money, with what is counted and how it is qualified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from copydesk.facts.language import Language, any_of, fold, locale_of
from copydesk.facts.numerals import number_pattern, parse_number
from copydesk.model import Fact, FactType, FactValue

_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "R$": "BRL",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "Rs": "INR",
}
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_MAX_COUNTED = 2


def find_quantities(text: str, language: Language, taken: Sequence[tuple[int, int]]) -> list[Fact]:
    """Quantities outside the spans that are ``taken`` (dates)."""
    found: list[Fact] = []
    expression, qualifiers, stop = _expression(language), _qualifiers(language), _stop(language)
    for match in expression.finditer(text):
        start, end = match.span("low")[0], match.end()
        if any(start < last and first < match.end() for first, last in taken):
            continue
        low, high = parse_number(match["low"], language), None
        if match["high"]:
            high = parse_number(match["high"], language)
            # "25 to 30 thousand": the scale belongs to both.
            if low is not None and high is not None and low < high and low < 1000 <= high and not match["money2"]:
                scale = 10 ** (3 * ((len(str(int(high))) - 1) // 3))
                low = low * scale if high / scale == int(high / scale) and _scaled(match["high"]) else low
        if low is None or (match["high"] and (high is None or high < low)):
            continue
        money = match["money"] or match["money2"] or match["money3"]
        percent = bool(match["percent"])
        counted = None if money or percent else _counted(text, end, language, stop)
        if not (counted or money or percent or match["high"]) and not match["low"][0].isdigit():
            continue
        before = text[max(0, start - 24) : start]
        qualifier = next((name for name, known in qualifiers if known.search(before)), None)
        if match["money"]:
            start = match.start("money")
        value = FactValue()
        if high is None:
            value["number"] = low
        else:
            value["low"], value["high"] = low, high
        if money:
            value["unit"] = _currency(money, language)
        elif percent:
            value["unit"] = "%"
        if counted:
            value["counted"] = counted
        if qualifier:
            value["qualifier"] = qualifier
        kind = (
            FactType.MONEY if money else FactType.PERCENT if percent
            else FactType.NUMBER_RANGE if high is not None else FactType.NUMBER
        )  # fmt: skip
        found.append(Fact(kind, start, end, text[start:end], value, f"quantity.{kind}", 0.9))
    return found


def _scaled(surface: str) -> bool:
    return not surface.strip()[-1].isdigit()


def _counted(text: str, at: int, language: Language, stop: frozenset[str]) -> str | None:
    """The noun, and an adjective with it, that follow a number in its clause."""
    of = re.match(rf"\s+(?:{any_of(language.words('quantities', 'of'))})(?=\s)", text[at:], re.I)
    at += of.end() if of else 0
    words: list[str] = []
    while len(words) < _MAX_COUNTED and (gap := re.match(r"\s+", text[at:])):
        match = _WORD.match(text, at + gap.end())
        if not match or fold(match[0]) in stop or (words and not _continues(words[-1], match[0], language)):
            break
        words.append(match[0])
        at = match.end()
    return " ".join(words) or None


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
def _stop(language: Language) -> frozenset[str]:
    return frozenset(map(fold, language.words("quantities", "stop")))


@cache
def _expression(language: Language) -> re.Pattern[str]:
    number = number_pattern(language)
    sign, name = any_of(_SIGNS), any_of(_currency_names(language))
    to = any_of(language.words("quantities", "range"))
    percent = any_of(language.words("quantities", "percent"))
    return re.compile(
        rf"(?<![\w.,/:#@-])(?:(?P<money>{sign})\s?)?(?P<low>{number})"
        rf"(?:(?:\s*[–-]\s*|\s+(?:{to})\s+)(?P<money2>(?:{sign})\s?)?(?P<high>{number}))?"
        rf"(?:\s?(?P<percent>%|(?:{percent})(?!\w))|\s?(?P<money3>{sign}(?!\w)|(?:{name})(?!\w)))?"
        rf"(?![\w/:]|-\w*\d|[.,]\d)",
        re.I,
    )


@cache
def _qualifiers(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    lead = any_of(language.words("quantities", "range_lead"))
    found = [
        (name, re.compile(rf"(?<!\w)(?:{any_of(words)})\s+(?:(?:{lead})\s+)?(?:\S{{1,3}}\s?)?$", re.I), words)
        for name, words in language.table("qualifiers").items()
    ]
    # "no more than" ends in "more than": the longer phrase decides.
    found.sort(key=lambda entry: -max(len(word) for word in entry[2]))
    return tuple((name, pattern) for name, pattern, _ in found)


@cache
def _currency_names(language: Language) -> dict[str, str]:
    from babel.numbers import get_currency_name

    names: dict[str, str] = {}
    for code in (
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "BRL",
        "INR",
        "CNY",
        "RUB",
        "CHF",
        "KRW",
        "TRY",
        "SEK",
        "PLN",
        "MXN",
        "ARS",
    ):
        for count in (None, 1, 2):
            try:
                name = get_currency_name(code, count=count, locale=locale_of(language.code))
            except (LookupError, ValueError):
                continue
            names[fold(name)] = code
            head = fold(name).split()
            if code in ("USD", "EUR", "GBP", "JPY", "RUB", "INR") and head:
                names.setdefault(head[-1] if language.code in ("en", "de") else head[0], code)
    return {name: code for name, code in names.items() if len(name) > 2}


def _currency(money: str, language: Language) -> str:
    sign = money.strip()
    return _SIGNS.get(sign) or _SIGNS.get(sign.upper()) or _currency_names(language).get(fold(sign), "XXX")
