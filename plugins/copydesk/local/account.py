"""The system user that the embedded Postgres runs as, and the folders made for it.

Postgres refuses to run as root; for root it runs as :data:`SYSTEM_USER`. Elsewhere the account is ``None``: the user
of this process. Only folders made here are ever given other rights than they had.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.errors import ConfigurationError

if TYPE_CHECKING:
    from pwd import struct_passwd

SYSTEM_USER = "pgserver"


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, whatever the umask; those that are there keep their rights."""
    for path in (*reversed(folder.parents), folder):
        with suppress(FileExistsError):
            path.mkdir()
            path.chmod(0o755)


def make_private(folder: Path, account: struct_passwd | None) -> Path:
    """Make a folder that the server's user alone can enter, and root."""
    owner = account.pw_uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if found.st_uid != owner or found.st_mode & 0o077 or folder.is_symlink():
            raise ConfigurationError(f"{folder} belongs to someone else or is open to others; remove it.") from None
    else:
        os.chown(folder, owner, account.pw_gid if account else -1)
    return folder


def server_account() -> struct_passwd | None:
    """The user that the server runs as, where that is not the user of this process."""
    if os.geteuid() != 0:
        return None
    from pwd import getpwnam

    with suppress(KeyError):
        return getpwnam(SYSTEM_USER)
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        made = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
        return getpwnam(SYSTEM_USER)  # also where another process was faster
    except (FileNotFoundError, KeyError) as error:
        reason = made.stderr.strip() if isinstance(error, KeyError) else "there is no useradd"
        raise ConfigurationError(
            f"Postgres does not run as root, and the user {SYSTEM_USER} can't be created: {reason}. "
            "Run Copydesk as another user, or set COPYDESK_DSN to a Postgres of your own."
        ) from error


def run_as(command: list[str | Path], folder: Path, account: struct_passwd | None) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's user, without what this process's environment says of Postgres and libraries."""
    switch: Any = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        **switch,
    )


def check_access(folder: Path, account: struct_passwd | None) -> None:
    """Raise :class:`ConfigurationError` where the server's user can't reach the folder; nothing is opened for it."""
    for path in (*reversed(folder.parents), folder) if account else ():
        if run_as(["test", "-x", path], Path("/"), account).returncode:
            raise ConfigurationError(
                f"Postgres runs as the user {SYSTEM_USER}, who can't enter {path}; "
                "set COPYDESK_DATA_DIR to a folder outside of people's homes."
            )
