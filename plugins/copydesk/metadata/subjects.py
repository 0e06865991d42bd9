"""Subjects as sources give them, and the IPTC's Media Topic of each where that is known.

A code is believed before a name. Names are those of the Media Topics in English and French, and what newsrooms call
their sections in the language of the article: ``data/mediatopics.tsv``, ``data/sections.toml``. What isn't known stays
as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from copydesk.metadata.language import primary
from copydesk.metadata.registry import fold
from copydesk.model import Subject, Topic

_CODE = re.compile(r"(?:^|[:/])(\d{8})$")
_MEDIA_TOPICS = re.compile(r"medtop|mediatopic", re.I)
_SUBJECT_CODES = re.compile(r"subj|iptc", re.I)
_ANPA = re.compile(r"anpa|1312", re.I)
_WORD = re.compile(r"\w+")


def topics(subjects: Iterable[Subject], keywords: Iterable[str], *, language: str | None) -> tuple[Topic, ...]:
    """Every subject with its Media Topic where it is known, and the keywords that name one; each once, in order."""
    found = [_classified(subject, _of_subject(subject, language)) for subject in subjects]
    named = {topic.name for topic in found}
    words = (Subject(name=word) for word in keywords if word not in named)
    found += [_classified(word, code) for word in words if (code := _of_name(word.name, language))]
    return tuple(dict.fromkeys(found))


def topic_label(topic: str) -> str:
    """The English name of a Media Topic, ``medtop:20001065``."""
    return _rows()[topic.partition(":")[2]].name


def _classified(subject: Subject, code: str | None) -> Topic:
    if code is None:
        return Topic(subject.name, subject.code, subject.scheme)
    rows = _rows()
    broad = code
    while rows[broad].parent:
        broad = rows[broad].parent
    return Topic(subject.name, subject.code, subject.scheme, f"medtop:{code}", rows[code].name, rows[broad].name)


def _of_subject(subject: Subject, language: str | None) -> str | None:
    """The topic by the subject's code in the vocabulary that its scheme names, else by its name."""
    scheme = subject.scheme or ""
    code = subject.code or ""
    where = f"{scheme}:{code}"
    if number := _CODE.search(code):
        if _MEDIA_TOPICS.search(where) and number[1] in _rows():
            return number[1]
        # Wires that name no scheme mean the Subject Codes.
        if (not scheme or _SUBJECT_CODES.search(where)) and number[1] in _subject_codes():
            return _subject_codes()[number[1]]
    if _ANPA.search(scheme) and code.lower() in _sections()["anpa"]:
        return str(_sections()["anpa"][code.lower()])
    return _of_name(subject.name, language)


def _of_name(name: str | None, language: str | None) -> str | None:
    """The topic that a name means in a language; sections of an English site may be English in any language."""
    if not name:
        return None
    key = _key(name)
    code = primary(language) if language else "en"
    return _named(code).get(key) or (_sections_of("en").get(key) if code != "en" else None)


def _key(name: str) -> str:
    return " ".join(_WORD.findall(fold(name)))


@dataclass(frozen=True, slots=True)
class _Row:
    parent: str
    name: str
    name_fr: str
    subject_code: str


@cache
def _rows() -> dict[str, _Row]:
    lines = files("copydesk.metadata").joinpath("data/mediatopics.tsv").read_text("utf-8").splitlines()[2:]
    return {code: _Row(*rest) for code, *rest in (line.split("\t") for line in lines)}


@cache
def _subject_codes() -> dict[str, str]:
    """Media Topics by the IPTC Subject Codes that they took the place of."""
    return {row.subject_code: code for code, row in _rows().items() if row.subject_code}


@cache
def _sections() -> dict[str, Any]:
    return tomli.loads(files("copydesk.metadata").joinpath("data/sections.toml").read_text("utf-8"))


@cache
def _sections_of(language: str) -> dict[str, str]:
    rows = ((code, row.get(language, ())) for code, row in _sections().items() if code != "anpa")
    return {_key(word): code for code, words in rows for word in words}


@cache
def _named(language: str) -> dict[str, str]:
    """Topics by what a language calls them; a name that two topics share is none."""
    labels: dict[str, str] = {}
    for code, row in _rows().items():
        label = {"en": row.name, "fr": row.name_fr}.get(language)
        if label:
            labels[_key(label)] = "" if _key(label) in labels else code
    return {key: code for key, code in labels.items() if code} | _sections_of(language)
