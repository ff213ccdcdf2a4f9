"""The outbox: issue once, deliver only by permission, try again, stop visibly."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from mimis_core import CredentialStatus, PermanentError, TemporaryError, UserError
from mimis_core.services import Services
from mimis_core.settings import Delivery, DeliveryRule
from tests.school import Clock, HandCourier, HandSource, done, page, someone


@pytest.fixture
def issued(school: Services) -> Services:
    """A school with one issued credential and its mail sent."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school


def learner_id(school: Services) -> str:
    """The only learner."""
    return school.learners()[0][0].id


def test_approved_award_becomes_valid_credential(issued: Services) -> None:
    (sealed,) = issued.sealed_files()
    verdict = issued.verify(sealed.content, offline=True)
    assert [check.type for check in verdict.checks if check.status == "error"] == []
    assert verdict.verdict == "unknown"


def test_learner_is_told_once(issued: Services) -> None:
    issued.drain()
    assert [parcel.to for parcel in HandCourier.parcels] == ["asa1@demo.example"]
    assert "Du har fått en mikromerit" in HandCourier.parcels[0].subject


def test_nothing_is_delivered_without_permission(issued: Services) -> None:
    assert issued.deliveries() == []
    assert not [parcel for parcel in HandCourier.parcels if parcel.sealed]


def test_recorded_rule_delivers(school: Services) -> None:
    rule = DeliveryRule(courier="europass", decided_by="Rektor", decided_on=date(2026, 8, 1))
    school.settings = school.settings.model_copy(update={"delivery": Delivery(rule=rule)})
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    assert [view.state for view in school.deliveries()] == ["sent"]


def test_rule_is_recorded_as_its_decider_with_the_day_beside(school: Services) -> None:
    rule = DeliveryRule(courier="europass", decided_by="Rektor", decided_on=date(2026, 8, 1))
    school.settings = school.settings.model_copy(update={"delivery": Delivery(rule=rule)})
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    told = school.audit_of(school.all_credentials()[0].id)
    (rule_told,) = (one for one in told if one["action"] == "permission.delivery.rule")
    assert rule_told["name"] == "Rektor"
    assert rule_told["details"] == {"courier": "europass", "decided_on": "2026-08-01"}


def test_rule_for_other_entry_delivers_nothing(school: Services) -> None:
    rule = DeliveryRule(
        courier="europass", decided_by="Rektor", decided_on=date(2026, 8, 1), achievements=("verktygsvana",)
    )
    school.settings = school.settings.model_copy(update={"delivery": Delivery(rule=rule)})
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    assert school.deliveries() == []


