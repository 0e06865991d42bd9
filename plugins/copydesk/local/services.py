"""Airflow's components on this machine: started detached, found again by a mark in their environment, ended for good.

No file says what runs: a process is ours when its environment carries :data:`~.environment.MARKER` with this
AIRFLOW_HOME. All that a component forks inherits the mark, so the workers and tasks of a killed scheduler are found
too, in whatever session they are, and a process id that was reused never is.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from signal import SIGKILL, SIGTERM
from typing import IO, cast

import httpx
import psutil
import psycopg2
from filelock import FileLock

from copydesk.errors import ConfigurationError, TemporaryError
from copydesk.local.environment import (
    MARKER,
    METADATA_DATABASE,
    USER,
    Keys,
    airflow_environment,
    airflow_home,
    dags_folder,
    ensure_keys,
    log_folder,
)
from copydesk.local.processes import end, is_alive
from copydesk.warehouse import prepare, server

COMPONENT = "COPYDESK_COMPONENT"
COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),  # the API server reads the log files themselves
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
"""Airflow's commands and their options."""

FIRST_PORT, PORTS = 8080, 100
ANSWERS_WITHIN = 60
"""Seconds; just after the start every schedule is due at once, and a small machine is busy with that."""
HEALTHY_WITHIN = 180
"""Seconds; on a slow machine the components import for a minute."""
PARSED_WITHIN = 45
END_WITHIN = 8
"""Seconds that components and tasks have to end by themselves."""


@dataclass(frozen=True, slots=True)
class Services:
    """What runs."""

    url: str
    keys: Keys
    running: dict[str, int]
    """Process ids by component."""
    started: tuple[str, ...] = ()
    """The components that this call started."""
    broken_dags: tuple[str, ...] = ()
    """Files that Airflow could not import."""


def up() -> Services:
    """Start what does not run, and wait until all is healthy and the DAGs are there."""
    prepare()
    airflow_home().mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(airflow_home() / "services.lock", timeout=HEALTHY_WITHIN):
        leaders = _leaders()
        port = _port_of(leaders)
        if port and "api-server" not in leaders and not _is_free(port):
            # The others call the API server by its port, so they can't stay when it must move.
            end(our_processes(), (SIGTERM, END_WITHIN), (SIGKILL, 5))
            leaders, port = {}, None
        port = port or _choose_port()
        environment = airflow_environment(port)
        migrate_metadata(environment)
        missing = [name for name in COMPONENTS if name not in leaders]
        for name in missing:
            _end_remains(name)
            leaders[name] = _start(name, environment)
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, leaders)
        broken = _wait_until_parsed()
    pids = {name: leaders[name].pid for name in COMPONENTS}
    return Services(url, ensure_keys(), pids, tuple(missing), broken)


def down() -> int:
    """End every process of Airflow and the embedded Postgres; says how many were ended.

    Raises :class:`TemporaryError` when something is left, which only a process that can't be killed brings about.
    """
    ended = len(found := our_processes())
    end(found, (SIGTERM, END_WITHIN))
    while left := our_processes():  # what forked on the way
        if end(left, (SIGKILL, 5)):
            raise TemporaryError(f"these processes can't be ended: {[process.pid for process in left]}")
    return ended + server.stop()


def status() -> Services | None:
    """What runs now, or nothing."""
    leaders = _leaders()
    if not leaders:
        return None
    running = {name: process.pid for name, process in leaders.items()}
    return Services(f"http://127.0.0.1:{_port_of(leaders)}", ensure_keys(), running)


def client() -> httpx.Client:
    """Airflow's REST API, signed in."""
    found = status()
    if found is None:
        raise TemporaryError("Airflow does not run; `make up` starts it")
    login = {"username": USER, "password": found.keys.password}
    answer = httpx.post(f"{found.url}/auth/token", json=login, timeout=ANSWERS_WITHIN, trust_env=False)
    headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
    return httpx.Client(base_url=f"{found.url}/api/v2", headers=headers, timeout=ANSWERS_WITHIN, trust_env=False)


def our_processes() -> list[psutil.Process]:
    """Every living process that was started in this checkout's Airflow environment, but this one and its parents."""
    home, found = str(airflow_home()), []
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid not in spared and process.environ().get(MARKER) == home and is_alive(process):
                found.append(process)
    return found


def migrate_metadata(environment: dict[str, str]) -> bool:
    """Bring Airflow's database to this Airflow's version; says whether anything was to do.

    Asking Airflow takes seconds of importing, so what it left is noted: its version and the schema's.
    """
    note, installed = airflow_home() / "metadata.json", version("apache-airflow-core")
    with suppress(FileNotFoundError, ValueError):
        if json.loads(note.read_text()) == [installed, revision := _revision()] and revision:
            return False
    with _log("migrate") as log:
        done = subprocess.run(_airflow("db", "migrate"), env=environment, stdout=log, stderr=log)  # noqa: S603
    if done.returncode:
        raise ConfigurationError(f"`airflow db migrate` failed: {_last_lines('migrate')}")
    note.write_text(json.dumps([installed, _revision()]))
    return True


