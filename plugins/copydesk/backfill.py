"""Backfill: archives into the warehouse, batch by batch.

A batch is one transaction that loads records and moves the archive's position, so that a run which ends at any moment,
however it ends, neither loses nor doubles a record: the next one goes on where it was.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg2.extensions import connection as Connection

from copydesk import jobs
from copydesk.archives import CONTAINERS, HEAD, Mark, Record, detect, documents_in, read_archive, read_files
from copydesk.dividing import divided
from copydesk.errors import DataError, Forbidden, Gone
from copydesk.formats import Parsed
from copydesk.model import Payload
from copydesk.refinery import Refinery
from copydesk.sources import Source
from copydesk.warehouse.archives import (
    Archive,
    Found,
    advance,
    find_archive,
    finish,
    lock_archive,
    quarantine_records,
    register_archive,
    restart,
)
from copydesk.warehouse.connection import explained, session, transaction
from copydesk.warehouse.items import Counts, load_items, load_payload, load_source, lock_source, record_batch

log = logging.getLogger(__name__)

BATCH_RECORDS = 200
BATCH_BYTES = 32 * 1024 * 1024
BATCH_PASSED = 20_000
"""Records without news that a batch may pass over."""
MAX_MESSAGES = 20


class Changed(DataError):
    """The archive is not what it was when it was planned."""

    reason = "changed"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an archive gave. ``records`` counts those that hold no news too."""

    records: int = 0
    payloads: int = 0
    errors: int = 0
    items: Counts = field(default_factory=Counts)
    messages: tuple[str, ...] = ()
    """Why records and items wait in quarantine; the first ones."""

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(
            self.records + other.records,
            self.payloads + other.payloads,
            self.errors + other.errors,
            self.items + other.items,
            (self.messages + other.messages)[:MAX_MESSAGES],
        )


Read = tuple[Record, Parsed | None]
"""A record and what its payload holds."""

Progress = Callable[[int, Loaded], None]
"""Told after each batch how many bytes of the archive are read, and what the batch gave."""


def plan(path: Path, source: Source, *, inside: Path | None = None, again: bool = False) -> list[int]:
    """Note the archives that a path names; gives their ids. A folder's other files are together one archive.

    With ``inside``, only paths in that folder. With ``again``, archives are read from their start once more. Raises
    :class:`Gone` and :class:`Forbidden`.
    """
    path = resolve(path, inside)
    archives, loose = _survey(path)
    found = [_found(archive, [archive]) for archive in archives] + ([_found(path, loose)] if loose else [])
    ids: dict[int, None] = {}
    with transaction() as connection:
        source_id = load_source(connection, source)
        for entry in found:
            archive_id = register_archive(connection, source_id, entry)
            ids[archive_id] = None
            if again:
                restart(connection, archive_id)
    return list(ids)


def resolve(path: Path, inside: Path | None = None) -> Path:
    """Where a path leads, links followed; it must lead to something in the folder ``inside``."""
    if inside is not None:
        inside = inside.resolve()
        path = inside / path
    try:
        resolved = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise Gone(f"there is no such file or folder: {error}", item=str(path)) from error
    if inside is not None and not resolved.is_relative_to(inside):
        raise Forbidden(f"only files in the drop folder {inside} can be read; move it there", item=str(path))
    return resolved


def known(archive_ids: Sequence[int]) -> list[Archive]:
    """The archives of these ids, as far as they are loaded."""
    with transaction() as connection:
        return [find_archive(connection, archive_id) for archive_id in archive_ids]


def load_archive(
    archive_id: int, *, run_id: str | None = None, batch: int = BATCH_RECORDS, progress: Progress | None = None
) -> Loaded:
    """Load what is not loaded yet of an archive.

    Raises :class:`TemporaryError` where another run is at it, and :class:`Changed` where it was changed meanwhile.
    """
    total = Loaded()
    with session() as connection, Refinery() as refinery:
        lock_archive(connection, archive_id)
        with connection:
            archive = find_archive(connection, archive_id)
        loading = _Loading(connection, refinery, run_id, archive)
        months: set[tuple[int, int]] = set()
        for records in batches(_open(archive), batch):
            _make_partitions(connection, records, months)
            loaded = loading.load(records)
            total += loaded
            if progress:
                progress(records[-1].reached, loaded)
        with connection:
            finish(connection, archive_id)
    return total


def load_archives(archive_ids: Sequence[int], *, run_id: str | None = None) -> Loaded:
    """Load several archives, one after the other."""
    return sum((load_archive(archive_id, run_id=run_id) for archive_id in archive_ids), Loaded())


