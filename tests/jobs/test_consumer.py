"""What the embedded worker does every minute, and what only once a day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mimis_core.jobs import JobQueue
from mimis_core.services import DayDone, Services
from tests.school import Clock, HandSource, done, page


@pytest.fixture
def queue(school: Services) -> Iterator[JobQueue]:
    made = JobQueue(school)
    yield made
    made.stop()


def test_calendar_is_looked_at_once_a_day(
    queue: JobQueue, school: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    monkeypatch.setattr(school, "look_at_calendar", lambda: looks.append(clock.now) or DayDone())
    for _ in range(3):
        queue.sweep()
        clock.forward(minutes=1)
    clock.forward(days=1)
    queue.sweep()
    assert len(looks) == 2


def test_failed_look_is_repeated(queue: JobQueue, school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> DayDone:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(school, "look_at_calendar", fail)
        with pytest.raises(OSError, match="disk"):
            queue.sweep()
    assert queue._calendar_seen is None


def test_sweep_does_what_is_due(queue: JobQueue, school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    assert queue.sweep()["credentials"] == 1


def test_sweep_follows_hints(queue: JobQueue, school: Services) -> None:
    HandSource.led_to = {"user:1": [page(done("course:1"))]}
    school.take_hints("hand", ["user:1"])
    swept = queue.sweep()
    assert (swept["events"], swept["credentials"]) == (1, 1)
