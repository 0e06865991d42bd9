"""The daily digest: what the job did in a day, and what the news of the day says, on one page.

``figures.py`` reads the day, ``charts.py`` draws it, ``page.py`` writes it as HTML, ``job.py`` is what a run does.
Needs ``pip install copydesk[digest]``.
"""

from copydesk.digest.figures import Figures, read_figures
from copydesk.digest.job import (
    Written,
    addresses,
    chosen_day,
    digest_folder,
    digest_path,
    is_refined,
    mail_of,
    summary,
    write_digest,
    write_page,
)
from copydesk.digest.page import render

__all__ = [
    "Figures",
    "Written",
    "addresses",
    "chosen_day",
    "digest_folder",
    "digest_path",
    "is_refined",
    "mail_of",
    "read_figures",
    "render",
    "summary",
    "write_digest",
    "write_page",
]
