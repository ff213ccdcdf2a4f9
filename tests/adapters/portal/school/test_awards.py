"""Decisions in the portal: what waits, one with its evidence, one and many decided, over real HTTP."""

from __future__ import annotations

import re

import pytest

from mimis_core import AwardState
from mimis_core.services import Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.web.site import Browser, enter, invite

HIDDEN = re.compile(r'type="hidden" name="award" value="([0-9a-f]{32})"')


def states(school: Services) -> dict[str, str]:
    return {one["name"]: one["state"] for one in school.awards() if one["achievement"] == "verktygsvana@1"}


def test_staff_begin_at_the_overview(class_: Services, site: str) -> None:
    browser = Browser(site)
    enter(browser, invite(class_, "Ny", Role.ISSUER))
    assert (browser.page.status_code, browser.path) == (200, "/school")
    browser.close()


def test_overview_leads_to_what_waits(teacher: Browser) -> None:
    page = teacher.get("/school?lang=en").text
    assert re.search(r'href="/school/awards"><span class="number">3</span><span class="what">decisions to take', page)
    assert "Everything works." in page


def test_reviewer_from_outside_sees_no_number_of_learners(class_: Services, as_role: Enter) -> None:
    page = as_role(Role.REVIEWER).get("/school?lang=en").text
    assert ("You read and review the catalogue." in page, 'class="number"' in page) == (True, False)


def test_evidence_stands_beside_what_is_to_be_shown(teacher: Browser, waiting: dict[str, str]) -> None:
    page = teacher.get(f"/school/awards/{waiting['Jacob Ek']}").text
    for told in ("Jacob Ek", "En kurs", "80 av 100", "Handledare Grön", "Gröna Bygg AB", "Papper från bygget"):
        assert told in page


def test_one_is_approved_and_issued(teacher: Browser, class_: Services, waiting: dict[str, str]) -> None:
    teacher.get(f"/school/awards/{waiting['Jacob Ek']}?lang=en")
    teacher.send(f"/school/awards/{waiting['Jacob Ek']}/approve")
    assert (teacher.path, "The learner gets the credential within some minutes." in teacher.page.text) == (
        "/school/awards",
        True,
    )
    assert class_.drain().credentials == 1


def test_credential_names_the_teacher_as_assessor(teacher: Browser, class_: Services, waiting: dict[str, str]) -> None:
    teacher.get(f"/school/awards/{waiting['Jacob Ek']}")
    teacher.send(f"/school/awards/{waiting['Jacob Ek']}/approve")
    assert class_.award(waiting["Jacob Ek"]).decided_by == "Person 1"


def test_rejecting_needs_a_reason(teacher: Browser, class_: Services, waiting: dict[str, str]) -> None:
    address = f"/school/awards/{waiting['Jacob Ek']}/reject"
    teacher.get(address)
    teacher.send(address, reason=" ")
    assert (teacher.page.status_code, 'id="reason-error"' in teacher.page.text) == (400, True)
    teacher.send(address, reason="Ett arbetsprov saknas.")
    assert teacher.path == "/school/awards"
    assert class_.award(waiting["Jacob Ek"]).reason == "Ett arbetsprov saknas."


def test_rejected_is_approved_after_all_when_asked_for(
    teacher: Browser, class_: Services, waiting: dict[str, str]
) -> None:
    award = waiting["Jacob Ek"]
    class_.decide_award(award, approve=False, by="Lärare Wik", reason="Nej")
    teacher.get(f"/school/awards/{award}/again")
    assert states(class_)["Jacob Ek"] == AwardState.REJECTED
    teacher.send(f"/school/awards/{award}/again")
    assert states(class_)["Jacob Ek"] == AwardState.APPROVED


