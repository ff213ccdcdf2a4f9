"""What mimis is connected with, shown without secrets, and tried at the press of a button."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mimis_core import Finding
from mimis_core.services import Role, Services
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
