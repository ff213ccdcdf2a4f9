"""A teacher's decision is taken once, however many decide at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from mimis_core import AwardState, UserError
from mimis_core.services import CredentialView, Services
from tests.school import Clock, HandSource, done, page
from tests.services.test_renewals import recomplete
from tests.services.test_reviews import pull, taken_back
from tests.services.workers import colleague

Deciding = Callable[[], object]


@pytest.fixture
def waiting(school: Services) -> str:
    """Id of an award that a teacher is to decide."""
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    school.sync()
    return str(school.awards(AwardState.PROPOSED)[0]["id"])


def meet_before_deciding(*teachers: Services) -> None:
    """Let nobody record a decision before both are there, unless one of them is kept from it."""
    both = threading.Barrier(2)
    for one in teachers:

        def decide(*words: Any, whole: Callable[..., None] = one._decide) -> None:
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
            whole(*words)

        one._decide = decide  # type: ignore[assignment, method-assign]  # so that both are between the look and the record


def at_once(*deciding: Deciding) -> list[str]:
    """What those were told who could not decide."""

    def refusal(decide: Deciding) -> str | None:
        try:
            decide()
        except UserError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(len(deciding)) as pool:
        return [told for told in pool.map(refusal, deciding) if told]


def decisions(school: Services, award_id: str) -> list[str]:
    """The decisions on an award that the audit knows, by what they were."""
    actions = (row["action"] for row in school.audit_of(award_id))
    return [action for action in actions if action in ("award.approved", "award.rejected")]


@pytest.mark.parametrize("second", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_of_two_teachers_at_once_one_decides(school: Services, waiting: str, first: bool, second: bool) -> None:
    with colleague(school) as other:
        meet_before_deciding(school, other)
        refused = at_once(
            partial(school.decide_award, waiting, approve=first, by="Lärare Lind"),
            partial(other.decide_award, waiting, approve=second, by="Lärare Ek"),
        )
    (award,) = school.awards()
    assert decisions(school, waiting) == [f"award.{award['state']}"]
    assert [f"is {award['state']} already" in told for told in refused] == [True]
    assert school.drain().credentials == int(award["state"] == "approved")


def test_renewal_is_decided_once_by_either_way(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    clock.forward(days=330)
    recomplete(yearly, clock)
    (proposed,) = yearly.awards(AwardState.PROPOSED)
    with colleague(yearly) as other:
        meet_before_deciding(yearly, other)
        at_once(
            partial(yearly.decide_award, proposed["id"], approve=False, by="Lärare Lind", reason="Nej."),
            partial(other.renew_credential, issued.id, by="Rektor"),
        )
    assert len(decisions(yearly, proposed["id"])) == 1


def test_rejected_award_is_approved_only_on_purpose(school: Services, waiting: str) -> None:
    school.decide_award(waiting, approve=False, by="Lärare Lind", reason="Fel rad.")
    for approve in (True, False):
        with pytest.raises(UserError, match="--again"):
            school.decide_award(waiting, approve=approve, by="Lärare Ek")
    school.decide_award(waiting, approve=True, by="Lärare Lind", again=True)
    assert decisions(school, waiting) == ["award.rejected", "award.approved"]
    with pytest.raises(UserError, match="Revoke"):
        school.decide_award(waiting, approve=True, by="Lärare Ek", again=True)


def test_approval_that_was_taken_back_may_be_given_anew(school: Services, waiting: str) -> None:
    school.decide_award(waiting, approve=True, by="Lärare Lind")
    pull(school, withdrawn=(taken_back("course:2"),))
    assert school.accept_review(school.reviews()[0]["id"], "Rektor") == "rejected"
    pull(school, done("course:2"), done("course:3"))
    school.decide_award(waiting, approve=True, by="Lärare Ek", again=True)
    assert school.drain().credentials == 1
