"""Processes of this machine: which of them live, and how to end them for certain."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from signal import Signals

import psutil


def commands() -> Iterator[tuple[psutil.Process, list[str]]]:
    """Every living process that has a command line, with it. Zombies and kernel threads have none."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if command := process.cmdline():
                yield process, command


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie does not: where nobody collects it, it stays in the process table for ever."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_gone(processes: Iterable[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Wait up to ``timeout`` seconds until all have ended; gives those that have not."""
    deadline = time.monotonic() + timeout
    while (left := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def end(processes: Iterable[psutil.Process], *steps: tuple[Signals, float]) -> list[psutil.Process]:
    """Send each step's signal to those that still live, and wait its seconds; gives who outlived them all.

    A process id that another program has got meanwhile is left alone: psutil compares start times.
    """
    left = list(processes)
    for signal, timeout in steps:
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal)
        left = wait_gone(left, timeout)
    return left
