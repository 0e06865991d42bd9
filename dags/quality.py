"""Data quality: the checks of `sql/checks/`, each a query whose every column must be true.

Fails where a rule of the warehouse is broken, and says which. Runs every day, after it has made the partitions of the
coming months and looked at the source files.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.common.sql.operators.sql import SQLCheckOperator
from airflow.sdk import DAG, CronTriggerTimetable, task

CHECKS = Path(__file__).resolve().parents[1] / "sql" / "checks"


@task
def partitions() -> int:
    from copydesk import jobs

    return jobs.ensure_partitions()


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
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(minutes=15)},
    tags=["copydesk"],
):
    sources()
    ahead = partitions()
    for check in sorted(CHECKS.glob("*.sql")):
        ahead >> SQLCheckOperator(
            task_id=check.stem,
            conn_id="copydesk",
            sql=check.name,
            doc_md=check.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("- "),
        )
