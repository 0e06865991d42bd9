from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import pytest

from copydesk import alerts
from copydesk.alerts import Alert

told: list[Alert] = []
CONTEXT = {
    "task_instance": SimpleNamespace(
        dag_id="refine", task_id="refine_batch", run_id="r1", map_index=3, log_url="http://x/"
    ),
    "exception": ValueError("no room\nleft on the device"),
}


def tell(alert: Alert) -> None:
    told.append(alert)


def break_down(alert: Alert) -> None:
    raise OSError("the pager is broken")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    told.clear()
    monkeypatch.setitem(__import__("sys").modules, "pager", SimpleNamespace(tell=tell, break_down=break_down))
    monkeypatch.setenv(alerts.VARIABLE, "pager:tell")


def test_a_failed_task_is_told_with_its_place_and_reason() -> None:
    alerts.task_failed(CONTEXT)
    (alert,) = told
    assert alert == Alert(
        "failed", "refine.refine_batch[3] failed: no room", "refine", "r1", "refine_batch", "http://x/"
    )


def test_a_task_whose_worker_died_has_no_reason() -> None:
    alerts.task_failed({**CONTEXT, "exception": None})
    assert told[0].subject.endswith("its worker may have died")


def test_a_late_run_is_told() -> None:
    context = {"dag_run": {"dag_id": "ingest_wire", "dag_run_id": "scheduled__1"}, "deadline": {}}
    asyncio.run(alerts.deadline_missed(context))
    assert told == [
        Alert("late", "ingest_wire is late: its run scheduled__1 missed its deadline", "ingest_wire", "scheduled__1")
    ]


@pytest.mark.parametrize("name", ["pager:break_down", "pager:nothing", "no_such_module:f", "nonsense"])
def test_a_function_that_fails_stops_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(alerts.VARIABLE, name)
    with caplog.at_level(logging.ERROR):
        alerts.task_failed(CONTEXT)
    assert "refine.refine_batch[3] failed" in caplog.text
    assert name in caplog.text


def test_without_a_function_it_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(alerts.VARIABLE)
    alerts.task_failed(CONTEXT)
    assert "alert: refine.refine_batch[3] failed" in caplog.text
