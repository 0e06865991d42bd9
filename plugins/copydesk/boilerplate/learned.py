"""Blocks that were learned from a source's articles: how a line is known again, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from copydesk.boilerplate.phrases import spell
from copydesk.metadata.byline import parse_byline
from copydesk.metadata.registry import fold
from copydesk.model import Item, RemovalKind

_RULE = "learned."
_LETTERS = r"[^\W\d_]{3,14}"
_YEAR = r"(?:19|20)\d\d"
_FULL_DATE = re.compile(
    rf"(?:\b{_LETTERS},\s+)?(?:"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s+(?:(?:de|of)\s+)?{_LETTERS}\.?,?\s+(?:de\s+)?{_YEAR}\b"
    rf"|\b{_LETTERS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}\b"
    rf"|\b{_YEAR}[-./]\d{{1,2}}[-./]\d{{1,2}}\b(?:t(?=\d))?"
    rf"|\b\d{{1,2}}[-./]\d{{1,2}}[-./](?:{_YEAR}|\d\d)\b"
    rf"|{_YEAR}\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일])"
)
_TIME = re.compile(r"\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\b)?")
_YEARS = re.compile(rf"\b{_YEAR}(?:\s?[-–/]\s?(?:{_YEAR}|\d\d))?\b")
_FIGURE = re.compile(r"\d+")
_DATED = re.compile(rf"{_YEAR}|\d[-./]\d")
"""What neither a date nor a year is without, and far sooner looked for."""


def words_of(line: str, names: Iterable[str] = ()) -> str:
    """What a line is known again by: its words.

    Case, accents, white space and punctuation don't count, nor do digits, dates, and ``names``: those of the
    article's own authors, so that a footer about them is one footer.
    """
    text = _undated(line)
    spelt = spell(_FIGURE.sub("0", text))
    for name in names:
        if " " in (words := spell(fold(name)).strip()):
            spelt = spelt.replace(f" {words} ", " @ ")
    return " ".join(spelt.split())


def key_of(words: str) -> int:
    """A signed 64-bit hash of a line's words."""
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big", signed=True)


def names_of(item: Item) -> tuple[str, ...]:
    """The names of an item's authors, as far as it gives them itself."""
    return tuple(dict.fromkeys((*item.authors, *parse_byline(item.byline or ""))))


def figures_of(line: str) -> list[str]:
    """The numbers of a line that are no part of a date."""
    return _FIGURE.findall(_undated(line))


def _undated(line: str) -> str:
    text = fold(line)
    if not _DATED.search(text):
        return text
    text, dates = _FULL_DATE.subn(" date ", text)
    # A time by itself may be what is reported: a sunrise, a kick-off.
    return _YEARS.sub(" year ", _TIME.sub(" ", text) if dates else text)


def rule_of(block_id: int) -> str:
    """What removals name a block by."""
    return f"{_RULE}{block_id}"


def block_of(rule: str) -> int | None:
    """The block that a removal names, where it isn't a signature or the scorer."""
    return int(rule.removeprefix(_RULE)) if rule.startswith(_RULE) else None


@dataclass(frozen=True, slots=True)
class LearnedBlock:
    """A block that is to be stripped."""

    block_id: int
    kind: RemovalKind
    confidence: float

    @property
    def rule(self) -> str:
        """Its name in :attr:`copydesk.model.Removal.rule`."""
        return rule_of(self.block_id)


@dataclass(frozen=True, slots=True)
class Learned:
    """The blocks of one source that are to be stripped, by their keys."""

    blocks: Mapping[int, LearnedBlock] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """Of the authors of the article at hand."""

    def naming(self, names: Iterable[str]) -> Learned:
        """The same for an article by these authors."""
        return replace(self, names=tuple(names))

    def find(self, line: str) -> LearnedBlock | None:
        return self.blocks.get(key_of(words_of(line, self.names))) if self.blocks else None
