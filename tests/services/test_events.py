"""Hints of a source: stored once, followed soon, and never more than a reason to ask."""

from __future__ import annotations

import json
import logging
import threading

import pytest
from sqlalchemy import text

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    DataError,
    MimisError,
    NotFoundError,
    PermanentError,
    SetAside,
    TemporaryError,
    Withdrawal,
)
from mimis_core.services import Services, open_services
from mimis_core.store.tables import EventRow, OutboxRow
from tests.school import Clock, HandPlugin, HandSource, done, page, someone
from tests.services.workers import colleague

TOKEN = "t" * 40


@pytest.fixture
def told(school: Services) -> Services:
    """A school with the hint that course 1 was completed waiting."""
    HandSource.led_to = {"user:1": [page(done("course:1"), cursor="of a part")]}
    assert school.take_hints("hand", ["user:1"]) == 1
    return school


def waiting(school: Services) -> int:
    """Hints that are kept; each has its work."""
    with school.database.transaction() as session:
        events = session.query(EventRow).count()
        assert session.query(OutboxRow).filter(OutboxRow.kind == "event").count() == events
    return events


def test_hint_is_followed_and_leads_to_credential(told: Services) -> None:
    work = told.drain()
    assert (work.events, work.credentials, HandSource.followed, waiting(told)) == (1, 1, ["user:1"], 0)


def test_hint_that_waits_is_not_stored_twice(told: Services) -> None:
    assert told.take_hints("hand", ["user:1", "user:2", "user:2"]) == 1
    told.drain()
    assert sorted(HandSource.followed) == ["user:1", "user:2"]


def test_hint_that_was_followed_is_news_again(told: Services) -> None:
    told.drain()
    assert told.take_hints("hand", ["user:1"]) == 1


