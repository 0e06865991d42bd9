"""Torn hyphens, lost and superfluous spaces, invisible characters.

These repairs change white space and invisible characters only, never a letter or a punctuation mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copydesk.model import Repair
from copydesk.repair.rules import rules

_BLANK = "[ \u00a0]"
_TORN = re.compile(rf"(?<=\w)({_BLANK}+)[-\u2010\u2011](?=\w)")
_CLOSING_HYPHEN = re.compile(r"\w[-\u2010\u2011](?=[\s,.;:!?)])")
"""The end of a parenthesis between hyphens: "Pérez -que no votó- salió"."""
_PARENTHESIS = 200
"""Characters within which such a parenthesis ends."""
_DOUBLED = re.compile(rf"(?<=\S{_BLANK}){_BLANK}+(?=\S)")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]+")
_JOINERS = re.compile("(?<=[\x20-\u058f])[\u200c\u200d]+(?=[\x20-\u058f])")
"""Persian and Indian scripts and emoji need their joiners; Latin, Greek and Cyrillic letters don't."""
_CAMEL = re.compile("(?<=[^\\W\\dA-Z_])(?=[^\\W\\da-z_])")
_GLUED_STOP = re.compile(r"(?<=\w[.!?…])(?=[^\W\da-z_])")
_WORD_BEFORE = re.compile(r"[^\W\d_]+[.!?…]?\Z")
_WORD_AFTER = re.compile(r"([^\W\d_]+)\s+(\S)")
_MIN_LEFT = 3
"""Letters of the word that a sentence is glued to: "iPhone" and "eBay" have fewer before the capital."""
_LOOK_BACK = 40


def find(text: str, language: str | None) -> Iterator[Repair]:
    """The repairs of a text's spaces, in no order; some may overlap."""
    code = (language or "").lower().replace("_", "-").split("-")[0]
    yield from (_cut(match.span(), text, "invisible") for match in _INVISIBLE.finditer(text))
    yield from (_cut(match.span(), text, "invisible") for match in _JOINERS.finditer(text))
    yield from (_cut(match.span(1), text, "torn-hyphen") for match in _TORN.finditer(text) if _is_torn(match, text))
    yield from (_cut(match.span(), text, "doubled-space") for match in _DOUBLED.finditer(text))
    yield from (_cut(match.span(), text, "space-before-mark") for match in _before_mark(code).finditer(text))
    starts = _sentence_starts(code)
    if starts:
        for boundary in (_CAMEL, _GLUED_STOP):
            for match in boundary.finditer(text):
                if _is_glued(text, match.start(), starts):
                    yield Repair(match.start(), match.start(), "", " ", "glued-sentence")


def _cut(span: tuple[int, int], text: str, rule: str) -> Repair:
    return Repair(*span, text[slice(*span)], "", rule)


def _is_torn(match: re.Match[str], text: str) -> bool:
    left, right = text[match.start() - 1], text[match.end()]
    if not (left.isalpha() and right.isalpha()):
        return False
    if right.isupper() and not _left_word(text, match.start())[:1].isupper():
        return False
    rest = text[match.end() : match.end() + _PARENTHESIS].partition("\n")[0]
    return not _CLOSING_HYPHEN.search(rest)


def _left_word(text: str, end: int) -> str:
    found = _WORD_BEFORE.search(text[max(0, end - _LOOK_BACK) : end])
    return found[0] if found else ""


def _is_glued(text: str, at: int, starts: frozenset[str]) -> bool:
    after = _WORD_AFTER.match(text, at)
    if after is None or after[1] not in starts or (len(after[1]) == 1 and not after[2].isupper()):
        return False
    left = _left_word(text, at).rstrip(".!?…")
    before = at - len(left) - (text[at - 1] in ".!?…") - 1
    # What stands before the word must part it from others: "www.the", "x/the", "#the" are no words of a sentence.
    return len(left) >= _MIN_LEFT and left.islower() and (before < 0 or text[before] in ' \u00a0\n(“"«„')


@cache
def _before_mark(code: str) -> re.Pattern[str]:
    marks = rules()["space_before"]
    chosen = re.escape(marks.get(code, marks["default"]) if code else marks["unknown"])
    return re.compile(rf"(?<=[\w)”»\"%]){_BLANK}+(?=[{chosen}](?:\s|\Z))")


@cache
def _sentence_starts(code: str) -> frozenset[str]:
    return frozenset(rules()["sentence_starts"].get(code, ()))
