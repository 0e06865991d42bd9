"""What is said of a source. ``docs/sources.md`` explains every field to people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from copydesk.sources import checks
from copydesk.sources.selectors import Selectors

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\n\r]*$")]
Tag = Annotated[Line, StringConstraints(max_length=100)]
Address = Annotated[str, AfterValidator(checks.address)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Span = Annotated[timedelta, BeforeValidator(checks.duration), PlainSerializer(checks.write_duration, when_used="json")]
Required = Literal["title", "published", "authors", "language", "outlet", "url"]
Pages = Literal["never", "teaser", "always"]


class Source(BaseModel):
    """A configured place news comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    """Unique; gives the DAG ``ingest_<name>``."""
    group: Name | None = None
    """Sources of one group share the DAG ``ingest_<group>``, and with it schedule and time zone."""
    description: str = ""
    urls: Annotated[tuple[Address, ...], AfterValidator(checks.each_once)] = ()
    """``https://``, ``http://``, ``file:///``, ``s3://`` and the like, or ``package:`` resources that come with
    Copydesk. One that ends in a slash, and is not on the web, is a folder or prefix: see :func:`is_folder`."""
    outlet: Line | None = None
    """Who publishes what comes from here."""
    agency: Line | None = None
    """The agency whose wire this is."""
    language: Annotated[str, AfterValidator(checks.language)] | None = None
    """BCP 47, believed where text and items don't say."""
    country: Annotated[str, AfterValidator(checks.country)] | None = None
    """ISO 3166, two letters."""
    schedule: Annotated[str, AfterValidator(checks.schedule)] | None = None
    """A cron expression or an Airflow preset such as ``@hourly``; null: only by trigger."""
    timezone: Annotated[str, AfterValidator(checks.timezone)] = "UTC"
    """Of the schedule, and of times that the items give without a zone."""
    tags: tuple[Tag, ...] = ()
    require: tuple[Required, ...] = ("title", "published")
    """Fields that must be known of an article; an item without them goes into quarantine."""
    pages: Pages = "never"
    """Whether an item's own page is fetched: never, where the feed has only a teaser, or always."""
    selectors: Selectors | None = None
    """What of its pages to keep and to drop, where their article isn't found well without."""
    batch_size: Annotated[int, Field(ge=1, le=1000)] = 200
    """Payloads that are parsed and loaded in one task; in a group the smallest of its sources' counts for all."""
    allow_private_addresses: bool = False
    """Whether its addresses may point into private networks."""
    obey_robots: bool = True
    """Whether what a site's robots.txt forbids is left alone."""
    seconds_between_requests: Seconds = 1.0
    """Between two requests to one host."""
    settled_seconds: Seconds = 30.0
    """How long a file in a drop folder must have stayed as it is to count as whole."""
    silent_after: Span | None = None
    """How long it may give nothing new before somebody is told; ``None``: judged against its own rhythm."""


def is_folder(url: str) -> bool:
    """Whether an address stands for all files below it: a folder or an object store's prefix."""
    return url.endswith("/") and not url.startswith(("http://", "https://", "package:"))


def groups(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """The sources that share a DAG, by the name of their group; a source without a group is one by itself."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(source.group or source.name, []).append(source)
    return found


DOCUMENTS = Source(name="documents", description="Documents given by hand: pasted text, addresses, files.", require=())
"""The source of whatever a person triggers without naming one."""
