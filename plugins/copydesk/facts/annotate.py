"""annotate(): all facts of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from copydesk.facts.ages import find_ages, outside
from copydesk.facts.annotators import find_external
from copydesk.facts.attributions import find_attributions
from copydesk.facts.datelines import find_datelines
from copydesk.facts.dates import find_dates
from copydesk.facts.events import find_events
from copydesk.facts.language import language as language_data
from copydesk.facts.names import find_names
from copydesk.facts.quantities import find_quantities
from copydesk.facts.quotes import find_quotes
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType


def annotate(text: str, *, language: str | None = None, published: datetime | str | None = None) -> list[Fact]:
    """Names, places, dates, quantities, quotations, attributions, dateline and closing credit, in the text's order.

    Relative dates are resolved against ``published``; without it they say no more than their words (``PAST_REF``).
    ``fact.text`` is always ``text[fact.start:fact.end]``.
    """
    if language is None:
        from copydesk.metadata.language import identify_language

        language = identify_language(text)
    known = language_data(language)
    scan = Scan(text, known)
    ages = list(find_ages(scan))
    dates = outside(find_dates(scan, _day(published), _moment(published)), ages)
    taken = [(fact.start, fact.end) for fact in (*ages, *dates)]
    quantities = find_quantities(scan, taken)
    # "3 million barrels a day"
    dates = outside(dates, [fact for fact in quantities if fact.type is FactType.DIMENSION])
    # "40 degrees Fahrenheit" names nobody.
    names = outside(sorted(find_names(scan), key=lambda fact: fact.start), quantities)
    datelines = list(find_datelines(text, known, _day(published)))
    opening = max((fact.end for fact in datelines if fact.type is FactType.DATELINE), default=0)
    facts = [
        *datelines,
        *ages,
        *dates,
        *names,
        *quantities,
        *find_quotes(scan, names, start=opening),
        *find_attributions(scan, names),
        *find_events(scan, [*dates, *names, *quantities]),
    ]
    facts += find_external(text, language, _day(published), facts)
    return _placed(sorted(facts, key=lambda fact: (fact.start, fact.end)), scan)


def _placed(facts: Sequence[Fact], scan: Scan) -> list[Fact]:
    """Each with its sentence and with what it stands under."""
    sentences, starts = scan.sentences, [start for start, _ in scan.sentences]
    quotes = [fact for fact in facts if fact.type is FactType.QUOTE and "speaker" in fact.value]
    begins = [quote.start for quote in quotes]
    told: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.type is FactType.ATTRIBUTION:
            told[fact.value["covers_start"]].append(fact)
    placed = []
    for fact in facts:
        at = bisect_right(starts, fact.start) - 1
        sentence = sentences[at] if at >= 0 else None
        quote = quotes[near] if (near := bisect_right(begins, fact.start) - 1) >= 0 else None
        inside = quote if quote and quote is not fact and fact.end <= quote.end else None
        under = _attributed(fact, told.get(sentence[0], ()) if sentence else ())
        # What is between marks is the speaker's; an indirect quotation says less than the attribution with its chain.
        if inside and not (under and inside.value["mode"] == "indirect"):
            under = inside
        span = (under.start, under.end) if under else None
        value = (fact.value, fact.rule, fact.confidence)
        placed.append(Fact(fact.type, fact.start, fact.end, fact.text, *value, sentence, span))
    return placed


def _attributed(fact: Fact, told: Sequence[Fact]) -> Fact | None:
    """The nearest attribution of the fact's sentence; none where the fact is a part of one: it names a source."""
    if fact.type in (FactType.ATTRIBUTION, FactType.DATELINE, FactType.CREDIT):
        return None
    if any(fact.start < one.end and one.start < fact.end for one in told):
        return None
    return min(told, key=lambda one: max(one.start - fact.end, fact.start - one.end), default=None)


def _moment(published: datetime | str | None) -> datetime | None:
    """The time of publication, where it has one."""
    if isinstance(published, str):
        try:
            return datetime.fromisoformat(published) if len(published) > len("2025-07-13") else None
        except ValueError:
            return None
    return published if isinstance(published, datetime) else None


def _day(published: datetime | str | None) -> date | None:
    if isinstance(published, str):
        try:
            return datetime.fromisoformat(published).date()
        except ValueError:
            return None
    return published.date() if isinstance(published, datetime) else published
