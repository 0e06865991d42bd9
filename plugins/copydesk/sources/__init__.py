"""Sources: where news comes from, as YAML files in ``dags/sources/``. Adding a source is adding a file.

A file holds ``sources:``, a list, and may hold ``defaults:`` for all of them. ``docs/sources.md`` explains every field.
"""

from __future__ import annotations

from copydesk.sources.files import SourceFiles, find_source, load_sources, read_sources, sources_folder
from copydesk.sources.model import DOCUMENTS, Source, groups, is_folder

__all__ = [
    "DOCUMENTS",
    "Source",
    "SourceFiles",
    "find_source",
    "groups",
    "is_folder",
    "load_sources",
    "read_sources",
    "sources_folder",
]
