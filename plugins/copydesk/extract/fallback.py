"""A second extractor for the pages that ours is unsure of: trafilatura, slower and never unsure."""

from __future__ import annotations

from typing import Any


def second_text(html: str, url: str | None) -> str:
    """The text that trafilatura finds; empty where it finds none."""
    import trafilatura

    document: Any = trafilatura.bare_extraction(html, url=url, with_metadata=False, include_comments=False, fast=True)
    return (document.text or "").strip("\n") if document is not None else ""
