"""Registered employers: who may ask the partner API, and under which secret."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from mimis_core.errors import AuthenticationError, NotFoundError, UserError
from mimis_core.services.base import ServicesBase
from mimis_core.services.views import NewPartner, Partner
from mimis_core.store.tables import PartnerRow, new_id


def to_partner(row: PartnerRow) -> Partner:
    """The row as others may see it, without the secret's hash."""
    return Partner(id=row.id, name=row.name, registration=row.registration, domain=row.domain, client_id=row.client_id)


class PartnerServices(ServicesBase):
    """Employers that this school or hub has registered."""

    def partners(self) -> list[Partner]:
        """Registered employers by name."""
        with self.database.reading() as session:
            rows = self._rows(session, PartnerRow, PartnerRow.removed_at.is_(None))
            return sorted(map(to_partner, rows), key=lambda partner: partner.name)

    def add_partner(self, name: str, registration: str, domain: str) -> NewPartner:
        """Register an employer whose domain was proved. The secret is in the answer and nowhere else.

        Raises UserError when the organisation number is registered already.
        """
        secret = secrets.token_urlsafe(32)
        with self._transaction() as session:
            known = PartnerRow.registration == registration, PartnerRow.removed_at.is_(None)
            if self._rows(session, PartnerRow, *known):
                raise UserError(f"{registration} is registered already.", mend="Remove it first for a new secret.")
            row = PartnerRow(
                id=new_id(),
                organisation=self.organisation,
                name=name,
                registration=registration,
                domain=domain,
                client_id=secrets.token_hex(12),
                secret_key=self.database.cipher.token_hash(secret),
            )
            session.add(row)
            self._audit(session, "administrator", "partner.add", row.id, domain=domain)
            return NewPartner(partner=to_partner(row), client_secret=secret)

    def remove_partner(self, partner_id: str) -> None:
        """End an employer's access at once."""
        with self._transaction() as session:
            self._get(session, PartnerRow, partner_id, "employer").removed_at = self.clock()
            self._audit(session, "administrator", "partner.remove", partner_id)

    def partner(self, client_id: str) -> Partner:
        """The employer of a client id. Raises NotFoundError when unknown or removed."""
        with self._transaction() as session:
            return to_partner(self._by_client(session, client_id))

    def authenticate_partner(self, client_id: str, client_secret: str) -> Partner:
        """The employer that these belong to. Raises AuthenticationError, the same for a wrong id and a wrong secret."""
        refused = AuthenticationError("Client id or secret is wrong.", mend="Ask the school for a new secret.")
        with self._transaction() as session:
            try:
                row = self._by_client(session, client_id)
            except NotFoundError:
                raise refused from None
            if not secrets.compare_digest(row.secret_key, self.database.cipher.token_hash(client_secret)):
                raise refused
            return to_partner(row)

    def _by_client(self, session: Session, client_id: str) -> PartnerRow:
        rows = self._rows(session, PartnerRow, PartnerRow.client_id == client_id, PartnerRow.removed_at.is_(None))
        if not rows:
            raise NotFoundError("There is no such employer here.", code="unknown")
        return rows[0]
