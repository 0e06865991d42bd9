"""Load archives of the drop folder: WARC, ARC, JSON Lines, mailboxes, tar, zip, compressed or not, whole folders.

Give a **file or folder** of the drop folder (`COPYDESK_DROP_FOLDER` on the workers), and the source whose outlet,
language and rules apply.

| task | what it does |
| --- | --- |
| plan | finds the archives that the path names and notes them; gives their ids |
| load | loads an archive in batches; each moves the archive's position in its own transaction |
| publish | where items are new, updates the asset `copydesk.items`, which starts `refine`; otherwise it is skipped |

A task that was killed, timed out or cleared goes on where it was. Records that can't be read go to quarantine.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from copydesk.orchestration import BULK_TASKS, ITEMS, defaults, report, run_name

PARAMS = {
    "path": Param(
        "",
        type="string",
        minLength=1,
        maxLength=1000,
        title="Archive",
        description="A file or folder in the drop folder, by its name there.",
    ),
    "source": Param(
        "documents",
        type="string",
        pattern="^[a-z][a-z0-9_]{1,60}$",
        title="Source",
        description="The name of a source in dags/sources.",
    ),
    "again": Param(
        False,
        type="boolean",
        title="Read again",
        description="Read archives that are loaded from their start once more; nothing is loaded twice.",
    ),
}


@task
def plan() -> list[list[int]]:
    from pathlib import Path

    from copydesk import backfill, documents, sources

    params = get_current_context()["params"]
    source = sources.find_source(params["source"])
    ids = backfill.plan(Path(params["path"]), source, inside=documents.drop_folder(), again=params["again"])
    return backfill.groups(ids)


@task(map_index_template="{{ counted }}")
def load(archive_ids: list[int]) -> int:
    from dataclasses import asdict

    from copydesk import backfill

    context = get_current_context()
    loaded = backfill.load_archives(archive_ids, run_id=run_name(context))
    items = loaded.items
    report("ingest", asdict(items))
    context["counted"] = f"{loaded.records} records: {items.new} new, {items.quarantined} quarantined"
    return items.new + items.revised


@task(outlets=[ITEMS])
def publish(loaded: list[int]) -> None:
    if not sum(loaded):
        raise AirflowSkipException("nothing is new")


with DAG(
    "backfill_archive",
    description="Load archives of the drop folder: WARC, JSON Lines, tar, zip, folders",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1),
    catchup=False,
    # The hourly work goes on beside it: a worker has four slots.
    max_active_runs=1,
    max_active_tasks=BULK_TASKS,
    params=PARAMS,
    default_args=defaults(hours=12),
    tags=["copydesk", "ingest"],
):
    publish(load.expand(archive_ids=plan()))
