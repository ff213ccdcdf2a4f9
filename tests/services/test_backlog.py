"""What administrators see of queued work, and what they take up again."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime

import pytest

from mimis_core import NotFoundError, PermanentError, TemporaryError
from mimis_core.services import Services, WorkDone
from mimis_core.services.backlog import DOUBT
from tests.school import HandCourier, HandSource, done, page
from tests.services.workers import colleague, queue_deliveries


@pytest.fixture
def issued(school: Services) -> Services:
    """A school with one issued credential and its mail sent."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school


@pytest.fixture
def mixed(issued: Services) -> Services:
    """A delivery each that is in hand, postponed, stopped, and queued."""
    school = issued
    for error in (TemporaryError("busy"), PermanentError("no")):
        HandCourier.errors = [error]
        queue_deliveries(school, f"{type(error).__name__}@b.example")
        (job,) = school._claim()
        school._do(job)
    queue_deliveries(school, "in-hand@b.example")
    jobs = school._claim()
    school._release([job for job in jobs if job.kind == "mail"])
    queue_deliveries(school, "new@b.example")
    return school


def test_each_is_counted_where_it_stands(mixed: Services) -> None:
    # Two are queued: one delivery, and the mail that tells the learner what stopped.
    assert mixed.backlog() == {"queued": 2, "doing": 1, "postponed": 1, "attention": 1}


@pytest.mark.parametrize("standing", ["queued", "doing", "postponed", "attention"])
def test_rows_are_chosen_by_how_they_stand(mixed: Services, standing: str) -> None:
    rows = mixed.backlog_rows(standing)
    assert (len(rows), {row["standing"] for row in rows}) == (mixed.backlog()[standing], {standing})


def test_row_says_who_has_it_and_why_it_stopped(mixed: Services) -> None:
    assert mixed.backlog_rows("doing")[0]["worker"] == mixed.worker
    assert mixed.backlog_rows("attention")[0]["reason"] == "no"
    assert mixed.backlog_rows("postponed")[0]["attempts"] == 1


def test_list_is_bounded_and_by_kind(mixed: Services) -> None:
    assert len(mixed.backlog_rows(limit=2)) == 2
    assert {row["kind"] for row in mixed.backlog_rows(kind="mail")} == {"mail"}


def test_retry_takes_one_kind(mixed: Services) -> None:
    assert mixed.retry_attention(kind="mail") == 0
    assert mixed.retry_attention(kind="deliver") == 1


@pytest.mark.parametrize("name", ["id", "ref"])
def test_retry_takes_one_row(mixed: Services, name: str) -> None:
    (row,) = mixed.backlog_rows("attention")
    assert mixed.retry_attention(ids=[row[name]]) == 1
    assert "attention" not in {one.state for one in mixed.deliveries()}


def test_retry_of_what_has_not_stopped_is_refused(mixed: Services) -> None:
    (row,) = mixed.backlog_rows("postponed")
    with pytest.raises(NotFoundError, match="mimis jobs"):
        mixed.retry_attention(ids=[row["id"]])


def test_two_who_retry_at_once_send_one_mail(issued: Services) -> None:
    HandCourier.errors = [PermanentError("Nobody knows.", code=DOUBT)]
    view = issued.all_credentials()[0]
    issued.suspend_credential(view.id, "Kontroll.", "Rektor")
    issued.drain()
    now = issued.clock()
    with colleague(issued) as other, ThreadPoolExecutor(1) as pool:
        other.clock = lambda: now
        faster: list[Future[WorkDone]] = []

        def retry() -> WorkDone:
            other.retry_attention(doubtful=True)
            return other.drain()

        def clock() -> datetime:
            if not faster:  # between the look at what has stopped and the record
                faster.append(pool.submit(retry))
                wait(faster, 1)
            return now

        issued.clock = clock
        issued.retry_attention(doubtful=True)
        assert issued.drain().mails + faster[0].result().mails == 1


def test_dry_retry_changes_nothing(mixed: Services) -> None:
    assert mixed.retry_attention(dry_run=True) == 1
    assert mixed.backlog()["attention"] == 1
