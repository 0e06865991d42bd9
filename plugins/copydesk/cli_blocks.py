"""``copydesk blocks``: lines that recur in a source's articles, looked at and decided on."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from copydesk.errors import ConfigurationError
from copydesk.model import RemovalKind

if TYPE_CHECKING:
    from copydesk.warehouse.block_review import Shown

STATUSES = ("candidate", "applied", "approved", "rejected", "retired")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ids = click.argument("block_ids", metavar="ID...", nargs=-1, required=True, type=int)
_again = click.option("--again", is_flag=True, help="Mark the articles that it concerns to be refined again.")


@click.group()
def blocks() -> None:
    """What recurs in a source's articles: list it, and approve or reject that it is stripped."""


@blocks.command("list")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES), help="Only these; may be repeated.")
@click.option("--source", help="Only of this source.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
@_as_json
def list_all(statuses: tuple[str, ...], source: str | None, limit: int, as_json: bool) -> None:
    """Show the blocks that were seen more than twice, the best supported first."""
    from copydesk.boilerplate.recurring import Status
    from copydesk.warehouse.block_review import list_blocks
    from copydesk.warehouse.connection import transaction

    with transaction() as connection:
        found = list_blocks(connection, source=source, statuses=[Status(status) for status in statuses], limit=limit)
    if as_json:
        _print_json([asdict(block) for block in found])
    elif found:
        _print_table(found)
    else:
        click.echo("no block recurs yet; they are learned as articles are refined", err=True)


@blocks.command()
@click.argument("block_id", metavar="ID", type=int)
@_as_json
def show(block_id: int, as_json: bool) -> None:
    """Show the evidence on a block, why it isn't applied by itself, and which articles still have it."""
    from copydesk.terminal import printable
    from copydesk.warehouse.block_review import affected, list_blocks
    from copydesk.warehouse.connection import transaction

    with transaction() as connection:
        found = list_blocks(connection, block_ids=[block_id])
        if not found:
            raise ConfigurationError(f"there is no block {block_id}; `copydesk blocks list` shows those there are")
        still = affected(connection, block_id, limit=1000)
    block = found[0]
    if as_json:
        _print_json({**asdict(block), "still_in": still})
        return
    click.echo(f"{printable(block.text)}\n")
    rows = {
        "source": block.source,
        "status": block.status,
        "kind": block.kind or "not known; promo where it is stripped",
        "support": f"{block.support:,} articles on {block.days:,} days",
        "share": f"{block.share:.0%} of the source's latest articles",
        "place": f"{block.place}, at one place in {block.steady:.0%} of them",
        "headlines": f"{block.alike:.0%} alike",
        "words": f"{block.topical:.0%} are in the rest of the articles too",
        "figures": f"others in {block.varied:,} articles",
        "suspicion": f"{block.suspicion:.0%} by the scorer",
        "seen": f"{block.first_seen:%Y-%m-%d %H:%M} to {block.last_seen:%Y-%m-%d %H:%M}",
        "examples": ", ".join(map(str, block.examples)),
        "still in": f"{len(still):,} articles",
        "why it waits": "; ".join(block.doubts) or "-",
    }
    for name, value in rows.items():
        click.echo(f"{name:<14}{value}")


@blocks.command()
@_ids
@click.option("--kind", type=click.Choice([str(kind) for kind in RemovalKind]), help="What it is.")
@_again
def approve(block_ids: tuple[int, ...], kind: str | None, again: bool) -> None:
    """Strip blocks from the articles that are refined from now on."""
    _decide(block_ids, "approved", RemovalKind(kind) if kind else None, again)


@blocks.command()
@_ids
@_again
def reject(block_ids: tuple[int, ...], again: bool) -> None:
    """Never strip blocks: they are news."""
    _decide(block_ids, "rejected", None, again)


def _decide(block_ids: tuple[int, ...], status: str, kind: RemovalKind | None, again: bool) -> None:
    from copydesk.boilerplate.recurring import Status
    from copydesk.warehouse.block_review import decide, restore, take_out
    from copydesk.warehouse.connection import transaction

    with transaction() as connection:
        decide(connection, block_ids, Status(status), kind=kind)
    number = len(set(block_ids))
    click.echo(f"{number:,} block{'' if number == 1 else 's'} {status}")
    if again:
        mark = take_out if status == "approved" else restore
        with transaction() as connection:
            marked = mark(connection, block_ids)
        click.echo(f"{marked:,} article{'' if marked == 1 else 's'} will be refined again by the next run")


def _print_table(found: list[Shown]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from copydesk.terminal import printable

    table = Table(box=None, pad_edge=False)
    for name in ("id", "source", "status", "support", "share", "place", "last seen", "text"):
        table.add_column(
            name, justify="right" if name in ("id", "support", "share") else "left", no_wrap=name != "text"
        )
    for block in found:
        cells = (
            str(block.block_id),
            block.source,
            block.status,
            f"{block.support:,}",
            f"{block.share:.0%}",
            block.place,
            f"{block.last_seen:%Y-%m-%d %H:%M}",
            printable(block.text),
        )
        table.add_row(*map(Text, cells))
    Console(width=None if sys.stdout.isatty() else 1000).print(table)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
