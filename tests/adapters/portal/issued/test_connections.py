"""What mimis is connected with, shown without secrets, and tried at the press of a button."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from mimis_portal.school.connection_words import when_name

from mimis_core import AuthenticationError, Finding
from mimis_core.services import Role, Services
from mimis_core.store.source_tables import AskedPullRow
from mimis_core.store.tables import OutboxRow
from tests.adapters.portal.catalogue.conftest import Enter
from tests.school import HandCourier, HandSource, done, page
from tests.web.site import Browser

PAGE = "/school/connections"


@pytest.fixture
def owner(as_role: Enter) -> Browser:
    """Who may try them."""
    return as_role(Role.OWNER)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A courier that gives no answer until the test is over."""
    over = threading.Event()

    def hang(self: Any) -> Iterator[Finding]:
        over.wait(30)
        yield Finding(subject="hand", status="ok", message="at last")

    monkeypatch.setattr(HandCourier, "check", hang)
    yield
    over.set()


def test_what_is_configured_is_shown_with_its_table(reader: Browser, school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    shown = reader.get(f"{PAGE}?lang=en").text
    assert reader.page.status_code == 200
    assert all(table in shown for table in ("[sources.hand]", "[couriers.europass]", "[signer]", "[sealer]"))
    assert "24 November 2026" in shown
    assert "Test again" not in shown
    assert f"{PAGE}/source" not in shown


def test_no_secret_is_shown(owner: Browser, school: Services) -> None:
    shown = owner.get(PAGE).text
    signer = school.settings.signer or {}
    assert all(str(value) not in shown for key, value in signer.items() if key != "kind")


def test_what_is_done_by_itself_is_shown_with_its_next_time(reader: Browser, school: Services) -> None:
    school.settings = school.settings.model_copy(update={"schedule": {"sync": "02:30"}})
    shown = reader.get(f"{PAGE}?lang=en").text
    assert "Fetch from the sources" in shown
    assert "25 November 2026, 02:30" in shown


def test_button_tries_one(owner: Browser, school: Services) -> None:
    owner.get(f"{PAGE}?lang=en")
    tried = owner.send(f"{PAGE}/signer/pkcs12/check")
    assert (tried.status_code, "It is a trial seal." in tried.text) == (200, True)
    assert owner.get(f"{PAGE}/signer/pkcs12/check").status_code == 200
    assert owner.path == PAGE


def test_what_does_not_work_comes_with_its_mend(
    owner: Browser, school: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Finding(subject="hand", status="error", message="The key is old.", mend="Make a new one.")
    monkeypatch.setattr(HandSource, "check", lambda self: iter([broken]))
    owner.get(f"{PAGE}?lang=en")
    tried = owner.send(f"{PAGE}/source/hand/check").text
    assert all(text in tried for text in ("Does not work", "The key is old.", "Make a new one."))


def test_what_hangs_is_not_waited_for(school: Services, hanging: None) -> None:
    (found,) = school.check_connection("courier", "europass", patience=0.05)
    assert (found.status, "no answer" in found.message) == ("error", True)


def test_connection_that_is_none_is_not_found(owner: Browser) -> None:
    owner.get(PAGE)
    assert owner.send(f"{PAGE}/source/nobody/check").status_code == 404


# Fetching now ----------------------------------------------------------------------------------------------------


def fetch(browser: Browser) -> str:
    """Press the button; gives the page."""
    browser.get(f"{PAGE}?lang=en")
    return browser.send(f"{PAGE}/hand/pull").text


def test_button_fetches_and_the_page_says_how_it_went(owner: Browser, school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    assert "We fetch now." in fetch(owner)
    assert ("Waits for its turn." in owner.page.text, owner.path) == (True, PAGE)
    assert "It is being fetched already." in fetch(owner)
    school.drain()
    assert "1 record was fetched. 1 is new to decide on or to issue." in owner.get(PAGE).text


def test_source_that_cannot_be_fetched_from_is_told_with_its_mend(owner: Browser, school: Services) -> None:
    HandSource.pages = [AuthenticationError("The token is old.", mend="Make a new one.")]
    fetch(owner)
    school.drain()
    shown = owner.get(PAGE).text
    assert ("Could not fetch." in shown, "The token is old. Make a new one." in shown) == (True, True)
    assert "See that the source works. Then try again." in shown.partition("What the system said")[0]


@pytest.mark.parametrize(
    ("kind", "destination", "title", "mend"),
    [
        ("pull", "sources.hand", "Could not fetch from hand", "See that the source works."),
        ("webhook", "webhooks", "An employer’s system could not be told", "Ask the employer whether its system takes"),
    ],
    ids=["pull", "webhook"],
)
def test_first_page_says_what_has_stopped_and_what_to_do(
    owner: Browser, school: Services, kind: str, destination: str, title: str, mend: str
) -> None:
    fetch(owner)
    with school.database.transaction() as session:
        (row,) = session.query(OutboxRow)
        row.kind, row.destination, row.state, row.reason = kind, destination, "attention", "HTTP 500"
    shown = owner.get("/school").text
    assert (title in shown, mend in shown) == (True, True)


def test_how_far_it_has_come_is_shown(owner: Browser, school: Services) -> None:
    fetch(owner)
    with school.database.transaction() as session:
        (row,) = session.query(AskedPullRow)
        row.state, row.done, row.total = "running", 120, 500
    assert "120 of 500 so far." in owner.get(PAGE).text


def test_nothing_is_fetched_before_privacy_is_answered(owner: Browser, school: Services) -> None:
    unanswered = school.settings.privacy.model_copy(update={"protected": None})
    school.settings = school.settings.model_copy(update={"privacy": unanswered})
    assert ("Nothing is fetched yet." in fetch(owner), school.asked_pulls()) == (True, ())


def test_who_may_not_fetch_is_not_offered_it(reader: Browser, school: Services) -> None:
    assert "/pull" not in reader.get(PAGE).text
    assert reader.send(f"{PAGE}/hand/pull").status_code == 403


def test_source_that_is_none_is_not_fetched_from(owner: Browser) -> None:
    owner.get(PAGE)
    assert owner.send(f"{PAGE}/nobody/pull").status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("03:45", "varje dag kl. 03.45"),
        ("mon 02:30", "måndagar kl. 02.30"),
        ("hourly", "varje timme"),
        ("never", "aldrig"),
    ],
    ids=["day", "week", "hour", "never"],
)
def test_time_is_said_in_words(app: Flask, form: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert when_name(form) == said
