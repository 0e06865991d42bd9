"""Articles out again: ninjs 3.1 and schema.org NewsArticle for other newsrooms' systems, tables for analysts.

Rows are read by a cursor on the server and written as they come, so that a year takes no more memory than a day; only
Parquet needs all of them. What ninjs and JSON-LD have is read back by :func:`copydesk.parse` as it was.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

import psycopg2
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from copydesk.errors import ConfigurationError
from copydesk.metadata.subjects import topic_label
from copydesk.model import Precision, Signal
from copydesk.warehouse.connection import Role, session

_COLUMNS = (
    "item_id revision source source_country title language published modified authors outlet agency origin url keywords"
    " text word_count signal story_id copy_of similarity refined_by seen_at published_on published_precision"
    " published_zone modified_precision modified_zone flags"
).split()
_TOPICS = sql.SQL(
    "array(SELECT topic FROM article_subject s WHERE s.item_id = a.item_id AND topic IS NOT NULL"
    " GROUP BY topic ORDER BY min(position))"
)
_BATCH = 500
_MEDIA_TOPIC = "http://cv.iptc.org/newscodes/mediatopic/"
_PUBLICATION = {Signal.WITHHELD: "withheld", Signal.KILL: "canceled"}
"""ninjs's status of publication by the source's signal; of all others ``usable``."""

Row = Mapping[str, Any]


def read_articles(
    *,
    source: str | None = None,
    day: date | None = None,
    where: str | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Articles in their newest revision, with the rights of ``copydesk_reader``, oldest first.

    ``day`` is of publication, in UTC; ``where`` a condition in SQL on the view ``current_article``. Raises
    :class:`ConfigurationError` where Postgres refuses it.
    """
    condition = sql.SQL((where or "true").replace("%", "%%") + "\n")
    statement = sql.SQL(
        """
        SELECT {}, {} AS topics FROM current_article a
        WHERE (%(source)s::text IS NULL OR source = %(source)s)
          AND (%(day)s::date IS NULL OR published >= %(day)s AND published < %(day)s::date + 1)
          AND ({})
        ORDER BY published NULLS LAST, item_id LIMIT %(limit)s
        """
    ).format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)), _TOPICS, condition)
    with session(Role.READER) as connection, connection:
        connection.set_session(readonly=True)
        with connection.cursor("export", cursor_factory=RealDictCursor) as cursor:
            cursor.itersize = _BATCH
            try:
                cursor.execute(statement, {"source": source, "day": day, "limit": limit})
            except (psycopg2.ProgrammingError, psycopg2.DataError, psycopg2.InternalError) as error:
                if where is None:
                    raise
                raise ConfigurationError(f"Postgres refuses the condition: {str(error).splitlines()[0]}") from error
            yield from map(dict, cursor)


def ninjs(row: Row) -> dict[str, Any]:
    """An article as the IPTC's ninjs 3.1 has it."""
    sources = [("provider", row["outlet"]), ("originator", row["agency"])]
    return _without_nothing(
        {
            "uri": row["url"] or f"urn:copydesk:item:{row['item_id']}",
            "standard": {"name": "ninjs", "version": "3.1"},
            "type": "text",
            "representationType": "full",
            "version": str(row["revision"]),
            "pubStatus": _PUBLICATION.get(row["signal"], "usable"),
            "contentCreated": _iso(row["published"], row["published_zone"]),
            "versionCreated": _iso(row["modified"], row["modified_zone"]),
            "language": row["language"],
            "headlines": [{"role": "main", "value": row["title"]}] if row["title"] else [],
            "by": "; ".join(row["authors"]),
            "people": [{"rel": "creator", "name": name} for name in row["authors"]],
            "infoSources": [{"role": role, "name": name} for role, name in sources if name],
            "subjects": [
                *({"name": keyword} for keyword in row["keywords"]),
                # Without a name, which would be one keyword more.
                *({"uri": _topic_uri(topic), "literal": topic} for topic in row["topics"]),
            ],
            "bodies": [
                {"role": "main", "contentType": "text/plain", "wordCount": row["word_count"], "value": row["text"]}
            ],
            "altIds": [{"role": "copydesk", "value": str(row["item_id"])}],
        }
    )


