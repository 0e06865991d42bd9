"""``python -m copydesk.local up | down | run | status | psql``: what the Makefile's targets call."""

from __future__ import annotations

import sys
import time
from signal import SIGTERM, signal
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from copydesk.errors import CopydeskError

if TYPE_CHECKING:
    from copydesk.local.services import Services

console = Console(highlight=False, soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Airflow and Postgres on this machine."""


@cli.command()
def up() -> None:
    """Start Airflow on the embedded Postgres; starts anew what has died."""
    from copydesk.local import services

    started = time.monotonic()
    with console.status("starting Airflow: half a minute"):
        found = services.up()
    if len(found.started) == len(services.COMPONENTS):
        console.print(f"[green]✓[/] Airflow runs ({time.monotonic() - started:.0f} s)")
    elif found.started:
        console.print(f"[green]✓[/] Airflow runs; started anew: {', '.join(found.started)}")
    else:
        console.print("[green]✓[/] Airflow runs already")
    for file in found.broken_dags:
        console.print(f"[red]✗[/] {file} can't be imported; the address below says why")
    _describe(found)


@cli.command()
def down() -> None:
    """End every process of Airflow and the embedded Postgres."""
    from copydesk.local import services

    with console.status("ending all processes"):
        ended = services.down()
    console.print(f"[green]✓[/] {ended} processes ended, nothing is left" if ended else "[green]✓[/] nothing ran")


@cli.command()
def status() -> None:
    """Say what runs. Exit code 1 where Airflow does not, or not all of it."""
    from copydesk.local import services
    from copydesk.warehouse import server

    postgres = server.status()
    console.print(f"Postgres: {postgres.dsn('copydesk')}" if postgres else "Postgres does not run")
    found = services.status()
    if found is None:
        console.print("Airflow does not run")
    else:
        _describe(found)
    if found is None or found.running.keys() != services.COMPONENTS.keys():
        sys.exit(1)


@cli.command()
def run() -> None:
    """Load the bundled sample sources through the real DAGs and show what came of it."""
    from copydesk.local.demo import run_demo

    sys.exit(run_demo(console))


@cli.command()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql on the warehouse with the rights of an analyst, or run it with ARGUMENTS (after --)."""
    import os

    from copydesk.warehouse.connection import SCHEMA, Role, resolve_dsn
    from copydesk.warehouse.server import client_binary

    client = str(client_binary("psql"))
    settings = f"-c search_path={SCHEMA} -c role={Role.READER} -c timezone=UTC"
    os.execve(client, [client, resolve_dsn(), *arguments], {**os.environ, "PGOPTIONS": settings})  # noqa: S606


def _describe(found: Services) -> None:
    from copydesk.local.environment import USER, drop_folder, log_folder
    from copydesk.local.services import COMPONENTS

    missing = [name for name in COMPONENTS if name not in found.running]
    console.print(f"  address   {found.url}\n  user      {USER}\n  password  {found.keys.password}")
    console.print(f"  logs      {log_folder()}\n  drop      {drop_folder()}\n  stop      make down")
    if missing:
        console.print(f"[red]✗[/] dead: {', '.join(missing)}; `make up` starts it again")


def main() -> None:
    # So that a terminated run ends its child too.
    signal(SIGTERM, lambda *_: sys.exit(128 + SIGTERM))
    try:
        cli()
    except CopydeskError as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        sys.exit(1)


if __name__ == "__main__":
    main()
