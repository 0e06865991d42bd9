"""Given names and surnames of many languages: ``data/person_names.tsv``, made by :mod:`copydesk.facts.build_names`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def given() -> frozenset[str]:
    """Given names, folded."""
    return _listed("g")


@cache
def family() -> frozenset[str]:
    """Surnames, folded."""
    return _listed("s")


def _listed(kind: str) -> frozenset[str]:
    lines = files("copydesk.facts").joinpath("data/person_names.tsv").read_text("utf-8").splitlines()
    return frozenset(name for name, _, kinds in (line.partition("\t") for line in lines[1:]) if kind in kinds)
