"""Appeals and reviews in the portal: seen, decided once, and told."""

from __future__ import annotations

import pytest

from mimis_core import AwardState, Withdrawal
from mimis_core.services import Services
from tests.school import HandSource, page
from tests.web.site import Browser


@pytest.fixture
def appeal_id(class_: Services, ids: dict[str, str], waiting: dict[str, str]) -> str:
    """Jacob asks that a rejection is reconsidered."""
    class_.decide_award(waiting["Jacob Ek"], approve=False, by="Lärare Wik", reason="Ett prov saknas.")
    return class_.appeal(ids["Jacob Ek"], "Jag har gjort provet.", award_id=waiting["Jacob Ek"])


@pytest.fixture
def review_id(class_: Services, waiting: dict[str, str]) -> str:
    """The source takes back what Jacob's decision rests on."""
    gone = Withdrawal(source="hand", key="course:2/1", reason="invalidated", message="The certificate is invalid.")
    HandSource.pages = [page(withdrawn=[gone])]
    class_.sync()
    return str(class_.reviews()[0]["id"])


def test_appeal_is_answered_with_reason(
    teacher: Browser, class_: Services, appeal_id: str, waiting: dict[str, str]
) -> None:
    assert f"/school/appeals/{appeal_id}" in teacher.get("/school/appeals").text
    shown = teacher.get(f"/school/appeals/{appeal_id}").text
    assert ("Jag har gjort provet." in shown, "Ett prov saknas." in shown) == (True, True)
    teacher.send(f"/school/appeals/{appeal_id}", outcome="changed", reason="")
    assert (teacher.page.status_code, 'id="reason-error"' in teacher.page.text) == (400, True)
    teacher.send(f"/school/appeals/{appeal_id}", outcome="changed", reason="Provet finns.")
    assert teacher.path == "/school/appeals"
    assert class_.award(waiting["Jacob Ek"]).line.state == AwardState.APPROVED


def test_who_decided_first_does_not_answer_the_appeal(
    teacher: Browser, class_: Services, ids: dict[str, str], waiting: dict[str, str]
) -> None:
    teacher.get(f"/school/awards/{waiting['Jacob Ek']}/reject")
    teacher.send(f"/school/awards/{waiting['Jacob Ek']}/reject", reason="Nej")
    appeal_id = class_.appeal(ids["Jacob Ek"], "Titta igen.", award_id=waiting["Jacob Ek"])
    teacher.get(f"/school/appeals/{appeal_id}?lang=en")
    teacher.send(f"/school/appeals/{appeal_id}", outcome="unchanged", reason="Nej")
    assert (teacher.page.status_code, "You took the first decision." in teacher.page.text) == (400, True)
    teacher.send(f"/school/appeals/{appeal_id}", outcome="unchanged", reason="Nej", nobody_else="yes")
    assert class_.appeals() == []


def test_appeal_of_a_protected_person_shows_no_text(
    teacher: Browser, class_: Services, ids: dict[str, str], appeal_id: str
) -> None:
    class_.protect_learner(ids["Jacob Ek"], "Rektor")
    for path in ("/school/appeals", f"/school/appeals/{appeal_id}"):
        shown = teacher.get(path).text
        assert ("Jacob" in shown, "Jag har gjort" in shown, "Gröna Bygg" in shown) == (False, False, False)


def test_appeal_is_answered_once(teacher: Browser, class_: Services, appeal_id: str) -> None:
    teacher.get(f"/school/appeals/{appeal_id}?lang=en")
    class_.decide_appeal(appeal_id, "unchanged", "Rektor", "Nej")
    teacher.send(f"/school/appeals/{appeal_id}", outcome="changed", reason="Ja")
    assert (teacher.page.status_code, "Somebody else has decided" in teacher.page.text) == (400, True)
    assert "It is answered." in teacher.get(f"/school/appeals/{appeal_id}").text


def test_review_is_accepted(teacher: Browser, class_: Services, review_id: str, waiting: dict[str, str]) -> None:
    assert f"/school/reviews/{review_id}" in teacher.get("/school/reviews").text
    teacher.get(f"/school/reviews/{review_id}")
    teacher.send(f"/school/reviews/{review_id}", outcome="accept", reason="")
    assert teacher.path == "/school/reviews"
    assert class_.award(waiting["Jacob Ek"]).line.state == AwardState.REJECTED


def test_review_is_let_go_with_a_reason(
    teacher: Browser, class_: Services, review_id: str, waiting: dict[str, str]
) -> None:
    teacher.get(f"/school/reviews/{review_id}")
    assert teacher.send(f"/school/reviews/{review_id}", outcome="dismiss", reason="").status_code == 400
    teacher.send(f"/school/reviews/{review_id}", outcome="dismiss", reason="Ett misstag i plattformen")
    assert (teacher.path, class_.reviews()) == ("/school/reviews", [])
    assert class_.award(waiting["Jacob Ek"]).line.state == AwardState.PROPOSED


def test_answer_without_a_choice_is_refused(teacher: Browser, review_id: str, appeal_id: str) -> None:
    for path in (f"/school/reviews/{review_id}", f"/school/appeals/{appeal_id}"):
        teacher.get(path)
        assert teacher.send(path, outcome="burn", reason="Nej").status_code == 400


def test_what_is_not_here_is_not_found(teacher: Browser) -> None:
    for part in ("appeals", "reviews", "awards", "learners"):
        assert teacher.get(f"/school/{part}/{'f' * 32}").status_code == 404


def test_wish_to_be_erased_leads_to_the_learners_page(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    public = class_.settings.organisation.model_copy(update={"public_body": True})
    class_.settings = class_.settings.model_copy(update={"organisation": public})
    assert class_.request_erasure(ids["Jacob Ek"]) is None
    (review,) = (one for one in class_.reviews() if one["kind"] == "erasure")
    shown = teacher.get(f"/school/reviews/{review['id']}?lang=sv").text
    assert f'href="/school/learners/{ids["Jacob Ek"]}"' in shown
    assert ("Jag har tagit hand om det." in shown, "mimis learners erase" in shown) == (True, False)
    teacher.send(f"/school/reviews/{review['id']}", outcome="accept")
    assert (teacher.path, class_.reviews()) == ("/school/reviews", [])
