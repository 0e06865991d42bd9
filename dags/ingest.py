"""Fetch sources and load their items: one DAG `ingest_<source>` for each source in `dags/sources/`.

| task | what it does |
| --- | --- |
| fetch | gets every address of the source and keeps the bytes as they came; gives batches of payload ids |
| load | parses a batch of payloads and loads its items in one transaction; broken entries go to quarantine |
| publish | where items are new, updates the asset `copydesk.items`, which starts `refine`; otherwise it is skipped |
| check | fails when an address gave nothing or a payload could not be read at all; what was good is loaded |

A source whose file is wrong has no DAG until it is put right; the task `sources` of the DAG `quality`, and
`copydesk sources check`, say what is wrong.

Clearing any task or run loads nothing twice. Errors that will not go away by themselves are not retried.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import (
    DAG,
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from copydesk.sources import Source, read_sources

ITEMS = Asset("copydesk.items")
PERMANENT = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            ["copydesk.errors.DataError", "copydesk.errors.ConfigurationError"],
            action=RetryAction.FAIL,
            reason="it would fail in the same way again",
        )
    ]
)
DEFAULTS = {
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=30),
    "retry_policy": PERMANENT,
    "execution_timeout": timedelta(hours=1),
}


@task(task_display_name="fetch")
def fetch(name: str) -> dict[str, list]:
    from copydesk import jobs, sources

    source = sources.find_source(name)
    fetched = jobs.fetch_source(source)
    if fetched.failures and not fetched.payload_ids:
        raise fetched.worth_retrying or next(iter(fetched.failures.values()))
    ids, size = fetched.payload_ids, source.batch_size
    return {
        "batches": [ids[at : at + size] for at in range(0, len(ids), size)],
        "failures": [f"{url}: {error}" for url, error in fetched.failures.items()],
    }


@task
def batches(fetched: dict[str, list]) -> list[list[int]]:
    return fetched["batches"]


@task(map_index_template="{{ counted }}")
def load(payload_ids: list[int]) -> dict[str, object]:
    from copydesk import jobs

    context = get_current_context()
    loaded = jobs.load_payloads(payload_ids, run_id=context["run_id"])
    counts = loaded.counts
    context["counted"] = f"{counts.new} new, {counts.revised} revised, {counts.quarantined} quarantined"
    return {"new": counts.new + counts.revised, "unreadable": list(loaded.unreadable.values())}


@task(outlets=[ITEMS])
def publish(loaded: list[dict]) -> None:
    if not sum(batch["new"] for batch in loaded):
        raise AirflowSkipException("nothing is new")


@task
def check(fetched: dict[str, list], loaded: list[dict]) -> None:
    problems = [*fetched["failures"], *(message for batch in loaded for message in batch["unreadable"])]
    if problems:
        raise AirflowFailException("\n".join(problems))


def ingest(source: Source) -> DAG:
    with DAG(
        f"ingest_{source.name}",
        description=source.description or f"Load items from {source.outlet or source.name}",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(source.schedule, timezone=source.timezone) if source.schedule else None,
        start_date=datetime(2025, 1, 1),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=["copydesk", "ingest", *source.tags],
    ) as dag:
        fetched = fetch(source.name)
        loaded = load.expand(payload_ids=batches(fetched))
        publish(loaded)
        check(fetched, loaded)
    return dag


for source in read_sources().sources.values():  # what is wrong with others is told by the DAG `quality`
    globals()[f"ingest_{source.name}"] = ingest(source)
