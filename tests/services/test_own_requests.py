"""What a learner asks of her school about herself: its decisions, and to be erased."""

from __future__ import annotations

import pytest

from mimis_core import NotFoundError
from mimis_core.services import Services
from tests.school import HandSource, done, page


@pytest.fixture
def learner(school: Services) -> str:
    """Åsa, with one credential and one decision that waits."""
    HandSource.pages = [page(done("course:1"), done("course:2"), done("course:3"))]
    school.sync()
    school.drain()
    return school.all_credentials()[0].learner_id


def make_public(school: Services) -> None:
    organisation = school.settings.organisation.model_copy(update={"public_body": True})
    school.settings = school.settings.model_copy(update={"organisation": organisation})


def test_decisions_show_reason_and_appeal(school: Services, learner: str) -> None:
    waiting = next(one for one in school.awards() if one["state"] == "proposed")
    school.decide_award(waiting["id"], approve=False, by="Karin Ek", reason="Ett moment saknas.")
    before = {one.id: one for one in school.decisions_of(learner)}[waiting["id"]]
    school.appeal(learner, "Titta igen.", award_id=waiting["id"])
    after = {one.id: one for one in school.decisions_of(learner)}[waiting["id"]]
    assert (before.state, before.reason, before.appealed, after.appealed) == (
        "rejected", "Ett moment saknas.", False, True,
    )  # fmt: skip
    assert sorted(one.state for one in school.decisions_of(learner)) == ["approved", "rejected"]


def test_private_school_erases_at_once(school: Services, learner: str) -> None:
    report = school.request_erasure(learner)
    assert report is not None
    assert (report.scope, school.credentials_of(learner)[0].learner_name) == ("all", "Raderad deltagare")


def test_public_body_gets_a_task(school: Services, learner: str) -> None:
    make_public(school)
    assert (school.request_erasure(learner), school.request_erasure(learner)) == (None, None)
    (review,) = [one for one in school.reviews() if one["kind"] == "erasure"]
    assert (review["learner"], school.erasure_asked(learner)) == (learner, school.clock())
    assert school.accept_review(review["id"], "Rektor") == "handled"
    assert (school.erasure_asked(learner), school.learner(learner).full_name) == (None, "Åsa Öberg 1")


def test_stranger_asks_for_nothing(school: Services) -> None:
    make_public(school)
    with pytest.raises(NotFoundError):
        school.request_erasure("0" * 32)
