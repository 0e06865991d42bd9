"""Files: on this machine, in object stores by fsspec, and in packages."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from copydesk.errors import ConfigurationError, FetchError, Forbidden, Gone, TooLarge
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".inprogress", ".done", ".ok")
"""Names of files that are still being written, and of the marks that say that others are written."""
MARKS = (".done", ".ok")
"""A file with such a neighbour is whole."""
_DRIVERS = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
_MODIFIED = ("mtime", "LastModified", "last_modified", "updated", "created")


@dataclass(frozen=True, slots=True)
class File:
    """A file in a folder, as it is now."""

    url: str
    size: int
    modified: datetime | None

    @property
    def token(self) -> str:
        """Changes when the file does."""
        return f"{self.size}-{self.modified.timestamp() if self.modified else 0}"


def read_file(name: str, *, inside: Path | None = None, max_bytes: int = MAX_BYTES) -> Payload:
    """Read a file. With ``inside``, only from that folder: links and ``..`` that lead out of it are refused."""
    try:
        path = Path(name)
        if inside is not None:
            folder = inside.resolve()
            path = (folder / path).resolve()
            if not path.is_relative_to(folder):
                raise Forbidden(f"only files in the drop folder {folder} can be read; move it there", item=name)
        if not path.is_file():
            raise Gone(f"there is no file {path}", item=name)
        _check_size(path.stat().st_size, name, max_bytes)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise Gone(f"it can't be read: {error}", item=name) from error
    return Payload(content, datetime.now(UTC), path.resolve().as_uri(), mimetypes.guess_type(path.name)[0])


def read_resource(name: str) -> Payload:
    """Read ``package.module/path/of/resource``."""
    package, _, path = name.partition("/")
    try:
        content = files(package).joinpath(path).read_bytes()
    except (ModuleNotFoundError, OSError) as error:
        raise Gone(f"the package has no such resource: {error}", item=f"package:{name}") from error
    return Payload(content, datetime.now(UTC), f"package:{name}", mimetypes.guess_type(path)[0])


def read_object(url: str, *, max_bytes: int = MAX_BYTES) -> Payload:
    """Read an object of a store that fsspec knows, such as ``s3://bucket/name``."""
    system, path = _system(url)
    try:
        with system.open(path, "rb") as file:
            content = file.read(max_bytes + 1)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise Gone(f"it can't be read: {error or type(error).__name__}", item=url) from error
    except Exception as error:  # every store's driver has errors of its own
        raise FetchError(f"{url}: {type(error).__name__}: {error}") from error
    _check_size(len(content), url, max_bytes)
    return Payload(content, datetime.now(UTC), url, mimetypes.guess_type(path)[0])


def list_files(url: str, *, settled_seconds: float = 30.0, now: datetime | None = None) -> list[File]:
    """The files below a folder or prefix that are whole, in the order in which they were written.

    A file is whole when it has not changed for ``settled_seconds``, or has a neighbour of its name with ``.done`` or
    ``.ok`` behind it. Hidden and empty files, names of files in the making, and links that lead out of the folder are
    left out.
    """
    system, root = _system(url)
    try:
        found = {path: info for path, info in system.find(root, detail=True).items() if info.get("type") == "file"}
        missing = not found and not system.exists(root) and urlsplit(url).scheme in ("", "file")
    except (FileNotFoundError, PermissionError) as error:
        raise Gone(f"the folder can't be read: {error or type(error).__name__}", item=url) from error
    except Exception as error:  # every store's driver has errors of its own
        raise FetchError(f"{url}: {type(error).__name__}: {error}") from error
    if missing:  # a store knows no empty folders
        raise Gone("there is no such folder", item=url)
    whole = _whole(found, root, now or datetime.now(UTC), settled_seconds)
    local = "file" in system.protocol
    listed = [
        File(Path(path).as_uri() if local else system.unstrip_protocol(path), size, modified)
        for path, size, modified in whole
    ]
    return sorted(listed, key=lambda file: (file.modified or datetime.max.replace(tzinfo=UTC), file.url))


def _whole(
    found: dict[str, dict[str, Any]], root: str, now: datetime, settled_seconds: float
) -> Iterator[tuple[str, int, datetime | None]]:
    for path, info in found.items():
        parts = path[len(root) :].strip("/").split("/")
        size = int(info.get("size") or 0)
        if size == 0 or any(part.startswith(".") for part in parts) or path.lower().endswith(UNFINISHED):
            continue
        if info.get("islink") and not Path(path).resolve().is_relative_to(Path(root).resolve()):
            continue
        modified = _modified(info)
        marked = any(path + mark in found for mark in MARKS)
        if marked or modified is None or (now - modified).total_seconds() >= settled_seconds:
            yield path, size, modified


def _modified(info: dict[str, Any]) -> datetime | None:
    value = next((info[key] for key in _MODIFIED if info.get(key)), None)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


def _system(url: str) -> tuple[Any, str]:
    import fsspec

    scheme = url.partition(":")[0]
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        package = _DRIVERS.get(scheme, "the driver of this store")
        raise ConfigurationError(f"{url}: to read {scheme}: addresses, install {package}") from error
    except ValueError as error:
        raise ConfigurationError(
            f"{url}: {scheme}: is no kind of address that can be fetched; use https, s3, gs, file or a path"
        ) from error
    return system, path


def _check_size(size: int, name: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise TooLarge(
            f"more than {max_bytes:,} bytes are no payload; `copydesk backfill` reads archives of any size", item=name
        )
