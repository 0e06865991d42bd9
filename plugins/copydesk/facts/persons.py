"""What a capitalised sequence names that no list knows: a person, an organisation, a place, or nothing of these.

By its words: a given name ("Tomás Varela"), a title before it ("President Sá"), a word that only names of one kind have
("Varela Holdings", "Ponte Nova"). A single word is a name where no sentence begins with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from copydesk.facts.capitals import SENTENCE_START, UPPER, openers, particles
from copydesk.facts.claims import Claims
from copydesk.facts.gazetteer import CASELESS
from copydesk.facts.identity import Person, known_person, unspaced_names
from copydesk.facts.language import Language, any_of, fold
from copydesk.facts.person_names import family, given
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_COMMON = re.compile(rf"(?<![\w’'-])(?!{UPPER})[^\W\d_]{{4,}}")
"""Words without a capital: what the text writes so is no name where it has one."""
_DOTTED_NAME = re.compile(r"[\u4e00-\u9fff]{1,5}(?:·[\u4e00-\u9fff]{1,6}){1,3}|[ァ-ヺー]{2,8}(?:・[ァ-ヺー]{2,8}){1,3}")
"""How Chinese and Japanese write foreign names: 安娜·李, アンナ・リー."""
_TOKEN = re.compile(r"[^\s]+")
_WORD_BEFORE = re.compile(r"([\w.-]+)\s$")
_MAX_NAMES, _MAX_NAMES_WHERE_NOUNS_ARE_CAPITALISED = 4, 3
_SHORTEST_ALONE = 4
_SHORTEST_HEAD = 4
"""Letters of a word that, as the end of another, makes an organisation: Landesbank."""


@dataclass(frozen=True)
class _Piece:
    """A capitalised sequence, or what places and organisations left of it."""

    text: str
    words: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.words[0][0]

    @property
    def end(self) -> int:
        return self.words[-1][1]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        return tuple(fold(self.text[start:end]).rstrip(".,’'") for start, end in self.words)

    def without_first(self) -> _Piece:
        return _Piece(self.text, self.words[1:])

    @cached_property
    def opens(self) -> bool:
        """Whether a sentence begins with it, where any word is capitalised."""
        return SENTENCE_START.search(self.text[max(0, self.start - 4) : self.start]) is not None


def find_persons(scan: Scan, claims: Claims) -> Iterator[Fact]:
    """Names outside of what is claimed."""
    text, language = scan.text, scan.language
    for match in _DOTTED_NAME.finditer(text):
        if claims.free(*match.span()):
            name = FactValue(name=match[0])
            yield Fact(FactType.PERSON, *match.span(), match[0], name, "person.dotted", 0.8)
    if language.code in CASELESS:
        yield from _spelt(text, language)
    common = frozenset(map(fold, set(_COMMON.findall(text))))
    alone = _alone_in(text, scan.sequences, openers(language))
    for start, end in scan.sequences:
        for piece in _pieces(text, start, end, claims):
            if fact := _read(piece, language, common, alone):
                yield fact


def _spelt(text: str, language: Language) -> Iterator[Fact]:
    """Known persons in a script without capitals."""
    automaton, persons = _automaton()
    before, after = (re.compile(edge) for edge in CASELESS[language.code])
    for index, start, end in automaton.find_matches_as_indexes(text):
        if before.search(text, max(0, start - 4), start) and after.match(text, end):
            yield _known_fact(text, start, end, persons[index])


@cache
def _automaton() -> tuple[AhoCorasick, tuple[Person, ...]]:
    names = unspaced_names()
    return AhoCorasick(list(names), matchkind=MatchKind.LeftmostLongest), tuple(names.values())


_LONGEST_ALIAS = 5
"""Words."""


def _known(piece: _Piece, language: Language) -> Fact | None:
    """Somebody whom the world's news calls by this name; of a longer row of capitals, who stands first in it."""
    for count in range(min(len(piece.words), _LONGEST_ALIAS), 0, -1):
        if (count > 1 or len(piece.words) == 1) and (person := known_person(" ".join(piece.folded[:count]), language)):
            return _known_fact(piece.text, piece.start, piece.words[count - 1][1], person)
    return None


