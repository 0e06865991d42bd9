"""Bytes in: from the web, from files, from resources that come in a package."""

from __future__ import annotations

from copydesk.errors import ConfigurationError
from copydesk.fetch import files, http
from copydesk.model import Payload


def fetch(url: str, *, allow_private: bool = False) -> Payload:
    """Fetch what an address names: ``http(s)://``, ``file:`` or a path, ``package:module/resource``.

    ``allow_private`` permits addresses in private networks. Raises :class:`copydesk.errors.FetchError` where a later
    try may succeed and a :class:`copydesk.errors.DataError` where it will not.
    """
    scheme, separator, rest = url.partition(":")
    if scheme in ("http", "https"):
        return http.fetch(url, allow_private=allow_private)
    if scheme == "package":
        return files.read_resource(rest)
    if scheme == "file":
        return files.read_file(rest.removeprefix("//"))
    if separator and "/" not in scheme and len(scheme) > 1:
        raise ConfigurationError(
            f"{url}: {scheme}: is no kind of address that can be fetched; use https, file or a path"
        )
    return files.read_file(url)


__all__ = ["fetch"]
