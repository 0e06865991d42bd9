"""Runs DAGs one after the other in this process: ``python -m copydesk.local.runner FILE_DESCRIPTOR``.

Airflow is imported and the DAG files are loaded once for all. What happens is written to the file descriptor, one
JSON object a line: ``{"dag_id", "run_id", "state"}``; the rest of the output is Airflow's log.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO

SAMPLE_TAG = "sample"
LAST_DAG = "refine"


def main(report: IO[str]) -> int:
    """Run the DAGs tagged :data:`SAMPLE_TAG`, then :data:`LAST_DAG`; the exit code is 1 unless all succeeded."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import DagRunState

    def tell(dag_id: str, state: str, run_id: str | None = None) -> None:
        print(json.dumps({"dag_id": dag_id, "run_id": run_id, "state": state}), file=report, flush=True)

    bag = DagBag()
    for file, error in bag.import_errors.items():
        print(f"{file}: {error}", file=sys.stderr)
        tell(os.path.basename(file), "import error")
    samples = sorted(dag_id for dag_id, dag in bag.dags.items() if SAMPLE_TAG in dag.tags)
    succeeded = not bag.import_errors and bool(samples)
    for dag_id in [*samples, LAST_DAG]:
        tell(dag_id, "running")
        dag = bag.dags[dag_id]
        dag.deadline = None  # Airflow 3.3 forgets to save it for a test, and fails where it looks for it at the end
        run = dag.test()
        tell(dag_id, run.state, run.run_id)
        succeeded = succeeded and run.state == DagRunState.SUCCESS
    return 0 if succeeded else 1


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[1]), "w") as report:
        sys.exit(main(report))
