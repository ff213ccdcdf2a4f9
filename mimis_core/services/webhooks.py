"""Webhooks: an employer's system is told, soon and by itself, what has changed about the shares made for it.

What is told follows from the record: whatever is audited about a share, or about a credential that one shows, is queued
in the same transaction for each address that wants it. Only ids and states are told. Shares without a name are told of
when they begin and end, and not when a credential changes, which would link two of them by the moment.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, NotFoundError, UserError
from mimis_core.model import Model
from mimis_core.services.partners import PartnerServices
from mimis_core.services.public_hosts import may_be_asked
from mimis_core.services.requests_once import Mark, RequestServices
from mimis_core.store.cipher import derive
from mimis_core.store.partner_tables import NoticeRow, WebhookRow
from mimis_core.store.tables import CredentialRow, ShareCredentialRow, ShareRow, new_id

CREATED, CHANGED, WITHDRAWN = "share.created", "share.changed", "share.withdrawn"
STATUS = "credential.status"
EVENTS = (CREATED, CHANGED, WITHDRAWN, STATUS)
"""What an employer can be told of."""
OF_SHARES = {"share.create": CREATED, "share.reveal": CHANGED, "share.withdraw": WITHDRAWN}
OF_CREDENTIALS = {
    "credential.suspend": (STATUS,),
    "credential.reinstate": (STATUS,),
    "credential.revoke": (STATUS,),
    "credential.expire": (STATUS,),
    "credential.renew": (STATUS,),
    "credential.reissue": (STATUS, CHANGED),
}
"""What follows from what is audited: a share shows a corrected credential in the place of the old one."""
WEBHOOK = "webhook"
"""Kind of the work that tells."""
WEBHOOKS = "webhooks"
"""Destination of that work: one for all, since a silent employer must not be waited for by another."""
MOST_WEBHOOKS = 10
"""Addresses of one employer."""
LONGEST_URL = 500
BOTH = timedelta(hours=24)
"""How long what is told is signed with the old secret beside a new one."""


class WebhookOrder(Model):
    """Where an employer wants to be told, and of which of :data:`EVENTS`."""

    url: str
    events: tuple[str, ...]


class Webhook(Model):
    """One address of an employer. ``state``: active, or stopped: no answer for a day, or one that wants no more."""

    id: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    state: Literal["active", "stopped"]


class NewWebhook(Model):
    """An address with its secret, which is shown here and nowhere else."""

    webhook: Webhook
    secret: str


class WebhookServices(PartnerServices, RequestServices):
    """Keeps the addresses of employers, and queues what they are told."""

    def add_webhook(self, partner_id: str, webhook_order: WebhookOrder, mark: Mark | None = None) -> NewWebhook:
        """Tell an employer at this address from now on. The same ``mark`` again gives what it gave before.

        Raises UserError with the code ``url`` for an address that is not public or not https, ``events``, ``too_many``,
        or ``idempotency_key``; NotFoundError for an employer that is not registered.
        """
        self._check_order(webhook_order)
        with self._transaction() as session:
            partner = self._registered(session, partner_id)
            made, is_new = self._once(session, f"webhook {partner_id}", mark)
            if not is_new:
                return self._shown(self._webhook(session, partner_id, made))
            if len(self._webhooks(session, partner_id)) >= MOST_WEBHOOKS:
                raise UserError("That are too many webhooks.", mend="Remove one first.", code="too_many")
            row = WebhookRow(
                id=made,
                organisation=self.organisation,
                partner_id=partner_id,
                url=webhook_order.url,
                events=" ".join(dict.fromkeys(webhook_order.events)),
                generation=1,
                created_at=self.clock(),
            )
            session.add(row)
            self._audit(session, partner.name, "webhook.add", row.id)
            return self._shown(row)

    def webhooks_of(self, partner_id: str) -> list[Webhook]:
        """An employer's addresses, oldest first."""
        with self.database.reading() as session:
            return [to_webhook(row) for row in self._webhooks(session, partner_id)]

    def renew_webhook_secret(self, partner_id: str, webhook_id: str) -> NewWebhook:
        """Give an address a new secret; for a day what is told is signed with both. One that had stopped goes on.

        Raises NotFoundError.
        """
        with self._transaction() as session:
            row = self._webhook(session, partner_id, webhook_id)
            row.generation, row.renewed_at, row.stopped_at = row.generation + 1, self.clock(), None
            self._audit(session, self._registered(session, partner_id).name, "webhook.renew", row.id)
            return self._shown(row)

    def remove_webhook(self, partner_id: str, webhook_id: str) -> None:
        """Tell nothing more at an address, from this moment. Raises NotFoundError."""
        with self._transaction() as session:
            row = self._webhook(session, partner_id, webhook_id)
            row.removed_at = self.clock()
            self._audit(session, self._registered(session, partner_id).name, "webhook.remove", row.id)

    def _audit(self, session: Session, actor: str, action: str, subject: str, **details: Any) -> None:
        """Record it as ever, and queue what employers are told of it."""
        super()._audit(session, actor, action, subject, **details)
        if action in OF_SHARES:
            self._notice_share(session, OF_SHARES[action], subject)
        elif action in OF_CREDENTIALS:
            self._notice_credential(session, OF_CREDENTIALS[action], subject)

    # What is told -----------------------------------------------------------------------------------------------

    def _notice_share(self, session: Session, event: str, share_id: str) -> None:
        share = session.get(ShareRow, share_id)
        if share is not None and share.partner_id is not None:
            for webhook in self._listening(session, [share.partner_id], event):
                self._queue_notice(session, webhook, share, event)

    def _notice_credential(self, session: Session, events: Sequence[str], credential_id: str) -> None:
        """For each open share that shows the credential, or the one of the same award that it was chosen as."""
        if not self._has_webhooks(session):
            return
        row = self._get(session, CredentialRow, credential_id, "credential")
        same = select(CredentialRow.id).where(CredentialRow.award_id == row.award_id)
        showing = select(ShareCredentialRow.share_id).where(ShareCredentialRow.credential_id.in_(same))
        is_open = ShareRow.withdrawn_at.is_(None), ShareRow.until >= self.clock().date()
        named = ShareRow.partner_id.is_not(None), ShareRow.anonymous.is_(False)
        shares = self._rows(session, ShareRow, ShareRow.id.in_(showing), *is_open, *named)
        for share in sorted(shares, key=lambda one: one.id):
            for event in events:
                about = (row.urn, row.status) if event == STATUS else (None, None)
                for webhook in self._listening(session, [share.partner_id or ""], event):
                    self._queue_notice(session, webhook, share, event, *about)

    def _queue_notice(
        self,
        session: Session,
        webhook: WebhookRow,
        share: ShareRow,
        event: str,
        urn: str | None = None,
        status: str | None = None,
    ) -> None:
        notice = NoticeRow(
            id=new_id(),
            organisation=self.organisation,
            webhook_id=webhook.id,
            share_id=share.id,
            event=event,
            urn=urn,
            status=status,
            at=self.clock(),
        )
        session.add(notice)
        self._enqueue(session, WEBHOOK, notice.id, WEBHOOKS)

    def _has_webhooks(self, session: Session) -> bool:
        mine = WebhookRow.organisation == self.organisation, WebhookRow.removed_at.is_(None)
        return session.scalar(select(WebhookRow.id).where(*mine).limit(1)) is not None

    def _listening(self, session: Session, partner_ids: Sequence[str], event: str) -> Iterator[WebhookRow]:
        active = WebhookRow.removed_at.is_(None), WebhookRow.stopped_at.is_(None)
        rows = self._rows(session, WebhookRow, WebhookRow.partner_id.in_(partner_ids), *active)
        return (row for row in sorted(rows, key=lambda one: one.id) if event in row.events.split())

    # The addresses ----------------------------------------------------------------------------------------------

    def _check_order(self, order: WebhookOrder) -> None:
        if not order.events or not set(order.events) <= set(EVENTS):
            raise UserError("A webhook is told of known events.", mend=f"Choose of: {', '.join(EVENTS)}", code="events")
        if len(order.url) > LONGEST_URL or not may_be_asked(order.url, self.settings.base_url):
            raise UserError("A webhook stands at a public https address.", mend="Give another one.", code="url")

    def _webhooks(self, session: Session, partner_id: str) -> list[WebhookRow]:
        mine = WebhookRow.partner_id == partner_id, WebhookRow.removed_at.is_(None)
        return sorted(self._rows(session, WebhookRow, *mine), key=lambda row: (row.created_at, row.id))

    def _webhook(self, session: Session, partner_id: str, webhook_id: str) -> WebhookRow:
        mine = WebhookRow.partner_id == partner_id, WebhookRow.removed_at.is_(None)
        rows = self._rows_in(session, WebhookRow, WebhookRow.id, [webhook_id], *mine)
        if not rows:
            raise NotFoundError("There is no such webhook.", code="unknown")
        return rows[0]

    def _shown(self, row: WebhookRow) -> NewWebhook:
        return NewWebhook(webhook=to_webhook(row), secret=self._secret_of(row.id, row.generation))

    def _secret_of(self, webhook_id: str, generation: int) -> str:
        """Derived, so that the database holds no secret. With another ``secret_key`` there are other secrets."""
        key = self.settings.secret_key
        if key is None:
            raise ConfigurationError("Webhooks need secret_key.", mend="Set secret_key in mimis.toml.")
        secret = derive(key.get_secret_value().encode(), f"webhook {webhook_id} {generation}")
        return "whsec_" + base64.b64encode(secret).decode()

    def _secrets_now(self, row: WebhookRow) -> list[str]:
        """The secrets that hold now, the newest first."""
        both = row.renewed_at is not None and row.renewed_at + BOTH > self.clock()
        generations = (row.generation, row.generation - 1) if both else (row.generation,)
        return [self._secret_of(row.id, one) for one in generations]


def to_webhook(row: WebhookRow) -> Webhook:
    """The row as its employer may see it."""
    return Webhook(
        id=row.id,
        url=row.url,
        events=tuple(row.events.split()),
        created_at=row.created_at,
        state="active" if row.stopped_at is None else "stopped",
    )
