"""What an article shows to learn from: the lines at its edges, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from zlib import crc32

import tomli

from copydesk.boilerplate.learned import block_of, key_of, names_of, words_of
from copydesk.boilerplate.phrases import is_unspaced
from copydesk.metadata.registry import fold
from copydesk.model import Article

_WORD = re.compile(r"[^\W\d_]{5,}")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A line at the edge of an article."""

    words: str
    """See :func:`copydesk.boilerplate.learned.words_of`."""
    text: str
    places: tuple[int, ...]
    """Distances to the article's edges, as indexes into :attr:`copydesk.boilerplate.recurring.Block.places`."""
    topical: float
    """The share of its words that the article has elsewhere too."""

    @property
    def key(self) -> int:
        return key_of(self.words)


@dataclass(frozen=True, slots=True)
class Seen:
    """An article, as far as its blocks remember it."""

    item_id: int
    day: date
    language: str | None
    subject: tuple[int, ...]
    """Hashes of its headline's words."""
    outlet: str | None
    sightings: tuple[Sighting, ...]


def look_at(article: Article, item_id: int, day: date) -> Seen:
    """What an article shows: the lines at its edges that no signature and no scorer took."""
    item = article.item
    names = names_of(item) if item else ()
    lines = list(_lines(article))
    spelt = [_words(line) for line in lines]
    times: dict[str, int] = {}
    for words in spelt:
        for word in words:
            times[word] = times.get(word, 0) + 1
    headline = _words(article.title or (item.title if item else None) or "")
    found: dict[str, Sighting] = {}
    for index, line in enumerate(lines):
        places = _places(index, len(lines))
        if not places or not watch("shortest") <= sum(map(str.isalpha, line)) or len(line) > watch("longest"):
            continue
        words = spelt[index]
        topical = sum(times[word] > 1 or word in headline for word in words) / len(words) if words else 0.0
        known_by = words_of(line, names)
        if known_by not in found or min(places) < min(found[known_by].places):
            found[known_by] = Sighting(known_by, line, places, topical)
    subject = tuple(crc32(word.encode()) for word in sorted(headline, key=len, reverse=True)[: watch("subject_words")])
    return Seen(item_id, day, article.language, subject, article.outlet, tuple(found.values()))


def _lines(article: Article) -> Iterator[str]:
    """The lines of the item's text that nothing was taken from but by what was learned."""
    text = article.source_text()
    cuts = [(cut.start, cut.end) for cut in article.removals if block_of(cut.rule) is None]
    at = 0
    for line in text.split("\n"):
        start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
        if start < end and not any(a < end and start < b for a, b in cuts):
            yield text[start:end]
        at += len(line) + 1


def _places(index: int, count: int) -> tuple[int, ...]:
    head, tail = watch("head"), watch("tail")
    found = [index] if index < head else []
    last = count - 1 - index
    return tuple([*found, head + last] if last < tail else found)


def _words(text: str) -> set[str]:
    folded = fold(text)
    if is_unspaced(folded):
        return {a + b for a, b in pairwise(folded) if a.isalpha() and b.isalpha()}
    return set(_WORD.findall(folded))


@cache
def rules() -> dict[str, dict[str, Any]]:
    """What learning takes: ``data/recurring.toml``."""
    return tomli.loads(files("copydesk.boilerplate").joinpath("data/recurring.toml").read_text("utf-8"))


def watch(name: str) -> int:
    """A number of its table on what is looked at."""
    return int(rules()["watch"][name])
