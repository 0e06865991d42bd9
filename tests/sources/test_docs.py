"""What docs/sources.md says of sources is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from copydesk.cli import cli
from copydesk.sources import Source, load_sources
from copydesk.sources.checks import SCHEMES

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCS, re.S)


def test_every_field_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", DOCS, re.M))
    assert explained == set(Source.model_fields)


def test_the_samples_lead_to_the_explanation() -> None:
    assert "docs/sources.md" in (ROOT / "dags" / "sources" / "samples.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_right(example: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(example)
    assert load_sources(tmp_path)


def test_there_are_examples_of_each_kind() -> None:
    assert len(EXAMPLES) == 5


def test_every_command_and_scheme_is_named() -> None:
    for name in cli.commands["sources"].commands:
        assert f"copydesk sources {name}" in DOCS
    for scheme in set(SCHEMES) - {"gcs", "abfss", "memory"}:
        assert f"`{scheme}:" in DOCS
