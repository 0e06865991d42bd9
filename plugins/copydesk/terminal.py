"""An article on the terminal: what was removed struck through, facts in colour, metadata with where it came from."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from copydesk.model import Article, FactType, Removal, Repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

_STYLES = {
    FactType.PERSON: "bold cyan",
    FactType.ORGANISATION: "bold blue",
    FactType.DEMONYM: "cyan",
    FactType.PLACE: "bold green",
    FactType.DATE: "magenta",
    FactType.DURATION: "magenta",
    FactType.SET: "magenta",
    FactType.NUMBER: "yellow",
    FactType.NUMBER_RANGE: "yellow",
    FactType.ORDINAL: "yellow",
    FactType.AGE: "yellow",
    FactType.DIMENSION: "yellow",
    FactType.TEMPERATURE: "yellow",
    FactType.EVENT: "red",
    FactType.PERCENT: "yellow",
    FactType.MONEY: "yellow",
    FactType.QUOTE: "italic",
    FactType.ATTRIBUTION: "underline",
    FactType.DATELINE: "dim",
    FactType.CREDIT: "dim",
}
_REMOVED = "strike red"
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_PICTURES |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)  # some terminals obey these too, and they have no pictures
_FIELDS = (
    "title", "language", "published", "modified", "authors", "outlet", "agency", "origin", "url", "keywords", "flags"
)  # fmt: skip

_STATED = ("published_on", "published_precision", "published_zone", "modified_precision", "modified_zone")


def doubts_of(article: Article) -> Iterator[tuple[str, str, float]]:
    """What an article kept in doubt, as :func:`print_doubts` has it."""
    return ((found.value, found.origin, found.confidence) for found in article.evidence if found.field == "doubt")


def article_json(article: Article) -> dict[str, Any]:
    """The article as JSON-able values: metadata, clean text, removals, repairs, facts, evidence."""
    values: dict[str, Any] = {name: _plain(getattr(article, name)) for name in (*_FIELDS, *_STATED, "text", "version")}
    for name in ("contributors", "topics", "removals", "repairs", "facts", "evidence"):
        values[name] = [asdict(part) for part in getattr(article, name)]
    return values


def print_doubts(doubts: Iterable[tuple[str, str, float]], console: Console | None = None) -> None:
    """Print what was kept in doubt: texts, rules and confidences."""
    from rich.console import Console
    from rich.text import Text

    console = console or Console()
    for text, rule, confidence in doubts:
        line = f"? kept in doubt ({rule}, confidence {confidence:.2f}): {printable(text)}"
        console.print(Text(line, style="yellow"), soft_wrap=True)


def print_article(article: Article, console: Console | None = None) -> None:
    """Print the item's text with everything that was done to it, and what was found."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = console or Console()
    origins = {evidence.field: evidence.origin for evidence in article.evidence if evidence.chosen}
    metadata = Table.grid(padding=(0, 2))
    for name in _FIELDS:
        if value := getattr(article, name):
            shown = "; ".join(value) if isinstance(value, tuple) else str(_plain(value))
            metadata.add_row(Text(name, style="dim"), Text(printable(shown)), Text(origins.get(name, ""), style="dim"))
    console.print(metadata)
    console.print()
    console.print(_marked(article), soft_wrap=False)
    console.print()
    for removal in article.removals:
        line = f"removed: {removal.kind}, rule {removal.rule}, confidence {removal.confidence:.2f}"
        console.print(Text(line, style="red"))
    print_doubts(doubts_of(article), console)
    facts = Table.grid(padding=(0, 2))
    for fact in article.facts:
        value = json.dumps(fact.value, ensure_ascii=False)
        facts.add_row(
            Text(fact.type, style=_STYLES[fact.type]), Text(printable(fact.text)), Text(printable(value), style="dim")
        )
    console.print(facts)
    console.print()


def _marked(article: Article) -> Any:
    """The item's text: facts have offsets into the clean text, so they are mapped back."""
    from rich.text import Text

    marked, offsets = Text(printable(article.source_text())), article.offsets
    for fact in article.facts:
        marked.stylize(_STYLES[fact.type], offsets.to_source(fact.start), offsets.to_source(fact.end, end=True))
    for removal in article.removals:
        marked.stylize(_REMOVED, removal.start, removal.end)
    return marked


def print_diff(
    source: str, removals: Sequence[Removal], repairs: Sequence[Repair] = (), console: Console | None = None
) -> None:
    """Print the lines that were changed, as they came ("-", with rules and confidence) and as they are now ("+")."""
    from rich.console import Console
    from rich.text import Text

    console = console or Console()
    at = last = 0
    for number, line in enumerate(source.split("\n"), start=1):
        start, end = at, at + len(line)
        at = end + 1
        cuts = [removal for removal in removals if removal.start < end and start < removal.end]
        mended = [repair for repair in repairs if start <= repair.start and repair.end <= end]
        now = _edited(
            line, start, [(c.start, c.end, "") for c in cuts] + [(m.start, m.end, m.replacement) for m in mended]
        )
        if not line.strip() or now == line:
            continue
        if number != last + 1:
            console.print(Text(f"@@ line {number}", style="dim"))
        last = number
        console.print(Text(f"- {printable(line)}", style="red"), soft_wrap=True)
        if now.strip():
            console.print(Text(f"+ {printable(now)}", style="green"), soft_wrap=True)
        for cut in cuts:
            told = f"  {cut.kind}, rule {cut.rule}, confidence {cut.confidence:.2f}"
            console.print(Text(told, style="dim"))
        for rule in dict.fromkeys(repair.rule for repair in mended):
            console.print(Text(f"  repair, rule {rule}", style="dim"))


def _edited(line: str, start: int, edits: list[tuple[int, int, str]]) -> str:
    """A line that begins at ``start`` of its text, with the edits of the text applied."""
    for begin, end, replacement in sorted(edits, reverse=True):
        low, high = max(0, begin - start), min(len(line), end - start)
        line = line[:low] + replacement + line[high:]
    return line


def printable(text: str) -> str:
    """The text without power over the terminal: control characters shown as their pictures, one for one."""
    return text.translate(_PICTURES)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
