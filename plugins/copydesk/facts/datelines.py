"""Datelines and closing credits as facts: where, when and by whom the report says it was filed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from copydesk.facts.language import Language
from copydesk.facts.places import is_place
from copydesk.metadata.dateline import credited, read_dateline
from copydesk.model import Fact, FactType, FactValue


def find_datelines(text: str, language: Language, published: date | None) -> Iterator[Fact]:
    """The dateline that the text begins with, and the credit that ends it."""
    found = read_dateline(
        text, language=language.code, published=published, is_known=lambda place: is_place(place, language)
    )
    if found:
        value = FactValue()
        if found.place:
            value["place"] = found.place
        if found.date:
            value["date"] = found.date.isoformat()
        if found.agencies:
            value["agency"] = found.agencies[0]
        parts = len(value)
        yield Fact(FactType.DATELINE, found.start, found.end, found.text, value, "dateline", 0.8 + 0.05 * parts)
    if closing := credited(text):
        start, end, agencies = closing
        yield Fact(FactType.CREDIT, start, end, text[start:end], FactValue(agency=agencies[0]), "credit.closing", 0.9)
