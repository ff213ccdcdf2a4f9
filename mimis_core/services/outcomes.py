"""What becomes of a job that did not succeed: it is done later, or left to a person, and the learner is told."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from mimis_core.errors import MimisError, TemporaryError
from mimis_core.services.asked_pulls import PULL, AskedPullServices
from mimis_core.services.credentials import credential_titles, greeting
from mimis_core.services.destinations import LONGEST_WAIT, with_jitter
from mimis_core.services.events import EVENT, EventServices
from mimis_core.services.hand import Job
from mimis_core.services.leases import LeaseLostError
from mimis_core.services.messages import delivery_failed_mail
from mimis_core.services.reviews import ReviewServices
from mimis_core.services.telling import TellingServices
from mimis_core.services.webhooks import WEBHOOK
from mimis_core.store.tables import CredentialRow, DeliveryRow, LearnerRow, MessageRow, OutboxRow

_log = logging.getLogger("mimis.jobs")

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
"""Wait after the first failed attempt; four times as long after each further one, which bridges more than a day."""
FAULT = "fault"
"""Code of work that stopped by an error that nobody has foreseen."""
Outcome = str | None
"""What one job counts as, a name of :class:`WorkDone`; None for nothing new."""


class OutcomeServices(TellingServices, ReviewServices, EventServices, AskedPullServices):
    """Keeps how a job failed."""

    def _ended(self, job: Job, error: Exception) -> Outcome:
        """Keep how a job failed: later again, or a person must look."""
        try:
            if isinstance(error, LeaseLostError):
                return None
            if job.kind == EVENT and isinstance(error, MimisError) and not self._wait_again(job.ref):
                return None
            if isinstance(error, TemporaryError):
                return self._postpone(job, error)
            with self._transaction() as session:
                self._stop(session, self._held(session, job), error)
            return "attention"
        except LeaseLostError:
            return None

    def _postpone(self, job: Job, error: TemporaryError) -> Outcome:
        with self._transaction() as session:
            row = self._held(session, job)
            row.attempts += 1
            if row.attempts >= MOST_ATTEMPTS:
                self._stop(session, row, error)
                return "attention"
            row.state, row.lease, row.lease_until, row.reason = "queued", None, None, str(error)[:500]
            wait = with_jitter(FIRST_WAIT * 4 ** (row.attempts - 1))
            row.not_before = self.clock() + min(max(wait, timedelta(seconds=error.retry_after or 0)), LONGEST_WAIT)
            closes = self._note_failure(session, job.destination, error)
        if closes:
            # Only now: what is handed back must not be claimed by whoever cannot see yet that it is closed.
            self._lanes[job.destination or ""].closings += 1
        return "postponed"

    def _stop(self, session: Session, row: OutboxRow, error: Exception) -> None:
        """Leave a job to a person, and tell the learner when it was her delivery."""
        if isinstance(error, MimisError):
            reason, code = str(error)[:500], error.code
        else:
            # Its text is not ours, and may hold anything.
            reason, code = f"An unforeseen error stopped it ({type(error).__name__}). See the log.", FAULT
            _log.error("job %s stopped by an unforeseen %s", row.id, type(error).__name__, exc_info=error)
        row.state, row.lease, row.lease_until, row.reason, row.code = "attention", None, None, reason, code
        self._audit(session, "mimis", f"{row.kind}.attention", row.ref)
        delivery = session.get(DeliveryRow, row.ref) if row.kind == "deliver" else None
        message = session.get(MessageRow, row.ref) if row.kind == "mail" else None
        if delivery is not None:
            self._note_failed_delivery(session, delivery, reason)
        if message is not None:
            message.state, message.reason = "attention", reason
        if row.kind == WEBHOOK:
            self._stop_webhook(session, row.ref)
        if row.kind == PULL:
            self._pull_stops(session, row.ref, reason)

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
