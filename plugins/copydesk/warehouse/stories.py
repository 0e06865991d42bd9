"""Stories in Postgres: the storage behind :class:`copydesk.syndication.StoryIndex`, and the linking of new articles."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from copydesk.model import Article
from copydesk.syndication import Link, StoryIndex
from copydesk.syndication.stories import MAX_POSTINGS, Candidate, MemoryStorage, keys_of, nearest

_LOCK = "copydesk.link"


class PostgresStorage(MemoryStorage):
    """Keeps an index in the tables ``story``, ``story_member`` and ``story_key``. The caller commits.

    What the articles of a batch may meet is read at once, and what became of them is written at once, by
    :meth:`write`; in between it is an index in memory.
    """

    def __init__(self, connection: Connection, batch: Mapping[int, tuple[int, ...]]) -> None:
        """``batch`` are the fingerprints of the articles that are going to be stored, by id."""
        super().__init__()
        self._connection = connection
        self._stored: dict[int, float | None] = {}
        """Articles that are to be written, with their similarity."""
        self._hot: set[int] = set()
        """Keys that are too many articles'."""
        self._made: list[int] = []
        self._moved: list[tuple[int, int]] = []
        """Stories that became part of another, in their order."""
        with connection.cursor() as cursor:
            self._numbers = _story_numbers(cursor, len(batch))
            self._read_index(cursor, [keys_of(sketch) for sketch in batch.values()])
            self._read_begun(cursor, list(batch))

    def candidates(self, keys: Sequence[int], *, limit: int) -> Iterable[Candidate]:
        return super().candidates([key for key in keys if key not in self._hot], limit=limit)

    def copies(self, id: int) -> Iterable[Candidate]:
        self.write()
        with self._connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT m.item_id, m.story_id, a.fingerprint
                FROM story_member m
                JOIN item i ON i.item_id = m.item_id
                JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
                WHERE m.story_id = (SELECT story_id FROM story_member WHERE item_id = %(id)s) AND m.copy_of = %(id)s
                ORDER BY m.item_id
                """,
                {"id": id},
            )
            return [Candidate(copy, story, array("q", sketch)) for copy, story, sketch in cursor]

    def store(self, id: int, keys: Sequence[int], fingerprint: Sequence[int], link: Link | None) -> int:
        begun = self._articles[id][0].story if id in self._began else None
        story = super().store(id, keys, fingerprint, link)
        if begun is not None and begun != story:
            self._moved.append((begun, story))
        self._stored[id] = link.similarity if link else None
        return story

    def new_story(self) -> int:
        self._made.append(next(self._numbers))
        return self._made[-1]

    def write(self) -> None:
        """Write what was stored since the last time."""
        indexed = [(id, list(self._articles[id][1])) for id in self._stored if self._articles[id][1]]
        with self._connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO story (story_id) OVERRIDING SYSTEM VALUE SELECT unnest(%s::bigint[])", (self._made,)
            )
            for begun, story in self._moved:
                cursor.execute("UPDATE story_member SET story_id = %s WHERE story_id = %s", (story, begun))
            execute_values(
                cursor,
                """
                INSERT INTO story_member (item_id, story_id, copy_of, similarity) VALUES %s
                ON CONFLICT (item_id) DO UPDATE SET story_id = EXCLUDED.story_id, copy_of = EXCLUDED.copy_of,
                    similarity = EXCLUDED.similarity
                """,
                [
                    (id, self._articles[id][0].story, self._copy_of.get(id), likeness)
                    for id, likeness in self._stored.items()
                ],
                template="(%s, %s, %s::bigint, %s::real)",
            )
            cursor.execute("DELETE FROM story_key WHERE item_id = ANY(%s)", (list(self._stored),))
            execute_values(
                cursor,
                """
                INSERT INTO story_key (key, item_id, seen_at)
                SELECT key, item_id, seen_at
                FROM (VALUES %s) AS stored (item_id, keys) JOIN item USING (item_id), unnest(stored.keys) AS key
                """,
                indexed,
                template="(%s, %s::bigint[])",
            )
        self._stored, self._made, self._moved = {}, [], []

    def _read_index(self, cursor: Cursor, batch: Sequence[Sequence[int]]) -> None:
        """The articles to which the batch's keys lead."""
        # Each probe stops after the limit, so a hot key costs no more than any other, and asks for what the
        # index has.
        cursor.execute(
            """
            SELECT wanted.key, found.item_ids
            FROM unnest(%s::bigint[]) AS wanted (key)
            CROSS JOIN LATERAL (
                SELECT array_agg(item_id) AS item_ids
                FROM (SELECT item_id FROM story_key WHERE story_key.key = wanted.key LIMIT %s) AS probed
            ) AS found
            WHERE found.item_ids IS NOT NULL
            """,
            (list({key for keys in batch for key in keys}), MAX_POSTINGS + 1),
        )
        postings = {key: set(item_ids) for key, item_ids in cursor}
        wanted = {id for keys in batch for id in nearest(keys, postings, limit=MAX_POSTINGS)}
        cursor.execute(
            """
            SELECT item_id, story_id, newest.fingerprint
            FROM item JOIN story_member USING (item_id)
            CROSS JOIN LATERAL (
                SELECT fingerprint FROM article a WHERE a.item_id = item.item_id AND a.seen_at = item.seen_at
                ORDER BY revision DESC LIMIT 1
            ) AS newest
            WHERE item_id = ANY(%s)
            """,
            (list(wanted),),
        )
        # Keys outlive their articles where old months were detached.
        known = {item_id: Candidate(item_id, story, array("q", sketch)) for item_id, story, sketch in cursor}
        self._began.update(known)
        self._hot = {key for key, posting in postings.items() if len(posting) > MAX_POSTINGS}
        held: defaultdict[int, list[int]] = defaultdict(list)
        for key in postings.keys() - self._hot:
            # Whole, though not all is read: how many they are says how much the key tells.
            self._postings[key].update(postings[key])
            for item_id in postings[key]:
                held[item_id].append(key)
        self._articles.update((item_id, (candidate, held[item_id])) for item_id, candidate in known.items())

    def _read_begun(self, cursor: Cursor, ids: list[int]) -> None:
        """Which articles of the batch itself had begun a story."""
        cursor.execute("SELECT item_id, story_id FROM story_member WHERE item_id = ANY(%s) AND copy_of IS NULL", (ids,))
        for item_id, story in cursor.fetchall():
            self._articles.setdefault(item_id, (Candidate(item_id, story, ()), ()))
            self._began.add(item_id)


