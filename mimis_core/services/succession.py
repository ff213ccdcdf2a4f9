"""One credential in the place of another: in one transaction, with the deliveries that the learner had permitted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mimis_core.errors import TemporaryError
from mimis_core.model import CredentialStatus
from mimis_core.services.orders import OrderServices, Plan
from mimis_core.store.tables import AwardRow, CredentialRow, DeliveryRow

REPLACEABLE = (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED, CredentialStatus.EXPIRED)
"""What a newer credential may be issued in the place of; what was revoked has no successor."""


class SuccessionServices(OrderServices):
    """Replaces credentials."""

    def _predecessor(self, session: Session, award: AwardRow) -> CredentialRow | None:
        """What an award's first credential will replace: nothing, unless it is a renewal of one not revoked."""
        before = self._latest_credential(session, award) if award.round > 1 else None
        return before if before is not None and before.status in REPLACEABLE else None

    def _step_aside(self, session: Session, plan: Plan, reason: str) -> CredentialRow | None:
        """Let the old credential make room, so that at most one lives; None when the new one replaces nothing.

        One that has expired stays expired. Raises TemporaryError when it has changed since the plan was made: another
        worker was faster, and a new plan says what is right now.
        """
        if plan.replaces is None:
            return None
        old = session.get(CredentialRow, plan.replaces, with_for_update=True, populate_existing=True)
        if old is None or old.status not in REPLACEABLE or old.id in self._successors(session, [old]):
            raise TemporaryError("The credential to replace has changed meanwhile.", mend="Try again.")
        if self._status(old).status is not CredentialStatus.EXPIRED:
            self._mark(old, CredentialStatus.SUPERSEDED, reason)
        elif old.status != CredentialStatus.EXPIRED:
            self._mark(old, CredentialStatus.EXPIRED, None)
            self._audit(session, "mimis", "credential.expire", old.id)
        session.flush()  # the database refuses a second live one
        return old

    def _mark(self, row: CredentialRow, status: CredentialStatus, reason: str | None) -> None:
        """Write a status, from now on; expiry counts from the day that stands in the document."""
        expired = status is CredentialStatus.EXPIRED and row.valid_until is not None
        row.status, row.status_reason = status, reason
        row.status_at = row.valid_until if expired and row.valid_until else self.clock()
        if status not in (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED):
            row.live_key = None

    def _carry_deliveries(self, session: Session, old: CredentialRow, new: CredentialRow) -> int:
        """Deposit the new credential wherever the learner let the old one go, under the same permission.

        A file in a wallet cannot be changed, so the old one stays there and the new one is put beside it. Mailboxes are
        left alone: the mail about the change has the way to the new file. Gives the number of wallets.
        """
        carried = 0
        for sent in self._rows(session, DeliveryRow, DeliveryRow.credential_id == old.id):
            if not self._is_mailbox(sent.courier) and sent.courier in self.settings.couriers:
                self._add_delivery(session, new, sent.permission_id, sent.courier, sent.to, sent.to_key)
                carried += 1
        return carried
