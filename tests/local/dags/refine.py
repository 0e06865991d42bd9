from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Asset, task


@task
def work() -> int:
    return 1


with DAG("refine", schedule=[Asset("toy.items")], start_date=datetime(2025, 1, 1), max_active_runs=1):
    work()
