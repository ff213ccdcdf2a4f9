"""Who has work in hand: kept while it lives, taken over when it is dead, given up at once when it stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from mimis_core import ConfigurationError, MimisError, Parcel, PermanentError, Receipt, TemporaryError
from mimis_core.services import Services
from mimis_core.services.hand import Hand, Job
from mimis_core.services.leases import LeaseLostError
from mimis_core.store.tables import CredentialRow, DeliveryRow, OutboxRow
from tests.school import Clock, HandCourier, HandSource, done, page, someone
from tests.services.workers import colleague, deliver_by, queue_deliveries, row_of


@pytest.fixture
def issued(school: Services) -> Services:
    """A school with one issued credential and its mail sent."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school


def test_two_workers_never_hold_the_same(issued: Services) -> None:
    queue_deliveries(issued, "a@b.example", "c@d.example")
    with colleague(issued) as other:
        assert len(issued._claim()) == 2
        assert other._claim() == []


def test_long_work_of_a_living_worker_stays_its_own(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example")
    (job,) = issued._claim()
    with colleague(issued) as other:
        for _ in range(5):
            clock.forward(seconds=100)
            issued._renew()
            assert other._claim() == []
    assert row_of(issued, job).lease == job.lease


def test_hanging_work_is_kept_no_longer_than_an_hour(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example")
    (job,) = issued._claim()
    issued._hand._jobs[job.id] = (job, issued._hand._jobs[job.id][1] - 3601)
    clock.forward(minutes=3)
    issued._renew()
    with colleague(issued) as other:
        assert [one.id for one in other._claim()] == [job.id]


def test_work_of_a_dead_worker_is_taken_over(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example")
    issued._claim()
    clock.forward(seconds=121)
    with colleague(issued) as other:
        assert other.drain().deliveries == 1


def outcomes_too_late() -> list[Exception | None]:
    """What may have come of work while its worker was taken for dead; None for a success."""
    return [None, TemporaryError("busy"), PermanentError("no"), KeyError("unforeseen")]


@pytest.mark.parametrize("outcome", outcomes_too_late(), ids=str)
def test_worker_that_returns_marks_nothing(issued: Services, clock: Clock, outcome: Exception | None) -> None:
    queue_deliveries(issued, "a@b.example")

    def slow(parcel: Parcel) -> Receipt:
        clock.forward(seconds=121)
        (taken,) = other._claim()
        stands.append(taken.lease)
        if outcome is not None:
            raise outcome
        return Receipt(courier="hand", reference="late")

    stands: list[str] = []
    deliver_by(issued, slow)
    with colleague(issued) as other:
        assert vars(issued.drain()) == dict.fromkeys(vars(issued.drain()), 0)
        with issued._transaction() as session:
            (row,) = issued._rows(session, OutboxRow, OutboxRow.kind == "deliver")
            assert (row.state, row.lease, row.attempts, row.reason) == ("doing", stands[0], 0, None)
            (delivery,) = issued._rows(session, DeliveryRow)
            assert (delivery.state, delivery.reference) == ("queued", None)


def test_late_issue_stores_nothing_beside_one_that_was_revoked(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    (job,) = school._claim()
    make = school._make
    with colleague(school) as other:

        def slow(plan: object) -> object:
            clock.forward(seconds=121)
            other.drain()
            other.revoke_credential(other.all_credentials()[0].id, "Fel.", "Rektor")
            return make(plan)  # type: ignore[arg-type]  # handed on

        school._make = slow  # type: ignore[assignment, method-assign]
        assert list(school._issue([job])) == [None]
    with school._transaction() as session:
        assert [row.status for row in school._rows(session, CredentialRow)] == ["revoked"]


def test_one_lost_lease_costs_the_others_of_its_batch_nothing(school: Services) -> None:
    HandSource.pages = [page(*(done("course:1", someone(str(number))) for number in range(3)))]
    school.sync()
    jobs = school._claim()
    school._release([jobs[0]])
    with colleague(school) as other:
        other._claim()
        assert list(school._issue(jobs)) == [None, "credentials", "credentials"]


def test_work_is_handed_back_at_once_when_the_worker_stops(issued: Services) -> None:
    queue_deliveries(issued, "a@b.example")
    hangs, ends = threading.Event(), threading.Event()

    def hang(parcel: Parcel) -> Receipt:
        hangs.set()
        ends.wait(20)
        return Receipt(courier="hand", reference="late")

    deliver_by(issued, hang)
    worker = threading.Thread(target=issued.drain)
    worker.start()
    assert hangs.wait(10)
    with colleague(issued) as other:
        assert issued.hand_back(0.05) is False
        assert other.drain().deliveries == 1
    ends.set()
    worker.join(10)
    assert [one.state for one in issued.deliveries()] == ["sent"]
    with issued._transaction() as session:
        (row,) = issued._rows(session, DeliveryRow)
        assert row.reference != "late"


def test_queue_that_is_configured_wrongly_keeps_no_work_in_hand(
    issued: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise ConfigurationError("[jobs] queue is redis and has no url.")

    monkeypatch.setattr("mimis_core.services.work.BATCH", 2)
    queue_deliveries(issued, "a@b.example", "c@d.example")
    issued.on_queued = refuse
    with pytest.raises(ConfigurationError, match="no url"):
        issued.drain()
    assert issued._hand.jobs() == []
    with colleague(issued) as other:
        assert other.drain().deliveries == 2


def test_stopped_worker_takes_nothing(issued: Services) -> None:
    queue_deliveries(issued, "a@b.example")
    assert issued.hand_back(1) is True
    assert issued.drain().deliveries == 0


def test_mail_that_hung_at_the_end_is_a_question_and_not_sent_again(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    (job,) = school._claim()
    list(school._issue([job]))
    (mail,) = school._claim()
    with school._transaction() as session:
        school._begin(session, mail)
    with colleague(school) as other:
        school.hand_back(0)
        assert (other.drain().attention, HandCourier.parcels) == (1, [])


def test_rows_of_a_newer_version_are_left_alone(issued: Services, clock: Clock) -> None:
    with issued._transaction() as session:
        issued._enqueue(session, "teleport", "1")
    clock.forward(days=30)
    assert vars(issued.drain()) == dict.fromkeys(vars(issued.drain()), 0)
    assert [(row["kind"], row["standing"]) for row in issued.backlog_rows()] == [("teleport", "queued")]


def test_rows_of_an_older_version_are_taken_up(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example")
    with issued._transaction() as session:
        (row,) = issued._rows(session, OutboxRow, OutboxRow.kind == "deliver")
        row.destination, row.state, row.lease_until = None, "doing", clock() + timedelta(minutes=10)
    assert issued.drain().deliveries == 0
    clock.forward(minutes=11)
    assert issued.drain().deliveries == 1


@pytest.mark.parametrize("hours", [-5000, -1, 1, 5000])
def test_clock_that_jumps_neither_doubles_nor_forgets(issued: Services, clock: Clock, hours: int) -> None:
    queue_deliveries(issued, "a@b.example")
    clock.forward(hours=hours)
    queue_deliveries(issued, "c@d.example")
    issued.drain()
    clock.forward(hours=-hours)
    issued.drain()
    sent = [parcel.to for parcel in HandCourier.parcels if parcel.sealed]
    assert sorted(sent) == ["a@b.example", "c@d.example"]


def test_unforeseen_error_stops_one_job_visibly(issued: Services, caplog: pytest.LogCaptureFixture) -> None:
    queue_deliveries(issued, "a@b.example", "c@d.example")
    deliver_by(issued, fail_once(ZeroDivisionError()))
    work = issued.drain()
    assert (work.deliveries, work.attention) == (1, 1)
    assert "ZeroDivisionError" in issued.attention()[0]["reason"]
    assert "unforeseen ZeroDivisionError" in caplog.text


def fail_once(error: Exception) -> Callable[[Parcel], Receipt]:
    """A courier whose first delivery fails."""
    errors = [error]

    def deliver(parcel: Parcel) -> Receipt:
        if errors:
            raise errors.pop()
        return Receipt(courier="hand", reference=parcel.key)

    return deliver


def test_database_that_goes_away_blames_no_job(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example")
    deliver_by(issued, fail_once(OperationalError("UPDATE", {}, Exception("gone"))))
    with pytest.raises(OperationalError):
        issued.drain()
    clock.forward(seconds=121)
    assert (issued.drain().deliveries, issued.attention()) == (1, [])


def test_delivery_whose_row_is_gone_stops_and_nothing_else(issued: Services) -> None:
    with issued._transaction() as session:
        issued._enqueue(session, "deliver", "nothing", "couriers.europass")
    queue_deliveries(issued, "a@b.example")
    work = issued.drain()
    assert (work.deliveries, work.attention) == (1, 1)


def test_hand_forgets_only_the_claim_that_ended() -> None:
    hand = Hand()
    old, new = (Job("1", "mail", "2", None, False, lease) for lease in "ab")
    hand.take([new])
    hand.drop(old)
    assert hand.jobs() == [new]


def test_finish_is_all_or_nothing(issued: Services, clock: Clock) -> None:
    queue_deliveries(issued, "a@b.example", "c@d.example")
    jobs = issued._claim()
    issued._release([jobs[0]])
    with pytest.raises(LeaseLostError), issued._transaction() as session:
        issued._finish(session, jobs)
    assert row_of(issued, jobs[1]).state == "queued"


def test_errors_of_mimis_are_not_lost_leases() -> None:
    assert not issubclass(LeaseLostError, MimisError)


def test_work_for_a_courier_that_was_taken_out_stops_visibly(issued: Services) -> None:
    queue_deliveries(issued, "a@b.example")
    with colleague(issued) as other:
        couriers = {name: table for name, table in other.settings.couriers.items() if name != "europass"}
        other.settings = other.settings.model_copy(update={"couriers": couriers})
        assert other.drain().attention == 1
    assert "europass" in issued.attention()[0]["reason"]


def test_full_hands_ask_for_nothing(issued: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much waits: a claim after each delivery would be a transaction for each."""
    claims: list[int] = []
    claim = issued._claim

    def counted() -> list[Job]:
        jobs = claim()
        claims.append(len(jobs))
        return jobs

    monkeypatch.setattr(issued, "_claim", counted)
    deliver_by(issued, lambda parcel: Receipt(courier="hand", reference=parcel.key))
    queue_deliveries(issued, *[f"a{number}@b.example" for number in range(30)])
    assert issued.drain().deliveries == 30
    assert sum(claims) == 30
    assert len(claims) < 15, claims
