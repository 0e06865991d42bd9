"""The article's metadata, chosen from what the item, the page, the text and the source's configuration say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from copydesk.metadata.byline import parse_byline
from copydesk.metadata.credits import Contributor, contributors
from copydesk.metadata.dateline import Dateline, read_dateline
from copydesk.metadata.language import identify, primary
from copydesk.metadata.registry import Organisation, by_domain, lookup, scan
from copydesk.metadata.time import parse_moment, plausible
from copydesk.model import Evidence, Extracted, Item, Removal, RemovalKind, Stripped

SURE_LANGUAGE = 0.9
"""From this probability on, the text itself is believed rather than what others say of its language."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an article's origin is known to be before it is read: the source's configuration, or a person's word."""

    published: datetime | str | None = None
    outlet: str | None = None
    agency: str | None = None
    language: str | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str | None
    language: str | None
    published: datetime | None
    modified: datetime | None
    authors: tuple[str, ...]
    outlet: str | None
    agency: str | None
    origin: str | None
    url: str | None
    keywords: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def normalise(
    item: Item,
    page: Extracted | None,
    text: str,
    stripped: Stripped,
    claims: Claims,
    *,
    seen: datetime,
) -> Metadata:
    """Choose each value from the first origin that has one, and keep where it came from.

    ``text`` is the clean text; what was kept of it in doubt is evidence too. ``seen`` is when the item was fetched:
    nothing was published after that.
    """
    chosen = _Chosen()
    if page:
        chosen.evidence.append(Evidence("text", page.kind, f"extracted: {page.by}", page.confidence))
        chosen.origins = {evidence.field: evidence.origin for evidence in page.evidence}
    page = page or Extracted(text="")
    removed = stripped.removals
    language = chosen.text("language", [_given(item, "language"), *_languages(item, page, text, claims)])
    filed = read_dateline(text, language=language, published=seen.date())
    published = chosen.time("published", _publication_times(item, page, claims, filed), claims.timezone, seen)
    modified = chosen.time("modified", [(item.updated, "item"), (page.modified, "page")], claims.timezone, seen)
    url = chosen.text("url", [(page.url, "page", 0.9), (_web(item.url), "item", 1.0)])
    credited = [
        (found, removal.confidence)
        for removal in removed
        if removal.kind in (RemovalKind.CREDIT, RemovalKind.SIGNOFF, RemovalKind.BYLINE, RemovalKind.COPYRIGHT)
        and (found := removal.agency)
    ]
    people = _contributors(chosen, removed)
    for doubt in stripped.doubts:
        chosen.evidence.append(Evidence("doubt", doubt.text, doubt.rule, doubt.confidence))
    return Metadata(
        title=chosen.text("title", [_given(item, "title"), (item.title, "item", 1.0), (page.title, "page", 0.9)]),
        language=language,
        published=published,
        modified=modified if modified and (not published or modified >= published) else None,
        authors=chosen.names("authors", _authors(item, page, people)),
        outlet=chosen.text("outlet", [_given(item, "outlet"), *_outlets(item, page, removed, url, claims)]),
        agency=chosen.text("agency", _agencies(item, page, credited, filed, claims)),
        origin=chosen.text("origin", _origins(text)),
        url=url,
        keywords=chosen.names("keywords", [(item.keywords, "item"), (page.tags, "page")]),
        evidence=tuple(chosen.evidence),
    )


def _given(item: Item, field: str) -> tuple[str | None, str, float]:
    return (getattr(item, field) if field in item.given else None), "given", 1.0


class _Chosen:
    """Takes the first value that serves and remembers its origin."""

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.origins: dict[str, str] = {}
        """Where the page has its values from, by field."""

    def _keep(self, field: str, value: str, origin: str, confidence: float = 1.0) -> None:
        said = self.origins.get(field, origin) if origin == "page" else origin
        self.evidence.append(Evidence(field, value, said, confidence))

    def text(self, field: str, candidates: Iterable[tuple[str | None, str, float]]) -> str | None:
        for value, origin, confidence in candidates:
            if value and (line := " ".join(value.split())):
                self._keep(field, line, origin, confidence)
                return line
        return None

    def names(self, field: str, candidates: Iterable[tuple[tuple[str, ...], str]]) -> tuple[str, ...]:
        for values, origin in candidates:
            if values:
                self._keep(field, "; ".join(values), origin)
                return values
        return ()

    def time(
        self, field: str, candidates: Iterable[tuple[datetime | str | None, str]], zone: str, seen: datetime
    ) -> datetime | None:
        for value, origin in candidates:
            moment = parse_moment(value, zone=zone)
            if moment and plausible(moment, seen=seen):
                self._keep(field, moment.isoformat(), origin)
                return moment
        return None


