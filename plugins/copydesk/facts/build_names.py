"""Compiles ``data/person_names.txt`` from Faker (development only): ``python -m copydesk.facts.build_names``.

Given names of the languages that Faker knows, one a line, folded. What is a common word or a place too stays: only a
capitalised name in front of another one is read as a person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from copydesk.facts.language import fold

_OUTPUT = Path(__file__).with_name("data") / "person_names.txt"
_CREDIT = "# Given names from Faker (MIT, Daniele Faraglia and contributors); made by copydesk.facts.build_names"
_LISTS = ("first_names", "first_names_male", "first_names_female", "first_names_nonbinary")
_SHORTEST = 3


def build() -> int:
    """Write the file; says how many names it holds."""
    names = sorted({name for given in _given() for name in _parts(given)})
    _OUTPUT.write_text("\n".join([_CREDIT, *names]) + "\n", encoding="utf-8")
    return len(names)


def _given() -> Iterator[str]:
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    for locale in sorted(AVAILABLE_LOCALES):
        for provider in Faker(locale).get_providers():
            if ".person." in type(provider).__module__ + ".":
                for name in _LISTS:
                    yield from getattr(provider, name, None) or ()


def _parts(given: str) -> Iterator[str]:
    for part in fold(given).replace("-", " ").split():
        if len(part) >= _SHORTEST and part.isalpha() and part < "\u0530":
            yield part


if __name__ == "__main__":
    print(f"{build():,} names, {_OUTPUT.stat().st_size / 1e3:,.0f} kB")
