"""Where work goes to: side by side, within limits, and left alone when it does not answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest

from mimis_core import ConfigurationError, Parcel, Receipt, TemporaryError
from mimis_core.services import Services
from mimis_core.services.destinations import LONGEST_REST, Lane
from mimis_core.services.hand import Job
from mimis_core.services.pacing import jobs_table, pace_of, without_pace
from mimis_core.store.tables import DestinationRow
from tests.school import Clock, HandCourier, HandSource, done, page
from tests.services.workers import addresses, colleague, deliver_by, queue_deliveries, set_pace


@pytest.fixture
def issued(school: Services) -> Services:
    """A school with one issued credential and its mail sent."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school


class Meeting:
    """A courier that lets each delivery wait until so many are under way, and counts them."""

    def __init__(self, wanted: int) -> None:
        self.most = self._now = 0
        self._wanted, self._changed = wanted, threading.Condition()

    def __call__(self, parcel: Parcel) -> Receipt:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= self._wanted, 5)
            self._now -= 1
        return Receipt(courier="hand", reference=parcel.key)


def test_deliveries_run_side_by_side(issued: Services) -> None:
    meeting = Meeting(4)
    deliver_by(issued, meeting)
    queue_deliveries(issued, *addresses(4))
    assert issued.drain().deliveries == 4
    assert meeting.most == 4


def test_limit_holds_for_all_workers_together(school: Services) -> None:
    set_pace(school, most_at_once=2)
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    queue_deliveries(school, *addresses(6))
    meeting = Meeting(2)
    with colleague(school) as other:
        deliver_by(school, meeting)
        deliver_by(other, meeting)
        workers = [threading.Thread(target=one.drain) for one in (school, other)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        other.drain()
    assert (meeting.most, {one.state for one in school.deliveries()}) == (2, {"sent"})


def test_dead_worker_keeps_no_limited_destination(school: Services, clock: Clock) -> None:
    set_pace(school, most_at_once=1)
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    queue_deliveries(school, *addresses(1))
    school._claim()
    with colleague(school) as other:
        assert other.drain().deliveries == 0
        clock.forward(seconds=121)
        assert other.drain().deliveries == 1


def test_wallet_that_is_down_is_left_alone_while_others_go_on(issued: Services, clock: Clock) -> None:
    HandCourier.errors = [TemporaryError("down") for _ in range(100)]
    queue_deliveries(issued, *addresses(20))
    issued.drain()
    tried = 100 - len(HandCourier.errors)
    assert 3 <= tried <= 7  # as many as were under way when it was noticed
    HandCourier.errors = []
    view = issued.all_credentials()[0]
    issued.suspend_credential(view.id, "Prövas.", "Rektor")
    work = issued.drain()
    assert (work.deliveries, work.mails) == (0, 1)
    issued.reinstate_credential(view.id, "Rektor")
    assert issued.destinations()[0]["destination"] == "couriers.europass"
    clock.forward(minutes=11)
    assert issued.drain().deliveries == 20
    assert issued.destinations() == []


def test_gate_that_closes_while_work_is_handed_out_stays_closed(
    issued: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(lane: Lane, call: Any, job: Job) -> Future[Any]:
        flight: Future[Any] = Future()
        flight.set_result(call(job))
        return flight

    monkeypatch.setattr(Lane, "submit", at_once)  # as if its threads were faster than what hands out
    HandCourier.errors = [TemporaryError("down") for _ in range(100)]
    queue_deliveries(issued, *addresses(20))
    issued.drain()
    assert 100 - len(HandCourier.errors) == 3


def test_one_delivery_asks_whether_the_wallet_is_back(issued: Services, clock: Clock) -> None:
    HandCourier.errors = [TemporaryError("down") for _ in range(100)]
    queue_deliveries(issued, *addresses(20))
    issued.drain()
    before = len(HandCourier.errors)
    clock.forward(minutes=11)
    issued.drain()
    assert before - len(HandCourier.errors) == 1


def test_wallet_down_for_a_day_leaves_nobody_behind(issued: Services, clock: Clock) -> None:
    HandCourier.errors = [TemporaryError("down") for _ in range(10_000)]
    queue_deliveries(issued, *addresses(5))
    for _ in range(24 * 2):
        issued.drain()
        clock.forward(minutes=30)
    HandCourier.errors = []
    for _ in range(48):
        issued.drain()
        clock.forward(hours=1)
    assert issued.attention() == []
    assert {one.state for one in issued.deliveries()} == {"sent"}


def test_rest_grows_to_its_longest(issued: Services, clock: Clock) -> None:
    issued._lanes  # noqa: B018  # made by this
    for _ in range(30):
        with issued._transaction() as session:
            issued._note_failure(session, "couriers.europass", TemporaryError("down"))
    with issued._transaction() as session:
        (row,) = issued._rows(session, DestinationRow, DestinationRow.failures > 0)
        assert row.closed_until is not None
        assert LONGEST_REST <= row.closed_until - clock() <= LONGEST_REST * 1.2


def test_refusal_of_one_address_closes_nothing(issued: Services) -> None:
    HandCourier.errors = [TemporaryError("greylisted", code="4.7.1") for _ in range(100)]
    queue_deliveries(issued, *addresses(12))
    assert issued.drain().postponed == 12
    assert issued.destinations() == []


def test_wish_of_the_other_side_is_granted(issued: Services, clock: Clock) -> None:
    HandCourier.errors = [TemporaryError("busy", retry_after=7200) for _ in range(100)]
    queue_deliveries(issued, *addresses(12))
    issued.drain()
    HandCourier.errors = []
    clock.forward(minutes=90)
    assert issued.drain().deliveries == 0
    clock.forward(minutes=31)
    assert issued.drain().deliveries == 12


def test_each_worker_learns_that_a_wallet_is_down(issued: Services) -> None:
    HandCourier.errors = [TemporaryError("down") for _ in range(100)]
    queue_deliveries(issued, *addresses(20))
    issued.drain()
    HandCourier.errors = []
    with colleague(issued) as other:
        assert other.drain().deliveries == 0


def test_adapter_never_sees_the_limits(school: Services) -> None:
    table = {"kind": "hand", "most_at_once": 2, "per_minute": 3}
    assert without_pace(table) == {"kind": "hand"}
    set_pace(school, most_at_once=2)
    assert isinstance(school._courier("europass"), HandCourier)


@pytest.mark.parametrize("limits", [{"most_at_once": 0}, {"most_at_once": "many"}, {"per_minute": -1}])
def test_wrong_limit_is_named(limits: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(limits))):
        pace_of("europass", limits)


@pytest.mark.parametrize(
    "table", [{"queue": "carrier pigeon"}, {"lease_seconds": 0}, {"zone": "Europe/Atlantis"}, {"x": 1}]
)
def test_wrong_jobs_table_is_named(school: Services, table: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(table))):
        jobs_table(school.settings.model_copy(update={"jobs": table}))


def test_closed_lane_hands_back(issued: Services) -> None:
    queue_deliveries(issued, *addresses(1))
    (job,) = issued._claim()
    issued._lanes["couriers.europass"].closings += 1
    assert issued._take_turn(job) is None
    assert issued._claim()[0] != job
    assert isinstance(job, Job)
