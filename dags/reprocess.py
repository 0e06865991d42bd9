"""Make articles anew with the rules and finders of today: a source, a period, or all that an older version made.

Start with a **dry run**: it does everything, says what would change, and takes it back.

| task | what it does |
| --- | --- |
| plan | finds the articles and cuts them into batches; a wrong choice fails here, at once |
| batch | makes a batch anew, a hundred in a transaction, and counts the rows that are others than before |
| link | links articles whose text changed to their stories; updates `copydesk.articles` where some were made anew |
| report | says how many articles and rows changed; a dry run ends here without a trace |

What this version has made is left alone, so a run that was stopped goes on where it was.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from copydesk.orchestration import ARTICLES, BULK_TASKS, defaults, due_within, last_updated, run_name
from copydesk.orchestration import report as count

PARAMS = {
    "what": Param(
        "all",
        type="string",
        enum=["all", "rules", "facts"],
        values_display={
            "all": "All: text, metadata and facts",
            "rules": "Rules: text and metadata; facts where the text changes",
            "facts": "Facts only, in the text as it is",
        },
        title="What changed",
    ),
    "dry_run": Param(True, type="boolean", title="Dry run", description="Only say what would change."),
    "source": Param(
        None,
        type=["null", "string"],
        pattern="^[a-z][a-z0-9_]{1,60}$",
        title="Source",
        description="The name of a source; empty: all.",
    ),
    "since": Param(
        None,
        type=["null", "string"],
        format="date",
        title="From",
        description="Articles that came in from this day on.",
    ),
    "until": Param(
        None, type=["null", "string"], format="date", title="To", description="Articles that came in up to this day."
    ),
    "again": Param(
        False,
        type="boolean",
        title="Again",
        description="Those too that this version of the pipeline made: a source's own rules changed.",
    ),
    "batch_size": Param(
        2000, type="integer", minimum=1, maximum=100_000, title="Batch", description="Articles in a task."
    ),
}


def chosen():
    """What the form chose: the selection and the scope."""
    from copydesk.reprocess import Scope, select

    params = get_current_context()["params"]
    names = ("source", "since", "until", "again")
    return select(**{name: params[name] for name in names}), Scope(params["what"])


@task
def plan() -> list[list[int]]:
    from copydesk import reprocess

    _, ranges = reprocess.plan(*chosen(), size=get_current_context()["params"]["batch_size"])
    return [list(ids) for ids in ranges]


@task(map_index_template="{{ counted }}")
def batch(ids: list[int]) -> dict[str, object]:
    from copydesk import reprocess

    context = get_current_context()
    dry_run = context["params"]["dry_run"]
    changes = reprocess.reprocess(*ids, *chosen(), dry_run=dry_run, run_id=run_name(context))
    if not dry_run:
        count("reprocess", {"received": changes.seen, "changed": changes.changed, "failed": changes.failed})
    context["counted"] = f"{changes.changed} of {changes.seen} articles {'would change' if dry_run else 'changed'}"
    return changes.to_json()


@task(inlets=[ARTICLES], outlets=[ARTICLES], trigger_rule="all_done")
def link() -> int:
    from copydesk import jobs

    context = get_current_context()
    if context["params"]["dry_run"]:
        raise AirflowSkipException("a dry run changes nothing")
    linked, _ = jobs.link_stories()
    if not linked and not jobs.articles_made(since=last_updated(context, ARTICLES)):
        raise AirflowSkipException("nothing was made anew")
    return linked


@task
def report(batches: list[dict]) -> dict[str, object]:
    from copydesk import reprocess

    total = sum(map(reprocess.Changes.from_json, batches or ()), reprocess.Changes())
    print(total.table(dry_run=get_current_context()["params"]["dry_run"]))
    return total.to_json()


with DAG(
    "reprocess",
    description="Make articles anew with today's rules and facts; a dry run says what would change",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    # The hourly work goes on beside it: a worker has four slots.
    max_active_tasks=BULK_TASKS,
    params=PARAMS,
    default_args=defaults(hours=2),
    deadline=due_within(hours=24),
    tags=["copydesk"],
):
    changes = batch.expand(ids=plan())
    changes >> link()
    report(changes)
