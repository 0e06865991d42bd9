"""Processes that have part of a core only, as a container of that size has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000
"""Microseconds."""


@contextmanager
def limited(processes: Sequence[psutil.Process], cores: float) -> Iterator[None]:
    """Each process, with all that it has started and will start, gets so much of a core. Needs root."""
    with ExitStack() as groups:
        for process in processes:
            groups.enter_context(_group(process, round(cores * PERIOD)))
        yield


@contextmanager
def _group(process: psutil.Process, quota: int) -> Iterator[None]:
    second_version = (CGROUPS / "cgroup.controllers").exists()
    above = CGROUPS if second_version else CGROUPS / "cpu"
    group = above / f"copydesk-{os.getpid()}-{process.pid}"
    group.mkdir()
    try:
        if second_version:
            (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        for member in (process, *process.children(recursive=True)):
            (group / "cgroup.procs").write_text(str(member.pid))
        yield
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            (above / "cgroup.procs").write_text(pid)
        group.rmdir()
