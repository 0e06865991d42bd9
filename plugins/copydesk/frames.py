"""The warehouse as pandas DataFrames, for analysts: ``copydesk.frames.articles(source="harbour_post")``.

Needs ``pip install copydesk[frames]``. Reads the views, with the rights of ``copydesk_reader``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from copydesk.warehouse.connection import Role, transaction

if TYPE_CHECKING:
    from pandas import DataFrame


def articles(*, source: str | None = None, limit: int | None = None) -> DataFrame:
    """Articles in their newest revision, newest first; ``published``, ``modified`` and ``seen_at`` are times in UTC."""
    return _frame("current_article", source, limit, without=("search",), order="published")


def facts(*, source: str | None = None, limit: int | None = None) -> DataFrame:
    """All facts in one shape: item, type, span, words, value."""
    return _frame("fact", source, limit, order="item_id")


def removals(*, source: str | None = None, limit: int | None = None) -> DataFrame:
    """What was taken out of the articles, with kind, rule and confidence."""
    return _frame("article_removal", source, limit, order="item_id")


def _frame(view: str, source: str | None, limit: int | None, *, order: str, without: tuple[str, ...] = ()) -> DataFrame:
    import pandas as pd

    statement = sql.SQL(
        "SELECT * FROM {} WHERE %(source)s::text IS NULL OR source = %(source)s "
        "ORDER BY {} DESC NULLS LAST LIMIT %(limit)s"
    ).format(sql.Identifier(view), sql.Identifier(order))
    with transaction(Role.READER) as connection, connection.cursor() as cursor:
        cursor.execute(statement, {"source": source, "limit": limit})
        assert cursor.description is not None
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        columns = [column.name for column in cursor.description]
        times = [column.name for column in cursor.description if column.type_code == _TIMESTAMPTZ]
    frame = pd.DataFrame(rows, columns=columns).drop(columns=list(without))
    for name in times:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame.convert_dtypes()


_TIMESTAMPTZ = 1184
