"""Ask a person about lines that recur in a source's articles: are they boilerplate, to be stripped, or news?

What is certain is stripped without asking; here come the lines that are not, the best supported first. Answer under
**Required actions**: *strip* takes the line out of the source's articles, those that are there too; *keep* never strips
it; *later* asks again next week. Who doesn't answer within six days has said *later*.

| task | what it does |
| --- | --- |
| candidates | the lines that wait for a decision |
| line.question | of each line: what speaks for and against it |
| line.ask | waits, without holding a worker, until somebody answers |
| line.decide | takes that answer into the rules; the articles that it concerns, if any, are refined again |

`copydesk blocks` does the same on the command line, and the Newsdesk page shows the lines in their articles.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from copydesk.orchestration import ITEMS, defaults

OPTIONS = ["strip", "keep", "later"]

PARAMS = {
    "limit": Param(20, type="integer", minimum=1, maximum=100, title="Questions", description="At most so many."),
    "source": Param(
        None,
        type=["null", "string"],
        pattern="^[a-z][a-z0-9_]{1,60}$",
        title="Source",
        description="Only lines of this source; empty: of all.",
    ),
}


@task
def candidates() -> list[int]:
    from copydesk import review

    params = get_current_context()["params"]
    return review.waiting(source=params["source"], limit=params["limit"])


@task(multiple_outputs=True)
def question(id: int) -> dict[str, str]:
    from copydesk import review

    (asked,) = review.questions([id])
    return {"subject": asked.subject, "body": asked.body}


@task(outlets=[ITEMS])
def decide(id: int, answer: dict) -> int:
    from copydesk import review

    counts = review.decide({id: answer["chosen_options"][0]})
    if not counts["articles"]:
        raise AirflowSkipException("no article is to be refined again")
    return counts["articles"]


@task_group
def line(id: int) -> None:
    asked = question(id)
    ask = HITLOperator(
        task_id="ask",
        subject=asked["subject"],
        body=asked["body"],
        options=OPTIONS,
        defaults="later",
        response_timeout=timedelta(days=6),
        execution_timeout=None,
    )
    decide(id, ask.output)


with DAG(
    "learn_boilerplate",
    description="Ask a person which recurring lines are to be stripped",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 7 * * 1", timezone="UTC"),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=defaults(),
    tags=["copydesk", "approval"],
):
    line.expand(id=candidates())
