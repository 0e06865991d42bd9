"""The article's metadata, chosen from what the item, the page, the text and the source's configuration say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from copydesk.metadata.byline import parse_byline, read_byline
from copydesk.metadata.chosen import Chosen, same_name
from copydesk.metadata.credits import contributors
from copydesk.metadata.dateline import read_dateline
from copydesk.metadata.dates import date_in_address
from copydesk.metadata.language import identify, other_language, primary, same_language
from copydesk.metadata.publication import Stated, believable, choose_modified, choose_published, nearest_day
from copydesk.metadata.registry import Organisation, by_domain, fold, lookup, scan
from copydesk.metadata.time import Moment
from copydesk.metadata.url import canonical_url
from copydesk.model import Contributor, Evidence, Extracted, Flag, Item, Removal, RemovalKind, Stripped

SURE_LANGUAGE = 0.9
"""From this probability on, the text itself is believed rather than what others say of its language."""

STANDS_IN = 0.5
"""How much the time of a change is to be believed as that of publication."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an article's origin is known to be before it is read: the source's configuration, or a person's word."""

    published: datetime | str | None = None
    outlet: str | None = None
    agency: str | None = None
    language: str | None = None
    timezone: str | None = None
    """Of times without a zone; ``None``: nobody knows, and they are taken as UTC."""


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str | None
    language: str | None
    published: Moment | None
    modified: Moment | None
    authors: tuple[str, ...]
    contributors: tuple[Contributor, ...]
    outlet: str | None
    agency: str | None
    origin: str | None
    url: str | None
    keywords: tuple[str, ...]
    flags: tuple[Flag, ...]
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
    """Choose each value from the first origin that has one; keep where it came from, and who says otherwise.

    ``text`` is the clean text; what was kept of it in doubt is evidence too. ``seen`` is when the item was fetched:
    nothing was published after that.
    """
    chosen = Chosen()
    if page:
        chosen.evidence.append(Evidence("text", page.kind, f"extracted: {page.by}", page.confidence))
        chosen.page = {evidence.field: evidence for evidence in page.evidence}
    page = page or Extracted(text="")
    removed = stripped.removals
    language = _language(chosen, item, page, text, claims)
    own = _canonical(item.url)
    url = chosen.text("url", [(_canonical(page.url), "page", 0.9), (own, "item", 1.0)])
    published, filed_by = _published(chosen, item, page, text, claims, language, own or url, seen)
    changed = believable(
        chosen,
        "modified",
        [(item.updated, "item", 0.95), (page.modified, "page", 0.9)],
        zone=claims.timezone,
        seen=seen,
    )
    modified = choose_modified(chosen, changed, published)
    credited = [
        (found, removal.confidence)
        for removal in removed
        if removal.kind in (RemovalKind.CREDIT, RemovalKind.SIGNOFF, RemovalKind.BYLINE, RemovalKind.COPYRIGHT)
        and (found := removal.agency)
    ]
    people = _contributors(chosen, removed)
    for doubt in stripped.doubts:
        chosen.evidence.append(Evidence("doubt", doubt.text, doubt.rule, doubt.confidence))
    outlet = chosen.named(
        "outlet", [_given(item, "outlet"), *_outlets(item, page, removed, own or url, claims)], "outlet"
    )
    agency = chosen.named("agency", _agencies(item, page, credited, filed_by, claims), "agency")
    known = lookup(outlet) if outlet else None
    if published and known and known.founded and published.day.year < known.founded:
        chosen.flags.add(Flag.EARLY_DATE)
    authors = _authors(chosen, item, page, people, outlet)
    return Metadata(
        title=chosen.text("title", [_given(item, "title"), *_titles(item, page, outlet)]),
        language=language,
        published=published,
        modified=modified,
        authors=tuple(author.name for author in authors),
        contributors=tuple(dict.fromkeys((*authors, *people))),
        outlet=outlet,
        agency=agency,
        origin=chosen.text("origin", _origins(text, outlet, url if page.url else None)),
        url=url,
        keywords=chosen.names("keywords", [(item.keywords, "item"), (page.tags, "page")]),
        flags=tuple(flag for flag in Flag if flag in chosen.flags),
        evidence=tuple(chosen.evidence),
    )


def _given(item: Item, field: str) -> tuple[str | None, str, float]:
    return (getattr(item, field) if field in item.given else None), "given", 1.0


def _language(chosen: Chosen, item: Item, page: Extracted, text: str, claims: Claims) -> str | None:
    candidates = [_given(item, "language"), *_languages(item, page, text, claims)]
    language = chosen.text("language", candidates)
    if language is None:
        return None
    for value, origin, confidence in candidates:
        sure = origin != "text" or confidence >= SURE_LANGUAGE
        if value and sure and not same_language(value, language):
            chosen.keep("language", value, origin, confidence, chosen=False)
            chosen.flags.add(Flag.LANGUAGE_CONFLICT)
    if other := other_language(text, language):
        chosen.keep("language", other.tag, "text: a part of it", other.confidence, chosen=False)
        chosen.flags.add(Flag.MIXED_LANGUAGE)
    return language


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


