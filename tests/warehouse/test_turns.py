"""Politeness that workers agree on: one host is asked at the pace that its source allows, whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from copydesk.fetching import _turn
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.fetches import reserve_turn


def reserve(host: str, pause: float = 10.0) -> float:
    with transaction() as connection:
        return reserve_turn(connection, host, pause)


def test_each_request_to_a_host_has_a_moment_of_its_own(warehouse: str) -> None:
    with ThreadPoolExecutor(4) as workers:
        waits = sorted(workers.map(lambda _: reserve("harbour.example"), range(4)))
    assert [round(wait, -1) for wait in waits] == [0, 10, 20, 30]
    assert reserve("other.example") < 1


def test_without_a_pause_nobody_is_asked(warehouse: str, query) -> None:
    assert _turn("harbour.example", 0) == 0
    assert query("SELECT count(*) FROM host_turn") == [(0,)]


def test_a_host_that_rested_is_asked_at_once(warehouse: str, query) -> None:
    reserve("harbour.example")
    query("UPDATE host_turn SET free_at = now() - interval '1 day'")
    assert reserve("harbour.example") < 1
    assert 8 < reserve("harbour.example") <= 10


def test_a_clock_that_was_a_day_ahead_makes_nobody_wait_for_a_day(warehouse: str, query) -> None:
    reserve("harbour.example")
    query("UPDATE host_turn SET free_at = now() + interval '1 day'")
    assert reserve("harbour.example") < 1
