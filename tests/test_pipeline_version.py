"""What is made of the bundled samples changes with the pipeline's version only: by it a warehouse knows what to
make anew.

    python -m tests.test_pipeline_version     writes down what is made of them now
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from copydesk.errors import DataError
from copydesk.fetch import fetch
from copydesk.formats import read
from copydesk.model import Article
from copydesk.pipeline import VERSION, Context, refine
from copydesk.sources import load_sources

RESULTS = Path(__file__).with_name("pipeline_results.json")
SEEN = datetime(2025, 12, 1, 12, tzinfo=UTC)
REFUSED = {"noticias.xml#2": "missing_metadata"}
TOLD = (
    "title",
    "language",
    "published",
    "modified",
    "authors",
    "outlet",
    "agency",
    "origin",
    "url",
    "keywords",
    "text",
)


def told(article: Article) -> dict[str, Any]:
    """What readers of the warehouse see; how sure something is may differ in its last digit from machine to machine."""

    def without_confidence(found: object) -> dict[str, Any]:
        return {name: value for name, value in asdict(found).items() if name != "confidence"}  # type: ignore[call-overload]

    return {
        **{name: getattr(article, name) for name in TOLD},
        **{name: list(map(without_confidence, getattr(article, name))) for name in ("removals", "repairs", "facts")},
    }


def results() -> dict[str, str]:
    """Of each item of the samples a hash of what is made of it, or why nothing is."""
    made: dict[str, str] = {}
    for source in load_sources().values():
        for url in source.urls if "sample" in source.tags else ():
            for number, item in enumerate(read(fetch(url)).items):
                name = f"{url.rpartition('/')[2]}#{number}"
                try:
                    article = refine(item, context=Context(source, fetched_at=SEEN))
                except DataError as error:
                    made[name] = error.reason
                else:
                    text = json.dumps(told(article), sort_keys=True, default=str)
                    made[name] = sha256(text.encode()).hexdigest()[:16]
    return made


def test_another_result_has_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COPYDESK_REGISTRY", "COPYDESK_ANNOTATORS", "COPYDESK_SOURCES"):
        monkeypatch.delenv(name, raising=False)
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    made = results()
    changed = sorted(
        name for name in made.keys() | kept["results"].keys() if made.get(name) != kept["results"].get(name)
    )
    assert {name: found for name, found in made.items() if found in REFUSED.values()} == REFUSED
    assert kept["version"] == VERSION, f"there is a new version: python -m {__spec__.name}"
    assert not changed, f"raise VERSION in copydesk/pipeline.py, then python -m {__spec__.name}"


if __name__ == "__main__":
    RESULTS.write_text(json.dumps({"version": VERSION, "results": results()}, indent=1) + "\n", encoding="utf-8")
