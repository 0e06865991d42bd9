"""The topology of ``docker-compose.yml`` as plain processes on loopback, whose parts can be killed.

Postgres, Redis, API server, scheduler, DAG processor and Celery workers, each started again a few seconds after it died,
as ``restart: unless-stopped`` does. The triggerer is left out: no DAG of ours defers.

Airflow waits long before it believes that something is dead, which is right in production and would make a test of a
few minutes wait for hours. What is shortened here, and the value that stands in production:

============================================= ======= ===========
what                                          here    production
============================================= ======= ===========
retry of a task (``retry_delay``)             2 s     30 s, doubled each time, up to 30 min
heartbeats missed until a task counts as lost 20 s    5 min
queued task that nobody took                  45 s    10 min
look for tasks of a dead scheduler            10 s    5 min
pages: claim of a dead run, pause             passed  15 min, 5 min
============================================= ======= ===========
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from types import TracebackType
from typing import Any

import httpx
import psutil
import psycopg2

from copydesk.errors import CopydeskError
from copydesk.local import environment, services
from copydesk.local.processes import end
from copydesk.warehouse import server

SETTINGS = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__PARALLELISM": "16",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "45",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "1",
}
LOCAL_SETTINGS = """\
\"\"\"The harness waits two seconds where production waits half a minute and more.\"\"\"

from datetime import timedelta


def task_policy(task):
    task.retry_delay = timedelta(seconds=2)
    task.retry_exponential_backoff = 0.0
"""
CLOCK = Path(__file__).with_name("clock.c")
DAGS = ("ingest.py", "refine.py")
BATCH = re.compile(r'(?<="batch_size": Param\()\s*\d+')
SMALL = 20
"""Items that one task refines, instead of the default: a small job has as many tasks as a large one."""
RESTARTED_AFTER = (1.0, 3.0)
"""Seconds after which a component that died is started again."""


@dataclass(slots=True)
class Component:
    """A process that is kept running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    prepare: Callable[[], object] = lambda: None
    process: psutil.Process | None = None
    wanted: bool = False
    due: float | None = None
    starts: int = 0

    def start(self) -> None:
        self.prepare()
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process, self.wanted, self.due, self.starts = psutil.Process(started.pid), True, None, self.starts + 1

    @property
    def is_alive(self) -> bool:
        # Collected at once: this process is its parent.
        with suppress(ChildProcessError):
            if self.process and os.waitpid(self.process.pid, os.WNOHANG)[0]:
                self.process = None
        return self.process is not None and self.process.is_running()

    def kill(self) -> None:
        """As a container dies: the process and all that it started, at once."""
        with suppress(psutil.NoSuchProcess):
            if self.process:
                kill_all([*self.process.children(recursive=True), self.process])


