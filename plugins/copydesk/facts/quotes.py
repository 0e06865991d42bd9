"""Quotations: what somebody said, in their words or in the reporter's, and who it was.

Direct: whole sentences between quotation marks. Its pieces belong together around the clause that reports them ("A,"
said she. "B."), and over paragraphs where a piece is left open. Mixed: the reporter's sentence with words of the
speaker in marks. Indirect: no marks, but a verb that reports ("said that", "…, she said") or a phrase ("according to").
The kinds, and the parts source, cue and content, are those of Pareti, PARC 3.0 (LREC 2016).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from copydesk.facts.claims import Claims
from copydesk.facts.language import AFTER, BEFORE, Language, any_of
from copydesk.facts.scan import Scan
from copydesk.facts.spans import sentences
from copydesk.model import Fact, FactType, FactValue, Speaker

_PIECE = re.compile(
    r"“[^“”\"\n]+[”\"]|(?<!\w)''(?:[^'\n]|(?<=\w)'(?=\w)){2,}''(?!\w)|„[^„“”\n]+[“”]|«[^«»\n]+»|»[^«»\n]+«|「[^「」\n]+」|『[^『』\n]+』|”[^“”\n]+”|»[^«»\n]+»"
    # Particles of Korean follow the closing mark.
    r"|(?<!\w)\"[^\"\n]+\"(?![^\W\uac00-\ud7a3])"
    # Left open at the end of a paragraph: the next one goes on.
    r"|(?m:^)[“\"«][^“”\"«»\n]{20,}(?m:$)"
)
_MARKS = "“”„«»「」『』\"' \u00a0\u202f"
_CLOSING = '”“"»«」』'
_MIN_WORDS, _MIN_CHARACTERS = 4, 8
"""Shorter ones without a word of saying beside them are titles and nicknames; characters count where words are not
spaced."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LONGEST_SENTENCE = 600
_LONGEST_CLAUSE = 300
_LONGEST_SUBJECT = 120
_SHORT_CLAUSE, _MANY_WORDS = 5, 9
_BLANK = 8
"""Characters of white space between two paragraphs."""
_FAR = 40
"""Characters of forms of address and offices before a name."""
_ENDS = re.compile(r"[,.?!…—–:;\])-]$")
_BEGINS = re.compile(r"(?:^|[.?!…:,;—–”\"»)\]：，。、-])\s*$")
_STOPS = ",.;،؛。，"
_BESIDE = " ,.—–-،，。"
_FIRST_NAMED = re.compile(r"[^\s,.;:!?()“”„«»\"—–]+(?:[ \u00a0.][^\s,;:!?()“”„«»\"—–.]+)*")
_SIDES = re.compile(r"\s*(?:,|[—–]|\s-\s)\s*")


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause that reports: where its verb stands and who is its subject."""

    cue: str
    subject: tuple[int, int] | None


def find_quotes(scan: Scan, names: Sequence[Fact], *, start: int = 0) -> list[Fact]:
    """Quotations, in the text's order; none lies in another. ``start`` is where the dateline ends."""
    return sorted(_Quotes(scan, names, start).found(), key=lambda fact: fact.start)