def test_hint_that_comes_while_it_is_followed_waits(told: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr(told, "_require_privacy", lambda: taken.append(told.take_hints("hand", ["user:1"])))
    told._do(told._claim()[0])
    assert (taken, waiting(told)) == ([1], 1)


def test_cursor_of_a_part_is_not_kept(told: Services) -> None:
    told.drain()
    told.sync()
    assert HandSource.cursors == [None]


def test_hint_leads_to_review_too(told: Services) -> None:
    told.drain()
    back = Withdrawal(source="hand", key="course:1/1", reason="invalidated", message="Invalid.")
    HandSource.led_to = {"user:1": [page(withdrawn=(back,))]}
    told.take_hints("hand", ["user:1"])
    told.drain()
    assert [one["kind"] for one in told.reviews()] == ["withdrawn"]


@pytest.mark.parametrize("error", [NotFoundError("gone"), DataError("odd")])
def test_hint_that_leads_to_nothing_ends_there(
    told: Services, error: MimisError, caplog: pytest.LogCaptureFixture
) -> None:
    HandSource.led_to = {"user:1": [error]}
    with caplog.at_level(logging.INFO, "mimis.events"):
        work = told.drain()
    assert (work.events, work.attention, waiting(told), told.attention()) == (1, 0, 0, [])
    assert ("led to nothing" in caplog.text, "user:1" in caplog.text) == (True, False)


def test_hint_is_followed_again_after_fault_that_passes(told: Services, clock: Clock) -> None:
    HandSource.led_to = {"user:1": [TemporaryError("down")]}
    assert told.drain().postponed == 1
    assert told.take_hints("hand", ["user:1"]) == 0
    HandSource.led_to = {"user:1": [page(done("course:1"))]}
    clock.forward(minutes=1)
    assert (told.drain().events, waiting(told)) == (1, 0)


def test_postponed_hint_gives_way_to_one_that_came_meanwhile(told: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        told.take_hints("hand", ["user:1"])
        raise TemporaryError("down")

    monkeypatch.setattr(told, "_require_privacy", fail)
    told._do(told._claim()[0])
    assert waiting(told) == 1


@pytest.mark.parametrize("error", [AuthenticationError("key"), PermanentError("no"), ConfigurationError("odd")])
def test_fault_that_stays_needs_attention_and_is_retried(told: Services, error: MimisError) -> None:
    HandSource.led_to = {"user:1": [error]}
    assert told.drain().attention == 1
    assert [job["kind"] for job in told.attention()] == ["event"]
    HandSource.led_to = {}
    assert (told.retry_attention(), told.drain().events, told.attention()) == (1, 1, [])


def test_interrupted_hint_is_followed_by_another_worker(told: Services, clock: Clock) -> None:
    (job,) = told._claim()
    with told._transaction() as session:
        told._begin(session, job)
    clock.forward(minutes=11)
    with colleague(told) as other:
        assert other.drain().events == 1


def test_hint_that_another_worker_followed_is_left(told: Services, clock: Clock) -> None:
    (slow,) = told._claim()
    clock.forward(minutes=11)
    with colleague(told) as other:
        other.drain()
    told._do(slow)
    assert (HandSource.followed, waiting(told)) == (["user:1"], 0)


def test_hint_of_source_that_is_gone_is_forgotten(told: Services) -> None:
    told.settings = told.settings.model_copy(update={"sources": {}})
    told.drain()
    assert (HandSource.followed, waiting(told)) == ([], 0)


def test_nothing_is_followed_before_privacy_is_answered(told: Services) -> None:
    privacy = told.settings.privacy.model_copy(update={"protected": None})
    told.settings = told.settings.model_copy(update={"privacy": privacy})
    assert (told.drain().attention, HandSource.followed, told.learners()) == (1, [], [])


def test_hint_of_protected_person_awards_nothing(school: Services) -> None:
    HandSource.led_to = {"user:7": [page(done("course:1", someone("7", protected=True)))]}
    school.take_hints("hand", ["user:7"])
    assert (school.drain().credentials, school.awards()) == (0, [])


def test_hint_beside_sync_leaves_its_totals_alone(school: Services) -> None:
    aside = SetAside(source="hand", key="course:2/9", reason="left", message="Enrol her.")
    both = page(done("course:1"), set_aside=(aside,))
    HandSource.led_to = {"user:1": [both]}

    def follow(*_: object) -> None:
        school.take_hints("hand", ["user:1"])
        school.drain()

    HandSource.pages = [both, page(done("course:9"))]
    report = school.sync(progress=follow)
    assert (report.adds_up, report.pulled, len(HandSource.followed)) == (True, 3, 2)


def test_hint_wakes_the_queue_after_it_is_stored(school: Services) -> None:
    woken: list[int] = []
    school.on_queued = lambda: woken.append(waiting(school))
    school.take_hints("hand", ["user:1"])
    school.take_hints("hand", ["user:1"])
    assert woken == [1]


def test_listeners_beside_each_other_store_a_hint_once(school: Services) -> None:
    with open_services(school.settings) as other:
        other.plugins.manager.register(HandPlugin(), "hand")
        threads = [
            threading.Thread(target=one.take_hints, args=("hand", [f"user:{n}" for n in range(20)]))
            for one in (school, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert waiting(school) == 20


def test_unknown_source_is_told(school: Services) -> None:
    with pytest.raises(NotFoundError, match="Configured are: hand"):
        school.take_hints("moodel", ["user:1"])


def test_hint_is_not_readable_in_the_database(told: Services) -> None:
    with told.database.engine.connect() as connection:
        rows = connection.execute(text("select * from event")).all()
    assert "user:1" not in str(rows)


# At the door -----------------------------------------------------------------------------------------------------


@pytest.fixture
def listening(school: Services) -> Services:
    """A school whose source may send events."""
    tables = {"hand": {"event_token": TOKEN}, "mute": {"kind": "hand"}, "odd": {"kind": "hand", "event_token": ""}}
    school.settings = school.settings.model_copy(update={"sources": tables})
    return school


@pytest.mark.parametrize(
    ("source", "token"),
    [
        ("hand", "wrong"),
        ("hand", ""),
        ("hand", TOKEN + "x"),
        ("hand", "å"),
        ("nobody", TOKEN),
        ("mute", ""),
        ("odd", ""),
    ],
)
def test_wrong_token_and_unknown_source_are_the_same(listening: Services, source: str, token: str) -> None:
    with pytest.raises(NotFoundError) as told:
        listening.check_event_token(source, token)
    assert str(told.value) == "There is no such event address here."


def test_right_token_opens(listening: Services) -> None:
    listening.check_event_token("hand", TOKEN)


def test_event_is_read_by_its_source(listening: Services) -> None:
    assert listening.take_event("hand", json.dumps(["user:1", "user:2"]).encode(), "application/json") == 2
    with pytest.raises(DataError):
        listening.take_event("hand", b"<xml/>", "text/xml")
