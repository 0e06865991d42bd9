"""What one of many brings down costs only itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from copydesk.dividing import divided
from copydesk.errors import TemporaryError


def run(bad: set[int], count: int = 10) -> tuple[list[int], list[int]]:
    """What was done together, and what was refused."""
    done: list[int] = []
    refused: list[int] = []

    def do(parts: Sequence[int]) -> None:
        if bad & set(parts):
            raise ValueError("no")
        done.extend(parts)

    divided(range(count), do, lambda part, _: refused.append(part))
    return done, refused


@pytest.mark.parametrize("bad", [set(), {0}, {9}, {3, 4}, set(range(10))])
def test_only_what_fails_by_itself_is_refused(bad: set[int]) -> None:
    assert run(bad) == ([part for part in range(10) if part not in bad], sorted(bad))


def test_where_all_is_well_it_is_done_at_once() -> None:
    assert divided(range(5), len, lambda *_: 0) == [5]


def test_our_own_errors_are_about_all_of_them() -> None:
    def do(parts: Sequence[int]) -> None:
        raise TemporaryError("later")

    with pytest.raises(TemporaryError):
        divided(range(5), do, lambda *_: None)


def test_what_cannot_even_be_refused_is_told() -> None:
    def do(parts: Sequence[int]) -> None:
        raise ValueError("no")

    def refuse(part: int, error: Exception) -> None:
        raise KeyError(part)

    with pytest.raises(KeyError):
        divided(range(5), do, refuse)
