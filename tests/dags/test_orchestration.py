"""What the DAGs share, against Airflow itself."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow
DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch):
    """What Airflow's own StatsD client sends."""
    import statsd
    from airflow.sdk._shared.observability.metrics import stats
    from airflow.sdk._shared.observability.metrics.statsd_logger import SafeStatsdLogger
    from airflow.sdk._shared.observability.metrics.validators import PatternAllowListValidator

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        client = statsd.StatsClient("127.0.0.1", server.getsockname()[1], prefix="airflow")
        monkeypatch.setattr(stats, "_get_backend", lambda: SafeStatsdLogger(client, PatternAllowListValidator()))
        yield lambda: server.recv(1000).decode()


def test_counts_reach_airflows_metrics(statsd) -> None:
    from copydesk.orchestration import measure, report

    report("refine", {"received": 3, "new": 2, "revised": 0})
    assert [statsd(), statsd()] == ["airflow.copydesk.refine.received:3|c", "airflow.copydesk.refine.new:2|c"]
    measure("waiting.seconds", 12.5)
    assert statsd() == "airflow.copydesk.waiting.seconds:12.5|g"


def test_without_a_collector_metrics_cost_nothing() -> None:
    from copydesk.orchestration import measure, report

    report("refine", {"new": 1})
    measure("waiting.items", 0)


def test_a_deadline_names_the_callback_that_the_triggerer_calls(dagbag) -> None:
    (deadline,) = dagbag.dags["refine"].deadline
    assert deadline.callback.path == "copydesk.alerts.deadline_missed"
    assert deadline.interval.total_seconds() == 2 * 3600


def test_what_waits_for_a_person_holds_no_worker(dagbag) -> None:
    ask = dagbag.dags["learn_boilerplate"].get_task("line.ask")
    assert ask.response_timeout.days == 6
    assert ask.defaults == ["later"]
    assert ask.options == ["strip", "keep", "later"]


class Events(list):
    """What Airflow gives of an inlet's events."""

    def ascending(self, ascending: bool) -> Events:
        return Events(sorted(self, key=lambda event: event.timestamp, reverse=not ascending))

    def limit(self, count: int) -> Events:
        return Events(self[:count])


@pytest.mark.parametrize(("linked", "made", "told"), [(0, 0, False), (0, 3, True), (3, 0, True)])
def test_articles_are_news_where_they_were_linked_or_made(
    dagbag, monkeypatch: pytest.MonkeyPatch, linked: int, made: int, told: bool
) -> None:
    from types import SimpleNamespace

    from airflow.sdk.exceptions import AirflowSkipException

    from copydesk import jobs
    from copydesk.orchestration import ARTICLES

    moments = [datetime(2025, 7, 13, hour, tzinfo=UTC) for hour in (7, 9, 8)]
    context = {
        "inlet_events": {ARTICLES: Events(SimpleNamespace(timestamp=moment) for moment in moments)},
        "params": {"dry_run": False},
    }
    asked: list[datetime] = []
    monkeypatch.setattr(jobs, "link_stories", lambda: (linked, 0))
    monkeypatch.setattr(jobs, "articles_made", lambda *, since: asked.append(since) or made)
    for dag_id in ("refine", "reprocess"):
        link = dagbag.dags[dag_id].get_task("link").python_callable
        monkeypatch.setitem(link.__globals__, "get_current_context", lambda: context)
        if told:
            link()
        else:
            with pytest.raises(AirflowSkipException):
                link()
    assert asked == ([] if linked else [moments[1]] * 2)


def test_an_asset_that_was_never_updated() -> None:
    from copydesk.orchestration import ARTICLES, last_updated

    assert last_updated({"inlet_events": {ARTICLES: Events()}}, ARTICLES).year == 1970


def test_reading_the_dag_files_imports_none_of_the_work() -> None:
    """Airflow reads each of them every half a minute, in a new process."""
    code = (
        "import runpy, sys\n"
        "from pathlib import Path\n"
        f"for file in Path({str(DAGS)!r}).glob('*.py'): runpy.run_path(str(file))\n"
        "print([name for name in sys.modules if name.startswith('copydesk.') and name.split('.')[1] in "
        "('jobs', 'pipeline', 'facts', 'extract', 'boilerplate', 'warehouse')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
