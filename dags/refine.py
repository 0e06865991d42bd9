"""Refine the items that wait: clean text, metadata and facts into Postgres, then link copies to stories.

Starts when an ingest brought something new (asset `copydesk.items`), and every hour for what was left waiting.

| task | what it does |
| --- | --- |
| plan | cuts the waiting items into batches, ranges of ids; those that get news back that was stripped are among them |
| refine_batch | refines a batch, a hundred items in a transaction; what can't be refined goes to quarantine |
| link | links new articles to the stories of which they are copies; updates `copydesk.articles` where some are new |
| check | fails where a batch failed: its items wait for the next run |
| again | starts the next run where a line was learned on the way: articles that still have it are refined again |

A batch that is run again does only what is not done yet.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from copydesk.orchestration import ARTICLES, ITEMS, defaults, due_within, last_updated, measure, report, run_name


@task
def plan() -> list[list[int]]:
    from copydesk import jobs

    waiting = jobs.waiting()
    measure("waiting.items", waiting.items)
    measure("waiting.seconds", waiting.seconds)
    size = get_current_context()["params"]["batch_size"]
    return [list(ids) for ids in jobs.plan_batches(size=size)]


@task(map_index_template="{{ counted }}")
def refine_batch(ids: list[int]) -> dict[str, int]:
    from dataclasses import asdict

    from copydesk import jobs

    context = get_current_context()
    counts = jobs.refine_items(*ids, run_id=run_name(context))
    report("refine", asdict(counts))
    context["counted"] = f"{counts.new + counts.revised} articles, {counts.quarantined} quarantined"
    return {"articles": counts.new + counts.revised, "quarantined": counts.quarantined}


@task(inlets=[ARTICLES], outlets=[ARTICLES], trigger_rule="all_done")
def link() -> dict[str, int]:
    from copydesk import jobs

    linked, copies = jobs.link_stories()
    counts = {"linked": linked, "copies": copies}
    report("link", counts)
    # Asked of the warehouse: what a batch made before it failed, or somebody made by hand, is news too.
    if not linked and not jobs.articles_made(since=last_updated(get_current_context(), ARTICLES)):
        raise AirflowSkipException("no article is new")
    return counts


@task  # a run is what its last tasks are, and link is well where batches are not
def check(counted: list[dict[str, int]]) -> int:
    return sum(counts["articles"] for counts in counted or ())


@task(outlets=[ITEMS])
def again(counted: list[dict[str, int]]) -> None:
    from copydesk import jobs

    context = get_current_context()
    by_itself = any(
        event.extra.get("again") for events in context["triggering_asset_events"].values() for event in events
    )
    if by_itself or not sum(counts["articles"] for counts in counted or ()) or not jobs.waiting().items:
        raise AirflowSkipException("nothing is left")
    context["outlet_events"][ITEMS].extra = {"again": True}


with DAG(
    "refine",
    description="Items to articles: clean text, metadata, facts, stories",
    doc_md=__doc__,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("@hourly", timezone="UTC"), assets=[ITEMS]),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={
        "batch_size": Param(
            10000, type="integer", minimum=1, maximum=100_000, title="Batch", description="Items of a task, at most."
        )
    },
    default_args=defaults(),
    deadline=due_within(hours=2),
    tags=["copydesk"],
):
    counted = refine_batch.expand(ids=plan())
    counted >> link()
    check(counted)
    again(counted)
