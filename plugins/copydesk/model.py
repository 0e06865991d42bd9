"""The values that flow: payload → item → article.

All are frozen. Offsets count Unicode code points, ends are exclusive. An article's ``text`` is its item's text with
edits applied; :meth:`Article.source_text` undoes them and gives the item's text back exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from copydesk.offsets import OffsetMap
from copydesk.text import clean


class BodyType(StrEnum):
    TEXT = "text"
    HTML = "html"


class RemovalKind(StrEnum):
    """What a removed span was. The names are those of the trade."""

    DISCLAIMER = "disclaimer"
    CREDIT = "credit"
    SIGNOFF = "signoff"
    COPYRIGHT = "copyright"
    PROMO = "promo"
    RELATED_LINK = "related_link"
    BYLINE = "byline"
    CORRECTION = "correction"
    """A note on what an earlier version had wrong: taken out of the text, kept as the article's evidence."""


class FactType(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    DEMONYM = "demonym"
    """A word for a people or what is theirs: Russian."""
    DATE = "date"
    DURATION = "duration"
    SET = "set"
    """A time that comes back: daily, every Monday (TIMEX3)."""
    NUMBER = "number"
    NUMBER_RANGE = "number_range"
    ORDINAL = "ordinal"
    AGE = "age"
    PERCENT = "percent"
    MONEY = "money"
    DIMENSION = "dimension"
    TEMPERATURE = "temperature"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    DATELINE = "dateline"
    CREDIT = "credit"
    EVENT = "event"


class Signal(StrEnum):
    """What its source says has become of an item that it sent before."""

    UPDATE = "update"
    CORRECTION = "correction"
    WITHHELD = "withheld"
    """Not to be published for now (IPTC publication status)."""
    KILL = "kill"
    """Never to be published, and to be taken down where it was (IPTC: cancelled)."""


class Precision(StrEnum):
    """How exactly a time is stated."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class Flag(StrEnum):
    """What an analyst should know before grouping by an article's metadata."""

    FUTURE_DATE = "future_date"
    """A time was stated that lies after the article was seen; by more than a day, it was not believed."""
    EARLY_DATE = "early_date"
    """A time was stated that lies before the outlet began, or before any newspaper did, which was not believed."""
    DATE_CONFLICT = "date_conflict"
    """Its times of publication, as the item, the page, the address and the dateline state them, are days apart."""
    LANGUAGE_CONFLICT = "language_conflict"
    """The text is in another language than the item, the page or the source claims."""
    MIXED_LANGUAGE = "mixed_language"
    """A considerable part of the text is in another language."""
    OUTLET_CONFLICT = "outlet_conflict"
    """Two known outlets are named as its publisher."""
    AGENCY_CONFLICT = "agency_conflict"
    """Different agencies are named by those who should know: the credit, the byline, the dateline."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes that a source gave, as they came."""

    content: bytes
    fetched_at: datetime
    url: str | None = None
    media_type: str | None = None

    def __post_init__(self) -> None:
        for name in ("url", "media_type"):  # of which a server or a crawler made who knows what
            if value := getattr(self, name):
                object.__setattr__(self, name, clean(value))

    @property
    def sha256(self) -> str:
        """The payload's address: the hexadecimal SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about, by the words and codes of its source."""

    name: str | None = None
    code: str | None = None
    scheme: str | None = None
    """The vocabulary of the code, as the source names it: a prefix or an address."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject as its source gives it, and the IPTC's Media Topic where that is known."""

    name: str | None
    code: str | None
    scheme: str | None
    topic: str | None = None
    """``medtop:20001065``."""
    label: str | None = None
    """The topic's English name."""
    broad: str | None = None
    """The English name of the broadest topic that it belongs to: one of seventeen."""


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    rel: str = "related"
    """The relation by its registered name: alternate, canonical, related, via, replies …"""
    media_type: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, film or sound that belongs to an item."""

    url: str | None = None
    media_type: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One news item as its payload gave it; nothing is normalised yet."""

    body: str
    body_type: BodyType = BodyType.TEXT
    identifier: str | None = None
    """The source's own id (RSS guid, Atom id)."""
    version: str | None = None
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    credit: str | None = None
    copyright: str | None = None
    usage_terms: str | None = None
    outlet: str | None = None
    language: str | None = None
    published: datetime | None = None
    """As given: with the zone that the source wrote, naive where it wrote none."""
    updated: datetime | None = None
    embargoed: datetime | None = None
    """Not to be published before."""
    urgency: int | None = None
    """1, most urgent, to 9, as news agencies count."""
    slugline: str | None = None
    ednote: str | None = None
    """What the source tells editors; not for publication."""
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    links: tuple[Link, ...] = ()
    media: tuple[Media, ...] = ()
    signal: Signal | None = None
    given: tuple[str, ...] = ()
    """Which of the fields a person gave who handed the item in: they win over all else that is said."""
    position: int = 0
    """The item's place in its payload, from 0."""

    @property
    def name(self) -> str:
        """How messages call this item."""
        return self.identifier or self.url or self.title or f"item {self.position + 1}"


class PageKind(StrEnum):
    """What an HTML page is."""

    ARTICLE = "article"
    CUT = "cut"
    """An article of which a paywall shows the beginning."""
    GALLERY = "gallery"
    INDEX = "index"
    ERROR = "error"
    CONSENT = "consent"
    """A question of consent in the article's place."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """An HTML page's article text and what the page says of itself. ``None`` where it says nothing."""

    text: str
    """A line for each paragraph, heading, list entry or table row."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    """ISO 8601, as precise as the page is."""
    modified: str | None = None
    language: str | None = None
    outlet: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    """The canonical address that the page names."""
    credits: tuple[str, ...] = ()
    """Agencies that are credited beside the text, by their names in the registry."""
    kind: PageKind = PageKind.ARTICLE
    confidence: float = 1.0
    """How much of the text is right, and of what is right, found: the F1 that is to be expected."""
    by: str = "copydesk"
    """Who found the text: ``copydesk``, ``selectors`` of the source, or ``trafilatura`` where we were unsure."""
    evidence: tuple[Evidence, ...] = ()
    """Where the values come from."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A span of the item's text that was taken out because it is not news.

    The span takes the white space with it that would be left standing alone, so cutting the spans leaves tidy text.
    """

    start: int
    end: int
    text: str
    kind: RemovalKind
    rule: str
    """Which signature or scorer took it, for example ``credit.reporting-by``."""
    confidence: float
    outlet: str | None = None
    """The outlet that the span names as its own, where it does."""
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A span of the item's text that was damaged on its way and what it was mended to."""

    start: int
    end: int
    text: str
    replacement: str
    rule: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A span of the item's text that may be boilerplate and stayed, since that is not sure enough."""

    start: int
    end: int
    text: str
    kind: RemovalKind
    rule: str
    confidence: float
    """That it is boilerplate."""


@dataclass(frozen=True, slots=True)
class Stripped:
    text: str
    removals: tuple[Removal, ...] = ()
    doubts: tuple[Doubt, ...] = ()


ENTITY_TYPES = (FactType.PERSON, FactType.ORGANISATION, FactType.PLACE, FactType.DEMONYM)
"""Types of facts that name somebody or something."""


class Speaker(TypedDict, total=False):
    """Who said something: the words of the text, their span, and who that is where a name stands for them."""

    text: str
    start: int
    end: int
    name: str


class Source(TypedDict, total=False):
    """A link of a chain of attribution: the words for it, and its name in the registry."""

    source: str
    agency: str


class FactValue(TypedDict, total=False):
    """The normalised value of a fact; which keys there are depends on the fact's type.

    ========================  =======================================================================================
    person, organisation,     ``name``; a place also ``country`` (ISO 3166 alpha-2), ``geonameid``, ``lat``, ``lon``;
    place, demonym            an agency or outlet also ``agency``; a demonym ``country``; ``id``: see
                              :mod:`copydesk.facts.identity`
    date, duration, set       ``iso`` (``2024-11``, ``2024-11-02/2024-11-05``, ``P3D``), ``granularity`` (day, month …),
                              ``relative``: it was resolved against the publication date; ``start``, ``end`` of what
                              is longer than a day: its first day and the day after its last
    number, number_range,     ``number``, or ``low`` and ``high``; ``unit`` (``%``, ISO 4217, of an age ``Y``, ``M``,
    ordinal, age, percent,    ``W`` or ``D``, of a dimension or temperature CLDR's identifier: ``square-kilometer``);
    money, dimension,         ``counted``: what is counted; ``qualifier``: ``about``, ``at_least``, ``at_most``,
    temperature               ``more_than``, ``less_than``; ``outcome``: what became of them (killed, wounded …)
    quote                     ``content``, ``mode`` (direct, mixed, indirect), ``speaker`` (:class:`Speaker`),
                              ``carrier`` (the agency that carried it), ``cue``
    attribution               ``source``, ``agency`` (a key of the registry), ``cue``, ``covers_start``, ``covers_end``,
                              ``chain``: from who told the reader to where it comes from (:class:`Source`)
    dateline                  ``place`` as the text has it, ``date`` (ISO 8601), ``agency``; each where it says so
    credit                    ``agency``
    event                     ``event`` (its kind), ``plover`` and ``cameo`` (codes), ``actor``, ``target``, ``place``,
                              ``geonameid``, ``date``, ``number`` or ``low`` and ``high``, ``counted``
    ========================  =======================================================================================
    """

    name: str
    country: str
    geonameid: int
    lat: float
    lon: float
    agency: str
    place: str
    date: str
    iso: str
    granularity: str
    relative: bool
    start: str
    end: str
    number: float
    low: float
    high: float
    unit: str
    counted: str
    qualifier: str
    content: str
    mode: str
    speaker: Speaker
    carrier: str
    cue: str
    source: str
    outcome: str
    event: str
    plover: str
    cameo: str
    actor: str
    target: str
    chain: list[Source]
    covers_start: int
    covers_end: int
    id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the text states, with the span that states it: ``text == article.text[start:end]``."""

    type: FactType
    start: int
    end: int
    text: str
    value: FactValue
    rule: str
    confidence: float = 1.0
    sentence: tuple[int, int] | None = None
    """Start and end of the sentence that states it."""
    under: tuple[int, int] | None = None
    """Start and end of the attribution or quotation that it stands under: a fact of its own."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a metadata value came from: the item, the page, the text or the source's configuration."""

    field: str
    value: str
    origin: str
    confidence: float = 1.0
    chosen: bool = True
    """Whether the article has this value. Others are kept where they say something else."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person who made an article."""

    name: str
    role: str = "author"
    """``author``, ``reporter`` or ``editor``."""
    job: str | None = None
    """What they are, as it is told: "chief correspondent"."""
    organisation: str | None = None
    """For whom they write, as it is told; by its name in the registry where it is known."""
    place: str | None = None
    """Where they reported from."""


@dataclass(frozen=True, slots=True)
class Article:
    """A refined item: clean text, normalised metadata, what was removed and mended, facts, fingerprint."""

    text: str
    title: str | None = None
    language: str | None = None
    """BCP 47."""
    published: datetime | None = None
    """Aware, in UTC."""
    published_on: date | None = None
    """The day of publication where it was published: in the zone that its time was stated with, or in its source's
    where that was UTC."""
    published_precision: Precision | None = None
    published_zone: str | None = None
    """The offset that the time was stated with, ``+05:30``; ``None`` where nobody says, and it was taken as UTC."""
    modified: datetime | None = None
    modified_precision: Precision | None = None
    modified_zone: str | None = None
    authors: tuple[str, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    """Who is named in its byline and its credits, with what they did."""
    outlet: str | None = None
    """Who published this copy."""
    agency: str | None = None
    """Who syndicated it."""
    origin: str | None = None
    """Whose reporting it rests on."""
    url: str | None = None
    keywords: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    flags: tuple[Flag, ...] = ()
    signal: Signal | None = None
    removals: tuple[Removal, ...] = ()
    repairs: tuple[Repair, ...] = ()
    facts: tuple[Fact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fingerprint: tuple[int, ...] = ()
    """A sketch of the clean text, see :mod:`copydesk.syndication.fingerprint`."""
    item: Item | None = field(default=None, repr=False)
    version: str = ""
    """The version of the pipeline that made this article."""

    @property
    def offsets(self) -> OffsetMap:
        """From the item's text to ``text``."""
        return offset_map(self.removals, self.repairs)

    def source_text(self) -> str:
        """The item's text, exactly: the clean text with every repair and removal undone."""
        return self.offsets.restore(self.text, [edit.text for edit in _in_order(self.removals, self.repairs)])


def offset_map(removals: Iterable[Removal], repairs: Iterable[Repair]) -> OffsetMap:
    return OffsetMap(
        tuple(
            (edit.start, edit.end, edit.replacement if isinstance(edit, Repair) else "")
            for edit in _in_order(removals, repairs)
        )
    )


def _in_order(removals: Iterable[Removal], repairs: Iterable[Repair]) -> list[Removal | Repair]:
    return sorted((*removals, *repairs), key=lambda edit: (edit.start, edit.end))
