"""What `make run` shows at its end: what came in, what was loaded, what was removed, and where to look further."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection
from rich.console import Console
from rich.table import Table

from copydesk.warehouse.connection import Role, transaction

_FLOW = """
SELECT source, count(*) FILTER (WHERE outcome = 'changed'), count(*) FILTER (WHERE outcome IN ('same', 'not_modified')),
       count(*) FILTER (WHERE outcome IN ('failed', 'postponed')),
       coalesce(sum(new), 0), coalesce(sum(revised), 0), coalesce(sum(unchanged), 0), coalesce(sum(quarantined), 0)
FROM fetch_account WHERE run_id = ANY(%s) GROUP BY source ORDER BY source
"""
_TOTALS = """
SELECT count(*), count(DISTINCT split_part(language, '-', 1)), count(copy_of), count(DISTINCT story_id)
FROM current_article
"""
_REMOVALS = "SELECT kind, count(*), sum(stop - start) FROM article_removal GROUP BY kind ORDER BY 2 DESC, kind"
_FACTS = "SELECT type, count(*), count(DISTINCT item_id) FROM fact GROUP BY type ORDER BY 2 DESC, type"
_QUARANTINE = "SELECT source, item_name, reason, message FROM quarantined ORDER BY quarantine_id"


def print_summary(run_ids: list[str], console: Console | None = None) -> None:
    """Print the tables for these runs, read from the warehouse as an analyst would."""
    console = console or Console()
    with transaction(Role.READER) as connection:
        flow = _rows(connection, _FLOW, (run_ids,))
        (articles, languages, copies, stories), *_ = _rows(connection, _TOTALS)
        removals, facts = _rows(connection, _REMOVALS), _rows(connection, _FACTS)
        quarantine = _rows(connection, _QUARANTINE)

    console.print()
    columns = ("source", "changed", "same", "failed", "new items", "revised", "unchanged", "unreadable")
    console.print(_table("This run", columns, [*flow, _sum(flow)] if flow else []))
    console.print(
        f"\n[bold]{articles} articles[/] in the warehouse, in {languages} languages; "
        f"[bold]{copies}[/] are copies of another, so there are {stories} stories.\n"
    )
    side_by_side = Table.grid(padding=(0, 4))
    side_by_side.add_row(
        _table("Removed as boilerplate", ("kind", "spans", "characters"), removals),
        _table("Facts", ("type", "facts", "articles"), facts),
    )
    console.print(side_by_side)
    if quarantine:
        console.print()
        console.print(_table("In quarantine", ("source", "item", "reason", "what is wrong"), quarantine))
    console.print(
        """
Look further:
  make up                                        Airflow with the Newsdesk page
  .venv/bin/copydesk refine FILE                 one document cleaned, in colour
  make psql                                      SELECT * FROM current_article LIMIT 5; \\d+ fact
  make down                                      ends every process that was started
""",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


def _rows(connection: Connection, query: str, values: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _sum(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    return ("together", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    from rich.markup import escape

    table = Table(title=title, title_justify="left", title_style="bold")
    for at, name in enumerate(columns):
        numeric = bool(rows) and not isinstance(rows[0][at], str | None)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(value)) if value is not None else "" for value in row))
    return table
