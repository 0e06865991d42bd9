"""How the tests drive Airflow: by its REST API, by its forms, and by what is in the warehouse then."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psycopg2

from copydesk.local import services
from copydesk.warehouse import server

RUN_RECORDS = {"batch", "fetch_record"}


def call(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "copydesk.local", command], capture_output=True, text=True)


def ask(statement: str, *values: object) -> list[tuple]:
    connection = psycopg2.connect(server.ensure_running().dsn("copydesk"), options="-c search_path=copydesk")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()
    finally:
        connection.close()


def wait_for(rows: list[tuple], statement: str, *values: object, seconds: int = 300) -> None:
    deadline = time.monotonic() + seconds
    while (found := ask(statement, *values)) != rows:
        assert time.monotonic() < deadline, found
        time.sleep(1)


def row_counts() -> dict[str, int]:
    tables = ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = 'copydesk'::regnamespace"
    )
    return {name: ask(f"SELECT count(*) FROM {name}")[0][0] for (name,) in tables if name not in RUN_RECORDS}


def wait_for_run(dag_id: str, run_id: str, *, seconds: int = 600) -> str:
    deadline = time.monotonic() + seconds
    with services.client() as api:
        while (run := api.get(f"/dags/{dag_id}/dagRuns/{run_id}").json())["state"] not in ("success", "failed"):
            assert time.monotonic() < deadline, run
            time.sleep(1)
    return str(run["state"])


def wait_until_idle(*, seconds: int = 600) -> None:
    """The first runs of all schedules start with `make up`; what a test counts must not be what those bring in."""
    deadline = time.monotonic() + seconds
    with services.client() as api:
        states = {"state": ["queued", "running"], "limit": 100}
        while active := [
            run["dag_id"]
            for run in api.get("/dags/~/dagRuns", params=states).json()["dag_runs"]
            if run["dag_id"] == "refine" or run["dag_id"].startswith("ingest_")
        ]:
            assert time.monotonic() < deadline, active
            time.sleep(1)


def trigger(dag_id: str, **conf: object) -> str:
    with services.client() as api:
        answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        answer.raise_for_status()
    return wait_for_run(dag_id, answer.json()["dag_run_id"])


def fill_in(page, airflow: services.Services, dag_id: str, **fields: str | bool) -> None:
    """Open a DAG's form, fill it in and send it."""
    page.goto(f"{airflow.url}/dags/{dag_id}")
    page.get_by_role("button", name="Trigger").first.click()
    page.get_by_test_id("trigger-dag-submit").wait_for()
    for name, value in fields.items():
        field = page.locator(f"[name=element_{name}]")
        if isinstance(value, bool):
            if field.is_checked() != value:
                field.evaluate("box => box.click()")  # a switch is drawn over it
        else:
            (field if field.count() else page.locator(f"#element_{name}")).fill(value)
    page.get_by_test_id("trigger-dag-submit").click()


def start(page, airflow: services.Services, dag_id: str, **fields: str | bool) -> str:
    """Fill in a DAG's form, and give the id of the run that it starts."""
    with services.client() as api:
        runs = api.get(f"/dags/{dag_id}/dagRuns").json()["total_entries"]
        fill_in(page, airflow, dag_id, **fields)
        deadline = time.monotonic() + 60
        while (found := api.get(f"/dags/{dag_id}/dagRuns", params={"order_by": "-id"}).json())["total_entries"] == runs:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    leave(page)
    return str(found["dag_runs"][0]["dag_run_id"])


def leave(page) -> None:
    """Drawing the moving parts of a run's page takes as much of a core as the run."""
    page.goto("about:blank")


def submit(page, airflow: services.Services, **fields: str) -> int:
    """Fill in the form of ingest_document, wait until its run is green, and give the article's id."""
    before = {item_id for (item_id,) in ask("SELECT item_id FROM current_article")}
    assert wait_for_run("ingest_document", start(page, airflow, "ingest_document", **fields)) == "success"
    (new,) = {item_id for (item_id,) in ask("SELECT item_id FROM current_article")} - before
    return new


def result(dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> object:
    entry = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
    with services.client() as api:
        answer = api.get(entry, params={"map_index": map_index})
        value = answer.raise_for_status().json()["value"]
        return json.loads(value) if isinstance(value, str) else value


def wait_for_question(dag_id: str, run_id: str, *, seconds: int = 300) -> None:
    """The page that lists the questions does not look again by itself where there was none."""
    deadline = time.monotonic() + seconds
    with services.client() as api:
        while "awaiting_input" not in {
            task["state"] for task in api.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances").json()["task_instances"]
        }:
            assert time.monotonic() < deadline
            time.sleep(1)


def failed_with(dag_id: str, run_id: str, task_id: str) -> str:
    """The log of the one attempt after which a task gave up."""
    assert wait_for_run(dag_id, run_id) == "failed"
    with services.client() as api:
        task = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        assert api.get(task).json()["try_number"] == 1, "what is wrong in a form is not tried again"
        return str(api.get(f"{task}/logs/1").text)
