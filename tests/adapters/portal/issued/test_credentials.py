"""The list of credentials, one of them, and what is done to it."""

from __future__ import annotations

import pytest

from mimis_core.services import CredentialView, Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.web.site import Browser

LIST = "/school/credentials"
Views = list[CredentialView]


def status_of(school: Services, view: CredentialView) -> str:
    return school.credential(view.learner_id, view.id).status.status.value


def test_list_shows_whose_credentials_are_valid(reader: Browser, issued: Views) -> None:
    page = reader.get(f"{LIST}?lang=sv").text
    assert reader.page.status_code == 200
    assert all(view.learner_name in page and f"{LIST}/{view.id}" in page for view in issued)


@pytest.mark.parametrize("search", ["name", "number", "address"])
def test_search_finds_one(reader: Browser, issued: Views, search: str) -> None:
    asa, bo = issued
    sought = {"name": "åsa", "number": asa.urn, "address": f"https://x.example/c/{asa.public_id}"}[search]
    page = reader.get(LIST, params={"q": sought}).text
    assert (asa.id in page, bo.id in page) == (True, False)


def test_filters_leave_out_what_is_otherwise(reader: Browser, issued: Views, school: Services) -> None:
    asa, bo = issued
    school.revoke_credential(bo.id, "Fel", "Test")
    entry, month = asa.achievement.id, f"{asa.issued_at:%Y-%m}"
    revoked = reader.get(LIST, params={"status": "revoked", "entry": entry, "month": month}).text
    assert (asa.id in revoked, bo.id in revoked) == (False, True)
    assert asa.id not in reader.get(LIST, params={"month": "2020-01"}).text
    assert asa.id not in reader.get(LIST, params={"entry": "another"}).text


def test_month_that_is_none_is_said_beside_the_field(reader: Browser, issued: Views) -> None:
    page = reader.get(LIST, params={"month": "november", "lang": "en"})
    assert (page.status_code, "Write the month as 2026-11." in page.text) == (400, True)


def test_protected_learner_is_not_named(reader: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    school.protect_learner(asa.learner_id, "Test")
    for path in (LIST, f"{LIST}/{asa.id}", f"{LIST}/renewals"):
        assert asa.learner_name not in reader.get(path).text
        assert reader.page.status_code == 200


def test_page_tells_who_decided_and_what_has_happened(issuer: Browser, issued: Views) -> None:
    asa, _ = issued
    page = issuer.get(f"{LIST}/{asa.id}?lang=en").text
    assert issuer.page.status_code == 200
    assert "The school’s recorded rule" in page
    assert "What has happened" in page
    assert "Issued" in page


def test_revoking_asks_first_and_tells_the_learner_why(issuer: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    asked = issuer.get(f"{LIST}/{asa.id}/revoke?lang=sv").text
    assert "Vill du återkalla beviset?" in asked
    assert "Alla som kontrollerar det ser att det inte längre gäller." in asked
    issuer.send(f"{LIST}/{asa.id}/revoke", reason="Fel person")
    assert (issuer.path, status_of(school, asa)) == (f"{LIST}/{asa.id}", "revoked")
    assert "Fel person" in issuer.page.text


def test_reason_is_needed(issuer: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    issuer.get(f"{LIST}/{asa.id}/revoke?lang=en")
    issuer.send(f"{LIST}/{asa.id}/revoke", reason="  ")
    assert (issuer.page.status_code, status_of(school, asa)) == (400, "active")
    assert "Write why. The learner reads it." in issuer.page.text


def test_credential_is_stopped_and_let_go_on(issuer: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    issuer.get(f"{LIST}/{asa.id}/suspend")
    issuer.send(f"{LIST}/{asa.id}/suspend", reason="Vi kontrollerar")
    assert status_of(school, asa) == "suspended"
    assert f"{LIST}/{asa.id}/reinstate" in issuer.page.text
    issuer.get(f"{LIST}/{asa.id}/reinstate")
    issuer.send(f"{LIST}/{asa.id}/reinstate")
    assert status_of(school, asa) == "active"


def test_corrected_credential_takes_the_place_of_the_old_one(issuer: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    issuer.get(f"{LIST}/{asa.id}/reissue")
    issuer.send(f"{LIST}/{asa.id}/reissue", reason="Namnet var fel")
    newer = school.credential(asa.learner_id, asa.id).replaced_by
    assert status_of(school, asa) == "superseded"
    assert f"{LIST}/{newer}" in issuer.page.text


def test_renewal_is_offered_before_the_end(as_role: Enter, issued: Views, school: Services) -> None:
    asa, bo = issued
    school.clock.forward(days=350)  # type: ignore[attr-defined]  # the test's own
    issuer = as_role(Role.ISSUER)
    assert asa.id in issuer.get(f"{LIST}/renewals").text
    issuer.get(f"{LIST}/{asa.id}/renew")
    issuer.send(f"{LIST}/{asa.id}/renew")
    school.drain()
    page = issuer.get(f"{LIST}/renewals").text
    assert (status_of(school, asa), asa.id in page, bo.id in page) == ("superseded", False, True)


def test_change_that_is_too_late_is_refused_in_words(issuer: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    issuer.get(f"{LIST}/{asa.id}/suspend?lang=en")
    school.revoke_credential(asa.id, "Fel", "Test")
    issuer.send(f"{LIST}/{asa.id}/suspend", reason="Vi kontrollerar")
    assert "The credential cannot be changed like that." in issuer.page.text


def test_reader_is_offered_no_change(reader: Browser, issued: Views) -> None:
    asa, _ = issued
    assert "/revoke" not in reader.get(f"{LIST}/{asa.id}").text
    assert reader.get(f"{LIST}/{asa.id}/revoke").status_code == 403
