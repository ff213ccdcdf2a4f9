"""What wakes workers: a queue of whatever kind, which may be away."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pydantic import SecretStr

from mimis_core import ConfigurationError
from mimis_core.services import Services
from mimis_core.services.pacing import JobsTable
from mimis_core.services.wake import FILE, Waker, close_queue, drain_task, open_queue
from tests.school import HandSource, done, page


def waiting(school: Services) -> int:
    """Wake-ups that nobody has taken yet."""
    huey = open_queue(school.settings, school.jobs_table)
    count: int = huey.storage.queue_size()
    close_queue(huey)
    return count


def queue_work(school: Services) -> None:
    """Let a sync decide something."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()


def test_nobody_is_woken_where_nobody_has_ever_worked(school: Services) -> None:
    queue_work(school)
    assert not (school.settings.folder / FILE).exists() or school.settings.database.startswith("postgresql")


def test_work_wakes_workers_of_other_processes_once(school: Services) -> None:
    close_queue(open_queue(school.settings, school.jobs_table))
    queue_work(school)
    school._waker.wake()
    assert waiting(school) == 1


def test_wake_up_calls_the_drain_of_whoever_takes_it(school: Services) -> None:
    close_queue(open_queue(school.settings, school.jobs_table))
    school._waker.wake()
    huey, drained = open_queue(school.settings, school.jobs_table), []
    drain_task(huey, lambda: drained.append(1))
    huey.execute(huey.dequeue())
    assert (drained, huey.storage.result_store_size()) == ([1], 0)
    close_queue(huey)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("kind", ["redis", "postgres"])
def test_queue_that_is_away_loses_no_work(school: Services, kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    scheme = "redis" if kind == "redis" else "postgresql"
    table = JobsTable(queue=kind, url=SecretStr(f"{scheme}://127.0.0.1:{free_port()}/0"))
    waker = Waker(school.settings, table)
    school.on_queued = waker.wake
    queue_work(school)
    assert "could not be woken" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert school.drain().credentials == 1
    waker.close()


def test_redis_without_address_is_told(school: Services) -> None:
    with pytest.raises(ConfigurationError, match="url"):
        open_queue(school.settings, JobsTable(queue="redis"))


def test_each_organisation_has_a_queue_of_its_own(school: Services) -> None:
    huey = open_queue(school.settings, school.jobs_table)
    assert school.organisation in huey.name
    close_queue(huey)