def groups(ids: Sequence[int]) -> list[list[int]]:
    """The ids one by one, or in as many groups as a run may map over."""
    size = -(-len(ids) // jobs.MAX_BATCHES) or 1
    return [list(ids[at : at + size]) for at in range(0, len(ids), size)]


def refine_pending(*, run_id: str | None = None, progress: Callable[[Counts], None] | None = None) -> Counts:
    """Refine all items that wait and link their articles, in batches."""
    total = Counts()
    while ranges := jobs.plan_batches():
        done = Counts()
        for first, last in ranges:
            counts = jobs.refine_items(first, last, run_id=run_id)
            done += counts
            if progress:
                progress(counts)
        total += done
        if not done.received:
            break  # another run is at all that is left
    jobs.link_stories()
    return total


def batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    """Cut records into batches, each bounded by number and bytes."""
    batch: list[Record] = []
    found = bytes_ = 0
    for record in records:
        batch.append(record)
        found += record.payload is not None or record.error is not None
        bytes_ += len(record.payload.content) if record.payload else 0
        if found >= size or bytes_ >= BATCH_BYTES or len(batch) >= BATCH_PASSED:
            yield batch
            batch, found, bytes_ = [], 0, 0
    if batch:
        yield batch


@dataclass(slots=True)
class _Loading:
    """What the batches of an archive share."""

    connection: Connection
    refinery: Refinery
    run_id: str | None
    archive: Archive
    """As far as it is loaded."""

    def load(self, records: Sequence[Record]) -> Loaded:
        """A batch. What can't be loaded goes into quarantine, by itself."""
        parsed = [(record, _parse(self.refinery, record)) for record in records]
        return sum(divided(parsed, self._load, self._refuse), Loaded())

    def _refuse(self, read: Read, error: Exception) -> Loaded:
        record, _ = read
        url = record.payload.url if record.payload else None
        return self._load([(replace(record, payload=None, error=jobs.internal_error(error, url)), None)])

    def _load(self, parsed: Sequence[Read]) -> Loaded:
        """Some records, and the archive's position behind them, in one transaction."""
        records = [record for record, _ in parsed]
        readable = [(record.payload, found) for record, found in parsed if record.payload and found]
        refused = [(record.position, record.error) for record, found in parsed if record.error and not found]
        position = records[-1].position + 1
        mark = _mark(self.archive, records)
        errors = sum(record.error is not None for record in records)
        counts = Counts(received=len(refused), quarantined=len(refused))
        messages = [str(error) for _, error in refused]
        connection, source_id = self.connection, self.archive.source_id
        with explained(connection), connection:
            lock_source(connection, source_id)
            for payload, found in readable:
                payload_id = load_payload(connection, source_id, payload)
                counts += load_items(connection, source_id, payload_id, found).counts
                messages += (str(error) for _, error in found.refused)
            quarantine_records(connection, self.archive, position, refused)
            record_batch(connection, "ingest", counts, run_id=self.run_id, source_id=source_id)
            advance(connection, self.archive, position, mark=mark, payloads=len(readable), errors=errors)
        for message in messages:
            log.warning("quarantined: %s", message)
        self.archive = replace(self.archive, position=position, mark=mark)
        return Loaded(len(records), len(readable), errors, counts, tuple(messages[:MAX_MESSAGES]))


def _parse(refinery: Refinery, record: Record) -> Parsed | None:
    """What the record's payload holds; nothing where it has none. Of one that is damaged, the refusal."""
    if record.payload is None or not record.payload.content:
        return None
    if record.error is not None:
        return Parsed(refused=((jobs.WHOLE, record.error),))
    return jobs.parse_payload(refinery, record.payload)


def _mark(archive: Archive, records: Sequence[Record]) -> Mark | None:
    return next((record.mark for record in reversed(records) if record.mark is not None), archive.mark)


def _make_partitions(connection: Connection, records: Sequence[Record], known: set[tuple[int, int]]) -> None:
    """Make the months that the batch needs, each in a short transaction: creating one locks out all readers."""
    moments = {(p.fetched_at.year, p.fetched_at.month): p.fetched_at for p in map(_payload, records) if p}
    for month in sorted(moments.keys() - known):
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            cursor.execute("SELECT ensure_partitions(%s, %s)", (moments[month], moments[month]))
        known.add(month)


def _payload(record: Record) -> Payload | None:
    return record.payload


def _open(archive: Archive) -> Iterator[Record]:
    """The records that are not loaded yet."""
    path = Path(unquote(urlsplit(archive.url).path, errors="surrogateescape"))
    try:
        files = _survey(path)[1] if path.is_dir() else [path]
        if _fingerprint(path, files) != archive.fingerprint:
            raise Changed("it has changed since it was planned; start the backfill again", item=archive.url)
    except OSError as error:
        raise Gone(f"it can't be read: {error}", item=archive.url) from error
    if path.is_dir():
        return read_files(files, start=archive.position)
    return read_archive(path, start=archive.position, mark=archive.mark)


def _survey(path: Path) -> tuple[list[Path], list[Path]]:
    """The archives that a path names, and a folder's files that are none."""
    if not path.is_dir():
        return [path], []
    archives: list[Path] = []
    loose: list[Path] = []
    for file in sorted(documents_in(path)):
        with file.open("rb") as opened:
            (archives if detect(opened.read(HEAD)) in CONTAINERS else loose).append(file)
    return archives, loose


def _found(place: Path, files: Sequence[Path]) -> Found:
    return Found(
        fingerprint=_fingerprint(place, files),
        url=place.as_uri(),
        size=sum(file.stat().st_size for file in files),
        modified=datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC),
    )


def _fingerprint(place: Path, files: Sequence[Path]) -> bytes:
    """What tells an archive from others, wherever it lies: read in no time, whatever its size."""
    if place.is_dir():
        listed = ((file.relative_to(place), file.stat()) for file in files)
        lines = [f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}" for name, stat in listed]
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).digest()
    with place.open("rb") as file:
        first = file.read(HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - HEAD))
        return hashlib.sha256(size.to_bytes(8, "big") + first + file.read()).digest()