def test_choice_of_learner_delivers_once(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    for _ in range(2):
        issued.request_delivery(view.learner_id, view.id, "europass", "asa@privat.example")
        issued.drain()
    assert [parcel.to for parcel in HandCourier.parcels if parcel.sealed] == ["asa@privat.example"]


def test_busy_wallet_is_tried_again_later(issued: Services, clock: Clock) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    HandCourier.errors = [TemporaryError("busy")]
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    assert issued.drain().postponed == 1
    assert issued.drain().deliveries == 0
    clock.forward(minutes=1)
    assert issued.drain().deliveries == 1


def test_lasting_fault_ends_with_person(issued: Services, clock: Clock) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    HandCourier.errors = [TemporaryError("busy") for _ in range(8)]
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    for _ in range(8):
        issued.drain()
        clock.forward(days=10)
    assert [job["kind"] for job in issued.attention()] == ["deliver"]


def test_refusal_stops_and_tells_learner(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    HandCourier.errors = [PermanentError("The wallet refused the file.")]
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    issued.drain()
    issued.drain()
    assert [one.state for one in issued.deliveries()] == ["attention"]
    assert "kunde inte skicka" in HandCourier.parcels[-1].subject


def test_retry_takes_stopped_work_up(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    HandCourier.errors = [PermanentError("no")]
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    issued.drain()
    assert issued.retry_attention() == 1
    issued.drain()
    assert [one.state for one in issued.deliveries()] == ["sent"]


def test_lease_of_dead_worker_is_taken_over(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    (job,) = school._claim()
    school._hand.drop(job)
    assert school.drain().credentials == 0
    clock.forward(minutes=11)
    assert school.drain().credentials == 1


def test_protected_after_approval_is_not_issued(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.protect_learner(learner_id(school), "officer")
    assert school.drain().attention == 1
    assert school.sealed_files() == []


def test_protected_learner_cannot_send(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.protect_learner(view.learner_id, "officer")
    with pytest.raises(UserError, match="protected"):
        issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")


def test_learner_without_address_gets_credential(school: Services) -> None:
    HandSource.pages = [page(done("course:1", someone("3", email=None)))]
    school.sync()
    work = school.drain()
    assert (work.credentials, work.mails, work.attention) == (1, 0, 0)


def test_one_bad_award_stops_no_other(school: Services) -> None:
    HandSource.pages = [page(done("course:1"), done("course:1", someone("2")))]
    school.sync()
    first = school.awards()[0]["learner"]
    school.protect_learner(first, "officer")
    work = school.drain()
    assert (work.credentials, work.attention) == (1, 1)


def test_revoked_credential_says_so(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.revoke_credential(view.id, "Fel person.", "Rektor")
    issued.drain()
    assert issued.public_credential(view.public_id).status.status is CredentialStatus.REVOKED
    assert "gäller inte längre" in HandCourier.parcels[-1].subject


def test_revoked_credential_is_not_issued_again(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.revoke_credential(view.id, "Fel person.", "Rektor")
    issued.sync()
    issued.drain()
    assert len(issued.sealed_files()) == 1


def test_second_revocation_is_refused(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.revoke_credential(view.id, "Fel.", "Rektor")
    with pytest.raises(UserError, match="already revoked"):
        issued.revoke_credential(view.id, "Fel.", "Rektor")


def crash_under_way(school: Services, kind: str, clock: Clock) -> None:
    """Let a worker begin a job of this kind and never come back."""
    job = next(job for job in school._claim() if job.kind == kind)
    with school._transaction() as session:
        school._begin(session, job)
    school._hand.drop(job)
    clock.forward(minutes=11)


def issue_alone(school: Services) -> None:
    """Do the first of the work, and not what follows from it."""
    (job,) = school._claim()
    assert list(school._issue([job])) == ["credentials"]


def test_interrupted_mail_is_not_sent_again(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    issue_alone(school)
    crash_under_way(school, "mail", clock)
    assert school.drain().attention == 1
    assert HandCourier.parcels == []


def test_doubtful_mail_goes_out_only_when_asked(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    issue_alone(school)
    crash_under_way(school, "mail", clock)
    school.drain()
    assert school.retry_attention() == 0
    assert school.retry_attention(doubtful=True) == 1
    assert school.drain().mails == 1


def test_interrupted_delivery_is_done_again(issued: Services, clock: Clock) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    crash_under_way(issued, "deliver", clock)
    assert issued.drain().deliveries == 1


def test_job_taken_by_another_worker_is_left(issued: Services, clock: Clock) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.request_delivery(view.learner_id, view.id, "europass", "a@b.example")
    (slow,) = issued._claim()
    issued._hand.drop(slow)
    clock.forward(minutes=11)
    issued.drain()
    assert issued._do(slow) is None
    assert len([parcel for parcel in HandCourier.parcels if parcel.sealed]) == 1


def test_author_of_rule_is_no_assessor(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    (sealed,) = issued.sealed_files()
    assert view.assessed_by is None
    assert "Rektor Test" not in sealed.content.decode()


def test_deciding_teacher_is_named_as_assessor(school: Services) -> None:
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    school.sync()
    (award,) = school.awards()
    assert award["name"] == "Åsa Öberg 1"
    school.decide_award(award["id"], approve=True, by="Lärare Lind")
    school.drain()
    assert "Lärare Lind" in school.sealed_files()[0].content.decode()


def test_reason_is_for_the_learner_alone(issued: Services) -> None:
    (view,) = issued.credentials_of(learner_id(issued))
    issued.revoke_credential(view.id, "Kim Andersson hade fel intyg.", "Rektor Test")
    claims = issued.signed_status(view.public_id).split(b".")[1]
    assert b"Kim" not in base64.urlsafe_b64decode(claims + b"==")
    assert issued.public_credential(view.public_id).status.reason is None
    assert issued.credential(view.learner_id, view.id).status.reason == "Kim Andersson hade fel intyg."
