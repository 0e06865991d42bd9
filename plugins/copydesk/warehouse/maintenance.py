"""Old bytes and records out, statistics anew."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from copydesk.warehouse.connection import SCHEMA


def drop_payloads(connection: Connection, *, days: int, limit: int) -> tuple[int, int]:
    """Delete the bytes of up to ``limit`` payloads that were last seen, and loaded, more than ``days`` ago; says how
    many, and how many bytes.

    Only of those that are loaded, whose items are refined, and that nothing in quarantine needs. Never of an item's own
    page, of which its article is made anew, nor of what an address still stands for. The payload's row stays: that the
    same bytes were loaded before is not forgotten.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH old AS (
                SELECT p.payload_id, p.seen_at, p.size FROM payload p
                WHERE p.content_dropped_at IS NULL AND p.loaded_at IS NOT NULL
                  AND greatest(p.last_seen_at, p.loaded_at) < now() - make_interval(days => %s)
                  AND NOT EXISTS (
                      SELECT FROM item i WHERE i.payload_id = p.payload_id AND i.refined_revision < i.revision
                  )
                  AND NOT EXISTS (SELECT FROM page g WHERE g.payload_id = p.payload_id)
                  AND NOT EXISTS (SELECT FROM address a WHERE a.payload_id = p.payload_id)
                  AND NOT EXISTS (
                      SELECT FROM quarantine q WHERE q.payload_id = p.payload_id AND q.resolved_at IS NULL
                  )
                ORDER BY p.payload_id LIMIT %s FOR UPDATE OF p SKIP LOCKED
            ), gone AS (
                DELETE FROM payload_content c USING old WHERE c.payload_id = old.payload_id AND c.seen_at = old.seen_at
            ), noted AS (
                UPDATE payload SET content_dropped_at = now() FROM old WHERE payload.payload_id = old.payload_id
            )
            SELECT count(*), coalesce(sum(size), 0) FROM old
            """,
            (days, limit),
        )
        row = cursor.fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)


def drop_records(connection: Connection, *, days: int, limit: int) -> int:
    """Delete up to ``limit`` run records and as many fetch records that are older than ``days``; says how many."""
    deleted = 0
    with connection.cursor() as cursor:
        for table, key, moment in (("batch", "batch_id", "finished_at"), ("fetch_record", "fetch_id", "started_at")):
            cursor.execute(
                f"""
                DELETE FROM {table} WHERE {key} IN (
                    SELECT {key} FROM {table} t WHERE {moment} < now() - make_interval(days => %s)
                      AND NOT EXISTS (
                          SELECT FROM quarantine q WHERE q.payload_id = t.payload_id AND q.resolved_at IS NULL
                      )
                    ORDER BY {key} LIMIT %s
                )
                """,  # noqa: S608 - the tables are this module's own
                (days, limit),
            )
            deleted += cursor.rowcount
    return deleted


def changed_tables(connection: Connection) -> list[str]:
    """The tables that changed by more than a tenth, or a thousand rows, since they were last vacuumed or analysed."""
    return _tables(
        connection,
        """
        greatest(n_mod_since_analyze, n_dead_tup) > 1000 OR n_ins_since_vacuum > 1000
        OR greatest(n_mod_since_analyze, n_dead_tup) > n_live_tup / 10
        """,
    )


def partitioned_tables(connection: Connection) -> list[str]:
    """The partitioned tables that were not analysed in a week: Postgres counts no changes of them, and plans by their
    statistics all the same."""
    return _tables(
        connection,
        """
        relid IN (SELECT partrelid FROM pg_partitioned_table)
        AND coalesce(last_analyze, '-infinity') < now() - interval '7 days'
        """,
    )


def _tables(connection: Connection, condition: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT relname FROM pg_stat_user_tables WHERE schemaname = %s AND ({condition})
            ORDER BY greatest(n_mod_since_analyze, n_dead_tup) DESC
            """,  # noqa: S608 - the conditions are this module's own
            (SCHEMA,),
        )
        return [name for (name,) in cursor.fetchall()]


def vacuum(connection: Connection, table: str) -> bool:
    """Vacuum and analyse a table, outside of a transaction; ``False`` where we may not."""
    return _allowed(connection, "VACUUM (ANALYZE) {}", table)


def analyse(connection: Connection, table: str) -> bool:
    """Make the statistics of a table, outside of a transaction; ``False`` where we may not."""
    return _allowed(connection, "ANALYZE {}", table)


def _allowed(connection: Connection, command: str, table: str) -> bool:
    connection.notices.clear()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(command).format(sql.Identifier(SCHEMA, table)))
    return not any("permission denied" in notice for notice in connection.notices)
