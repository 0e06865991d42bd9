"""The values for Airflow's Helm chart say the same as docker-compose.yml, and hold no secret. No chart, no cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "deploy" / "helm" / "values.yaml").read_text(encoding="utf-8")
VALUES: dict[str, Any] = yaml.safe_load(TEXT)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SHARED: dict[str, str] = SERVICES["airflow-scheduler"]["environment"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
ENVIRONMENT = {entry["name"]: entry["value"] for entry in VALUES["env"]}
COMPONENTS = {
    "apiServer": "airflow-apiserver",
    "scheduler": "airflow-scheduler",
    "dagProcessor": "airflow-dag-processor",
    "triggerer": "airflow-triggerer",
    "workers.celery": "airflow-worker",
}
# What the chart has a value of its own for.
ELSEWHERE = {
    "AIRFLOW__CORE__EXECUTOR": "executor",
    "AIRFLOW__CORE__FERNET_KEY": "fernetKeySecretName",
    "AIRFLOW__API__SECRET_KEY": "apiSecretKeySecretName",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwtSecretName",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "data.metadataSecretName",
    "AIRFLOW__CELERY__RESULT_BACKEND": "data.resultBackendSecretName",
    "AIRFLOW__CELERY__BROKER_URL": "data.brokerUrlSecretName",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "config.celery.worker_concurrency",
}
# What the chart says by itself: the address of its own service.
BY_THE_CHART = {"AIRFLOW__CORE__EXECUTION_API_SERVER_URL"}


def value(path: str) -> Any:
    found: Any = VALUES
    for part in path.split("."):
        found = found[part]
    return found


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict | list):
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(part, f"{path}.{key}")
    else:
        yield path, tree


def secrets() -> set[str]:
    """The Secrets that the values name."""
    return {found for path, found in leaves(VALUES) if re.search(r"[sS]ecretName$|secretKeyRef\.name$", path)}


def test_no_secret_is_written_out() -> None:
    assert len(secrets()) == 9
    for path, found in leaves(VALUES):
        assert not re.search(r"://[^/\s]*:[^/\s]*@", str(found)), path
        if path.startswith(".enableBuiltInSecretEnvVars."):
            continue  # switches
        if re.search(r"password|passwd|token|fernet|secret|jwt|connection$", path, re.I):
            name = path.rpartition(".")[2]
            assert re.search(r"[sS]ecretName$|^secretKey$|^envName$|^name$|^key$", name), f"{path} is written out"
            assert re.fullmatch(r"[a-z-]+|AIRFLOW_[A-Z_]+", found), path


@pytest.mark.parametrize("name", sorted(SHARED))
def test_what_compose_says_the_chart_is_told_too(name: str) -> None:
    said = SHARED[name]
    if name in ELSEWHERE:
        told = value(ELSEWHERE[name])
        # A secret is named; of what Compose lets people choose, this is the default.
        assert told in secrets() if "$" in said and ":?" in said else str(told) == said.split(":-")[-1].rstrip("}")
    elif name == "AIRFLOW_CONN_COPYDESK":
        assert name in {secret["envName"] for secret in VALUES["secret"]}
    elif name not in BY_THE_CHART:
        # What Compose lets people choose is empty unless they do.
        assert ENVIRONMENT[name] == ("" if said == f"${{{name}:-}}" else said)


def test_nothing_is_set_that_compose_does_not_know() -> None:
    assert set(ENVIRONMENT) - set(SHARED) == set()


def test_variables_are_text() -> None:
    assert {type(found) for found in ENVIRONMENT.values()} == {str}


def test_what_runs_is_the_image_of_the_dockerfile() -> None:
    (uid, gid) = re.findall(r"useradd --uid (\d+) --gid (\d+)", DOCKERFILE)[0]
    pod = value("securityContexts.pod")
    assert (VALUES["uid"], VALUES["gid"]) == (pod["runAsUser"], pod["runAsGroup"]) == (int(uid), int(gid))
    assert f"AIRFLOW__CORE__DAGS_FOLDER={value('config.core.dags_folder')}" in DOCKERFILE
    assert not value("dags.persistence.enabled")
    assert not value("dags.gitSync.enabled")
    version = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    assert version is not None
    assert VALUES["airflowVersion"] == version[1]
    image = value("images.airflow")
    assert (image["repository"], image["tag"]) == (VALUES["defaultAirflowRepository"], VALUES["defaultAirflowTag"])
    release = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert release is not None
    assert image["tag"] == release[1]


def test_nothing_is_called_that_only_airflows_own_image_has() -> None:
    assert not [path for path, found in leaves(VALUES) if re.search(r"/entrypoint|/clean-logs|dumb-init", str(found))]
    for component in ("dagProcessor", "triggerer", "workers.celery"):
        assert value(f"{component}.livenessProbe.command")
        assert not value(f"{component}.logGroomerSidecar.enabled")
    assert value("scheduler.livenessProbe.command") == value("scheduler.startupProbe.command")
    assert value("scheduler.logGroomerSidecar.command") == ["sh", "-c"]


@pytest.mark.parametrize("component", sorted(set(COMPONENTS) - {"apiServer"}))
def test_a_component_is_watched_as_in_compose(component: str) -> None:
    probe = value(component)["livenessProbe"]
    kind, *asked = SERVICES[COMPONENTS[component]]["healthcheck"]["test"]
    wanted = asked if kind == "CMD" else ["sh", "-c", *(text.replace("$$", "$") for text in asked)]
    assert sorted(probe["command"]) == sorted(wanted)  # options stand in another order


def test_the_api_server_makes_its_file_of_passwords_as_in_compose() -> None:
    assert [part.replace("$$", "$") for part in SERVICES["airflow-apiserver"]["command"]] == value("apiServer.args")
    assert [entry["name"] for entry in value("apiServer.env")] == ["AIRFLOW_ADMIN_PASSWORD"]


def test_both_databases_are_migrated_and_no_worker_starts_before() -> None:
    assert value("migrateDatabaseJob.args") == SERVICES["airflow-init"]["command"]
    (wait,) = value("workers.celery.extraInitContainers")
    assert wait["command"] == ["copydesk", "init"]
    assert [entry["name"] for entry in wait["env"]] == ["AIRFLOW_CONN_COPYDESK"]


def test_a_worker_may_bring_its_tasks_to_their_end() -> None:
    minutes = SERVICES["airflow-worker"]["stop_grace_period"].removesuffix("m")
    assert value("workers.celery.terminationGracePeriodSeconds") == int(minutes) * 60


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_a_component_is_not_evicted_whole(component: str) -> None:
    assert value(component)["podDisruptionBudget"] == {"enabled": True, "config": {"maxUnavailable": 1}}


def test_what_is_written_goes_into_volumes() -> None:
    assert value("securityContexts.containers.readOnlyRootFilesystem")
    assert value("securityContexts.containers.capabilities") == {"drop": ["ALL"]}
    mounts = {mount["mountPath"]: mount for mount in VALUES["volumeMounts"]}
    assert {mount["name"] for mount in VALUES["volumeMounts"]} == {volume["name"] for volume in VALUES["volumes"]}
    for name in ("COPYDESK_DROP_FOLDER", "COPYDESK_DIGEST_FOLDER"):
        assert ENVIRONMENT[name] in mounts
    assert any(
        Path(ENVIRONMENT["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]).is_relative_to(path) for path in mounts
    )
    (sources,) = [path for path in mounts if path.endswith("/sources")]
    assert f"./dags/sources:{sources}:ro" in SERVICES["airflow-scheduler"]["volumes"]
    assert mounts[sources]["readOnly"]


def test_the_page_says_how_everything_is_made_that_is_named() -> None:
    claims = {value("logs.persistence.existingClaim")}
    for volume in VALUES["volumes"]:
        claims |= {volume.get("persistentVolumeClaim", {}).get("claimName"), volume.get("configMap", {}).get("name")}
    wanted = secrets() | {claim for claim in claims if claim}
    assert {name for name in wanted if name not in PAGE} == set()
    (chart,) = set(re.findall(r"--version (\d+\.\d+\.\d+)", TEXT + PAGE))
    assert f"version {chart}" in TEXT
    assert chart in PAGE
