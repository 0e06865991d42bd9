"""annotate(): all facts of a text."""

from __future__ import annotations

from datetime import date, datetime

from copydesk.facts.ages import find_ages, outside
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
    dates = outside(find_dates(scan, _day(published)), ages)
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
    return sorted(facts, key=lambda fact: (fact.start, fact.end))


def _day(published: datetime | str | None) -> date | None:
    if isinstance(published, str):
        try:
            return datetime.fromisoformat(published).date()
        except ValueError:
            return None
    return published.date() if isinstance(published, datetime) else published
