"""A source that learns, and a session on its warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg2.extensions import connection as Connection
from tests.warehouse.blocks.batches import SOURCE

from copydesk.warehouse import connect


@pytest.fixture(autouse=True)
def configured(configure) -> None:
    configure(SOURCE)


@pytest.fixture
def connection(warehouse: str) -> Iterator[Connection]:
    with closing(connect()) as opened:
        yield opened
