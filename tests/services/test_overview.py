"""The overview counts what is new, what waits and what has stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mimis_core import PermanentError, TemporaryError
from mimis_core.services import Services
from mimis_core.store.tables import ScheduleRow
from tests.school import NOW, Clock, HandCourier, HandSource, done, page, someone


@pytest.fixture
def busy(school: Services) -> Services:
    """A school where one is issued by rule and one waits for a teacher."""
    HandSource.pages = [page(*(done(f"course:{number}") for number in (1, 2, 3)))]
    school.sync()
    school.drain()
    return school


def test_what_is_new_and_what_waits_is_counted(busy: Services) -> None:
    found = busy.overview()
    assert (found.finished, found.waiting, found.issued, found.reviews, found.merges) == (2, 1, 1, 0, 0)
    assert (found.broken, found.stopped) == ((), ())


def test_what_is_older_than_a_week_is_no_news(busy: Services, clock: Clock) -> None:
    clock.forward(days=8)
    found = busy.overview()
    assert (found.finished, found.issued, found.waiting) == (0, 0, 1)


def test_stopped_work_is_told_with_its_reason(busy: Services) -> None:
    credential = busy.all_credentials()[0]
    HandCourier.errors = [PermanentError("The wallet has no such account.")]
    busy.request_delivery(credential.learner_id, credential.id, "europass", "asa@demo.example")
    busy.drain()
    (stopped,) = busy.overview().stopped
    assert (stopped.kind, stopped.destination, stopped.count) == ("deliver", "couriers.europass", 1)
    assert "no such account" in stopped.reason


def test_a_source_that_fails_is_told_apart_from_one_that_works(busy: Services) -> None:
    (source,) = busy.overview().sources
    assert (source.name, source.failures, source.pulled_at is not None) == ("hand", 0, True)
    HandSource.led_to = {"hint": [TemporaryError("The platform does not answer.")]}
    busy.take_hints("hand", ["hint"])
    busy.drain()
    (source,) = busy.overview().sources
    assert (source.failures, source.stale) == (1, False)
    assert "does not answer" in (source.reason or "")


def test_a_source_that_nobody_has_read_for_days_is_told(busy: Services, clock: Clock) -> None:
    clock.forward(days=3)
    assert [one.stale for one in busy.overview().sources] == [True]


def test_a_scheduled_command_is_told_until_it_succeeds_again(busy: Services, clock: Clock) -> None:
    for days, state, told in ((3, "failed", 1), (2, "done", 0), (1, "failed", 1)):
        ended = clock() - timedelta(days=days)
        row = ScheduleRow(
            organisation="school", command="sync", form="02:00", due=ended, state=state, attempts=1, not_before=ended,
            ended_at=ended,
        )  # fmt: skip
        with busy.database.transaction() as session:
            session.add(row)
        assert len(busy.overview().failed_runs) == told


def test_an_appeal_that_is_overdue_is_told(busy: Services, clock: Clock) -> None:
    credential = busy.all_credentials()[0]
    busy.appeal(credential.learner_id, "Titta igen.", credential_id=credential.id)
    assert (busy.overview().appeals, busy.overview().late) == (1, 0)
    clock.forward(days=30)
    assert busy.overview().late == 1


def test_who_may_be_one_person_twice_is_counted(busy: Services) -> None:
    twin = someone("2", full_name="Åsa Öberg 1", email="asa1@demo.example")
    HandSource.pages = [page(done("course:4", twin), done("course:9", completed_at=NOW - timedelta(days=1)))]
    busy.sync()
    assert busy.overview().merges == 1
