"""Currencies: signs and codes of ``data/money.toml``, names from CLDR in every language."""

from __future__ import annotations

from functools import cache

from copydesk.facts.language import Language, WordTable, any_of, fold, locale_of, shared_table

_COUNTS = (None, 1, 2, 5, 100)
"""Counts for which languages have forms of their own."""


@cache
def signs() -> str:
    """A regular expression of signs and ISO 4217 codes."""
    table = shared_table("money")
    return any_of([*table["signs"], *table["currencies"]["codes"]])


@cache
def scales() -> dict[str, float]:
    """Letters that multiply an amount of money: $5m."""
    found: dict[str, float] = shared_table("money")["scales"]
    return found


def doubtful(name: str) -> bool:
    """Whether a currency's name is another word too, so that only a large amount is money."""
    return fold(name) in shared_table("money")["currencies"]["behind_scales"]


@cache
def names(language: Language) -> str:
    """A regular expression of the language's names of currencies."""
    return _by_name(language).pattern


def currency_of(surface: str, language: Language) -> str:
    """The ISO 4217 code of a sign, code or name."""
    sign = surface.strip()
    if sign.upper() in shared_table("money")["currencies"]["codes"]:
        return sign.upper()
    return _by_sign().get(fold(sign)) or _by_name(language)[sign]


@cache
def _by_sign() -> dict[str, str]:
    return {fold(name): code for name, code in shared_table("money")["signs"].items()}


@cache
def _by_name(language: Language) -> WordTable[str]:
    """Names of currencies, whole ("South Korean won") and, where that is no other word, by their noun."""
    from babel.numbers import get_currency_name

    table = shared_table("money")["currencies"]
    noun_last = language.words("quantities", "order")[:1] != ["noun"]
    whole: dict[str, str] = {}
    nouns: dict[str, str] = {}
    for code in table["codes"]:
        for count in _COUNTS:
            name = get_currency_name(code, count=count, locale=locale_of(language.code)).lower()
            if name == code.lower() or (len(name) < 3 and name.isascii()):
                continue
            whole.setdefault(name, code)
            noun = name.replace("-", " ").split()[-1 if noun_last else 0]
            if len(noun) > 2 and noun not in table["not_alone"]:
                nouns.setdefault(noun, code)
    return WordTable(nouns | whole | language.table("currencies"))
