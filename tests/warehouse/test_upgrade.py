"""From every release before to this one: its warehouse, restored from a dump, is migrated, and the job goes on."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from click.testing import CliRunner
from tests.warehouse.old_release import (
    NEW_FEED,
    NEWER_FEED,
    PIERS,
    PROMO,
    ROWS,
    SINCE,
    UNTIL,
    VISIT,
    make,
    restore,
    write,
)

from copydesk import jobs, reprocess
from copydesk.cli import cli
from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.model import Article, Item, Payload
from copydesk.pipeline import VERSION, Context, refine
from copydesk.refinery import Refinery
from copydesk.reprocess import Scope, select
from copydesk.sources import Source
from copydesk.warehouse import Role, connect, migrate
from copydesk.warehouse.items import Counts
from copydesk.warehouse.migrate import migrations, sql_folder
from copydesk.warehouse.server import Server

RELEASES = (*range(1, len(migrations()) - 1, 3), len(migrations()) - 1)
"""The first, the last, and some between: each takes two seconds."""
SOURCE = Source(name="harbour_post", outlet="The Harbour Post", language="en")
NOW = datetime.now(UTC)
ARTICLES = [1, 2, 3, 6]
"""The items of which an old release made articles."""

Query = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Upgraded:
    """A warehouse that was migrated from a release, and what was in it before, by table."""

    release: int
    dsn: str
    before: dict[str, list[dict[str, Any]]]
    applied: list[str]


def asker(dsn: str, role: Role | None = None) -> Query:
    def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(connect(role, dsn=dsn)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return ask


def contents(dsn: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but for the migrations."""
    with closing(connect(None, dsn=dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'copydesk'::regnamespace "
            "AND NOT relispartition AND relname <> 'schema_migration'"
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")
            found[table] = [row for (row,) in cursor.fetchall()]
        return found


@pytest.fixture(scope="module", params=RELEASES)
def upgraded(postgres: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Upgraded:
    release, file = request.param, tmp_path_factory.mktemp("dump") / "dump.sql"
    write(postgres, release, file)
    name = f"upgraded_{release}"
    postgres.ensure_database(name)
    dsn = postgres.dsn(name)
    restore(dsn, file)
    before = contents(dsn)
    return Upgraded(release, dsn, before, migrate(dsn))


@pytest.fixture
def query(upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Query:
    """Ask the upgraded warehouse as its owner; the library's connections lead to it too."""
    settings = [{"name": SOURCE.name, "outlet": SOURCE.outlet, "language": "en"}, {"name": "vale_wire"}]
    (tmp_path / "sources.yaml").write_text(json.dumps({"sources": settings}))
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    monkeypatch.setenv("COPYDESK_DSN", upgraded.dsn)
    monkeypatch.delenv("AIRFLOW_CONN_COPYDESK", raising=False)
    return asker(upgraded.dsn)


def test_nothing_is_lost(upgraded: Upgraded) -> None:
    assert upgraded.applied == [f"{m.version:04}_{m.name}" for m in migrations()[upgraded.release :]]
    assert {table for table, rows in upgraded.before.items() if rows} == {
        table for table in ROWS if SINCE.get(table, 1) <= upgraded.release
    }
    after = contents(upgraded.dsn)
    for table, rows in upgraded.before.items():
        gone = {name.partition(".")[2] for name in UNTIL if name.startswith(f"{table}.")}
        kept = [{column: row[column] for column in row if column not in gone} for row in rows]
        found = [{column: row[column] for column in kept[0]} for row in after[table]] if kept else after[table]
        assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, kept)), table


def test_what_new_columns_say_of_old_rows(upgraded: Upgraded) -> None:
    query = asker(upgraded.dsn)
    assert query("SELECT count(*) FROM payload WHERE loaded_at IS DISTINCT FROM last_seen_at") == [(0,)]
    assert query("SELECT item_id, count(*) FROM item_key GROUP BY 1 ORDER BY 1") == [(n, 1) for n in range(1, 7)]
    assert query("SELECT quarantine_id, revision, tries, tried_at = created_at FROM quarantine ORDER BY 1") == [
        (1, None, 1, True),
        (2, 1, 1, True),
        (3, 1, 1, True),
        *([(4, None, 1, True)] if upgraded.release >= SINCE["archive"] else []),
    ]
    assert query("SELECT mode, said_by FROM quotation") == [
        ("direct", "Jo Quill" if upgraded.release >= SINCE["quotation.said_by"] else None)
    ]


_SCHEMA = """
SELECT 'column', c.relname, a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
                 pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'copydesk'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'table', c.relname, c.relkind::text, concat_ws(' ', obj_description(c.oid, 'pg_class'),
       (SELECT string_agg(a.acl::text, ' ' ORDER BY a.acl::text) FROM unnest(c.relacl) a (acl)))
FROM pg_class c
WHERE c.relnamespace = 'copydesk'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND NOT c.relispartition
UNION ALL
SELECT 'index', c.relname, i.relname, pg_get_indexdef(i.oid)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'copydesk'::regnamespace AND NOT c.relispartition
UNION ALL
SELECT 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'copydesk'::regnamespace AND NOT c.relispartition
UNION ALL
SELECT 'function', proname, pg_get_function_arguments(oid), concat_ws(' ', prosrc, proacl)
FROM pg_proc WHERE pronamespace = 'copydesk'::regnamespace
"""


_VIEWS = """
SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'copydesk'::regnamespace
"""


def schema(dsn: str) -> set[tuple[Any, ...]]:
    """All that migrations make. A view that went through a dump is spelt otherwise: each is once made of its text."""
    with closing(connect(None, dsn=dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(_SCHEMA)
        found = set(cursor.fetchall())
        cursor.execute(_VIEWS)
        for name, text in cursor.fetchall():
            cursor.execute(f'CREATE OR REPLACE VIEW "{name}" AS {text}')
        cursor.execute(_VIEWS)
        return found | set(cursor.fetchall())


@pytest.fixture(scope="module")
def new_schema(postgres: Server) -> set[tuple[Any, ...]]:
    postgres.ensure_database("of_today")
    migrate(postgres.dsn("of_today"))
    return schema(postgres.dsn("of_today"))


def test_the_schema_is_that_of_a_new_warehouse(upgraded: Upgraded, new_schema: set[tuple[Any, ...]]) -> None:
    """Tables, columns, indexes, views, comments and rights: whence they came makes no difference."""
    assert schema(upgraded.dsn) ^ new_schema == set()


def test_the_reader_reads_every_view_and_no_table(upgraded: Upgraded) -> None:
    with closing(connect(Role.READER, dsn=upgraded.dsn)) as reader, reader.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, relkind = 'v', has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE') FROM pg_class
            WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'copydesk'::regnamespace
            """
        )
        relations = cursor.fetchall()
        assert {name for name, is_view, may in relations if may != is_view} == set()
        for name, is_view, _ in relations:
            if is_view:
                cursor.execute(f'SELECT * FROM "{name}"')
        for file in (sql_folder() / "queries").glob("*.sql"):
            cursor.execute(file.read_text())
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT * FROM article")


def test_the_views_show_what_old_releases_made(upgraded: Upgraded) -> None:
    query = asker(upgraded.dsn)
    assert query("SELECT item_id, revision, story_id FROM current_article ORDER BY 1") == [
        (1, 2, 1),
        (2, 1, 1),
        (3, 1, 2),
        (6, 1, None),
    ]
    types = {"organisation", "person", "place", "number", "date", "quote", "attribution"}
    types |= {"dateline"} if upgraded.release >= SINCE["dateline"] else set()
    types |= {"event"} if upgraded.release >= SINCE["event"] else set()
    assert {kind for (kind,) in query("SELECT type FROM fact")} == types
    assert (
        query(
            "SELECT f.type FROM fact f JOIN current_article a USING (item_id) "
            "WHERE substr(a.text, f.start + 1, f.stop - f.start) <> f.text"
        )
        == []
    )
    assert query("SELECT count(*) FROM quarantined") == [(3 if upgraded.release >= SINCE["archive"] else 2,)]
    old = ROWS["article"][0]["refined_by"].of(upgraded.release)
    assert query("SELECT refined_by, annotated_by, articles FROM refined_version") == [(old, old, 4)]


def checks_that_fail(query: Query) -> set[str]:
    found = set()
    for file in (sql_folder() / "checks").glob("*.sql"):
        if not all(query(file.read_text())[0]):
            found.add(file.stem)
    return found


def test_the_job_goes_on(upgraded: Upgraded, query: Query) -> None:
    """Changes the warehouse, so it is the last of the tests of a release."""
    assert checks_that_fail(query) == {"nothing_waits_long"}, "an item has waited since the old release"
    finish_what_waited(query)
    bring_up_to_date(query)
    load_the_feed_again(upgraded.release, query)
    assert checks_that_fail(query) == set()


def finish_what_waited(query: Query) -> None:
    assert jobs.refine_items().new == 1
    assert retry(2) == 0
    assert retry(1) == 3, "junk is junk still"
    assert query("SELECT quarantine_id, tries FROM quarantine WHERE resolved_at IS NULL AND payload_id > 0") == [(1, 2)]
    assert query("SELECT item_id FROM current_article WHERE refined_by = %s ORDER BY 1", VERSION) == [(4,), (5,)]
    jobs.link_stories()
    assert query("SELECT count(*) FROM current_article WHERE story_id IS NULL") == [(0,)]
    assert checks_that_fail(query) == set()


def retry(entry: int) -> int:
    return CliRunner().invoke(cli, ["quarantine", "retry", str(entry), "--json"]).exit_code


def bring_up_to_date(query: Query) -> None:
    """What the old version made, and nothing else, is made anew."""
    assert reprocess.plan(select(), Scope.ALL, size=1) == (len(ARTICLES), [(id, id) for id in ARTICLES])
    (batch,) = reprocess.plan(select(), Scope.ALL)[1]
    before = contents()
    said = reprocess.reprocess(*batch, select(), Scope.ALL, dry_run=True)
    assert contents() == before
    assert (said.seen, said.failed) == (len(ARTICLES), 0)
    assert reprocess.reprocess(*batch, select(), Scope.ALL) == said
    assert reprocess.plan(select(), Scope.ALL) == (0, [])
    assert query("SELECT DISTINCT refined_by FROM item") == [(VERSION,)]
    assert query("SELECT refined_by, annotated_by, articles FROM refined_version") == [(VERSION, VERSION, 6)]
    assert query("SELECT item_id, revision FROM article WHERE refined_by <> %s", VERSION) == [(1, 1)]
    assert query("SELECT name_key FROM article_mention WHERE text = 'Reuters'") == [("wikidata:Q130879",)]
    assert query("SELECT count(*) FROM fact WHERE source_start IS NULL OR sentence IS NULL") == [(0,)]
    assert query("SELECT text FROM article WHERE item_id = 3") == [(VISIT,)]
    assert query("SELECT text FROM removal WHERE item_id = 3") == [(PROMO,)]
    assert jobs.link_stories() == (len(ARTICLES), 1)
    assert query("SELECT item_id, story_id, copy_of FROM current_article WHERE item_id <= 3 ORDER BY 1") == [
        (1, 1, None),
        (2, 1, 1),
        (3, 2, None),
    ]


def load_the_feed_again(release: int, query: Query) -> None:
    """Items that were there stay what they are: the same entry changes nothing, another one is a revision."""
    # The first release hashed an entry otherwise: where its feed still has it, it comes once more as a revision.
    assert load(NEW_FEED) == Counts(received=1, **{"revised" if release == 1 else "unchanged": 1})
    assert load(NEWER_FEED) == Counts(received=1, revised=1)
    assert jobs.refine_items().revised == 1
    assert query("SELECT revision = revisions, text, refined_by FROM current_article WHERE item_id = 1") == [
        (True, PIERS.format("three"), VERSION)
    ]
    assert query("SELECT count(*) FROM item") == [(6,)]
    jobs.link_stories()


def load(feed: bytes) -> Counts:
    payload = Payload(feed, NOW, "https://harbour.example/feed", "text/xml")
    return jobs.load_payloads([jobs.keep_payload(SOURCE, payload)]).counts


# When it goes wrong, and while others are at work ---------------------------------------------------------------------


@pytest.fixture
def older(postgres: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The warehouse of the release before a migration, to which the library's connections lead."""
    name = f"before_{request.param}_{abs(hash(request.node.name)) % 10**8}"
    postgres.ensure_database(name)
    make(postgres.dsn(name), request.param - 1)
    monkeypatch.setenv("COPYDESK_DSN", postgres.dsn(name))
    monkeypatch.delenv("AIRFLOW_CONN_COPYDESK", raising=False)
    return postgres.dsn(name)


@pytest.mark.parametrize("older", [8], indirect=True)
def test_a_migration_that_breaks_off_leaves_its_rows_alone_and_the_next_call_goes_on(
    older: str, tmp_path: Path
) -> None:
    for migration in (sql_folder() / "migrations").glob("*.sql"):
        shutil.copy(migration, tmp_path)
    (broken,) = tmp_path.glob("0011_*.sql")
    broken.write_text(broken.read_text() + "\nUPDATE entity SET name = name || '?'; SELECT 1 / 0;")
    with pytest.raises(psycopg2.errors.DivisionByZero):
        migrate(older, folder=tmp_path)
    query = asker(older)
    assert query("SELECT max(version), to_regclass('event') IS NULL FROM schema_migration") == [(10, True)]
    assert query("SELECT count(*) FROM entity WHERE name LIKE '%?'") == [(0,)]
    assert migrate(older) == [f"{m.version:04}_{m.name}" for m in migrations()[10:]]


@pytest.mark.parametrize("older", [6], indirect=True)
def test_a_warehouse_that_is_newer_than_the_code_is_refused(older: str, tmp_path: Path) -> None:
    for migration in sorted((sql_folder() / "migrations").glob("*.sql"))[:4]:
        shutil.copy(migration, tmp_path)
    with pytest.raises(ConfigurationError, match="newer than this copydesk: it has migration 5; upgrade copydesk"):
        migrate(older, folder=tmp_path)


class Migration(threading.Thread):
    """Migrates beside the test; ``outcome`` is what was applied, or what went wrong."""

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self.dsn = dsn
        self.outcome: list[str] | psycopg2.Error | None = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = migrate(self.dsn)
        except psycopg2.Error as error:
            self.outcome = error

    def comes_to_wait(self) -> bool:
        ask = asker(self.dsn)
        waiting = (
            "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND mode = 'AccessExclusiveLock' AND datname = current_database()"
        )
        for _ in range(500):
            if found := ask(waiting):
                return bool(found)
            time.sleep(0.02)
        return False


@pytest.mark.parametrize("older", [13], indirect=True)
def test_a_migration_waits_for_who_reads(older: str) -> None:
    with closing(connect(Role.READER)) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quarantined")
        migration = Migration(older)
        assert migration.comes_to_wait()
        cursor.execute("SELECT count(*) FROM fact WHERE type = 'event'")
        assert cursor.fetchone() == (1,)
        assert migration.outcome is None
        reader.rollback()
        migration.join(20)
    assert migration.outcome == [f"{m.version:04}_{m.name}" for m in migrations()[12:]]


@pytest.mark.parametrize("older", [13, 14], indirect=True)
def test_a_migration_and_a_batch_that_is_being_refined_both_come_to_an_end(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is half done, whether they wait for each other or one is broken off: that one is only called again."""
    begun: list[Migration] = []

    def refine_meanwhile(self: Refinery, item: Item, context: Context) -> Article:
        if not begun:
            begun.append(Migration(older))
            begun[0].comes_to_wait()
        return refine(item, context=context)

    monkeypatch.setattr(jobs.Refinery, "refine", refine_meanwhile)
    with suppress(WarehouseUnavailable):
        jobs.refine_items()
    begun[0].join(20)
    if isinstance(begun[0].outcome, psycopg2.Error):
        assert isinstance(begun[0].outcome, psycopg2.errors.DeadlockDetected)
        migrate()
    jobs.refine_items()
    query = asker(older)
    assert query("SELECT max(version) FROM schema_migration") == [(len(migrations()),)]
    assert query("SELECT count(*) FROM article WHERE item_id = 5 AND refined_by = %s", VERSION) == [(1,)]
    assert query("SELECT kind, received FROM batch WHERE run_id IS NULL") == [("refine", 1)]
    assert checks_that_fail(query) == set()
