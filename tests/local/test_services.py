"""Airflow itself, started and ended: slow, so that few tests look at much."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from copydesk.errors import ConfigurationError
from copydesk.local import demo, services, summary
from copydesk.local.environment import MARKER, airflow_home
from copydesk.local.processes import is_alive, wait_gone
from copydesk.warehouse import server

DAGS = Path(__file__).parent / "dags"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state folder with DAGs of its own: another Airflow and another Postgres than the developer's."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-local-"))
    folder.chmod(0o755)
    shutil.copytree(DAGS, folder / "dags")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AIRFLOW_CONN_COPYDESK", "COPYDESK_DSN", "COPYDESK_PORT", "AIRFLOW_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("COPYDESK_DATA_DIR", str(folder))
        patch.setenv("COPYDESK_DAGS_FOLDER", str(folder / "dags"))
        try:
            yield folder
        finally:
            services.down()
            shutil.rmtree(folder)


def call(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "copydesk.local", command], capture_output=True, text=True)


def test_nothing_runs_at_first(state: Path) -> None:
    done = call("status")
    assert done.returncode == 1
    assert "Airflow does not run" in done.stdout
    done = call("down")
    assert (done.returncode, done.stdout.strip()) == (0, "✓ nothing ran")


def test_down_ends_what_carries_the_mark_and_nothing_else(state: Path) -> None:
    def sleeper(**variables: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], env={**os.environ, **variables}, start_new_session=True)

    ours, home = sleeper(**{MARKER: str(airflow_home())}), str(airflow_home())
    others = [sleeper(**{MARKER: "/elsewhere"}), sleeper(AIRFLOW_HOME=home)]
    try:
        assert [process.pid for process in services.our_processes()] == [ours.pid]
        assert services.down() == 1
        assert ours.wait(1) == -signal.SIGTERM
        assert [other.poll() for other in others] == [None, None]
    finally:
        for process in (ours, *others):
            process.kill()
            process.wait()


def test_down_spares_the_terminal_that_calls_it(state: Path) -> None:
    """A shell with the mark in its environment, as one that was started by a task."""
    command = f"{sys.executable} -m copydesk.local down; echo survived"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, MARKER: str(airflow_home())},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "survived"


def test_a_taken_port_is_passed_over_and_a_wanted_one_is_insisted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setattr(services, "FIRST_PORT", taken)
        assert services._choose_port() > taken
        monkeypatch.setenv("COPYDESK_PORT", str(taken))
        with pytest.raises(ConfigurationError, match="COPYDESK_PORT"):
            services._choose_port()
    assert services._choose_port() == taken


@pytest.fixture
def summarised(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The run ids that the summary is asked for."""
    asked: list[list[str]] = []
    monkeypatch.setattr(summary, "print_summary", lambda run_ids, console: asked.append(run_ids))
    return asked


@pytest.mark.airflow
def test_the_demo_runs_the_samples_and_then_refine(state: Path, summarised: list[list[str]]) -> None:
    console = Console(file=io.StringIO(), width=200)
    assert demo.run_demo(console) == 0
    lines = [line.split(" (")[0] for line in console.file.getvalue().splitlines() if "success" in line]
    assert lines == ["✓ ingest_a: success", "✓ ingest_b: success", "✓ refine: success"]
    assert [len(run_ids) for run_ids in summarised] == [3]
    assert "two" in (state / "logs" / "run.log").read_text()
    assert services.our_processes() == []


@pytest.mark.airflow
def test_the_demo_says_what_failed(state: Path, summarised: list[list[str]]) -> None:
    broken = state / "dags" / "broken.py"
    broken.write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    failing = state / "dags" / "failing.py"
    sample = (DAGS / "samples.py").read_text()
    failing.write_text(sample.replace('("a", "b")', '("c",)').replace("return [1, 2]", "1 / 0"))
    console = Console(file=io.StringIO(), width=200)
    try:
        assert demo.run_demo(console) == 1
    finally:
        broken.unlink()
        failing.unlink()
    output = console.file.getvalue()
    assert "✗ broken.py: import error" in output
    assert "✗ ingest_c: failed" in output
    assert "✓ ingest_a: success" in output
    assert str(state / "logs") in output


@pytest.mark.airflow
def test_up_and_down(state: Path, summarised: list[list[str]]) -> None:
    (state / "dags" / "broken.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    found = services.up()
    assert set(found.running) == set(found.started) == set(services.COMPONENTS)
    assert found.broken_dags == ("broken.py",)
    (state / "dags" / "broken.py").unlink()

    # What it shows, and to whom.
    assert httpx.get(f"{found.url}/api/v2/dags").status_code == 401
    with services.client() as api:
        dags = {dag["dag_id"]: dag["is_paused"] for dag in api.get("/dags").json()["dags"]}
    assert dags == {"ingest_a": False, "ingest_b": False, "refine": False, "slow": False}
    addresses = set()
    for process in services.our_processes():
        with suppress(psutil.NoSuchProcess):  # a task's process may end while it is looked at
            addresses |= {connection.laddr.ip for connection in process.net_connections("tcp")}
    assert addresses == {"127.0.0.1"}

    # A second call finds it running; the demo uses it.
    again = services.up()
    assert (again.running, again.started) == (found.running, ())
    assert demo.run_demo(Console(file=io.StringIO())) == 0
    assert [len(run_ids) for run_ids in summarised] == [3]

    # A task runs, and has started a program in a session of its own. The scheduler is killed.
    sleepers = _run_slow_task()
    os.kill(found.running["scheduler"], signal.SIGKILL)
    wait_gone([psutil.Process(found.running["scheduler"])], 5)
    assert "dead: scheduler" in call("status").stdout

    # It is started anew, without what its predecessor left.
    restarted = services.up()
    assert restarted.started == ("scheduler",)
    assert wait_gone(sleepers, 1) == []

    # Killed again amid a task, and down.
    _run_slow_task()
    left = services.our_processes()
    postgres = server.status()
    os.kill(restarted.running["scheduler"], signal.SIGKILL)
    done = call("down")
    assert done.returncode == 0
    assert "nothing is left" in done.stdout
    assert [process for process in left if is_alive(process)] == []
    assert services.our_processes() == []
    assert server.status() is None
    assert not psutil.pid_exists(postgres.pid) or not is_alive(psutil.Process(postgres.pid))


def _run_slow_task() -> list[psutil.Process]:
    """Have a task run, and wait until it has started its program; gives that."""
    with services.client() as api:
        api.post("/dags/slow/dagRuns", json={"logical_date": None}).raise_for_status()
    deadline = time.monotonic() + 60
    while not (found := [process for process in services.our_processes() if process.name() == "sleep"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found
