"""Wires as teleprinters got them, known by their control characters: ANPA 1312, IPTC 7901, and ZCZC telex.

ANPA 1312 (https://en.wikipedia.org/wiki/ANPA-1312_format): SYN SYN SOH, service letter and number; a line with
priority, category and slug; STX; lines that begin with ``^`` and end with ``<`` or ``=``; the text; ETX.
IPTC 7901 (https://iptc.org/standards/iptc-7901/): SOH, source, number, priority, category and length; the slug; STX;
headline and byline; the text; ETX with day and time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import UTC, datetime

from copydesk.errors import BadEncoding, BrokenFormat
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import line
from copydesk.model import Item, Signal
from copydesk.text import clean

NAME = "ANPA 1312, IPTC 7901, ZCZC"

_ANPA = re.compile(r"[\x16\s]*\x16\s*\x01\s*(?P<service>[a-z]?)(?P<number>\d{3,5})", re.I)
_ANPA_SLUG = re.compile(
    r"^(?P<priority>[a-z])\s(?P<category>[a-z])[\x11-\x14]*\s*(?P<slug>.*?)\s{2,}(?:(?P<month>\d\d)-(?P<day>\d\d))?",
    re.I | re.M,
)
_IPTC = re.compile(
    r"\s*\x01?(?P<source>[a-z]{2,4})(?P<number>\d{2,5})\s+(?P<priority>[1-9])\s+(?P<category>[a-z]{1,3})\s+(?P<words>\d+)",
    re.I,
)
_ZCZC = re.compile(r"\s*zczc\b", re.I)
_STAMP = re.compile(r"(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)\s*GMT")
_DAYTIME = re.compile(r"\x03\s*(\d\d)(\d\d)(\d\d)\s+GMT\s+(\w{3})\w*\.?\s+(\d\d)")
_BYLINE = re.compile(r"(?:by|von|par|por|di|af|av|door)\s+\S.*", re.I)
_NOT_HEADLINES = re.compile(r"ap (?:photo|graphic|video)|eds?:|\(eds?[:.]|editor.s note|for release|with |___", re.I)
_EDNOTE = re.compile(r"\(?(?:eds?:|editor.s note\s*[_:-])\s*(.*?)\)?$", re.I)
_TAKES = re.compile(
    r"^(?:\d+(?:st|nd|rd|th) (?:lead|ld)\b.*|urgent|refile|extra|update\b.*|correction\b.*|lead|advisory)$", re.I
)
_SIGNALS = (
    (re.compile(r"\bkill\b|\bwithdraw", re.I), Signal.KILL),
    (re.compile(r"\bcorrect(?:ion|ive|ed)\b|\bcorx\b", re.I), Signal.CORRECTION),
    (re.compile(r"\bwrite-?thru\b|\blds?\b|\blead\b|\bupdate", re.I), Signal.UPDATE),
)
_MONTHS = {
    name: number
    for number, names in enumerate("jan feb mar/mär/mrz apr may/mai jun jul aug sep oct/okt nov dec/dez".split(), 1)
    for name in names.split("/")
}


def sniff(document: Document) -> bool:
    head = _head(document)
    return bool(_ANPA.match(head) or (_IPTC.match(head) and "\x02" in head) or _ZCZC.match(head))


def parse(document: Document) -> Parsed:
    try:
        text = document.text
    except BadEncoding:  # in the bytes of a teleprinter's codes there is no encoding to be found
        text = clean(document.payload.content.decode("latin-1"))
    reader: Callable[[str], Item]
    if _ANPA.match(text[:600]):
        reader = _anpa
    elif _IPTC.match(text[:600]):
        reader = _iptc
    else:
        reader = _zczc
    item = reader(text)
    if not (item.body.strip() or item.title):
        raise BrokenFormat("the message breaks off before its text; fetch it again", item=document.name)
    return Parsed((item,))


def _head(document: Document) -> str:
    return document.payload.content[:600].removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _anpa(text: str) -> Item:
    header, _, rest = text.partition("\x02")
    header = header[:1000]
    content, _, footer = rest.partition("\x03")
    match = _ANPA.match(header)
    slug = _ANPA_SLUG.search(header, match.end() if match else 0)
    headings: list[tuple[str, str]] = []
    body_lines = content.splitlines()
    body_lines.reverse()
    while body_lines and (said := body_lines[-1].strip()).startswith("^"):
        headings.append((said[1:].rstrip("<=").strip(), said[-1]))
        body_lines.pop()
    body_lines.reverse()
    first = headings[0][0] if headings else ""
    rest_of_headings = headings[1:]
    title = next(
        (said for said, end in rest_of_headings if not _NOT_HEADLINES.match(said) and not _BYLINE.match(said)), None
    )
    byline = next((said for said, _ in rest_of_headings if _BYLINE.fullmatch(said)), None)
    notes = [found[1] for said, _ in rest_of_headings if (found := _EDNOTE.match(said))]
    body = _anpa_text(body_lines)
    if not body and title:
        body = "\n".join(said for said, _ in rest_of_headings)
    slugline = line(re.sub(r"^\s*BC-", "", re.sub(r",\s*\d+$", "", first))) or (line(slug["slug"]) if slug else None)
    number = f"{match['service']}{match['number']}" if match else None
    stamp = _STAMP.search(footer) or _STAMP.search(content[-400:])
    sent = _time(20, stamp[3], stamp[1], stamp[2], stamp[4], stamp[5]) if stamp else None
    return Item(
        body=body,
        identifier=" ".join(part for part in (number, sent.isoformat() if sent else None, slugline) if part) or None,
        title=line(_quotes(title)) if title else None,
        byline=line(byline),
        dateline=_dateline(body),
        published=sent,
        slugline=slugline,
        ednote=line(" ".join(notes)),
        signal=_signal(first + " " + (slug["slug"] if slug else "")),
        keywords=(slug["category"],) if slug else (),
    )


def _anpa_text(body_lines: list[str]) -> str:
    """The paragraphs, each in one line; they begin with a tab or with spaces."""
    paragraphs: list[list[str]] = [[]]
    for raw in body_lines:
        indented = raw[:1] in ("\t", " ") or raw.lstrip().startswith("^")
        said = re.sub(r"[\x00-\x08\x0b-\x1f]+", " ", raw).strip().removeprefix("^").rstrip("<=").strip()
        if re.fullmatch(r"(?:AP-\S+ )?AP-\w\w-\d\d-\d\d-\d\d \d{4}GMT", said):
            continue
        if indented or not said:
            paragraphs.append([])
        if said:
            paragraphs[-1].append(said)
    return _quotes("\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph))


def _quotes(text: str) -> str:
    """The characters that the wire's alphabet has no code for, as it writes them."""
    return text.replace("``", "“").replace("''", "”").replace(" _ ", " – ")


