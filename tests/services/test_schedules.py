"""Scheduled commands: one worker runs each due time, missed ones once, whatever the clock does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from mimis_core import ConfigurationError
from mimis_core.services import Services
from mimis_core.services.schedules import TRIES, Run
from mimis_core.store.tables import ScheduleRow
from tests.school import Clock
from tests.services.workers import colleague

NIGHTLY = {"sync": "02:30", "renewals --remind": "never", "audit sign": "never"}


@pytest.fixture
def nightly(school: Services, clock: Clock) -> Services:
    """A school that syncs every night and has been up for a day."""
    school.settings = school.settings.model_copy(update={"schedule": NIGHTLY})
    assert school.take_due() is None
    clock.forward(days=1)
    return school


def run_all(school: Services, code: int | None = 0) -> list[str]:
    """Run what is due, and end it all with this code."""
    ran = []
    while run := school.take_due():
        school.end_run(run, code)
        ran.append(run.command)
        if code is None:
            break
    return ran


def taken(school: Services) -> Run:
    """The run that is due."""
    run = school.take_due()
    assert run is not None
    return run


def test_due_command_runs_once(nightly: Services) -> None:
    assert (run_all(nightly), run_all(nightly)) == (["sync"], [])


def test_new_schedule_starts_with_the_next_time(school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(update={"schedule": NIGHTLY})
    assert run_all(school) == []
    clock.forward(days=1)
    assert run_all(school) == ["sync"]


def test_changed_time_is_no_missed_one(nightly: Services, clock: Clock) -> None:
    run_all(nightly)
    changed = {**NIGHTLY, "sync": "08:00"}
    nightly.settings = nightly.settings.model_copy(update={"schedule": changed})
    assert run_all(nightly) == []
    clock.forward(days=1)
    assert run_all(nightly) == ["sync"]


def test_missed_times_are_caught_up_once(nightly: Services, clock: Clock) -> None:
    clock.forward(days=6)
    assert (run_all(nightly), run_all(nightly)) == (["sync"], [])


@pytest.mark.parametrize("hours", [-800, -24, -1, 1])
def test_clock_that_goes_back_or_forward_runs_nothing_twice(nightly: Services, clock: Clock, hours: int) -> None:
    run_all(nightly)
    clock.forward(hours=hours)
    run_all(nightly)
    clock.forward(hours=-hours)
    assert run_all(nightly) == []


def test_wrong_future_does_not_stop_what_is_due_later(nightly: Services, clock: Clock) -> None:
    clock.forward(days=3650)
    assert run_all(nightly) == ["sync"]
    clock.forward(days=-3650)
    assert run_all(nightly) == ["sync"]
    clock.forward(days=1)
    assert run_all(nightly) == ["sync"]


def test_one_of_many_workers_runs_it(nightly: Services) -> None:
    with ExitStack() as stack:
        workers = [nightly, *(stack.enter_context(colleague(nightly)) for _ in range(3))]
        with ThreadPoolExecutor(4) as pool:
            runs = [run for run in pool.map(lambda worker: worker.take_due(), workers) if run]
    assert len(runs) == 1


def test_run_of_a_dead_worker_is_taken_over(nightly: Services, clock: Clock) -> None:
    dead = taken(nightly)
    with colleague(nightly) as other:
        clock.forward(seconds=100)
        assert nightly.keep_run(dead)
        clock.forward(seconds=100)
        assert other.take_due() is None
        clock.forward(seconds=121)
        taken(other)
        assert not nightly.keep_run(dead)
        nightly.end_run(dead, 0)
        with other._transaction() as session:
            assert [row.state for row in other._rows(session, ScheduleRow, ScheduleRow.attempts > 0)] == ["running"]


def test_dead_worker_whose_clock_ran_ahead_holds_nothing(nightly: Services, clock: Clock) -> None:
    clock.forward(days=3650)
    taken(nightly)
    clock.forward(days=-3650)
    with colleague(nightly) as other:
        assert run_all(other) == ["sync"]
        clock.forward(days=1)
        assert run_all(other) == ["sync"]


def test_run_that_was_handed_back_starts_at_once(nightly: Services) -> None:
    assert run_all(nightly, code=None) == ["sync"]
    with colleague(nightly) as other:
        assert run_all(other) == ["sync"]


def test_long_run_is_not_joined_by_the_next(nightly: Services, clock: Clock) -> None:
    long = taken(nightly)
    for _ in range(30):
        clock.forward(hours=1)
        assert nightly.keep_run(long)
    assert nightly.take_due() is None
    nightly.end_run(long, 0)
    assert run_all(nightly) == ["sync"]


def test_failure_is_tried_again_later_and_then_left(nightly: Services, clock: Clock) -> None:
    ran = 0
    for _ in range(60):
        ran += len(run_all(nightly, code=1))
        clock.forward(minutes=16)
    assert TRIES <= ran <= 2 * TRIES
    assert nightly.scheduled()[-1]["code"] == 1


def test_partly_done_is_done(nightly: Services, clock: Clock) -> None:
    run_all(nightly, code=3)
    clock.forward(minutes=16)
    assert run_all(nightly) == []
    assert {one["command"]: one["state"] for one in nightly.scheduled()}["sync"] == "done"


def test_calendar_is_looked_at_without_being_told(school: Services, clock: Clock) -> None:
    run_all(school)
    clock.forward(hours=1)
    assert run_all(school) == ["renewals --remind"]


def test_audit_is_signed_daily_without_being_told(school: Services, clock: Clock) -> None:
    run_all(school)
    for _ in range(2):
        clock.forward(days=1)
        assert "audit sign" in run_all(school)
        assert "audit sign" not in run_all(school)


def test_audit_is_signed_by_no_clock_without_a_key(school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(update={"signer": None})
    run_all(school)
    clock.forward(days=1)
    assert run_all(school) == ["renewals --remind"]


@pytest.mark.parametrize(("form", "found"), [("03:45", 1), ("never", 0)], ids=["nightly", "never"])
def test_signature_that_is_scheduled_without_a_key_is_found(school: Services, form: str, found: int) -> None:
    school.settings = school.settings.model_copy(update={"signer": None, "schedule": {"audit sign": form}})
    findings = list(school.schedule_findings())
    assert len(findings) == found
    assert all("[signer]" in (one.mend or "") and one.status == "error" for one in findings)


def test_schedule_that_can_run_has_no_findings(school: Services) -> None:
    assert list(school.schedule_findings()) == []


def test_time_that_cannot_be_read_is_found(school: Services) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"sync": "at night", "audit sign": "03:45"}})
    assert ["at night" in one.message for one in school.schedule_findings()] == [True]


def test_never_ends_the_daily_signature(school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"audit sign": "never"}})
    run_all(school)
    clock.forward(days=1)
    assert run_all(school) == ["renewals --remind"]


def test_old_runs_are_forgotten(nightly: Services, clock: Clock) -> None:
    for _ in range(100):
        run_all(nightly)
        clock.forward(days=1)
    with nightly._transaction() as session:
        assert len(nightly._rows(session, ScheduleRow)) <= 92


def test_wrong_time_is_told_before_anything_runs(school: Services) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"sync": "at night"}})
    with pytest.raises(ConfigurationError, match="at night"):
        school.check_schedule()


def test_stopping_worker_starts_nothing(nightly: Services) -> None:
    nightly.hand_back(0)
    assert nightly.take_due() is None
