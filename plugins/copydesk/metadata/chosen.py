"""A metadata value out of several that are stated, with the evidence: who says it, who says otherwise, what is odd."""

from __future__ import annotations

from collections.abc import Iterable

from copydesk.metadata.registry import fold, lookup
from copydesk.model import Evidence, Flag


class Chosen:
    """Takes the first value that serves; remembers its origin, who says otherwise, and what is odd about it."""

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.flags: set[Flag] = set()
        self.page: dict[str, Evidence] = {}
        """Where the page has its values from, by field."""

    def keep(self, field: str, value: str, origin: str, confidence: float = 1.0, *, chosen: bool = True) -> None:
        if origin == "page" and field in self.page:
            origin = self.page[field].origin
        found = Evidence(field, value, origin, round(confidence, 3), chosen)
        if found not in self.evidence:
            self.evidence.append(found)

    def text(self, field: str, candidates: Iterable[tuple[str | None, str, float]]) -> str | None:
        for value, origin, confidence in candidates:
            if value and (line := " ".join(value.split())):
                self.keep(field, line, origin, confidence)
                return line
        return None

    def named(self, field: str, candidates: Iterable[tuple[str | None, str, float]], kind: str) -> str | None:
        """An organisation: those that others name are kept too, and flagged where both are known ones of the kind.

        Of several that one origin names, as a joint report does, it is enough that one is the chosen one.
        """
        said: dict[str, dict[str, float]] = {}
        for value, origin, confidence in candidates:
            if value and (name := " ".join(value.split())):
                said.setdefault(origin, {}).setdefault(name, confidence)
        best = next(((origin, name) for origin, names in said.items() for name in names), None)
        if best is None:
            return None
        self.keep(field, best[1], best[0], said[best[0]][best[1]])
        for origin, names in said.items():
            if any(same_name(name, chosen) for name in names for chosen in said[best[0]]):
                continue
            for name, confidence in names.items():
                self.keep(field, name, origin, confidence, chosen=False)
                if _kind(name) == _kind(best[1]) == kind:
                    self.flags.add(_CONFLICTS[field])
        return best[1]

    def names(self, field: str, candidates: Iterable[tuple[tuple[str, ...], str]]) -> tuple[str, ...]:
        for values, origin in candidates:
            if values:
                self.keep(field, "; ".join(values), origin)
                return values
        return ()


_CONFLICTS = {"outlet": Flag.OUTLET_CONFLICT, "agency": Flag.AGENCY_CONFLICT}


def same_name(name: str, other: str) -> bool:
    one, two = lookup(name), lookup(other)
    return fold(name) == fold(other) or (one is not None and one == two)


def _kind(name: str) -> str | None:
    known = lookup(name)
    return known.kind if known else None
