"""The workers in one process: woken by others, looking every minute whoever is away, and running what is scheduled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from mimis_core import ConfigurationError
from mimis_core.jobs import JobQueue
from mimis_core.services import Services
from mimis_core.store.tables import ScheduleRow
from tests.school import Clock, HandSource, done, page
from tests.services.workers import colleague


@pytest.fixture
def queue(school: Services) -> Iterator[JobQueue]:
    made = JobQueue(school)
    yield made
    made.stop()


def told_when_idle(school: Services) -> threading.Event:
    """Set when a drain of the school has issued something."""
    issued, drain = threading.Event(), school.drain

    def noting() -> object:
        work = drain()
        if work.credentials:
            issued.set()
        return work

    school.drain = noting  # type: ignore[assignment, method-assign]
    return issued


def test_sweep_does_what_is_due(queue: JobQueue, school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    assert queue.sweep()["credentials"] == 1


def test_sweep_follows_hints(queue: JobQueue, school: Services) -> None:
    HandSource.led_to = {"user:1": [page(done("course:1"))]}
    school.take_hints("hand", ["user:1"])
    swept = queue.sweep()
    assert (swept["events"], swept["credentials"]) == (1, 1)


def test_work_of_another_process_is_begun_when_it_is_queued(school: Services) -> None:
    issued = told_when_idle(school)
    queue = JobQueue(school)
    queue.start()
    HandSource.pages = [page(done("course:1"))]
    with colleague(school) as other:
        other.sync()
    assert issued.wait(10)
    assert queue.stop()


def test_sweep_finds_what_nobody_announced(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimis_core.jobs.consumer.MINUTE", 0.1)
    issued = told_when_idle(school)
    queue = JobQueue(school)
    queue.start()
    school.on_queued = None
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    assert issued.wait(10)
    assert queue.stop()


def test_failed_look_is_repeated(
    queue: JobQueue, school: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mimis_core.jobs.consumer.MINUTE", 0.01)
    looks, enough = [], threading.Event()

    def fail() -> None:
        looks.append(1)
        if len(looks) == 3:
            enough.set()
        raise OperationalError("SELECT", {}, Exception("someone@somewhere.example"))

    thread = threading.Thread(target=queue._every_minute, args=(fail,))
    thread.start()
    assert enough.wait(5)
    queue._stopping.set()
    thread.join(5)
    assert "fail failed (OperationalError)" in caplog.text
    assert "someone" not in caplog.text


def forward_past_the_hour(queue: JobQueue, clock: Clock) -> None:
    """Let what is hourly be due."""
    assert queue.run_due() == 0
    clock.forward(hours=1)


def test_scheduled_command_runs_in_a_process_of_its_own(queue: JobQueue, school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(
        update={"schedule": {"adapters": "hourly", "renewals --remind": "never"}}
    )
    forward_past_the_hour(queue, clock)
    assert queue.run_due() == 1
    assert [(one["command"], one["state"]) for one in school.scheduled()][-1] == ("adapters", "done")


def test_audit_is_signed_by_the_clock(queue: JobQueue, school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"renewals --remind": "never"}})
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    assert queue.run_due() == 0
    clock.forward(days=1)
    assert queue.run_due() == 1
    verdict = school.verify_audit()
    assert (verdict.whole, verdict.signed_seq) == (True, verdict.seq)


def test_failed_command_is_told_and_tried_again(
    queue: JobQueue, school: Services, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"no-such-command": "hourly"}})
    forward_past_the_hour(queue, clock)
    queue.run_due()
    assert "'no-such-command' ended with 2" in caplog.text
    clock.forward(minutes=16)
    assert queue.run_due() == 1


def test_stop_ends_a_running_command_and_hands_it_back(school: Services, clock: Clock) -> None:
    school.settings = school.settings.model_copy(
        update={"schedule": {"serve --port 0 --no-jobs": "hourly", "renewals --remind": "never"}}
    )
    queue = JobQueue(school)
    forward_past_the_hour(queue, clock)
    runs = threading.Event()
    keep = school.take_due
    school.take_due = lambda: (keep(), runs.set())[0]  # type: ignore[method-assign]
    thread = threading.Thread(target=queue.run_due)
    thread.start()
    assert runs.wait(10)
    assert queue.stop()
    thread.join(10)
    with school._transaction() as session:
        (row,) = school._rows(session, ScheduleRow, ScheduleRow.began_at.is_not(None))
        assert (row.state, row.attempts, row.lease) == ("waiting", 0, None)


def test_wrong_schedule_stops_the_start(school: Services) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"sync": "later"}})
    with pytest.raises(ConfigurationError, match="later"):
        JobQueue(school)


def test_idle_queue_says_nothing(school: Services, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    queue = JobQueue(school)
    queue.start()
    queue.stop()
    assert caplog.text == ""
