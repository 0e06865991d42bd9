"""Bylines: persons told from agencies and desks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files

import tomli

from copydesk.metadata.registry import lookup
from copydesk.metadata.words import any_of
from copydesk.model import Contributor

_SEPARATOR = re.compile(r"\s*(?:[;|/•·()\[\]]|,(?!\s*(?:Jr|Sr|II|III)\b)|(?<=\s)[-–—](?=\s)|\n)\s*")
_SPACES = re.compile(r"[^\S\n]+")
_MAIL = re.compile(r"\(?\S+@\S+\)?|(?<!\w)@\w+|https?://\S+")
_MAX = 1_000
"""Characters of a byline that are read."""
_MAX_NAME = 80
_INITIALS = re.compile(r"[a-zß]{1,5}|[A-Z]{2,4}")
"""How staff sign: "lno", "red", "FR"."""
_DOTTED = re.compile(r"(?<!\w)[^\W\d_](?:\.\s?[^\W\d_])+\.?(?!\w)")
_JOB_WORDS = 6
_ACRONYM = 3
_VOWEL = re.compile("[AEIOUYÄÖÜ]")
_GIVEN_AND_INITIAL = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+)?\s[^\W\d_]")


def parse_byline(byline: str) -> tuple[str, ...]:
    """The persons a byline names, in order. Agencies, desks, addresses and initials of the staff are left out."""
    return tuple(person.name for person in read_byline(byline))


def read_byline(byline: str) -> tuple[Contributor, ...]:
    """The persons a byline names, in order, with their job, for whom they write and where, as far as it tells.

    "Ann Lee, Chief Correspondent, The Harbour Post", "Ann Lee in Oslo", "Ann Lee (Reuters)". What follows a name
    speaks of it; an organisation of all before it who have none yet.
    """
    parts = split_byline(byline)
    if len(parts) == 2 and " " not in parts[0] and _GIVEN_AND_INITIAL.fullmatch(parts[1]):
        parts = (f"{parts[1]} {parts[0]}",)  # "Kaufman, Jeff T."
    people: dict[str, Contributor] = {}
    for part in parts:
        person = _described(part)
        if is_person(person.name) and not _INITIALS.fullmatch(person.name):
            people.setdefault(person.name, person)
        elif people and (known := lookup(part)):
            people = {n: replace(p, organisation=p.organisation or known.name) for n, p in people.items()}
        elif people and is_job(part):
            last = next(reversed(people))
            people[last] = replace(people[last], job=people[last].job or part)
    if any(" " in name for name in people):
        # A place, a degree or an office beside full names: "Ann Lee, London".
        people = {name: person for name, person in people.items() if " " in name or name.upper() == name.lower()}
    named = {name: replace(person, name=_case(name)) for name, person in people.items()}
    return tuple({person.name: person for person in named.values()}.values())


def _described(part: str) -> Contributor:
    """A name without what stands beside it, which tells for whom, where or as what the person writes."""
    rules = _rules()
    part = rules.degree.sub("", rules.title.sub("", part)).strip(" ,") or part
    place = organisation = job = None
    if found := rules.place.search(part):
        part, place = part[: found.start()].strip(), found["where"].strip()
    if found := rules.beside.search(part):
        part, whom = part[: found.start()].strip(), found["whom"].strip()
        known = lookup(whom) or lookup(whom.removeprefix("the "))
        organisation = known.name if known else whom
    if found := rules.after.search(part):
        part, job = part[: found.start()].strip(), found["job"]
    return Contributor(part, job=job, organisation=organisation, place=place)


def split_byline(byline: str) -> tuple[str, ...]:
    """The names in a byline, of persons or not, in order."""
    rules = _rules()
    # RSS 2.0 writes "mail@example.com (Name)".
    text = _SPACES.sub(" ", byline[:_MAX])
    text = re.sub(r"\S+@\S+\s*\(([^()]+)\)", r"\1", text)
    text = rules.lead.sub("", _MAIL.sub(" ", text).strip())
    parts = (part for chunk in _SEPARATOR.split(text) for part in _separated(chunk))
    names = (rules.lead.sub("", " ".join(part.split())).strip(" .,:-–—") for part in parts)
    return tuple(dict.fromkeys(name for name in names if name and any(map(str.isalpha, name))))


def _separated(names: str) -> Iterator[str]:
    """The names around "and" and "with"; "y" stays between two surnames: "José Ortega y Gasset"."""
    rules, start = _rules(), 0
    for joiner in rules.joiner.finditer(names):
        before, after = names[start : joiner.start()], rules.joiner.split(names[joiner.end() :])[0]
        inside = joiner[0].strip() in rules.inner and " " in before.strip() and " " not in after.strip()
        if not (inside and is_person(after.strip())):
            yield before
            start = joiner.end()
    yield names[start:]


def is_led(text: str) -> bool:
    """Whether a line begins with a word that leads in a byline."""
    return _rules().lead.match(text) is not None


def is_person(name: str) -> bool:
    """Whether a byline's part reads as a person's name rather than as an agency's, a desk's or a site's."""
    if not name or len(name) > _MAX_NAME or not any(map(str.isalpha, name)) or any(map(str.isdigit, name)):
        return False
    full = _DOTTED.sub(" ", name)
    if _rules().desk.search(name) or "." in full.strip(".").replace(". ", " "):
        return False
    return lookup(name) is None and not _is_department(name)


def _is_department(name: str) -> bool:
    """Whether it begins with an organisation's acronym: "AFP Deutschland", "BBC Sport"; "ANN LEE" is somebody."""
    first, _, rest = name.partition(" ")
    if not rest or len(first) < _ACRONYM or not first.isupper() or not lookup(first):
        return False
    return not rest.isupper() or not _VOWEL.search(first)


def is_job(text: str) -> bool:
    """Whether a few words name what somebody does: "chief correspondent"."""
    return len(text.split()) <= _JOB_WORDS and _rules().job.search(text) is not None


class _Rules:
    def __init__(self, data: dict[str, list[str]]) -> None:
        self.lead = re.compile(rf"^(?:{any_of(data['lead'])})[\s:]+", re.I)
        joiner, helped = any_of(data["joiner"]), any_of(data["helped"])
        self.joiner = re.compile(rf"(?-i:^(?:{joiner})\s+)|\s+(?:{joiner}|{helped})\s+", re.I)
        self.inner = frozenset(data["inner"])
        self.title = re.compile(rf"^(?:(?:{any_of(data['title'])})(?:\.\s?|\s+))+(?=\S)", re.I)
        self.degree = re.compile(rf"\s+(?:{any_of(data['degree'])})(?!\w)\.?$")
        self.beside = re.compile(rf"\s+(?:{any_of(data['beside'])})\s+(?P<whom>\S.*)", re.I)
        self.after = re.compile(rf"\s?(?P<job>{any_of(data['after'])})(?:\s.*)?$", re.I)
        self.place = re.compile(rf"\s+(?:{any_of(data['place'])})\s+(?P<where>[^\W\d_a-z].*)")
        self.job = re.compile(rf"(?<!\w)(?:{any_of(data['job'])})(?!\w)", re.I)
        self.desk = re.compile(rf"(?<!\w)(?:{any_of(data['desk'])})(?!\w)", re.I)


@cache
def _rules() -> _Rules:
    return _Rules(tomli.loads(files("copydesk.metadata").joinpath("data/bylines.toml").read_text("utf-8")))


def _case(name: str) -> str:
    return name.title() if name.isupper() and " " in name else name
