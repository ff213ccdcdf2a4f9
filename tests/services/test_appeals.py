"""Appeals: a request stands until another person than the first has decided on it."""

from __future__ import annotations

import pytest

from mimis_core import AwardState, NotFoundError, UserError
from mimis_core.services import Services
from tests.school import Clock, HandSource, done, page


@pytest.fixture
def rejected(school: Services) -> tuple[str, str]:
    """Learner and award that a teacher rejected."""
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    school.sync()
    (award,) = school.awards(AwardState.PROPOSED)
    school.decide_award(award["id"], approve=False, by="Lärare Lind", reason="Underlaget räcker inte.")
    return award["learner"], award["id"]


@pytest.fixture
def appeal(school: Services, rejected: tuple[str, str]) -> str:
    return school.appeal(rejected[0], "Jag har gjort alla moment.", award_id=rejected[1])


def audited(school: Services, appeal: str) -> list[tuple[str, str | None]]:
    return [(row["action"], row["name"]) for row in school.audit_of(appeal)]


def test_appeal_stands_with_its_day(school: Services, appeal: str, clock: Clock) -> None:
    (shown,) = school.appeals()
    assert (shown["id"], shown["state"], shown["due"], shown["late"]) == (appeal, "open", "2026-12-15", False)
    clock.forward(days=22)
    assert school.appeals()[0]["late"] is True


def test_one_appeal_is_read_without_the_others(school: Services, appeal: str) -> None:
    assert [school.read_appeal(appeal)] == school.appeals()
    assert school.appeals(limit=0) == []
    with pytest.raises(NotFoundError):
        school.read_appeal("unknown")


def test_the_same_again_is_one_appeal(school: Services, appeal: str, rejected: tuple[str, str]) -> None:
    assert school.appeal(rejected[0], "En gång till.", award_id=rejected[1]) == appeal
    assert [one["text"] for one in school.appeals_of(rejected[0])] == ["Jag har gjort alla moment."]


def test_changed_decision_is_issued(school: Services, appeal: str) -> None:
    school.decide_appeal(appeal, "changed", "Rektor Ek", "Momenten är styrkta.")
    school.drain()
    assert (len(school.all_credentials()), school.appeals()) == (1, [])
    assert audited(school, appeal) == [("appeal.open", None), ("appeal.changed", "Rektor Ek")]


def test_decision_that_stands_leaves_the_award(school: Services, appeal: str, rejected: tuple[str, str]) -> None:
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", "Ett moment saknas.")
    assert [one["state"] for one in school.awards()] == ["rejected"]
    assert school.appeals_of(rejected[0])[0]["reason"] == "Ett moment saknas."


def test_who_decided_first_does_not_decide_again(school: Services, appeal: str) -> None:
    with pytest.raises(UserError, match="first decision"):
        school.decide_appeal(appeal, "unchanged", "Lärare Lind", "Nej.")
    school.decide_appeal(appeal, "unchanged", "Lärare Lind", "Nej.", nobody_else=True)
    assert school.audit_of(appeal)[-1]["details"]["same_person"] is True


def test_decided_appeal_is_not_decided_again(school: Services, appeal: str) -> None:
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", "Nej.")
    with pytest.raises(UserError, match="already"):
        school.decide_appeal(appeal, "changed", "Rektor Ek", "Jo.")


def test_new_appeal_may_follow_a_decided_one(school: Services, appeal: str, rejected: tuple[str, str]) -> None:
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", "Nej.")
    assert school.appeal(rejected[0], "Nytt underlag.", award_id=rejected[1]) != appeal
    assert len(school.appeals(None)) == 2


def test_credential_leads_to_its_decision(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (view,) = school.all_credentials()
    school.appeal(view.learner_id, "Fel datum.", credential_id=view.id)
    assert school.appeals()[0]["decision"] == "approved"
    school.decide_appeal(school.appeals()[0]["id"], "changed", "Rektor Ek", "Datumet rättas.")
    assert [one.status.status.value for one in school.all_credentials()] == ["active"]


def test_proposal_cannot_be_appealed(school: Services) -> None:
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    school.sync()
    (award,) = school.awards()
    with pytest.raises(UserError, match="Nobody has decided"):
        school.appeal(award["learner"], "Skynda.", award_id=award["id"])


def test_somebody_elses_decision_is_not_found(school: Services, rejected: tuple[str, str]) -> None:
    with pytest.raises(NotFoundError):
        school.appeal("0" * 32, "Varför?", award_id=rejected[1])


@pytest.mark.parametrize("said", ["", "  ", "x" * 10_001, "a\0b"])
def test_text_that_says_nothing_or_too_much_is_refused(school: Services, rejected: tuple[str, str], said: str) -> None:
    with pytest.raises(UserError, match="Say in at most"):
        school.appeal(rejected[0], said, award_id=rejected[1])


def test_protected_learner_is_named_by_id(school: Services, appeal: str, rejected: tuple[str, str]) -> None:
    school.protect_learner(rejected[0], "Rektor Ek")
    (shown,) = school.appeals()
    assert (shown["name"], shown["text"]) == ("Skyddad person", "")


def test_decision_needs_a_reason(school: Services, appeal: str) -> None:
    with pytest.raises(UserError, match="and why"):
        school.decide_appeal(appeal, "unchanged", "Rektor Ek", " ")
