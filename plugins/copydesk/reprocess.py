"""Reprocessing: articles made anew with the rules and finders of today, all at once or to see what it would change.

Each transaction claims some articles, makes them anew and counts the rows that are others than before.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from psycopg2.extensions import connection as Connection
from structlog.contextvars import bound_contextvars

from copydesk.dividing import divided
from copydesk.errors import ConfigurationError, CopydeskError, DataError
from copydesk.jobs import AT_ONCE, MAX_BATCHES, configured, context_of, refine_one
from copydesk.model import Fact
from copydesk.pipeline import VERSION
from copydesk.refinery import Refinery
from copydesk.sources import Source
from copydesk.warehouse.articles import load_articles
from copydesk.warehouse.blocks import read_learned
from copydesk.warehouse.connection import one_session, transaction
from copydesk.warehouse.items import Counts, record_batch
from copydesk.warehouse.reprocess import (
    Annotated,
    Rows,
    Selection,
    claim_annotated,
    claim_refined,
    compare_with_snapshot,
    keep_facts_of_same_text,
    plan_ranges,
    replace_facts,
    selected_ids,
    take_snapshot,
)

log = logging.getLogger(__name__)


class Scope(StrEnum):
    """What is done anew."""

    ALL = "all"
    RULES = "rules"
    """Text and metadata; facts only where the text, its language or its day came out otherwise."""
    FACTS = "facts"
    """Facts only, in the text as it is."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch changed, or would change: of ``seen`` articles ``changed`` ones, while ``failed`` ones stay as they
    are; rows by table, gone and come."""

    seen: int = 0
    changed: int = 0
    failed: int = 0
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __add__(self, other: Changes) -> Changes:
        gone, come = Counter[str](), Counter[str]()
        for changes in (self, other):
            for table, (fewer, more) in changes.rows.items():
                gone[table] += fewer
                come[table] += more
        return Changes(
            self.seen + other.seen,
            self.changed + other.changed,
            self.failed + other.failed,
            {table: (gone[table], come[table]) for table in sorted({*gone, *come})},
        )

    def table(self, *, dry_run: bool) -> str:
        """For a person: how many articles, and which rows."""
        change = "would change" if dry_run else "changed"
        lines = [f"{self.changed:,} of {self.seen:,} articles {change}; {self.failed:,} could not be made anew"]
        if self.rows:
            lines += ["", f"{'table':<14}{'rows gone':>12}{'rows come':>12}"]
            lines += [f"{table:<14}{gone:>12,}{come:>12,}" for table, (gone, come) in self.rows.items()]
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "rows": {table: list(numbers) for table, numbers in self.rows.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Changes:
        rows = value["rows"]
        assert isinstance(rows, Mapping)
        numbers = {name: int(str(value[name])) for name in ("seen", "changed", "failed")}
        return cls(**numbers, rows={table: (int(gone), int(come)) for table, (gone, come) in rows.items()})


def select(
    *, source: str | None = None, since: str | None = None, until: str | None = None, again: bool = False
) -> Selection:
    """Articles by their source and the days on which they came in, both included. Raises
    :class:`ConfigurationError`."""
    first, last = _day(since, "since"), _day(until, "until")
    if first and last and last < first:
        raise ConfigurationError(f"the period ends on {last}, before it begins on {first}; turn the two around")
    return Selection(
        VERSION,
        source or None,
        _midnight(first) if first else None,
        _midnight(last + timedelta(days=1)) if last else None,
        again,
    )


def plan(selection: Selection, scope: Scope, *, size: int = 50) -> tuple[int, list[tuple[int, int]]]:
    """How many articles are selected, and ranges of item ids that hold them. Raises :class:`ConfigurationError`."""
    with transaction() as connection:
        return plan_ranges(connection, selection, facts=scope is Scope.FACTS, size=size, limit=MAX_BATCHES)


@one_session()
def reprocess(
    first: int, last: int, selection: Selection, scope: Scope, *, dry_run: bool = False, run_id: str | None = None
) -> Changes:
    """Make the selected articles in a range of ids anew, some in a transaction; a dry run takes all of it back.

    An article that can't be made or loaded anew stays as it is, and is counted as failed.
    """
    with Refinery() as refinery:
        return _Anew(refinery, configured(), selection, scope, dry_run, run_id).between(first, last)


@dataclass(frozen=True, slots=True)
class _Anew:
    """What the transactions of one call share."""

    refinery: Refinery
    sources: dict[str, Source]
    selection: Selection
    scope: Scope
    dry_run: bool
    run_id: str | None

    def between(self, first: int, last: int) -> Changes:
        """The selected articles in a range of ids."""
        total = Changes()
        while ids := self._next(first, last):
            total = sum(divided(ids, self._transaction, self._left), total)
            first = ids[-1] + 1
        return total

    def _next(self, first: int, last: int) -> list[int]:
        facts = self.scope is Scope.FACTS
        with transaction() as connection:
            return selected_ids(connection, self.selection, first, last, facts=facts, limit=AT_ONCE)

    def _transaction(self, item_ids: Sequence[int]) -> Changes:
        make = self._facts if self.scope is Scope.FACTS else self._articles
        with transaction() as connection:
            counts, rows, failed = make(connection, item_ids)
            if self.dry_run:
                connection.rollback()
            elif counts.received:
                record_batch(connection, "refine", counts, run_id=self.run_id)
        return Changes(counts.received, rows.articles, failed, rows.tables)

    def _left(self, item_id: int, _: Exception) -> Changes:
        with bound_contextvars(item_id=item_id):
            log.warning("item %s: it stays as it is", item_id)
        return Changes(seen=1, failed=1)

    def _articles(self, connection: Connection, item_ids: Sequence[int]) -> tuple[Counts, Rows, int]:
        pending = list(claim_refined(connection, self.selection, item_ids))
        if not pending:
            return Counts(), Rows(0, {}), 0
        learned = read_learned(connection, {entry.source_id for entry in pending})
        refined = [
            refine_one(self.refinery, entry, context_of(entry, self.sources, learned.get(entry.source_id)))
            for entry in pending
        ]
        with connection.cursor() as cursor:
            take_snapshot(cursor, [(entry.item_id, entry.revision, entry.seen_at) for entry in pending])
            counts, _ = load_articles(connection, refined, VERSION, again=True)
            if self.scope is Scope.RULES:
                keep_facts_of_same_text(cursor)
            return counts, compare_with_snapshot(cursor), counts.quarantined

    def _facts(self, connection: Connection, item_ids: Sequence[int]) -> tuple[Counts, Rows, int]:
        articles = claim_annotated(connection, self.selection, item_ids)
        found = [(article, facts) for article in articles if (facts := self._annotated(article)) is not None]
        rows = Rows(0, {})
        if found:
            with connection.cursor() as cursor:
                take_snapshot(cursor, [article.key for article, _ in found])
                replace_facts(cursor, found, VERSION)
                rows = compare_with_snapshot(cursor)
        counts = Counts(len(articles), revised=rows.articles, unchanged=len(articles) - rows.articles)
        return counts, rows, len(articles) - len(found)

    def _annotated(self, article: Annotated) -> Sequence[Fact] | None:
        """The facts of an article; nothing where they can't be found."""
        item_id = article.key[0]
        with bound_contextvars(item_id=item_id):
            try:
                return self.refinery.annotate(
                    article.text, language=article.language, published=article.published_on, name=article.title
                )
            except DataError as error:
                log.warning("item %s: its facts stay as they are: %s", item_id, error)
            except CopydeskError:
                raise
            except Exception:
                log.exception("item %s: its facts stay as they are: a bug in Copydesk", item_id)
        return None


def _day(value: str | None, name: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ConfigurationError(f"{name}: {value!r} is no day; write it as 2025-07-13") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
