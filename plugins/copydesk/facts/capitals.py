"""Capitalised sequences: what names are made of."""

from __future__ import annotations

import re
from functools import cache

from copydesk.facts.language import Language, fold

UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŸŹŻŽȘȚΆΈΉΊΌΎΏΪΫΑ-ΩА-ЯЁІЇЄҐ]"
CAPITAL = rf"{UPPER}[\w’'-]*"
_PARTICLES = frozenset("de da do dos das del della di von van der den bin ibn al el la le ter zu".split())
SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[\"“”«»„—–-])\s*$")


@cache
def particles(language: Language) -> frozenset[str]:
    """Small words inside of names, but for those that are other words in the language ("do" is "to" in Polish)."""
    return _PARTICLES - set(language.words("names", "no_particles"))


@cache
def sequence(language: Language) -> re.Pattern[str]:
    """Capitalised words in a row, with the particles between them."""
    small = "|".join(sorted(particles(language)))
    inner = rf"(?:(?:{small})[ \u00a0]){{0,2}}"
    return re.compile(rf"(?<![\w’'@.-]){CAPITAL}(?:[ \u00a0]{inner}{CAPITAL}|[ \u00a0]?-{CAPITAL})*")


@cache
def openers(language: Language) -> frozenset[str]:
    """Words that are capitalised because they begin a sentence, not because they are names."""
    found: set[str] = set()
    for section, names in (
        ("names", ("openers",)),
        ("quantities", ("stop",)),
        ("attributions", ("articles", "phrases")),
        ("dates", ("in", "this", "last")),
    ):
        for name in names:
            found.update(fold(word.split()[0]) for word in language.words(section, name))
    found.update(fold(word.split()[0]) for word in language.days.words)
    return frozenset(found | set(map(fold, language.weekdays)) | set(map(fold, language.months)))
