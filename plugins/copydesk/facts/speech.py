"""Speech: direct quotations with their speakers, and attributions: whose information something is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from copydesk.facts.language import Language, any_of
from copydesk.facts.spans import sentences
from copydesk.model import Fact, FactType, FactValue

_QUOTE = re.compile(
    r"“([^“”\n]+)”|„([^„“”\n]+)[“”]|«([^«»\n]+)»|»([^«»\n]+)«|「([^「」\n]+)」|『([^『』\n]+)』|(?<!\w)\"([^\"\n]+)\"(?!\w)"
)
_MIN_WORDS, _MIN_CHARACTERS = 4, 8
"""Shorter ones are scare quotes, titles and nicknames; characters count where words are not spaced."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_SENTENCE = 600
_REACH = 160
"""Characters around a quotation in which its speaker is sought."""


def find_quotes(text: str, language: Language, names: Sequence[Fact]) -> list[Fact]:
    """Direct quotations. The speaker is whom the reporting verb beside it has for its subject, else the last person
    where a pronoun stands for one; an agency as subject carried it."""
    found = []
    verb = any_of(language.words("quotes", "verbs"))
    pronoun = any_of(language.words("quotes", "pronouns"))
    for match in _QUOTE.finditer(text):
        content = next(group for group in match.groups() if group is not None)
        if len(content.split()) < _MIN_WORDS and not (_UNSPACED.search(content) and len(content) >= _MIN_CHARACTERS):
            continue
        value = FactValue(content=content.strip())
        _find_speaker(value, text, match.start(), match.end(), verb, pronoun, names)
        found.append(Fact(FactType.QUOTE, match.start(), match.end(), match[0], value, "quote.direct", 0.9))
    return found


def _find_speaker(
    value: FactValue, text: str, start: int, end: int, verb: str, pronoun: str, names: Sequence[Fact]
) -> None:
    after = text[end : end + _REACH].partition("\n")[0]
    before = text[max(0, start - _REACH) : start].rpartition("\n")[2]
    sentence = re.match(r"[^.!?“«„\"]*", after)
    cue = re.search(rf"(?<!\w)(?:{verb})(?!\w)", sentence[0] if sentence else "", re.I)
    if cue:
        low, high, value["cue"] = end, end + len(sentence[0]) if sentence else end, cue[0]
    else:
        cues = list(re.finditer(rf"(?<!\w)(?:{verb})(?!\w)", before, re.I))
        if not cues or re.search(r"[.!?][”\"»]?\s", before[cues[-1].end() :].rstrip(" .:,")):
            return
        opening = before[: cues[-1].start()]
        low = start - len(before) + max(opening.rfind(sign) for sign in '.!?”»"') + 1
        high, value["cue"] = start, cues[-1][0]
    subject = [name for name in names if name.start >= low and name.end <= high]
    person = next((name for name in subject if name.type is FactType.PERSON), None)
    carrier = next((name for name in subject if "agency" in name.value), None)
    if person:
        value["speaker"] = person.value["name"]
    elif (carrier or re.search(rf"(?<!\w)(?:{pronoun})(?!\w)", text[low:high], re.I)) and (
        antecedent := _antecedent(text, start, names)
    ):
        value["speaker"] = antecedent.value["name"]
    if carrier:
        value["carrier"] = carrier.value["agency"]


def _antecedent(text: str, at: int, names: Sequence[Fact]) -> Fact | None:
    """For whom a pronoun stands: the first person of the nearest earlier sentence that names one. Subjects come first
    and are taken up again (Grosz, Joshi and Weinstein, Centering, 1995)."""
    earlier = [name for name in names if name.type is FactType.PERSON and name.end <= at]
    if not earlier:
        return None
    nearest = earlier[-1].start
    low = max(0, nearest - _LONGEST_SENTENCE)
    *_, (start, _) = sentences(text[low : nearest + 1])
    return next(name for name in earlier if name.start >= low + start)


