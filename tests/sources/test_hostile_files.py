"""Whatever stands in a source file: it is read, or there is a problem that names the file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from copydesk.sources import Source, read_sources

_YAML = r"""
sources defaults << : - [ ] { } &a *a ? !!binary !!python/name:os no ~ 2025-13-45 1e999 0x " ' | # é https://a.example/
""".split()
_WORDS = st.sampled_from([*Source.model_fields, *_YAML, "\n", "\n  ", "\n - ", ": ", "sources:\n - ", "\x00", "\ufeff"])
_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_any_text(tmp_path_factory: Any, text: str) -> None:
    _read(tmp_path_factory.mktemp("sources"), text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(list(Source.model_fields)), _VALUES), max_size=3))
def test_any_values(tmp_path_factory: Any, sources: list[Any]) -> None:
    read = _read(tmp_path_factory.mktemp("sources"), yaml.safe_dump({"sources": sources}))
    assert len(read.sources) <= len(sources)
    assert bool(read.problems) == (len(read.sources) < len(sources))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["language", "country", "schedule", "timezone", "silent_after", "outlet", "group"]), st.text())
def test_any_text_as_a_value(field: str, value: str) -> None:
    with contextlib.suppress(ValidationError):
        assert Source(name="harbour", **{field: value}).name == "harbour"  # type: ignore[arg-type]


def _read(folder: Path, text: str) -> Any:
    path = folder / "news.yaml"
    path.write_text(text, encoding="utf-8")
    read = read_sources(folder)
    assert all(str(problem).startswith(f"{path}:") for problem in read.problems)
    return read
