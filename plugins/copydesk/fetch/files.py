"""Files and package resources."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from copydesk.errors import Forbidden, Gone, TooLarge
from copydesk.formats import MAX_BYTES
from copydesk.model import Payload


def read_file(name: str, *, inside: Path | None = None) -> Payload:
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
        if (size := path.stat().st_size) > MAX_BYTES:
            raise TooLarge(f"{size:,} bytes are more than the {MAX_BYTES:,} that a payload may have", item=name)
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
