"""A small archive as a payload: the items of all its members. Big ones are loaded by ``copydesk backfill``."""

from __future__ import annotations

import io
from dataclasses import replace

from copydesk.errors import DataError, EmptyPayload, TooDeep
from copydesk.formats.base import Document, Parsed
from copydesk.model import Item, Payload

NAME = "archive"
MAX_RATIO = 4
"""Of what may come out of it, to what a payload may have."""


def sniff(document: Document) -> bool:
    from copydesk.archives import CONTAINERS, detect  # which in turn reads formats

    return detect(document.payload.content[:4096]) in CONTAINERS


def parse(document: Document) -> Parsed:
    """The items of all members, numbered anew, and a refusal for each member that can't be read."""
    from copydesk.archives import read_stream
    from copydesk.formats import MAX_BYTES

    payload = document.payload
    name = payload.url or "archive"
    items: list[Item] = []
    refused: list[tuple[int, DataError]] = []
    stream = io.BytesIO(payload.content)
    for record in read_stream(stream, name, payload.fetched_at, limit=MAX_RATIO * MAX_BYTES):
        try:
            parsed = _parse_member(record.payload, record.error)
        except DataError as error:
            parsed = Parsed(refused=((0, error),))
        before = len(items) + len(refused)
        places = sorted([item.position for item in parsed.items] + [place for place, _ in parsed.refused])
        number = {place: before + rank for rank, place in enumerate(places)}
        items += [replace(item, position=number[item.position]) for item in parsed.items]
        refused += [(number[place], refusal) for place, refusal in parsed.refused]
    if not items and not refused:
        raise EmptyPayload("there is no news in the archive; check what the source delivers", item=payload.url)
    if not items and len(refused) == 1:
        raise refused[0][1]
    return Parsed(tuple(items), tuple(refused))


def _parse_member(member: Payload | None, error: DataError | None) -> Parsed:
    from copydesk.formats import read

    if error is not None:
        raise error
    if member is None:
        return Parsed()
    if sniff(Document(member)):
        raise TooDeep("it is an archive inside a record of another; unpack it by hand", item=member.url)
    return read(member)