def kill_all(family: list[psutil.Process]) -> None:
    """Stopped first, so that none of them sees another one die."""
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@dataclass(slots=True)
class Topology:
    """Postgres runs within the ``with``, the others from :meth:`start` on; at its end nothing of it is left."""

    sources: str
    """The text of the sources' file."""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="copydesk-faults-")))
    workers: int = 2
    clock: bool = False
    """Whether the workers' clock can be moved: see ``clock.c``."""
    batch_size: int | None = SMALL
    """None: what the DAG has."""
    components: dict[str, Component] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _guard: threading.RLock = field(default_factory=threading.RLock)
    _supervisor: threading.Thread | None = None
    _token: str | None = None
    _api_port: int = 0
    _chance: random.Random = field(default_factory=random.Random)
    _postgres_wanted: bool = True
    disk: Path = Path()
    """Where Postgres keeps its data."""

    def __enter__(self) -> Topology:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # as root, the server runs as a user of its own
        self._before = dict(os.environ)
        for name in ("AIRFLOW_CONN_COPYDESK", "COPYDESK_DSN", "COPYDESK_DROP_FOLDER", "AIRFLOW_HOME"):
            os.environ.pop(name, None)
        os.environ["COPYDESK_DATA_DIR"] = str(self.folder)
        os.environ["COPYDESK_SOURCES"] = str(self.folder / "sources")
        os.environ["COPYDESK_DAGS_FOLDER"] = str(self._dags())
        (self.folder / "sources").mkdir(exist_ok=True)
        (self.folder / "sources" / "faults.yaml").write_text(self.sources)
        try:
            self._prepare()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._supervisor:
            self._supervisor.join()
        for component in self.components.values():
            component.kill()
        services.down()
        end(self._strays(), (SIGTERM, 2), (SIGKILL, 5))
        os.environ.clear()
        os.environ.update(self._before)

    def _strays(self) -> list[psutil.Process]:
        return [component.process for component in self.components.values() if component.process]

    def _dags(self) -> Path:
        """Two DAG files: the job of this test, without the daily checks."""
        folder = self.folder / "dags"
        folder.mkdir(exist_ok=True)
        for name in DAGS:
            text = (server.CHECKOUT / "dags" / name).read_text()
            (folder / name).write_text(BATCH.sub(str(self.batch_size), text) if self.batch_size else text)
        return folder

    def _prepare(self) -> None:
        redis, self._api_port = free_port(), free_port()
        made = environment.airflow_environment(self._api_port)
        backend = made["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("postgresql+psycopg2", "db+postgresql")
        self.environment = {
            **made,
            **SETTINGS,
            "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{redis}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": backend,
        }
        os.environ["AIRFLOW_CONN_COPYDESK"] = made["AIRFLOW_CONN_COPYDESK"]
        home = environment.airflow_home()
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "config" / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)
        services.migrate_metadata(self.environment)
        (self.folder / "redis").mkdir(exist_ok=True)
        self._add(
            "redis",
            [
                "redis-server",
                "--port",
                str(redis),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(self.folder / "redis"),
                "--appendonly",
                "yes",
                "--save",
                "",
            ],
        )
        for name, options in (("api-server", []), ("scheduler", ["--skip-serve-logs"]), ("dag-processor", [])):
            self._add(name, [sys.executable, "-m", "airflow", name, *options])
        for number in range(1, self.workers + 1):
            self._add_worker(number)

    def start(self) -> None:
        """Start all but Postgres, which runs already, and wait until the DAGs are there."""
        for component in self.components.values():
            component.start()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)
        self._supervisor.start()
        self.wait_until_healthy()

    def _add(self, name: str, command: list[str], more: Mapping[str, str] | None = None, **options: Any) -> None:
        settings = {**self.environment, **(more or {})}
        self.components[name] = Component(name, command, settings, self.folder / f"{name}.log", **options)

    def _add_worker(self, number: int) -> None:
        name = f"worker-{number}"
        note = self.folder / f"{name}.pid"
        command = [sys.executable, "-m", "airflow", "celery", "worker", "--celery-hostname", f"{name}@localhost"]
        command += ["--pid", str(note), "--skip-serve-logs", "--without-gossip", "--without-mingle"]
        self._add(name, command, self._clock_settings(), prepare=lambda: note.unlink(missing_ok=True))

    # -- The clock of the workers.

    def _clock_settings(self) -> dict[str, str]:
        if not self.clock:
            return {}
        library, seconds = self.folder / "clock.so", self.folder / "clock"
        if not library.exists():
            seconds.write_bytes(struct.pack("=q", 0))
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, CLOCK, "-ldl"], check=True)
        return {"LD_PRELOAD": str(library), "COPYDESK_CLOCK": str(seconds)}

    def set_clock(self, days: float) -> None:
        """Move the time of day of the workers, and of the tasks that they run, so far from the true one."""
        with (self.folder / "clock").open("r+b") as file:
            file.write(struct.pack("=q", round(days * 86_400)))

    # -- Supervision.

    def _supervise(self) -> None:
        while not self._stopped.wait(0.2):
            with self._guard:
                for component in self.components.values():
                    if not component.wanted or component.is_alive:
                        continue
                    if component.due is None:
                        component.due = time.monotonic() + self._chance.uniform(*RESTARTED_AFTER)
                    elif time.monotonic() > component.due:
                        component.kill()
                        component.start()
                if self._postgres_wanted and server.status() is None:
                    with suppress(CopydeskError, OSError):
                        server.ensure_running()

    def kill(self, name: str) -> None:
        """SIGKILL a component and all its processes; the supervisor starts it again."""
        with self._guard:
            self.components[name].kill()

    def worker_names(self) -> list[str]:
        return [name for name in self.components if name.startswith("worker-")]

    def worker_processes(self) -> list[psutil.Process]:
        return [process for name in self.worker_names() if (process := self.components[name].process)]

    @contextmanager
    def without_postgres(self, *, brutal: bool) -> Iterator[None]:
        """Postgres is away within the ``with``: shut down in good order, or by SIGKILL of all its processes."""
        with self._guard:
            self._postgres_wanted = False
            if brutal and (running := server.status()):
                postmaster = psutil.Process(running.pid)
                kill_all([postmaster, *postmaster.children(recursive=True)])
            elif not brutal:
                server.stop()
        try:
            yield
        finally:
            self._postgres_wanted = True

    def keep_log_short(self) -> None:
        """Let the write-ahead log take little of a small disk."""
        for setting in ("max_wal_size = '96MB'", "min_wal_size = '32MB'"):
            self.ask(f"ALTER SYSTEM SET {setting}", database="postgres")
        self.ask("SELECT pg_reload_conf()", database="postgres")

    def kill_everything(self) -> None:
        """SIGKILL of every process at once, as when the power fails."""
        with self._guard:
            family: list[psutil.Process] = []
            if running := server.status():
                postmaster = psutil.Process(running.pid)
                family += [postmaster, *postmaster.children(recursive=True)]
            for component in self.components.values():
                with suppress(psutil.NoSuchProcess):
                    if component.process:
                        family += [component.process, *component.process.children(recursive=True)]
            kill_all(list({process.pid: process for process in (*family, *services.our_processes())}.values()))

    def wait_until_healthy(self, seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_healthy():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Airflow is not healthy after {seconds} s; see {self.folder}")
            time.sleep(1)

    def _is_healthy(self) -> bool:
        with suppress(httpx.HTTPError, ValueError, KeyError):
            known = {dag["dag_id"] for dag in self.api("GET", "/dags").json()["dags"]}
            return {"refine", "ingest_faults"} <= known
        return False

    # -- What runs.

    def api(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask Airflow's REST API."""
        url = f"http://127.0.0.1:{self._api_port}"
        if self._token is None:
            login = {"username": environment.USER, "password": environment.ensure_keys().password}
            answer = httpx.post(f"{url}/auth/token", json=login, timeout=60, trust_env=False).raise_for_status()
            self._token = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = httpx.request(method, f"{url}/api/v2{path}", headers=headers, timeout=60, trust_env=False, **more)
        return answer.raise_for_status()

    def ask(self, statement: str, *values: object, database: str = "copydesk") -> list[tuple[Any, ...]]:
        """Ask Postgres; waits where it is away."""
        deadline = time.monotonic() + 180
        while True:
            try:
                return self._ask(statement, values, database)
            except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.DatabaseError) as error:
                if isinstance(error, psycopg2.ProgrammingError) or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _ask(self, statement: str, values: tuple[object, ...], database: str) -> list[tuple[Any, ...]]:
        running = server.status()
        if running is None:
            raise psycopg2.OperationalError("Postgres does not run")
        connection = psycopg2.connect(
            running.dsn(database), options="-c search_path=copydesk,public", connect_timeout=5
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def running_tasks(self, *task_ids: str) -> list[tuple[str, str, str, int, int]]:
        """Task instances at work: DAG, run, task, map index, try."""
        return self.ask(  # type: ignore[return-value]
            "SELECT dag_id, run_id, task_id, map_index, try_number FROM task_instance "
            "WHERE state = 'running' AND task_id = ANY(%s)",
            list(task_ids),
            database="airflow",
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
