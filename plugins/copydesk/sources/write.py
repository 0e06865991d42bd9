"""Source files written in the house's form. A file that is there is never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from copydesk.errors import ConfigurationError
from copydesk.sources.files import read_sources, sources_folder
from copydesk.sources.model import Source


def render(sources: Sequence[Source], *, defaults: Mapping[str, Any] | None = None, comment: str = "") -> str:
    """The text of a source file: a comment, what all its sources share, and the sources."""
    shared = dict(defaults or {})
    entries = []
    for source in sources:
        values = source.model_dump(mode="json", exclude_defaults=True)
        values = {key: value for key, value in values.items() if shared.get(key) != value or key == "name"}
        values["urls"] = values.pop("urls", [])  # last: the longest
        entries.append(values)
    content = {"defaults": shared, "sources": entries} if shared else {"sources": entries}
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return "".join(f"# {line}\n" for line in comment.splitlines()) + text


def source_path(name: str | None, default: str, folder: Path | None = None) -> Path:
    """Where a new source file goes: a name in the folder of sources. Raises where that is taken."""
    folder = (folder or sources_folder()).resolve()
    path = (folder / (name or default)).with_suffix(".yaml") if not name or "." not in name else folder / name
    path = path.resolve()
    if path.parent != folder or path.suffix not in (".yaml", ".yml"):
        raise ConfigurationError(f"{path}: a source file is a .yaml file right in {folder}, else it is not read")
    if path.exists():
        raise ConfigurationError(f"{path} is there already and is not overwritten; give another name with --file")
    return path


def write(path: Path, text: str, names: Sequence[str]) -> None:
    """Write a new file and read it back. Where its sources can't be read the file goes and the reason is raised."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: it can't be written: {error}") from error
    read = read_sources(path.parent)
    if missing := [name for name in names if not read.places.get(name, "").startswith(f"{path}:")]:
        path.unlink()
        reasons = [str(problem) for problem in read.problems if str(problem).startswith(f"{path}:")]
        raise ConfigurationError("\n".join(reasons) or f"{path}: {', '.join(missing)} can't be read back")


class _Dumper(yaml.SafeDumper):
    """Lists stand under their key, two blanks in, and short ones of words on its line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
