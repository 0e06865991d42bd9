"""Signatures: lines that are boilerplate by their form, as rows in ``data/signatures/<language>.toml``.

Every row is tried on every text, whatever its language: an English credit stands under Portuguese copies, and a text's
language is not always known. A row costs nothing where none of its triggers occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import tomli

from copydesk.boilerplate.phrases import is_unspaced
from copydesk.metadata.registry import registry
from copydesk.model import RemovalKind

PLACES = ("any", "head", "tail", "inline-tail")
"""Where a signature counts: anywhere, among the first or last paragraphs, at the end of one of the last paragraphs."""


@dataclass(frozen=True, eq=False)
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

    def marked(self, text: str) -> str:
        """The text as the pattern is matched against it, letter for letter."""
        return mark_names(text, outlets=self._names_outlets) if self._names_any else text

    @cached_property
    def _names_outlets(self) -> bool:
        return "<ORG>" in self.pattern

    @cached_property
    def _names_any(self) -> bool:
        return self._names_outlets or "<AGENCY>" in self.pattern


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
    for kind, tables in tomli.loads(toml).items():
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


def triggers() -> Iterable[tuple[str, tuple[Signature, ...]]]:
    """What to look for before any pattern is tried: each phrase with the signatures that it triggers."""
    found: dict[str, list[Signature]] = {}
    agencies = _names("agency")
    for signature in signatures():
        for trigger in signature.triggers:
            for phrase in agencies if trigger == "<AGENCY>" else (trigger,):
                found.setdefault(phrase, []).append(signature)
    return ((phrase, tuple(rows)) for phrase, rows in found.items())


@cache
def _macros() -> dict[str, str]:
    """What the capitals in angle brackets stand for in a pattern."""
    upper = f"[{_AGENCY}{_OUTLET}A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽȘȚΑ-ΩΆ-ΏА-ЯЁІЇЄҐ]"
    word = rf"{upper}[\w.'’{_REST}\-]*"
    particle = r"(?:(?:de|da|do|dos|das|del|della|di|von|van|der|den|la|le|el|al|bin|ben|ter|zu|e|y|du|st\.) ){0,2}"
    return {
        "<AGENCY>": f"(?:{_AGENCY}{_REST}*)",
        "<ORG>": f"(?:[{_AGENCY}{_OUTLET}]{_REST}*)",
        "<NAME>": rf"(?-i:{word}(?: {particle}{word}){{1,3}})",
        "<UPPER>": f"(?-i:{upper})",
    }


_WORD = re.compile(r"\w+")
_AGENCY, _OUTLET, _REST = "\ue001", "\ue002", "\ue003"


@lru_cache(maxsize=256)
def mark_names(text: str, *, outlets: bool = False) -> str:
    """The text with the names of agencies, and of outlets, written in marks, letter for letter: a pattern that is about
    any of them needs not name them all.

    Names that are written small in a line that is not small throughout are words: "mehr" is no Mehr.
    """
    low = _small(text)
    by_word, unspaced, agencies = _organisations(outlets)
    named = by_word.keys() & _WORD.findall(low)
    found = [
        (match.start(), name)
        for match in (_WORD.finditer(low) if named else ())
        if match[0] in named and low.startswith(by_word[match[0]], match.start())
        for name in by_word[match[0]]
        if low.startswith(name, match.start())
        and _ends(low, match.start() + len(name))
        and (not text[match.start()].islower() or name in _small_names() or low == text)
    ]
    if is_unspaced(text):
        found += [(low.find(name), name) for name in unspaced if name in low]
    marked: list[str] = []
    at = 0
    for start, name in sorted(found, key=lambda hit: (hit[0], -len(hit[1]))):
        if start >= at:
            marked += [text[at:start], _AGENCY if name in agencies else _OUTLET, _REST * (len(name) - 1)]
            at = start + len(name)
    return "".join([*marked, text[at:]]) if marked else text


def _small(text: str) -> str:
    """In small letters, as long as it was: "İ" alone has a longer small one."""
    return text.replace("İ", "I").lower()


@cache
def _small_names() -> frozenset[str]:
    """Those that the registry writes small, such as dpa's."""
    return frozenset(name for kind in ("agency", "outlet") for name in _names(kind) if name == _small(name))


def _ends(text: str, at: int) -> bool:
    return at >= len(text) or not text[at].isalnum() or is_unspaced(text[at - 1 : at])


@cache
def _organisations(outlets: bool) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...], frozenset[str]]:
    """Names by their first word; those of scripts without spaces; those that are agencies'."""
    agencies = frozenset(_small("\n".join(_names("agency"))).split("\n"))
    wanted = agencies.union(_small("\n".join(_names("outlet"))).split("\n") if outlets else ())
    by_word: dict[str, list[str]] = {}
    unspaced: list[str] = []
    for name in wanted:
        word = _WORD.match(name)
        if word and not is_unspaced(name):
            by_word.setdefault(word[0], []).append(name)
        else:
            unspaced.append(name)
    return {word: tuple(names) for word, names in by_word.items()}, tuple(unspaced), agencies


@cache
def _names(kind: str) -> tuple[str, ...]:
    """Every name of the agencies or outlets."""
    return tuple(
        dict.fromkeys(
            name
            for organisation in registry()
            if organisation.kind == kind
            for name in (organisation.name, *organisation.aliases, *organisation.short)
        )
    )
