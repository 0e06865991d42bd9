"""What the DAGs share, against Airflow itself."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.airflow


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


def test_news_counts_from_the_last_run_that_went_well() -> None:
    from types import SimpleNamespace

    from copydesk.orchestration import since_success

    due, ended = datetime(2025, 7, 13, 9, tzinfo=UTC), datetime(2025, 7, 13, 8, 2, tzinfo=UTC)
    run = SimpleNamespace(run_after=due)
    assert since_success({"prev_end_date_success": ended, "dag_run": run}) == ended
    assert since_success({"prev_end_date_success": None, "dag_run": run}) == due
