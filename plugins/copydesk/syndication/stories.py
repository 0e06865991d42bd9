"""Stories: articles that are copies of one syndicated report, found through an index of their fingerprints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from copydesk.model import Article
from copydesk.syndication.fingerprint import similarity

PROBES = 24
"""Hashes of a sketch that are indexed and probed. Copies that share 60% of their n-grams almost surely share one."""
THRESHOLD = 0.6
"""Share of the shorter text from which two articles are copies."""
MIN_HASHES = 8
"""Texts of fewer n-grams are too short to tell a copy from a formula."""
MAX_POSTINGS = 20
"""Stories that one hash may lead to: a formula that is in more is no sign of a copy."""
MAX_ALONE = 3
"""Stories that a hash may lead to which is the only one that two articles share: copies share several, or, the short in
the long, one that is in few others. This loses a brief that is a paragraph of several long stories, where by chance one
hash is all they share."""
MAX_CANDIDATES = 20
"""Articles that one is compared with, those that share most hashes with it."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where an article was put: its story, and the earlier article of which it is a copy, if any."""

    story: int
    copy_of: int | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    story: int
    fingerprint: Sequence[int]


class Storage(Protocol):
    """Where an index keeps what it knows; in memory below, in Postgres by ``copydesk.warehouse.stories``.

    Only articles that begin a story are found by their keys, so a report that a thousand outlets copy stays one.
    """

    def candidates(self, keys: Sequence[int], *, limit: int) -> Iterable[Candidate]:
        """The articles that have most of the keys, :data:`MAX_CANDIDATES` at most, without keys that more than
        ``limit`` articles have."""
        ...

    def store(self, id: int, keys: Sequence[int], fingerprint: Sequence[int], link: Link | None) -> int:
        """Keep an article, in place of what was kept under its id, and give its story.

        Without a link it begins a story, or stays the beginning of the one that it began before. With one, the copies
        of the story that it began go along.
        """
        ...

    def copies(self, id: int) -> Iterable[Candidate]:
        """The articles that are kept as copies of this one."""
        ...


class StoryIndex:
    """Links articles to stories as they come.

    >>> index = StoryIndex()
    >>> index.add(article)
    Link(story=1, copy_of=None, similarity=None)
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage = storage if storage is not None else MemoryStorage()
        self._next = 0

    def add(self, article: Article, *, id: int | None = None) -> Link:
        """Link an article to the story of the article that it shares most with, or to a story of its own.

        ``id`` is the article's number in the storage; without one it gets the next.
        """
        if id is None:
            self._next += 1
            id = self._next
        sketch = article.fingerprint
        keys = keys_of(sketch)
        best: Link | None = None
        later: list[Candidate] = []
        for candidate in sorted(self._storage.candidates(keys, limit=MAX_POSTINGS), key=lambda known: known.id):
            shared = similarity(sketch, candidate.fingerprint)
            if shared < THRESHOLD:
                continue
            if candidate.id > id:
                later.append(candidate)
            elif candidate.id < id and (best is None or shared > (best.similarity or 0)):
                best = Link(candidate.story, candidate.id, shared)
        story = self._storage.store(id, keys, sketch, best)
        if best is None:
            for candidate in later:
                self._take_over(candidate, id, story, sketch)
        return best or Link(story)

    def _take_over(self, candidate: Candidate, id: int, story: int, sketch: Sequence[int]) -> None:
        """An article that came late to be linked begins the story that a later one of the same text had begun, as if
        all had come in their order."""
        for copy in (candidate, *self._storage.copies(candidate.id)):
            shared = similarity(sketch, copy.fingerprint)
            if shared >= THRESHOLD:
                self._storage.store(copy.id, (), copy.fingerprint, Link(story, id, shared))


def keys_of(fingerprint: tuple[int, ...]) -> tuple[int, ...]:
    """What an article is indexed by, and looked for."""
    return fingerprint[:PROBES] if len(fingerprint) >= MIN_HASHES else ()


def nearest(keys: Iterable[int], postings: Mapping[int, Collection[int]], *, limit: int) -> list[int]:
    """The articles that most of the keys lead to, several or one that is rare."""
    shared = Counter[int]()
    rare = set[int]()
    for key in keys:
        posting = postings.get(key, ())
        if len(posting) <= limit:
            shared.update(posting)
        if len(posting) <= MAX_ALONE:
            rare.update(posting)
    likely = (id for id, count in shared.items() if count > 1 or id in rare)
    return sorted(likely, key=lambda id: (-shared[id], id))[:MAX_CANDIDATES]


class MemoryStorage:
    """An index in this process."""

    def __init__(self) -> None:
        self._postings: defaultdict[int, set[int]] = defaultdict(set)
        self._articles: dict[int, tuple[Candidate, Sequence[int]]] = {}
        self._began: set[int] = set()
        self._copy_of: dict[int, int] = {}
        self._stories = 0

    def candidates(self, keys: Sequence[int], *, limit: int) -> Iterable[Candidate]:
        found = nearest(keys, self._postings, limit=limit)
        # Keys may lead to articles that are gone.
        return [self._articles[id][0] for id in found if id in self._articles]

    def copies(self, id: int) -> Iterable[Candidate]:
        return [self._articles[copy][0] for copy, original in sorted(self._copy_of.items()) if original == id]

    def store(self, id: int, keys: Sequence[int], fingerprint: Sequence[int], link: Link | None) -> int:
        known = self._articles.get(id)
        if known:
            for key in known[1]:
                self._postings[key].discard(id)
        self._copy_of.pop(id, None)
        if link:
            story, keys = link.story, ()
            if link.copy_of is not None:
                self._copy_of[id] = link.copy_of
            if known and id in self._began:
                for other, (candidate, indexed) in self._articles.items():
                    if candidate.story == known[0].story:
                        self._articles[other] = replace(candidate, story=story), indexed
            self._began.discard(id)
        elif known and id in self._began:
            story = known[0].story
        else:
            story = self.new_story()
            self._began.add(id)
        self._articles[id] = (Candidate(id, story, fingerprint), keys)
        for key in keys:
            self._postings[key].add(id)
        return story

    def new_story(self) -> int:
        """A number that no story has."""
        self._stories += 1
        return self._stories