def _metadata(query: str) -> list[tuple[str | None, ...]]:
    with psycopg2.connect(server.ensure_running().dsn(METADATA_DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _revision() -> str | None:
    with suppress(psycopg2.errors.UndefinedTable, ValueError):
        [(revision,)] = _metadata("SELECT version_num FROM alembic_version")
        return revision
    return None


def _leaders() -> dict[str, psutil.Process]:
    """The main processes of the components: those that lead the session they were started in."""
    leaders = {}
    for process in our_processes():
        with suppress(psutil.Error, OSError):
            name = process.environ().get(COMPONENT, "")
            # What a task starts may lead a session of its own, but it is another program.
            if os.getsid(process.pid) == process.pid and "airflow" in " ".join(process.cmdline()):
                leaders[name] = process
    return {name: leaders[name] for name in COMPONENTS if name in leaders}


def _end_remains(component: str) -> None:
    """What a killed component left behind would go on working beside its successor."""
    with suppress(psutil.Error):
        remains = [process for process in our_processes() if process.environ().get(COMPONENT) == component]
        end(remains, (SIGTERM, 2), (SIGKILL, 5))


def _start(name: str, environment: dict[str, str]) -> psutil.Process:
    with _log(name) as log:
        process = subprocess.Popen(  # noqa: S603
            _airflow(name, *COMPONENTS[name]),
            env={**environment, COMPONENT: name},
            cwd=airflow_home(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return psutil.Process(process.pid)


def _airflow(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *arguments]


def _log(name: str) -> IO[bytes]:
    log_folder().mkdir(parents=True, exist_ok=True)
    return (log_folder() / f"{name}.log").open("ab")


def _last_lines(name: str) -> str:
    log = log_folder() / f"{name}.log"
    return "\n".join([f"see {log}:", *log.read_text(errors="replace").splitlines()[-8:]])


def _wait_until_healthy(url: str, leaders: dict[str, psutil.Process]) -> None:
    deadline = time.monotonic() + HEALTHY_WITHIN
    while True:
        for name, process in leaders.items():
            if not is_alive(process):
                raise ConfigurationError(f"Airflow's {name} ended by itself, {_last_lines(name)}")
        health = _health(url)
        if health and all(_is_healthy(part, leaders.get(name.replace("_", "-"))) for name, part in health.items()):
            return
        if time.monotonic() > deadline:
            raise TemporaryError(f"Airflow is not healthy after {HEALTHY_WITHIN} s: {health}; see {log_folder()}")
        time.sleep(0.5)


def _health(url: str) -> dict[str, dict[str, str | None]]:
    """What the API server says of itself and the others; nothing while it does not answer."""
    with suppress(httpx.HTTPError, ValueError):
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=5, trust_env=False)
        return cast(dict[str, dict[str, str | None]], answer.raise_for_status().json())
    return {}


def _is_healthy(part: dict[str, str | None], leader: psutil.Process | None) -> bool:
    """A component that died counts as healthy for half a minute by its last heartbeat, which is not its successor's."""
    heartbeats = [value for name, value in part.items() if name.startswith("latest_") and value]
    return part["status"] == "healthy" and all(
        leader is None or datetime.fromisoformat(value).timestamp() > leader.create_time() for value in heartbeats
    )


def _wait_until_parsed() -> tuple[str, ...]:
    """Wait until every DAG file is in Airflow's database; gives those that can't be imported."""
    files = {path.name for path in dags_folder().glob("*.py")}
    deadline = time.monotonic() + PARSED_WITHIN
    while True:
        parsed = {name for (name,) in _metadata("SELECT relative_fileloc FROM dag WHERE NOT is_stale")}
        broken = {name for (name,) in _metadata("SELECT filename FROM import_error")}
        if files <= parsed | broken or time.monotonic() > deadline:
            return tuple(sorted(filter(None, broken)))
        time.sleep(0.5)


def _port_of(leaders: dict[str, psutil.Process]) -> int | None:
    ports = {int(process.environ()["AIRFLOW__API__PORT"]) for process in leaders.values()}
    return ports.pop() if ports else None


def _choose_port() -> int:
    if wanted := os.environ.get("COPYDESK_PORT"):
        if not wanted.isdecimal() or not _is_free(int(wanted)):
            raise ConfigurationError(f"COPYDESK_PORT: {wanted!r} is taken, or no port")
        return int(wanted)
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if _is_free(port):
            return port
    raise ConfigurationError(f"no port from {FIRST_PORT} is free; set COPYDESK_PORT")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError, OverflowError):
            probe.bind(("127.0.0.1", port))
            return True
    return False
