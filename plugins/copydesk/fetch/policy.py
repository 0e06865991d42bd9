"""What may be asked of an address, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

Turns = Callable[[str, float], float]
"""Reserves the next free moment to ask a host, which is then left alone for so many seconds; gives the seconds until
that moment."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a source permits. The defaults are a good citizen's."""

    allow_private: bool = False
    """Whether addresses may point into private networks."""
    obey_robots: bool = True
    seconds_between_requests: float = 1.0
    """To one host."""
    max_bytes: int = MAX_BYTES
    """Of an answer, before and after its compression is undone."""
    max_seconds: float = 60.0
    """For an answer with all its redirects and further tries; waiting for one's turn doesn't count."""
    idle_seconds: float = 20.0
    """Between two pieces of an answer."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer says to recognise it by, for a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    payload: Payload | None
    """``None``: nothing has changed since the answer that the validators are of."""
    validators: Validators = Validators()
    status: int | None = None
    """Of HTTP."""
    moved_to: str | None = None
    """The new address, where it has moved there for good."""
