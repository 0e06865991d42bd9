from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil

from copydesk.local.processes import commands, end, is_alive, wait_gone


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(["true"])
    process = psutil.Process(child.pid)
    assert wait_gone([process], 5) == []
    assert psutil.pid_exists(child.pid), "nobody has collected it yet"
    assert not is_alive(process)
    assert child.pid not in [found.pid for found, _ in commands()]
    child.wait()


def test_who_ignores_the_first_signal_gets_the_next() -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()
    process = psutil.Process(child.pid)
    assert end([process], (signal.SIGTERM, 0.3)) == [process]
    assert end([process], (signal.SIGTERM, 0.1), (signal.SIGKILL, 5)) == []
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()


def test_a_process_id_that_was_reused_is_left_alone() -> None:
    child = subprocess.Popen(["sleep", "60"])
    try:
        old = psutil.Process(child.pid)
        old._create_time = old.create_time() - 1000  # as remembered from an earlier program with this id
        old._ident = (old.pid, old._create_time)
        assert end([old], (signal.SIGTERM, 0.2), (signal.SIGKILL, 0.2)) == []
        os.kill(child.pid, 0)
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