def _published(
    chosen: Chosen,
    item: Item,
    page: Extracted,
    text: str,
    claims: Claims,
    language: str | None,
    url: str | None,
    seen: datetime,
) -> tuple[Moment | None, tuple[str, ...]]:
    """The time of publication, and the agencies of the dateline."""

    def read(*stated: Stated) -> list[tuple[Moment, str, float]]:
        return believable(chosen, "published", stated, zone=claims.timezone, seen=seen)

    shown = chosen.page.get("published") or Evidence("published", "", "page", 0.9)
    by_page = (page.published, "page", shown.confidence)
    address = date_in_address(url or "")
    if shown.origin == "page: address":
        address = None  # the page speaks for it
    stated = read(
        (claims.published or (item.published if "published" in item.given else None), "given", 1.0),
        (item.published, "item", 0.95),
        *([by_page] if shown.confidence > STANDS_IN else []),
        (address.isoformat() if address else None, "address", 0.8),
    )
    instead = [] if stated else read(by_page, (item.updated, "item: updated", STANDS_IN))
    filed = read_dateline(text, language=language, published=nearest_day(stated, instead, seen=seen))
    day = filed.date if filed else None
    filed_on = read((day.isoformat() if day else None, "dateline", 0.7))
    return choose_published(chosen, stated, instead, filed_on), filed.agencies if filed else ()


def _contributors(chosen: Chosen, removals: Iterable[Removal]) -> tuple[Contributor, ...]:
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


def _authors(
    chosen: Chosen, item: Item, page: Extracted, people: Iterable[Contributor], outlet: str | None
) -> tuple[Contributor, ...]:
    """The persons whom the byline names; not the outlet, which signs as its own author on many sites."""
    given = item.authors or ((item.byline,) if item.byline else ())
    candidates = [
        (_persons(given), "item"),
        (_persons(page.authors), "page"),
        (tuple(person for person in people if person.role == "reporter"), "removal"),
    ]
    found: tuple[Contributor, ...] = ()
    for persons, origin in candidates:
        named = tuple({p.name: p for p in persons if not (outlet and fold(p.name) == fold(outlet))}.values())
        names = [fold(person.name) for person in named]
        if named and not found:
            found = named
            chosen.keep("authors", "; ".join(person.name for person in named), origin)
        elif named and not set(names) & {fold(person.name) for person in found}:
            chosen.keep("authors", "; ".join(person.name for person in named), origin, chosen=False)
    return found


def _persons(bylines: Iterable[str]) -> tuple[Contributor, ...]:
    return tuple(person for byline in bylines for person in read_byline(byline))


def _titles(item: Item, page: Extracted, outlet: str | None) -> Iterable[tuple[str | None, str, float]]:
    for title, origin, confidence in ((item.title, "item", 1.0), (page.title, "page", 0.9)):
        yield _without_outlet(title, outlet or item.outlet) if title else None, origin, confidence


_PARTING = re.compile(r" (?:[-–—|]|::?) ")


def _without_outlet(title: str, outlet: str | None) -> str:
    """ "Piers closed - The Harbour Post": aggregators and pages put the outlet's name behind the headline."""
    title = " ".join(title.split())
    *before, last = _PARTING.split(title)
    if not before or not outlet or not same_name(last, outlet):
        return title
    return title[: title.rindex(last)].rstrip(" -–—|:\t")


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
    item: Item, page: Extracted, credited: Iterable[tuple[str, float]], filed_by: Iterable[str], claims: Claims
) -> Iterable[tuple[str | None, str, float]]:
    yield claims.agency, "source", 1.0
    for agency, confidence in credited:
        yield agency, "removal", confidence
    for value in (item.credit, item.byline, *item.authors):
        yield from ((name, "item", 0.9) for name in _agencies_in(value))
    for value in (*page.credits, *page.authors):
        yield from ((name, "page", 0.8) for name in _agencies_in(value))
    for agency in filed_by:
        yield agency, "dateline", 0.9
    for value, origin in ((item.outlet, "item"), (page.outlet, "page")):
        known = lookup(value) if value else None
        yield known.name if known and known.kind == "agency" else None, origin, 0.8


def _agencies_in(value: str | None) -> list[str]:
    """The agencies that a credit or a byline names. ANN LEE works for none by that name."""
    if not value:
        return []
    known = lookup(value)
    found = [known] if known else [hit[2] for hit in scan(value, short=not parse_byline(value))]
    return [organisation.name for organisation in found if organisation.kind == "agency"]


def _origins(text: str, outlet: str | None, url: str | None) -> Iterable[tuple[str | None, str, float]]:
    """Whose page the copy itself names as the original, else the agency or outlet that its text names repeatedly."""
    original = _site(url)
    yield original.name if original and outlet and not same_name(original.name, outlet) else None, "url", 0.9
    counted: dict[str, int] = {}
    for _, _, organisation in scan(text):
        if not (outlet and same_name(organisation.name, outlet)):
            counted[organisation.name] = counted.get(organisation.name, 0) + 1
    for name, count in sorted(counted.items(), key=lambda pair: -pair[1])[:1]:
        yield (name if count >= 3 else None), "text", min(0.9, 0.4 + 0.1 * count)


def _name(value: str | None) -> str | None:
    """The registry's name of an outlet, else the name as given."""
    known = lookup(value) if value else None
    return known.name if known else value


def _site(url: str | None) -> Organisation | None:
    host = urlsplit(url).hostname if url else None  # canonical, so it can be split
    return by_domain(host) if host else None


def _canonical(url: str | None) -> str | None:
    """The canonical form of an address of the web; None for what is none, such as "http://[::1"."""
    if not url or not url.lower().startswith(("http://", "https://")):
        return None
    found = canonical_url(url)
    try:
        return found if urlsplit(found).hostname else None
    except ValueError:
        return None