def news_article(row: Row) -> dict[str, Any]:
    """An article as schema.org's NewsArticle in JSON-LD."""
    return _without_nothing(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "identifier": f"urn:copydesk:item:{row['item_id']}",
            "url": row["url"],
            "headline": row["title"],
            "datePublished": _as_precise(row, "published"),
            "dateModified": _as_precise(row, "modified"),
            "inLanguage": row["language"],
            "author": [{"@type": "Person", "name": name} for name in row["authors"]],
            "publisher": {"@type": "NewsMediaOrganization", "name": row["outlet"]} if row["outlet"] else None,
            "creditText": row["agency"],
            "keywords": list(row["keywords"]),
            "about": [
                {"@type": "Thing", "name": topic_label(topic), "sameAs": _topic_uri(topic)} for topic in row["topics"]
            ],
            "wordCount": row["word_count"],
            "articleBody": row["text"],
        }
    )


def _iso(moment: datetime | None, zone: str | None) -> str | None:
    """In the zone that it was stated with."""
    if moment is None:
        return None
    return moment.astimezone(datetime.fromisoformat(f"2000-01-01T00:00{zone or '+00:00'}").tzinfo).isoformat()


def _as_precise(row: Row, name: str) -> str | None:
    """Of a time of which no more than the day is known, the day, where no zone says when it began."""
    iso, zone = _iso(row[name], row[f"{name}_zone"]), row[f"{name}_zone"]
    coarse = row[f"{name}_precision"] in (Precision.YEAR, Precision.MONTH, Precision.DAY)
    return iso[:10] if iso and coarse and zone is None else iso


def _topic_uri(topic: str) -> str:
    return _MEDIA_TOPIC + topic.partition(":")[2]


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def write_articles(rows: Iterable[Row], form: str, out: IO[bytes]) -> int:
    """Write articles in one of :data:`FORMATS`; says how many."""
    return _WRITERS[form](rows, out)


def _write_array(shape: Callable[[Row], dict[str, Any]]) -> Callable[[Iterable[Row], IO[bytes]], int]:
    def write(rows: Iterable[Row], out: IO[bytes]) -> int:
        count = 0
        for count, row in enumerate(rows, 1):
            out.write(b"[\n" if count == 1 else b",\n")
            out.write(_json(shape(row)))
        out.write(b"\n]\n" if count else b"[]\n")
        return count

    return write


def _write_lines(rows: Iterable[Row], out: IO[bytes]) -> int:
    count = 0
    for row in rows:
        out.write(_json(row) + b"\n")
        count += 1
    return count


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_csv(rows: Iterable[Row], out: IO[bytes]) -> int:
    text = io.TextIOWrapper(out, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow((*_COLUMNS, "topics"))
    count = 0
    for row in rows:
        count += 1
        writer.writerow("; ".join(value) if isinstance(value, list) else value for value in row.values())
    text.flush()
    text.detach()
    return count


def _write_parquet(rows: Iterable[Row], out: IO[bytes]) -> int:
    try:
        import pandas as pd
        import pyarrow  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(f"Parquet needs `pip install copydesk[frames]`: {error}") from error
    frame = pd.DataFrame(list(rows), columns=[*_COLUMNS, "topics"]).convert_dtypes()
    for name in ("published", "modified", "seen_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    out.write(frame.to_parquet(index=False))
    return len(frame)


_WRITERS: dict[str, Callable[[Iterable[Row], IO[bytes]], int]] = {
    "ninjs": _write_array(ninjs),
    "jsonld": _write_array(news_article),
    "jsonl": _write_lines,
    "csv": _write_csv,
    "parquet": _write_parquet,
}
FORMATS = tuple(_WRITERS)
