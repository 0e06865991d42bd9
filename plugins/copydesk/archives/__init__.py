"""Archives: payloads out of big files, streamed, with memory bounded by one record."""

from copydesk.archives.detect import CONTAINERS, HEAD, Kind, detect
from copydesk.archives.reader import documents_in, read_archive, read_files, read_stream
from copydesk.archives.walk import Mark, Record

__all__ = [
    "CONTAINERS",
    "HEAD",
    "Kind",
    "Mark",
    "Record",
    "detect",
    "documents_in",
    "read_archive",
    "read_files",
    "read_stream",
]
