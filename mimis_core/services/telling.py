"""Telling employers at their webhooks: queued work like any other, tried again for more than a day, then stopped."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mimis_core.errors import MimisError, TemporaryError
from mimis_core.services.hand import Job
from mimis_core.services.leases import LeaseServices
from mimis_core.services.public_hosts import may_be_asked
from mimis_core.services.webhook_signature import signature_headers
from mimis_core.services.webhooks import WEBHOOK, WITHDRAWN, WebhookServices
from mimis_core.store.partner_tables import NoticeRow, WebhookRow
from mimis_core.store.tables import LearnerRow, OutboxRow, PartnerRow, ShareRow

TIMEOUT = (5.0, 10.0)
"""Seconds to connect and between two bytes: whoever has taken a message says so at once."""
GONE = 410
"""Says that nothing is wanted any more (Standard Webhooks)."""


@dataclass(frozen=True)
class Message:
    """What is sent: where to, the body, and what signs it."""

    id: str
    url: str
    secrets: tuple[str, ...]
    body: bytes


class TellingServices(LeaseServices, WebhookServices):
    """Sends what is queued for webhooks."""

    def _tell_webhook(self, job: Job) -> str | None:
        with self._transaction() as session:
            row = self._held(session, job)
            message = self._message(session, job.ref, again=row.attempts > 0)
            if message is None:
                self._finish(session, [job])
                return None
            row.state, row.lease_until = "doing", self.clock() + self._lease
        wanted = self._post(message)
        with self._transaction() as session:
            notice = self._get(session, NoticeRow, job.ref, "notice")
            webhook = self._get(session, WebhookRow, notice.webhook_id, "webhook")
            session.refresh(webhook, with_for_update=True)  # before any work: two that are answered 410 take turns
            self._finish(session, [job])
            notice.sent_at, webhook.stopped_at = self.clock(), None if wanted else self.clock()
            if not wanted:
                self._finish_waiting(session, webhook.id)
        return "webhooks"

    def _message(self, session: Session, notice_id: str, *, again: bool) -> Message | None:
        """What is to be sent; None when nothing is any more, as when another has found meanwhile that nobody answers.

        Of a person who has been marked as protected since, and to an employer that has been removed, only that a share
        has ended is told: that names nobody and is what has her data removed.
        """
        notice = self._get(session, NoticeRow, notice_id, "notice")
        webhook = self._get(session, WebhookRow, notice.webhook_id, "webhook")
        share = self._get(session, ShareRow, notice.share_id, "share")
        protected = self._get(session, LearnerRow, share.learner_id, "learner").protected
        removed = self._get(session, PartnerRow, webhook.partner_id, "employer").removed_at is not None
        given_up = again and webhook.stopped_at is not None
        if given_up or webhook.removed_at is not None or ((protected or removed) and notice.event != WITHDRAWN):
            return None
        data = {"share": notice.share_id, "credential": notice.urn, "status": notice.status}
        told = {
            "id": notice.id,
            "type": notice.event,
            "timestamp": notice.at.isoformat(),
            "data": {name: value for name, value in data.items() if value is not None},
        }
        return Message(notice.id, webhook.url, tuple(self._secrets_now(webhook)), json.dumps(told).encode())

    def _post(self, message: Message) -> bool:
        """Send it; gives whether anything more is wanted there. Raises TemporaryError when it was not taken."""
        from mimis_core.http import Client  # what only serves pages starts without it

        if not may_be_asked(message.url, self.settings.base_url):
            raise TemporaryError("The webhook's host is not public, or has no address now.", code="host")
        headers = signature_headers(message.secrets, message.id, int(self.clock().timestamp()), message.body)
        headers |= {"Content-Type": "application/json", "User-Agent": "mimis"}
        with closing(Client(message.url, system="The employer's webhook", retries=0, timeout=TIMEOUT)) as client:
            try:
                # The body of the answer is nothing to us, and may be without end: it is not read.
                with client.ask(
                    "POST", message.url, data=message.body, headers=headers, allow_redirects=False, stream=True
                ) as answer:
                    code, refused = answer.status_code, client.error(answer)
            except TemporaryError as error:
                raise TemporaryError(error.message, mend=error.mend, code="silent") from None
        if code != GONE and not 200 <= code < 300:
            raise _again(code, refused)
        return code != GONE

    def _finish_waiting(self, session: Session, webhook_id: str) -> None:
        """Mark all that waits for an address as done, whoever has it in hand: nothing more is wanted there."""
        unsent = select(NoticeRow.id).where(NoticeRow.webhook_id == webhook_id, NoticeRow.sent_at.is_(None))
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.organisation == self.organisation, OutboxRow.kind == WEBHOOK)
            .where(OutboxRow.ref.in_(unsent))
            .values(state="done", lease=None, lease_until=None, reason=None, code=None)
            .execution_options(synchronize_session=False)
        )

    def _stop_webhook(self, session: Session, notice_id: str) -> None:
        """Queue nothing more for an address where nobody has answered for a day."""
        notice = self._get(session, NoticeRow, notice_id, "notice")
        webhook = self._get(session, WebhookRow, notice.webhook_id, "webhook")
        if webhook.stopped_at is None:
            webhook.stopped_at = self.clock()
            self._audit(session, "mimis", "webhook.stop", webhook.id)


def _again(code: int, refused: MimisError) -> TemporaryError:
    """An error with a code: it is this employer's, and the others are told meanwhile."""
    return TemporaryError(
        f"The employer's webhook answered {code}.",
        mend="Ask the employer's integrator; mimis tries again.",
        code=str(code),
        retry_after=getattr(refused, "retry_after", None),
    )
