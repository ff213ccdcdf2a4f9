"""The second half of the main job, drained from the outbox: issue, deliver, mail. Each piece may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mimis_core.catalogue import check_achievement, passes
from mimis_core.errors import MimisError, PermanentError, TemporaryError, UserError
from mimis_core.model import (
    Achievement,
    Award,
    AwardState,
    CredentialStatus,
    IssueOrder,
    Parcel,
    Receipt,
    Sealed,
)
from mimis_core.pipeline import add_months, issue
from mimis_core.services.credentials import greeting, load_evidence, titles_of, to_sealed
from mimis_core.services.learners import to_learner
from mimis_core.services.messages import delivery_failed_mail, file_mail, received_mail
from mimis_core.services.sync import SyncServices
from mimis_core.store.tables import (
    AwardRow,
    CredentialRow,
    DeliveryRow,
    LearnerRow,
    MessageRow,
    OutboxRow,
    new_id,
)

BATCH = 100
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
"""Wait after the first failed attempt; four times as long after each further one, which bridges more than a day."""


@dataclass
class WorkDone:
    """What one drain did, and what now needs a person."""

    credentials: int = 0
    deliveries: int = 0
    mails: int = 0
    attention: int = 0
    postponed: int = 0


class WorkServices(SyncServices):
    """Takes leases on outbox rows and does what they ask for."""

    def drain(self) -> WorkDone:
        """Do all work that is due, in batches, until there is none left."""
        done = WorkDone()
        while jobs := self._claim():
            for job in jobs:
                self._do(job, done)
        return done

    def retry_attention(self) -> int:
        """Queue again everything that needs attention; gives how many."""
        with self._transaction() as session:
            rows = self._rows(session, OutboxRow, OutboxRow.state == "attention")
            for row in rows:
                row.state, row.attempts, row.not_before, row.reason = "queued", 0, self.clock(), None
            return len(rows)

    def attention(self) -> list[dict[str, str]]:
        """Work that has stopped and why, for administrators."""
        with self._transaction() as session:
            rows = self._rows(session, OutboxRow, OutboxRow.state == "attention")
            return [{"kind": row.kind, "ref": row.ref, "reason": row.reason or ""} for row in rows]

    def _claim(self) -> list[tuple[str, str, str]]:
        """Lease due rows; a lease that ran out belongs to a dead worker and is taken over."""
        now = self.clock()
        due = or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now)
        query = (
            select(OutboxRow)
            .where(OutboxRow.organisation == self.organisation, OutboxRow.state == "queued")
            .where(OutboxRow.not_before <= now, due)
            .order_by(OutboxRow.not_before, OutboxRow.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._transaction() as session:
            rows = list(session.scalars(query))
            for row in rows:
                row.lease_until = now + LEASE
            return [(row.id, row.kind, row.ref) for row in rows]

    def _do(self, job: tuple[str, str, str], done: WorkDone) -> None:
        job_id, kind, ref = job
        steps = {"issue": self._issue_award, "deliver": self._deliver, "mail": self._mail}
        try:
            fresh = steps[kind](ref)
        except TemporaryError as error:
            self._postpone(job_id, kind, ref, error, done)
        except MimisError as error:
            self._stop(job_id, kind, ref, error)
            done.attention += 1
        else:
            self._finish(job_id)
            counter = {"issue": "credentials", "deliver": "deliveries", "mail": "mails"}[kind]
            setattr(done, counter, getattr(done, counter) + int(fresh))

    # Issue -----------------------------------------------------------------------------------------------------

    def _issue_award(self, award_id: str) -> bool:
        """Build, seal and store one credential; False when the award has one already."""
        with self._transaction() as session:
            award = self._get(session, AwardRow, award_id, "award")
            learner = self._get(session, LearnerRow, award.learner_id, "learner")
            if self._rows(session, CredentialRow, CredentialRow.award_id == award_id):
                return False
            order, public_id = self._order(award, learner)
        sealed = issue(order, self._format, self._sealer, self._signer)
        with self._transaction() as session:
            row = self._store_credential(session, order, public_id, sealed)
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            self._audit(session, "mimis", "credential.issue", row.id)
            link = f"{self.settings.base_url}/me/credentials/{row.id}"
            subject, text = received_mail(
                self.settings.organisation, greeting(learner), titles_of(order.achievement), link
            )
            self._queue_mail(session, learner, f"received:{row.award_id}", subject, text, row.id)
            self._apply_rule(session, row, learner)
        return True

    def _order(self, award: AwardRow, learner: LearnerRow) -> tuple[IssueOrder, str]:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        if award.state != AwardState.APPROVED or learner.protected or achievement is None:
            raise PermanentError(
                f"Award {award.id} may not be issued now.",
                mend="It must be approved, its catalogue entry present, and the learner not protected.",
            )
        if not passes(check_achievement(achievement)):
            raise UserError(f"{achievement.ref} does not pass the six principles.", mend="See: mimis catalogue check")
        now, public_id = self.clock(), token_urlsafe(12)
        months = achievement.valid_months
        order = IssueOrder(
            urn=f"urn:credential:{UUID(new_id())}",
            award=_to_award(award),
            achievement=achievement,
            learner=to_learner(learner),
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            issued_at=now,
            valid_until=add_months(now, months) if months else None,
            status_url=f"{self.settings.base_url}/status/{public_id}",
            public_url=f"{self.settings.base_url}/c/{public_id}",
            show_birth_date=self.settings.show_birth_date,
        )
        return order, public_id

    def _store_credential(self, session: Session, order: IssueOrder, public_id: str, sealed: Sealed) -> CredentialRow:
        row = CredentialRow(
            id=new_id(),
            organisation=self.organisation,
            award_id=order.award.id,
            learner_id=order.learner.id,
            achievement=order.achievement.model_dump_json(),
            urn=order.urn,
            public_id=public_id,
            live_key=f"{order.learner.id}:{order.achievement.ref}",
            format=sealed.format,
            media_type=sealed.media_type,
            filename=sealed.filename,
            content=sealed.content,
            status=CredentialStatus.ACTIVE,
            status_at=order.issued_at,
            issued_at=order.issued_at,
            valid_until=order.valid_until,
        )
        session.add(row)
        session.flush()
        return row

    def _apply_rule(self, session: Session, credential: CredentialRow, learner: LearnerRow) -> None:
        """Queue the delivery that the school's recorded rule asks for; without a rule nothing is delivered."""
        rule = self.settings.delivery.rule
        if rule is None or not learner.email:
            return
        if rule.achievements and Achievement.model_validate_json(credential.achievement).id not in rule.achievements:
            return
        given_by = f"{rule.decided_by}, {rule.decided_on.isoformat()}"
        self._queue_delivery(session, credential, rule.courier, learner.email, "rule", given_by)

    # Deliver and mail ------------------------------------------------------------------------------------------

    def _deliver(self, delivery_id: str) -> bool:
        with self._transaction() as session:
            row = self._get(session, DeliveryRow, delivery_id, "delivery")
            if row.state == "sent":
                return False
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            if learner.protected:
                raise PermanentError("The learner is protected: nothing is sent.", mend="The officer takes over.")
            credential = self._get(session, CredentialRow, row.credential_id, "credential")
            achievement = Achievement.model_validate_json(credential.achievement)
            subject, text = file_mail(self.settings.organisation, greeting(learner), titles_of(achievement))
            parcel = Parcel(key=row.id, to=row.to, subject=subject, text=text, sealed=to_sealed(credential))
            courier = row.courier
        receipt = self._courier(courier).deliver(parcel)
        self._note_receipt(DeliveryRow, delivery_id, receipt)
        return not receipt.already

    def _mail(self, message_id: str) -> bool:
        with self._transaction() as session:
            row = self._get(session, MessageRow, message_id, "message")
            if row.state == "sent":
                return False
            if self._get(session, LearnerRow, row.learner_id, "learner").protected:
                raise PermanentError("The learner is protected: nothing is mailed.", mend="The officer takes over.")
            parcel = Parcel(key=row.key, to=row.to, subject=row.subject, text=row.text)
        self._note_receipt(MessageRow, message_id, self._courier("mail").deliver(parcel))
        return True

    def _note_receipt(self, table: type[DeliveryRow] | type[MessageRow], row_id: str, receipt: Receipt) -> None:
        with self._transaction() as session:
            row = self._get(session, table, row_id, "delivery")
            row.state, row.reason, row.reference, row.at = "sent", None, receipt.reference, self.clock()
            if isinstance(row, DeliveryRow):
                row.url = receipt.url
            self._audit(session, "mimis", f"{table.__tablename__}.sent", row_id)

    # Outcome of a job ------------------------------------------------------------------------------------------

    def _finish(self, job_id: str) -> None:
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job_id, "job")
            row.state, row.lease_until, row.reason = "done", None, None

    def _postpone(self, job_id: str, kind: str, ref: str, error: TemporaryError, done: WorkDone) -> None:
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job_id, "job")
            row.attempts += 1
            row.lease_until, row.reason = None, str(error)[:500]
            wait = FIRST_WAIT * 4 ** (row.attempts - 1)
            row.not_before = self.clock() + max(wait, timedelta(seconds=error.retry_after or 0))
            tired = row.attempts >= MOST_ATTEMPTS
        if tired:
            self._stop(job_id, kind, ref, error)
            done.attention += 1
        else:
            done.postponed += 1

    def _stop(self, job_id: str, kind: str, ref: str, error: MimisError) -> None:
        """Leave the job to a person, and tell the learner when it was her delivery."""
        reason = str(error)[:500]
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job_id, "job")
            row.state, row.lease_until, row.reason = "attention", None, reason
            self._audit(session, "mimis", f"{kind}.attention", ref)
            if kind == "deliver":
                self._note_failed_delivery(session, self._get(session, DeliveryRow, ref, "delivery"), reason)
            elif kind == "mail":
                message = self._get(session, MessageRow, ref, "message")
                message.state, message.reason = "attention", reason

    def _note_failed_delivery(self, session: Session, delivery: DeliveryRow, reason: str) -> None:
        delivery.state, delivery.reason = "attention", reason
        if delivery.courier == "mail":
            return
        learner = self._get(session, LearnerRow, delivery.learner_id, "learner")
        credential = self._get(session, CredentialRow, delivery.credential_id, "credential")
        achievement = Achievement.model_validate_json(credential.achievement)
        link = f"{self.settings.base_url}/me/credentials/{credential.id}"
        subject, text = delivery_failed_mail(
            self.settings.organisation, greeting(learner), titles_of(achievement), link
        )
        key = f"failed:{delivery.id}"
        if not self._rows(session, MessageRow, MessageRow.key == key):
            self._queue_mail(session, learner, key, subject, text, credential.id)


def _to_award(row: AwardRow) -> Award:
    return Award(
        id=row.id,
        learner_id=row.learner_id,
        achievement_id=row.achievement_id,
        achievement_version=row.achievement_version,
        state=AwardState(row.state),
        completed_at=row.completed_at,
        evidence=load_evidence(row),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
