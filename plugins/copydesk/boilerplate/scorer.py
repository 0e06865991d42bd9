"""Finds boilerplate by what it is about, however it is worded: the way for lines that translation has garbled.

A disclaimer speaks of responsibility, denial, reliability, syndication, rights and notice, all within a few words,
and of itself. Each such concept is a list of beginnings of words for each language (``data/concepts``); the concepts
of a span, their density and a few features make one logistic score for each kind (``data/scorer.toml``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tomli

from copydesk.boilerplate.phrases import is_unspaced
from copydesk.metadata.registry import Organisation, by_domain, fold, scan, scan_translated
from copydesk.model import RemovalKind

_DOMAIN = re.compile(
    r"(?<![@\w])[\w-]{2,}\.(?:com|net|org|info|in|co|de|fr|es|it|br|tr|ru|uk|news|tv)\b(?:\.[a-z]{2})?", re.I
)
_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]*\w\W+\w+\W+\w[^“”„«»\"]*[”“»\"]")
_QUOTE_MARK = re.compile(r"[“”„«»\"]")
_OPENS_QUOTE = re.compile(r"\s*[“„«\"‘]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNS = ("©", "(c)", "(C)")
_AGAINST = {"speech", "matter"}
"""Concepts that speak for news, and twice as loud where more than one of their words is there."""
_HEADROOM = 6.0
"""The most that the features can add to a score of concepts; what lacks more is not looked at closely."""

Stems = Sequence[tuple[str, str]]
"""Pairs of a beginning of words and its concept."""
Concepts = Mapping[str, int]
"""Concepts, each with how many of its beginnings are there."""


@dataclass(frozen=True, slots=True)
class Score:
    kind: RemovalKind
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    kind: RemovalKind
    bias: float
    weights: dict[str, float]
    features: dict[str, float]
    needs: frozenset[str]
    """Concepts one of which must be there; empty: none."""


def lexicon_of(language: str | None) -> str:
    """The lexicon for a BCP 47 code: its own language's or that of one near enough; without a code the English one."""
    code = (language or "en").lower().replace("_", "-").split("-")[0]
    return str(_rules()["lexicon_of"].get(code, code))


def lexicon(code: str) -> Stems:
    """The beginnings of words of a lexicon with their concepts; none where there is no such lexicon."""
    file = files("copydesk.boilerplate").joinpath("data/concepts", f"{code}.toml")
    concepts = tomli.loads(file.read_text("utf-8")) if file.is_file() else {}
    return [(beginning, concept) for concept, beginnings in concepts.items() for beginning in beginnings]


def concepts_of(spelt: str, stems: Stems) -> Concepts:
    """The concepts that a span has, each with how many of its beginnings are there."""
    found: dict[str, int] = {}
    for stem, concept in stems:
        if stem in spelt:
            found[concept] = found.get(concept, 0) + 1
    return found


def score(
    text: str, spelt: str, concepts: Concepts, *, tail: bool, source: str | None, threshold: float | None = None
) -> Score | None:
    """The kind that a span most probably is, surely or in doubt; None where it is news. ``spelt`` are its words.

    ``threshold`` is the least probability that counts, above 0; without it that of a doubt, see :func:`is_sure`.
    """
    signed = " copyright " in spelt or any(sign in text for sign in _SIGNS)
    found = {**concepts, "sign": 1} if signed else concepts
    rules = _rules()
    least = rules["doubtful"] if threshold is None else threshold
    floor = math.log(least / (1 - least))
    possible = _possible(frozenset(found), floor)
    if not possible:
        return None
    features = _features(text, spelt, tail)
    if features["words"] > rules["max_words"]:
        return None
    best: Score | None = None
    named: bool | None = None
    for profile, own, of_concepts in possible:
        density = min(1.0, sum(found[concept] for concept in own) / features["words"])
        evidence = of_concepts + profile.features["density"] * density
        evidence += sum(profile.weights.get(concept, 0.0) for concept in _AGAINST if found.get(concept, 0) > 1)
        evidence += sum(weight * features.get(name, 0.0) for name, weight in profile.features.items())
        if evidence + profile.features["named"] < floor:
            continue
        # Asked last, because it takes longest.
        named = names_publisher(text, source) if named is None else named
        probability = 1 / (1 + math.exp(-evidence - profile.features["named"] * named))
        if probability >= least and (best is None or probability > best.probability):
            best = Score(profile.kind, round(probability, 3))
    return best


def is_sure(found: Score) -> bool:
    """Whether a span is so probably of its kind that it goes; otherwise it is in doubt."""
    return found.probability >= float(_rules()["threshold"])


@lru_cache(maxsize=4096)
def _possible(concepts: frozenset[str], floor: float) -> tuple[tuple[_Profile, tuple[str, ...], float], ...]:
    """The kinds that a span of these concepts may be, with those that speak for it and their evidence in log-odds.

    Most lines of news have the same few concepts, and are none.
    """
    at_least = _rules()["concepts_at_least"]
    if len(concepts - _AGAINST - {"sign"}) < at_least:
        return ()
    found = []
    for profile in _profiles():
        own = tuple(concept for concept in concepts if profile.weights.get(concept, 0.0) > 0)
        evidence = profile.bias + sum(profile.weights.get(concept, 0.0) for concept in sorted(concepts))
        needed = not profile.needs or not profile.needs.isdisjoint(own)
        if evidence + _HEADROOM >= floor and len(own) >= at_least and needed:
            found.append((profile, own, evidence))
    return tuple(found)


def names_publisher(text: str, source: str | None) -> bool:
    """Whether a span names a publisher: of the registry, as translation garbled it, its source, or a web address."""
    return bool((source and fold(source) in fold(text)) or scan(text) or _DOMAIN.search(text) or scan_translated(text))


def domain_owner(text: str) -> Organisation | None:
    """The organisation of the first web address in a span that the registry knows."""
    return next((owner for match in _DOMAIN.finditer(text) if (owner := by_domain(match[0]))), None)


def _features(text: str, spelt: str, tail: bool) -> dict[str, float]:
    # Scripts without spaces: a word is about three characters.
    count = max(1, len(text.strip()) // 3 if is_unspaced(text) else len(spelt.split()))
    quotes = len(_QUOTE_MARK.findall(text))
    return {
        "words": count,
        "tail": float(tail),
        "long": max(0, count - 80) / 40,
        "quoted": float(bool(quotes % 2 or _QUOTED.search(text))),
        "persons": float(bool(_OPENS_QUOTE.match(text))),
        "figures": max(0, len(_FIGURE.findall(text)) - 1),
    }


@cache
def _rules() -> dict[str, Any]:
    return tomli.loads(_data("scorer.toml"))


@cache
def _profiles() -> tuple[_Profile, ...]:
    return tuple(
        _Profile(RemovalKind(kind), row["bias"], row["weights"], row["features"], frozenset(row.get("needs", ())))
        for kind, row in _rules().items()
        if isinstance(row, dict) and "bias" in row
    )


def _data(name: str) -> str:
    return files("copydesk.boilerplate").joinpath("data", name).read_text("utf-8")
