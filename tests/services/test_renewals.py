"""Credentials with an end: renewed by recompletion or by decision, reminded of, and expired."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mimis_core import AwardState, IssueOrder, UserError
from mimis_core.services import CredentialView, Services
from tests.school import NOW, Clock, HandCourier, HandSource, change_entry, done, page
from tests.services.test_life import actions, statuses


def recomplete(school: Services, clock: Clock, module: str = "course:1", **changes: object) -> None:
    """Let the learner complete the course again yesterday, in the same record as before."""
    HandSource.pages = [page(done(module, completed_at=clock.now - timedelta(days=1), **changes))]
    school.sync()
    school.drain()


def test_recompleted_course_renews_by_rule(
    yearly: Services, issued: CredentialView, orders: list[IssueOrder], clock: Clock
) -> None:
    clock.forward(days=330)
    recomplete(yearly, clock)
    old, new = yearly.credentials_of(issued.learner_id)[::-1]
    assert (old.status.status, old.status.reason, old.replaced_by) == ("superseded", "renewed", new.id)
    assert new.valid_until == (clock.now - timedelta(days=1)).replace(year=2028)
    assert orders[-1].supersedes == old.urn
    assert (old.completed_at, new.completed_at) == (NOW - timedelta(days=3), clock.now - timedelta(days=1))
    assert "är förnyat" in HandCourier.parcels[-1].subject
    assert actions(yearly) == ["issue", "renew"]


def test_same_recompletion_renews_once(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=330)
    recomplete(yearly, clock)
    yearly.sync()
    assert (yearly.drain().credentials, len(yearly.all_credentials())) == (0, 2)


@pytest.mark.parametrize("days", [0, -1])
def test_same_or_earlier_date_renews_nothing(yearly: Services, issued: CredentialView, days: int) -> None:
    HandSource.pages = [page(done("course:1", completed_at=NOW - timedelta(days=3) + timedelta(days=days)))]
    yearly.sync()
    yearly.drain()
    assert statuses(yearly) == {issued.id: "active"}


def test_recompletion_that_lengthens_nothing_is_left(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    recomplete(yearly, clock)  # a year from then is before a year from the issue
    assert statuses(yearly) == {issued.id: "active"}


def test_entry_without_end_is_not_renewed(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    clock.forward(days=400)
    recomplete(school, clock)
    assert list(statuses(school).values()) == ["active"]


def test_expired_is_renewed_and_stays_expired(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=400)
    recomplete(yearly, clock)
    new_id = yearly.credential(issued.learner_id, issued.id).replaced_by
    assert statuses(yearly) == {issued.id: "expired", new_id: "active"}
    assert actions(yearly) == ["expire", "issue", "renew"]


def test_recompletion_after_revocation_waits_for_teacher(
    yearly: Services, issued: CredentialView, clock: Clock, orders: list[IssueOrder]
) -> None:
    yearly.revoke_credential(issued.id, "Fusk.", "Rektor")
    clock.forward(days=330)
    recomplete(yearly, clock)
    (waiting,) = yearly.awards(AwardState.PROPOSED)
    assert (waiting["round"], len(orders)) == (2, 1)
    yearly.decide_award(waiting["id"], approve=True, by="Lärare")
    yearly.drain()
    assert sorted(statuses(yearly).values()) == ["active", "revoked"]
    assert orders[-1].supersedes is None


def test_rejected_renewal_is_not_proposed_again(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    yearly.revoke_credential(issued.id, "Fusk.", "Rektor")
    clock.forward(days=330)
    recomplete(yearly, clock)
    (waiting,) = yearly.awards(AwardState.PROPOSED)
    yearly.decide_award(waiting["id"], approve=False, by="Lärare", reason="Nej.")
    yearly.sync()
    assert yearly.awards(AwardState.PROPOSED) == []


def test_one_of_two_parts_renews_nothing(yearly: Services, clock: Clock, school_folder: Path) -> None:
    """The teacher's entry asks for two courses; it has no end here, so it is given one."""
    change_entry(school_folder, "verktygsvana", valid_months=12)
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    yearly.sync()
    yearly.decide_award(yearly.awards()[0]["id"], approve=True, by="Lärare")
    yearly.drain()
    clock.forward(days=330)
    recomplete(yearly, clock, "course:2")
    assert [award["round"] for award in yearly.awards()] == [1]
    recomplete(yearly, clock, "course:3")
    assert [(award["round"], award["state"]) for award in yearly.awards()] == [(2, "proposed"), (1, "approved")]


