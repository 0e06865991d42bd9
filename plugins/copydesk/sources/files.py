"""The files of sources: reading them, with errors that name file, line and field.

One bad file or entry costs only itself: what is right is read, and every problem is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from copydesk.errors import ConfigurationError
from copydesk.sources.checks import address_key, meant
from copydesk.sources.model import DOCUMENTS, Source

RESERVED = frozenset({DOCUMENTS.name, "document"})
"""Names that no source may have: the DAG of a source called "document" would be ``ingest_document``."""

_PLAINER = {
    "string_type": "this must be text; put it in quotes",
    "tuple_type": "this must be a list, for example [a, b]",
    "missing": "this is needed",
}
_BOOLEAN = "YAML reads this word as true or false; put it in quotes"


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """What the files of a folder say: the sources by name, where each stands, and what is wrong with the rest."""

    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """``file:line`` of each source."""
    problems: list[ConfigurationError] = field(default_factory=list)

    @property
    def taken(self) -> set[str]:
        """Names that a new source can't have."""
        return {name for source in self.sources.values() for name in (source.name, source.group) if name} | RESERVED

    @property
    def addresses(self) -> dict[str, str]:
        """Which source has an address, by :func:`copydesk.sources.checks.address_key`."""
        return {address_key(url): source.name for source in self.sources.values() for url in source.urls}

    def add_problem(self, problem: ConfigurationError) -> None:
        """What is wrong with a file's defaults is wrong with each of its sources, and told once."""
        if str(problem) not in map(str, self.problems):
            self.problems.append(problem)


def sources_folder() -> Path:
    """``COPYDESK_SOURCES``, else ``dags/sources`` of the checkout."""
    if folder := os.environ.get("COPYDESK_SOURCES"):
        return Path(folder)
    return Path(__file__).resolve().parents[3] / "dags" / "sources"


def read_sources(folder: Path | None = None) -> SourceFiles:
    """All sources that are right, and a :class:`ConfigurationError` for each thing that is not."""
    read = SourceFiles()
    found: list[_Entry] = []
    for path in sorted((folder or sources_folder()).glob("*.y*ml")):
        try:
            for entry in _entries(path):
                if isinstance(entry, ConfigurationError):
                    read.add_problem(entry)
                else:
                    found.append(entry)
        except ConfigurationError as error:
            read.add_problem(error)
    singles = {entry.source.name: entry for entry in found if not entry.source.group}
    leaders: dict[str, Source] = {}  # of each group the first source
    for entry in found:
        source = entry.source
        if problem := _name_conflict(entry, read) or _group_conflict(entry, read, singles, leaders):
            read.add_problem(problem)
            continue
        read.sources[source.name], read.places[source.name] = source, entry.place()
        if source.group:
            leaders.setdefault(source.group, source)
    return read


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """All sources by name. Raises one :class:`ConfigurationError` that tells every problem, one a line."""
    read = read_sources(folder)
    if read.problems:
        raise ConfigurationError("\n".join(map(str, read.problems)))
    return read.sources


def find_source(name: str, folder: Path | None = None) -> Source:
    """The source of that name, or :data:`DOCUMENTS`, whatever is wrong with other sources."""
    if name == DOCUMENTS.name:
        return DOCUMENTS
    read = read_sources(folder)
    if name not in read.sources:
        known = f"there are: {', '.join(sorted(read.sources)) or 'none'}"
        raise ConfigurationError(
            "\n".join(
                [
                    f"there is no source {name!r} in {folder or sources_folder()}{meant(name, read.sources)}; {known}",
                    *map(str, read.problems),
                ]
            )
        )
    return read.sources[name]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A source and the YAML nodes that it was made from, for their lines."""

    path: Path
    nodes: tuple[yaml.Node, ...]
    """The entry's own, then that of the file's defaults."""
    source: Source

    def place(self, *location: str | int) -> str:
        return _place(self.path, self.nodes, location)


def _name_conflict(entry: _Entry, read: SourceFiles) -> ConfigurationError | None:
    name = entry.source.name
    if name not in read.sources and name not in RESERVED:
        return None
    return ConfigurationError(f"{entry.place('name')}: name: {name!r} is taken by {read.places.get(name, 'copydesk')}")


def _group_conflict(
    entry: _Entry, read: SourceFiles, singles: Mapping[str, _Entry], leaders: Mapping[str, Source]
) -> ConfigurationError | None:
    """A group whose DAG is another's, or a member that is not run as the others are."""
    source = entry.source
    if not source.group:
        return None
    if source.group in singles or source.group in RESERVED:
        owner = f"the source at {singles[source.group].place()}" if source.group in singles else "copydesk"
        return ConfigurationError(
            f"{entry.place('group')}: group: the DAG ingest_{source.group} is that of {owner}; rename one"
        )
    leader = leaders.get(source.group, source)
    for name in ("schedule", "timezone"):
        if getattr(leader, name) != getattr(source, name):
            return ConfigurationError(
                f"{entry.place(name)}: {name}: {getattr(source, name)!r} is not that of {leader.name!r} "
                f"({getattr(leader, name)!r}, {read.places[leader.name]}); sources of one group share it"
            )
    return None


