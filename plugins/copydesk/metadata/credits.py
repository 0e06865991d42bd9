"""The people whom a credit or sign-off names, with what they did: told before the line is stripped."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import tomli

from copydesk.metadata.byline import is_person, split_byline
from copydesk.metadata.words import any_of
from copydesk.model import Contributor

_MAX = 600
"""Characters of a line of credits."""


def contributors(line: str) -> tuple[Contributor, ...]:
    """The people in a line such as "(Reporting by Ann Lee in Oslo; Editing by Rui Dias)", in order."""
    found: list[Contributor] = []
    for part in map(str.strip, _parts().split(line[:_MAX])):
        lead = _leads().match(part)
        if not lead:
            continue
        role = "editor" if lead["editor"] else "reporter"
        people, _, place = _place().sub("\n", part[lead.end() :], count=1).partition("\n")
        names = (name for name in split_byline(people.strip(" :,.")) if is_person(name))
        found += [Contributor(n, role, place=place.strip(" .,") or None) for n in names if " " in n or not n.isascii()]
    return tuple(dict.fromkeys(found))


@cache
def _rules() -> dict[str, list[str]]:
    return tomli.loads(files("copydesk.metadata").joinpath("data/credits.toml").read_text("utf-8"))


@cache
def _leads() -> re.Pattern[str]:
    editor, reporter = any_of(_rules()["editor"]), any_of(_rules()["reporter"])
    return re.compile(rf"(?:(?P<editor>{editor})|(?P<reporter>{reporter}))(?:\s*[:：]\s*|\s+)", re.I)


@cache
def _parts() -> re.Pattern[str]:
    """What parts one role's people from the next one's."""
    return re.compile(
        rf"[;|/()\[\]\n]|(?<=[a-zà-ÿ]{{3}})\.\s+|\s[-–—]\s|,\s+(?=(?:{any_of(_rules()['editor'])})\b)", re.I
    )


@cache
def _place() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{any_of(_rules()['place'])})\s+(?=[^\W\d_a-z])")
