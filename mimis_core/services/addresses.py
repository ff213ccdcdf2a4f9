"""Which addresses are a learner's: the one that her school's sources give, and private ones that she has confirmed."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mimis_core.services.base import ServicesBase
from mimis_core.store.contact_tables import ContactRow
from mimis_core.store.tables import LearnerRow


class AddressServices(ServicesBase):
    """Finds learners by address, and addresses by learner."""

    def mail_address(self, learner_id: str) -> str | None:
        """Where mails to a learner go; None when she has no address. Raises NotFoundError."""
        with self.database.reading() as session:
            return self._address_of(session, self._get(session, LearnerRow, learner_id, "learner"))

    def _address_of(self, session: Session, learner: LearnerRow) -> str | None:
        """Her main address: a private one where she chose it, or where it is all that there is."""
        private = self._confirmed(session, ContactRow.learner_id == learner.id)
        chosen = [row for row in private if row.main or not learner.email]
        best = max(chosen, key=lambda row: (row.main, row.at, row.id), default=None)
        return best.address if best else learner.email

    def _people_at(self, session: Session, address: str) -> list[tuple[LearnerRow, str]]:
        """Those whom an address lets in, by whichever of theirs it is; nobody with protected identity.

        With each the address as she or her school wrote it. Mail goes there and not to what was asked for: two texts
        that count as one address need not lead to one mailbox.
        """
        key = self.database.cipher.fingerprint(address)
        known = {row.learner_id: row.address for row in self._confirmed(session, ContactRow.address_key == key)}
        mine = LearnerRow.organisation == self.organisation, LearnerRow.protected.is_(False)
        query = select(LearnerRow).where(*mine, or_(LearnerRow.email_key == key, LearnerRow.id.in_(known)))
        return [(row, known.get(row.id) or row.email or address) for row in session.scalars(query)]

    def _confirmed(self, session: Session, condition: object) -> list[ContactRow]:
        return self._rows(session, ContactRow, condition, ContactRow.confirmed_at.is_not(None))
