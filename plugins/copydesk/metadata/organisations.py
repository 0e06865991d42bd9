"""The rows of registry files: read, and checked where a person wrote them.

Ours are ``data/agencies.toml`` and ``data/outlets.toml``. A user's own are in the TOML file, or the folder of them,
that ``COPYDESK_REGISTRY`` names. A file holds arrays ``agency`` and ``outlet`` of tables, each with the fields of an
:class:`Organisation` but its kind. How the user's rows and ours go together: :func:`merged`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli

from copydesk.errors import ConfigurationError

KINDS = ("agency", "outlet")
LISTS = ("aliases", "short", "domains", "translations")
_KEYS = ("name", *LISTS, "country", "wikidata", "founded")
_FIRST_NEWSPAPER = 1605
_DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency or outlet. ``name`` is the canonical one, by which facts and metadata call it."""

    name: str
    kind: str
    """``agency`` or ``outlet``."""
    aliases: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    """Acronyms and words that mean other things too: they count only where an organisation is expected."""
    domains: tuple[str, ...] = ()
    country: str | None = None
    """ISO 3166 alpha-2; None where it isn't sure, or where the organisation is no country's."""
    translations: tuple[str, ...] = ()
    """What machine translation makes of the brand."""
    wikidata: str | None = None
    """The item that is this organisation, ``Q…``; None where none is known for certain."""
    founded: int | None = None
    """The year of its first issue or broadcast: nothing was published by it before."""


def organisations(data: dict[str, Any]) -> tuple[Organisation, ...]:
    """The rows of a file that is parsed and right, agencies first."""
    none: tuple[str, ...] = ()
    return tuple(
        Organisation(
            row["name"],
            kind,
            tuple(row.get("aliases", none)),
            tuple(row.get("short", none)),
            tuple(row.get("domains", none)),
            row.get("country"),
            tuple(row.get("translations", none)),
            row.get("wikidata"),
            row.get("founded"),
        )
        for kind in KINDS
        for row in data.get(kind, ())
    )


def own_path() -> Path | None:
    """What ``COPYDESK_REGISTRY`` names."""
    path = os.environ.get("COPYDESK_REGISTRY")
    return Path(path) if path else None


def own_organisations(path: Path | None = None) -> tuple[Organisation, ...]:
    """The rows of the user's own files, by default those of :func:`own_path`.

    Raises one :class:`ConfigurationError` that tells every problem, one a line.
    """
    path = path or own_path()
    if path is None:
        return ()
    if not path.exists():
        raise ConfigurationError(f"{path}: it does not exist; COPYDESK_REGISTRY names a TOML file or a folder of them")
    rows: list[Organisation] = []
    problems: list[str] = []
    owners: dict[str, str] = {}
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        try:
            data = tomli.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            problems.append(f"{file}: this can't be read as TOML: {' '.join(str(error).split())}")
            continue
        found = [f"{file}: {problem}" for problem in _problems(data)]
        if not found:
            rows += organisations(data)
            found = list(_doubles(data, file, owners))
        problems += found
    if problems:
        raise ConfigurationError("\n".join(problems))
    return tuple(rows)


def _problems(data: dict[str, Any]) -> Iterator[str]:
    for key in sorted(data.keys() - set(KINDS)):
        yield f"{key}: unknown; a registry file holds [[agency]] and [[outlet]]"
    for kind, number, row in _rows(data):
        if not isinstance(row, dict):
            yield f"{kind}: write each as a table of its own, [[{kind}]]"
            return
        yield from (f"{_place(kind, number, row)}: {problem}" for problem in _of_row(row))


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
    for kind in KINDS:
        rows = data.get(kind, [])
        yield from ((kind, number, row) for number, row in enumerate(rows if isinstance(rows, list) else [None], 1))


def _place(kind: str, number: int, row: dict[str, Any]) -> str:
    name = row.get("name")
    return f"{kind} {number} ({name})" if isinstance(name, str) and name.strip() else f"{kind} {number}"


def _of_row(row: dict[str, Any]) -> Iterator[str]:
    from copydesk.sources.checks import country, meant

    for key in sorted(row.keys() - set(_KEYS)):
        yield f"{key}: unknown{meant(key, _KEYS)}; a row has {', '.join(_KEYS)}"
    if not _is_text(row.get("name")):
        yield "name: this is needed, as text"
    for key in LISTS:
        given = row.get(key, [])
        if not isinstance(given, list) or not all(map(_is_text, given)):
            yield f'{key}: this is a list of texts, for example ["…", "…"]'
        elif key == "domains":
            yield from filter(None, map(_of_domain, given))
        else:
            tiny = (name for name in given if sum(map(str.isalnum, name)) < 2)
            yield from (f"{key}: {name!r} is found everywhere; write the whole name" for name in tiny)
    if "country" in row:
        try:
            country(str(row["country"]))
        except ValueError as error:
            yield f"country: {error}"
    if "wikidata" in row and not re.fullmatch(r"Q[1-9]\d*", str(row["wikidata"])):
        yield f"wikidata: {row['wikidata']!r} is no item; write Q and its number, for example Q130879"
    founded = row.get("founded", _FIRST_NEWSPAPER)
    if type(founded) is not int or not _FIRST_NEWSPAPER <= founded <= 9999:
        yield f"founded: {founded!r} is no year since the first newspaper; write it as a number, for example 1979"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _of_domain(domain: str) -> str | None:
    if _DOMAIN.fullmatch(domain) and not domain.startswith("www."):
        return None
    host = re.sub(r"^\s*(?:[a-z]+:)?(?://)?(?:www\.)?|[/:].*$", "", domain.strip().lower())
    better = host if _DOMAIN.fullmatch(host) else "lantern.example"
    return f"domains: {domain!r} is no bare domain; write {better}"


def _doubles(data: dict[str, Any], file: Path, owners: dict[str, str]) -> Iterator[str]:
    """Names and domains that another row of the user's has, too."""
    for kind, number, row in _rows(data):
        place = _place(kind, number, row)
        for what in (row["name"].casefold(), *row.get("domains", ())):
            owner = owners.setdefault(what, f"{file}: {place}")
            if owner != f"{file}: {place}":
                yield f"{file}: {place}: {what!r} is that of {owner}; make one row of them"


def merged(own: Iterable[Organisation], ours: Iterable[Organisation]) -> tuple[Organisation, ...]:
    """The user's rows, then ours without what theirs claim.

    A row of the user's that has the ``name`` of one of ours adds to it: the lists are joined, of kind, country, item
    and year the user's is believed. Any other name or domain of a user's row is that row's alone, and counts only in
    the list where it stands there: ``{name = "AP", short = ["AP"]}`` leaves "AP" to credits.
    """
    rows = {row.name: row for row in own}
    listed = {what for row in rows.values() for what in _lists(row)}
    rest: list[Organisation] = []
    for organisation in ours if rows else ():
        claimed = listed | rows.keys() - {organisation.name}
        left = {key: tuple(what for what in getattr(organisation, key) if what not in claimed) for key in LISTS}
        same = rows.get(organisation.name)
        if same is None:
            rest.append(_with(organisation, left))
        else:
            joined = _with(same, {key: getattr(same, key) + left[key] for key in LISTS})
            told = {key: getattr(same, key) or getattr(organisation, key) for key in ("country", "wikidata", "founded")}
            rows[same.name] = _with(joined, told)
    return (*rows.values(), *rest) if rows else tuple(ours)


def _with(row: Organisation, values: dict[str, Any]) -> Organisation:
    return replace(row, **values)


def _lists(row: Organisation) -> Iterator[str]:
    for key in LISTS:
        yield from getattr(row, key)
