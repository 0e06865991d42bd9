"""The registry of news agencies and outlets: their names in many scripts, and their domains.

The rows are in ``data/agencies.toml`` and ``data/outlets.toml``, and in the user's own files: see
:mod:`copydesk.metadata.organisations`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from copydesk.metadata.organisations import Organisation as Organisation
from copydesk.metadata.organisations import merged, organisations, own_organisations

_WORD = re.compile(r"\w+")
_FULL_WORD = re.compile(r"[\w\u0900-\u0963\u0966-\u0dff\u0e00-\u0e7f]+")
"""A word with its vowel signs."""
_GAP = re.compile(r"[\s\-‐‑'’./&,\u200c]{0,3}")
"""What may stand between two words of one name: a torn hyphen (" -"), an apostrophe, a dot, Persian's
joiner."""
_UNSPACED = re.compile("[\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts whose words are not parted by spaces, carry their particles with them (Hangul), or whose vowel signs
``\\w`` does not know (Devanagari and its kin)."""
_ARABIC = re.compile("[\u0600-\u06ff]")
_CLITICS = "وفلبك"
"""Arabic letters that are written together with the word they lead in (and, for, by ...)."""
_WHOLE_WORD = 3
"""Beginnings of up to so many letters count only as whole words."""
_MAX_BRAND_GAP = 3
"""Words that machine translation puts between the words of a brand: "meio do dia"."""


@cache
def registry() -> tuple[Organisation, ...]:
    """Every organisation: those of the user's own files, then our agencies, then our outlets.

    A name that two have is the first one's. Raises :class:`ConfigurationError` where a user's file is wrong.
    """
    return merged(own_organisations(), organisations(_data("agencies.toml")) + _outlets()[0])


def lookup(name: str) -> Organisation | None:
    """The organisation of that name, alias, acronym or domain; case, accents and punctuation don't matter."""
    return _by_name().get(_key(name)) or (by_domain(name.strip()) if "." in name else None)


def by_domain(host: str) -> Organisation | None:
    """The organisation that a host belongs to: ``www.mid-day.com`` is Mid-Day's."""
    labels = host.lower().rstrip(".").split(".")
    domains = _by_domain()
    return next((found for i in range(len(labels) - 1) if (found := domains.get(".".join(labels[i:])))), None)


def scan(text: str, *, short: bool = False) -> list[tuple[int, int, Organisation]]:
    """Every organisation that the text names, as whole words, the longest name first, in order of place.

    A word of a name is found as the registry writes it, or in capitals: "AP" is not found in "ap", "Mid-Day" not in
    "mid-day". With ``short`` the ambiguous acronyms count too: for spans that are known to be credits or bylines.
    """
    found: list[tuple[int, int, Organisation]] = []
    words = set(_WORD.findall(text))
    for names in ("aliases", "short") if short else ("aliases",):
        found += _scan_words(text, words, names)
        if _UNSPACED.search(text):
            found += _scan_unspaced(text, names)
    disjoint: list[tuple[int, int, Organisation]] = []
    for hit in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not disjoint or hit[0] >= disjoint[-1][1]:
            disjoint.append(hit)
    return disjoint


def scan_translated(text: str) -> list[tuple[int, int, Organisation]]:
    """Brands that machine translation put into other words: "No meio do dia" and "Day Orta" for Mid-Day.

    Such words are common ones elsewhere: ask only for a span that is boilerplate anyway.
    """
    words = [(match.start(), match.end(), fold(match[0])) for match in _FULL_WORD.finditer(text)]
    spelt = f" {' '.join(word for _, _, word in words)} "
    found = []
    for organisation, parts in _translated_brands():
        if not all(any(_padded(form) in spelt for form in forms) for forms in parts):
            continue
        for index in range(len(words)):
            window = words[index : index + len(parts) + _MAX_BRAND_GAP - 1]
            at = _places(parts, window)
            if at and 0 in at:
                found.append((window[0][0], window[max(at)][1], organisation))
                break
    return list(dict.fromkeys(sorted(found, key=lambda hit: (hit[0], -hit[1]))))


