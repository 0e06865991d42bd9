"""A mail, as agencies and press offices send stories: one item."""

from __future__ import annotations

import codecs
import email
import email.policy
import json
import re
from email.message import EmailMessage

from copydesk.errors import BrokenFormat, DataError, NoText
from copydesk.formats import wire_json
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import line, lines, moment
from copydesk.formats.html import check_depth
from copydesk.model import BodyType, Item, Media
from copydesk.text import clean

NAME = "mail"
_HEADER = re.compile(r"[a-z][\w-]{1,60}:[ \t]|[ \t]")
_KNOWN = re.compile(
    r"^(?:received|message-id|return-path|delivered-to|mime-version|content-type|from|date|subject):", re.M
)
_NEEDED = 3


def sniff(document: Document) -> bool:
    if document.binary:
        return False
    head = document.markup.partition("\n\n")[0].splitlines()[:_NEEDED]
    return (
        len(head) == _NEEDED and all(map(_HEADER.match, head)) and len(set(_KNOWN.findall(document.markup))) >= _NEEDED
    )


def parse(document: Document) -> Parsed:
    content = document.payload.content.removeprefix(codecs.BOM_UTF8).lstrip()
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return Parsed((_item(message, document),))
    except (ValueError, LookupError, KeyError, AttributeError, IndexError, TypeError, RecursionError) as error:
        # The standard library's reader raises what its parts raise on headers that are none.
        raise BrokenFormat(f"the mail can't be read: {type(error).__name__}: {error}", item=document.name) from error


def _item(message: EmailMessage, document: Document) -> Item:
    body, body_type = _body(message)
    identifier = line(_header(message, "Message-ID"))
    sender = message["From"]
    names = lines(address.display_name or address.addr_spec for address in getattr(sender, "addresses", ()))
    said = _form(body, document.name)
    if said:
        body, body_type = said.body, said.body_type
    title = (said.title if said else None) or line(_header(message, "Subject"))
    if not (body.strip() or title):
        raise NoText("the mail has neither a subject nor a text", item=identifier or document.name)
    check_depth(body, identifier)
    return Item(
        body=body,
        body_type=body_type,
        identifier=identifier,
        url=document.payload.url,
        title=title,
        summary=said.summary if said else None,
        byline=(said.byline if said else None) or ", ".join(names) or None,
        authors=names,
        dateline=said.dateline if said else None,
        outlet=line(_header(message, "Organization")),
        language=line(_header(message, "Content-Language")),
        published=moment(_header(message, "Date")),
        slugline=said.slugline if said else None,
        urgency=said.urgency if said else None,
        keywords=lines((_header(message, "Keywords") or "").split(",")) or (said.keywords if said else ()),
        media=tuple(
            Media(None, part.get_content_type(), line(part.get_filename())) for part in message.iter_attachments()
        ),
    )


def _header(message: EmailMessage, name: str) -> str | None:
    """A header as text, decoded; bytes beyond ASCII, which it may not have, as far as they can be read."""
    value = message.get(name)
    return None if value is None else str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _body(message: EmailMessage) -> tuple[str, BodyType]:
    part = message.get_body(("html", "plain"))
    if part is None:
        return "", BodyType.TEXT
    content = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    try:
        text = content.decode(charset) if isinstance(content, bytes) else ""
    except (LookupError, UnicodeDecodeError):
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    is_html = part.get_content_type() == "text/html"
    return clean(text).strip("\n"), BodyType.HTML if is_html else BodyType.TEXT


def _form(body: str, name: str | None) -> Item | None:
    """What a mail says whose text is a story as JSON."""
    if not body.lstrip().startswith("{"):
        return None
    try:
        return wire_json.parse_value(json.loads(body, strict=False), name).items[0]
    except (ValueError, RecursionError, DataError, IndexError):
        return None
