"""The daily digest: what the job did in a day, and what the news of the day says, on one page with charts.

Runs after each day in UTC, for that day, and writes `digest-YYYY-MM-DD.html` into the folder that
`COPYDESK_DIGEST_FOLDER` names (without it `digests/` where Copydesk keeps its data). Where several machines work, it
must be a folder that they share.

| task | what it does |
| --- | --- |
| wait | waits until the day's items are refined, three hours at most; checks the form |
| write | writes the page; the same day again gives the same file |
| mail | mails it to the addresses of the form, else of `COPYDESK_DIGEST_TO`; is skipped where there are none |

Mail leaves by the connection `smtp_default`, whose extra field `from_email` says who sends it.
Start it by hand for another **day**, or to mail it to somebody else.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from copydesk.orchestration import defaults, due_within

PARAMS = {
    "day": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Day",
        description="In UTC. The day of the run's data interval, which is yesterday, where you leave it empty.",
    ),
    "mail_to": Param(
        None,
        type=["null", "string"],
        maxLength=2000,
        title="Mail to",
        description="E-mail addresses, with commas between. Those of COPYDESK_DIGEST_TO where you leave it empty.",
    ),
}


def asked() -> tuple[date, list[str]]:
    """The day and the addresses of this run."""
    from copydesk import digest

    context = get_current_context()
    # A run that was started without a date has no data interval.
    start = context.get("data_interval_start") or context["dag_run"].run_after - timedelta(days=1)
    params = context["params"]
    return digest.chosen_day(params["day"], start.date()), digest.addresses(params["mail_to"])


@task.sensor(mode="reschedule", poke_interval=300, timeout=3 * 3600, soft_fail=True)
def wait() -> bool:
    from copydesk import digest

    day, _ = asked()
    return digest.is_refined(day)


@task(trigger_rule="none_failed")
def write() -> dict[str, Any]:
    from copydesk import digest

    day, _ = asked()
    return dict(digest.write_digest(day))


@task
def mail(written: dict[str, Any]) -> int:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    from copydesk import digest

    _, addresses = asked()
    if not addresses:
        raise AirflowSkipException("nobody is named to mail it to")
    subject, text = digest.mail_of(written)
    with SmtpHook("smtp_default") as smtp:
        smtp.send_email_smtp(to=addresses, subject=subject, html_content=text, files=[written["path"]])
    return len(addresses)


with DAG(
    "daily_digest",
    description="What the job did yesterday, and what the news was: a page with charts",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=defaults(hours=0.5),
    deadline=due_within(hours=6),
    tags=["copydesk"],
):
    wait() >> (written := write())
    mail(written)
