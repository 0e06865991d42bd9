from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.airflow
def test_a_bad_file_costs_no_other_source_its_dag(folder: Path) -> None:
    (folder / "good.yaml").write_text("sources: [{name: harbour, schedule: '@hourly'}, {name: hafen, country: UK}]")
    (folder / "bad.yaml").write_text("sources: [")
    names = {name for name in runpy.run_path(str(ROOT / "dags" / "ingest.py")) if name.startswith("ingest_")}
    assert names == {"ingest_harbour"}
