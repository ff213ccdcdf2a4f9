"""What a source says now, for whoever decides on a change: beside what the decision rests on."""

from __future__ import annotations

import pytest

from mimis_core import Departure, Grade
from mimis_core.services import CredentialView, Services
from tests.school import HandSource, done, page


@pytest.fixture
def review_id(yearly: Services, issued: CredentialView) -> str:
    """A grade was corrected after the credential was issued."""
    HandSource.pages = [page(done("course:1", grade=Grade(value=60, minimum=0, maximum=100)))]
    yearly.sync()
    return str(yearly.reviews()[0]["id"])


def test_new_facts_are_given_beside_the_old_ones(yearly: Services, review_id: str) -> None:
    (now,) = yearly.corrected_evidence(review_id)
    (before,) = yearly.award(yearly.read_review(review_id)["award"]).evidence
    assert [one.grade and one.grade.value for one in (before, now)] == [80, 60]


def test_facts_that_are_accepted_are_new_no_more(yearly: Services, review_id: str) -> None:
    yearly.accept_review(review_id, "Rektor")
    award_id = yearly.awards_of(yearly.read_review(review_id)["learner"])[0].id
    assert (yearly.corrected_evidence(review_id), len(yearly.award(award_id).evidence)) == ((), 1)


def test_new_facts_of_protected_person_are_not_given(yearly: Services, issued: CredentialView, review_id: str) -> None:
    yearly.protect_learner(issued.learner_id, "Rektor")
    assert yearly.corrected_evidence(review_id) == ()


def test_departure_has_no_new_facts(yearly: Services, issued: CredentialView) -> None:
    HandSource.pages = [page(departed=[Departure(source="hand", key="1", reason="erased", message="Gone.")])]
    yearly.sync()
    assert yearly.corrected_evidence(yearly.reviews()[0]["id"]) == ()