def fold(text: str) -> str:
    """Without case and accents. The length may change; line breaks stay where they are."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower())).replace("ı", "i").replace("ł", "l")


_ACCENTS = re.compile("[\u0300-\u036f]+")


def _bare(word: str) -> str:
    """Without accents, with its case."""
    return word if word.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", word))


def _key(name: str) -> str:
    key = "".join(_WORD.findall(fold(name)))
    return key.removeprefix("the") if len(key) > 6 else key


def _data(name: str) -> dict[str, Any]:
    return tomli.loads(files("copydesk.metadata").joinpath("data", name).read_text("utf-8"))


@cache
def _outlets() -> tuple[tuple[Organisation, ...], dict[str, list[str]]]:
    """Our outlets, and the words of brands with what machine translation makes of them."""
    data = _data("outlets.toml")
    return organisations(data), data["words"]


def _names(organisation: Organisation) -> Iterable[str]:
    return dict.fromkeys((organisation.name, *organisation.aliases, *organisation.short))


@cache
def _by_name() -> dict[str, Organisation]:
    table: dict[str, Organisation] = {}
    for organisation in registry():
        for name in (*_names(organisation), *organisation.translations):
            table.setdefault(_key(name), organisation)
    return table


@cache
def _by_domain() -> dict[str, Organisation]:
    return {domain: organisation for organisation in reversed(registry()) for domain in organisation.domains}


@cache
def _first_words(names: str) -> dict[str, list[tuple[str, Organisation]]]:
    """By its first word, in each way that it may be written, the ``aliases`` or ``short`` names that begin with it."""
    table: dict[str, list[tuple[str, Organisation]]] = {}
    for organisation in registry():
        for name in getattr(organisation, names):
            if name.isascii() or not _UNSPACED.search(name):
                first = _WORD.search(name)[0]  # type: ignore[index]  # a name has a letter
                bare = _bare(first)
                for form in {first, first.upper(), bare, bare.upper()}:
                    table.setdefault(form, []).append((name, organisation))
    return table


def _scan_words(text: str, words: set[str], names: str) -> Iterator[tuple[int, int, Organisation]]:
    table = _first_words(names)
    hits = words & table.keys()
    if _ARABIC.search(text):
        hits |= {word for word in words if word[0] in _CLITICS and word[1:] in table}
    # Most names that begin with a word of the text ("The") have others that it is without.
    bare = {_bare(word) for word in words}
    named = {
        first: [
            entry
            for entry in table[first]
            if all(word in bare or word.upper() in bare for word in _further_words(entry[0]))
        ]
        for hit in hits
        for first in (hit if hit in table else hit[1:],)
    }
    for match in _WORD.finditer(text) if any(named.values()) else ():
        if match[0] not in hits:
            continue
        start = match.start() + (match[0] not in table)
        for name, organisation in named[text[start : match.end()]]:
            end = _end_of(text, match.end(), _further_words(name))
            if end is not None:
                yield start, end, organisation


@cache
def _further_words(name: str) -> tuple[str, ...]:
    """All but the first."""
    return tuple(map(_bare, _WORD.findall(name)[1:]))


def _end_of(text: str, at: int, words: tuple[str, ...]) -> int | None:
    """Where the name ends whose further words follow ``at``, or None where they don't."""
    for word in words:
        found = _WORD.match(text, _GAP.match(text, at).end())  # type: ignore[union-attr]  # it matches nothing, too
        if found is None or _bare(found[0]) not in (word, word.upper()):
            return None
        at = found.end()
    return at


def _scan_unspaced(text: str, names: str) -> Iterator[tuple[int, int, Organisation]]:
    letters = set(text)
    for first, rows in _unspaced_names(names).items():
        for name, organisation in rows if first in letters else ():
            at = text.find(name)
            while at >= 0:
                yield at, at + len(name), organisation
                at = text.find(name, at + len(name))


@cache
def _unspaced_names(names: str) -> dict[str, list[tuple[str, Organisation]]]:
    """By its first letter: a text has few of the letters of these scripts."""
    table: dict[str, list[tuple[str, Organisation]]] = {}
    for organisation in registry():
        for name in getattr(organisation, names):
            if not name.isascii() and _UNSPACED.search(name):
                table.setdefault(name[0], []).append((name, organisation))
    return table


@cache
def _translated_brands() -> list[tuple[Organisation, list[tuple[str, ...]]]]:
    """For each outlet whose name is made of words of the table: the beginnings that may stand for each word."""
    forms = {word: (word, *map(fold, translations)) for word, translations in _outlets()[1].items()}
    brand = re.compile(rf"(?:\W*\b(?:the|of|{'|'.join(forms)})\b)+", re.I)
    brands: list[tuple[Organisation, list[tuple[str, ...]]]] = []
    for organisation in registry():
        if brand.fullmatch(organisation.name):
            words = [word for word in _WORD.findall(fold(organisation.name)) if word in forms]
            brands += [(organisation, [forms[word] for word in words])] if len(words) > 1 else []
        brands += [(organisation, [(word,) for word in _FULL_WORD.findall(fold(t))]) for t in organisation.translations]
    return brands


def _stands_for(word: str, forms: tuple[str, ...]) -> bool:
    """Whether a word is one of the forms; a longer form may also be its beginning."""
    return any(f" {word} ".startswith(_padded(form)) for form in forms)


def _padded(form: str) -> str:
    return f" {form} " if len(form) <= _WHOLE_WORD else f" {form}"


def _places(parts: list[tuple[str, ...]], window: list[tuple[int, int, str]]) -> list[int] | None:
    """Which words of the window stand for the parts, each part by a word of its own; None where one is missing."""
    taken: list[int] = []
    for beginnings in parts:
        place = next(
            (i for i, (_, _, word) in enumerate(window) if i not in taken and _stands_for(word, beginnings)), None
        )
        if place is None:
            return None
        taken.append(place)
    return taken
