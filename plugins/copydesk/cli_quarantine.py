"""``copydesk quarantine``: what could not be parsed or refined, looked at, tried again or dropped."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from copydesk.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.progress import Progress

    from copydesk.retrying import Outcome
    from copydesk.warehouse.quarantine import Detail, Entry, Selection

NOT_DONE, PARTLY_DONE = 1, 3
_LINES = 8
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ids = click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
_source = click.option("--source", help="Only of this source.")
_reason = click.option("--reason", help="Only with this reason, for example missing_metadata.")


@click.group()
def quarantine() -> None:
    """What could not be parsed or refined: list it, look at it, try it again or drop it."""


@quarantine.command("list")
@_source
@_reason
@click.option("--stage", type=click.Choice(["parse", "refine"]), help="Only of this stage.")
@click.option("--dropped", is_flag=True, help="Those that a person dropped, instead of those that wait.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
@_as_json
def list_all(
    source: str | None, reason: str | None, stage: str | None, dropped: bool, limit: int, as_json: bool
) -> None:
    """Show what waits in quarantine, the latest first, and how much of it for which reason."""
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.quarantine import Selection, count_reasons, list_entries

    selection = Selection(source=source, reason=reason, stage=stage, dropped=dropped)
    with transaction() as connection:
        found = list_entries(connection, selection, limit=limit)
        reasons = count_reasons(connection, selection)
    if as_json:
        _print_json({"reasons": reasons, "entries": [asdict(entry) for entry in found]})
    elif found:
        _print_table(found)
        total = sum(reasons.values())
        click.echo(f"\n{_counted(total)} {_state(dropped, total)}: {_by_reason(reasons)}")
        if total > len(found):
            click.echo(f"copydesk: only the latest {len(found):,} are shown; --limit shows more", err=True)
    else:
        click.echo(f"nothing {_state(dropped, 1)} in quarantine", err=True)


@quarantine.command()
@click.argument("quarantine_id", metavar="ID", type=int)
@_as_json
def show(quarantine_id: int, as_json: bool) -> None:
    """Show everything on an entry: what is wrong, where it came from, its item, and how to go on."""
    from copydesk.terminal import printable
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.quarantine import describe

    with transaction() as connection:
        detail = describe(connection, quarantine_id)
    lines = _first_lines(detail)
    commands = _ways_on(detail.entry)
    if as_json:
        _print_json({**asdict(detail), "text": "\n".join(lines) if detail.item else None, "commands": commands})
        return
    click.echo(f"{printable(detail.entry.message)}\n")
    for name, value in _rows(detail).items():
        click.echo(f"{name:<14}{printable(value)}")
    if lines:
        click.echo()
        for line in lines:
            click.echo(f"  | {printable(line)}")
    click.echo()
    for command, effect in commands.items():
        click.echo(f"{printable(command)}\n    {effect}")


@quarantine.command()
@_ids
@_source
@_reason
@click.option("--all", "take_all", is_flag=True, help="All that waits.")
@click.option("--later", is_flag=True, help="Only mark them: the next runs of the DAGs try them.")
@_as_json
def retry(
    ids: tuple[int, ...], source: str | None, reason: str | None, take_all: bool, later: bool, as_json: bool
) -> None:
    """Try entries again: by id, of a source, with a reason, or all.

    Payloads that could not be parsed are loaded again, items that could not be refined are refined again. One that was
    dropped is taken back where its id is given. Ends with 3 where something is in quarantine again.
    """
    from copydesk import retrying
    from copydesk.terminal import printable
    from copydesk.warehouse.connection import transaction
    from copydesk.warehouse.quarantine import list_entries, take_back

    selection = _selection(ids, source, reason, take_all=take_all)
    with transaction() as connection:
        found = _open(list_entries(connection, selection))
    refused = retrying.refusals(found, later=later)
    chosen = [entry for entry in found if entry.quarantine_id not in refused]
    with transaction() as connection:
        take_back(connection, [entry.quarantine_id for entry in chosen if entry.state == "dropped"])
    if later:
        outcome = retrying.try_later(chosen)
    else:
        with _progress(retrying.steps(chosen), quiet=as_json) as advance:
            outcome = retrying.try_again(chosen, advance)
    if as_json:
        _print_json({**asdict(outcome), "refused": refused})
    else:
        click.echo(_told_marked(outcome) if later else _told(outcome))
    for message in (*refused.values(), *outcome.messages):
        click.echo(f"copydesk: {printable(message)}", err=True)
    if not chosen:
        sys.exit(NOT_DONE)
    if refused or outcome.again or outcome.new or outcome.pending:
        sys.exit(PARTLY_DONE)


@quarantine.command()
@_ids
@_source
@_reason
@click.option("--yes", is_flag=True, help="Don't ask.")
@_as_json
def drop(ids: tuple[int, ...], source: str | None, reason: str | None, yes: bool, as_json: bool) -> None:
    """Decide that entries need no retry: they stay on record and wait no more.

    One comes back where it fails in another way, or with a new revision of its item.
    """
    from copydesk.warehouse import quarantine as warehouse
    from copydesk.warehouse.connection import transaction

    selection = _selection(ids, source, reason)
    with transaction() as connection:
        found = _open(warehouse.list_entries(connection, selection), dropped=False)
        reasons = {reason: sum(entry.reason == reason for entry in found) for reason in {e.reason for e in found}}
    if not (ids or yes):
        click.confirm(f"Drop {_counted(len(found))} ({_by_reason(reasons)})?", abort=True, err=True)
    with transaction() as connection:
        dropped = warehouse.drop(connection, [entry.quarantine_id for entry in found])
    if as_json:
        _print_json({"dropped": dropped})
    else:
        click.echo(f"{_counted(len(dropped))} dropped; `copydesk quarantine list --dropped` shows them")


def _selection(ids: tuple[int, ...], source: str | None, reason: str | None, *, take_all: bool = False) -> Selection:
    from copydesk.warehouse.quarantine import Selection

    ways = sum((bool(ids), bool(source or reason), take_all))
    if not ways:
        raise click.UsageError("say which entries: their ids, or --source or --reason")
    if ways > 1:
        raise click.UsageError("give either ids, or --source and --reason, or --all")
    return Selection(ids=tuple(dict.fromkeys(ids)), source=source, reason=reason)


def _open(found: list[Entry], *, dropped: bool = True) -> list[Entry]:
    """The entries that something can be done about. Raises :class:`ConfigurationError` where there is none."""
    states = ("waits", "dropped") if dropped else ("waits",)
    chosen = [entry for entry in found if entry.state in states]
    for entry in found:
        if entry not in chosen:
            moment = entry.resolved_at or entry.dropped_at
            click.echo(f"copydesk: entry {entry.quarantine_id}: {entry.state} since {moment:%Y-%m-%d %H:%M}", err=True)
    if not chosen:
        raise ConfigurationError("no such entry waits in quarantine; `copydesk quarantine list` shows those that do")
    return chosen


def _told(outcome: Outcome) -> str:
    parts = [f"{outcome.left:,} of {_counted(outcome.selected)} left the quarantine"]
    if outcome.again:
        parts.append(f"{outcome.again:,} {'is' if outcome.again == 1 else 'are'} in it again")
    if outcome.new:
        parts.append(f"{outcome.new:,} came in anew")
    if outcome.pending:
        parts.append(f"{outcome.pending:,} will be tried by the next run")
    return ", ".join(parts) + f"; {outcome.articles:,} article{'' if outcome.articles == 1 else 's'} loaded"


def _told_marked(outcome: Outcome) -> str:
    payloads = f"{outcome.payloads:,} payload{'' if outcome.payloads == 1 else 's'}"
    items = f"{outcome.items:,} item{'' if outcome.items == 1 else 's'}"
    return f"{payloads} will be loaded and {items} refined again by the next runs"


def _rows(detail: Detail) -> dict[str, str]:
    entry, payload, archive, item = detail.entry, detail.payload, detail.archive, detail.item
    rows = {
        "entry": f"{entry.quarantine_id}, {entry.state}",
        "stage": entry.stage,
        "reason": entry.reason,
        "source": entry.source,
        "position": "the payload as a whole" if entry.position < 0 else f"{entry.position:,}, from 0",
        "since": f"{entry.created_at:%Y-%m-%d %H:%M}",
        "tried": f"{entry.tries:,} time{'' if entry.tries == 1 else 's'}, last {entry.tried_at:%Y-%m-%d %H:%M}",
    }
    if entry.dropped_at:
        rows["dropped"] = f"{entry.dropped_at:%Y-%m-%d %H:%M}"
    if entry.resolved_at:
        rows["resolved"] = f"{entry.resolved_at:%Y-%m-%d %H:%M}"
    if payload:
        rows["payload"] = f"{payload.payload_id}, {payload.size:,} bytes, {payload.media_type or 'of no stated type'}"
        rows["address"] = payload.url or "-"
        rows["sha256"] = payload.sha256
        rows["fetched"] = f"{payload.seen_at:%Y-%m-%d %H:%M}, last {payload.last_seen_at:%Y-%m-%d %H:%M}"
    if archive:
        rows["archive"] = f"{archive.archive_id}, {archive.size:,} bytes, {archive.url}"
        rows["read"] = f"{archive.finished_at:%Y-%m-%d %H:%M}" if archive.finished_at else "not to its end yet"
    if item:
        rows["item"] = f"{item.item_id}, revision {item.revision} of {item.revisions}" + (
            ", waits to be refined" if item.pending else ""
        )
        rows["named"] = entry.item_name or "-"
        rows["title"] = item.title or "-"
        rows["published"] = item.published or "-"
        rows["link"] = item.url or "-"
    return rows


def _first_lines(detail: Detail) -> list[str]:
    """The first lines of the item's text."""
    from copydesk.extract.fragment import fragment_text

    if detail.item is None:
        return []
    body = detail.item.body
    text = fragment_text(body) if detail.item.body_type == "html" else body
    return [line for line in text.split("\n") if line.strip()][:_LINES]


