"""What a warehouse needs from time to time: room, statistics, and no more old bytes than its owner wants."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

from copydesk.errors import ConfigurationError
from copydesk.warehouse import maintenance
from copydesk.warehouse.connection import session, transaction

log = logging.getLogger(__name__)

LEAST_PAYLOADS, LEAST_RECORDS = 7, 90
"""Days: what is younger is needed to find out what went wrong, and how often a source has news."""
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Policy:
    """For how many days payloads' bytes and run records are kept; ``None``: for ever."""

    payloads: int | None = None
    records: int | None = None


def policy(*, keep_payloads_days: int | None = None, keep_records_days: int | None = None) -> Policy:
    """The policy as given, else as the environment says. Raises :class:`ConfigurationError`."""
    return Policy(
        _days(keep_payloads_days, "COPYDESK_KEEP_PAYLOADS_DAYS", LEAST_PAYLOADS),
        _days(keep_records_days, "COPYDESK_KEEP_RECORDS_DAYS", LEAST_RECORDS),
    )


def let_go(kept: Policy) -> dict[str, int]:
    """Delete what the policy no longer wants, in short transactions; says how many of each."""
    done = {"payloads": 0, "bytes": 0, "records": 0}
    while kept.payloads is not None:
        with transaction() as connection:
            payloads, size = maintenance.drop_payloads(connection, days=kept.payloads, limit=BATCH)
        done["payloads"] += payloads
        done["bytes"] += size
        if payloads < BATCH:
            break
    while kept.records is not None:
        with transaction() as connection:
            records = maintenance.drop_records(connection, days=kept.records, limit=BATCH)
        done["records"] += records
        if records < BATCH:
            break
    return done


def vacuum() -> dict[str, int]:
    """Vacuum and analyse the tables that changed since, and make the statistics of those that are partitioned; says
    how many, and how many we may not."""
    with session(role=None) as connection:
        connection.autocommit = True
        changed, partitioned = maintenance.changed_tables(connection), maintenance.partitioned_tables(connection)
        left = [table for table in changed if not maintenance.vacuum(connection, table)]
        stale = [table for table in partitioned if not maintenance.analyse(connection, table)]
    if left:
        log.warning("not vacuumed, for they belong to another user: %s; autovacuum does it", ", ".join(left))
    if stale:
        log.warning(
            "not analysed, for they belong to another user, and autovacuum does not do it: %s; let their owner run "
            "ANALYZE each week",
            ", ".join(stale),
        )
    refused = len(left) + len(stale)
    return {"vacuumed": len(changed) + len(partitioned) - refused, "refused": refused}


def _days(given: int | None, variable: str, least: int) -> int | None:
    value = os.environ.get(variable, "") if given is None else str(given)
    if not value:
        return None
    if not value.isdecimal() or int(value) < least:
        raise ConfigurationError(f"{variable}: {value!r} is no number of days from {least} on; empty: for ever")
    return int(value)
