"""The environment in which Airflow runs on this machine: everything is set by variables, ``airflow.cfg`` by nothing."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from copydesk.warehouse.connection import DATABASE
from copydesk.warehouse.server import CHECKOUT, PORT, SUPERUSER, Server, ensure_running, state_dir

METADATA_DATABASE = "airflow"
USER = "admin"
MARKER = "COPYDESK_LOCAL"
"""Names the AIRFLOW_HOME in every process that is started in this environment, so that ``down`` finds them all."""


def airflow_home() -> Path:
    return state_dir() / "airflow"


def log_folder() -> Path:
    return state_dir() / "logs"


def drop_folder() -> Path:
    """``COPYDESK_DROP_FOLDER``, else ``drop/`` beside the logs; made if it is not there."""
    folder = Path(os.environ.get("COPYDESK_DROP_FOLDER") or state_dir() / "drop")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def dags_folder() -> Path:
    """``COPYDESK_DAGS_FOLDER``, else ``dags/`` of the checkout."""
    return Path(os.environ.get("COPYDESK_DAGS_FOLDER") or CHECKOUT / "dags")


@dataclass(frozen=True, slots=True)
class Keys:
    """What Airflow signs and encrypts with, and the password of its one user."""

    fernet_key: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    session_key: str = field(repr=False)
    password: str = field(repr=False)


def airflow_environment(port: int = 8080) -> dict[str, str]:
    """This process's environment with all that Airflow needs; ``port`` is the API server's.

    Starts the embedded Postgres and creates its databases. A warehouse that the user configured by ``COPYDESK_DSN``
    or ``AIRFLOW_CONN_COPYDESK`` stays theirs; Airflow's own database is always on the embedded server.
    """
    server = ensure_running()
    server.ensure_database(METADATA_DATABASE)
    home, keys = airflow_home(), ensure_keys()
    address = f"http://127.0.0.1:{port}"
    return {
        **os.environ,
        **_warehouse(server),
        "COPYDESK_DROP_FOLDER": str(drop_folder()),
        MARKER: str(home),
        # Airflow's processes give themselves titles. Without this the title is written over the marker.
        "SPT_NOENV": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder()),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        # A task whose first call times out counts as failed, and just after the start, or on a busy machine, the API
        # server may take longer than the 5 s that are Airflow's default.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # the default asks the name server
        "AIRFLOW__CORE__FERNET_KEY": keys.fernet_key,
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": keys.session_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": keys.jwt_secret,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _metadata(server, "psycopg2"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": _metadata(server, "asyncpg"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(log_folder() / "tasks"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(log_folder() / "dags"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__UVICORN_LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "http.access=WARNING,alembic=WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
    }


def ensure_keys() -> Keys:
    """The keys of this AIRFLOW_HOME, made up at the first call; nobody else on this machine can read them."""
    home = airflow_home()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(
        home / "keys.json",
        {
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(64),
            "session_key": secrets.token_urlsafe(32),
        },
    )
    _write_once(home / "passwords.json", {USER: secrets.token_urlsafe(12)})
    keys = json.loads((home / "keys.json").read_text())
    return Keys(**keys, password=json.loads((home / "passwords.json").read_text())[USER])


def _write_once(path: Path, content: dict[str, str]) -> None:
    """Write a private file unless it is there. Whole or not at all, and the first of two writers wins."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _warehouse(server: Server) -> dict[str, str]:
    if os.environ.get("AIRFLOW_CONN_COPYDESK"):
        return {}
    if dsn := os.environ.get("COPYDESK_DSN"):
        return {"AIRFLOW_CONN_COPYDESK": dsn}
    server.ensure_database(DATABASE)
    host = quote(str(server.socket_dir), safe="")  # Airflow and libpq both take an encoded path for a socket folder
    return {"AIRFLOW_CONN_COPYDESK": f"postgres://{SUPERUSER}@{host}:{PORT}/{DATABASE}"}


def _metadata(server: Server, driver: str) -> str:
    host = quote(str(server.socket_dir), safe="/")
    return f"postgresql+{driver}://{SUPERUSER}@/{METADATA_DATABASE}?host={host}&port={PORT}"
