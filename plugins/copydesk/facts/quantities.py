"""Quantities: numbers, ordinals, ranges, percentages and sums of money, with what is counted and how it is qualified.

Amounts are found one by one; two that stand in "25 to 30" or "between 3% and 5%" are one range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from copydesk.facts import money
from copydesk.facts.claims import Claims
from copydesk.facts.counted import counted_by
from copydesk.facts.han import HAN_LANGUAGES
from copydesk.facts.language import BEFORE, Language, any_of, fold, shared_table
from copydesk.facts.numerals import number_pattern, number_words, parse_number
from copydesk.facts.ordinals import find_ordinals
from copydesk.model import Fact, FactType, FactValue

_SURE_WORD = 13
"""From this on a number word alone is a number; smaller ones need what they count ("the two said")."""
_TOKEN = re.compile(r"\S{4,}")
_ADDRESS = re.compile(r"://|^www\.|\w@\w|%[0-9A-F]{2}.*%[0-9A-F]{2}")
_TELEPHONE = re.compile(r"\+\d[\d\s().-]{6,20}\d")
_LIST_MARK = re.compile(r"(?:^|\n|[.!?]\s)[ \t]{0,8}\d{1,3}[.)]\s")
_CHAIN = re.compile(r"(?<![\w.,–-])\d[\w.,]{0,20}(?:[-–]\d[\w.,]{0,20}){2,9}")
"""A telephone number, an ISBN."""


@dataclass(frozen=True, slots=True)
class _Amount:
    text: str
    match: re.Match[str]
    language: Language
    number: float

    @property
    def start(self) -> int:
        return self.match.start()

    @property
    def end(self) -> int:
        return self.match.end()

    @property
    def unit(self) -> str | None:
        if self.match["percent"] or self.match["percent_before"]:
            return "%"
        currency = self.match["sign"] or self.match["name"]
        if not currency or (not self.match["sign"] and abs(self.number) < 1000 and money.doubtful(currency)):
            return None
        return money.currency_of(currency, self.language)

    @property
    def scaled(self) -> bool:
        return bool(self.match["short"]) or not self.match["number"][-1].isdigit()

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - 24) : self.start]


def find_quantities(text: str, language: Language, taken: Sequence[tuple[int, int]]) -> list[Fact]:
    """Quantities outside the spans that are ``taken`` (dates)."""
    spans = [match.span() for known in (_TELEPHONE, _LIST_MARK, _CHAIN) for match in known.finditer(text)]
    spans += [token.span() for token in _TOKEN.finditer(text) if _ADDRESS.search(token[0])]
    blocked = Claims([*taken, *spans])
    found = list(find_ordinals(text, language, blocked))
    waiting: _Amount | None = None
    for amount in _amounts(text, language, blocked):
        if waiting is None:
            waiting = amount
            continue
        joint = _joint(waiting, amount)
        if joint is None:
            found += _number(waiting)
            waiting = amount
        else:
            # "3-2" is a score, "737-800" a model: no range, and no two numbers.
            found += _range(waiting, amount) if joint else ()
            waiting = None
    return [*found, *(_number(waiting) if waiting else ())]


def _amounts(text: str, language: Language, blocked: Claims) -> Iterator[_Amount]:
    for match in _expression(language).finditer(text):
        if not blocked.free(*match.span("number")):
            continue
        number = parse_number(match["number"], language)
        if number is None:
            continue
        if match["short"]:
            number = round(number * money.scales()[match["short"]], 6)
        yield _Amount(text, match, language, -number if match["minus"] else number)


def _joint(low: _Amount, high: _Amount) -> bool | None:
    """Whether two amounts make a range; ``None`` where nothing joins them."""
    gap = low.text[low.end : high.start]
    if len(gap) > 12:
        return None
    dash, to, both, lead = _joints(low.language)
    if dash.fullmatch(gap):
        return _rises(low, high) and not _named(low)
    if to.fullmatch(gap) or (both.fullmatch(gap) and lead.search(low.before)):
        return True if _rises(low, high) else None
    return None


def _rises(low: _Amount, high: _Amount) -> bool:
    return low.number < high.number and low.unit in (None, high.unit)


@cache
def _joints(language: Language) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = language.words
    return (
        re.compile(r"\s?[-–—~～〜]\s?"),
        re.compile(rf"\s*(?:{any_of(words('quantities', 'range'))})\s*", re.I),
        re.compile(rf"\s+(?:{any_of(words('quantities', 'range_and'))})\s+", re.I),
        re.compile(rf"{BEFORE}(?:{any_of(words('quantities', 'range_lead'))})\s+$", re.I),
    )


def _range(low: _Amount, high: _Amount) -> Iterator[Fact]:
    least = low.number
    if high.scaled and not low.scaled and 0 < least < 1000 <= high.number:
        # "25 to 30 thousand": the scale belongs to both.
        scale = 1000 ** int((len(str(int(high.number))) - 1) // 3)
        least = least * scale if least * scale < high.number else least
    value = FactValue(low=least, high=high.number)
    kind = _kind(high.unit) if high.unit else FactType.NUMBER_RANGE
    yield _fact(kind, low, high, value)


def _number(amount: _Amount) -> Iterator[Fact]:
    if amount.unit or _stated(amount):
        yield _fact(_kind(amount.unit), amount, amount, FactValue(number=amount.number))


def _kind(unit: str | None) -> FactType:
    return FactType.NUMBER if unit is None else FactType.PERCENT if unit == "%" else FactType.MONEY


def _fact(kind: FactType, first: _Amount, last: _Amount, value: FactValue) -> Fact:
    if last.unit:
        value["unit"] = last.unit
    elif counted := _counted(last):
        value["counted"] = counted
    if qualifier := _qualifier(first):
        value["qualifier"] = qualifier
    return Fact(kind, first.start, last.end, first.text[first.start : last.end], value, f"quantity.{kind}", 0.9)


def _counted(amount: _Amount) -> str | None:
    return amount.match["unit"] or amount.match["name"] or counted_by(amount.text, amount.end, amount.language)


def _stated(amount: _Amount) -> bool:
    """Whether a bare number says how many: not a year, the number of a thing, a time of day, or a lone "two"."""
    surface, counted = amount.match["number"], _counted(amount)
    if not surface[0].isdigit() and amount.language.code not in HAN_LANGUAGES:
        one_word = fold(surface) in number_words(amount.language)
        glued = amount.language.table("quantities").get("glued")
        if amount.number == 1 or (not one_word and not glued and len(surface.split()) == 1 and not counted):
            return False
        return bool(counted) or amount.number >= _SURE_WORD or not one_word
    if _clock().match(amount.text, amount.end) or _designated().search(amount.before):
        return False
    year = surface.isdigit() and len(surface) == 4 and 1500 <= amount.number < 2100
    return bool(counted) or not (year or _named(amount))


def _named(amount: _Amount) -> bool:
    """Whether the number belongs to a name: "Airbus 380"."""
    return bool(_NAME_BEFORE.search(amount.before)) and not _SENTENCE_START.search(amount.before)


_NAME_BEFORE = re.compile(r"[A-ZÀ-Þ][\w’'-]+\s$")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]\s*)[\"“«„]?[\w’'-]+\s$")


@cache
def _clock() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{any_of(shared_table('common')['clock'])})(?!\w)", re.I)


@cache
def _designated() -> re.Pattern[str]:
    return re.compile(rf"{BEFORE}(?:{any_of(shared_table('common')['designators'])})\s?$", re.I)


def _qualifier(amount: _Amount) -> str | None:
    return next((name for name, known in _qualifiers(amount.language) if known.search(amount.before)), None)


@cache
def _qualifiers(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    lead = any_of(language.words("quantities", "range_lead"))
    found = [
        (name, re.compile(rf"{BEFORE}(?:{any_of(words)})\s*(?:(?:{lead})\s+)?(?:\S{{1,3}}\s)?$", re.I), words)
        for name, words in language.table("qualifiers").items()
        if words
    ]
    # "no more than" ends in "more than": the longer phrase decides.
    found.sort(key=lambda entry: -max(len(word) for word in entry[2]))
    return tuple((name, pattern) for name, pattern, _ in found)


@cache
def _expression(language: Language) -> re.Pattern[str]:
    """One amount: sign, number, scale, unit."""
    words, spaced = language.words, bool(language.edges[0])
    signs, scales = f"(?-i:{money.signs()})", any_of(money.scales())
    edge = r"(?<![\w.,/:#@])(?<![^\W\d_]-)" if spaced else r"(?<![\d.,/:#@A-Za-z])(?<![A-Za-z]-)"
    percent = rf"[%٪％]|(?:{any_of(words('quantities', 'percent'), folded=True)})(?![^\W\d_])"
    percent_before = any_of(words("quantities", "percent_before"))
    of = rf"\s+(?:(?:{any_of(words('quantities', 'of'))})\s*)?"
    units = any_of(shared_table("common")["units"])
    stop = r"(?!\w)" if spaced else ""
    return re.compile(
        rf"{edge}(?:(?P<percent_before>{percent_before})\s?|(?P<sign>{signs})\s?)?(?P<minus>(?<![^\s(])[-−])?"
        rf"(?P<number>{number_pattern(language)})"
        rf"(?:\s?(?P<short>(?-i:{scales}))(?(sign)(?!\w)|(?=\s?(?:{signs}))))?"
        rf"(?:\s?-?(?P<percent>{percent})|(?:{of}|\s?)(?P<name>{signs}|{money.names(language)}){stop}"
        rf"|(?P<unit>(?-i:{units}))(?!\w))?"
        + (r"(?![\w/:]|[.,]\d)" if spaced and language.code != "ko" else r"(?![A-Za-z\d/:]|[.,]\d)"),
        re.I,
    )
