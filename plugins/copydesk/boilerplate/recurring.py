"""Learns from a source's articles which lines recur at their edges while their subjects differ.

Every article gives a few sightings, each adds to the evidence for its block, and the evidence decides: clear cases are
applied, the rest waits as a candidate for a person. What it takes is in ``data/recurring.toml``. No database here: see
:mod:`copydesk.warehouse.blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations, pairwise
from statistics import fmean

from copydesk.boilerplate.learned import LearnedBlock, figures_of
from copydesk.boilerplate.phrases import Spelt
from copydesk.boilerplate.scorer import score
from copydesk.boilerplate.sightings import Seen, Sighting, rules, watch
from copydesk.boilerplate.signs import signs_of
from copydesk.model import RemovalKind

_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]*\w\W+\w+\W+\w[^“”„«»\"]*[”“»\"]")
_LEAST_SUSPICION = 0.05
"""A probability of the scorer below this is none."""
MAX_RECENT = 64
"""Bits of a block's memory of the latest articles."""


class Status(StrEnum):
    CANDIDATE = "candidate"
    """Seen repeatedly; kept in the articles until a person approves it."""
    APPLIED = "applied"
    """A clear case: stripped without asking."""
    APPROVED = "approved"
    REJECTED = "rejected"
    """A person says that it is news: never stripped."""
    RETIRED = "retired"
    """No longer seen, so no longer stripped, until it returns."""


STRIPPED = (Status.APPLIED, Status.APPROVED)


