"""Invented news for the fault harness: the same seed gives the same feeds and pages, byte for byte.

Four sources share one agency. Their feeds have what makes the job work: disclaimers and teasers to strip, a line that a
source prints under everything, copies of one report in several sources, entries that belong in quarantine, and, in a
later edition, revisions of what was there.

====== ==================================================================================
early  a few items of each feed: enough for the recurring line to be learned
first  most items
second new items, and revisions of some of the first
====== ==================================================================================
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

import yaml

GROUP = "faults"
EDITIONS = ("early", "first", "second")
SHARES = (0.15, 0.65, 0.20)
"""Of the items, by edition."""
LEAST_EARLY = 64
"""A line is learned from half a dozen articles of a source. Those that came before keep it, and which these are would
depend on the order of batches."""
REVISED = 6
"""Every so many items of the first edition are revised in the second."""
COPIED = 0.3
"""The share of reports that more than one source runs."""
BROKEN = 40
"""Every so many items lack title and date."""
PER_FEED = 25


@dataclass(frozen=True, slots=True)
class Outlet:
    name: str
    outlet: str
    closing: str
    """Printed under every article: it recurs, and is learned."""
    disclaimer: str = ""
    paged: bool = False
    """Its feed has teasers only."""


OUTLETS = (
    Outlet(
        "ledger",
        "The Harbour Ledger",
        "The Harbour Ledger lands on island doormats every morning of the week.",
        "This story has been sourced from a third party syndicated feed, agencies. The Harbour Ledger accepts no "
        "responsibility or liability for its dependability, trustworthiness, reliability and data of the text.",
    ),
    Outlet("courier", "North Coast Courier", "Courier Cottage, Rope Lane: where islanders look things up."),
    Outlet(
        "gazette",
        "Inland Gazette",
        "We moved: call at Fenner Yard, next to the lifeboat, for notices and lost umbrellas.",
        "(This story has not been edited by Inland Gazette staff and is auto-generated from a syndicated feed.)",
    ),
    Outlet(
        "beacon", "The Beacon", "Readers have kept this newspaper in circulation since the lamp was lit.", paged=True
    ),
)
PLACES = "Lisbon Hamburg Bergen Valparaíso Mumbai Nairobi Toronto Busan Marseille Gdansk Auckland Montevideo".split()
FIRST = "Ingrid Tomás Nilima Rafiq Eva Jo Marta Henrik Amina Luca Petra Oskar Yuki Daniel Rosa Viktor".split()
LAST = "Solbakken Arriagada Hazarika Barua Quill Fonseca Lindqvist Okafor Bianchi Novak Tanaka Weiss Moreau".split()
ROLES = ("harbour master", "relief officer", "mayor", "fisheries minister", "head of the ferry line", "chief engineer")
SUBJECTS = """pier lighthouse ferry quay dyke sluice cannery shipyard museum library reservoir orchard tramline depot
    barge warehouse hospital school market bridge tunnel quarry sawmill observatory greenhouse aquarium granary windmill
    terminal customs-house boatyard chapel theatre velodrome brewery foundry nursery archive pavilion boardwalk""".split()
VERBS = """closed reopened flooded rebuilt inspected sold extended repainted rented auctioned dredged insured surveyed
    heated drained evacuated relocated modernised bought renamed""".split()
CAUSES = """storm strike audit leak fire landslide shortage verdict petition survey collision blackout frost drought
    donation merger festival inspection outage spill""".split()
THINGS = """boats homes workers tonnes passengers lorries crates pupils visitors trees panels beds carriages nets
    cranes tickets permits bicycles sheep barrels""".split()
MANNERS = """quietly hastily carefully twice overnight briefly publicly partly again slowly""".split()


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a feed, as one edition has it."""

    identifier: str
    url: str
    title: str | None
    published: datetime | None
    paragraphs: tuple[str, ...]


