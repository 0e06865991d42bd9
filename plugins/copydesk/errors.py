"""What can go wrong, grouped by what the caller should do about it.

===================  =====================================================================
ConfigurationError   a person must change a setting; nothing was tried
DataError            this item is bad and stays bad: quarantine it, go on with the rest
TemporaryError       the same call may succeed later: retry
===================  =====================================================================
"""

from __future__ import annotations

from typing import ClassVar

from copydesk.text import clean


class CopydeskError(Exception):
    """Base of all errors that Copydesk raises on purpose. The message names the thing and says what to do."""

    reason: ClassVar[str] = "error"
    """A short, stable name for counting."""


class ConfigurationError(CopydeskError):
    reason = "configuration"


class TemporaryError(CopydeskError):
    reason = "temporary"


class FetchError(TemporaryError):
    """The source did not answer, or answered with a fault of its own."""

    reason = "fetch"

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        """Of HTTP."""
        self.retry_after = retry_after
        """Seconds that the source asks to be left alone."""


class WarehouseUnavailable(TemporaryError):
    reason = "warehouse_unavailable"


class DataError(CopydeskError):
    """Bad input. ``item`` names it; the message says what is wrong with it."""

    reason = "bad_data"

    def __init__(self, message: str, *, item: str | None = None) -> None:
        # Names and messages repeat what stood in the input, and are kept in Postgres.
        self.item = clean(item) if item else item
        super().__init__(clean(f"{item}: {message}" if item else message))


class Forbidden(DataError):
    """An address or path that may not be read."""

    reason = "forbidden"


class Gone(DataError):
    """The source says that the thing does not exist or may not be read."""

    reason = "gone"

    def __init__(self, message: str, *, item: str | None = None, status: int | None = None) -> None:
        super().__init__(message, item=item)
        self.status = status
        """Of HTTP."""


class EmptyPayload(DataError):
    reason = "empty"


class UnknownFormat(DataError):
    reason = "unknown_format"


class BrokenFormat(DataError):
    """The format is known and the document is damaged."""

    reason = "broken_format"


class BadEncoding(DataError):
    reason = "bad_encoding"


class TooLarge(DataError):
    reason = "too_large"


class TooDeep(DataError):
    reason = "too_deep"


class NoText(DataError):
    """Nothing that reads as an article is left."""

    reason = "no_text"


class MissingMetadata(DataError):
    """The item lacks a field that its source is required to give."""

    reason = "missing_metadata"
