"""Two DAGs of the shape of the real ingest DAGs."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Asset, task

ITEMS = Asset("toy.items")


@task
def fetch() -> list[int]:
    return [1, 2]


@task
def load(number: int) -> int:
    print({1: "one", 2: "two"}[number])
    return number


@task(outlets=[ITEMS])
def publish(numbers: list[int]) -> None:
    print(sum(numbers))


for name in ("a", "b"):
    with DAG(f"ingest_{name}", schedule=None, start_date=datetime(2025, 1, 1), tags=["sample"]) as dag:
        publish(load.expand(number=fetch()))
    globals()[f"ingest_{name}"] = dag
