"""The history: paged, of one thing, checked and copied."""

from __future__ import annotations

import json

import pytest

from mimis_core.services import CredentialView, Role, Services
from mimis_core.store.record_tables import AuditRow
from tests.adapters.portal.catalogue.conftest import Enter
from tests.web.site import Browser

PAGE = "/school/history"


@pytest.fixture
def owner(as_role: Enter) -> Browser:
    """Who answers for the record."""
    return as_role(Role.OWNER)


def test_pages_have_each_row_once(school: Services, issued: list[CredentialView]) -> None:
    for number in range(30):
        school.suspend_credential(issued[0].id, f"Nummer {number}", "Eva")
        school.reinstate_credential(issued[0].id, "Eva")
    with school.database.transaction() as session:
        total = session.query(AuditRow).count()
    seen, before = 0, None
    while True:
        found = school.audit_page(before=before, limit=20)
        seen += len(found.lines)
        if found.before is None:
            break
        before = found.before
    assert seen == total


def test_record_names_who_acted_and_no_learner(owner: Browser, issued: list[CredentialView], school: Services) -> None:
    asa, _ = issued
    school.suspend_credential(asa.id, "Fel", "Rektor Eva")
    shown = owner.get(f"{PAGE}?lang=en").text
    assert owner.page.status_code == 200
    assert "Rektor Eva" in shown
    assert "Stopped for now" in shown
    assert asa.learner_name not in shown


def test_one_thing_has_its_own_history(owner: Browser, issued: list[CredentialView]) -> None:
    asa, bo = issued
    shown = owner.get(PAGE, params={"subject": asa.id}).text
    assert (asa.id in shown, bo.id in shown) == (True, False)


def test_check_says_that_it_is_whole(owner: Browser, issued: list[CredentialView]) -> None:
    owner.get(f"{PAGE}/check?lang=en")
    assert "The history is whole" in owner.send(f"{PAGE}/check").text


def test_copy_has_the_rows_of_the_days(owner: Browser, issued: list[CredentialView]) -> None:
    owner.get(f"{PAGE}/export")
    got = owner.send(f"{PAGE}/export", since="2026-11-24", until="2026-11-24")
    lines = [json.loads(line) for line in got.text.splitlines()]
    assert issued[0].id in {line.get("subject") for line in lines}
    assert lines[-1]["signed"]


def test_day_that_is_none_is_said_beside_the_field(owner: Browser) -> None:
    owner.get(f"{PAGE}/export?lang=en")
    page = owner.send(f"{PAGE}/export", since="i går", until="")
    assert (page.status_code, "Write the day as 2026-11-24." in page.text) == (400, True)
