"""Alerts: what an operator must know at once, given to the function that the user names.

``COPYDESK_ALERT=package.module:function`` names it; it is called with an :class:`Alert`, wherever the job runs. Without
one an alert is a line in the log. What fails in it is logged and goes no further: an alert is no reason to fail.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

log = logging.getLogger(__name__)

VARIABLE = "COPYDESK_ALERT"


@dataclass(frozen=True, slots=True)
class Alert:
    """``subject`` fits a line; ``url`` leads to where more is to be seen."""

    kind: str
    """``failed``: a task gave up; ``late``: a run missed its deadline."""
    subject: str
    dag_id: str
    run_id: str
    task_id: str | None = None
    url: str | None = None


def send(alert: Alert) -> None:
    """Give an alert to the user's function."""
    log.error("alert: %s", alert.subject)
    if name := os.environ.get(VARIABLE):
        try:
            _function(name)(alert)
        except Exception:
            log.exception("the function %s=%s failed on an alert", VARIABLE, name)


def task_failed(context: Mapping[str, Any]) -> None:
    """Airflow's ``on_failure_callback`` of a task: it is called when no retry is left."""
    task = context["task_instance"]
    reason = context.get("exception")
    where = f"{task.dag_id}.{task.task_id}" + (f"[{task.map_index}]" if task.map_index >= 0 else "")
    first = str(reason).strip().partition("\n")[0] if reason else "no reason is known; its worker may have died"
    send(Alert("failed", f"{where} failed: {first}", task.dag_id, task.run_id, task.task_id, task.log_url))


async def deadline_missed(context: Mapping[str, Any], **_: Any) -> None:
    """Airflow's callback of a deadline."""
    run = context["dag_run"]
    dag_id, run_id = run["dag_id"], run["dag_run_id"]
    send(Alert("late", f"{dag_id} is late: its run {run_id} missed its deadline", dag_id, run_id))


def _function(name: str) -> Callable[[Alert], object]:
    module, _, function = name.partition(":")
    found: Callable[[Alert], object] = getattr(import_module(module), function)
    return found
