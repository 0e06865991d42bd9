"""What compares the tables of two runs of the job sees a difference."""

from __future__ import annotations

from tests.faults.tables import Rows, differences


def test_a_difference_is_seen() -> None:
    one: dict[str, Rows] = {"item": Rows(["a", "b"]), "article": Rows(["a"])}
    other: dict[str, Rows] = {"item": Rows(["a", "b", "b"]), "article": Rows(["c"])}
    assert differences(one, one) == {}
    assert differences(one, other) == {
        "item": ["0 rows are missing, 1 are too many", "+ b"],
        "article": ["1 rows are missing, 1 are too many", "- a", "+ c"],
    }
