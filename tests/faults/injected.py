"""What goes wrong: each fault is a thing that is done at a random moment while the job runs."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

import httpx
import psutil
import psycopg2
from tests.faults import job
from tests.faults.material import OUTLETS
from tests.faults.topology import Topology
from tests.faults.website import Website

DISK = 640
"""Megabytes of the disk that fills up."""


@dataclass(slots=True)
class Scene:
    """Where a fault happens."""

    topology: Topology
    website: Website
    chance: random.Random
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    title: str
    inject: Callable[[Scene], bool]
    """Says whether it was: where nothing is at work that could be hit, it is tried again a little later."""
    gap: tuple[float, float] = (0.02, 0.12)
    """Between two, as shares of what a round takes without any: a fault that leaves no time for work proves nothing."""
    clock: bool = False
    small_disk: bool = False


def worker(scene: Scene) -> bool:
    """SIGKILL a worker while it refines, every third time only the processes of the task."""
    found = _task_processes(scene, "refine_batch")
    if not found:
        return False
    name, supervisor = scene.chance.choice(found)
    if scene.chance.random() < 1 / 3:
        with suppress(psutil.NoSuchProcess):
            for process in supervisor.children(recursive=True):
                process.kill()
    else:
        scene.topology.kill(name)
    return True


def _task_processes(scene: Scene, *task_ids: str) -> list[tuple[str, psutil.Process]]:
    """The processes that look after running tasks, each with its worker's name."""
    ids = {
        str(id)
        for (id,) in scene.topology.ask(
            "SELECT id FROM task_instance WHERE state = 'running' AND task_id = ANY(%s)",
            list(task_ids),
            database="airflow",
        )
    }
    found = []
    for name in scene.topology.worker_names():
        with suppress(psutil.NoSuchProcess):
            process = scene.topology.components[name].process
            for child in process.children(recursive=True) if process else ():
                with suppress(psutil.NoSuchProcess):
                    words = " ".join(child.cmdline())
                    if "supervisor" in words and any(id in words for id in ids):
                        found.append((name, child))
    return found


def scheduler(scene: Scene) -> bool:
    scene.topology.kill("scheduler")
    return True


def postgres_restarted(scene: Scene) -> bool:
    return _postgres(scene, brutal=False)


def postgres_killed(scene: Scene) -> bool:
    return _postgres(scene, brutal=True)


def _postgres(scene: Scene, *, brutal: bool) -> bool:
    with scene.topology.without_postgres(brutal=brutal):
        time.sleep(scene.chance.uniform(0.5, 3))
    return True


def redis(scene: Scene) -> bool:
    """Killed, or stopped in good order; its log of what was queued is kept, as in the composition."""
    process = scene.topology.components["redis"].process
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process.send_signal(SIGTERM) if scene.chance.random() < 0.5 else process.kill()
    return True


def source(scene: Scene) -> bool:
    """The next request is not answered, or half of it."""
    before = scene.website.failed
    scene.website.misbehave(scene.chance.choice(("hang", "hang", "stall", "cut")))
    until = time.monotonic() + 20
    while scene.website.failed == before and time.monotonic() < until:
        time.sleep(0.2)
    scene.website.behave()
    return scene.website.failed > before


def twice(scene: Scene) -> bool:
    """The same DAG once more, and the same steps from the command line at the same moment."""
    command = [sys.executable, "-m", "copydesk", "fetch", *(outlet.name for outlet in OUTLETS)]
    alive = [process for process in scene.started if process.poll() is None]
    if len(alive) > 1:
        return False
    scene.started[:] = [
        *alive,
        subprocess.Popen(
            command,
            env=scene.topology.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ),
    ]
    dag_id = scene.chance.choice((job.INGEST, job.REFINE))
    ((queued,),) = scene.topology.ask(
        "SELECT count(*) FROM dag_run WHERE state = 'queued' AND dag_id = %s", dag_id, database="airflow"
    )
    if not queued:
        job.trigger(scene.topology, dag_id)
    return True


def clock(scene: Scene) -> bool:
    """The workers' clock is a day ahead or behind for a while, and back again: two jumps, counted as one."""
    scene.topology.set_clock(scene.chance.choice((1, 1, -1)))
    time.sleep(scene.chance.uniform(2, 8))
    scene.topology.set_clock(0)
    return True


def cleared(scene: Scene) -> bool:
    """A task is cleared by hand while it runs."""
    running = scene.topology.running_tasks("refine_batch", "load", "fetch", "link")
    if not running:
        return False
    dag_id, run_id, task_id, map_index, _ = scene.chance.choice(running)
    task = task_id if map_index < 0 else [task_id, map_index]
    order = {
        "dry_run": False,
        "dag_run_id": run_id,
        "task_ids": [task],
        "only_failed": False,
        "reset_dag_runs": True,
        "include_downstream": False,
    }
    scene.topology.api("POST", f"/dags/{dag_id}/clearTaskInstances", json=order)
    return True


def disk(scene: Scene) -> bool:
    """The disk of Postgres is full for some seconds."""
    ballast = scene.topology.disk / "ballast"
    try:
        with ballast.open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        time.sleep(scene.chance.uniform(2, 6))
    finally:
        ballast.unlink()
    return True


def everything(scene: Scene) -> bool:
    """All processes at once; all start again by themselves."""
    scene.topology.kill_everything()
    return True


FAULTS = {
    "worker": Fault("worker or task killed (SIGKILL) in refine", worker),
    "scheduler": Fault("scheduler killed (SIGKILL)", scheduler),
    "postgres-restarted": Fault("Postgres restarted", postgres_restarted),
    "postgres-killed": Fault("Postgres killed (SIGKILL)", postgres_killed),
    "disk": Fault("disk of Postgres full", disk, small_disk=True),
    "redis": Fault("Redis stopped or killed", redis),
    "source": Fault("source timing out", source, gap=(0.0, 0.02)),
    "twice": Fault("same run started again, and from the command line", twice),
    "clock": Fault("workers' clock jumps a day", clock, clock=True),
    "cleared": Fault("running task cleared by hand", cleared),
    "everything": Fault("everything killed at once (SIGKILL)", everything, gap=(0.15, 0.4)),
}


@contextmanager
def injecting(fault: Fault, scene: Scene, *, most: int, pace: float) -> Iterator[list[float]]:
    """Do it at random moments within the ``with``, ``pace`` being the seconds of a round in peace; gives the moments."""
    moments: list[float] = []
    over = threading.Event()

    def go_on() -> None:
        while len(moments) < most and not over.wait(pace * scene.chance.uniform(*fault.gap)):
            try:
                while not fault.inject(scene):
                    if over.wait(0.5):
                        return
            except (httpx.HTTPError, psycopg2.Error, psutil.Error, TimeoutError) as error:
                print(f"    not injected: {type(error).__name__}: {error}", flush=True)
                continue
            moments.append(time.monotonic())

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield moments
    finally:
        over.set()
        thread.join()
        for process in scene.started:
            process.wait()


@contextmanager
def small_disk(folder: Path, *, megabytes: int = DISK) -> Iterator[Path]:
    """A file system in memory at the folder, where this process may mount one."""
    if os.geteuid() != 0:
        raise PermissionError("a disk that fills up needs root, to mount a small one")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
