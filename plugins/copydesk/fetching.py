"""The first steps of the job: a source's addresses are asked, and the pages of items that have only a teaser.

What comes is kept as it came before anything is made of it; every fetch leaves a record.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from copydesk.errors import CopydeskError, DataError, FetchError, Forbidden, TemporaryError
from copydesk.fetch import Answer, Fetcher, Policy, Validators, list_files
from copydesk.formats import read, recognise, sitemap
from copydesk.formats.base import Document, More
from copydesk.model import Item, Payload
from copydesk.sources import Source, is_folder
from copydesk.sources.teaser import is_teaser
from copydesk.warehouse.connection import one_session, transaction
from copydesk.warehouse.fetches import (
    Address,
    Got,
    forget_move,
    known_address,
    known_files,
    known_index,
    record_failure,
    record_got,
    record_postponed,
    reserve_turn,
    unloaded_payloads,
)
from copydesk.warehouse.items import load_source
from copydesk.warehouse.pages import Wanted, claim_pages, fail_page, keep_page

log = logging.getLogger(__name__)

MAX_PAYLOADS = 50_000
"""Of one run; what is more waits for the next."""
MAX_INDEXED = 50
"""Payloads of an index that are fetched in one run, the newest first."""
LONGEST_ADDRESS = 2600
"""Bytes; Postgres indexes no more than 2,700."""
INDEXED_SINCE = timedelta(days=7)
"""What an index says has not changed for longer is left to a backfill."""
PAGES_AT_ONCE = 5
MAX_PAGES = 500
"""Of one run."""
MAX_PAGES_SECONDS = 30 * 60.0
"""So long a run goes on taking pages; a polite one gets through fewer."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What waits to be loaded of a source: payloads by id; the addresses that failed, with the error; and how many
    answered, be it that nothing is new."""

    payload_ids: list[int] = field(default_factory=list)
    failures: dict[str, CopydeskError] = field(default_factory=dict)
    answered: int = 0

    @property
    def in_vain(self) -> CopydeskError | None:
        """Why there is nothing at all, if so; the error that a later try may not meet comes first."""
        if self.payload_ids or self.answered:
            return None
        errors = sorted(self.failures.values(), key=lambda error: not isinstance(error, TemporaryError))
        return next(iter(errors), None)


Outcomes = dict[str, CopydeskError | None]
"""Addresses that were asked: what was wrong, or that they answered."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What became of the pages that items waited for."""

    fetched: int = 0
    failed: int = 0


def policy_of(source: Source) -> Policy:
    return Policy(
        allow_private=source.allow_private_addresses,
        obey_robots=source.obey_robots,
        seconds_between_requests=source.seconds_between_requests,
    )


def _turn(host: str, pause: float) -> float:
    """A turn that all workers agree on; where no pause is asked for there is nothing to agree on."""
    if not pause:
        return 0.0
    with transaction() as connection:
        return reserve_turn(connection, host, pause)


@one_session()
def fetch_source(source: Source, *, run_id: str | None = None, fetcher: Fetcher | None = None) -> Fetched:
    """Ask every address of a source and keep what came; gives all that waits to be loaded.

    One address that fails does not stop the others. What an earlier run fetched and did not load is given too.
    """
    outcomes: Outcomes = {}
    with fetcher or Fetcher(policy_of(source), turns=_turn) as asked:
        for url in source.urls:
            if is_folder(url):
                _fetch_folder(source, url, asked, run_id, outcomes)
                continue
            more = _fetch_address(source, url, asked, run_id, outcomes)
            for indexed in _worth_fetching(more):
                _fetch_address(source, indexed, asked, run_id, outcomes)
    with transaction() as connection:
        waiting = unloaded_payloads(connection, load_source(connection, source), limit=MAX_PAYLOADS)
    failures = {url: error for url, error in outcomes.items() if error}
    return Fetched(waiting, failures, answered=len(outcomes) - len(failures))


@one_session()
def fetch_pages(source: Source, *, fetcher: Fetcher | None = None) -> Pages:
    """Fetch the pages that items of a source wait for. One that fails is tried again in a later run, or given up."""
    with transaction() as connection:
        source_id = load_source(connection, source)
    done = Pages()
    with fetcher or Fetcher(policy_of(source), turns=_turn) as asked:
        until = time.monotonic() + MAX_PAGES_SECONDS
        while done.fetched + done.failed < MAX_PAGES and time.monotonic() < until:
            with transaction() as connection:
                claimed = claim_pages(connection, source_id, limit=PAGES_AT_ONCE)
            if not claimed:
                break
            for wanted in claimed:
                fetched = _fetch_page(wanted, asked)
                done = replace(done, fetched=done.fetched + fetched, failed=done.failed + (not fetched))
    return done