def _story_numbers(cursor: Cursor, count: int) -> Iterator[int]:
    cursor.execute("SELECT nextval(pg_get_serial_sequence('story', 'story_id')) FROM generate_series(1, %s)", (count,))
    return iter([number for (number,) in cursor.fetchall()])


def link_articles(connection: Connection, *, limit: int = 100) -> tuple[int, int]:
    """Link up to ``limit`` articles that are not linked yet, oldest first; says how many, and how many were copies.

    One at a time: a second run waits, since two that link at once would not see each other's articles.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_LOCK,))
        cursor.execute(
            "SELECT item_id FROM item WHERE linked_revision < refined_revision ORDER BY item_id LIMIT %s "
            "FOR NO KEY UPDATE",
            (limit,),
        )
        # In a statement of its own: who was waited for has written articles that the first one does not see.
        cursor.execute(
            """
            SELECT i.item_id, i.refined_revision, a.fingerprint
            FROM item i
            LEFT JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.refined_revision
            WHERE i.item_id = ANY(%s)
            """,
            ([item_id for (item_id,) in cursor.fetchall()],),
        )
        unlinked = sorted(cursor.fetchall())
        sketches = {item_id: tuple(sketch) for item_id, _, sketch in unlinked if sketch is not None}
        storage = PostgresStorage(connection, sketches)
        index = StoryIndex(storage)
        # The sketch is all that counts; the texts stay where they are.
        links = [index.add(Article(text="", fingerprint=sketch), id=item_id) for item_id, sketch in sketches.items()]
        storage.write()
        execute_values(
            cursor,
            """
            UPDATE item SET linked_revision = done.revision
            FROM (VALUES %s) AS done (item_id, revision) WHERE item.item_id = done.item_id
            """,
            [row[:2] for row in unlinked],
        )
    return len(unlinked), sum(link.copy_of is not None for link in links)
