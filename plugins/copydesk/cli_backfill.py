"""The command ``copydesk backfill``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.errors import CopydeskError

if TYPE_CHECKING:
    from rich.progress import Progress

    from copydesk.backfill import Loaded
    from copydesk.warehouse.archives import Archive
    from copydesk.warehouse.items import Counts

NOT_DONE, PARTLY_DONE = 1, 3


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", "source_name", help="A source of dags/sources; its outlet, language and rules apply.")
@click.option("--batch", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Records a transaction.")
@click.option("--refine/--no-refine", default=True, show_default=True, help="Refine and link what waits, at the end.")
@click.option("--again", is_flag=True, help="Read archives that are loaded from their start once more.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def backfill(
    paths: tuple[Path, ...], source_name: str | None, batch: int, refine: bool, again: bool, as_json: bool
) -> None:
    """Load archives: WARC, ARC, JSON Lines, mailboxes, tar, zip, compressed or not, and folders of files.

    A run that was stopped goes on where it was when it is started again; what is loaded is not loaded twice.
    """
    from copydesk import backfill as job
    from copydesk.sources import DOCUMENTS, find_source

    source = find_source(source_name) if source_name else DOCUMENTS
    failures: list[str] = []
    ids: list[int] = []
    for path in paths:
        try:
            ids += job.plan(path, source, again=again)
        except CopydeskError as error:
            failures.append(str(error))
    archives = [archive for archive in job.known(list(dict.fromkeys(ids))) if not archive.finished]
    total = job.Loaded()
    articles: Counts | None = None
    with _Display(archives, quiet=as_json) as display:
        for archive in archives:
            try:
                total += job.load_archive(
                    archive.archive_id, run_id="cli", batch=batch, progress=display.follow(archive)
                )
            except CopydeskError as error:
                failures.append(str(error))
        if refine:
            articles = job.refine_pending(run_id="cli", progress=display.refined)
    _report(total, articles, failures, as_json=as_json)


def _report(total: Loaded, articles: Counts | None, failures: list[str], *, as_json: bool) -> None:
    quarantined = total.items.quarantined + (articles.quarantined if articles else 0)
    if as_json:
        counts = asdict(total)
        del counts["messages"]
        counts["articles"] = asdict(articles) if articles else None
        click.echo(json.dumps({**counts, "quarantined": quarantined, "failures": failures}))
    else:
        items = total.items
        said = f"; {articles.new + articles.revised:,} articles" if articles else ""
        click.echo(
            f"{total.records:,} records, {total.payloads:,} payloads, {items.received:,} items: {items.new:,} new, "
            f"{items.revised:,} revised, {items.unchanged:,} unchanged{said}; {quarantined:,} in quarantine"
        )
    for message in (*failures, *total.messages):
        click.echo(f"copydesk: {message}", err=True)
    if quarantined > len(total.messages):
        click.echo("copydesk: the rest is in the view quarantined", err=True)
    if failures:
        sys.exit(NOT_DONE)
    if quarantined:
        sys.exit(PARTLY_DONE)


class _Display:
    """Says how far it is: a bar with rate and time left on a terminal, else a line an archive."""

    def __init__(self, archives: list[Archive], *, quiet: bool) -> None:
        self._total = sum(archive.size for archive in archives)
        self._before = sum(archive.mark.offset for archive in archives if archive.mark)
        self._done = self._records = self._articles = 0
        self._bar: Progress | None = None
        self._quiet = quiet

    def __enter__(self) -> _Display:
        if self._total and sys.stderr.isatty():
            self._bar = self._make_bar()
            self._task = self._bar.add_task("loading", total=self._total, completed=self._before, said="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def follow(self, archive: Archive) -> Callable[[int, Loaded], None]:
        """Shows how far an archive is."""
        before = self._done
        self._done += archive.size
        if not self._bar and not self._quiet:
            click.echo(f"loading {archive.url} from record {archive.position:,}", err=True)

        def show(reached: int, loaded: Loaded) -> None:
            self._records += loaded.records
            if self._bar:
                rate = self._records / max(self._bar.tasks[0].elapsed or 0, 0.1)
                said = f"{self._records:,} records, {rate:,.0f}/s"
                self._bar.update(self._task, completed=before + reached, said=said)

        return show

    def refined(self, counts: Counts) -> None:
        self._articles += counts.new + counts.revised
        if self._bar:
            self._bar.update(self._task, description="refining", said=f"{self._articles:,} articles")

    def _make_bar(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = ("{task.description}", "{task.fields[said]}")
        first, last = (TextColumn(column) for column in columns)
        return Progress(first, BarColumn(), DownloadColumn(), last, TimeRemainingColumn(), console=Console(stderr=True))