def _known_fact(text: str, start: int, end: int, person: Person) -> Fact:
    return Fact(FactType.PERSON, start, end, text[start:end], FactValue(name=person.name), "person.known", 0.9)


def _alone_in(text: str, sequences: Iterable[tuple[int, int]], opening: frozenset[str]) -> frozenset[str]:
    """Capitalised words that stand alone, or behind a word that owes its capital to a sentence's beginning."""
    found = set()
    for start, end in sequences:
        first, _, last = text[start:end].rpartition(" ")
        if not first or fold(first) in opening:
            found.add(fold(last))
    return frozenset(found)


def _pieces(text: str, start: int, end: int, claims: Claims) -> Iterator[_Piece]:
    words: list[tuple[int, int]] = []
    if claims.free(start, end):
        yield from _trimmed(text, [token.span() for token in _TOKEN.finditer(text, start, end)])
        return
    for token in _TOKEN.finditer(text, start, end):
        if claims.free(*token.span()):
            words.append(token.span())
        else:
            yield from _trimmed(text, words)
            words = []
    yield from _trimmed(text, words)


def _trimmed(text: str, words: list[tuple[int, int]]) -> Iterator[_Piece]:
    """Without particles at its edges."""
    while words and not text[words[0][0]].isupper():
        words = words[1:]
    while words and not text[words[-1][0]].isupper():
        words = words[:-1]
    if words:
        yield _Piece(text, tuple(words))


def _read(piece: _Piece, language: Language, common: frozenset[str], alone: frozenset[str]) -> Fact | None:
    """``common`` are words that the text writes small, ``alone`` those that stand alone with a capital."""
    opening, titles = openers(language), _words(language, "titles")
    piece_titled = False
    while len(piece.words) > 2 and " ".join(piece.folded[:2]) in titles:
        piece_titled, piece = True, piece.without_first().without_first()
    while len(piece.words) > 1 and (
        piece.folded[0] in titles
        or piece.folded[0] in particles(language)
        or (piece.opens and piece.folded[0] in opening)
    ):
        piece_titled = piece_titled or piece.folded[0] in titles
        piece = piece.without_first()
    before = _WORD_BEFORE.search(piece.text[max(0, piece.start - 24) : piece.start])
    last = fold(before[1]).rstrip(".") if before else ""
    titled = piece_titled or last in titles
    folded = piece.folded
    if known := _known(piece, language):
        return known
    if folded[0] in opening or (len(folded) == 1 and folded[0] in titles):
        return None
    if len(folded) > 1:
        return _several(piece, language, titled, last, common, alone)
    return _alone(piece, language, titled, last, common)


def _several(
    piece: _Piece, language: Language, titled: bool, before: str, common: frozenset[str], alone: frozenset[str]
) -> Fact | None:
    folded = piece.folded
    nouns_too = language.code == "de"
    if head := _head(folded, language):
        return None if head == "things" else _fact(piece, _KINDS[head], "noun", 0.6)
    if folded[0] in _words(language, "saints"):
        # "San Pedro de Atacama"
        return _fact(piece, FactType.PLACE, "noun", 0.5)
    names = [word for word in folded if word not in particles(language)]
    if len(names) > (_MAX_NAMES_WHERE_NOUNS_ARE_CAPITALISED if nouns_too and not titled else _MAX_NAMES):
        return None
    surface = piece.text[piece.start : piece.end]
    if any(word.isupper() and len(word) > 3 for word in surface.split()):
        return None
    if titled:
        return _fact(piece, FactType.PERSON, "titled", 0.85)
    if any(part in given() for name in names[:-1] for part in name.split("-")):
        if nouns_too and len(names) > 2 and names[0] not in given() and names[1] in given():
            # "Baubürgermeister Falk Töpelmann": what somebody is has a capital too.
            piece = piece.without_first()
        return _fact(piece, FactType.PERSON, "given", 0.8)
    if _office(language).search(piece.text, max(0, piece.start - _OFFICE), piece.start):
        return _fact(piece, FactType.PERSON, "titled", 0.85)
    if nouns_too or language.code in CASELESS or len(names) < len(folded) or not common.isdisjoint(names):
        return None
    articled = before in _words(language, "articles", section="attributions")
    if not articled and any(part in family() for part in names[-1].split("-")):
        return _fact(piece, FactType.PERSON, "family", 0.65)
    taken_up = names[-1] in alone and len(names[-1]) > 2
    told = taken_up or _speaks(piece, language) or _AGED.match(piece.text, piece.end)
    return _fact(piece, FactType.PERSON, "form", 0.55) if told else None


