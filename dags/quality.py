"""Data quality: the checks of `sql/checks/`, each a query whose every column must be true.

Fails where a rule of the warehouse is broken, and says which. Runs every day, and looks at the source files too.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from airflow.providers.common.sql.operators.sql import SQLCheckOperator
from airflow.sdk import DAG, CronTriggerTimetable, task

from copydesk.orchestration import defaults, due_within

CHECKS = Path(__file__).resolve().parents[1] / "sql" / "checks"


@task
def sources() -> int:
    from copydesk.sources import load_sources

    return len(load_sources())


with DAG(
    "quality",
    description="Checks of what is in the warehouse",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 5 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    template_searchpath=[str(CHECKS)],
    default_args=defaults(hours=0.25, retries=1, delay=60),
    deadline=due_within(hours=1),
    tags=["copydesk"],
):
    sources()
    for check in sorted(CHECKS.glob("*.sql")):
        SQLCheckOperator(
            task_id=check.stem,
            conn_id="copydesk",
            hook_params={"options": "-c role=copydesk_etl"},
            sql=check.name,
            doc_md=check.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("- "),
        )
