"""Documents that a person hands in: one of a pasted text, an address or a file of the drop folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copydesk.errors import ConfigurationError, DataError
from copydesk.fetch import fetch, read_file
from copydesk.jobs import Given, ingest_documents
from copydesk.metadata.time import parse_moment
from copydesk.model import Payload
from copydesk.sources import DOCUMENTS


class Refused(DataError):
    """The document went into quarantine."""

    reason = "refused"


def ingest(form: Mapping[str, Any], *, run_id: str) -> dict[str, int]:
    """Take in the document of a filled form (``text``, ``url`` or ``path``; ``published``, ``title``, ``outlet``,
    ``language``) and say what became of it.

    Raises :class:`ConfigurationError` where the form is filled in wrongly and a :class:`DataError` where the document
    can't be read.
    """
    payload = document(form)
    given = Given(
        title=form.get("title") or None,
        published=published(form.get("published")),
        outlet=form.get("outlet") or None,
        language=form.get("language") or None,
    )
    done = ingest_documents([payload], DOCUMENTS, run_id=run_id, given=given)
    if done.quarantined:
        raise Refused("\n".join(done.quarantined))
    return {"items": done.items.received, "articles": done.articles.new + done.articles.revised}


def document(form: Mapping[str, Any]) -> Payload:
    """The bytes of the document that the form names."""
    filled = [name for name in ("text", "url", "path") if form.get(name)]
    if len(filled) != 1:
        stated = " and ".join(filled) or "none of them"
        raise ConfigurationError(f"fill in one of text, address and file; {stated} was filled in")
    value = str(form[filled[0]])
    if filled == ["url"]:
        return fetch(value)
    if filled == ["path"]:
        return read_file(value, inside=drop_folder())
    return Payload(value.encode("utf-8", "replace"), datetime.now(UTC))


def published(value: str | None) -> datetime | None:
    moment = parse_moment(value)
    if value and not moment:
        raise ConfigurationError(f"{value!r} is no date; write for example 2025-07-13 or 2025-07-13T18:30+05:30")
    return moment


def drop_folder() -> Path:
    """The only folder from which a form may name files."""
    folder = os.environ.get("COPYDESK_DROP_FOLDER")
    if not folder:
        raise ConfigurationError("no drop folder is configured: set COPYDESK_DROP_FOLDER on the workers")
    return Path(folder)
