"""Refine the items that wait: clean text, metadata and facts into Postgres, then link copies to stories.

Starts when an ingest brought something new (asset `copydesk.items`), and every hour for what was left waiting.

| task | what it does |
| --- | --- |
| plan | cuts the waiting items into batches, ranges of ids; those that get news back that was stripped are among them |
| refine_batch | refines a batch and loads its articles in one transaction; what can't be refined goes to quarantine |
| link | links new articles to the stories of which they are copies; updates the asset `copydesk.articles` |

A batch that is run again does only what is not done yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)

ITEMS = Asset("copydesk.items")
ARTICLES = Asset("copydesk.articles")


@task
def plan() -> list[list[int]]:
    from copydesk import jobs

    size = get_current_context()["params"]["batch_size"]
    return [list(ids) for ids in jobs.plan_batches(size=size)]


@task(map_index_template="{{ counted }}")
def refine_batch(ids: list[int]) -> dict[str, int]:
    from copydesk import jobs

    context = get_current_context()
    counts = jobs.refine_items(*ids, run_id=context["run_id"])
    context["counted"] = f"{counts.new + counts.revised} articles, {counts.quarantined} quarantined"
    return {"articles": counts.new + counts.revised, "quarantined": counts.quarantined}


@task(outlets=[ARTICLES], trigger_rule="all_done")
def link() -> dict[str, int]:
    from copydesk import jobs

    linked, copies = jobs.link_stories()
    return {"linked": linked, "copies": copies}


with DAG(
    "refine",
    description="Items to articles: clean text, metadata, facts, stories",
    doc_md=__doc__,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("@hourly", timezone="UTC"), assets=[ITEMS]),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"batch_size": Param(50, type="integer", minimum=1, maximum=1000, description="Items refined in one task.")},
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_policy": ExceptionRetryPolicy(
            rules=[
                RetryRule("copydesk.errors.ConfigurationError", action=RetryAction.FAIL, reason="set it right first")
            ]
        ),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["copydesk"],
):
    refine_batch.expand(ids=plan()) >> link()
