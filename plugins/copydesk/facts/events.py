"""Events: who did what to whom, where, when and to how many, all from one sentence.

A word of a language's table ([events]) triggers an event; the kinds are in ``data/events.toml``, with the codes of
PLOVER and CAMEO. Without a parser the nearest participants are taken: before the trigger who acts, behind it who is
acted on; the other way round in the passive.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from copydesk.facts.capitals import CAPITAL
from copydesk.facts.claims import Claims
from copydesk.facts.language import AFTER, BEFORE, Language, WordTable, any_of, fold, shared_table
from copydesk.facts.quantities import PART
from copydesk.facts.scan import Scan
from copydesk.model import Fact, FactType, FactValue

_BEFORE_TRIGGER = 28
"""Characters in which a negation or an auxiliary is sought before a trigger."""
_NEAR_COUNT = 44
"""Characters between a count and what became of those counted."""
_TELLING = "statement"
_REACH = 80
"""Characters within which a participant is sought."""
_PAUSE = re.compile(r"[,;:.!?\n]|\s[–—-]\s")
_CLAUSE = re.compile(r"[;:.!?\n]|\s[–—-]\s")
_PARTICIPANTS = (FactType.PERSON, FactType.ORGANISATION, FactType.PLACE)
_COUNTS = (FactType.NUMBER, FactType.NUMBER_RANGE)


@dataclass(frozen=True, slots=True)
class _Trigger:
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    name: str


def find_events(scan: Scan, facts: Sequence[Fact]) -> list[Fact]:
    """Events, given the names, dates and quantities of the text. Counts that tell what became of somebody get an
    ``outcome`` (killed, wounded, arrested …)."""
    text, language, triggers = scan.text, scan.language, list(_triggers(scan))
    if not triggers:
        return []
    ordered = sorted(facts, key=lambda fact: fact.start)
    starts = [fact.start for fact in ordered]
    found = []
    for (start, end), here in _by_sentence(scan, triggers):
        near = [fact for fact in ordered[bisect_left(starts, start) : bisect_left(starts, end)] if fact.end <= end]
        parties = _participants(scan, start, end, near)
        # "announced a strike": what is announced is the event.
        told = [trigger for trigger in here if trigger.kind != _TELLING] or here
        found += [_event(text, trigger, near, parties, language) for trigger in told]
        _join_outcomes(text, told, near)
    return found


def _triggers(scan: Scan) -> Iterator[_Trigger]:
    kinds, unreal, denied = _kinds(scan.language), _unreal(scan.language), _behind(scan.language, "negations_after")
    cited = Claims(scan.hits.spans["cites"])
    for start, end, word in scan.hits.words("events"):
        if not cited.free(start, end):
            continue  # "de acordo com a Lusa" is no agreement
        before = scan.text[max(0, start - _BEFORE_TRIGGER) : start]
        if not unreal.search(before) and not denied.match(scan.text, end):
            yield _Trigger(start, end, kinds[word])


def _by_sentence(scan: Scan, triggers: Sequence[_Trigger]) -> Iterator[tuple[tuple[int, int], list[_Trigger]]]:
    starts = [trigger.start for trigger in triggers]
    for start, end in scan.sentences:
        if here := triggers[bisect_left(starts, start) : bisect_left(starts, end)]:
            yield (start, end), list(here)


def _participants(scan: Scan, start: int, end: int, facts: Iterable[Fact]) -> list[_Span]:
    """Names and words for groups ("police", "rebels") that can act."""
    text = scan.text
    named = [
        _Span(fact.start, fact.end, fact.value.get("name", fact.text))
        for fact in facts
        if fact.type in _PARTICIPANTS and (fact.type is not FactType.PLACE or fact.rule == "place.country")
    ]
    groups = []
    for match in _actors(scan.language).finditer(text, start, end):
        # "Israeli soldiers", but "Three workers" where they begin the sentence.
        first = match.start("group") if match.start() == start else match.start()
        if all(match.end() <= span.start or first >= span.end for span in named):
            groups.append(_Span(first, match.end(), text[first : match.end()]))
    return sorted((*named, *groups), key=lambda span: span.start)


def _event(text: str, trigger: _Trigger, facts: Sequence[Fact], parties: Sequence[_Span], language: Language) -> Fact:
    kind = shared_table("events")[trigger.kind]
    value = FactValue(event=trigger.kind)
    for name in ("plover", "cameo"):
        if name in kind:
            value[name] = kind[name]
    actor, target = _roles(text, trigger, parties, language)
    if actor:
        value["actor"] = actor.name
    if target:
        value["target"] = target.name
    if place := _where(text, trigger, facts, language):
        value["place"] = place.value["name"]
        if "geonameid" in place.value:
            value["geonameid"] = place.value["geonameid"]
    if day := _nearest(trigger, [fact for fact in facts if fact.type is FactType.DATE and "iso" in fact.value]):
        value["date"] = day.value["iso"]
    if "outcome" in kind and (count := _count(text, trigger, facts)):
        count.value["outcome"] = kind["outcome"]
        for key in ("number", "low", "high"):
            if key in count.value:
                value[key] = count.value[key]
        if fold(count.value.get("counted", "")) == fold(text[trigger.start : trigger.end]):
            del count.value["counted"]
        if "counted" in count.value:
            value["counted"] = count.value["counted"]
    sure = 0.7 if actor or target else 0.55
    start, end = trigger.start, trigger.end
    return Fact(FactType.EVENT, start, end, text[start:end], value, f"event.{trigger.kind}", sure)


def _join_outcomes(text: str, triggers: Sequence[_Trigger], facts: Sequence[Fact]) -> None:
    """ "killed or wounded": of those counted, nobody says how many of each."""
    kinds = shared_table("events")
    for one, other in pairwise(triggers):
        both = [kinds[trigger.kind].get("outcome") for trigger in (one, other)]
        if all(both) and both[0] != both[1] and _or().fullmatch(text, one.end, other.start):
            for fact in facts:
                if fact.value.get("outcome") in both and abs(fact.start - one.start) <= _REACH:
                    fact.value["outcome"] = " or ".join(map(str, both))


@cache
def _or() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{any_of(shared_table('common')['or'])})\s+", re.I)


def _roles(
    text: str, trigger: _Trigger, parties: Sequence[_Span], language: Language
) -> tuple[_Span | None, _Span | None]:
    """Who acts and who is acted on."""
    before = next((span for span in reversed(parties) if span.end <= trigger.start), None)
    if before and (trigger.start - before.end > _REACH or _CLAUSE.search(text, before.end, trigger.start)):
        before = None
    after = next((span for span in parties if span.start >= trigger.end), None)
    if after and (after.start - trigger.end > _REACH or _PAUSE.search(text, trigger.end, after.start)):
        after = None
    if not (_suffered(trigger) or _passive(text, trigger, language)):
        return before, after
    if before and _behind(language, "by_before").match(text, before.end):
        return before, None
    agent = after if after and _by(language).search(text[trigger.end : after.start]) else None
    return agent, before or (None if agent else after)


def _suffered(trigger: _Trigger) -> bool:
    return shared_table("events")[trigger.kind].get("suffered", False) is True


def _passive(text: str, trigger: _Trigger, language: Language) -> bool:
    auxiliary, apart = _auxiliary(language)
    if auxiliary.match(text, trigger.start, trigger.end) or _behind(language, "passive_after").match(text, trigger.end):
        return True
    window = text[max(0, trigger.start - (_REACH if apart else _BEFORE_TRIGGER)) : trigger.start]
    last = list(auxiliary.finditer(_CLAUSE.split(window)[-1]))
    return bool(last) and (apart or not window[window.rfind(last[-1][0]) + len(last[-1][0]) :].strip().count(" "))


def _where(text: str, trigger: _Trigger, facts: Sequence[Fact], language: Language) -> Fact | None:
    places = [fact for fact in facts if fact.type is FactType.PLACE]
    before, after = _locative(language), _behind(language, "locative_after")
    stated = [
        place
        for place in places
        if before.search(text, max(0, place.start - 16), place.start) or after.match(text, place.end)
    ]
    return _nearest(trigger, stated)


def _nearest(trigger: _Trigger, facts: Sequence[Fact]) -> Fact | None:
    return min(facts, key=lambda fact: max(trigger.start - fact.end, fact.start - trigger.end), default=None)


def _count(text: str, trigger: _Trigger, facts: Sequence[Fact]) -> Fact | None:
    """The count of those to whom it happened: "12 people were killed", "killed at least 12"."""
    counts = [fact for fact in facts if fact.type in _COUNTS and "outcome" not in fact.value and fact.rule != PART]
    before = next((fact for fact in reversed(counts) if fact.end <= trigger.start), None)
    after = next((fact for fact in counts if fact.start >= trigger.end), None)
    for count, gap in (
        (before, text[before.end : trigger.start] if before else ""),
        (after, text[trigger.end : after.start] if after else ""),
    ):
        if count and len(gap) <= _NEAR_COUNT and not _CLAUSE.search(gap):
            return count
    return None


@cache
def _kinds(language: Language) -> WordTable[str]:
    return WordTable({word: kind for kind, words in language.table("events").items() for word in words})


@cache
def _unreal(language: Language) -> re.Pattern[str]:
    """A negation or a mere possibility just before."""
    words = any_of(language.words("event_words", "negations"))
    return re.compile(rf"(?:{BEFORE}(?:{words})|n[’']t)\s+(?:\w{{1,6}}\s+)?$", re.I)


@cache
def _auxiliary(language: Language) -> tuple[re.Pattern[str], bool]:
    """Auxiliaries of the passive, and whether they stand apart from the participle ("wurden am Montag … getötet")."""
    words = any_of(language.words("event_words", "passive"))
    return re.compile(rf"{BEFORE}(?:{words})(?=\s|$)", re.I), bool(language.table("event_words").get("apart"))


@cache
def _behind(language: Language, name: str) -> re.Pattern[str]:
    """What languages put behind a word that others put before it: postpositions, auxiliaries, negations."""
    return re.compile(rf"[’'\s]*(?:{any_of(language.words('event_words', name))})")


@cache
def _by(language: Language) -> re.Pattern[str]:
    return re.compile(rf"^[^,.;]{{0,40}}{BEFORE}(?:{any_of(language.words('event_words', 'by'))}){AFTER}", re.I)


@cache
def _locative(language: Language) -> re.Pattern[str]:
    return re.compile(rf"{BEFORE}(?:{any_of(language.words('event_words', 'locative'))})\s+(?:\w{{1,3}}\s+)?$", re.I)


@cache
def _actors(language: Language) -> re.Pattern[str]:
    words = any_of(language.words("event_words", "actors"))
    return re.compile(rf"{BEFORE}(?:{CAPITAL}\s)?(?P<group>(?i:{words})){AFTER}")
