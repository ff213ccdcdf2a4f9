"""What the school sees of one learner, and of a protected one."""

from __future__ import annotations

import pytest

from mimis_core import NotFoundError
from mimis_core.services import Services
from tests.filled_school import Known, fill


@pytest.fixture
def known(school: Services) -> Known:
    return fill(school)


def test_everything_of_hers_is_in_one_place(school: Services, known: Known) -> None:
    found = school.learner_file(known["learner_id"])
    assert {one.source for one in found.identities} >= {"hand"}
    assert found.credentials
    assert known["award_id"] in {one.id for one in found.awards}
    assert found.deliveries


def test_shares_are_a_number(school: Services, known: Known) -> None:
    assert school.learner_file(known["learner_id"]).shares == sum(
        one.state == "active" for one in school.shares_of(known["learner_id"])
    )


def test_of_a_protected_learner_there_is_the_mark_alone(school: Services, known: Known) -> None:
    school.protect_learner(known["learner_id"], "Rektor", ground="confidential")
    found = school.learner_file(known["learner_id"])
    assert (found.learner.full_name, found.learner.email, found.erased) == ("Skyddad person", None, False)
    assert (found.identities, found.credentials, found.awards, found.deliveries, found.shares) == ((), (), (), (), 0)


def test_who_was_erased_is_told_apart(school: Services, known: Known) -> None:
    school.drain()
    school.erase_learner(known["learner_id"], "Rektor", "Egen begäran")
    assert school.learner_file(known["learner_id"]).erased


def test_nobody_is_found_by_a_wrong_id(school: Services, known: Known) -> None:
    with pytest.raises(NotFoundError):
        school.learner_file("f" * 32)
