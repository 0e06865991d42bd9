"""What a running job takes of the machine: seconds of its processors, and memory, by kind of process."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of processes and of all that they started, those that have ended among them."""
    total = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            leader = psutil.Process(pid)
            for process in (leader, *leader.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    total += times.user + times.system + times.children_user + times.children_system
    return total


def own_cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


class Memory(threading.Thread):
    """The largest memory of its own of a process that runs a task, and of Postgres' sessions, between two looks."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._peak: dict[str, int] = {}
        self._guard = threading.Lock()

    def run(self) -> None:
        while True:
            for process in psutil.process_iter(["cmdline"]):
                with suppress(psutil.Error, OSError, ValueError):
                    kind = _kind(" ".join(process.info["cmdline"] or ()))
                    if kind:
                        size = _own_memory(process)
                        with self._guard:
                            self._peak[kind] = max(self._peak.get(kind, 0), size)
            time.sleep(2)

    def take(self) -> dict[str, int]:
        with self._guard:
            peak, self._peak = self._peak, {}
        return peak


def _own_memory(process: psutil.Process) -> int:
    """Bytes that are this process's alone: neither shared with the process that it was forked from, nor pages of
    Postgres' shared buffers, which psutil counts as long as no other process has looked at them."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (anonymous,) = (line for line in status.splitlines() if line.startswith("RssAnon:"))
    return min(int(anonymous.split()[1]) * 1024, process.memory_full_info().uss)


def _kind(line: str) -> str | None:
    if "copydesk.refinery" in line:
        return "refinery"
    if "airflow worker" in line:
        return "task"
    return "postgres" if line.startswith("postgres:") and " copydesk" in line else None


def pin_to_one_core(pids: Iterable[int]) -> None:
    """Let this process and others, with what they have started, share one core."""
    core = [max(os.sched_getaffinity(0))]
    os.sched_setaffinity(0, core)
    for pid in pids:
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.cpu_affinity(core)
