"""Stories in Postgres: the storage behind :class:`copydesk.syndication.StoryIndex`, and the linking of new articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from copydesk.model import Article
from copydesk.syndication import Link, StoryIndex
from copydesk.syndication.stories import Candidate

_LOCK = "copydesk.link"


class PostgresStorage:
    """Keeps an index in the tables ``story``, ``story_member`` and ``story_key``. The caller commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def candidates(self, keys: Sequence[int], *, limit: int) -> Iterable[Candidate]:
        with self._connection.cursor() as cursor:
            # Each probe stops after limit + 1 rows, so a hot key costs no more than any other.
            cursor.execute(
                """
                WITH posting AS (
                    SELECT p.key, p.item_id, p.seen_at, count(*) OVER (PARTITION BY p.key) AS length
                    FROM unnest(%s::bigint[]) AS wanted (key)
                    CROSS JOIN LATERAL (SELECT * FROM story_key k WHERE k.key = wanted.key LIMIT %s) p
                ), found AS (
                    SELECT DISTINCT item_id, seen_at FROM posting WHERE length <= %s
                )
                SELECT DISTINCT ON (f.item_id) f.item_id, m.story_id, a.fingerprint
                FROM found f
                JOIN story_member m USING (item_id)
                JOIN article a ON a.item_id = f.item_id AND a.seen_at = f.seen_at
                ORDER BY f.item_id, a.revision DESC
                """,
                (list(keys), limit + 1, limit),
            )
            return [Candidate(id, story, tuple(sketch)) for id, story, sketch in cursor.fetchall()]

    def copies(self, id: int) -> Iterable[Candidate]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT m.item_id, m.story_id, a.fingerprint
                FROM story_member o JOIN story_member m USING (story_id)
                JOIN item i ON i.item_id = m.item_id
                JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
                WHERE o.item_id = %s AND m.copy_of = o.item_id ORDER BY m.item_id
                """,
                (id,),
            )
            return [Candidate(copy, story, tuple(sketch)) for copy, story, sketch in cursor.fetchall()]

    def store(self, id: int, keys: Sequence[int], fingerprint: tuple[int, ...], link: Link | None) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT story_id, copy_of FROM story_member WHERE item_id = %s", (id,))
            known = cursor.fetchone()
            begun = known[0] if known and known[1] is None else None
            if known:
                cursor.execute("DELETE FROM story_key WHERE item_id = %s", (id,))
            if link and begun:
                cursor.execute("UPDATE story_member SET story_id = %s WHERE story_id = %s", (link.story, begun))
            cursor.execute(
                """
                WITH made AS (
                    INSERT INTO story SELECT WHERE %(story)s IS NULL RETURNING story_id
                ), placed AS (
                    INSERT INTO story_member (item_id, story_id, copy_of, similarity)
                    VALUES (%(id)s, coalesce(%(story)s, (SELECT story_id FROM made)), %(copy_of)s, %(similarity)s)
                    ON CONFLICT (item_id) DO UPDATE SET story_id = EXCLUDED.story_id, copy_of = EXCLUDED.copy_of,
                        similarity = EXCLUDED.similarity
                    RETURNING story_id
                ), indexed AS (
                    INSERT INTO story_key (key, item_id, seen_at)
                    SELECT key, item_id, seen_at FROM item, unnest(%(keys)s::bigint[]) AS key WHERE item_id = %(id)s
                )
                SELECT story_id FROM placed
                """,
                {
                    "id": id,
                    "story": link.story if link else begun,
                    "copy_of": link and link.copy_of,
                    "similarity": link and link.similarity,
                    "keys": [] if link else list(keys),
                },
            )
            row = cursor.fetchone()
            assert row is not None
            return int(row[0])


def link_articles(connection: Connection, *, limit: int = 1000) -> tuple[int, int]:
    """Link up to ``limit`` articles that are not linked yet, oldest first; says how many, and how many were copies.

    One at a time: a second run waits, since two that link at once would not see each other's articles.
    """
    index = StoryIndex(PostgresStorage(connection))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_LOCK,))
        cursor.execute(
            """
            SELECT i.item_id, i.refined_revision, a.text, a.fingerprint
            FROM (
                SELECT * FROM item WHERE linked_revision < refined_revision
                ORDER BY item_id LIMIT %s FOR NO KEY UPDATE
            ) i
            LEFT JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.refined_revision
            """,
            (limit,),
        )
        unlinked = sorted(cursor.fetchall())
        copies = 0
        for item_id, _, text, sketch in unlinked:
            if text is not None:
                link = index.add(Article(text=text, fingerprint=tuple(sketch)), id=item_id)
                copies += link.copy_of is not None
        if unlinked:
            execute_values(
                cursor,
                """
                UPDATE item SET linked_revision = done.revision
                FROM (VALUES %s) AS done (item_id, revision) WHERE item.item_id = done.item_id
                """,
                [row[:2] for row in unlinked],
            )
    return len(unlinked), copies
