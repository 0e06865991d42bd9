"""`make run`: the bundled sample sources through the real DAGs, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from httpx import Client, HTTPError
from rich.console import Console

from copydesk.errors import ConfigurationError, TemporaryError
from copydesk.local import services
from copydesk.local.environment import airflow_environment, log_folder
from copydesk.local.runner import LAST_DAG, SAMPLE_TAG
from copydesk.warehouse import prepare

RUNNING, SUCCESS = ("queued", "running"), "success"


@dataclass(frozen=True, slots=True)
class Progress:
    """A DAG has reached a state."""

    dag_id: str
    state: str
    run_id: str | None = None


def run_demo(console: Console | None = None) -> int:
    """Run the sample's DAGs and print what was loaded; the exit code is 1 unless every run succeeded.

    Where Airflow runs already, it runs them, and they are seen in its UI. Otherwise they run in one process without
    a scheduler, which is faster than starting one.
    """
    console = console or Console()
    with console.status("starting Postgres"):
        applied = prepare()
    if applied:
        console.print(f"[green]✓[/] warehouse set up ({len(applied)} migrations)")
    steps = _in_services() if _are_up() else _in_one_process()
    try:
        succeeded, run_ids = _show(steps, console)
    except HTTPError as error:
        raise TemporaryError(f"Airflow does not answer as it should: {error}") from error
    if run_ids:
        from copydesk.local.summary import print_summary

        print_summary(run_ids, console)
    if not succeeded:
        console.print(f"[red]✗[/] not every run succeeded; see {log_folder()}")
    return 0 if succeeded else 1


def _show(steps: Iterator[Progress], console: Console) -> tuple[bool, list[str]]:
    """Print the steps as they come; says whether all was well, and gives the runs' ids."""
    started: dict[str, float] = {}
    states: dict[str, str] = {}
    run_ids: list[str] = []
    with console.status("starting Airflow") as line:
        for step in steps:
            states[step.dag_id] = step.state
            if step.state in RUNNING:
                line.update(f"running {step.dag_id}")
                started[step.dag_id] = time.monotonic()
                continue
            mark = "[green]✓[/]" if step.state == SUCCESS else "[red]✗[/]"
            took = f" ({time.monotonic() - started[step.dag_id]:.1f} s)" if step.dag_id in started else ""
            console.print(f"{mark} {step.dag_id}: {step.state}{took}", highlight=False)
            if step.run_id:
                run_ids.append(f"{step.dag_id}/{step.run_id}")
    return LAST_DAG in states and set(states.values()) == {SUCCESS}, run_ids


def _in_one_process() -> Iterator[Progress]:
    environment = airflow_environment()
    services.migrate_metadata(environment)
    log_folder().mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    with (log_folder() / "run.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "copydesk.local.runner", str(writing)],
            env=environment,
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(writing)
    try:
        with open(reading, encoding="utf-8") as reports:
            for line in reports:
                yield Progress(**json.loads(line))
        process.wait()
    finally:
        process.kill()
        process.wait()
    if process.returncode not in (0, 1):
        raise TemporaryError(f"the run broke off with {process.returncode}; see {log_folder() / 'run.log'}")


def _are_up() -> bool:
    found = services.status()
    return found is not None and found.running.keys() == services.COMPONENTS.keys()


def _in_services() -> Iterator[Progress]:
    with services.client() as api:
        found = api.get("/dags", params={"tags": [SAMPLE_TAG], "limit": 1000}).raise_for_status().json()["dags"]
        for dag_ids in (sorted(dag["dag_id"] for dag in found), [LAST_DAG]):
            runs = {dag_id: _trigger(api, dag_id) for dag_id in dag_ids}
            yield from (Progress(dag_id, "running") for dag_id in dag_ids)
            for dag_id, run_id in runs.items():
                yield Progress(dag_id, _await_end(api, dag_id, run_id), run_id)


def _trigger(api: Client, dag_id: str) -> str:
    if api.get(f"/dags/{dag_id}").raise_for_status().json()["is_paused"]:
        raise ConfigurationError(f"the DAG {dag_id} is paused; switch it on in Airflow's UI")
    run = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None}).raise_for_status().json()
    return str(run["dag_run_id"])


def _await_end(api: Client, dag_id: str, run_id: str) -> str:
    while True:
        state = api.get(f"/dags/{dag_id}/dagRuns/{run_id}").raise_for_status().json()["state"]
        if state not in RUNNING:
            return str(state)
        if not _are_up():
            raise TemporaryError("a component of Airflow has died; `make up` starts it again")
        time.sleep(0.5)
