"""Keep the warehouse fit, every night: partitions ahead, old payloads let go of by policy, statistics, vacuum.

| task | what it does |
| --- | --- |
| partitions | makes the partitions of the coming months |
| retention | deletes the bytes of old payloads, and old run records, as the policy says; without a policy nothing |
| statistics | vacuums and analyses the tables that changed most, so that queries and loads stay fast |
| check | fails where one of these did |

The policy: `COPYDESK_KEEP_PAYLOADS_DAYS` and `COPYDESK_KEEP_RECORDS_DAYS` on the workers, or the form for one run. Only
payloads are let go of whose items are all refined and in no quarantine. Pages, items, articles and facts are kept.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task

from copydesk.orchestration import defaults, due_within

PARAMS = {
    name: Param(
        None,
        type=["null", "integer"],
        minimum=least,
        title=f"Keep {what} for days",
        description=f"Empty: as {variable} says, else for ever.",
    )
    for name, what, variable, least in (
        ("keep_payloads_days", "payloads", "COPYDESK_KEEP_PAYLOADS_DAYS", 7),
        ("keep_records_days", "run records", "COPYDESK_KEEP_RECORDS_DAYS", 90),
    )
}


@task
def partitions() -> int:
    from copydesk import jobs

    return jobs.ensure_partitions()


@task
def retention() -> dict[str, int]:
    from copydesk import maintenance

    params = get_current_context()["params"]
    policy = maintenance.policy(**{name: params[name] for name in PARAMS})
    return maintenance.let_go(policy)


@task(trigger_rule="all_done")
def statistics() -> dict[str, int]:
    from copydesk import maintenance

    return maintenance.vacuum()


@task  # a run is what its last task is, and statistics are made whatever came of the rest
def check() -> None:
    pass


with DAG(
    "maintain",
    description="Partitions ahead, retention, statistics, vacuum",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("45 3 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=defaults(hours=4),
    deadline=due_within(hours=6),
    tags=["copydesk"],
):
    first = [partitions(), retention()]
    first >> statistics() >> (last := check())
    first >> last