def test_decision_renews_from_today(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=100)
    yearly.renew_credential(issued.id, "Rektor Test")
    yearly.drain()
    new = next(view for view in yearly.all_credentials() if view.id != issued.id)
    assert (new.valid_until, new.completed_at) == (clock.now.replace(year=2028), issued.completed_at)
    assert (new.assessed_by, statuses(yearly)[issued.id]) == (None, "superseded")
    assert [award["state"] for award in yearly.awards()] == ["approved", "approved"]


def test_decision_approves_waiting_renewal(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=300)
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    recomplete(yearly, clock)
    assert len(yearly.awards(AwardState.PROPOSED)) == 1
    yearly.renew_credential(issued.id, "Rektor")
    yearly.drain()
    assert sorted(statuses(yearly).values()) == ["active", "superseded"]


def test_second_renewal_is_refused(yearly: Services, issued: CredentialView) -> None:
    yearly.renew_credential(issued.id, "Rektor")
    with pytest.raises(UserError, match="being renewed already"):
        yearly.renew_credential(issued.id, "Rektor")
    yearly.drain()
    with pytest.raises(UserError, match="already superseded"):
        yearly.renew_credential(issued.id, "Rektor")


def test_correction_before_renewal_is_what_it_replaces(
    yearly: Services, issued: CredentialView, orders: list[IssueOrder]
) -> None:
    yearly.renew_credential(issued.id, "Rektor")
    yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    yearly.drain()
    assert orders[-1].supersedes == orders[-2].urn
    assert sorted(statuses(yearly).values()) == ["active", "superseded", "superseded"]


def test_reminders_come_once_each(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    subjects = []
    for days in (300, 10, 1, 40, 1):
        clock.forward(days=days)
        subjects.append((yearly.look_at_calendar().reminded, yearly.drain().mails))
    assert subjects == [(0, 0), (1, 1), (0, 0), (1, 1), (0, 0)]
    assert "gäller till 2027-11-24" in HandCourier.parcels[-1].subject


def test_late_look_reminds_only_once(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=360)
    assert [yearly.look_at_calendar().reminded for _ in range(2)] == [1, 0]


def test_short_validity_is_not_reminded_at_once(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    yearly.settings = yearly.settings.model_copy(
        update={"renewal": yearly.settings.renewal.model_copy(update={"remind_days": (400, 14)})}
    )
    assert yearly.look_at_calendar().reminded == 0
    clock.forward(days=355)
    assert yearly.look_at_calendar().reminded == 1


def test_past_day_is_expired_and_told(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=370)
    assert [yearly.look_at_calendar().expired for _ in range(2)] == [1, 0]
    yearly.drain()
    view = yearly.credential(issued.learner_id, issued.id)
    assert (view.status.status, view.status.changed_at) == ("expired", issued.valid_until)
    assert "har gått ut" in HandCourier.parcels[-1].subject


def test_suspended_is_not_expired_by_calendar(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    clock.forward(days=370)
    assert yearly.look_at_calendar().expired == 0
    yearly.reinstate_credential(issued.id, "Rektor")
    assert yearly.look_at_calendar().expired == 1


def test_due_ones_are_listed_until_renewed(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    assert yearly.due_renewals() == []
    clock.forward(days=310)
    assert [view.id for view in yearly.due_renewals()] == [issued.id]
    clock.forward(days=70)
    yearly.look_at_calendar()
    assert [view.status.status for view in yearly.due_renewals()] == ["expired"]
    yearly.renew_credential(issued.id, "Rektor")
    yearly.drain()
    assert yearly.due_renewals() == []