def _languages(item: Item, page: Extracted, text: str, claims: Claims) -> Iterable[tuple[str | None, str, float]]:
    found = identify(text)
    tag, confidence = (found.tag, found.confidence) if found else (None, 0.0)
    claimed = [
        (value and _tag(value), origin, trust)
        for value, origin, trust in (
            (item.language, "item", 0.8),
            (page.language, "page", 0.7),
            (claims.language, "source", 0.7),
        )
    ]
    for value, origin, trust in claimed:
        # A claim that the text bears out is better than the text alone, unless the text says more: pt-BR.
        if value and tag and primary(value) == primary(tag) and (value == primary(value)) <= (tag == primary(tag)):
            yield value, origin, max(trust, confidence)
    if confidence >= SURE_LANGUAGE:
        yield tag, "text", confidence
    yield from claimed
    yield tag, "text", confidence


def _tag(language: str) -> str:
    """The tag in the case that BCP 47 recommends: pt-BR, zh-Hans."""
    first, *rest = language.replace("_", "-").split("-")
    return "-".join([first.lower(), *(p.upper() if len(p) == 2 else p.title() if len(p) == 4 else p for p in rest)])


def _publication_times(
    item: Item, page: Extracted, claims: Claims, filed: Dateline | None
) -> list[tuple[datetime | str | None, str]]:
    given = claims.published or (item.published if "published" in item.given else None)
    day = filed.date.isoformat() if filed and filed.date else None
    return [
        (given, "given"),
        (item.published, "item"),
        (page.published, "page"),
        (item.updated, "item"),
        (day, "dateline"),
    ]


def _contributors(chosen: _Chosen, removals: Iterable[Removal]) -> tuple[Contributor, ...]:
    """Who is named in the lines that were taken out, which is kept as evidence; so are notes of correction."""
    found: list[Contributor] = []
    for removal in removals:
        if removal.kind is RemovalKind.CORRECTION:
            note = " ".join(removal.text.split())
            chosen.evidence.append(Evidence("correction", note, "removal", removal.confidence))
        if removal.kind in (RemovalKind.SIGNOFF, RemovalKind.BYLINE, RemovalKind.CREDIT):
            for person in contributors(removal.text):
                value = ", ".join(filter(None, (person.name, person.place)))
                chosen.evidence.append(Evidence(person.role, value, "removal", removal.confidence))
                found.append(person)
    return tuple(found)


def _authors(item: Item, page: Extracted, people: Iterable[Contributor]) -> Iterable[tuple[tuple[str, ...], str]]:
    given = item.authors or ((item.byline,) if item.byline else ())
    yield _persons(given), "item"
    yield _persons(page.authors), "page"
    yield tuple(dict.fromkeys(person.name for person in people if person.role == "reporter")), "removal"


def _persons(bylines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for byline in bylines for name in parse_byline(byline)))


def _outlets(
    item: Item, page: Extracted, removals: Iterable[Removal], url: str | None, claims: Claims
) -> Iterable[tuple[str | None, str, float]]:
    yield claims.outlet, "source", 1.0
    for removal in removals:
        yield removal.outlet, "removal", removal.confidence
    yield _name(item.outlet), "item", 0.9
    known = _site(url)
    yield known.name if known and known.kind == "outlet" else None, "url", 0.95
    yield _name(page.outlet), "page", 0.8


def _agencies(
    item: Item, page: Extracted, credited: Iterable[tuple[str, float]], filed: Dateline | None, claims: Claims
) -> Iterable[tuple[str | None, str, float]]:
    yield claims.agency, "source", 1.0
    for agency, confidence in credited:
        yield agency, "removal", confidence
    for value in (item.credit, item.byline, *item.authors):
        yield _agency(value), "item", 0.9
    for value in (*page.credits, *page.authors):
        yield _agency(value), "page", 0.8
    for agency in filed.agencies if filed else ():
        yield agency, "dateline", 0.9


def _agency(value: str | None) -> str | None:
    if not value:
        return None
    known = lookup(value)
    found: list[Organisation] = [known] if known else [hit[2] for hit in scan(value)]
    return next((organisation.name for organisation in found if organisation.kind == "agency"), None)


def _origins(text: str) -> Iterable[tuple[str | None, str, float]]:
    """The agency or outlet to which the text attributes most of its statements, where it does so repeatedly."""
    counted: dict[str, int] = {}
    for _, _, organisation in scan(text):
        counted[organisation.name] = counted.get(organisation.name, 0) + 1
    for name, count in sorted(counted.items(), key=lambda pair: -pair[1])[:1]:
        yield (name if count >= 3 else None), "text", min(0.9, 0.4 + 0.1 * count)


def _name(value: str | None) -> str | None:
    """The registry's name of an outlet, else the name as given."""
    known = lookup(value) if value else None
    return known.name if known else value


def _site(url: str | None) -> Organisation | None:
    host = urlsplit(url).hostname if url else None
    return by_domain(host) if host else None


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None
