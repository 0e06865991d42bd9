"""What the DAGs have in common: assets, retries, deadlines, metrics. Only they import it, for it imports Airflow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from copydesk import alerts

ITEMS = Asset("copydesk.items")
"""Items came in that are to be refined."""
ARTICLES = Asset("copydesk.articles")
"""Articles were made."""

_TOLD = os.environ.get("COPYDESK_BULK_TASKS", "")
BULK_TASKS = int(_TOLD) if _TOLD.isdecimal() and int(_TOLD) else 2
"""Tasks that a DAG of bulk work (backfill, reprocessing) has at a time. What is no number would cost all DAGs."""

_PERMANENT = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            ["copydesk.errors.DataError", "copydesk.errors.ConfigurationError"],
            action=RetryAction.FAIL,
            reason="it would fail in the same way again",
        )
    ]
)


def defaults(*, hours: float = 1, retries: int = 5, delay: int = 30) -> dict[str, Any]:
    """``default_args`` of a DAG: what may pass is tried again, with pauses that begin at ``delay`` seconds and
    double; an attempt ends after ``hours``; when none is left somebody is told. The next run takes up what was left."""
    return {
        "retries": retries,
        "retry_delay": timedelta(seconds=delay),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=30),
        "retry_policy": _PERMANENT,
        "execution_timeout": timedelta(hours=hours),
        "on_failure_callback": alerts.task_failed,
    }


def due_within(*, hours: float) -> DeadlineAlert:
    """A run that takes so much longer than ten earlier ones did on average is late, and somebody is told. The first run
    of a DAG has no deadline.

    Not ``DAGRUN_QUEUED_AT``: with it Airflow 3.3.2 clears no task of the run (`clearTaskInstances` answers 500).
    """
    return DeadlineAlert(
        reference=DeadlineReference.AVERAGE_RUNTIME(max_runs=10, min_runs=1),
        interval=timedelta(hours=hours),
        callback=AsyncCallback(alerts.deadline_missed),
    )


def run_name(context: Mapping[str, Any]) -> str:
    """``dag/run``: what a run is called in the warehouse's records. Runs of two DAGs may have the same id."""
    return f"{context['dag'].dag_id}/{context['run_id']}"


def last_updated(context: Mapping[str, Any], asset: Asset) -> datetime:
    """When an asset, one of the task's inlets, was last updated; long ago where it never was."""
    events = context["inlet_events"][asset].ascending(False).limit(1)
    return events[0].timestamp if len(events) else datetime(1970, 1, 1, tzinfo=UTC)


def report(stage: str, counts: Mapping[str, int]) -> None:
    """Count up ``copydesk.<stage>.<name>`` in Airflow's metrics, StatsD or OpenTelemetry."""
    from airflow.sdk.observability import stats

    for name, number in counts.items():
        if number:
            stats.incr(f"copydesk.{stage}.{name}", count=number)


def measure(name: str, value: float) -> None:
    """Set ``copydesk.<name>`` in Airflow's metrics."""
    from airflow.sdk.observability import stats

    stats.gauge(f"copydesk.{name}", value)
