"""Take in one document by hand: a pasted text, a web address, or a file of the drop folder.

Fill in **one** of text, address and file. What you say of it (date, outlet, language, headline) wins over what it
says itself. A document that can't be refined goes to quarantine, and the run fails with the reason.

Files are read from the drop folder only: the folder that `COPYDESK_DROP_FOLDER` names on the workers.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, Param, get_current_context, task

from copydesk.orchestration import ARTICLES, defaults, report, run_name

PARAMS = {
    "text": Param(
        None,
        type=["null", "string"],
        format="multiline",
        title="Text",
        description="Paste the article: plain text, HTML, or a whole feed.",
    ),
    "url": Param(
        None,
        type=["null", "string"],
        pattern="^https?://.+",
        maxLength=2000,
        title="Address",
        description="An article's page or a feed. Addresses in private networks are refused.",
    ),
    "path": Param(
        None,
        type=["null", "string"],
        maxLength=1000,
        title="File",
        description="A file in the drop folder, by its name there.",
    ),
    "published": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Publication date",
        description="Weekdays and words such as “yesterday” are resolved against it.",
    ),
    "title": Param(None, type=["null", "string"], maxLength=500, title="Headline"),
    "outlet": Param(
        None,
        type=["null", "string"],
        maxLength=200,
        title="Outlet",
        description="Who published this copy, for example Mid-Day.",
    ),
    "language": Param(
        None,
        type=["null", "string"],
        pattern="^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$",
        title="Language",
        description="BCP 47, for example pt or pt-BR. Found from the text where you leave it empty.",
    ),
}


@task(outlets=[ARTICLES])
def ingest() -> dict[str, int]:
    from copydesk import documents

    context = get_current_context()
    done = documents.ingest(context["params"], run_id=run_name(context))
    report("document", done)
    return done


with DAG(
    "ingest_document",
    description="Clean one document: paste a text, give an address or a file",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1),
    catchup=False,
    params=PARAMS,
    default_args=defaults(hours=0.25, retries=2, delay=15),
    tags=["copydesk", "ingest"],
):
    ingest()