def _iptc(text: str) -> Item:
    header, _, rest = text.partition("\x02")
    content, _, _ = rest.partition("\x03")
    match = _IPTC.match(header)
    assert match is not None
    source = header[match.end() :].split("\n")[0].split()
    slug = line(header[match.end() :].partition("\n")[2])
    head, _, body = content.partition("\n\n")
    title: list[str] = []
    byline, takes = None, []
    for said in filter(None, (part.strip() for part in head.splitlines())):
        if title and (said.endswith("=") or _BYLINE.fullmatch(said)):
            byline = said.rstrip("= ")
        elif _TAKES.match(said) and not title:
            takes.append(said)
        else:
            title.append(said.rstrip("= "))
    body = re.split(r"^\* \* \* \*$|^# ?(?:Notebook|Notizblock|Note to editors)\b", body, maxsplit=1, flags=re.M)[0]
    day = _DAYTIME.search(text)
    month = _MONTHS.get(day[4].lower()) if day else None
    sent = _time(20, day[5], month, day[1], day[2], day[3]) if day and month else None
    number = f"{match['source']}{match['number']}"
    return Item(
        body=_joined(body),
        identifier=" ".join(part for part in (number, sent.isoformat() if sent else None) if part),
        title=line(" ".join(title)),
        byline=line(byline),
        dateline=_dateline(body),
        credit=next((word for word in source if word.isalpha() and len(word) <= 5 and word.islower()), None),
        published=sent,
        urgency=int(match["priority"]),
        slugline=slug.strip("/") if slug else None,
        keywords=(match["category"],),
        signal=_signal(" ".join(takes)),
    )


def _joined(body: str) -> str:
    """Paragraphs are set apart by empty lines; the lines within them are those of the printer."""
    paragraphs = re.split(r"\n[ \t]*\n", body.strip())
    return "\n".join(" ".join(said.split()) for said in paragraphs if said.strip())


_ZCZC_LINE = re.compile(r"^([:#$*%@~&+=^])(.*)$")
_LABEL = re.compile(r"^:?[A-Z]{3,12} :\s*")


def _zczc(text: str) -> Item:
    """Telex: after ZCZC come lines of routing, slug and headline, each told by its first character."""
    rows = re.split(r"\r\n|\r|\n", text.strip())
    slug: list[str] = []
    head: list[str] = []
    stated, subjects, at = None, [], 1
    for at, row in enumerate(rows[1:12], 1):
        said = row.strip()
        match = _ZCZC_LINE.match(said)
        if match and len(match[2].strip()) > 1:
            mark, value = match[1], match[2].strip()
            if mark in "$^":
                stated = value
            elif mark == ":":
                head.append(_LABEL.sub("", said).lstrip(":"))
            elif mark == "#":
                slug.append(value)
            elif mark in "*+" and value.isdecimal():
                subjects.append(value)
            if mark == "+":
                rows[at] = re.sub(r"^\+\d+", "", said)
        elif not said or match or re.fullmatch(r"[A-Z]{2}(?: [A-Z]{2,9}(?:\([^)]*\))?)+", said):
            continue
        elif _LABEL.match(said):
            head.insert(0, _LABEL.sub("", said))
        elif rows[at + 1 : at + 2] and rows[at + 1].strip().startswith("*"):
            stated = said
        else:
            break
    usable = [said for said in head if not re.fullmatch(r"[\d/:. -]+", said)]
    title = stated or " ".join([*slug, *usable[:1]])
    body = "\n".join(rows[at:]).rstrip().removesuffix("NNNN")
    return Item(
        body=re.sub(r"[\x00-\x08\x0b-\x1f]+", " ", body).strip("\n"),
        title=line(title),
        slugline=line(" ".join(slug)) or line(title),
        dateline=_dateline(body),
        keywords=tuple(subjects),
    )


def _dateline(body: str) -> str | None:
    """``BUENOS AIRES, Argentina (AP) –`` or ``SYDNEY, Dec 7 AAP -`` at the beginning of the text."""
    found = re.match(r"\s*([^\W\d_][^\n]{1,60}?(?:\([A-Za-z/ -]{2,20}\)|\b[A-Z]{2,6}))\s*[-–—_]", body)
    return line(found[1]) if found else None


def _signal(words: str) -> Signal | None:
    return next((signal for known, signal in _SIGNALS if known.search(words)), None)


def _time(century: int, *parts: str | int) -> datetime | None:
    year, month, day, hour, minute = (int(part) for part in parts)
    try:
        return datetime(century * 100 + year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
