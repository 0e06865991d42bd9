"""A source that learns, and a session on its warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection
from tests.warehouse.blocks.batches import SOURCE

from copydesk.warehouse import connect


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"sources": [{"name": SOURCE.name, "outlet": SOURCE.outlet, "language": SOURCE.language}]}
    (tmp_path / "sources.yaml").write_text(json.dumps(settings))
    monkeypatch.setenv("COPYDESK_SOURCES", str(tmp_path))


@pytest.fixture
def connection(warehouse: str) -> Iterator[Connection]:
    with closing(connect()) as opened:
        yield opened
