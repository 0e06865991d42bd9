"""Capitalised sequences: what names are made of."""

from __future__ import annotations

import re
from functools import cache

from copydesk.facts.language import Language, fold

UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŸŹŻŽΑ-ΩА-ЯЁІЇЄҐ]"
CAPITAL = rf"{UPPER}[\w’'-]*"
PARTICLES = frozenset("de da do dos das del della di von van der den bin ibn al el la le ter zu".split())
_PARTICLE = rf"(?:{'|'.join(sorted(PARTICLES))})"
SEQUENCE = re.compile(
    rf"(?<![\w’'@.-]){CAPITAL}(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]){{0,2}}{CAPITAL}|[ \u00a0]?-{CAPITAL})*"
)
SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[\"“”«»„—–-])\s*$")


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
    return frozenset(found | set(map(fold, language.weekdays)) | set(map(fold, language.months)))
