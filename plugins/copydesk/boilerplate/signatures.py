"""Signatures: lines that are boilerplate by their form, as rows in ``data/signatures/<language>.toml``.

Every row is tried on every text, whatever its language: an English credit stands under Portuguese copies, and a text's
language is not always known. A row costs nothing where none of its triggers occurs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from copydesk.boilerplate.phrases import PhraseIndex
from copydesk.metadata.registry import registry
from copydesk.model import RemovalKind

PLACES = ("any", "head", "tail", "inline-tail")
"""Where a signature counts: anywhere, among the first or last paragraphs, at the end of one of the last paragraphs."""


@dataclass(frozen=True)
class Signature:
    """A row. ``pattern`` must match the whole of a paragraph or sentence; for ``inline-tail`` the end of one."""

    id: str
    kind: RemovalKind
    where: str
    pattern: str
    triggers: tuple[str, ...]
    """One of these must occur (see :mod:`copydesk.boilerplate.phrases`); ``<AGENCY>`` is the name of any agency."""
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    confidence: float
    cased: bool
    names_publisher: bool
    """Whether an organisation named in it published or syndicated the text; a picture's owner did not."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled with the macros filled in; what is removed is its group ``cut``, or all of it."""
        pattern = self.pattern
        for macro, expression in _macros().items():
            pattern = pattern.replace(macro, expression)
        return re.compile(rf"(?:{pattern})\s*\Z" if self.where == "inline-tail" else pattern, 0 if self.cased else re.I)


@cache
def signatures() -> tuple[Signature, ...]:
    folder = files("copydesk.boilerplate").joinpath("data/signatures")
    rows: list[Signature] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            rows += parse_signatures(file.read_text("utf-8"), file.name.removesuffix(".toml"))
    return tuple(rows)


def parse_signatures(toml: str, language: str) -> Iterable[Signature]:
    """The rows of a signature file: tables ``[kind.name]``, whose id becomes ``kind.name.language``."""
    for kind, tables in tomllib.loads(toml).items():
        for name, row in tables.items():
            yield _signature(f"{kind}.{name}.{language}", RemovalKind(kind), row)


def _signature(identifier: str, kind: RemovalKind, row: dict[str, Any]) -> Signature:
    where = row.get("where", "any")
    if where not in PLACES:
        raise ValueError(f"{identifier}: where is {where!r}, not one of {', '.join(PLACES)}")
    return Signature(
        id=identifier,
        kind=kind,
        where=where,
        pattern=row["pattern"],
        triggers=tuple(row["triggers"]),
        examples=tuple(row["examples"]),
        counter_examples=tuple(row.get("counter_examples", ())),
        confidence=row.get("confidence", 0.95),
        cased=row.get("cased", False),
        names_publisher=row.get("names_publisher", True),
    )


@cache
def triggers() -> PhraseIndex[Signature]:
    """What to look for before any pattern is tried."""
    agencies = tuple(_names("agency"))
    return PhraseIndex(
        (phrase, signature)
        for signature in signatures()
        for trigger in signature.triggers
        for phrase in (agencies if trigger == "<AGENCY>" else (trigger,))
    )


@cache
def _macros() -> dict[str, str]:
    """What the capitals in angle brackets stand for in a pattern."""
    upper = "[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽȘȚΑ-ΩΆ-ΏА-ЯЁІЇЄҐ]"
    word = rf"{upper}[\w.'’\-]*"
    particle = r"(?:(?:de|da|do|dos|das|del|della|di|von|van|der|den|la|le|el|al|bin|ben|ter|zu|e|y|du|st\.) ){0,2}"
    return {
        "<AGENCY>": _alternatives("agency"),
        "<ORG>": f"(?:{_alternatives('agency')}|{_alternatives('outlet')})",
        "<NAME>": rf"(?-i:{word}(?: {particle}{word}){{1,3}})",
        "<UPPER>": f"(?-i:{upper})",
    }


def _alternatives(kind: str) -> str:
    return "(?:" + "|".join(re.escape(name) for name in _names(kind)) + ")"


def _names(kind: str) -> list[str]:
    """Every name of the agencies or outlets, the longest first."""
    names = {
        name
        for organisation in registry()
        if organisation.kind == kind
        for name in (organisation.name, *organisation.aliases, *organisation.short)
    }
    return sorted(names, key=lambda name: (-len(name), name))
