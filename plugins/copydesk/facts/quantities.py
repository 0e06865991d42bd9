"""Quantities: numbers, ordinals, ranges, percentages, sums of money, dimensions and temperatures, with what is counted
and how it is qualified.

Amounts are found one by one; two that stand in "25 to 30" or "between 3% and 5%" are one range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from copydesk.facts import money, units
from copydesk.facts.claims import Claims
from copydesk.facts.counted import counted_by, substance
from copydesk.facts.han import HAN_LANGUAGES
from copydesk.facts.language import BEFORE, Language, any_of, fold, shared_table
from copydesk.facts.numerals import number_pattern, number_words, parse_number
from copydesk.facts.ordinals import find_ordinals, windows
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_SURE_WORD = 13
"""From this on a number word alone is a number; smaller ones need what they count ("the two said")."""
_TOKEN = re.compile(r"\S{4,}")
_ADDRESS = re.compile(r"://|\bwww\.|\w@\w|%[0-9A-F]{2}.*%[0-9A-F]{2}")
_TELEPHONE = re.compile(r"\+\d[\d\s().-]{6,20}\d")
_LIST_MARK = re.compile(r"(?:^|\n|[.!?]\s)[ \t]{0,8}\d{1,3}[.)]\s")
_CHAIN = re.compile(r"(?<![\w.,–-])\d[\w.,]{0,20}(?:[-–]\d[\w.,]{0,20}){2,9}")
"""A telephone number, an ISBN."""


@dataclass(frozen=True)
class _Amount:
    text: str
    match: re.Match[str]
    language: Language
    size: float

    @cached_property
    def start(self) -> int:
        """ "at least 12" has no minus in any language: "pelo menos 12"."""
        minus = self.match["minus"]
        if (
            minus
            and minus[0].isalpha()
            and any(known.search(self._till_number) for _, known in _qualifiers(self.language))
        ):
            return self.match.start("number")
        return self.match.start()

    @property
    def _till_number(self) -> str:
        return self.text[max(0, self.match.start() - 24) : self.match.start("number")]

    @cached_property
    def number(self) -> float:
        size = self.size * (10 if self.match["percent"] in shared_table("common")["tenths"] else 1)
        return -size if self.match["minus"] and self.start != self.match.start("number") else size

    @property
    def end(self) -> int:
        return self.match.end()

    @cached_property
    def unit(self) -> str | None:
        """``%``, the code of a currency or the identifier of a unit of measure."""
        if self.match["percent"] or self.match["percent_before"]:
            return "%"
        sign, name = self.match["sign"], self.match["name"]
        if sign or (name and not (abs(self.number) < 1000 and money.doubtful(name))):
            return money.currency_of(sign or name, self.language)
        if self.match["scale_before"]:
            return units.scale_of(self.match["scale_before"], self.language)
        measure = self.match["symbol"] or self.match["measure"] or name
        return units.unit_of(measure, self.language) if measure else None

    @property
    def kind(self) -> FactType:
        if self.unit is None:
            return FactType.NUMBER
        if self.unit == "%":
            return FactType.PERCENT
        return FactType.MONEY if self.unit.isupper() else units.kind_of(self.unit, abs(self.number))

    @property
    def scaled(self) -> bool:
        return bool(self.match["short"]) or not self.match["number"][-1].isdigit()

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - 24) : self.start]


def find_quantities(scan: Scan, taken: Sequence[tuple[int, int]]) -> list[Fact]:
    """Quantities outside the spans that are ``taken`` (dates)."""
    text = scan.text
    spans = [match.span() for known in (_TELEPHONE, _LIST_MARK, _CHAIN) for match in known.finditer(text)]
    if _ADDRESS.search(text):
        spans += [token.span() for token in _TOKEN.finditer(text) if _ADDRESS.search(token[0])]
    blocked = Claims([*taken, *spans])
    found = list(find_ordinals(scan, blocked))
    waiting: _Amount | None = None
    for amount in _amounts(scan, blocked):
        if waiting is None:
            waiting = amount
            continue
        together = _together(waiting, amount)
        if together is None:
            found += _number(waiting)
            waiting = amount
        else:
            found += together
            waiting = None
    return [*found, *(_number(waiting) if waiting else ())]


def _amounts(scan: Scan, blocked: Claims) -> Iterator[_Amount]:
    text, language, expression = scan.text, scan.language, _expression(scan.language)
    for match in (match for window in windows(scan) for match in expression.finditer(text, *window)):
        if not blocked.free(*match.span("number")):
            continue
        number = parse_number(match["number"], language)
        if number is None:
            continue
        if match["short"]:
            number = round(number * money.scales()[match["short"]], 6)
        yield _Amount(text, match, language, number)


def _together(low: _Amount, high: _Amount) -> list[Fact] | None:
    """What two amounts state together; ``None`` where nothing joins them."""
    gap = low.text[low.end : high.start]
    if len(gap) > _WIDEST_GAP:
        return None
    dash, to, both, lead, added, below, over, one_over = _joints(low.language)
    if dash.fullmatch(gap):
        # "3-2" is a score, "737-800" a model: no range, and no two numbers.
        return [*_range(low, high)] if _rises(low, high) and not _named(low) else []
    if to.fullmatch(gap) or (both.fullmatch(gap) and lead.search(low.before)):
        return [*_range(low, high)] if _rises(low, high) else None
    if below.fullmatch(gap) and _qualifier(low) in ("more_than", "at_least") and _rises(low, high):
        return [*_range(low, high)]
    if (over.fullmatch(gap) or (low.number == 1 and one_over.fullmatch(gap))) and _is_part(low, high):
        part = _fact(FactType.NUMBER, low, high, FactValue(number=round(low.number / high.number, 9)))
        return [replace(part, rule=PART)]
    return _sum(low, high) if added.fullmatch(gap) else None


_WIDEST_GAP = 40
PART = "quantity.part"
"""The rule of "one in three": it says what part, not how many."""
_MOST_OF = 1000


def _is_part(low: _Amount, high: _Amount) -> bool:
    """ "one in three", "2 of 10": not "two in 2024"."""
    whole = low.number % 1 == 0 == high.number % 1 and not low.unit and not high.unit
    return whole and 0 < low.number <= high.number <= _MOST_OF and high.number > 1


def _sum(high: _Amount, low: _Amount) -> list[Fact] | None:
    """One amount in two parts: "2 millones 300 mil", "13 dollars and 45 cents"."""
    if high.kind is FactType.MONEY and not low.unit and high.number % 1 == 0 and 0 < low.number < 100:
        minor = _minor().match(low.text, low.end)
        if not minor and (high.match["sign"] or low.start - high.end > 1 or len(low.match["number"]) != 2):
            return None
        value, end = FactValue(number=high.number + low.number / 100), minor.end() if minor else low.end
    elif high.unit is None and high.scaled and low.scaled and low.number >= 1000:
        if high.number % 1_000_000 or low.number >= 1_000_000:
            return None
        value, end = FactValue(number=high.number + low.number), low.end
    else:
        return None
    fact = _fact(high.kind if high.unit else low.kind, high, low, value)
    if high.unit:
        value.pop("counted", None)
        value["unit"] = high.unit
    return [replace(fact, end=end, text=high.text[high.start : end])]


@cache
def _minor() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{any_of(shared_table('money')['currencies']['minor'])})(?!\w)", re.I)


def _rises(low: _Amount, high: _Amount) -> bool:
    return low.number < high.number and low.unit in (None, high.unit)


@cache
def _joints(language: Language) -> tuple[re.Pattern[str], ...]:
    words, qualifiers = language.words, language.table("qualifiers")
    both = rf"(?:{any_of(words('quantities', 'range_and'))})"
    less = any_of([*qualifiers.get("less_than", ()), *qualifiers.get("at_most", ())])
    return (
        re.compile(r"\s?[-–—~～〜]\s?"),
        re.compile(rf"\s*(?:{any_of(words('quantities', 'range'))})\s*", re.I),
        re.compile(rf"\s+{both}\s+", re.I),
        re.compile(rf"{BEFORE}(?:{any_of(words('quantities', 'range_lead'))})\s+$", re.I),
        re.compile(rf"\s+(?:(?:{both}|{any_of(words('quantities', 'joiner'))})\s+)?", re.I),
        re.compile(rf"(?:,\s+|\s+{both}\s+)(?:\w+\s+)?(?:{less})\s+", re.I),
        re.compile(rf"\s+(?:{any_of(words('quantities', 'over'), folded=True)})\s+", re.I),
        re.compile(rf"\s+(?:{any_of(words('quantities', 'one_over'), folded=True)})\s+", re.I),
    )


def _range(low: _Amount, high: _Amount) -> Iterator[Fact]:
    least = low.number
    if high.scaled and not low.scaled and 0 < least < 1000 <= high.number:
        # "25 to 30 thousand": the scale belongs to both.
        scale = 1000 ** int((len(str(int(high.number))) - 1) // 3)
        least = least * scale if least * scale < high.number else least
    value = FactValue(low=least, high=high.number)
    yield _fact(high.kind if high.unit else FactType.NUMBER_RANGE, low, high, value)


def _number(amount: _Amount) -> Iterator[Fact]:
    if amount.unit or _stated(amount):
        yield _fact(amount.kind, amount, amount, FactValue(number=amount.number))


def _fact(kind: FactType, first: _Amount, last: _Amount, value: FactValue) -> Fact:
    if last.unit:
        value["unit"] = last.unit
        if kind is FactType.DIMENSION and (measured := substance(last.text, last.end, last.language)):
            value["counted"] = measured
    elif counted := _counted(last):
        value["counted"] = counted
    if qualifier := _qualifier(first):
        value["qualifier"] = qualifier
    return Fact(kind, first.start, last.end, first.text[first.start : last.end], value, f"quantity.{kind}", 0.9)


def _counted(amount: _Amount) -> str | None:
    return amount.match["name"] or counted_by(amount.text, amount.end, amount.language)


def _stated(amount: _Amount) -> bool:
    """Whether a bare number says how many: not a year, the number of a thing, a time of day, or a lone "two"."""
    surface, counted = amount.match["number"], _counted(amount)
    if _is_all(amount):
        return True
    if not surface[0].isdigit() and amount.language.code not in HAN_LANGUAGES:
        one_word = fold(surface) in number_words(amount.language)
        glued = amount.language.table("quantities").get("glued")
        if _qualifier(amount):
            return True
        if amount.number == 1 or (not one_word and not glued and len(surface.split()) == 1 and not counted):
            return False
        return bool(counted) or amount.number >= _SURE_WORD or not one_word
    if _clock().match(amount.text, amount.end) or _designated().search(amount.before):
        return False
    year = surface.isdigit() and len(surface) == 4 and 1500 <= amount.number < 2100
    return bool(counted) or not (year or _named(amount))


def _is_all(amount: _Amount) -> bool:
    """Whether the number is all that its line says, as in a table or an answer."""
    before = amount.text[max(0, amount.start - _ALL_BUT) : amount.start].rpartition("\n")
    after = amount.text[amount.end : amount.end + _ALL_BUT].partition("\n")
    begins, ends = before[1] or amount.start < _ALL_BUT, after[1] or amount.end + _ALL_BUT > len(amount.text)
    return bool(begins and ends) and not any(map(str.isalnum, before[2] + after[0]))


_ALL_BUT = 6
"""Blanks and signs around a number that is all."""


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
        (
            name,
            re.compile(rf"{language.edges[0]}(?:{any_of(words)})\s*(?:(?:{lead})\s+)?(?:\S{{1,3}}\s)?$", re.I),
            words,
        )
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
    minus = any_of(words("quantities", "minus"))
    percent_before = any_of(words("quantities", "percent_before"))
    of = rf"\s+(?:(?:{any_of(words('quantities', 'of'))})\s*)?"
    stop = r"(?!\w)" if spaced and language.code != "ko" else ""
    return re.compile(
        rf"{edge}(?:(?P<percent_before>{percent_before})\s?|(?P<sign>{signs})\s?|(?P<scale_before>{units.leads(language)})\s?)?"
        rf"(?P<minus>(?:(?<!\d\s)(?<![^\s($€£])[-−]|(?:{minus})\s?))?"
        rf"(?P<number>{number_pattern(language)})"
        rf"(?:\s?(?P<short>(?-i:{scales}))(?(sign)(?!\w)|(?=\s?(?:{signs}))))?"
        rf"(?:\s?-?(?P<percent>{percent})|(?:{of}|\s?)(?P<name>{signs}|{money.names(language)}){stop}"
        rf"|(?P<symbol>(?-i:{units.symbols(language)}))(?!\w)|(?:{of}|[\s-]?)(?P<measure>{units.names(language)}){stop})?"
        + (r"(?![\w/:]|[.,]\d)" if spaced and language.code != "ko" else r"(?![A-Za-z\d/:]|[.,]\d)"),
        re.I,
    )
