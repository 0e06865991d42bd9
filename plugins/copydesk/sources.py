"""Sources: where news comes from, as YAML files in ``dags/sources/``. Adding a source is adding a file.

A file holds ``sources:``, a list, and may hold ``defaults:`` for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from copydesk.errors import ConfigurationError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
Required = Literal["title", "published", "authors", "language", "outlet", "url"]


class Source(BaseModel):
    """A configured place news comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    """Unique; gives the DAG ``ingest_<name>``."""
    description: str = ""
    urls: tuple[str, ...] = ()
    """``https://``, ``http://``, ``file:`` paths, or ``package:`` resources that come with Copydesk."""
    outlet: str | None = None
    """Who publishes what comes from here."""
    agency: str | None = None
    """The agency whose wire this is."""
    language: str | None = None
    """BCP 47, believed where text and items don't say."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    schedule: str | None = None
    """A cron expression or an Airflow preset such as ``@hourly``; null: only by trigger."""
    timezone: str = "UTC"
    """Of the schedule, and of times that the items give without a zone."""
    tags: tuple[str, ...] = ()
    require: tuple[Required, ...] = ("title", "published")
    """Fields that must be known of an article; an item without them goes into quarantine."""
    batch_size: Annotated[int, Field(ge=1, le=1000)] = 50
    """Payloads that are parsed and loaded in one task and one transaction."""
    allow_private_addresses: bool = False
    """Whether its addresses may point into private networks."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone; write for example Asia/Kolkata") from error
        return value


DOCUMENTS = Source(name="documents", description="Documents given by hand: pasted text, addresses, files.", require=())
"""The source of whatever a person triggers without naming one."""


_RESERVED = {DOCUMENTS.name, "document"}  # the DAG of a source called "document" would be ingest_document


def sources_folder() -> Path:
    """``COPYDESK_SOURCES``, else ``dags/sources`` of the checkout."""
    if folder := os.environ.get("COPYDESK_SOURCES"):
        return Path(folder)
    return Path(__file__).resolve().parents[2] / "dags" / "sources"


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """All sources by name. Raises :class:`ConfigurationError` that names file, line and field of what is wrong."""
    found: dict[str, Source] = {}
    origin: dict[str, str] = {}
    for path in sorted((folder or sources_folder()).glob("*.y*ml")):
        for source, place in _read(path):
            if source.name in found or source.name in _RESERVED:
                raise ConfigurationError(
                    f"{place}: name: {source.name!r} is taken by {origin.get(source.name, 'copydesk')}"
                )
            found[source.name], origin[source.name] = source, place
    return found


def find_source(name: str, folder: Path | None = None) -> Source:
    """The source of that name, or :data:`DOCUMENTS`."""
    if name == DOCUMENTS.name:
        return DOCUMENTS
    sources = load_sources(folder)
    if name not in sources:
        raise ConfigurationError(
            f"there is no source {name!r} in {folder or sources_folder()}; there are: {', '.join(sorted(sources))}"
        )
    return sources[name]


def _read(path: Path) -> Iterator[tuple[Source, str]]:
    try:
        root: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("sources"), list):
        raise ConfigurationError(f"{path}:1: a source file holds `sources:`, a list")
    if unknown := set(content) - {"sources", "defaults"}:
        raise ConfigurationError(f"{path}:1: unknown: {', '.join(sorted(unknown))}; a file holds defaults and sources")
    defaults = content.get("defaults") or {}
    nodes = next(value.value for key, value in root.value if key.value == "sources")
    for entry, node in zip(content["sources"], nodes, strict=True):
        place = f"{path}:{node.start_mark.line + 1}"
        if not isinstance(entry, dict):
            raise ConfigurationError(f"{place}: a source is a mapping with a name, not {entry!r}")
        try:
            yield Source.model_validate({**defaults, **entry}), place
        except ValidationError as error:
            raise ConfigurationError(_explain(path, node, error)) from error


def _explain(path: Path, node: Any, error: ValidationError) -> str:
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    return "\n".join(
        f"{path}:{lines.get(str(problem['loc'][0]), node.start_mark.line + 1)}: "
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        for problem in error.errors()
    )
