"""``copydesk sources``: what news comes from, looked at, tried and added."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from copydesk.sources import Source, SourceFiles
    from copydesk.sources.trial import Trial

NOT_DONE, PARTLY_DONE = 1, 3
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_limit = click.option("--limit", default=5, show_default=True, type=click.IntRange(0), help="Items that are shown.")


@click.group()
def sources() -> None:
    """Where news comes from: list, check, try, find and import sources."""


@sources.command("list")
@_as_json
def list_sources(as_json: bool) -> None:
    """Show the sources of dags/sources. What can't be read is told on stderr."""
    from copydesk.sources import read_sources
    from copydesk.sources.show import source_table

    read = read_sources()
    if as_json:
        _print_json([source.model_dump(mode="json") for source in read.sources.values()])
    elif read.sources:
        _print(source_table(read.sources.values()))
    else:
        click.echo("there are no sources; add one with `copydesk sources add URL`", err=True)
    _tell(read)
    if read.problems:
        sys.exit(PARTLY_DONE if read.sources else NOT_DONE)


@sources.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--try", "try_them", is_flag=True, help="Fetch each address and show what would be ingested.")
@_limit
@_as_json
def check(names: tuple[str, ...], try_them: bool, limit: int, as_json: bool) -> None:
    """Check the files of dags/sources; with --try also what the sources give. Nothing is written.

    Ends with 1 where a file is wrong or nothing could be fetched, and with 3 where some of it would be refused.
    """
    from copydesk.sources import find_source, read_sources

    read = read_sources()
    chosen = [find_source(name) for name in names] if names else list(read.sources.values())
    tried = {source.name: _try(source, limit, as_json) for source in chosen} if try_them else {}
    if as_json:
        _print_json(
            {
                "sources": [source.name for source in chosen],
                "problems": [str(problem) for problem in read.problems],
                "tried": {name: [_plain(asdict(trial)) for trial in trials] for name, trials in tried.items()},
            }
        )
    else:
        if not read.problems:
            click.echo(f"{len(read.sources)} sources are right")
        _tell(read)
    trials = [trial for source_trials in tried.values() for trial in source_trials]
    if read.problems or (trials and all(trial.error for trial in trials)):
        sys.exit(NOT_DONE)
    if not all(trial.clean for trial in trials):
        sys.exit(PARTLY_DONE)


def _try(source: Source, limit: int, as_json: bool) -> list[Trial]:
    """Each address is shown as soon as it is tried."""
    from copydesk.sources.show import trial_parts
    from copydesk.sources.trial import try_address

    trials = []
    for url in source.urls:
        trials.append(trial := try_address(source, url, limit=limit))
        if not as_json:
            _print(*trial_parts(source.name, trial))
    return trials


def _tell(read: SourceFiles) -> None:
    for problem in read.problems:
        click.echo(f"copydesk: {problem}", err=True)


def _print(*parts: Any) -> None:
    from rich.console import Console

    # Into a file or a pipe a row stays on one line.
    console = Console(width=None if sys.stdout.isatty() else 1000)
    for part in parts:
        console.print(part)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, timedelta) else value