def find_attributions(text: str, language: Language, names: Sequence[Fact]) -> list[Fact]:
    """Attributions: "Reuters reported", "according to the police", "western officials estimate"."""
    found: list[Fact] = []
    expressions = _expressions(language)
    bodies = [name for name in names if name.type in (FactType.ORGANISATION, FactType.PERSON)]
    for start, end in sentences(text):
        here = [name for name in bodies if start <= name.start and name.end <= end]
        taken: list[tuple[int, int]] = []
        for fact in (*_by_phrase(text, start, end, expressions, here), *_by_verb(text, start, end, expressions, here)):
            if all(fact.end <= first or fact.start >= last for first, last in taken):
                taken.append((fact.start, fact.end))
                found.append(fact)
    return found


@cache
def _expressions(language: Language) -> dict[str, re.Pattern[str]]:
    verb = any_of(language.words("attributions", "verbs"))
    between = any_of(language.words("attributions", "between"))
    source = any_of(language.words("attributions", "sources"))
    article = any_of(language.words("attributions", "articles"))
    word = r"[^\W\d_][\w’'-]{0,60}"
    return {
        "phrase": re.compile(
            rf"{_not_after(language)}(?<!\w)(?P<cue>{any_of(language.words('attributions', 'phrases'))})(?!\w)", re.I
        ),
        "after": re.compile(rf"[’'\w]*,?\s+(?:(?:{between})\s+){{0,2}}(?P<cue>{verb})(?!\w)", re.I),
        "before": re.compile(rf"(?<!\w)(?P<cue>{verb})\s+(?:(?:{article})\s+)?(?:{word}\s+){{0,6}}$", re.I),
        "noun": re.compile(
            rf"(?<!\w)(?:(?:{article})\s+)?(?P<source>(?:{word}\s+)?(?:{source})(?:\s+{word})?)\s+(?:(?:{between})\s+)?(?P<cue>{verb})(?!\w)",
            re.I,
        ),
        "object": re.compile(rf"\s*(?:(?:{article})\s*)?(?P<source>[^,.;:!?()\n“”«»\"]{{2,80}})", re.I),
    }


def _not_after(language: Language) -> str:
    """Look-behinds, one a word: "segundo" is "according to" or, after an article, "second"."""
    words = language.words("attributions", "not_after")
    return "".join(rf"(?<!\b{re.escape(word)}\s)" for word in words)


def _by_phrase(
    text: str, start: int, end: int, expressions: dict[str, re.Pattern[str]], bodies: Sequence[Fact]
) -> Iterator[Fact]:
    for cue in expressions["phrase"].finditer(text, start, end):
        source = expressions["object"].match(text, cue.end(), end)
        if not source:
            continue
        first, last = source.span("source")
        surface = text[first:last].rstrip()
        inside = next((body for body in bodies if first <= body.start and body.end <= last), None)
        yield _attribution(text, cue.start(), first + len(surface), surface, cue["cue"], inside, (start, end), 0.85)


def _by_verb(
    text: str, start: int, end: int, expressions: dict[str, re.Pattern[str]], bodies: Sequence[Fact]
) -> Iterator[Fact]:
    for body in bodies:
        if "agency" not in body.value and body.type is not FactType.ORGANISATION:
            continue
        if cue := expressions["after"].match(text, body.end, end):
            yield _attribution(text, body.start, cue.end(), body.text, cue["cue"], body, (start, end), 0.9)
        elif cue := expressions["before"].search(text[(low := max(start, body.start - _REACH)) : body.start]):
            first = low + cue.start()
            yield _attribution(text, first, body.end, body.text, cue["cue"], body, (start, end), 0.85)
    for noun in expressions["noun"].finditer(text, start, end):
        yield _attribution(text, noun.start(), noun.end(), noun["source"], noun["cue"], None, (start, end), 0.75)


def _attribution(
    text: str, start: int, end: int, source: str, cue: str, body: Fact | None, covers: tuple[int, int], sure: float
) -> Fact:
    value = FactValue(source=source, cue=cue, covers_start=covers[0], covers_end=covers[1])
    if body and "agency" in body.value:
        value["agency"] = body.value["agency"]
    return Fact(FactType.ATTRIBUTION, start, end, text[start:end], value, "attribution", sure)
