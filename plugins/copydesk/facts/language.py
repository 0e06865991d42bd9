"""Language data: names and signs from CLDR, words of our own from ``data/<language>.toml``.

A language without a table of its own still has months, weekdays, units of time and number signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Generic, TypeVar

import tomli

from copydesk.metadata.dates import own_months_of, own_weekdays_of

_FILES = files("copydesk.facts").joinpath("data")
_EMPTY: dict[str, Any] = {}
T = TypeVar("T")
_UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "km", "my"})
_SAME = {"nb": "no", "nn": "no", "ms": "id"}
"""Languages that share a table."""
SIGNS = "\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"
"""Vowel signs of Devanagari, which ``\\w`` does not know: ranges of a regular expression."""
BEFORE, AFTER = rf"(?<![\w{SIGNS}])", rf"(?![\w{SIGNS}])"
"""The edges of a word."""
_UNITS = {"day": "D", "week": "W", "month": "M", "year": "Y", "hour": "TH", "minute": "TM"}


def fold(word: str) -> str:
    """Lower case, without accents: how words are compared."""
    if word.isascii():
        return word.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    # A regular expression that ignores case takes the dotless i for i.
    return unicodedata.normalize("NFC", bare).replace("ı", "i")


_ACCENTS = re.compile("[\u0300-\u036f]")


class WordTable(Generic[T]):
    """Words with their meanings, found in any case, with and without accents."""

    def __init__(self, meanings: dict[str, T]) -> None:
        self.words = tuple(meanings)
        self.pattern = any_of(meanings, folded=True)
        self._meanings = {_key(word): meaning for word, meaning in meanings.items()}

    def __getitem__(self, surface: str) -> T:
        return self._meanings[_key(surface)]

    def get(self, surface: str) -> T | None:
        return self._meanings.get(_key(surface))

    def __bool__(self) -> bool:
        return bool(self._meanings)

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)


def _key(surface: str) -> str:
    return " ".join(fold(surface).split())


@dataclass(frozen=True, eq=False)
class Language:
    """What the finders know of a language."""

    code: str
    data: dict[str, Any] = field(repr=False)

    def words(self, section: str, name: str) -> list[str]:
        found: list[str] = self.table(section).get(name, [])
        return found

    def table(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data.get(section, _EMPTY)
        return found

    @cached_property
    def months(self) -> WordTable[int]:
        """Names of months, full and abbreviated. Like those of weekdays from a table: what Babel gives depends on which
        locales it read before."""
        return WordTable(_telling(own_months_of(self.code) or own_months_of("en")) | self.table("months"))

    @cached_property
    def weekdays(self) -> WordTable[int]:
        """Full names of weekdays; Monday is 0."""
        return WordTable(_telling(own_weekdays_of(self.code) or own_weekdays_of("en")) | self.table("weekdays"))

    @cached_property
    def short_weekdays(self) -> WordTable[int]:
        """Abbreviations of weekdays: many are words too ("sun", "mar"), so only a date beside one tells."""
        return WordTable(_telling(own_weekdays_of(self.code, short=True)))

    @cached_property
    def days(self) -> WordTable[int]:
        """Today, yesterday … as days from publication."""
        return WordTable(self.table("days"))

    @cached_property
    def quarters(self) -> WordTable[int]:
        """Ordinals of the year's quarters."""
        return WordTable(self.table("quarters"))

    @cached_property
    def units(self) -> WordTable[str]:
        """Units of time with their ISO 8601 designators; ``T`` leads those of the clock."""
        if self.table("units"):
            return WordTable(self.table("units"))
        return WordTable({noun: _UNITS[unit] for unit, _, noun, _ in self._past()})

    @cached_property
    def ago(self) -> tuple[str, ...]:
        """Regular expressions of "three days ago" with ``{}`` in place of the number with its unit."""
        before, after = self.words("dates", "ago_before"), self.words("dates", "ago_after")
        if before or after:
            return tuple(
                expression
                for words, expression in (
                    (before, rf"(?:{any_of(before, folded=True)})\s*{{}}"),
                    (after, rf"{{}}\s*(?:{any_of(after, folded=True)})"),
                )
                if words
            )
        found = {
            r"\s*".join(filter(None, (re.escape(head), "{}", re.escape(tail)))) for _, head, _, tail in self._past()
        }
        return tuple(sorted(found - {"{}"}))

    @cached_property
    def capitalised(self) -> bool:
        """Whether months and weekdays are written with a capital, so that "may" and "march" are verbs."""
        names = locale_of(self.code).days["format"]["wide"]
        return all(name[:1].isupper() for name in names.values())

    @cached_property
    def edges(self) -> tuple[str, str]:
        """What must stand before and after a word: nothing where words are not spaced or carry particles."""
        if self.code in _UNSPACED_LANGUAGES:
            return "", ""
        return BEFORE, "" if self.code == "ko" else AFTER

    @cached_property
    def separators(self) -> tuple[str, str]:
        """The decimal and the grouping sign."""
        symbols = locale_of(self.code).number_symbols
        symbols = symbols.get("latn", symbols)
        return symbols.get("decimal", "."), symbols.get("group", ",")

    def _past(self) -> Iterator[tuple[str, str, str, str]]:
        """From CLDR, for each unit of time: the unit, what stands before the number, the noun, what follows it."""
        fields = locale_of(self.code)._data["date_fields"]
        for unit in _UNITS:
            for pattern in fields.get(unit, _EMPTY).get("past", _EMPTY).values():
                if match := re.fullmatch(r"(.*?)\s*\{0\}\s?(\S+)(?:\s+(.+))?", pattern):
                    yield unit, match[1], match[2], match[3] or ""


def _telling(names: dict[str, int]) -> dict[str, int]:
    """The names of months or weekdays that are long enough to be no other word."""
    return {name: number for name, number in names.items() if len(name) >= 3 or not name.isascii()}


def any_of(words: Iterable[str], *, folded: bool = False) -> str:
    """A regular expression of alternatives, longest first; white space in a word matches any.

    ``folded`` also takes the words without their accents, as hurried hands and old wires write them.
    """
    known = set(words)
    if folded:
        known |= {fold(word) for word in known}
    ordered = sorted(known, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


@cache
def language(code: str | None) -> Language:
    """The data of a BCP 47 language; of an unknown one what CLDR gives, of none what English has in common."""
    primary = (code or "en").split("-")[0].lower()
    primary = _SAME.get(primary, primary)
    if not _CODE.fullmatch(primary):
        return Language("en", {})
    path = _FILES.joinpath(f"{primary}.toml")
    return Language(primary, tomli.loads(path.read_text("utf-8")) if path.is_file() else {})


_CODE = re.compile(r"[a-z]{2,3}")


@cache
def meanings(known: Language, section: str) -> WordTable[Any]:
    """A section of a language's data as a table of its words; an empty one where the language has none."""
    return WordTable(known.table(section))


@cache
def shared_table(name: str) -> dict[str, Any]:
    """A table that holds in every language: ``data/<name>.toml``."""
    return tomli.loads(_FILES.joinpath(f"{name}.toml").read_text("utf-8"))


@cache
def locale_of(code: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
