"""The plugin file, as Airflow's own plugin manager finds and loads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


@pytest.fixture(scope="module")
def loaded():
    """What Airflow loaded from the plugins folder, and its import errors."""
    from airflow import plugins_manager
    from airflow._shared.plugins_manager import PluginsDirectorySource

    plugins, errors = plugins_manager._get_plugins()
    return [plugin for plugin in plugins if isinstance(plugin.source, PluginsDirectorySource)], errors


def test_exactly_one_plugin_loads_without_errors(loaded) -> None:
    plugins, errors = loaded
    assert errors == {}
    assert [plugin.name for plugin in plugins] == ["copydesk"]


def test_no_other_python_file_is_taken_for_a_plugin() -> None:
    """Airflow executes every file that it finds; the library's own modules must be hidden from it."""
    from airflow._shared.module_loading import find_path_from_directory
    from airflow.configuration import conf

    syntax = conf.get_mandatory_value("core", "dag_ignore_file_syntax")
    assert syntax == "glob", "plugins/.airflowignore is written for the default syntax"
    found = [Path(path) for path in find_path_from_directory(str(PLUGINS), ".airflowignore", syntax)]
    assert [path.name for path in found if path.suffix == ".py"] == ["copydesk_plugin.py"]
    assert len(list(PLUGINS.rglob("*.py"))) > 1


def test_the_newsdesk_is_in_the_navigation(loaded) -> None:
    from airflow.api_fastapi.core_api.datamodels.plugins import PluginResponse
    from airflow.plugins_manager import get_plugin_info

    [info] = [info for info in get_plugin_info() if info["name"] == "copydesk"]
    [view] = PluginResponse.model_validate(info).external_views
    [app] = info["fastapi_apps"]
    assert (view.name, view.destination, view.nav_top_level) == ("Newsdesk", "nav", True)
    prefix = app["url_prefix"].removeprefix("/") + "/"
    assert view.href == prefix, "relative, and with the slash at its end that a mounted application needs"
    assert view.icon.startswith(prefix)
    assert view.icon_dark_mode.startswith(prefix)


def test_airflow_serves_it_behind_its_login(loaded) -> None:
    from airflow.api_fastapi.app import init_plugins
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    airflow = FastAPI()
    init_plugins(airflow)
    with TestClient(airflow) as client:
        assert client.get("/newsdesk/").status_code == 401
        assert client.get("/newsdesk/static/newsdesk.svg").status_code == 401


def test_loading_it_builds_no_application() -> None:
    """Every worker and scheduler loads the plugin; only the API server needs what is behind it."""
    script = f"""
import sys
import airflow.plugins_manager
before = set(sys.modules)
sys.path.insert(0, {str(PLUGINS)!r})
import copydesk_plugin
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['copydesk_plugin']"