def _entries(path: Path) -> Iterator[_Entry | ConfigurationError]:
    """The sources of a file, and the problem of each that has one. Raises where the file as a whole can't be read."""
    root, content = _parse(path)
    if not isinstance(content, dict) or not isinstance(content.get("sources"), list):
        raise ConfigurationError(f"{path}:1: a source file holds `sources:`, a list")
    for key in content.keys() - {"sources", "defaults"}:
        place = _place(path, (root,), (key,))
        yield ConfigurationError(f"{place}: unknown: {key}; a file holds defaults and sources")
    defaults = content.get("defaults") or {}
    nodes = {key.value: value for key, value in root.value}
    if not isinstance(defaults, dict):
        raise ConfigurationError(f"{_place(path, (root,), ('defaults',))}: defaults is a mapping, not {defaults!r}")
    for entry, node in zip(content["sources"], nodes["sources"].value, strict=True):
        if not isinstance(entry, dict):
            yield ConfigurationError(f"{_place(path, (node,))}: a source is a mapping with a name, not {entry!r}")
            continue
        given = (node, nodes["defaults"]) if defaults else (node,)
        try:
            yield _Entry(path, given, Source.model_validate({**defaults, **entry}))
        except ValidationError as error:
            yield from _explain(path, given, error)


def _parse(path: Path) -> tuple[yaml.Node, Any]:
    """The file's nodes, which know their lines, and its values."""
    try:
        with path.open(encoding="utf-8") as stream:
            loader = yaml.SafeLoader(stream)  # the one in C dies of deep nesting
            root = loader.get_single_node()
            if root is None:
                return yaml.ScalarNode("", ""), None
            _refuse_doubles(root, set())
            return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}:{line}: this is no YAML: {error.problem or error.context}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: it is nested too deeply; a source file needs a few levels") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: it can't be read: {' '.join(str(error).split())}") from error


def _refuse_doubles(node: yaml.Node, seen: set[int]) -> None:
    """YAML lets the last of two equal keys win in silence."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    keys: set[str] = set()
    for part in node.value:
        if isinstance(part, tuple):
            key, value = part
            if isinstance(key.value, str) and key.value in keys:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands there twice", problem_mark=key.start_mark)
            if isinstance(key.value, str):
                keys.add(key.value)
            _refuse_doubles(value, seen)
        else:
            _refuse_doubles(part, seen)


def _explain(path: Path, nodes: tuple[yaml.Node, ...], error: ValidationError) -> Iterator[ConfigurationError]:
    for problem in error.errors():
        location = problem["loc"]
        message = _PLAINER.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        if problem["type"] == "extra_forbidden":
            message = f"there is no such field{meant(str(location[0]), Source.model_fields)}; see docs/sources.md"
        elif problem["type"] == "string_type" and isinstance(problem["input"], bool):
            message = _BOOLEAN
        yield ConfigurationError(f"{_place(path, nodes, location)}: {'.'.join(map(str, location))}: {message}")


def _place(path: Path, nodes: tuple[yaml.Node, ...], location: tuple[str | int, ...] = ()) -> str:
    """``file:line`` of what a location leads to: in the entry, else in the defaults, else the entry itself."""
    for node in nodes:
        if location and (line := _line(node, location)) is not None:
            return f"{path}:{line}"
    return f"{path}:{nodes[0].start_mark.line + 1}"


def _line(node: yaml.Node, location: tuple[str | int, ...]) -> int | None:
    """The line of the innermost node on the way; ``None`` where its first step leads nowhere."""
    line = None
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in reversed(node.value) if pair[0].value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
