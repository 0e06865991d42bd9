"""Bylines: persons told from agencies and desks."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import tomli

from copydesk.metadata.words import any_of

_SEPARATOR = re.compile(r"\s*(?:[;|/•·]|,(?!\s*(?:Jr|Sr|II|III)\b)|\n)\s*")
_MAIL = re.compile(r"\(?\S+@\S+\)?|(?<!\w)@\w+|https?://\S+")
_MAX_NAME = 80
_INITIALS = re.compile(r"[a-zß]{1,5}|[A-Z]{2,4}")
"""How staff sign: "lno", "red", "FR"."""
_DOTTED = re.compile(r"(?<!\w)[^\W\d_](?:\.\s?[^\W\d_])+\.?(?!\w)")
_GIVEN_AND_INITIAL = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+)?\s[^\W\d_]")


def parse_byline(byline: str) -> tuple[str, ...]:
    """The persons a byline names, in order. Agencies, desks, addresses and initials of the staff are left out."""
    parts = [_rules().beside.sub("", part) for part in split_byline(byline)]
    if len(parts) == 2 and " " not in parts[0] and _GIVEN_AND_INITIAL.fullmatch(parts[1]):
        parts = [f"{parts[1]} {parts[0]}"]  # "Kaufman, Jeff T."
    persons = [name for name in parts if is_person(name) and not _INITIALS.fullmatch(name)]
    if any(" " in name for name in persons):
        # A place, a degree or an office beside full names: "Ann Lee, London".
        persons = [name for name in persons if " " in name or name.upper() == name.lower()]
    return tuple(dict.fromkeys(map(_case, persons)))


def split_byline(byline: str) -> tuple[str, ...]:
    """The names in a byline, of persons or not, in order."""
    rules = _rules()
    # RSS 2.0 writes "mail@example.com (Name)".
    text = re.sub(r"\S+@\S+\s*\(([^()]+)\)", r"\1", byline)
    text = rules.lead.sub("", _MAIL.sub(" ", text).strip())
    parts = (part for chunk in _SEPARATOR.split(text) for part in rules.joiner.split(chunk))
    names = (rules.lead.sub("", " ".join(part.split())).strip(" .,:-–—") for part in parts)
    return tuple(dict.fromkeys(name for name in names if name and any(map(str.isalpha, name))))


def is_led(text: str) -> bool:
    """Whether a line begins with a word that leads in a byline."""
    return _rules().lead.match(text) is not None


def is_person(name: str) -> bool:
    """Whether a byline's part reads as a person's name rather than as an agency's, a desk's or a site's."""
    from copydesk.metadata.registry import lookup

    if not name or len(name) > _MAX_NAME or not any(map(str.isalpha, name)) or any(map(str.isdigit, name)):
        return False
    full = _DOTTED.sub(" ", name)
    return lookup(name) is None and not _rules().desk.search(name) and "." not in full.strip(".").replace(". ", " ")


class _Rules:
    def __init__(self, data: dict[str, list[str]]) -> None:
        self.lead = re.compile(rf"^(?:{any_of(data['lead'])})[\s:]+", re.I)
        self.joiner = re.compile(rf"\s+(?:{any_of(data['joiner'])})\s+", re.I)
        self.beside = re.compile(
            rf"\s+(?:{any_of(data['beside'])})\s+\S.*|\s?(?:{any_of(data['after'])})(?:\s.*)?$", re.I
        )
        self.desk = re.compile(rf"(?<!\w)(?:{any_of(data['desk'])})(?!\w)", re.I)


@cache
def _rules() -> _Rules:
    return _Rules(tomli.loads(files("copydesk.metadata").joinpath("data/bylines.toml").read_text("utf-8")))


def _case(name: str) -> str:
    return name.title() if name.isupper() and " " in name else name
