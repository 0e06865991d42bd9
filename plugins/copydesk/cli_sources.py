"""``copydesk sources``: what news comes from, looked at, tried and added."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from copydesk.errors import ConfigurationError
from copydesk.terminal import printable

if TYPE_CHECKING:
    from copydesk.sources import Source, SourceFiles
    from copydesk.sources.found import Feed
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
    from copydesk.sources import read_sources, sources_folder
    from copydesk.sources.show import source_table

    read = read_sources()
    if as_json:
        _print_json([source.model_dump(mode="json") for source in read.sources.values()])
    elif read.sources:
        _print(source_table(read.sources.values()))
    else:
        click.echo(f"no source is read from {sources_folder()}; add one with `copydesk sources add URL`", err=True)
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
            number = len(read.sources)
            click.echo(f"{number:,} source{' is' if number == 1 else 's are'} right")
        _tell(read)
    trials = [trial for source_trials in tried.values() for trial in source_trials]
    if read.problems or (trials and all(trial.error for trial in trials)):
        sys.exit(NOT_DONE)
    if not all(trial.clean for trial in trials):
        sys.exit(PARTLY_DONE)


@sources.command()
@click.argument("url")
@click.option("--name", help="The source's name; made of the outlet's where it isn't given.")
@click.option("--schedule", help="Cron or a preset such as @hourly; every half hour where it isn't given.")
@click.option("--file", "file_name", help="The file's name in dags/sources; NAME.yaml where it isn't given.")
@click.option("--all", "take_all", is_flag=True, help="Take every feed that is found, not the best only.")
@click.option("--dry-run", is_flag=True, help="Show the file and write nothing.")
@_limit
@_as_json
def add(
    url: str,
    name: str | None,
    schedule: str | None,
    file_name: str | None,
    take_all: bool,
    dry_run: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Find the feeds of a site, write a source of the best, and show its first items.

    URL is a site, one of its pages, or a feed. On a terminal you are asked which feeds to take.
    """
    from copydesk.discover import discover
    from copydesk.sources import read_sources
    from copydesk.sources.checks import address_key
    from copydesk.sources.draft import draft
    from copydesk.sources.show import feed_table, trial_parts
    from copydesk.sources.trial import describe
    from copydesk.sources.write import render, source_path, write

    read = read_sources()
    with _waiting(f"looking for feeds at {url}"):
        site = discover(url)
    feeds = site.feeds if take_all or len(site.feeds) == 1 else site.feeds[:1]
    if not as_json and len(site.feeds) > 1:
        _print(feed_table(site.feeds))
        if not take_all and sys.stdin.isatty() and sys.stdout.isatty():
            feeds = _choose(site.feeds)
    for feed in feeds:
        if owner := read.addresses.get(address_key(feed.url)):
            raise ConfigurationError(f"{feed.url} is there already: source {owner}, {read.places[owner]}")
    source = draft(site, feeds, name=name, schedule=schedule, taken=read.taken)
    path = source_path(file_name, source.name)
    text = render([source])
    if not dry_run:
        write(path, text, [source.name])
    trials = [describe(source, feed.url, feed.payload, feed.parsed, limit=limit) for feed in feeds]
    if as_json:
        _print_json(
            {
                "file": str(path),
                "written": not dry_run,
                "source": source.model_dump(mode="json"),
                "feeds": [_plain(feed.summary()) for feed in site.feeds],
                "rejected": site.rejected,
                "tried": [_plain(asdict(trial)) for trial in trials],
            }
        )
        return
    click.echo(f"{path}, not written:" if dry_run else f"wrote {path}:")
    click.echo(text)
    for trial in trials:
        _print(*trial_parts(source.name, trial))


@sources.command("import")
@click.argument("document", metavar="FILE.opml|URL")
@click.option("--name-prefix", default="", help="Put before the names of sources and groups, for example reader_.")
@click.option("--schedule", default="*/30 * * * *", show_default=True, help="Of all its sources.")
@click.option("--file", "file_name", help="The file's name in dags/sources; that of the OPML where it isn't given.")
@click.option("--dry-run", is_flag=True, help="Show the file and write nothing.")
@_as_json
def import_opml(
    document: str, name_prefix: str, schedule: str, file_name: str | None, dry_run: bool, as_json: bool
) -> None:
    """Write sources of the feeds of an OPML file that no source has yet. Its folders become groups."""
    from copydesk.fetch import fetch
    from copydesk.sources import read_sources
    from copydesk.sources.draft import slug_of
    from copydesk.sources.opml import import_feeds, read_opml
    from copydesk.sources.write import render, source_path, write

    read = read_sources()
    feeds, skipped = read_opml(fetch(document, allow_private=True))
    done = import_feeds(feeds, read, prefix=name_prefix, schedule=schedule)
    skipped |= done.skipped
    text = path = None
    if done.sources:
        stem = PurePosixPath(document.rstrip("/")).name.partition(".")[0]
        path = source_path(file_name, slug_of(stem) or "imported")
        text = render(done.sources, defaults={"schedule": schedule})
        if not dry_run:
            write(path, text, [source.name for source in done.sources])
    if as_json:
        _print_json(
            {
                "file": str(path) if path else None,
                "written": bool(path) and not dry_run,
                "added": [source.model_dump(mode="json") for source in done.sources],
                "skipped": skipped,
            }
        )
        return
    if dry_run and text:
        click.echo(text)
    for source in done.sources:
        click.echo(f"added    {source.name}  {source.urls[0]}")
    for url, reason in skipped.items():
        click.echo(f"skipped  {printable(url)}  {printable(reason)}")
    where = f"{path}, not written" if dry_run else path
    click.echo(f"{len(done.sources)} added, {len(skipped)} skipped{f': {where}' if path else ''}")


def _choose(feeds: list[Feed]) -> list[Feed]:
    answer = click.prompt("Which feeds (numbers, or all)", default="1")
    if answer.strip() == "all":
        return feeds
    try:
        chosen = [int(number) for number in answer.replace(",", " ").split()]
    except ValueError as error:
        raise click.BadParameter(f"{answer!r} is no number") from error
    if not chosen or not all(1 <= number <= len(feeds) for number in chosen):
        raise click.BadParameter(f"{answer!r} is none of 1 to {len(feeds)}")
    return [feeds[number - 1] for number in dict.fromkeys(chosen)]


@sources.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Show how the sources are: when each last answered, last gave something new, and whether it fails or is silent.

    Exit code 3: one of them fails for days, or went silent against its own rhythm.
    """
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.fetches import source_health

    with transaction() as connection:
        found = source_health(connection)
    if as_json:
        click.echo(json.dumps([asdict(health) for health in found], indent=2, default=str))
    else:
        from copydesk.sources.show import health_table

        _print(health_table(found))
    if any(health.state in ("failing", "silent") for health in found):
        sys.exit(PARTLY_DONE)


@contextmanager
def _waiting(message: str) -> Iterator[None]:
    """Says on a terminal what is waited for."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(message) if console.is_terminal else nullcontext():
        yield


def _try(source: Source, limit: int, as_json: bool) -> list[Trial]:
    """Each address is shown as soon as it is tried."""
    from copydesk.sources.show import trial_parts
    from copydesk.sources.trial import try_source

    trials = []
    for trial in try_source(source, limit=limit):
        trials.append(trial)
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