_AGED = re.compile(r",?\s?\(?\d{2}\b(?:[,)]|\s?(?:anos|años|ans|anni|Jahre|jaar|år|лет|let|lat)\b)")
_OFFICE = 48


@cache
def _office(language: Language) -> re.Pattern[str]:
    """An office and whose it is: "президент США", "president of Chile"."""
    titles = any_of(language.words("names", "titles"))
    return re.compile(rf"(?<!\w)(?:{titles})\s(?:[^\s.,;:]{{1,3}}\s)?[^\s.,;:]+\s$", re.I)


def _alone(piece: _Piece, language: Language, titled: bool, before: str, common: frozenset[str]) -> Fact | None:
    """A single capitalised word: of a sentence's first nobody can say whether it is a name."""
    word = piece.folded[0]
    if titled and len(word) > 2:
        return _fact(piece, FactType.PERSON, "titled", 0.7)
    if (
        word in common
        or piece.opens
        or language.code == "de"
        or len(word) < _SHORTEST_ALONE
        or _head((word,), language)
    ):
        return None
    if before in _words(language, "locative"):
        return _fact(piece, FactType.PLACE, "noun", 0.45)
    if before in _words(language, "articles", section="attributions"):
        return None
    if word in given() or word in family():
        return _fact(piece, FactType.PERSON, "name", 0.5)
    return _fact(piece, FactType.PERSON, "alone", 0.4) if _speaks(piece, language) else None


def _speaks(piece: _Piece, language: Language) -> bool:
    """Whether a verb of saying stands beside it: persons speak, and what speaks for an organisation is its name."""
    after, before = _speech(language)
    return bool(
        after.match(piece.text, piece.end) or before.search(piece.text, max(0, piece.start - _OFFICE), piece.start)
    )


@cache
def _speech(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    verbs = any_of(language.words("quotes", "verbs"))
    return (
        re.compile(rf"\s(?:{verbs})(?!\w)", re.I),
        # "disse a dirigente sindical Lurdes Encarnação"
        re.compile(rf"(?<!\w)(?i:{verbs})\s(?:(?!{UPPER})[^\W\d_][\w’'-]*\s){{0,4}}$"),
    )


_KINDS = {"organisations": FactType.ORGANISATION, "places": FactType.PLACE}


def _head(folded: tuple[str, ...], language: Language) -> str | None:
    """Which kind of name has such a word; ``things`` are events, works, laws."""
    for kind in ("things", "not_persons", "organisations", "places"):
        if not _words(language, kind).isdisjoint(folded):
            return "things" if kind == "not_persons" else kind
    if language.table("quantities").get("glued"):
        for kind in ("organisations", "places"):
            ends = tuple(word for word in _words(language, kind) if len(word) >= _SHORTEST_HEAD)
            if any(word.endswith(ends) for word in folded):
                return kind
    return None


def _fact(piece: _Piece, kind: FactType, rule: str, sure: float) -> Fact:
    surface = piece.text[piece.start : piece.end]
    name = FactValue(name=" ".join(surface.split()))
    return Fact(kind, piece.start, piece.end, surface, name, f"{kind}.{rule}", sure)


@cache
def _words(language: Language, name: str, section: str = "names") -> frozenset[str]:
    return frozenset(fold(word).rstrip(".") for word in language.words(section, name))