class _Quotes:
    def __init__(self, scan: Scan, names: Sequence[Fact], start: int) -> None:
        self.scan, self.text, self.grammar, self.start = scan, scan.text, _grammar(scan.language), start
        self.bodies = [name for name in names if name.type in (FactType.PERSON, FactType.ORGANISATION)]
        self.starts = [name.start for name in self.bodies]
        self.people = [name for name in self.bodies if name.type is FactType.PERSON]
        self.people_starts = [name.start for name in self.people]

    def found(self) -> Iterator[Fact]:
        taken = Claims()
        pieces = [match.span() for match in _PIECE.finditer(self.text)]
        last: Fact | None = None
        whole: list[tuple[int, int]] = []
        for piece in pieces:
            if self._is_whole(*piece) or (whole and self._goes_on_small(whole[-1], piece)):
                whole.append(piece)
        for group in self._groups(whole):
            if quote := self._direct(group, last):
                taken.claim(quote.start, quote.end)
                last = quote
                yield quote
        fragments = [piece for piece in pieces if taken.free(*piece)]
        begins = [start for start, _ in fragments]
        for start, end in self.scan.sentences:
            start = max(start, self.start)
            near = fragments[bisect_left(begins, start) : bisect_left(begins, end)]
            inside = [piece for piece in near if piece[1] <= end]
            if start < end and taken.free(start, end):
                yield from self._reported(start, end, inside)

    # Direct

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether a piece is speech by itself rather than some words in a sentence of the reporter's."""
        content = self.text[start:end].strip(_MARKS)
        line = self._line_before(start)
        if not content or not _BEGINS.search(self.text[line:start][-4:]):
            return False
        after = self.text[end : end + 1]
        ended = _ENDS.search(content) or _UNSPACED.search(content) or after in _STOPS or not after.strip(" \n")
        return bool(ended) and not (content[0].islower() and line != start)

    def _groups(self, pieces: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        group = pieces[:1]
        for before, piece in pairwise(pieces):
            if self._go_on(before, piece):
                group.append(piece)
            else:
                yield group
                group = [piece]
        if group:
            yield group

    def _go_on(self, before: tuple[int, int], piece: tuple[int, int]) -> bool:
        """Whether a piece goes on with what the one before it said."""
        between = self.text[before[1] : piece[0]]
        if "\n" in between:
            return not between.strip() and self.text[before[1] - 1] not in _CLOSING
        if not between.strip():
            return True
        if len(between) > _LONGEST_CLAUSE or len(list(sentences(between))) > 1:
            return False
        reported = self.text[before[1] - 2] == "," or self.grammar.verb.search(between)
        return between.rstrip()[-1] in ".,:;—–" and bool(reported)

    def _goes_on_small(self, before: tuple[int, int], piece: tuple[int, int]) -> bool:
        """Whether a piece in lower case ends the sentence of the one before: "A," said she, "and b."."""
        between = self.text[before[1] : piece[0]]
        return "\n" not in between and between.rstrip().endswith(",") and self._go_on(before, piece)

    def _direct(self, group: list[tuple[int, int]], last: Fact | None) -> Fact | None:
        start, end = group[0][0], group[-1][1]
        content = " ".join(self.text[low:high].strip(_MARKS) for low, high in group)
        said = self._said_after(group[0][1]) or self._said_before(start) or self._said_after(end)
        short = len(content.split()) < _MIN_WORDS and not (
            _UNSPACED.search(content) and len(content) >= _MIN_CHARACTERS
        )
        if short and not said:
            return None
        value = FactValue(content=content, mode="direct")
        sure = 0.9
        if said:
            self._name_speaker(value, said, start)
        elif last and "speaker" in last.value and self._is_next(self.text[last.end : start]):
            # A paragraph of speech after one that ends with its speaker is by the same.
            value["speaker"], sure = last.value["speaker"], 0.7
        return Fact(FactType.QUOTE, start, end, self.text[start:end], value, "quote.direct", sure)

    @staticmethod
    def _is_next(between: str) -> bool:
        """Whether nothing but a short clause and the end of a paragraph stands between two quotations."""
        clause, line, blank = between.partition("\n")
        return bool(line) and not blank.strip() and len(clause.split()) <= _MANY_WORDS and clause.count(".") <= 1

    def _said_after(self, at: int) -> _Said | None:
        """The clause behind a piece: ", said Jo Quill" or ", Jo Quill said"."""
        line = self.text[at : at + _LONGEST_CLAUSE].partition("\n")[0]
        clause = re.split(r"[“„«「『\"]", line)[0]
        if lead := re.match(r"[.…]\s+", clause):
            # A clause that became a sentence of its own: “… private.” He said.
            clause = clause[: lead.end()] + clause[lead.end() :].partition(".")[0]
            if len(clause.split()) > _SHORT_CLAUSE:
                return None
        first = next(sentences(clause), (0, 0)) if not lead else (0, len(clause))
        cue = self.grammar.verb.search(clause, 0, first[1])
        if not cue:
            return self._said_by_comma(at)
        before = (at, at + cue.start())
        if self.text[before[0] : before[1]].strip(_BESIDE):
            return _Said(cue[0], self._subject(*before))
        return _Said(cue[0], self._inverted(at + cue.end(), at + first[1]))

    def _said_by_comma(self, at: int) -> _Said | None:
        """The clause behind a piece that ends in a comma, by a verb that isn't known: “…,” Jo Quill thundered."""
        if self.text[at - 2] != ",":
            return None
        low = at + len(self.text[at : at + 3]) - len(self.text[at : at + 3].lstrip())
        if bodies := self._inside(low, low + _FAR):
            return _Said("", (low, bodies[0].end))
        pronoun = self.grammar.pronoun.match(self.text, low)
        return _Said("", pronoun.span()) if pronoun and not self.text[pronoun.end()].isalnum() else None

    def _said_before(self, at: int) -> _Said | None:
        """The clause before a piece: "Jo Quill said: ", "said Jo Quill, "; of a piece that begins a paragraph, where
        the one before it ends in a colon."""
        line = self._line_before(at)
        above = self.text[max(0, line - _BLANK) : line].rstrip()
        if not self.text[line:at].strip() and above.endswith(":"):
            at = max(0, line - _BLANK) + len(above)
            line = self._line_before(at)
        *_, sentence = [(line, line), *((line + low, line + high) for low, high in sentences(self.text[line:at]))]
        low = max([sentence[0], *(piece.end() for piece in _PIECE.finditer(self.text, sentence[0], at))])
        clause = self.text[low:at]
        if not clause.rstrip().endswith((",", ":", "—", "–", "-")) and not self.grammar.that_at_end.search(clause):
            # "Jo Quill said “…", and a clause that became a sentence of its own: He said. “…"
            cues = list(self.grammar.verb.finditer(clause))
            rest = clause[cues[-1].end() :].strip() if cues else "-"
            if rest and not (rest == "." and len(clause.split()) <= _SHORT_CLAUSE):
                return None
        cues = list(self.grammar.verb.finditer(clause))
        if not cues:
            colon = clause.rstrip().endswith(":") and len(clause) < _LONGEST_SUBJECT
            return _Said(":", self._subject(low, low + clause.rindex(":"))) if colon else None
        cue = cues[-1]
        inverted = self._inverted(low + cue.end(), at) if not clause[: cue.start()].strip(_BESIDE) else None
        return _Said(cue[0], inverted or self._subject(low, low + cue.start()))

    def _line_before(self, at: int) -> int:
        """Where the line of an offset begins, or as far back as a sentence may reach."""
        low = max(0, at - _LONGEST_SENTENCE)
        return self.text.rfind("\n", low, at) + 1 or low

    # Mixed and indirect

    def _reported(self, start: int, end: int, inside: list[tuple[int, int]]) -> Iterator[Fact]:
        """What a sentence of the reporter's says that somebody said."""
        if end - start > _LONGEST_SENTENCE:
            return
        sentence = self.text[start:end]
        cues = [kind for kind in ("says", "cites") if self.scan.hits.between(kind, start, end)]
        for cue, form in self.grammar.forms:
            match = form.search(sentence) if cue in cues else None
            if not match or any(low < start + match.start("cue") < high for low, high in inside):
                continue
            first, last = start + match.start("content"), start + match.end("content")
            subject = self._of_clause(start, match)
            if first > start + match.start("cue"):
                if start + match.start("subject") > start + match.start("cue"):
                    first, subject = self._behind_apposition(first, last, subject)
                last = first + self._length(sentence, self.text[first:last])
            elif tail := self.grammar.tail.search(self.text, first, last):
                last = tail.start()
            while last > first and self.text[last - 1] in " .,;":
                last -= 1
            while first < last and self.text[first] in " \u00a0":
                first += 1
            named = any(self.text[n.end : n.end + 1] == "," for n in self._inside(first, first + 1))
            if subject is None or named or len(self.text[first:last].split()) < _MIN_WORDS:
                continue  # "Jo Quill, the mayor, said the pier …": a name with its apposition is no content
            quoted = any(first <= low and high <= last + 1 for low, high in inside)
            value = FactValue(content=self.text[first:last].strip(_MARKS), mode="mixed" if quoted else "indirect")
            self._name_speaker(value, _Said(match["cue"], subject), start)
            rule = f"quote.{value['mode']}"
            yield Fact(FactType.QUOTE, first, last, self.text[first:last], value, rule, 0.8 if quoted else 0.7)
            return

    def _of_clause(self, start: int, match: re.Match[str]) -> tuple[int, int] | None:
        """Who speaks, in the clause that a form matched in a sentence."""
        low, high = (start + at for at in match.span("subject"))
        if match.start("subject") < match.start("cue"):
            return self._subject(low, high)
        if verb := self.grammar.verb.match(self.text, low, high):
            low = verb.end()  # "según informó la agencia"
        return self._inverted(low, high)

    def _behind_apposition(
        self, first: int, last: int, subject: tuple[int, int] | None
    ) -> tuple[int, tuple[int, int] | None]:
        """Where the content begins, and the speaker: "According to the mayor, Jo Quill, …", "…, who cites it, …"."""
        head, comma, _ = self.text[first:last].partition(", ")
        end = first + len(head)
        if comma and self.grammar.relative.match(head):
            return end + 2, subject
        named = any(n.end == end and n.type is FactType.PERSON for n in self._inside(first, first + _FAR))
        return (end + 2, (first, end)) if comma and named else (first, subject)

    def _length(self, sentence: str, content: str) -> int:
        """How much of what follows a verb is said: up to a semicolon, to the next who says something, and in a clause
        that only leads in ("When he said that …, they left"), to its comma."""
        ends = [found.start() for end in self.grammar.ends if (found := end.search(content))]
        if self.grammar.leads_in.match(sentence) and ", " in content:
            ends.append(content.index(", "))
        return min(ends, default=len(content))

    # Who

    def _subject(self, low: int, high: int) -> tuple[int, int] | None:
        """The noun phrase before a verb: what stands between it and the last comma, or before an apposition."""
        region = self.text[low:high]
        region = region[: len(region.rstrip())]
        while (word := self.grammar.auxiliary.search(region)) and len(region[: word.start()].split()) > 1:
            region = region[: word.start()]
        parts: list[tuple[int, int]] = []
        at = 0
        for side in _SIDES.finditer(region):
            parts.append((low + at, low + side.start()))
            at = side.end()
        parts.append((low + at, low + len(region)))
        apposition = not region[at:].strip()
        parts = [part for part in parts if self.text[part[0] : part[1]].strip()]
        if not parts:
            return None
        if apposition or len(parts) > 2:
            named = [
                part
                for part in parts
                if any(n.start < part[0] + 30 and part[0] <= n.start < part[1] for n in self.bodies)
            ]
            chosen = (named[-1] if apposition else parts[-1]) if named else parts[0 if apposition else -1]
        else:
            chosen = parts[-1]
        return self._trimmed(*chosen)

    def _inverted(self, low: int, high: int) -> tuple[int, int] | None:
        """The noun phrase behind a verb."""
        while low < high and self.text[low] in " \u00a0":
            low += 1
        match = _FIRST_NAMED.match(self.text, low, high)
        if not match:
            return None
        # "the mayor of Port Ellis, Jo Quill"
        at = match.end() + 2
        apposed = next((n for n in self._inside(at, at + 1) if n.end <= high), None)
        if (
            apposed
            and apposed.type is FactType.PERSON
            and self.text[match.end() : at] == ", "
            and not self.text[low].isupper()
        ):
            return apposed.start, apposed.end
        return self._trimmed(low, match.end())

    def _trimmed(self, low: int, high: int) -> tuple[int, int] | None:
        """Without a conjunction or a weekday before it; of a long one the name that it begins with, or none."""
        for lead in (self.grammar.joiner, self.grammar.weekday):
            if found := lead.match(self.text, low, high):
                low = found.end()
        piece = self.text[low:high]
        low += len(piece) - len(piece.lstrip(_BESIDE + '“”"'))
        if self.grammar.around:
            bare = self.grammar.around.sub("", self.text[low:high])
            low = self.text.index(bare, low)
            high = low + len(bare)
        words = self.text[low:high].split()
        if len(words) > _MANY_WORDS or high - low > _LONGEST_SUBJECT:
            first = next((body for body in self._inside(low, low + _FAR) if body.end <= high), None)
            return (first.start, first.end) if first else None
        return (low, high) if low < high and not any(word[0].isdigit() for word in words) else None

    def _name_speaker(self, value: FactValue, said: _Said, at: int) -> None:
        if said.cue:
            value["cue"] = " ".join(said.cue.split())
        if said.subject is None:
            return
        low, high = said.subject
        inside = [name for name in self._inside(low, high) if name.end <= high]
        carrier = next((name for name in inside if "agency" in name.value), None)
        who = next((n for n in inside if n.type is FactType.PERSON), None) or next(
            (n for n in inside if n is not carrier), None
        )
        if carrier and not who:
            value["carrier"] = carrier.value["agency"]
            if value["mode"] == "direct":
                # An agency has no mouth: it carries what somebody said whom the text named before.
                if who := self._antecedent(at):
                    value["speaker"] = Speaker(text=who.text, start=who.start, end=who.end, name=who.value["name"])
                return
            who = carrier
        elif not who and self.grammar.pronoun.fullmatch(self.text, low, high):
            who = self._antecedent(at)
        value["speaker"] = Speaker(text=self.text[low:high], start=low, end=high)
        if who:
            value["speaker"]["name"] = who.value["name"]

    def _antecedent(self, at: int) -> Fact | None:
        """For whom a pronoun stands: the first person of the nearest earlier sentence that names one. Subjects come
        first and are taken up again (Grosz, Joshi and Weinstein, Centering, 1995)."""
        index = bisect_left(self.people_starts, at) - 1
        if index < 0:
            return None
        nearest = self.people_starts[index]
        low = max(0, nearest - _LONGEST_SENTENCE)
        *_, (start, _) = sentences(self.text[low : nearest + 1])
        return self.people[bisect_left(self.people_starts, low + start)]

    def _inside(self, low: int, high: int) -> list[Fact]:
        """The persons and organisations that begin in a span."""
        return self.bodies[bisect_left(self.starts, low) : bisect_left(self.starts, high)]


@dataclass(frozen=True)
class _Grammar:
    verb: re.Pattern[str]
    around: re.Pattern[str] | None
    pronoun: re.Pattern[str]
    auxiliary: re.Pattern[str]
    joiner: re.Pattern[str]
    that_at_end: re.Pattern[str]
    weekday: re.Pattern[str]
    relative: re.Pattern[str]
    tail: re.Pattern[str]
    leads_in: re.Pattern[str]
    ends: tuple[re.Pattern[str], ...]
    forms: tuple[tuple[str, re.Pattern[str]], ...]
    """With the kind of anchor that each has."""


@cache
def _grammar(language: Language) -> _Grammar:
    words = language.words
    verb = any_of(words("quotes", "verbs"))
    (before, after), around = language.edges, any_of(words("quotes", "around")) if words("quotes", "around") else ""
    that = any_of(words("quotes", "that"))
    auxiliary = any_of(words("attributions", "between"))
    helped = rf"(?:(?:{auxiliary})\s+){{0,2}}"
    subject, content = r"(?P<subject>[^\n]{1,200}?)", r"(?P<content>[^\n]+)"
    cue = rf"{BEFORE}(?P<cue>{any_of([*words('quotes', 'verbs'), *words('attributions', 'verbs')])}){AFTER}"
    joiner, said = any_of(words("quantities", "joiner")), any_of(words("quotes", "bare"))
    bare = rf"{BEFORE}(?P<cue>{said}){AFTER}"
    starts = any_of(words("quotes", "not_bare"))
    leads_in = any_of(words("quotes", "joins"))
    nouns = rf"(?!(?:{starts}){AFTER})"
    clause = rf"(?!(?:{starts}|{leads_in}){AFTER})(?P<content>[^\n]+?),[”\"]?"
    unsaid = "".join(rf"(?<!{BEFORE}{re.escape(word)})" for word in words("quotes", "unsaid"))
    phrase = any_of(words("attributions", "phrases"))
    opening = any_of(word.capitalize() for word in words("attributions", "phrases"))
    addressee = r"(?:\s+[^\s,;:“”\"]+){0,6}?"
    forms = [
        rf"^{subject}(?=\s){unsaid}\s+{helped}{cue}{addressee},?\s+(?P<that>{that})\s+{content}",
        rf"^{subject}(?=\s)(?<![,”\"]){unsaid}\s+{helped}{bare}\s+{nouns}(?=[^\W\d_]|[\d$“\"]){content}",
        rf"^{clause}\s+(?P<subject>[^,\n]{{1,80}}?)\s+{helped}{cue}(?:\s(?:{starts})\s[^,;\n]{{0,60}})?[.]?$",
        rf"^{clause}\s+{cue}\s+(?P<subject>[^\n]{{2,160}}?)[.]?$",
    ]
    cited = [
        rf"^(?P<content>[^\n]+?),?\s+(?P<cue>{phrase})\s+(?P<subject>[^\n]{{2,160}}?)[.]?$",
        rf"^(?P<cue>{opening})\s+(?P<subject>[^,\n]{{2,100}}),\s+{content}",
    ]
    return _Grammar(
        verb=re.compile(rf"{before}(?:{verb}){after}", re.I),
        around=re.compile(rf"^(?:{around})+|(?:{around})+$") if around else None,
        pronoun=re.compile(rf"(?:{any_of(words('quotes', 'pronouns'))})", re.I),
        auxiliary=re.compile(rf"(?:^|\s)(?:{auxiliary})$", re.I),
        joiner=re.compile(rf"(?:{joiner}|{leads_in})\s+", re.I),
        weekday=re.compile(rf"(?:[^\W\d_]{{1,5}}\s+){{0,2}}(?:{language.weekdays.pattern}){AFTER}[ ,]*", re.I),
        relative=re.compile(rf"(?:{any_of(words('quotes', 'relative'))}){AFTER}", re.I),
        tail=re.compile(rf"(?:^|(?<=,)|(?<=[,”\"]\s))[^,\n]{{1,60}}\s{cue}$", re.I),
        leads_in=re.compile(rf"(?:{leads_in}){AFTER}", re.I),
        ends=(
            re.compile(rf";\s|,?\s(?:{phrase})\s"),
            re.compile(rf",?\s+(?:{joiner})\s+[^,\n]{{1,60}}?\s(?:{said}){AFTER}", re.I),
        ),
        that_at_end=re.compile(rf"{BEFORE}(?:{that})\s*$", re.I),
        forms=tuple(
            (kind, re.compile(form, re.I)) for kind, known in (("says", forms), ("cites", cited)) for form in known
        ),
    )
