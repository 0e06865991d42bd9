from __future__ import annotations

import time
from pathlib import Path

import pytest

from copydesk.sources import load_sources

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).resolve().parents[2]

INGEST = {
    "fetch": {"batches", "check"},
    "batches": {"load"},
    "load": {"publish", "check"},
    "publish": set(),
    "check": set(),
}
CHECKS = {check.stem for check in (ROOT / "sql" / "checks").glob("*.sql")}
SHAPES = {
    "refine": {
        "plan": {"refine_batch"},
        "refine_batch": {"link", "check", "again"},
        **{leaf: set() for leaf in ("link", "check", "again")},
    },
    "reprocess": {"plan": {"batch"}, "batch": {"link", "report"}, "link": set(), "report": set()},
    "learn_boilerplate": {
        "candidates": {"line.question", "line.decide"},
        "line.question": {"line.ask"},
        "line.ask": {"line.decide"},
        "line.decide": set(),
    },
    "daily_digest": {"wait": {"write"}, "write": {"mail"}, "mail": set()},
    "maintain": {
        **{first: {"statistics", "check"} for first in ("partitions", "retention")},
        "statistics": {"check"},
        "check": set(),
    },
    "ingest_document": {"ingest": set()},
    "backfill_archive": {"plan": {"load"}, "load": {"publish"}, "publish": set()},
    "quality": {"sources": set(), **{name: set() for name in CHECKS}},
    **{f"ingest_{name}": INGEST for name in load_sources()},
}


def test_all_dags_are_there_without_an_import_error(dagbag) -> None:
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == set(SHAPES)


@pytest.mark.parametrize("dag_id", sorted(SHAPES))
def test_the_shape_of(dag_id: str, dagbag) -> None:
    dag = dagbag.dags[dag_id]
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == SHAPES[dag_id]


@pytest.mark.parametrize("dag_id", sorted(SHAPES))
def test_it_is_documented_tagged_and_retries(dag_id: str, dagbag) -> None:
    dag = dagbag.dags[dag_id]
    assert dag.doc_md
    assert dag.description
    assert "copydesk" in dag.tags
    assert all(task.retries >= 1 for task in dag.tasks)
    assert all(task.on_failure_callback for task in dag.tasks)
    assert not dag.catchup


def test_sources_of_a_group_share_a_dag_and_pages_are_fetched_before_refining(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    (tmp_path / "wires.yaml").write_text(
        "defaults: {group: wires, schedule: '@hourly'}\nsources:\n"
        "  - {name: one, urls: ['https://one.example/'], pages: teaser}\n"
        "  - {name: two, urls: ['https://two.example/']}\n"
        "  - {name: alone, group: null, urls: ['https://alone.example/']}\n"
    )
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))
    dags = DagBag(dag_folder=str(ROOT / "dags" / "ingest.py")).dags
    assert set(dags) == {"ingest_wires", "ingest_alone"}
    wires = {task.task_id: set(task.downstream_task_ids) for task in dags["ingest_wires"].tasks}
    assert wires == {**INGEST, "load": {"pages", "publish", "check"}, "pages": {"publish"}}
    mapped = dags["ingest_wires"].get_task("fetch").op_kwargs_expand_input.value
    assert mapped == {"name": ["one", "two"]}


@pytest.mark.parametrize("dag_id", ["ingest_sample_midday", "backfill_archive"])
def test_ingest_starts_refine(dag_id: str, dagbag) -> None:
    names = {asset.name for asset in dagbag.dags[dag_id].get_task("publish").outlets}
    assert names == {"copydesk.items"}
    awaited = dagbag.dags["refine"].timetable.asset_condition
    assert [asset.name for asset in awaited.objects] == ["copydesk.items"]


def test_permanent_errors_are_not_retried_and_temporary_ones_are(dagbag) -> None:
    from airflow.sdk import RetryAction

    from copydesk.errors import ConfigurationError, FetchError, UnknownFormat, WarehouseUnavailable

    policy = dagbag.dags["ingest_sample_midday"].get_task("fetch").retry_policy
    for permanent in (UnknownFormat("x"), ConfigurationError("x")):
        assert policy.evaluate(permanent, try_number=1, max_tries=3).action is RetryAction.FAIL
    for temporary in (FetchError("x"), WarehouseUnavailable("x")):
        assert policy.evaluate(temporary, try_number=1, max_tries=3).action is not RetryAction.FAIL


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "dags").glob("*.py")))
def test_a_file_parses_fast_and_gives_the_same_twice(file: str, dagbag) -> None:
    """The first parse of a process imports Airflow's parts; the fixture has done that."""
    from airflow.dag_processing.dagbag import DagBag

    started = time.process_time()
    once = DagBag(dag_folder=str(ROOT / "dags" / file))
    assert time.process_time() - started < 1.0
    again = DagBag(dag_folder=str(ROOT / "dags" / file))
    from airflow.serialization.serialized_objects import DagSerialization

    for dag_id, dag in once.dags.items():
        assert DagSerialization.to_dict(dag) == DagSerialization.to_dict(again.dags[dag_id])


def test_parsing_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import copydesk.sources, copydesk.errors;"
        "heavy = ('pandas', 'trafilatura', 'bs4', 'feedparser', 'babel', 'psycopg2', 'py3langid');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