def test_second_of_two_who_decide_is_told(teacher: Browser, class_: Services, waiting: dict[str, str]) -> None:
    teacher.get(f"/school/awards/{waiting['Jacob Ek']}?lang=en")
    class_.decide_award(waiting["Jacob Ek"], approve=False, by="Lärare Wik", reason="Nej")
    teacher.send(f"/school/awards/{waiting['Jacob Ek']}/approve")
    assert "Somebody else has decided on it already." in teacher.page.text
    assert states(class_)["Jacob Ek"] == AwardState.REJECTED


def test_many_are_looked_at_once_more_and_then_approved(
    teacher: Browser, class_: Services, waiting: dict[str, str]
) -> None:
    page = teacher.get("/school/awards?all=yes&lang=en").text
    assert page.count(" checked> <span>") == 3
    teacher.send("/school/awards/look", award=list(waiting.values())[:2])
    assert "2 learners get" in teacher.page.text
    assert states(class_)["Jacob Ek"] == AwardState.PROPOSED
    teacher.send("/school/awards/decide", award=HIDDEN.findall(teacher.page.text))
    assert "2 are approved." in teacher.page.text
    assert sorted(states(class_).values()) == ["approved", "approved", "proposed"]


def test_of_many_what_somebody_else_has_decided_is_told(
    teacher: Browser, class_: Services, waiting: dict[str, str]
) -> None:
    teacher.get("/school/awards?lang=en")
    teacher.send("/school/awards/look", award=list(waiting.values()))
    class_.decide_award(waiting["Jacob Ek"], approve=False, by="Lärare Wik", reason="Nej")
    teacher.send("/school/awards/decide", award=HIDDEN.findall(teacher.page.text))
    assert "2 are approved." in teacher.page.text
    assert "One was not approved. Somebody else has decided on it already." in teacher.page.text


def test_choosing_nothing_leads_back(teacher: Browser) -> None:
    teacher.get("/school/awards?lang=en")
    teacher.send("/school/awards/look")
    assert (teacher.path, "Choose at least one." in teacher.page.text) == ("/school/awards", True)


def test_protected_person_is_decided_on_by_herself(
    teacher: Browser, class_: Services, ids: dict[str, str], waiting: dict[str, str]
) -> None:
    class_.protect_learner(ids["Jacob Ek"], "Rektor")
    page = teacher.get("/school/awards?all=yes").text
    assert ("Jacob" in page, page.count(" checked> <span>")) == (False, 2)
    page = teacher.get(f"/school/awards/{waiting['Jacob Ek']}").text
    for secret in ("Jacob", "Gröna Bygg", "Handledare Grön", "Papper från bygget"):
        assert secret not in page
    teacher.send("/school/awards/look", award=[waiting["Jacob Ek"]])
    assert teacher.path == "/school/awards"


def test_list_is_searched_by_name_and_entry(teacher: Browser) -> None:
    page = teacher.get("/school/awards?q=jac").text
    assert ("Jacob Ek" in page, "Amina" in page) == (True, False)
    assert "Jacob Ek" not in teacher.get("/school/awards?entry=digitala-arbetsmiljoer").text


@pytest.mark.parametrize("state", ["proposed", "approved", "rejected", "recent", "nonsense"])
def test_each_list_is_there(teacher: Browser, state: str) -> None:
    assert teacher.get(f"/school/awards?state={state}").status_code == 200


def test_reader_decides_nothing(class_: Services, as_role: Enter, waiting: dict[str, str]) -> None:
    reader = as_role(Role.READER)
    page = reader.get(f"/school/awards/{waiting['Jacob Ek']}").text
    assert "/approve" not in page
    assert reader.send(f"/school/awards/{waiting['Jacob Ek']}/approve").status_code == 403


def test_no_form_counts_without_its_token(teacher: Browser, class_: Services, waiting: dict[str, str]) -> None:
    teacher.get("/school/awards")
    teacher.send(f"/school/awards/{waiting['Jacob Ek']}/approve", csrf_token="")
    assert teacher.page.status_code == 400
    assert states(class_)["Jacob Ek"] == AwardState.PROPOSED
