"""A source that never was: articles in made-up words, each with a subject of its own, and what recurs in them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from copydesk.boilerplate import strip
from copydesk.boilerplate.learned import Learned, names_of
from copydesk.boilerplate.recurring import STRIPPED, Block
from copydesk.boilerplate.sightings import look_at
from copydesk.model import Article, Item

_COMMON = "the of and a in to for on with from that after before under into over about near by at its their".split()
_VERBS = "opened closed visited measured painted counted repaired moved inspected planned finished delayed".split()
START = datetime(2025, 3, 1, 6, tzinfo=UTC)


class Words:
    """Made-up words, always the same: a few hundred are of a subject, some belong to the place and come everywhere."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        made = random.Random(7)
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]
        self.vocabulary = ["".join(made.choices(syllables, k=made.randint(2, 4))) for _ in range(4000)]

    def subject(self) -> list[str]:
        return self.random.sample(self.vocabulary, 25)

    def sentence(self, subject: Sequence[str], length: int = 14) -> str:
        words = [
            self.random.choice(_COMMON if self.random.random() < 0.45 else subject)
            if self.random.random() < 0.85
            else self.random.choice([*_VERBS, *self.vocabulary[:200]])
            for _ in range(length)
        ]
        return " ".join(words).capitalize() + "."

    def paragraph(self, subject: Sequence[str]) -> str:
        return " ".join(self.sentence(subject) for _ in range(self.random.randint(1, 2)))

    def title(self, subject: Sequence[str]) -> str:
        return " ".join([*self.random.sample(list(subject), 5), self.random.choice(_VERBS)]).capitalize()


@dataclass(frozen=True)
class Story:
    """An article to be: its paragraphs without what recurs, and what it is about."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    subject: tuple[str, ...]
    published: datetime

    def article(self, text: str, learned: Learned | None = None, authors: tuple[str, ...] = ()) -> Article:
        """As the pipeline makes it, without facts."""
        return article_of(
            Item(text, identifier=str(self.number), title=self.title, authors=authors, published=self.published),
            learned,
        )


def article_of(item: Item, learned: Learned | None = None) -> Article:
    """As the pipeline makes it, without facts."""
    names = learned.naming(names_of(item)) if learned else None
    stripped = strip(item.body, language="en", source="The Harbour Post", learned=names)
    return Article(
        stripped.text,
        title=item.title,
        language="en",
        published=item.published,
        outlet="The Harbour Post",
        removals=stripped.removals,
        item=item,
    )


def stories(count: int, *, seed: int = 1, subject: Sequence[str] | None = None, a_day: int = 12) -> Iterator[Story]:
    """Articles of a subject each, or all of one."""
    words = Words(seed)
    for number in range(1, count + 1):
        own = subject or words.subject()
        paragraphs = tuple(words.paragraph(own) for _ in range(words.random.randint(3, 7)))
        published = START + timedelta(hours=24 / a_day * number)
        yield Story(number, words.title(own), paragraphs, tuple(own), published)


def lines(story: Story, *tail: str, head: Sequence[str] = ()) -> str:
    return "\n".join([*head, *story.paragraphs, *tail])


@dataclass
class Memory:
    """Learns in memory, article by article, as the warehouse does batch by batch."""

    blocks: dict[int, Block] = field(default_factory=dict)
    number: int = 0

    @property
    def learned(self) -> Learned:
        return Learned({key: block.as_learned() for key, block in self.blocks.items() if block.status in STRIPPED})

    def read(self, story: Story, text: str, authors: tuple[str, ...] = ()) -> Article:
        """Refine an article with what is known, then learn from it."""
        article = story.article(text, self.learned, authors)
        self.number += 1
        seen = look_at(article, story.number, story.published.date())
        for sighting in seen.sightings:
            block = self.blocks.get(sighting.key)
            if block is None:
                block = Block(1, sighting.key, sighting.words, sighting.text, block_id=len(self.blocks) + 1)
                self.blocks[sighting.key] = block
            block.see(sighting, seen, self.number)
        return article

    def block(self, text: str) -> Block | None:
        return next((block for block in self.blocks.values() if block.text == text), None)