@dataclass(slots=True)
class Material:
    """Feeds and pages by path. ``base`` is where they are served."""

    base: str
    items: int
    seed: int = 1
    edition: str = EDITIONS[0]
    batch_size: int = 2
    """Payloads that one task loads."""
    outlets: tuple[Outlet, ...] = OUTLETS
    feeds: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """By path, then by edition."""
    pages: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        reports = {edition: self._reports(chance, edition, count) for edition, count in self._counts().items()}
        for outlet in self.outlets:
            early, first, second = (reports[edition][outlet.name] for edition in EDITIONS)
            count = -(-len(first) // PER_FEED)
            shown = zip(_dealt(early, count), _dealt(first, count), _dealt(second, count), strict=True)
            for number, (before, most, fresh) in enumerate(shown):
                later = [*fresh, *(_revised(entry) for entry in most[::REVISED])]
                editions = zip(EDITIONS, (before, most, later), strict=True)
                self.feeds[f"/{outlet.name}/{number:03}.xml"] = {
                    edition: self._feed(outlet, entries) for edition, entries in editions
                }

    def sources(self) -> str:
        """The sources' file."""
        defaults = {
            "group": GROUP,
            "language": "en",
            "batch_size": self.batch_size,
            "allow_private_addresses": True,
            "seconds_between_requests": 0,
        }
        sources = [
            {
                "name": outlet.name,
                "outlet": outlet.outlet,
                "pages": "teaser" if outlet.paged else "never",
                "urls": [self.base + path for path in self.feeds if path.startswith(f"/{outlet.name}/")],
            }
            for outlet in self.outlets
        ]
        return yaml.safe_dump({"defaults": defaults, "sources": sources}, sort_keys=False)

    def get(self, path: str) -> bytes | None:
        """What the address gives in the present edition."""
        return self.feeds[path][self.edition] if path in self.feeds else self.pages.get(path)

    def _counts(self) -> dict[str, int]:
        counts = [round(self.items * share) for share in SHARES]
        return dict(zip(EDITIONS, [max(counts[0], LEAST_EARLY), *counts[1:]], strict=True))

    def _reports(self, chance: random.Random, edition: str, count: int) -> dict[str, list[Entry]]:
        """So many items of an edition, dealt to the outlets; a copied report counts once for each that runs it."""
        found: dict[str, list[Entry]] = {outlet.name: [] for outlet in self.outlets}
        made = number = 0
        while made < count:
            number += 1
            title, published, paragraphs = _report(chance, number)
            runs = chance.sample(self.outlets, chance.choice((2, 3)) if chance.random() < COPIED else 1)
            for outlet in runs:
                made += 1
                identifier = f"{outlet.name}-{edition}-{number}"
                path = f"/{outlet.name}/{edition}/{number}.html"
                ended = (*paragraphs, outlet.disclaimer, outlet.closing)
                entry = Entry(identifier, self.base + path, title, published, tuple(filter(None, ended)))
                if edition != "early" and made % BROKEN == 0 and not outlet.paged:
                    entry = Entry(identifier, entry.url, None, None, entry.paragraphs)
                if outlet.paged:
                    self.pages[path] = _page(outlet, entry)
                found[outlet.name].append(entry)
        return found

    def _feed(self, outlet: Outlet, entries: list[Entry]) -> bytes:
        return _rss(outlet.outlet, [_entry(entry, teaser=outlet.paged) for entry in entries])


def _dealt(entries: list[Entry], count: int) -> list[list[Entry]]:
    """So many parts, as even as can be."""
    return [entries[part::count] for part in range(count)]


def _revised(entry: Entry) -> Entry:
    """The same item, told further; of a paged source the teaser changes, and the page stays."""
    paragraphs = (f"Correction: an earlier version misspelt a name. {entry.paragraphs[0]}", *entry.paragraphs[1:])
    return Entry(entry.identifier, entry.url, entry.title, entry.published, paragraphs)


def _report(chance: random.Random, number: int) -> tuple[str, datetime, tuple[str, ...]]:
    """A report that shares words with others and hardly a phrase."""
    pick = chance.choice
    subjects, things = chance.sample(SUBJECTS, 9), chance.sample(THINGS, 6)
    place, other = chance.sample(PLACES, 2)
    who, role = f"{pick(FIRST)} {pick(LAST)}", pick(ROLES)
    published = datetime(2025, 3, 1, 6, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 200))
    day = published - timedelta(days=chance.randrange(1, 5))
    figures = [chance.randrange(12, 9_000) for _ in range(6)]
    clause = lambda: f"{pick(MANNERS)} {pick(VERBS)} after a {pick(CAUSES)}"  # noqa: E731
    # Headlines have hardly a word in common, or what recurs below them would not count as boilerplate.
    names = [_name(chance) for _ in range(4)]
    title = f"{names[0]} {subjects[0]} {pick(VERBS)}: {names[1]} and {names[2]} quit {names[3]}"
    paragraphs = (
        f"The {subjects[0]} of {place} was {clause()} on {day:%d %B %Y}, and about {figures[0]:,} {things[0]} had to "
        f"be moved to the {subjects[1]} of {names[1]}, Reuters reported.",
        f"“The {subjects[2]} was {clause()}, and nobody had counted the {things[1]},” said {who}, the {role}. “Now "
        f"{figures[1]:,} {things[2]} stand beside the {subjects[3]}.”",
        f"Between {figures[2]} and {figures[2] + figures[3]} {things[3]} were lost when the {subjects[4]} near {other} "
        f"was {clause()}, according to the {subjects[5]} board.",
        f"A {pick(CAUSES)} {pick(MANNERS)} delayed the {subjects[6]}, which {place} had {pick(VERBS)} for "
        f"${figures[4]:,} in {chance.randrange(1950, 2024)}. The {subjects[7]} was {clause()}, {who} told reporters.",
        f"Some {chance.randrange(3, 97)} per cent of the {things[4]} went to {other} by the {subjects[8]}, "
        f"and {figures[5]:,} {things[5]} {pick(MANNERS)} followed.",
    )
    return title, published, paragraphs


def _name(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4)).capitalize()


def _rss(title: str, entries: list[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
    return "\n".join([head, "<link>https://news.example/</link>", *entries, "</channel></rss>\n"]).encode()


def _entry(entry: Entry, *, teaser: bool) -> str:
    text = entry.paragraphs[0] if teaser else "".join(f"<p>{escape(text)}</p>" for text in entry.paragraphs)
    parts = [
        f"<title>{escape(entry.title)}</title>" if entry.title else "",
        f'<guid isPermaLink="false">{entry.identifier}</guid>',
        f"<link>{entry.url}</link>",
        f"<pubDate>{format_datetime(entry.published)}</pubDate>" if entry.published else "",
        f"<description>{escape(text)}</description>",
    ]
    return f"<item>{''.join(parts)}</item>"


def _page(outlet: Outlet, entry: Entry) -> bytes:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in entry.paragraphs)
    title = escape(entry.title or "")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<nav><a href='/'>{outlet.outlet}</a> <a href='/sport'>Sport</a></nav><article><h1>{title}</h1>{paragraphs}"
        f"</article><footer>{outlet.outlet}, contact, imprint</footer></body></html>"
    ).encode()