def wants_page(source: Source, item: Item) -> bool:
    """Whether an item's own page is to be fetched, by its source's policy."""
    return _is_on_the_web(item.url) and (source.pages == "always" or (source.pages == "teaser" and is_teaser(item)))


def _fetch_folder(source: Source, url: str, fetcher: Fetcher, run_id: str | None, outcomes: Outcomes) -> None:
    """Read the files of a folder that are whole and were not read as they are now."""
    try:
        files = list_files(url, settled_seconds=source.settled_seconds)
    except CopydeskError as error:
        log.warning("%s: %s", source.name, error)
        outcomes[url] = error
        return
    outcomes[url] = None
    with transaction() as connection:
        read_before = known_files(connection, load_source(connection, source))
    for file in files:
        if read_before.get(file.url) != file.token:
            _fetch_address(source, file.url, fetcher, run_id, outcomes, token=file.token)


def _fetch_address(
    source: Source,
    url: str,
    fetcher: Fetcher,
    run_id: str | None,
    outcomes: Outcomes,
    token: str | None = None,
) -> tuple[More, ...]:
    """Ask an address and keep what came; gives what it names further, where it is an index.

    ``token`` stands for what a file is now, as an ETag does for an answer.
    """
    if len(url.encode()) > LONGEST_ADDRESS:
        log.warning("not fetched, for it has more than %s bytes: %.200s", LONGEST_ADDRESS, url)
        return ()
    with transaction() as connection:
        address = known_address(connection, load_source(connection, source), url)
        if address.not_before and address.not_before > address.now:
            record_postponed(connection, address, run_id)
            return ()
    answer = _tried(lambda: _ask(address, fetcher), url)
    outcomes[url] = answer if isinstance(answer, CopydeskError) else None
    if isinstance(answer, CopydeskError):
        with transaction() as connection:
            record_failure(connection, address, answer, run_id)
        return ()
    validators = answer.validators
    got = Got(answer.payload, token or validators.etag, validators.last_modified, answer.status, answer.moved_to)
    with transaction() as connection:
        record_got(connection, address, got, run_id)
        payload = answer.payload or known_index(connection, address)
    return _index(payload)


def _ask(address: Address, fetcher: Fetcher) -> Answer:
    """Ask where the address has moved to, else, and where that is gone, where it was."""
    validators = Validators(address.etag, address.last_modified) if address.payload_id else None
    if address.moved_to:
        try:
            return fetcher.get(address.moved_to, validators=validators)
        except DataError as error:
            log.info("%s: where it had moved to is no longer: %s", address.url, error)
            with transaction() as connection:
                forget_move(connection, address)
    return fetcher.get(address.url, validators=validators)


def _tried(ask: Callable[[], Answer], url: str) -> Answer | CopydeskError:
    """What was answered, or why nothing was. A bug costs this address only."""
    try:
        return ask()
    except CopydeskError as error:
        log.warning("%s", error)
        return error
    except Exception as error:
        log.exception("%s: a bug in Copydesk", url)
        return FetchError(f"{url}: {type(error).__name__}: {error}; this is a bug in Copydesk, please report it")


def _index(payload: Payload | None) -> tuple[More, ...]:
    if payload is None or recognise(Document(payload)) is not sitemap:
        return ()
    try:
        return read(payload).more
    except DataError:
        return ()  # it is refused when it is loaded
    except Exception:
        log.exception("%s: a bug in Copydesk", payload.url)
        return ()


def _worth_fetching(more: tuple[More, ...]) -> list[str]:
    """What of an index may have news in it."""
    since = datetime.now(UTC) - INDEXED_SINCE

    def updated(named: More) -> datetime:
        moment = named.updated or datetime.now(UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    recent = sorted((named for named in more if updated(named) >= since), key=updated, reverse=True)
    return [named.url for named in recent[:MAX_INDEXED]]


def _is_on_the_web(url: str | None) -> bool:
    """Addresses that documents name may lead to the web and nowhere else."""
    return url is not None and url.lower().startswith(("http://", "https://"))


def _fetch_page(wanted: Wanted, fetcher: Fetcher) -> bool:
    if _is_on_the_web(wanted.url):
        answer = _tried(lambda: fetcher.get(wanted.url), wanted.url)
    else:
        answer = Forbidden("a page is fetched from the web only", item=wanted.url)
    if isinstance(answer, CopydeskError):
        with transaction() as connection:
            fail_page(connection, wanted, answer)
        return False
    assert answer.payload is not None, "nothing was said that it could be unchanged since"
    with transaction() as connection:
        keep_page(connection, wanted, answer.payload)
    return True
