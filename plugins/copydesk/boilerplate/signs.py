"""What each line of a text has that may mean boilerplate: triggers of signatures, beginnings of words with concepts.

The text is looked through once, for all of both; a line then has to be asked only for the few that the text has.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from copydesk.boilerplate.phrases import PhraseIndex, Spelt
from copydesk.boilerplate.scorer import Concepts, Stems, lexicon, lexicon_of
from copydesk.boilerplate.signatures import Signature, triggers

Sign = tuple[Signature, ...] | str
"""What a phrase is a sign of: signatures, or a concept by its name."""


class Signs(NamedTuple):
    rows: Sequence[Signature]
    """Signatures one of whose triggers is there."""
    stems: Stems
    concepts: Concepts


def signs_of(text: Spelt, language: str | None) -> list[Signs]:
    """The signs of each line of a text in ``language`` (BCP 47)."""
    code = lexicon_of(language)
    found: dict[int, list[tuple[str, Sign]]] = {}
    for known in dict.fromkeys(("en", code)):
        for line, sign in index(known).find(text):
            found.setdefault(line, []).append(sign)
    return [_parted(found[line]) if line in found else _NONE for line in range(len(text.words))]


@cache
def index(code: str) -> PhraseIndex[Sign]:
    """A lexicon; the English one, which every text may have words of, with the triggers of all signatures."""
    return PhraseIndex([*lexicon(code), *(triggers() if code == "en" else ())])


_NONE = Signs((), (), {})


def _parted(signs: Sequence[tuple[str, Sign]]) -> Signs:
    rows: dict[str, Signature] = {}
    stems: dict[tuple[str, str], None] = {}
    concepts: dict[str, int] = {}
    for phrase, sign in signs:
        if not isinstance(sign, str):
            rows |= {row.id: row for row in sign}
        elif (phrase, sign) not in stems:
            stems[phrase, sign] = None
            concepts[sign] = concepts.get(sign, 0) + 1
    # Of two rows that match alike, the one of a language says more than the one of any; the order is always the same.
    return Signs(sorted(rows.values(), key=lambda row: (row.id.endswith(".any"), row.id)), list(stems), concepts)
