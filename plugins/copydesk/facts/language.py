"""Language data: names and numerals from CLDR, words of our own from ``data/<language>.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

_FILES = files("copydesk.facts").joinpath("data")
_EMPTY: dict[str, Any] = {}


def fold(word: str) -> str:
    """Lower case, without accents: how words are compared."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@dataclass(frozen=True, eq=False)
class Language:
    """What the finders know of a language."""

    code: str
    data: dict[str, Any] = field(repr=False)

    def words(self, section: str, name: str) -> list[str]:
        found: list[str] = self.data.get(section, _EMPTY).get(name, [])
        return found

    def table(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data.get(section, _EMPTY)
        return found

    @cached_property
    def months(self) -> dict[str, int]:
        """Names of months, folded, full and abbreviated."""
        return self._names("months", first=1)

    @cached_property
    def weekdays(self) -> dict[str, int]:
        """Names of weekdays, folded; Monday is 0."""
        return self._names("days", first=0) | {fold(word): day for word, day in self.table("weekdays").items()}

    @cached_property
    def capitalised(self) -> bool:
        """Whether months and weekdays are written with a capital, so that "may" and "march" are verbs."""
        names = locale_of(self.code).months["format"]["wide"]
        return all(name[:1].isupper() for name in names.values())

    @cached_property
    def separators(self) -> tuple[str, str]:
        """The decimal and the grouping sign."""
        symbols = locale_of(self.code).number_symbols
        symbols = symbols.get("latn", symbols)
        return symbols.get("decimal", "."), symbols.get("group", ",")

    def _names(self, kind: str, *, first: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = getattr(locale_of(self.code), kind).get(context, _EMPTY).get(width, _EMPTY)
                for number, name in names.items():
                    if len(name.strip(".")) >= 3 and not name.isdigit():
                        found.setdefault(fold(name.strip(".")), number - 1 + first if kind == "months" else number)
        return found


def any_of(words: Any) -> str:
    """A regular expression of alternatives, longest first; white space in a word matches any."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


@cache
def language(code: str | None) -> Language:
    """The data of a BCP 47 language; of an unknown one what CLDR gives, of none what English has in common."""
    primary = (code or "en").split("-")[0].lower()
    path = _FILES.joinpath(f"{primary}.toml")
    return Language(primary, tomllib.loads(path.read_text("utf-8")) if path.is_file() else {})


@cache
def locale_of(code: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
