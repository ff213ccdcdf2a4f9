"""Credentials and deliveries a page at a time: each once, in order, whatever is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from mimis_core import CredentialStatus, NotFoundError, UserError
from mimis_core.services import Services, base
from tests.school import HandSource, done, page, someone

COUNT = 5


@pytest.fixture
def several(yearly: Services) -> Services:
    """Credentials of five learners, all issued in the same second."""
    people = [someone(str(number), full_name=f"Person {number}") for number in range(COUNT)]
    HandSource.pages = [page(*(done("course:1", one) for one in people))]
    yearly.sync()
    yearly.drain()
    return yearly


def all_pages(ask: Any, **asked: Any) -> list[str]:
    """Ids on all pages, two at a time."""
    ids: list[str] = []
    after = None
    while True:
        found = ask(**asked, after=after, limit=2)
        ids += [one.id for one in found.credentials]
        after = found.after
        if after is None:
            return ids


@pytest.mark.parametrize("by", ["nothing", "entry", "status", "month", "name"])
def test_each_credential_is_on_one_page(several: Services, by: str) -> None:
    known = several.all_credentials()
    cases: dict[str, dict[str, Any]] = {
        "nothing": {},
        "entry": {"achievement_id": known[0].achievement.id},
        "status": {"status": CredentialStatus.ACTIVE},
        "month": {"month": f"{known[0].issued_at:%Y-%m}"},
        "name": {"search": "person"},
    }
    ids = all_pages(several.credential_page, **cases[by])
    assert (sorted(ids), len(ids)) == (sorted(one.id for one in known), COUNT)


def test_newest_comes_first(several: Services) -> None:
    several.clock.forward(days=1)  # type: ignore[attr-defined]  # the test's own
    HandSource.pages = [page(done("course:1", someone("9")))]
    several.sync()
    several.drain()
    days = [one.issued_at for one in several.credential_page().credentials]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 2


def test_each_renewal_is_on_one_page_and_renewed_ones_on_none(several: Services) -> None:
    first, *left = several.all_credentials()
    several.clock.forward(days=350)  # type: ignore[attr-defined]  # the test's own
    several.renew_credential(first.id, "Test")
    several.drain()
    soon = all_pages(several.renewal_page, status=CredentialStatus.ACTIVE)
    assert sorted(soon) == sorted(one.id for one in left)
    several.clock.forward(days=30)  # type: ignore[attr-defined]  # likewise
    several.look_at_calendar()
    ended = all_pages(several.renewal_page, status=CredentialStatus.EXPIRED)
    assert sorted(ended) == sorted(one.id for one in left)


def test_pages_and_the_list_of_what_is_due_agree(several: Services) -> None:
    several.clock.forward(days=350)  # type: ignore[attr-defined]  # the test's own
    ids = all_pages(several.renewal_page, status=CredentialStatus.ACTIVE)
    assert ids == [one.id for one in several.due_renewals()]


def test_last_month_of_all_time_is_empty(several: Services) -> None:
    assert several.credential_page(month="9999-12").credentials == ()


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "november"])
def test_month_that_is_none_is_refused(several: Services, month: str) -> None:
    with pytest.raises(UserError):
        several.credential_page(month=month)


def test_page_after_a_credential_that_is_none_is_not_found(several: Services) -> None:
    with pytest.raises(NotFoundError):
        several.credential_page(after="0" * 32)


def test_views_of_many_are_read_some_at_a_time(several: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "VALUES_AT_ONCE", 2)
    several.revoke_credential(several.all_credentials()[0].id, "Fel", "Test")
    most = 0

    def note(*call: Any) -> None:
        nonlocal most
        most = max(most, len(call[3]))

    event.listen(several.database.engine, "before_cursor_execute", note)
    views = several.all_credentials()
    event.remove(several.database.engine, "before_cursor_execute", note)
    assert len({one.learner_name for one in views}) == COUNT
    assert most <= 3  # two values and the organisation


def test_destinations_are_listed_with_what_waits(several: Services) -> None:
    one = several.all_credentials()[0]
    several.request_delivery(one.learner_id, one.id, "europass", "a@demo.example")
    states = {state.name: state for state in several.destination_states()}
    assert (states["couriers.europass"].waiting, states["couriers.europass"].stopped) == (1, 0)
    assert {"couriers.mail", "sources.hand"} <= states.keys()


@pytest.mark.parametrize("form", ["hourly", "02:30"])
def test_next_time_is_told(several: Services, form: str) -> None:
    several.settings = several.settings.model_copy(update={"schedule": {"sync": form}})
    (command,) = [one for one in several.scheduled_commands() if one.command == "sync"]
    assert command.next is not None
    assert command.next > several.clock()
