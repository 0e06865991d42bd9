"""Addresses of articles: one form for all that lead to the same page."""

from __future__ import annotations

from urllib.parse import urlsplit


def canonical_url(url: str) -> str:
    """The address without tracking parameters, default port, dot segments and upper case in its host.

    It is for comparison: the address itself may be needed as it was given.
    """
    from courlan import normalize_url

    try:
        return str(normalize_url(url))
    except (ValueError, AttributeError):
        return url


def names_a_page(url: str) -> bool:
    """Whether it leads to a page of its own, not to the front page of a site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.path.strip("/") or parts.query or parts.fragment)
