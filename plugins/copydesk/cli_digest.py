"""``copydesk digest``: a day on one page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from copydesk.errors import ConfigurationError


@click.command()
@click.option("--day", metavar="YYYY-MM-DD", help="The day in UTC; yesterday where none is named.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The page's file.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures; the page only with --output.")
def digest(day: str | None, output: Path | None, as_json: bool) -> None:
    """Write what the job did on a day, and what the news was, as a page with charts.

    Without --output it is digest-DAY.html in the folder COPYDESK_DIGEST_FOLDER, else in digests/ beside
    the data of this machine.
    """
    from copydesk.digest import chosen_day, digest_path, read_figures, summary, write_page

    try:
        asked = chosen_day(day, datetime.now(UTC).date() - timedelta(days=1))
    except ConfigurationError as error:
        raise click.BadParameter(str(error), param_hint="--day") from error
    figures = read_figures(asked)
    if as_json:
        click.echo(json.dumps(figures.as_json(), indent=2, ensure_ascii=False, default=str))
        if output:
            write_page(figures, output)
        return
    written = write_page(figures, output or digest_path(asked))
    for line in summary(written):
        click.echo(line)
    click.echo(written["path"])
