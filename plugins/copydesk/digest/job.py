"""What a run does: which day, to whom, where the page is written, and what the mail says."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import TypedDict

from copydesk.digest.figures import Figures, read_figures
from copydesk.digest.page import render
from copydesk.errors import ConfigurationError
from copydesk.warehouse import digest as warehouse

_ADDRESS = re.compile(r"[^\s@,;:<>\"()\[\]\\]{1,64}@[^\s@,;:<>\"()\[\]\\]{1,255}")
_BETWEEN = re.compile(r"[\s,;]+")


class Written(TypedDict):
    """Where the page is, and the day's counts."""

    path: str
    day: str
    received: int
    new: int
    revised: int
    unchanged: int
    quarantined: int
    articles: int
    pending: int
    in_quarantine: int
    ill: int
    blocks: int


def chosen_day(stated: str | None, otherwise: date, *, now: datetime | None = None) -> date:
    """The day that a form or command line names, else the other. Raises :class:`ConfigurationError`."""
    if not stated:
        return otherwise
    try:
        day = date.fromisoformat(stated)
    except ValueError:
        raise ConfigurationError(f"{stated!r} is no day; write for example 2025-07-13") from None
    if day > (now or datetime.now(UTC)).date():
        raise ConfigurationError(f"{day} has not begun in UTC; name a day that has, or leave it empty for yesterday")
    return day


def addresses(stated: str | None) -> list[str]:
    """Where the digest is mailed to: as stated, else as ``COPYDESK_DIGEST_TO`` says; commas or spaces between.

    Raises :class:`ConfigurationError` where one is no address.
    """
    found = [part for part in _BETWEEN.split(stated or os.environ.get("COPYDESK_DIGEST_TO") or "") if part]
    for address in found:
        if not _ADDRESS.fullmatch(address):
            raise ConfigurationError(f"{address!r} is no e-mail address; write for example desk@paper.example")
    return list(dict.fromkeys(found))


def digest_folder() -> Path:
    """``COPYDESK_DIGEST_FOLDER``, else ``digests/`` where Copydesk keeps what it makes on this machine."""
    if configured := os.environ.get("COPYDESK_DIGEST_FOLDER"):
        return Path(configured)
    try:
        from copydesk.warehouse.server import state_dir
    except ImportError as error:
        raise ConfigurationError("set COPYDESK_DIGEST_FOLDER to the folder that digests are written into") from error
    return state_dir() / "digests"


def is_refined(day: date) -> bool:
    """Whether no item of the day waits to be refined, so that its figures will stay."""
    with warehouse.reading() as cursor:
        return warehouse.pending(cursor, warehouse.Window.of(day)) == 0


def digest_path(day: date) -> Path:
    return digest_folder() / f"digest-{day}.html"


def write_digest(day: date) -> Written:
    """Read a day and write its page into the folder."""
    return write_page(read_figures(day), digest_path(day))


def write_page(figures: Figures, path: Path) -> Written:
    """Write the page. Under its name there is a whole file or none."""
    page = render(figures)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(page, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} can't be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    intake = {row.name: row.today for row in figures.intake}
    return Written(
        path=str(path),
        day=str(figures.day),
        received=intake["received"],
        new=intake["new"],
        revised=intake["revised"],
        unchanged=intake["unchanged"],
        quarantined=figures.newly_quarantined,
        articles=figures.articles.today,
        pending=figures.pending,
        in_quarantine=figures.in_quarantine,
        ill=len(figures.ill),
        blocks=figures.blocks,
    )


def summary(written: Written) -> list[str]:
    """The day in a few lines of plain text."""
    lines = [
        f"{written['received']:,} items came in: {written['new']:,} new, {written['revised']:,} revised, "
        f"{written['unchanged']:,} unchanged.",
        f"{written['articles']:,} articles are of this day.",
        f"{written['quarantined']:,} items went into quarantine; {written['in_quarantine']:,} wait there.",
    ]
    for count, what in (
        (written["ill"], "sources are failing or silent"),
        (written["blocks"], "learned blocks wait for a decision"),
        (written["pending"], "items of this day wait to be refined: its figures will still change"),
    ):
        if count:
            lines.append(f"{count:,} {what}.")
    return lines


def mail_of(written: Written) -> tuple[str, str]:
    """The subject, and the text as HTML, of the mail that the page is attached to.

    Raises :class:`ConfigurationError` where the page is not on this machine.
    """
    if not Path(written["path"]).is_file():
        raise ConfigurationError(
            f"{written['path']} is not on this worker: let COPYDESK_DIGEST_FOLDER be a folder that all workers share"
        )
    subject = (
        f"Copydesk, {written['day']}: {written['articles']:,} articles, {written['quarantined']:,} new in quarantine"
    )
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in (*summary(written), "The page of the day is attached."))
    return subject, lines
