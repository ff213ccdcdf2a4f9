"""A credential of another school that counts as a part lies beside the decision, for the teacher to save and check."""

from __future__ import annotations

import pytest

from mimis_core.services import Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.services.test_added_parts import asking, learner_of, other_school, other_template, sealed, waiting

__all__ = ["asking", "other_school", "other_template", "sealed"]


@pytest.fixture
def decision(asking: Services, sealed: bytes) -> str:
    """Id of what waits because a file was handed in."""
    asking.add_part(learner_of(asking), sealed)
    (award,) = waiting(asking)
    return str(award["id"])


def test_teacher_saves_the_file_as_it_was_handed_in(as_role: Enter, sealed: bytes, decision: str) -> None:
    teacher, file = as_role(Role.ISSUER), f"/school/awards/{decision}/documents/1"
    assert file in teacher.get(f"/school/awards/{decision}").text
    answer = teacher.get(file)
    assert (answer.content, answer.headers["Content-Type"]) == (sealed, "application/octet-stream")
    assert answer.headers["Content-Disposition"] == "attachment; filename=underlag-1.json"


@pytest.mark.parametrize("number", [0, 2, 99])
def test_paper_that_is_not_there_is_not_found(as_role: Enter, decision: str, number: int) -> None:
    assert as_role(Role.ISSUER).get(f"/school/awards/{decision}/documents/{number}").status_code == 404


def test_paper_of_who_is_protected_since_is_given_to_nobody(as_role: Enter, asking: Services, decision: str) -> None:
    asking.protect_learner(asking.award(decision).line.learner_id, "Rektor Test")
    assert as_role(Role.ISSUER).get(f"/school/awards/{decision}/documents/1").status_code == 404
