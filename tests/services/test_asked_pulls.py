"""Pulls that a person asks for: done by a worker, once at a time, and told of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mimis_core import AuthenticationError, ConfigurationError, NotFoundError, PulledPage
from mimis_core.services import AskedPull, Services, asked_pulls
from mimis_core.store.tables import AuditRow, OutboxRow
from tests.school import Clock, HandSource, done, page
from tests.services.workers import colleague


def last(school: Services) -> AskedPull:
    """How the last one stands."""
    (found,) = school.asked_pulls()
    return found


def test_worker_pulls_what_was_asked_for_and_what_came_of_it_is_kept(school: Services) -> None:
    HandSource.pages = [page(done("course:1"), done("course:9"))]
    assert school.asked_pulls() == ()
    assert school.ask_pull("hand", "Test")
    assert last(school).state == "queued"
    school.drain()
    told = last(school)
    assert (told.state, told.counts["pulled"], told.counts["awards"], told.reason) == ("done", 2, 1, None)
    assert len(school.all_credentials()) == 1


def test_it_is_asked_for_once_at_a_time_and_anew_afterwards(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    assert [school.ask_pull("hand", "Test") for _ in range(3)] == [True, False, False]
    school.drain()
    assert len(HandSource.cursors) == 1
    assert school.ask_pull("hand", "Test")
    school.drain()
    assert (len(HandSource.cursors), last(school).state) == (2, "done")


def test_of_many_who_ask_at_the_same_moment_one_is_heard(school: Services) -> None:
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda _: school.ask_pull("hand", "Test"), range(4)))
    assert sorted(heard) == [False, False, False, True]
    with school.database.transaction() as session:
        assert session.query(OutboxRow).filter(OutboxRow.kind == "pull").count() == 1


def test_who_asked_is_recorded(school: Services) -> None:
    school.ask_pull("hand", "Test")
    with school.database.transaction() as session:
        (row,) = session.query(AuditRow).filter(AuditRow.action == "source.pull")
        assert row.details == {"source": "hand"}


def test_nothing_is_asked_for_before_privacy_is_answered(school: Services) -> None:
    unanswered = school.settings.privacy.model_copy(update={"protected": None})
    school.settings = school.settings.model_copy(update={"privacy": unanswered})
    with pytest.raises(ConfigurationError, match="protected identity"):
        school.ask_pull("hand", "Test")
    assert (school.asked_pulls(), school.drain().attention) == ((), 0)


def test_unknown_source_is_told(school: Services) -> None:
    with pytest.raises(NotFoundError, match="No source"):
        school.ask_pull("other", "Test")


def test_source_that_fails_is_told_of_and_asked_again(school: Services) -> None:
    HandSource.pages = [AuthenticationError("The token is old.", mend="Make a new one.")]
    school.ask_pull("hand", "Test")
    school.drain()
    told = last(school)
    assert (told.state, told.reason) == ("failed", "hand: The token is old. Make a new one.")
    HandSource.pages = [page(done("course:1"))]
    assert school.ask_pull("hand", "Test")
    school.drain()
    assert (last(school).state, last(school).reason) == ("done", None)


def test_what_stops_before_anything_is_pulled_is_told_of_and_can_be_retried(school: Services) -> None:
    answered = school.settings
    school.ask_pull("hand", "Test")
    unanswered = answered.privacy.model_copy(update={"protected": None})
    school.settings = answered.model_copy(update={"privacy": unanswered})
    assert school.drain().attention == 1
    assert (last(school).state, "protected identity" in (last(school).reason or "")) == ("failed", True)
    school.settings = answered
    assert school.retry_attention(kind="pull") == 1
    assert last(school).state == "queued"
    school.drain()
    assert last(school).state == "done"


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Lets a test look on while the source is being read."""
    looks: list[Callable[[], None]] = []

    def pull(self: Any, cursor: str | None) -> Iterator[PulledPage]:
        yield page(done("course:1"), done=1, total=5)
        for look in looks:
            look()

    monkeypatch.setattr(HandSource, "pull", pull)
    return looks.append


def test_how_far_it_has_come_is_told_while_it_runs(school: Services, watched: Any) -> None:
    seen: list[tuple[str, int | None, int | None]] = []
    watched(lambda: seen.append((last(school).state, last(school).done, last(school).total)))
    watched(lambda: seen.append((str(school.ask_pull("hand", "Test")), None, None)))
    school.ask_pull("hand", "Test")
    school.drain()
    assert seen == [("running", 1, 5), ("False", None, None)]


@pytest.mark.parametrize(("seconds", "notes"), [(0.0, 20), (1e6, 1)], ids=["at once", "now and then"])
def test_progress_is_noted_now_and_then(
    school: Services, monkeypatch: pytest.MonkeyPatch, seconds: float, notes: int
) -> None:
    told: list[str] = []
    monkeypatch.setattr(asked_pulls, "TOLD_EVERY", seconds)
    monkeypatch.setattr(school, "_update_pull", lambda asked_id, **values: told.append(asked_id))
    HandSource.pages = [page(done(f"course:{number}")) for number in range(20)]
    school.ask_pull("hand", "Test")
    school.drain()
    assert len(told) == notes


def test_pull_that_a_dead_worker_had_begun_is_done_by_another(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.ask_pull("hand", "Test")
    (job,) = school._claim()
    with school._transaction() as session:
        school._pull_begins(session, job.ref)
        school._begin(session, job)
    school._hand.drop(job)
    clock.forward(seconds=200)
    with colleague(school) as other:
        other.drain()
    assert last(school).state == "done"


def test_two_workers_pull_once(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.ask_pull("hand", "Test")
    with colleague(school) as other:
        workers = [threading.Thread(target=one.drain) for one in (school, other)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
    school.drain()
    assert (len(HandSource.cursors), last(school).state) == (1, "done")
