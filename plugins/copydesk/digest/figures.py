"""The figures of a day: what the warehouse knows of it, put beside the days before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from copydesk.warehouse import digest as warehouse
from copydesk.warehouse import digest_news
from copydesk.warehouse.digest import Fetches, Ill, Intake, Refused, Share, Taken, Waiting, Window, Work
from copydesk.warehouse.digest_news import Counted, Happening, Named, Speaker, Story

MEAN_OF = 7
"""Days before the day that it is put beside."""
SHOWN_DAYS = 14
"""Days of the chart, the day among them."""
SHOWN = 8
"""Lines of a list, of those that could go on for ever."""
SHOWN_COUNTS = 2
"""Counts of each outcome: the killed shall not crowd out the arrested."""
NO_LANGUAGE = "und"
"""BCP 47's tag for a language that is not known."""


class Volume(NamedTuple):
    """So many of something on the day, and a day before it on average; None: nothing is known of the days before."""

    name: str
    today: int
    mean: float | None


class KindTaken(NamedTuple):
    kind: str
    removals: int
    characters: int
    share: float
    """Of all text that came in, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Figures:
    day: date
    over: bool
    """Whether the day had ended when it was read; otherwise these are the figures so far."""
    mean_of: int
    """Days of the means: seven, or fewer where the warehouse is younger."""
    intake: tuple[Volume, ...]
    """Items received, new, revised, unchanged and quarantined."""
    articles: Volume
    pending: int
    """Items of the day that wait to be refined."""
    by_day: tuple[tuple[date, int], ...]
    by_source: tuple[Volume, ...]
    by_language: tuple[Volume, ...]
    sources: int
    """That are asked at all."""
    ill: tuple[Ill, ...]
    kinds: tuple[KindTaken, ...]
    rules: tuple[Taken, ...]
    removed: int
    """Characters that were taken out."""
    removed_share: float
    """Of all text that came in, 0 to 1."""
    blocks: int
    """Learned blocks that wait for a decision, of which some are named."""
    waiting: tuple[Waiting, ...]
    quarantine: tuple[Refused, ...]
    work: tuple[Work, ...]
    fetches: tuple[Fetches, ...]
    stories: tuple[Story, ...]
    persons: tuple[Named, ...]
    organisations: tuple[Named, ...]
    places: tuple[Named, ...]
    speakers: tuple[Speaker, ...]
    counts: tuple[Counted, ...]
    happenings: tuple[Happening, ...]

    def as_json(self) -> dict[str, Any]:
        """As JSON has it, but for days, times and durations."""
        return {field.name: _named(getattr(self, field.name)) for field in fields(self)}

    @property
    def empty(self) -> bool:
        """Whether nothing came in and nothing was done."""
        return not (self.articles.today or self.pending or self.work or self.fetches)

    @property
    def newly_quarantined(self) -> int:
        return sum(row.new for row in self.quarantine)

    @property
    def in_quarantine(self) -> int:
        return sum(row.open for row in self.quarantine)


def read_figures(day: date, *, now: datetime | None = None) -> Figures:
    """The figures of a day in UTC. Sources, blocks and quarantine are as they are now, also for a day long ago."""
    window = Window.of(day)
    with warehouse.reading() as cursor:
        first = warehouse.first_day(cursor)
        mean_of = max(0, min(MEAN_OF, (day - first).days)) if first else 0
        intake = warehouse.intake(cursor, window, days=mean_of)
        articles = warehouse.articles(cursor, window, days=SHOWN_DAYS - 1)
        ill, sources = warehouse.ill_sources(cursor)
        taken, kept = warehouse.removals(cursor, window)
        waiting, blocks = warehouse.waiting_blocks(cursor, limit=SHOWN // 2)
        named = digest_news.named(cursor, window, limit=SHOWN)
        removed = sum(row.characters for row in taken)
        whole = kept + removed
        return Figures(
            day=day,
            over=window.end <= (now or datetime.now(UTC)),
            mean_of=mean_of,
            intake=tuple(_intake(intake, day, mean_of)),
            articles=Volume(
                "articles",
                sum(row.articles for row in articles if row.day == day),
                _mean(sum(row.articles for row in _before(articles, day, mean_of)), mean_of),
            ),
            pending=warehouse.pending(cursor, window),
            by_day=tuple(_by_day(articles, day)),
            by_source=tuple(_volumes(articles, day, mean_of, lambda row: row.source)),
            by_language=tuple(_volumes(articles, day, mean_of, lambda row: row.language or NO_LANGUAGE)),
            sources=sources,
            ill=tuple(ill),
            kinds=tuple(_kinds(taken, whole)),
            rules=tuple(taken),
            removed=removed,
            removed_share=removed / whole if whole else 0.0,
            blocks=blocks,
            waiting=tuple(waiting),
            quarantine=tuple(warehouse.quarantine(cursor, window)),
            work=tuple(warehouse.work(cursor, window)),
            fetches=tuple(warehouse.fetches(cursor, window)),
            stories=tuple(digest_news.stories(cursor, window, limit=SHOWN)),
            persons=tuple(row for row in named if row.type == "person"),
            organisations=tuple(row for row in named if row.type == "organisation"),
            places=tuple(row for row in named if row.type == "place"),
            speakers=tuple(digest_news.speakers(cursor, window, limit=SHOWN)),
            counts=tuple(digest_news.counts(cursor, window, limit=SHOWN_COUNTS)),
            happenings=tuple(digest_news.happenings(cursor, window, limit=SHOWN)),
        )


def _named(value: Any) -> Any:
    """A row by the names of its columns; lists of rows likewise."""
    if hasattr(value, "_asdict"):
        return value._asdict()
    return [_named(part) for part in value] if isinstance(value, tuple) else value


def _mean(total: int, days: int) -> float | None:
    return total / days if days else None


def _before(rows: Iterable[Share], day: date, days: int) -> list[Share]:
    return [row for row in rows if day - timedelta(days=days) <= row.day < day]


def _intake(rows: Sequence[Intake], day: date, mean_of: int) -> Iterable[Volume]:
    for name in Intake._fields[1:]:
        today = sum(getattr(row, name) for row in rows if row.day == day)
        before = sum(getattr(row, name) for row in rows if row.day < day)
        yield Volume(name, today, _mean(before, mean_of))


def _by_day(rows: Iterable[Share], day: date) -> Iterable[tuple[date, int]]:
    counted: Counter[date] = Counter()
    for row in rows:
        counted[row.day] += row.articles
    for back in range(SHOWN_DAYS - 1, -1, -1):
        at = day - timedelta(days=back)
        yield at, counted[at]


def _volumes(rows: Sequence[Share], day: date, mean_of: int, name_of: Callable[[Share], str]) -> Iterable[Volume]:
    """By name, the most of the day first; also the names that only the days before have."""
    today: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for row in rows:
        if row.day == day:
            today[name_of(row)] += row.articles
    for row in _before(rows, day, mean_of):
        before[name_of(row)] += row.articles
    names = sorted(today.keys() | before.keys(), key=lambda name: (-today[name], -before[name], name))
    return [Volume(name, today[name], _mean(before[name], mean_of)) for name in names]


def _kinds(taken: Sequence[Taken], whole: int) -> Iterable[KindTaken]:
    spans: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for row in taken:
        spans[row.kind] += row.removals
        characters[row.kind] += row.characters
    for kind in sorted(characters, key=lambda kind: (-characters[kind], kind)):
        yield KindTaken(kind, spans[kind], characters[kind], characters[kind] / whole)
