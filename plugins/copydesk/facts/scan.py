"""What all finders ask of a text, found once: its anchors, its sentences, its capitalised sequences."""

from __future__ import annotations

import re
from functools import cache, cached_property

from copydesk.facts.anchors import Anchors, Hits
from copydesk.facts.capitals import sequence
from copydesk.facts.language import Language, meanings, shared_table
from copydesk.facts.spans import sentences


class Scan:
    """A text in a language."""

    def __init__(self, text: str, language: Language) -> None:
        self.text, self.language = text, language

    @cached_property
    def hits(self) -> Hits:
        return anchors(self.language).look(self.text)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return list(sentences(self.text))

    @cached_property
    def sequences(self) -> list[tuple[int, int]]:
        """Capitalised words in a row."""
        return [match.span() for match in sequence(self.language).finditer(self.text)]


@cache
def anchors(language: Language) -> Anchors:
    """The words of the language's tables that facts can't do without."""
    words, common = language.words, shared_table("common")
    # What is an article too is everywhere, and no number by itself.
    numbers = [*language.table("numbers"), *language.table("scales"), *language.table("fractions")]
    numbers = [word for word in numbers if word not in words("quantities", "one")]
    glued = bool(language.table("quantities").get("glued"))
    before, after = language.edges
    return Anchors(
        {
            **{name: meanings(language, name).words for name in ("parts", "seasons", "holidays", "ordinals")},
            "units": language.units.words,
            "months": language.months.words,
            "days": (*language.weekdays.words, *language.days.words),
            "words": [word for name in ("references", "sets", "lengths") for word in meanings(language, name).words],
            "quarters": words("dates", "quarter"),
            "hours": [word for name in ("clock_after", "clock_before", "clock_at") for word in words("dates", name)],
            "clock": meanings(language, "clock_words").words,
            "centuries": [word for known in words("dates", "century") for word in _words_of(known)],
            "numbers": numbers,
            "ages": [
                *(word for name in ("ages", "age_leads", "age_nouns") for word in common[name]),
                *words("quantities", "age_units"),
            ],
            "says": [*words("quotes", "verbs"), *words("attributions", "verbs"), *words("quotes", "bare")],
            "cites": [*words("attributions", "phrases"), *words("attributions", "phrases_after")],
            "reports": common["reports"],
        },
        {
            "demonyms": language.table("demonyms"),
            "events": [word for known in language.table("events").values() for word in known],
            "actors": words("event_words", "actors"),
        },
        bounded=(
            *("units", "ages", "says", "cites", "reports", "words", "holidays", "seasons", "quarters", "clock"),
            *(() if glued else ("numbers", "ordinals")),
        ),
        begun=("numbers", "ordinals"),
        edges=(bool(before), bool(after)),
    )


def _words_of(expression: str) -> list[str]:
    """The words of a table's regular expression."""
    return re.findall(r"[^\W\d_]{3,}", re.sub(r"\{.*?\}|\[.*?\]|\w\?|\\.", " ", expression))
