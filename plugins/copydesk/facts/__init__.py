"""Facts: what a text states, each with the span that states it."""

from copydesk.facts.annotate import annotate

__all__ = ["annotate"]
