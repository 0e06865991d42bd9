"""Whether a larger warehouse is slower: the same items into one of 10,000 articles and one of 100,000, in turns.

    python -m tests.benchmarks.growth [--items 400] [--rounds 7] [--small 10000] [--large 100000]

Both are on one Postgres, which shares one core with this process. They are made of 2,000 articles that were loaded,
whose rows the server then multiplied, with other ids and keys. In turns, for a machine that is fast now and slow later
would say more of itself than of the warehouse.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import closing
from statistics import median

import psycopg2
from psycopg2 import sql

from copydesk import jobs
from copydesk.warehouse import migrate
from copydesk.warehouse.connection import one_session
from copydesk.warehouse.server import Server

from .end_to_end import warehouse
from .plain import keep

SEED = 2000
STEPS = ("load", "refine", "link")
IDS = {"item_id", "payload_id", "story_id", "copy_of", "batch_id"}
OTHER = {
    ("payload", "sha256"): "sha256(sha256 || int4send(k))",
    ("item_key", "key"): "sha256(key || int4send(k))",
    ("story_key", "key"): "hashint8extended(key, k)",
}
"""What is unique besides ids."""
NOT_MULTIPLIED = {"quarantine", "address", "fetch_record", "recurring_block", "page"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=400, help="Of each round.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    with warehouse() as server:
        server.ensure_database("seed")
        load(server, "seed", 0, SEED)
        sizes = {"small": options.small, "large": options.large}
        for name, size in sizes.items():
            began = time.monotonic()
            grow(server, name, max(1, size // SEED))
            print(f"{name}: {size:,} articles, made in {time.monotonic() - began:.0f} s", flush=True)
        ratios: dict[str, list[float]] = {step: [] for step in (*STEPS, "all")}
        for number in range(options.rounds + 1):
            names = sorted(sizes, reverse=bool(number % 2))
            spent = {name: load(server, name, 10**7 + number * options.items, options.items) for name in names}
            if not number:
                continue  # the first round fills the caches
            for spent_by in spent.values():
                spent_by["all"] = sum(spent_by.values())
            for step, found in ratios.items():
                found.append(spent["large"][step] / spent["small"][step])
            rates = ", ".join(f"{name} {options.items / spent[name]['all']:.1f}" for name in sizes)
            print(f"round {number}: articles a second: {rates}", flush=True)
        print(f"seconds with {options.large:,} articles by those with {options.small:,}, median of the rounds:")
        print(", ".join(f"{step} {median(found):.2f}" for step, found in ratios.items()))


def load(server: Server, database: str, first: int, count: int) -> dict[str, float]:
    """Items from payload to linked articles; gives the seconds of each step."""
    os.environ["COPYDESK_DSN"] = server.dsn(database)
    if database == "seed":
        migrate()
    seconds = {}
    with one_session():
        began = time.perf_counter()
        jobs.load_payloads(keep(first, count))
        seconds["load"] = time.perf_counter() - began
        began = time.perf_counter()
        made = sum(jobs.refine_items(*ids).new for ids in jobs.plan_batches())
        seconds["refine"] = time.perf_counter() - began
        began = time.perf_counter()
        jobs.link_stories()
        seconds["link"] = time.perf_counter() - began
    assert made == count, (made, count)
    return seconds


def grow(server: Server, name: str, times: int) -> None:
    """A warehouse with so many times the rows of the first."""
    with closing(psycopg2.connect(server.dsn("postgres"))) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE seed").format(sql.Identifier(name)))
    with closing(psycopg2.connect(server.dsn(name), options="-c search_path=copydesk")) as grown:
        grown.autocommit = True
        with grown.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # the references of the rows are copied with them
            for table, columns in tables(grown).items():
                copied = sql.SQL(", ").join(map(sql.Identifier, columns))
                changed = sql.SQL(", ").join(sql.SQL(other(table, column)) for column in columns)
                cursor.execute(
                    sql.SQL(
                        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}, generate_series(1, %s) AS k"
                    ).format(sql.Identifier(table), copied, changed, sql.Identifier(table)),
                    (times - 1,),
                )
            for table, column in (("item", "item_id"), ("payload", "payload_id"), ("story", "story_id"),
                                  ("batch", "batch_id")):  # fmt: skip
                cursor.execute(
                    sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), max({})) FROM {}").format(
                        sql.Identifier(column), sql.Identifier(table)
                    ),
                    (table, column),
                )
            cursor.execute("UPDATE learned_source SET articles = articles * %s", (times,))
            cursor.execute("SET session_replication_role = origin")
            cursor.execute("VACUUM (ANALYZE)")


def tables(connection: psycopg2.extensions.connection) -> dict[str, list[str]]:
    """The tables of which each article, item or payload has rows, with their columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, array_agg(attname::text ORDER BY attnum)
            FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
            WHERE relnamespace = 'copydesk'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
              AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            GROUP BY relname HAVING array_agg(attname::text) && %s AND relname <> ALL(%s)
            """,
            (list(IDS), list(NOT_MULTIPLIED)),
        )
        return dict(cursor.fetchall())


def other(table: str, column: str) -> str:
    """The expression for a column of the ``k``-th copy of a row."""
    return OTHER.get((table, column)) or (f"{column} + k * 1000000::bigint" if column in IDS else f'"{column}"')


if __name__ == "__main__":
    main()