@dataclass(slots=True)
class Block:
    """The evidence on a line of a source. Numbers of articles count those of its source, from 1."""

    source_id: int
    key: int
    words: str
    text: str
    """As it was seen first."""
    block_id: int | None = None
    status: Status = Status.CANDIDATE
    decided: bool = False
    """By a person."""
    kind: RemovalKind | None = None
    support: int = 0
    """Articles that had it."""
    days: int = 0
    last_day: date | None = None
    since: int = 0
    """The number of the article that had it first, or first after it had been retired."""
    last: int = 0
    """The number of the article that had it last."""
    recent: int = 0
    """A bit for each of the source's latest articles up to ``last``, lowest first: whether it had the block."""
    places: list[int] = field(default_factory=lambda: [0] * (watch("head") + watch("tail")))
    """How often it stood so many lines from the beginning, then from the end."""
    topical: float = 0.0
    varied: int = 0
    """Articles in which its figures were others than in ``text``."""
    suspicion: float = 0.0
    """The scorer's probability that it is boilerplate."""
    speaks: bool = False
    """It quotes or reports what somebody said."""
    examples: list[int] = field(default_factory=list)
    """The latest items that had it."""
    subjects: list[Sequence[int]] = field(default_factory=list)
    """Their subjects."""
    keep_until: int | None = None
    """The number of the source's article with which it is forgotten unless it is seen before; none: never."""

    def see(self, sighting: Sighting, article: Seen, number: int) -> None:
        """Add a sighting in the source's article of this number, and decide anew."""
        if self.status is Status.RETIRED:
            self.status = Status.APPROVED if self.decided else Status.APPLIED
            self.since, self.recent = number, 0
        self.since = self.since or number
        self.recent = (self.recent << (number - self.last) | 1) & (1 << MAX_RECENT) - 1
        self.last = number
        self.support += 1
        self.days += article.day != self.last_day
        self.last_day = article.day
        for place in sighting.places:
            self.places[place] += 1
        self.topical += (sighting.topical - self.topical) / self.support
        self.varied += figures_of(sighting.text) != figures_of(self.text)
        self.examples = [*self.examples, article.item_id][-watch("examples") :]
        self.subjects = [*self.subjects, article.subject][-watch("examples") :]
        if self.support == _forget("seen_twice"):
            self._judge(article)
        if not self.decided and self.support >= _apply("suspected"):
            self.status = self._decision(number)
        self.keep_until = self._expiry()

    def share(self, number: int) -> float:
        """Of the source's latest articles up to this number, how many had it."""
        age = number - self.last
        window = min(int(_apply("recent")), number - self.since + 1)
        return (self.recent << age & (1 << window) - 1).bit_count() / window if window > 0 else 0.0

    @property
    def place(self) -> str:
        """``head`` or ``tail``."""
        return "head" if _peak(self.places[: watch("head")]) > _peak(self.places[watch("head") :]) else "tail"

    @property
    def steady(self) -> float:
        """The share of its articles that have it at one place, or at one of two next to each other."""
        head = watch("head")
        return min(1.0, max(_peak(self.places[:head]), _peak(self.places[head:])) / max(1, self.support))

    @property
    def alike(self) -> float:
        """How much the subjects of its articles have in common: the mean Jaccard index of their words."""
        known = [set(subject) for subject in self.subjects if subject]
        overlaps = [len(a & b) / len(a | b) for a, b in combinations(known, 2)]
        return fmean(overlaps) if overlaps else 1.0

    def doubts(self, number: int) -> list[str]:
        """Why it isn't applied by itself, in words; empty: it is a clear case."""
        suspected = self.suspicion >= _apply("suspicion")
        wanted = _apply("suspected" if suspected else "support") * (_apply("one_day") if self.days < 2 else 1)
        doubts = self.news(1.0)
        if self.support < wanted:
            doubts.append(f"seen in {self.support} articles of the {wanted} wanted")
        if self.share(number) < _apply("share"):
            doubts.append(f"in {self.share(number):.0%} of the latest articles")
        if self.steady < _apply("steady"):
            doubts.append(f"at one place in {self.steady:.0%} of its articles")
        return doubts

    def news(self, slack: float) -> list[str]:
        """What speaks for its being news, with limits that are ``slack`` times as wide."""
        found = []
        if self.alike > _apply("alike") * slack:
            found.append(f"its articles' headlines are {self.alike:.0%} alike")
        if self.topical > _apply("topical") * slack:
            found.append(f"{self.topical:.0%} of its words are those of its articles")
        if self.varied > _apply("varied") * slack * self.support:
            found.append(f"its figures were others in {self.varied} articles")
        if self.speaks:
            found.append("it quotes somebody")
        return found

    def as_learned(self) -> LearnedBlock:
        assert self.block_id is not None
        return LearnedBlock(self.block_id, self.kind or RemovalKind.PROMO, self.confidence)

    @property
    def confidence(self) -> float:
        """A person's word counts 0.99; of a clear case the support does: 0.9 and more."""
        return 0.99 if self.decided else round(1 - 0.6 / max(6, self.support), 3)

    def _decision(self, number: int) -> Status:
        if self.status is Status.APPLIED:
            return Status.CANDIDATE if self.news(_apply("slack")) else Status.APPLIED
        return Status.CANDIDATE if self.doubts(number) else Status.APPLIED

    def _expiry(self) -> int | None:
        if self.status is Status.REJECTED:
            return None
        if self.status in STRIPPED:
            return self.last + kept_for()
        return self.last + int(_forget("candidate" if self.support >= _forget("seen_twice") else "once"))

    def _judge(self, article: Seen) -> None:
        """Ask the scorer once, when the line begins to be a candidate."""
        spelt = Spelt.of(self.text)
        concepts = signs_of(spelt, article.language)[0].concepts
        found = score(
            self.text,
            spelt.words[0],
            concepts,
            tail=self.place == "tail",
            source=article.outlet,
            threshold=_LEAST_SUSPICION,
        )
        self.kind = self.kind or (found.kind if found else None)
        self.suspicion = found.probability if found else 0.0
        self.speaks = bool(_QUOTED.search(self.text)) or "speech" in concepts


def _peak(counts: Sequence[int]) -> int:
    return max((a + b for a, b in pairwise(counts)), default=0)


def _apply(name: str) -> float | int:
    value: float | int = rules()["apply"][name]
    return value


def _forget(name: str) -> int:
    return int(rules()["forget"][name])


def kept_for() -> int:
    """How many of the source's articles a block that is stripped may be missing from before it is retired."""
    return _forget("applied")


def retired_until(number: int) -> int:
    """Until which of the source's articles a block that is retired now is remembered."""
    return number + _forget("retired")
