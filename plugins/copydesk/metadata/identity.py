"""Which item an entry is: by its source's id, its address and its content, in this order.

An edited headline, or an id that holds the headline and changes with it, gives a new revision of the same item; two
entries of a payload that share an id or an address are two items.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from copydesk.metadata.time import parse_moment
from copydesk.metadata.url import address_key, canonical_url, names_a_page
from copydesk.model import BodyType, Item

MIN_CONTENT = 80
"""Characters of text from which on an equal text means an equal item."""
SAME_ADDRESS = timedelta(days=3)
"""An address with another id and a publication later than this is used for something new, such as a daily forecast."""
_ADDRESSES = ("url", "address")
_UNSEEN = ("script", "style", "noscript", "template", "iframe")


@dataclass(frozen=True, slots=True)
class Keys:
    """What may identify an item, as SHA-256; ``None`` where it does not."""

    identifier: bytes | None
    url: bytes | None
    """Of what all addresses of the article have in common."""
    address: bytes | None
    """Of this one of its addresses; by it alone were items known before ``url`` was."""
    content: bytes | None
    whole: bytes
    """Of all that is known of the item: for what nothing else identifies."""
    content_hash: bytes
    """As :func:`content_hash`: it identifies nothing, and another one makes a revision."""

    @property
    def usable(self) -> tuple[bytes, ...]:
        """Those that identify it, the best first."""
        found = tuple(key for key in (self.identifier, self.url, self.address, self.content) if key)
        return tuple(dict.fromkeys(found)) or (self.whole,)


@dataclass(frozen=True, slots=True)
class Known:
    """An item that is there already, found by one of its keys."""

    item_id: int
    published: str | None = None


def distinct(items: Sequence[Item]) -> list[tuple[Item, Keys]]:
    """The items of one payload, each once, with the keys that identify them among the others.

    What several different entries share identifies none of them.
    """
    unique: dict[tuple[bytes | None, bytes], tuple[Item, Keys]] = {}
    for item in items:
        keys = _keys(item)
        unique.setdefault((keys.identifier, keys.whole), (item, keys))
    entries = list(unique.values())
    identifiers = _shared(keys.identifier for _, keys in entries)
    urls = _shared(keys.url for _, keys in entries)
    addresses = _shared(keys.address for _, keys in entries)
    contents = _shared(keys.content for _, keys in entries)
    return [
        (
            item,
            replace(
                keys,
                identifier=None if keys.identifier in identifiers else keys.identifier,
                url=None if keys.url in urls else keys.url,
                address=None if keys.address in addresses else keys.address,
                content=None if keys.content in contents else keys.content,
            ),
        )
        for item, keys in entries
    ]


def match(entries: Sequence[tuple[Item, Keys]], known: Mapping[bytes, Known]) -> list[int | None]:
    """The id of the item that each entry is, ``None`` for a new one. No two entries are the same item."""
    matched: list[int | None] = [None] * len(entries)
    taken: set[int] = set()
    for name in ("identifier", "url", "address", "content", "whole"):
        for index, (item, keys) in enumerate(entries):
            key = getattr(keys, name)
            found = known.get(key) if key and matched[index] is None else None
            if found and found.item_id not in taken and _believable(name, item, keys, found):
                matched[index] = found.item_id
                taken.add(found.item_id)
    return matched


def content_hash(item: Item) -> bytes:
    """SHA-256 of what makes a revision: what the source says, without what changes by itself at every fetch.

    Markup counts by its visible text; addresses count without their tracking; files, links and the time of the last
    change don't count.
    """
    return _content_hash(item, _text(item))


def _content_hash(item: Item, text: str) -> bytes:
    stated = (
        item.title, item.summary, text, item.url and canonical_url(item.url), item.version, item.byline, item.authors,
        item.dateline, item.credit, item.copyright, item.usage_terms, item.outlet, item.language, item.published,
        item.embargoed, item.urgency, item.slugline, item.ednote, item.keywords, item.subjects, item.signal, item.given,
    )  # fmt: skip
    return _sha256(*map(repr, stated))


def _keys(item: Item) -> Keys:
    as_read = _text(item)
    text = " ".join(as_read.split())
    address = item.url if item.url and names_a_page(item.url) else None
    return Keys(
        identifier=_sha256(item.identifier) if item.identifier else None,
        url=_sha256(address_key(address)) if address else None,
        address=_sha256(canonical_url(address)) if address else None,
        content=_sha256("content", text) if len(text) >= MIN_CONTENT else None,
        whole=_sha256("whole", item.identifier or "", item.url or "", item.title or "", text),
        content_hash=_content_hash(item, as_read),
    )


def _believable(name: str, item: Item, keys: Keys, found: Known) -> bool:
    """Whether an entry is the item that a key found.

    A known address with another id may have been given to something new, and an equal text may be what is printed
    every day: the times of publication tell.
    """
    if name in ("identifier", "whole") or (name in _ADDRESSES and keys.identifier in (None, keys.address)):
        return True
    before, now = parse_moment(found.published), parse_moment(item.published)
    if before is None or now is None:
        return name in _ADDRESSES or (keys.identifier is None and keys.url is None)
    return now - before <= SAME_ADDRESS if name in _ADDRESSES else now == before


def _text(item: Item) -> str:
    return _visible(item.body) if item.body_type is BodyType.HTML else item.body


def _visible(markup: str) -> str:
    """The text of markup, without what no reader sees."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return " ".join(markup.split())
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    return " ".join(" ".join(map(str, root.itertext())).split())


def _shared(keys: Iterable[bytes | None]) -> set[bytes | None]:
    return {key for key, count in Counter(keys).items() if count > 1}


def _sha256(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
