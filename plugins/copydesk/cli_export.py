"""``copydesk export``: articles out again."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from copydesk.errors import ConfigurationError

EXPORTS = ("ninjs", "jsonld", "jsonl", "csv", "parquet")


@click.command()
@click.option("--format", "form", required=True, type=click.Choice(EXPORTS), help="jsonld is schema.org's NewsArticle.")
@click.option("--source", help="Only of this source.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only what was published on this day, UTC.")
@click.option("--where", metavar="SQL", help="Only where this holds of a row of current_article: \"language = 'pt'\".")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of standard output.")
def export(
    form: str, source: str | None, day: datetime | None, where: str | None, limit: int | None, output: Path | None
) -> None:
    """Write articles of the warehouse in a format that others read."""
    from copydesk.export import read_articles, write_articles

    rows = read_articles(source=source, day=day and day.date(), where=where, limit=limit)
    if output is None:
        count = write_articles(rows, form, sys.stdout.buffer)
    else:
        # Under its name there is a whole file or none.
        part = output.with_name(f"{output.name}.part")
        try:
            with part.open("wb") as file:
                count = write_articles(rows, form, file)
            part.replace(output)
        except OSError as error:
            raise ConfigurationError(f"{output} can't be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)
    click.echo(f"{count:,} article{'' if count == 1 else 's'}", err=True)
