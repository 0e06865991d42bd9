"""Annotators of others beside our own: a spaCy pipeline, a model, a service.

One is a function ``annotate(text, *, language, published) -> Iterable[Fact]``, published by a package as an entry point
of the group ``copydesk.annotators``. It runs where ``COPYDESK_ANNOTATORS`` names it; none does by default. What it
finds is kept beside our own facts, unless a fact of ours of the same type overlaps it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from copydesk.errors import ConfigurationError, CopydeskError, DataError
from copydesk.facts.claims import Claims
from copydesk.facts.identity import entity_id
from copydesk.model import ENTITY_TYPES, Fact, FactType, FactValue

GROUP = "copydesk.annotators"
Annotator = Callable[..., Iterable[Fact]]


class AnnotatorFailed(DataError):
    """An annotator of others raised, or gave a fact whose span is not its text."""

    reason = "annotator"


def find_external(text: str, language: str | None, published: date | None, own: Sequence[Fact]) -> Iterator[Fact]:
    """The facts of the annotators that are switched on. Raises :class:`AnnotatorFailed`, which sends an item into
    quarantine: facts that are asked for are not left out silently."""
    for name, annotator in enabled(os.environ.get("COPYDESK_ANNOTATORS", "")):
        try:
            found = list(annotator(text, language=language, published=published))
        except CopydeskError:
            raise
        except Exception as error:
            raise AnnotatorFailed(f"the annotator {name} failed: {type(error).__name__}: {error}") from error
        taken = {kind: Claims((fact.start, fact.end) for fact in own if fact.type is kind) for kind in FactType}
        for fact in found:
            if text[fact.start : fact.end] != fact.text or not fact.text:
                raise AnnotatorFailed(f"the annotator {name} gave a {fact.type} at {fact.start}, where its text is not")
            if taken[fact.type].claim(fact.start, fact.end):
                if fact.type in ENTITY_TYPES:
                    fact.value.setdefault("name", fact.text)
                    fact.value["id"] = entity_id(fact.type, fact.value)
                yield fact


@cache
def enabled(names: str) -> tuple[tuple[str, Annotator], ...]:
    """The annotators of these names, which commas part. Raises :class:`ConfigurationError` for an unknown one."""
    found = []
    for name in filter(None, map(str.strip, names.split(","))):
        known = entry_points(group=GROUP, name=name)
        if not known:
            others = ", ".join(sorted(entry_points(group=GROUP).names)) or "none"
            raise ConfigurationError(
                f"COPYDESK_ANNOTATORS names {name}, which no installed package has as an entry point of {GROUP};"
                f" there are: {others}"
            )
        found.append((name, next(iter(known)).load()))
    return tuple(found)


def of_pipeline(nlp: Any, types: Mapping[str, FactType], *, confidence: float = 0.7) -> Annotator:
    """An annotator of a spaCy pipeline: its entities (``doc.ents``) whose labels ``types`` has."""

    def annotate(text: str, *, language: str | None = None, published: date | None = None) -> Iterator[Fact]:
        for span in nlp(text).ents:
            if kind := types.get(span.label_):
                surface = text[span.start_char : span.end_char]
                value = FactValue(name=" ".join(surface.split()))
                rule = f"{nlp.meta.get('name') or 'pipeline'}.{span.label_}"
                yield Fact(kind, span.start_char, span.end_char, surface, value, rule, confidence)

    return annotate