def _ways_on(entry: Entry) -> dict[str, str]:
    """Commands that go on from here, each with what it does."""
    from copydesk.retrying import backfill_command

    if entry.state == "resolved":
        return {}
    number = entry.quarantine_id
    ways = {}
    if entry.address and not entry.archived:
        ways[f"copydesk refine {shlex.quote(entry.address)}"] = "shows what is made now of what is there now"
    if entry.archived:
        ways[backfill_command(entry)] = "reads its archive again; what is loaded of it is not loaded twice"
    else:
        taken = "takes it back and tries it again" if entry.state == "dropped" else "tries it again"
        ways[f"copydesk quarantine retry {number}"] = taken
    if entry.state == "waits":
        ways[f"copydesk quarantine drop {number}"] = "decides that it needs no retry"
    return ways


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Any]:
    """A progress bar on a terminal; gives what moves it on."""
    if quiet or total <= 1 or not sys.stderr.isatty():
        yield lambda _: None
        return
    with _bar() as bar:
        task = bar.add_task("trying again", total=total)
        yield lambda number: bar.advance(task, number)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _print_table(found: Sequence[Entry]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from copydesk.terminal import printable

    table = Table(box=None, pad_edge=False)
    for name in ("id", "source", "stage", "reason", "since", "item"):
        table.add_column(name, justify="right" if name == "id" else "left", no_wrap=name != "item", overflow="fold")
    for entry in found:
        cells = (
            str(entry.quarantine_id),
            entry.source,
            entry.stage,
            entry.reason,
            f"{entry.created_at:%Y-%m-%d %H:%M}",
            printable(" ".join(entry.name.split())),
        )
        table.add_row(*map(Text, cells))
    Console(width=None if sys.stdout.isatty() else 1000).print(table)


def _state(dropped: bool, number: int) -> str:
    if dropped:
        return "was dropped" if number == 1 else "were dropped"
    return "waits" if number == 1 else "wait"


def _counted(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _by_reason(reasons: dict[str, int]) -> str:
    ordered = sorted(reasons.items(), key=lambda counted: (-counted[1], counted[0]))
    return ", ".join(f"{number:,} {reason}" for reason, number in ordered)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
