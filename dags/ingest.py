"""Fetch sources and load their items: one DAG `ingest_<source>` for each source in `dags/sources/`, and one
`ingest_<group>` for all sources of a group.

| task | what it does |
| --- | --- |
| fetch | asks every address of a source and keeps the bytes as they came; what an earlier run left behind counts too |
| batches | cuts what waits to be loaded, of all sources together, into batches of payload ids |
| load | parses a batch of payloads and loads their items; broken entries go to quarantine |
| pages | where a source wants them: fetches the pages of items that have only a teaser, before they are refined |
| publish | where items are new, updates the asset `copydesk.items`, which starts `refine`; otherwise it is skipped |
| check | fails when an address gave nothing or a payload could not be read at all; what was good is loaded |

Clearing any task or run loads nothing twice. Errors that will not go away by themselves are not retried. A source whose
file is wrong has no DAG; the task `sources` of `quality` says what is wrong.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from copydesk.orchestration import ITEMS, defaults, due_within, report, run_name
from copydesk.sources import Source, groups, read_sources

MAX_BATCHES = 1000
"""Airflow maps over at most 1024."""


@task(map_index_template="{{ name }}")
def fetch(name: str) -> dict[str, list]:
    from copydesk import fetching, sources

    context = get_current_context()
    context["name"] = name
    source = sources.find_source(name)
    fetched = fetching.fetch_source(source, run_id=run_name(context))
    if fetched.in_vain:
        raise fetched.in_vain
    return {
        "payload_ids": fetched.payload_ids,
        "failures": [f"{url}: {error}" for url, error in fetched.failures.items()],
    }


@task(trigger_rule="all_done")  # a source that fails does not hold up the others of its group
def batches(fetched: list[dict], size: int) -> list[list[int]]:
    ids = [payload_id for source in fetched or () for payload_id in source["payload_ids"]]
    # What is too much waits for the next run.
    return [ids[at : at + size] for at in range(0, min(len(ids), size * MAX_BATCHES), size)]


@task(map_index_template="{{ counted }}")
def load(payload_ids: list[int]) -> dict[str, object]:
    from dataclasses import asdict

    from copydesk import jobs

    context = get_current_context()
    loaded = jobs.load_payloads(payload_ids, run_id=run_name(context))
    counts = loaded.counts
    report("ingest", asdict(counts))
    context["counted"] = f"{counts.new} new, {counts.revised} revised, {counts.quarantined} quarantined"
    return {"new": counts.new + counts.revised, "unreadable": list(loaded.unreadable.values())}


@task(map_index_template="{{ name }}", trigger_rule="all_done")  # some wait since an earlier run
def pages(name: str) -> dict[str, int]:
    from copydesk import fetching, sources

    get_current_context()["name"] = name
    done = fetching.fetch_pages(sources.find_source(name))
    return {"new": done.fetched + done.failed}


@task(outlets=[ITEMS], trigger_rule="none_failed")
def publish(counted: list[list[dict]]) -> None:
    if not sum(counts["new"] for task_counts in counted for counts in task_counts or ()):
        raise AirflowSkipException("nothing is new")


@task
def check(fetched: list[dict], loaded: list[dict]) -> None:
    problems = [message for source in fetched for message in source["failures"]]
    problems += [message for batch in loaded for message in batch["unreadable"]]
    if problems:
        raise AirflowFailException("\n".join(problems))


def ingest(name: str, sources: list[Source]) -> DAG:
    first, paged = sources[0], [source.name for source in sources if source.pages != "never"]
    with DAG(
        f"ingest_{name}",
        description=first.description or f"Load items from {', '.join(s.outlet or s.name for s in sources)}",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(first.schedule, timezone=first.timezone) if first.schedule else None,
        start_date=datetime(2025, 1, 1),
        catchup=False,
        max_active_runs=1,
        default_args=defaults(),
        deadline=due_within(hours=2),
        tags=["copydesk", "ingest", *dict.fromkeys(tag for source in sources for tag in source.tags)],
    ) as dag:
        fetched = fetch.expand(name=[source.name for source in sources])
        loaded = load.expand(payload_ids=batches(fetched, size=min(source.batch_size for source in sources)))
        counted = [loaded]
        if paged:
            counted.append(pages.expand(name=paged))
            loaded >> counted[-1]
        publish(counted)
        check(fetched, loaded)
    return dag


for name, sources in groups(read_sources().sources.values()).items():
    globals()[f"ingest_{name}"] = ingest(name, sources)
