"""How much goes out a minute: the same pace for all workers together, whoever of them delivers."""

from __future__ import annotations

import threading

import pytest

from mimis_core.services import Services
from mimis_core.services.destinations import Lane
from mimis_core.services.pacing import Pace
from mimis_core.store.tables import DestinationRow
from tests.school import Clock, HandSource, done, page
from tests.services.workers import addresses, colleague, queue_deliveries, set_pace


def test_pace_spaces_what_goes_out() -> None:
    lane, stopping = Lane(Pace(per_minute=6)), threading.Event()
    assert lane.wait_turn(stopping)
    stopping.set()
    assert not lane.wait_turn(stopping)
    assert lane._next > 10
    lane.close()


@pytest.fixture
def paced(school: Services) -> Services:
    """A school with one issued credential and a wallet that takes one delivery in a hundred seconds."""
    set_pace(school, per_minute=0.6)
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school


def waits(worker: Services) -> float:
    """Seconds until this worker may deliver to the wallet."""
    return worker._lanes["couriers.europass"].wait_left()


def test_pace_goes_on_where_another_worker_left_it(paced: Services, clock: Clock) -> None:
    queue_deliveries(paced, *addresses(1))
    assert paced.drain().deliveries == 1
    queue_deliveries(paced, "b@b.example")
    clock.forward(seconds=40)
    with colleague(paced) as other:
        assert len(other._claim()) == 1
        assert 45 < waits(other) <= 61


def test_pace_that_has_passed_holds_nobody_up(paced: Services, clock: Clock) -> None:
    queue_deliveries(paced, *addresses(1))
    paced.drain()
    queue_deliveries(paced, "b@b.example")
    clock.forward(seconds=102)
    with colleague(paced) as other:
        assert other.drain().deliveries == 1


def test_pace_of_a_dead_worker_is_waited_for(paced: Services, clock: Clock) -> None:
    queue_deliveries(paced, *addresses(1))
    paced._claim()
    clock.forward(seconds=121)
    with colleague(paced) as other:
        assert len(other._claim()) == 1
        assert 95 < waits(other) <= 100


def test_clock_that_ran_ahead_makes_nobody_wait_longer_than_the_pace(paced: Services, clock: Clock) -> None:
    queue_deliveries(paced, *addresses(1))
    clock.forward(hours=1)
    paced.drain()
    queue_deliveries(paced, "b@b.example")
    clock.forward(hours=-1)
    with colleague(paced) as other:
        assert len(other._claim()) == 1
        assert waits(other) <= 100


def test_destination_is_not_given_up_under_what_was_just_claimed(
    paced: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_deliveries(paced, *addresses(1))
    paced._claim()
    paced._release_destinations()
    with paced._transaction() as session:
        (row,) = paced._rows(session, DestinationRow, DestinationRow.lease.is_not(None))
    assert (row.name, row.lease) == ("couriers.europass", paced.worker)


def test_paced_deliveries_all_go_out_in_one_drain(school: Services) -> None:
    set_pace(school, per_minute=6000)
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    queue_deliveries(school, *addresses(5))
    assert school.drain().deliveries == 5
