"""What words say of a block: those that its markup is named by, and those that it is written with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import repeat

_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]{2,}")
_MAX_NAMES = 300
"""Characters of class and id that are looked at."""
_MEMORY = 50_000
"""Different names that are remembered: a site's pages use the same ones."""
SHORT = 16
"""Words; a longer block says what it is by its form."""


_NONE = repeat(0.0)


class Lexicon:
    """Learned odds of content, of the words in class names and of the words in short lines."""

    def __init__(self, name_odds: Mapping[str, float], word_odds: Mapping[str, float]) -> None:
        self._name_odds = name_odds
        self._word_odds = word_odds
        self._known: dict[str, float] = {}

    def names(self, names: str) -> float:
        """What an element's class and id say for content (above 0) or furniture (below): between the average of their
        words and the worst of them."""
        found = self._known.get(names)
        if found is None:
            odds = self._name_odds
            said = [odds[word] for word in words_of_names(names) if word in odds]
            found = (min(said) + sum(said) / len(said)) / 2 if said else 0.0
            if len(self._known) < _MEMORY:
                self._known[names] = found
        return found

    def words(self, words: list[str]) -> float:
        """What the words of a short block say for content or furniture, on average."""
        if len(words) > SHORT:
            return 0.0
        return sum(map(self._word_odds.get, words, _NONE)) / len(words)


def words_of_names(names: str) -> set[str]:
    """The words that class names are made of: "c-article__relatedLinks" of article, related and links."""
    return {word.lower() for word in _WORD.findall(names[:_MAX_NAMES])}


def words_of_text(text: str) -> list[str]:
    return text.lower().split()
