"""Units of measure: names and symbols from CLDR in every language, what it lacks from ``data/units.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.facts.language import Language, WordTable, any_of, locale_of, shared_table
from copydesk.model import FactType

_DEGREE = "degree"
_PLACE = "{0}"


@cache
def symbols(language: Language) -> str:
    """A regular expression of symbols, as they are written behind a figure, with the space that may be between."""
    glued = set(shared_table("units")["glued"])
    known = _symbols(language)
    spaced, written_on = any_of(known.keys() - glued), any_of(known.keys() & glued)
    degrees = "|".join(rf"[°º]\s?{letter}" for letter in "CFcf")
    return rf"(?:\s?-?(?:{degrees}|{spaced})|(?:{written_on}))"


@cache
def names(language: Language) -> str:
    """A regular expression of the language's names of units."""
    return _by_name(language).pattern


@cache
def leads(language: Language) -> str:
    """A regular expression of what stands before a figure: 摂氏 20 度."""
    return _leads(language).pattern


def unit_of(surface: str, language: Language) -> str | None:
    """CLDR's identifier of a unit by its symbol or name."""
    surface = surface.strip(" \t\n\xa0-")
    if match := re.fullmatch(r"[°º]\s?([CFcf])", surface):
        scale: str = shared_table("units")["temperatures"]["scales"][match[1].upper()]
        return scale
    known = _by_name(language)
    return _symbols(language).get(surface) or known.get(surface)


def scale_of(lead: str, language: Language) -> str:
    """The scale of temperatures that stands before a figure."""
    return _leads(language)[lead]


def kind_of(unit: str, number: float) -> FactType:
    """Whether a unit measures a temperature or another dimension."""
    table = shared_table("units")["temperatures"]
    warm = unit in table["kinds"] or (unit == _DEGREE and number <= table["warmest"])
    return FactType.TEMPERATURE if warm else FactType.DIMENSION


@cache
def _by_name(language: Language) -> WordTable[str]:
    table = shared_table("units")
    own = {form: unit for unit, long, form, before in _forms(language) if long and not before}
    known = table["names"] | own | language.table("measures")
    scales = {name: unit for name, unit in known.items() if unit in table["temperatures"]["kinds"]}
    degrees = [name for name, unit in known.items() if unit == _DEGREE]
    for scale, unit in (scales | table["temperatures"]["scales"]).items():
        known |= {f"{degree} {scale}": unit for degree in degrees}
    return WordTable(known)


@cache
def _symbols(language: Language) -> dict[str, str]:
    table = shared_table("units")
    found: dict[str, str] = {}
    for code in (language.code, "en"):
        for unit, long, form, before in _forms(Language(code, {})):
            if not long and not before and (len(form) > 1 or form in table["letters"]):
                found.setdefault(form, unit)
    symbols: dict[str, str] = table["symbols"]
    return symbols | {form: unit for form, unit in found.items() if re.match(r"[\w°]", form)}


@cache
def _leads(language: Language) -> WordTable[str]:
    return WordTable({before: unit for unit, _, _, before in _forms(language) if before})


def _forms(language: Language) -> Iterator[tuple[str, bool, str, str]]:
    """From CLDR: a unit's identifier, whether the form is a name, the form, and what stands before the figure."""
    table = shared_table("units")
    for code in (language.code, *table["locales"].get(language.code, ())):
        for key, widths in locale_of(code)._data["unit_patterns"].items():
            kind, _, unit = key.partition("-")
            if kind not in table["types"] or unit in table["left_out"]:
                continue
            for width in ("long", "short", "narrow"):
                for count, pattern in (widths.get(width) or {}).items():
                    before, place, after = pattern.replace("\xa0", " ").partition(_PLACE)
                    if count != "per" and place and (after.strip() or before.strip()):
                        yield unit, width == "long", after.strip(), before.strip()
