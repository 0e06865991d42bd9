"""Compiles ``data/person_names.tsv`` from Faker (development only): ``python -m copydesk.facts.build_names``.

Given names and surnames of the languages that Faker knows, one a line, folded, with a ``g`` or ``s`` for which it is.
What is a common word or a place too stays: the finder looks at what stands around it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from copydesk.facts.language import fold

_OUTPUT = Path(__file__).with_name("data") / "person_names.tsv"
_CREDIT = "# Names from Faker (MIT, Daniele Faraglia and contributors); made by copydesk.facts.build_names"
_LISTS = {"g": "first_names", "s": "last_names"}
_SEXES = ("", "_male", "_female", "_nonbinary")
_SHORTEST = 3


def build() -> int:
    """Write the file; says how many names it holds."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, listed in _names():
        for name in _parts(listed):
            kinds[name].add(kind)
    lines = [f"{name}\t{''.join(sorted(kinds[name]))}" for name in sorted(kinds)]
    _OUTPUT.write_text("\n".join([_CREDIT, *lines]) + "\n", encoding="utf-8")
    return len(lines)


def _names() -> Iterator[tuple[str, str]]:
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    for locale in sorted(AVAILABLE_LOCALES):
        for provider in Faker(locale).get_providers():
            if ".person." in type(provider).__module__ + ".":
                for kind, listed in _LISTS.items():
                    for sex in _SEXES:
                        yield from ((kind, name) for name in getattr(provider, listed + sex, None) or ())


def _parts(listed: str) -> Iterator[str]:
    for part in fold(listed).replace("-", " ").split():
        if len(part) >= _SHORTEST and part.isalpha() and part < "\u0530":
            yield part


if __name__ == "__main__":
    print(f"{build():,} names, {_OUTPUT.stat().st_size / 1e3:,.0f} kB")
