"""A source drafted from what a site's feeds say of themselves."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from copydesk.errors import ConfigurationError
from copydesk.metadata.language import identify, primary
from copydesk.metadata.registry import by_domain
from copydesk.model import Item
from copydesk.sources import checks
from copydesk.sources.found import Feed, Site
from copydesk.sources.model import Source
from copydesk.sources.teaser import text_of

SCHEDULE = "*/30 * * * *"
"""Of a source for which nobody says another."""
_SURE = 0.9
"""From this confidence on a text's language counts more than what its feed says."""
_ITEMS = 20
_NAME_LENGTH = 50
_NOT_OF_A_COUNTRY = frozenset("ac ai bz cc co eu fm gg im io is la ly me nu sh st to tv ws".split())
"""Top-level domains that anybody takes."""
_SECOND_LEVEL = frozenset("ac co com edu gov gob net news nom or org".split())
_GENERIC = frozenset(
    "all articles atom feed feeds headlines home homepage latest news page posts rss site stories the top".split()
)
"""What feeds are called that is no outlet's name."""
_PARTS = re.compile(r"\s+[-–—|»:·/]+\s+|\s*[|»]\s*")


def draft(
    site: Site,
    feeds: Sequence[Feed],
    *,
    name: str | None = None,
    schedule: str | None = None,
    taken: Collection[str] = (),
) -> Source:
    """The source of some of a site's feeds. What is not known well enough is left out.

    Raises :class:`ConfigurationError` where a given name or schedule won't do.
    """
    if name and name in taken:
        raise ConfigurationError(f"the name {name!r} is taken; give another with --name")
    items = [item for feed in feeds for item in feed.items]
    host = urlsplit(site.url).hostname or ""
    known = by_domain(host) if host else None
    outlet = known.name if known else outlet_name([site.name, *(feed.title for feed in feeds)], host)
    country = (known.country if known else None) or country_of(host)
    teasers = sum(feed.share_with_text for feed in feeds) < len(feeds) / 2
    values = {
        "name": name or unique_name([outlet or "", _label(host)], taken),
        "outlet": outlet,
        "language": language_of(items, [*(feed.language for feed in feeds), site.language]),
        "country": country,
        "timezone": zone_of(country, items),
        "schedule": schedule or SCHEDULE,
        "pages": "teaser" if teasers else None,
        "allow_private_addresses": site.private or None,
        "urls": tuple(feed.url for feed in feeds),
    }
    return checked_source({key: value for key, value in values.items() if value is not None})


def checked_source(values: dict[str, Any]) -> Source:
    """The source of these values. Raises :class:`ConfigurationError` where one is wrong."""
    try:
        return Source.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}"
                for problem in error.errors()
            )
        ) from error


def unique_name(candidates: Iterable[str], taken: Collection[str]) -> str:
    """A source's name made of the first candidate with Latin letters, numbered where it is taken."""
    stem = next((slug for candidate in candidates if (slug := slug_of(candidate))), "source")
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def slug_of(text: str) -> str:
    """Small letters, digits and underscores, from a letter on; empty where too little of the text is Latin."""
    plain = unicodedata.normalize("NFKD", text.translate({ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l", ord("’"): ""}))
    latin = "".join(character for character in plain if not unicodedata.combining(character))
    if sum(character.isalpha() and not character.isascii() for character in latin) > len(latin) / 3:
        return ""
    slug = re.sub(r"[^a-z0-9]+", "_", latin.lower().replace("'", "")).strip("_")[:_NAME_LENGTH].strip("_")
    if slug and not slug[0].isalpha():
        slug = f"n_{slug}"
    return slug if len(slug) > 1 else ""


def outlet_name(names: Sequence[str | None], host: str) -> str | None:
    """The outlet among what site and feed call themselves: "Latest news – The Harbour Post" has it in its second part.

    It is the part that is most like the domain, else the first name's first part.
    """
    parts = [part for name in names for part in _PARTS.split((name or "").strip()) if part.strip()]
    parts = [part for part in parts if not _GENERIC.issuperset(re.findall(r"\w+", part.lower()))] or parts
    label = _bare(_label(host))

    def likeness(part: str) -> float:
        return SequenceMatcher(None, _bare(part), label).ratio()

    best = max(parts, key=likeness, default=None)
    if best and label and likeness(best) > 0.5:
        return best
    return parts[0] if parts else host.removeprefix("www.") or None


def language_of(items: Sequence[Item], said: Sequence[str | None]) -> str | None:
    """What items, then feed and site say, unless the texts are surely in another language."""
    most_said = Counter(item.language for item in items if item.language).most_common(1)
    claims = [most_said[0][0] if most_said else None, *said]
    claim = next(
        (tag for claim in claims if claim and (tag := _checked(checks.language, claim.replace("_", "-")))), None
    )
    found = identify("\n".join(f"{item.title or ''}. {text_of(item)}"[:400] for item in items[:_ITEMS]))
    if found and found.confidence >= _SURE and (claim is None or primary(claim) != primary(found.tag)):
        return _checked(checks.language, found.tag) or claim
    return claim


def country_of(host: str) -> str | None:
    """The country of a host's top-level domain, where it is a country's own."""
    top = host.rpartition(".")[2].lower()
    return None if top in _NOT_OF_A_COUNTRY else _checked(checks.country, "GB" if top == "uk" else top.upper())


def zone_of(country: str | None, items: Sequence[Item]) -> str | None:
    """The country's time zone, where it has one only, or one that is well known, with the offsets of the dates."""
    from babel.core import get_global

    moments = [item.published for item in items if item.published]
    written = [moment for moment in moments if moment.utcoffset()]
    if not country or (moments and not written and all(moment.tzinfo for moment in moments)):
        return None  # its dates are in UTC and need no zone
    zones = [zone for zone in get_global("territory_zones").get(country, ()) if _agrees(zone, written)]
    well_known = [zone for zone in zones if zone in get_global("windows_zone_mapping").values()]
    return zones[0] if len(zones) == 1 else well_known[0] if len(well_known) == 1 else None


def _agrees(zone: str, moments: Iterable[datetime]) -> bool:
    return all(moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.utcoffset() for moment in moments)


def _checked(check: Callable[[str], str], value: str) -> str | None:
    try:
        return check(value)
    except ValueError:
        return None


def _label(host: str) -> str:
    """The part of a host that says whose it is: ``harbour-post`` of ``www.harbour-post.co.uk``."""
    if not any(map(str.isalpha, host)):
        return ""  # an address of numbers
    labels = host.removeprefix("www.").split(".")[:-1] or [host]
    while len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1]


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())
