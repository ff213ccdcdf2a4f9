"""The second half of the main job, drained from the outbox: issue, deliver, mail, follow. All may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mimis_core.errors import MimisError, PermanentError, TemporaryError
from mimis_core.model import Parcel, Receipt
from mimis_core.services.credentials import TAKEN_BACK, credential_titles, greeting, to_sealed
from mimis_core.services.events import EVENT, EventServices
from mimis_core.services.messages import delivery_failed_mail, file_mail
from mimis_core.services.reviews import ReviewServices
from mimis_core.store.tables import CredentialRow, DeliveryRow, LearnerRow, MessageRow, OutboxRow

BATCH = 100
TOGETHER = 20
"""Credentials that are stored in one transaction; as many may have to be built again after a crash."""
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
"""Wait after the first failed attempt; four times as long after each further one, which bridges more than a day."""


DOUBT = "doubt"
"""Code of a mail of which nobody knows whether it went out; mail couriers use it too."""


@dataclass(frozen=True)
class Job:
    """One leased outbox row. ``interrupted``: a worker had begun it and never came back."""

    id: str
    kind: str
    ref: str
    interrupted: bool
    lease: datetime


@dataclass
class WorkDone:
    """What one drain did, and what now needs a person."""

    credentials: int = 0
    deliveries: int = 0
    mails: int = 0
    events: int = 0
    attention: int = 0
    postponed: int = 0


class WorkServices(ReviewServices, EventServices):
    """Takes leases on outbox rows and does what they ask for."""

    def drain(self) -> WorkDone:
        """Do all work that is due, in batches, until there is none left."""
        done = WorkDone()
        while jobs := self._claim():
            issuing = [job for job in jobs if job.kind == "issue"]
            for start in range(0, len(issuing), TOGETHER):
                self._issue(issuing[start : start + TOGETHER], done)
            for job in jobs:
                if job.kind != "issue":
                    self._do(job, done)
        return done

    def retry_attention(self, *, doubtful: bool = False) -> int:
        """Queue again what needs attention; gives how many.

        Mails of which nobody knows whether they went out are left alone unless ``doubtful``: they could go out twice.
        """
        with self._transaction() as session:
            rows = self._rows(session, OutboxRow, OutboxRow.state == "attention")
            chosen = [row for row in rows if doubtful or row.code != DOUBT]
            for row in chosen:
                row.state, row.attempts, row.not_before = "queued", 0, self.clock()
                row.reason = row.code = None
            return len(chosen)

    def attention(self) -> list[dict[str, str]]:
        """Work that has stopped and why, for administrators."""
        with self._transaction() as session:
            rows = self._rows(session, OutboxRow, OutboxRow.state == "attention")
            return [{"kind": row.kind, "ref": row.ref, "reason": row.reason or ""} for row in rows]

    def _claim(self) -> list[Job]:
        """Lease due rows; a lease that ran out belongs to a dead worker and is taken over."""
        now = self.clock()
        free = or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now)
        query = (
            select(OutboxRow)
            .where(OutboxRow.organisation == self.organisation, OutboxRow.state.in_(("queued", "doing")))
            .where(OutboxRow.not_before <= now, free)
            .order_by(OutboxRow.not_before, OutboxRow.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._transaction() as session:
            rows = list(session.scalars(query))
            for row in rows:
                row.lease_until = now + LEASE
            return [Job(row.id, row.kind, row.ref, row.state == "doing", now + LEASE) for row in rows]

    def _issue(self, jobs: list[Job], done: WorkDone) -> None:
        """Issue some credentials. Storing is one transaction and needs no mark: what was not stored is made again."""
        outcomes = self._issue_awards([job.ref for job in jobs])
        for job in jobs:
            outcome = outcomes[job.ref]
            if isinstance(outcome, MimisError):
                self._fail(job, outcome, done)
            else:
                done.credentials += int(outcome)

    def _do(self, job: Job, done: WorkDone) -> None:
        if job.kind == "issue":
            self._issue([job], done)
            return
        try:
            # What leaves the house is marked before it goes.
            if not self._begin(job):
                return
            if job.kind == "deliver":
                done.deliveries += int(self._deliver(job))
            elif job.kind == EVENT:
                self._follow(job.ref)
                done.events += 1
            else:
                done.mails += int(self._mail(job))
        except MimisError as error:
            self._fail(job, error, done)

    def _fail(self, job: Job, error: MimisError, done: WorkDone) -> None:
        if job.kind == EVENT and not self._wait_again(job.ref):
            return
        if isinstance(error, TemporaryError):
            self._postpone(job, error, done)
        else:
            self._stop(job, error)
            done.attention += 1

    def _begin(self, job: Job) -> bool:
        """Mark a job as under way with a lease of its own; False when another worker has taken it since.

        Raises PermanentError for a mail that a dead worker had under way: a mailbox cannot be asked, and two mails
        are worse than a question to the administrator.
        """
        if job.interrupted and self._is_mail(job):
            raise PermanentError(
                "A worker ended while this mail was under way: nobody knows whether it went out.",
                mend="Ask the learner; send it again with: mimis retry --doubtful",
                code=DOUBT,
            )
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job.id, "job")
            if row.lease_until != job.lease:
                return False
            row.state, row.lease_until = "doing", self.clock() + LEASE
            return True

    def _is_mail(self, job: Job) -> bool:
        if job.kind in ("mail", EVENT):
            return job.kind == "mail"
        with self._transaction() as session:
            name = self._get(session, DeliveryRow, job.ref, "delivery").courier
        return self._is_mailbox(name)

    # Deliver and mail ------------------------------------------------------------------------------------------

    def _deliver(self, job: Job) -> bool:
        with self._transaction() as session:
            row = self._get(session, DeliveryRow, job.ref, "delivery")
            if row.state == "sent":
                self._finish(session, job)
                return False
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            if learner.protected:
                raise PermanentError("The learner is protected: nothing is sent.", mend="The officer takes over.")
            credential = self._get(session, CredentialRow, row.credential_id, "credential")
            if credential.status in TAKEN_BACK:
                row.state, row.reason, row.at = "cancelled", credential.status, self.clock()
                self._audit(session, "mimis", "delivery.cancelled", row.id)
                self._finish(session, job)
                return False
            subject, text = file_mail(self.settings.organisation, greeting(learner), credential_titles(credential))
            parcel = Parcel(key=row.id, to=row.to, subject=subject, text=text, sealed=to_sealed(credential))
            courier = row.courier
        receipt = self._courier(courier).deliver(parcel)
        self._note_receipt(DeliveryRow, job, receipt)
        return not receipt.already

    def _mail(self, job: Job) -> bool:
        with self._transaction() as session:
            row = self._get(session, MessageRow, job.ref, "message")
            if row.state == "sent":
                self._finish(session, job)
                return False
            if self._get(session, LearnerRow, row.learner_id, "learner").protected:
                raise PermanentError("The learner is protected: nothing is mailed.", mend="The officer takes over.")
            parcel = Parcel(key=row.key, to=row.to, subject=row.subject, text=row.text)
        self._note_receipt(MessageRow, job, self._courier("mail").deliver(parcel))
        return True

    def _note_receipt(self, table: type[DeliveryRow] | type[MessageRow], job: Job, receipt: Receipt) -> None:
        with self._transaction() as session:
            self._finish(session, job)
            row = self._get(session, table, job.ref, "delivery")
            row.state, row.reason, row.reference, row.at = "sent", None, receipt.reference, self.clock()
            if isinstance(row, DeliveryRow):
                row.url = receipt.url
            self._audit(session, "mimis", f"{table.__tablename__}.sent", job.ref)

    # Outcome of a job ------------------------------------------------------------------------------------------

    def _finish(self, session: Session, job: Job) -> None:
        """Mark a job as done, in the very transaction that keeps what it did."""
        done = {"state": "done", "lease_until": None, "reason": None}
        session.execute(update(OutboxRow).where(OutboxRow.id == job.id).values(done))

    def _postpone(self, job: Job, error: TemporaryError, done: WorkDone) -> None:
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job.id, "job")
            row.attempts += 1
            row.state, row.lease_until, row.reason = "queued", None, str(error)[:500]
            wait = FIRST_WAIT * 4 ** (row.attempts - 1)
            row.not_before = self.clock() + max(wait, timedelta(seconds=error.retry_after or 0))
            tired = row.attempts >= MOST_ATTEMPTS
        if tired:
            self._stop(job, error)
            done.attention += 1
        else:
            done.postponed += 1

    def _stop(self, job: Job, error: MimisError) -> None:
        """Leave the job to a person, and tell the learner when it was her delivery."""
        reason = str(error)[:500]
        with self._transaction() as session:
            row = self._get(session, OutboxRow, job.id, "job")
            row.state, row.lease_until, row.reason, row.code = "attention", None, reason, error.code
            self._audit(session, "mimis", f"{job.kind}.attention", job.ref)
            if job.kind == "deliver":
                self._note_failed_delivery(session, self._get(session, DeliveryRow, job.ref, "delivery"), reason)
            elif job.kind == "mail":
                message = self._get(session, MessageRow, job.ref, "message")
                message.state, message.reason = "attention", reason

    def _note_failed_delivery(self, session: Session, delivery: DeliveryRow, reason: str) -> None:
        delivery.state, delivery.reason = "attention", reason
        if delivery.courier == "mail":
            return
        learner = self._get(session, LearnerRow, delivery.learner_id, "learner")
        credential = self._get(session, CredentialRow, delivery.credential_id, "credential")
        titles, link = credential_titles(credential), self._link(credential)
        subject, text = delivery_failed_mail(self.settings.organisation, greeting(learner), titles, link)
        key = f"failed:{delivery.id}"
        if not self._rows(session, MessageRow, MessageRow.key == key):
            self._queue_mail(session, learner, key, subject, text, credential.id)
