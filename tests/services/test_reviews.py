"""What a source takes back, corrects or lets go: nothing follows by itself, and a person's decision is done once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mimis_core import (
    AwardState,
    Completion,
    Departure,
    Grade,
    IssueOrder,
    NotFoundError,
    TemporaryError,
    UserError,
    Withdrawal,
)
from mimis_core.services import CredentialView, Services, open_services
from mimis_core.store.tables import AuditRow
from tests.school import NOW, Clock, HandCourier, HandSource, done, page, someone
from tests.services.test_life import statuses


def taken_back(module: str = "course:1", who: str = "1") -> Withdrawal:
    return Withdrawal(source="hand", key=f"{module}/{who}", reason="invalidated", message="The certificate is invalid.")


def gone(who: str = "1", reason: str = "erased") -> Departure:
    return Departure(source="hand", key=who, reason=reason, message="The source has erased this person.")


def pull(school: Services, *completions: Completion, **more: Any) -> int:
    """Let the source say this; gives the number of open reviews."""
    HandSource.pages = [page(*completions, **more)]
    return school.sync().reviews


def kinds(school: Services) -> list[str]:
    return [one["kind"] for one in school.reviews()]


def audited(school: Services) -> list[str]:
    with school.database.transaction() as session:
        actions = session.scalars(select(AuditRow.action)).all()
    return sorted(action for action in actions if action.startswith("review."))


@pytest.fixture
def proposed(school: Services) -> Services:
    """A school with one award that waits for a teacher."""
    pull(school, done("course:2"), done("course:3"))
    return school


@pytest.fixture
def regraded(yearly: Services, issued: CredentialView) -> dict[str, Any]:
    """The one open review of a grade that was corrected after the credential was issued."""
    pull(yearly, done("course:1", grade=Grade(value=60, minimum=0, maximum=100)))
    (review,) = yearly.reviews()
    return review


# Withdrawn -------------------------------------------------------------------------------------------------------


def test_withdrawn_completion_is_asked_about_and_changes_nothing(yearly: Services, issued: CredentialView) -> None:
    assert pull(yearly, withdrawn=(taken_back(),)) == 1
    (review,) = yearly.reviews()
    assert (review["kind"], review["learner"], review["record"]) == ("withdrawn", issued.learner_id, "course:1/1")
    assert (statuses(yearly), [one["state"] for one in yearly.awards()]) == ({issued.id: "active"}, ["approved"])


def test_one_review_is_read_without_the_others(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    (review,) = yearly.reviews()
    assert yearly.read_review(review["id"]) == review
    assert yearly.reviews(limit=0) == []


def test_withdrawn_completion_counts_no_longer(proposed: Services) -> None:
    pull(proposed, withdrawn=(taken_back("course:2"),))
    assert [(one["record"], one["reason"]) for one in proposed.set_aside_records()] == [("course:2/1", "withdrawn")]
    assert pull(proposed, done("course:9", completed_at=NOW)) == 1
    assert len(proposed.awards()) == 1


@pytest.mark.parametrize("more", [{"withdrawn": (taken_back("course:9"),)}, {"withdrawn": (taken_back(who="2"),)}])
def test_withdrawal_that_nothing_rests_on_is_no_review(
    yearly: Services, issued: CredentialView, more: dict[str, Any]
) -> None:
    pull(yearly, done("course:9"))
    assert pull(yearly, **more) == 0


def test_same_withdrawal_is_one_review(yearly: Services, issued: CredentialView) -> None:
    assert [pull(yearly, withdrawn=(taken_back(), taken_back())) for _ in range(3)] == [1, 1, 1]


def test_accepted_withdrawal_revokes_once(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    (review,) = yearly.reviews()
    assert yearly.accept_review(review["id"], "Rektor") == "revoked"
    assert pull(yearly, withdrawn=(taken_back(),)) == 0
    assert (statuses(yearly), audited(yearly)) == ({issued.id: "revoked"}, ["review.accept", "review.open"])
    yearly.drain()
    assert "tagits tillbaka i skolans lärplattform" in HandCourier.parcels[-1].text


def test_accepted_withdrawal_rejects_proposal(proposed: Services) -> None:
    pull(proposed, withdrawn=(taken_back("course:2"),))
    assert proposed.accept_review(proposed.reviews()[0]["id"], "Rektor") == "rejected"
    assert [one["state"] for one in proposed.awards()] == ["rejected"]


def test_accepted_withdrawal_stops_what_is_not_issued_yet(yearly: Services) -> None:
    pull(yearly, done("course:1"))
    pull(yearly, withdrawn=(taken_back(),))
    assert yearly.accept_review(yearly.reviews()[0]["id"], "Rektor") == "rejected"
    work = yearly.drain()
    assert (work.credentials, work.attention, yearly.all_credentials()) == (0, 0, [])


def test_what_is_being_built_meanwhile_is_not_issued(yearly: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(yearly, done("course:1"))
    whole = yearly._make

    def make(plan: Any) -> Any:
        pull(yearly, withdrawn=(taken_back(),))
        yearly.accept_review(yearly.reviews()[0]["id"], "Rektor")
        return whole(plan)

    monkeypatch.setattr(yearly, "_make", make)
    assert (yearly.drain().credentials, yearly.all_credentials()) == (0, [])


def test_credential_that_was_revoked_by_hand_is_not_asked_about(yearly: Services, issued: CredentialView) -> None:
    yearly.revoke_credential(issued.id, "Fusk.", "Rektor")
    assert pull(yearly, withdrawn=(taken_back(),)) == 0


def test_accepting_after_revocation_by_hand_does_nothing_more(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    yearly.revoke_credential(issued.id, "Fusk.", "Rektor")
    assert yearly.accept_review(yearly.reviews()[0]["id"], "Rektor") == "unchanged"


def test_dismissed_withdrawal_is_not_asked_about_again(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    yearly.dismiss_review(yearly.reviews()[0]["id"], "Rektor", "Den godkändes på annat sätt.")
    assert pull(yearly, withdrawn=(taken_back(),)) == 0
    assert (statuses(yearly), audited(yearly)) == ({issued.id: "active"}, ["review.dismiss", "review.open"])


def test_completion_given_again_closes_its_review(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    assert pull(yearly, done("course:1")) == 0
    assert [(one["state"], one["reason"]) for one in yearly.reviews(None)] == [("dismissed", "back")]
    assert yearly.set_aside_records() == []
    assert yearly.sync().used == 1


def test_withdrawn_again_is_asked_about_again(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    yearly.dismiss_review(yearly.reviews()[0]["id"], "Rektor", "Nej.")
    pull(yearly, done("course:1"))
    assert pull(yearly, withdrawn=(taken_back(),)) == 1


def test_given_and_withdrawn_in_one_page_is_withdrawn(yearly: Services, issued: CredentialView) -> None:
    assert [pull(yearly, done("course:1"), withdrawn=(taken_back(),)) for _ in range(2)] == [1, 1]
    assert yearly.sync().adds_up


def test_withdrawal_of_protected_person_names_her_by_id_only(yearly: Services, issued: CredentialView) -> None:
    yearly.protect_learner(issued.learner_id, "Rektor")
    pull(yearly, withdrawn=(taken_back(),))
    (review,) = yearly.reviews()
    assert (review["learner"], review["name"], review["record"]) == (issued.learner_id, "Skyddad person", "")
    assert [one["record"] for one in yearly.set_aside_records()] != ["course:1/1"]


def test_withdrawn_stays_withdrawn_while_protected(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    yearly.protect_learner(issued.learner_id, "Rektor")
    pull(yearly, done("course:9"))
    yearly.protect_learner(issued.learner_id, "Rektor", protected=False)
    pull(yearly)
    assert [one["reason"] for one in yearly.set_aside_records()] == ["withdrawn"]


# Corrected -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"completed_at": NOW - timedelta(days=9)}, "completed_at"),
        ({"grade": Grade(text="Godkänd"), "by": "Läraren"}, "grade, by"),
        ({"title": "En annan kurs"}, "title"),
        ({"started_at": NOW - timedelta(days=90), "hours": 40, "place": "Östersund"}, "started_at, hours, place"),
        ({"evidence": "https://demo.example/intyg"}, "evidence"),
    ],
)
def test_changed_fact_is_asked_about(
    yearly: Services, issued: CredentialView, changes: dict[str, Any], named: str
) -> None:
    assert pull(yearly, done("course:1", **changes)) == 1
    (review,) = yearly.reviews()
    assert (review["kind"], review["message"]) == (
        "corrected", f"The source now says otherwise than the credential: {named}.",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        done("course:1", someone(full_name="Åsa Ny")),
        done("course:1", someone(email="ny@demo.example", aliases={"username": "asa"})),
        done("course:1", completed_at=NOW),
        done("course:9"),
    ],
    ids=["name", "address and alias", "completed again", "another course"],
)
def test_other_change_is_not_asked_about(yearly: Services, issued: CredentialView, changed: Completion) -> None:
    assert pull(yearly, changed) == 0


def test_changed_fact_of_proposal_is_taken_over(proposed: Services) -> None:
    later = NOW - timedelta(days=1)
    assert pull(proposed, done("course:2", completed_at=later, by="Lärare Lind")) == 0
    (award,) = proposed.awards(AwardState.PROPOSED)
    assert award["completed_at"] == later.isoformat()
    proposed.decide_award(award["id"], approve=True, by="Rektor")
    proposed.drain()
    assert proposed.all_credentials()[0].assessed_by == "Lärare Lind"


def test_accepted_correction_is_reissued(
    yearly: Services, issued: CredentialView, regraded: dict[str, Any], orders: list[IssueOrder]
) -> None:
    assert yearly.accept_review(regraded["id"], "Rektor", "Fel betyg.") == "reissued"
    grade = orders[-1].award.evidence[0].grade
    assert (grade and grade.value, orders[-1].supersedes) == (60, issued.urn)
    assert sorted(statuses(yearly).values()) == ["active", "superseded"]
    assert (yearly.sync().reviews, audited(yearly)) == (0, ["review.accept", "review.open"])
    yearly.drain()
    assert "Fel betyg." in HandCourier.parcels[-1].text


def test_date_follows_correction(yearly: Services, issued: CredentialView, orders: list[IssueOrder]) -> None:
    earlier = NOW - timedelta(days=30)
    pull(yearly, done("course:1", completed_at=earlier))
    yearly.accept_review(yearly.reviews()[0]["id"], "Rektor")
    assert (orders[-1].award.completed_at, orders[-1].valid_until) == (earlier, issued.valid_until)


def test_correction_that_cannot_be_built_changes_nothing(
    yearly: Services, issued: CredentialView, regraded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise TemporaryError("The seal is away.")

    with monkeypatch.context() as patch:
        patch.setattr(yearly, "_make", away)
        with pytest.raises(TemporaryError, match="away"):
            yearly.accept_review(regraded["id"], "Rektor")
    assert (len(yearly.reviews()), statuses(yearly)) == (1, {issued.id: "active"})
    assert yearly.accept_review(regraded["id"], "Rektor") == "reissued"


def test_correction_beside_another_change_is_told(
    yearly: Services, regraded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = yearly._make

    def make(plan: Any) -> Any:
        pull(yearly, done("course:1", grade=Grade(value=70, minimum=0, maximum=100)))
        return whole(plan)

    monkeypatch.setattr(yearly, "_make", make)
    with pytest.raises(UserError, match="meanwhile"):
        yearly.accept_review(regraded["id"], "Rektor")
    assert {one["state"]: one["reason"] for one in yearly.reviews(None)} == {"open": None, "dismissed": "newer"}


def test_suspended_credential_must_be_reinstated_first(
    yearly: Services, issued: CredentialView, regraded: dict[str, Any]
) -> None:
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    with pytest.raises(UserError, match="already suspended"):
        yearly.accept_review(regraded["id"], "Rektor")
    assert len(yearly.reviews()) == 1


def test_dismissed_correction_stays_dismissed_and_another_is_new(yearly: Services, regraded: dict[str, Any]) -> None:
    yearly.dismiss_review(regraded["id"], "Rektor", "Det gamla betyget gäller.")
    again = done("course:1", grade=Grade(value=60, minimum=0, maximum=100))
    assert pull(yearly, again) == 0
    assert pull(yearly, done("course:1", grade=Grade(value=61, minimum=0, maximum=100))) == 1
    assert pull(yearly, again) == 0


def test_newer_correction_takes_place_of_open_one(yearly: Services, regraded: dict[str, Any]) -> None:
    assert pull(yearly, done("course:1", grade=Grade(value=61, minimum=0, maximum=100))) == 1
    assert yearly.reviews()[0]["id"] != regraded["id"]


def test_fact_changed_back_closes_review(yearly: Services, regraded: dict[str, Any]) -> None:
    assert pull(yearly, done("course:1")) == 0
    assert [one["reason"] for one in yearly.reviews(None)] == ["back"]


def test_same_correction_after_another_was_accepted_is_new(yearly: Services, regraded: dict[str, Any]) -> None:
    for value in (80, 60, 80):
        yearly.accept_review(yearly.reviews()[0]["id"], "Rektor")
        assert pull(yearly, done("course:1", grade=Grade(value=value, minimum=0, maximum=100))) == 1


def test_all_corrections_of_one_credential_are_one_reissue(yearly: Services) -> None:
    pull(yearly, done("course:2"), done("course:3"))
    yearly.decide_award(yearly.awards()[0]["id"], approve=True, by="Rektor")
    yearly.drain()
    assert pull(yearly, done("course:2", by="Lärare"), done("course:3", by="Lärare")) == 2
    assert [yearly.accept_review(one["id"], "Rektor") for one in yearly.reviews()] == ["reissued", "unchanged"]
    assert len(yearly.all_credentials()) == 2


def test_correction_before_issue_is_in_the_first_credential(yearly: Services, orders: list[IssueOrder]) -> None:
    pull(yearly, done("course:1"))
    pull(yearly, done("course:1", by="Lärare"))
    assert yearly.accept_review(yearly.reviews()[0]["id"], "Rektor") == "updated"
    yearly.drain()
    assert [order.award.evidence[0].by for order in orders] == ["Lärare"]


def test_recompletion_that_renews_is_no_correction(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=330)
    assert pull(yearly, done("course:1", completed_at=clock.now - timedelta(days=1))) == 0
    assert [award["round"] for award in yearly.awards()] == [2, 1]


def test_entry_without_end_asks_about_later_date(school: Services, clock: Clock) -> None:
    pull(school, done("course:1"))
    school.drain()
    assert pull(school, done("course:1", completed_at=NOW)) == 1


# Departed --------------------------------------------------------------------------------------------------------


def test_departed_learner_is_asked_about_and_nothing_erased(yearly: Services, issued: CredentialView) -> None:
    assert [pull(yearly, departed=(gone(), gone("unknown"))) for _ in range(2)] == [1, 1]
    (review,) = yearly.reviews()
    assert (review["kind"], review["award"], "erases nothing" in review["message"]) == ("departed", None, True)
    assert yearly.accept_review(review["id"], "Rektor") == "handled"
    assert (len(yearly.learners()), statuses(yearly)) == (1, {issued.id: "active"})


def test_departure_for_another_reason_is_asked_about_again(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, departed=(gone(reason="suspended"),))
    yearly.dismiss_review(yearly.reviews()[0]["id"], "Rektor", "Paus.")
    assert pull(yearly, departed=(gone(reason="suspended"),)) == 0
    assert pull(yearly, departed=(gone(reason="erased"),)) == 1


# All -------------------------------------------------------------------------------------------------------------


def test_decided_review_is_not_decided_again(yearly: Services, regraded: dict[str, Any]) -> None:
    yearly.dismiss_review(regraded["id"], "Rektor", "Nej.")
    for decide in (
        lambda: yearly.accept_review(regraded["id"], "R"),
        lambda: yearly.dismiss_review(regraded["id"], "R", "x"),
    ):
        with pytest.raises(UserError, match="already"):
            decide()


def test_blank_reason_is_told_in_our_words(yearly: Services, issued: CredentialView) -> None:
    pull(yearly, withdrawn=(taken_back(),))
    yearly.accept_review(yearly.reviews()[0]["id"], "Rektor", " ")
    yearly.drain()
    assert "har tagits tillbaka i skolans lärplattform" in HandCourier.parcels[-1].text


def test_review_is_not_let_go_without_a_reason(yearly: Services, regraded: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="needs a reason"):
        yearly.dismiss_review(regraded["id"], "Rektor", " ")
    assert kinds(yearly) == ["corrected"]


def test_reason_about_protected_person_is_not_listed(yearly: Services, regraded: dict[str, Any]) -> None:
    yearly.dismiss_review(regraded["id"], "Rektor", "Åsa har redan fått ett nytt.")
    yearly.protect_learner(regraded["learner"], "Rektor")
    assert [one["reason"] for one in yearly.reviews(None)] == [None]


def test_unknown_review_is_told(school: Services) -> None:
    with pytest.raises(NotFoundError, match="review"):
        school.accept_review("finns-ej", "Rektor")


def test_dry_run_counts_reviews_and_keeps_none(yearly: Services, issued: CredentialView) -> None:
    HandSource.pages = [page(withdrawn=(taken_back(),))]
    assert yearly.sync(dry_run=True).reviews == 1
    assert (yearly.reviews(), yearly.set_aside_records()) == ([], [])


SAID = st.sampled_from(["given", "graded", "withdrawn"])
DECIDED = st.sampled_from(["accept", "dismiss", "leave"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(SAID, DECIDED), min_size=1, max_size=6), who=st.uuids())
def test_whatever_is_said_and_decided_one_review_is_open_at_most(
    yearly: Services, steps: list[tuple[str, str]], who: object
) -> None:
    person = someone(str(who))
    pull(yearly, done("course:1", person))
    yearly.drain()
    for said, decided in steps:
        completion = done("course:1", person, by="Lärare" if said == "graded" else None)
        mine = () if said == "withdrawn" else (completion,)
        pull(yearly, *mine, withdrawn=(taken_back(who=str(who)),) if said == "withdrawn" else ())
        yearly.sync()
        about = [one for one in yearly.reviews() if one["record"] == completion.key]
        assert len({one["kind"] for one in about}) == len(about)
        for one in about:
            if decided == "accept":
                yearly.accept_review(one["id"], "Rektor")
            elif decided == "dismiss":
                yearly.dismiss_review(one["id"], "Rektor", "Nej.")
        yearly.drain()
    live = [
        one for one in yearly.all_credentials() if one.status.status == "active" and one.learner_name.endswith(str(who))
    ]
    assert len(live) <= 1


def test_decision_of_a_person_beside_a_sync_stays(
    yearly: Services, regraded: dict[str, Any], postgres: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if postgres is None:
        pytest.skip("SQLite lets nobody decide while a sync writes.")
    whole = yearly._close_review
    with open_services(yearly.settings) as other:

        def close(session: Any, review: Any, reason: str) -> None:
            other.dismiss_review(regraded["id"], "Rektor", "Det gamla betyget gäller.")
            whole(session, review, reason)

        monkeypatch.setattr(yearly, "_close_review", close)
        pull(yearly, done("course:1"))
    assert [one["reason"] for one in yearly.reviews(None)] == ["Det gamla betyget gäller."]


def test_award_approved_beside_a_sync_gets_a_review(
    proposed: Services, postgres: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if postgres is None:
        pytest.skip("SQLite lets nobody decide while a sync writes.")
    whole = proposed._resting
    with open_services(proposed.settings) as other:

        def resting(*words: Any, **more: Any) -> Any:
            found = whole(*words, **more)
            if found and other.awards(AwardState.PROPOSED):
                other.decide_award(found[0][0].id, approve=True, by="Lärare")
            return found

        monkeypatch.setattr(proposed, "_resting", resting)
        pull(proposed, done("course:2", by="Någon annan"), done("course:3"))
    assert kinds(proposed) == ["corrected"]


def test_many_withdrawals_at_once_find_their_awards(school: Services) -> None:
    people = [someone(str(number)) for number in range(3)]
    pull(school, *(done("course:1", one) for one in people))
    assert pull(school, withdrawn=tuple(taken_back(who=one.key) for one in people)) == 3
    assert {one["record"] for one in school.reviews()} == {f"course:1/{one.key}" for one in people}
