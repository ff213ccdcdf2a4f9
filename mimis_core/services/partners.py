"""Registered employers: who may ask the partner API, by which secret or keys, and for what."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mimis_core.errors import AuthenticationError, NotFoundError, UserError
from mimis_core.services.base import ServicesBase
from mimis_core.services.views import NewPartner, Partner, PartnerKeys
from mimis_core.store.tables import PartnerRow, new_id

OVERLAP = timedelta(hours=24)
"""How long an old secret holds beside a new one, unless told otherwise."""


def to_partner(row: PartnerRow) -> Partner:
    """The row as others may see it, without hashes and keys."""
    return Partner(
        id=row.id,
        name=row.name,
        registration=row.registration,
        domain=row.domain,
        client_id=row.client_id,
        scopes=None if row.scopes is None else tuple(row.scopes.split()),
        signs=row.jwks is not None,
    )


class PartnerServices(ServicesBase):
    """Employers that this school or hub has registered."""

    def partners(self) -> list[Partner]:
        """Registered employers by name."""
        with self.database.reading() as session:
            rows = self._rows(session, PartnerRow, PartnerRow.removed_at.is_(None))
            return sorted(map(to_partner, rows), key=lambda partner: partner.name)

    def add_partner(
        self,
        name: str,
        registration: str,
        domain: str,
        *,
        partner_keys: PartnerKeys | None = None,
        scopes: Collection[str] | None = None,
    ) -> NewPartner:
        """Register an employer whose domain was proved. The secret is in the answer and nowhere else.

        With ``partner_keys`` it signs with those and gets no secret; ``scopes`` limits what its tokens are good for.
        Raises UserError when the organisation number is registered already.
        """
        with self._transaction() as session:
            known = PartnerRow.registration == registration, PartnerRow.removed_at.is_(None)
            if self._rows(session, PartnerRow, *known):
                raise UserError(
                    f"{registration} is registered already.", mend="For a new secret or new keys: mimis partners rotate"
                )
            row = PartnerRow(
                id=new_id(),
                organisation=self.organisation,
                name=name,
                registration=registration,
                domain=domain,
                client_id=secrets.token_hex(12),
                scopes=None if scopes is None else " ".join(scopes),
            )
            secret = self._renew_access(row, partner_keys)
            session.add(row)
            self._audit(session, "administrator", "partner.add", row.id, domain=domain)
            return NewPartner(partner=to_partner(row), client_secret=secret)

    def rotate_partner(
        self,
        partner_id: str,
        *,
        partner_keys: PartnerKeys | None = None,
        scopes: Collection[str] | None = None,
        overlap: timedelta = OVERLAP,
    ) -> NewPartner:
        """Give an employer a new secret, or other keys in the place of what it had.

        The secret that it had holds for the ``overlap``; keys that are replaced end at once, since a set of keys can
        hold old and new ones itself. Raises NotFoundError when unknown or removed.
        """
        with self._transaction() as session:
            row = self._registered(session, partner_id)
            row.old_secret_key, row.old_secret_until = row.secret_key, self.clock() + overlap
            if scopes is not None:
                row.scopes = " ".join(scopes)
            secret = self._renew_access(row, partner_keys)
            self._audit(session, "administrator", "partner.rotate", row.id, signs=row.jwks is not None)
            return NewPartner(partner=to_partner(row), client_secret=secret)

    def remove_partner(self, partner_id: str) -> None:
        """End an employer's access at once."""
        with self._transaction() as session:
            self._get(session, PartnerRow, partner_id, "employer").removed_at = self.clock()
            self._audit(session, "administrator", "partner.remove", partner_id)

    def partner(self, client_id: str) -> Partner:
        """The employer of a client id. Raises NotFoundError when unknown or removed."""
        with self.database.reading() as session:
            return to_partner(self._by_client(session, client_id))

    def authenticate_partner(self, client_id: str, client_secret: str) -> Partner:
        """The employer that these belong to. Raises AuthenticationError, the same for a wrong id and a wrong secret."""
        given = self.database.cipher.token_hash(client_secret)
        with self.database.reading() as session:
            rows = self._clients(session, client_id)
            good = [secrets.compare_digest(one, given) for row in rows for one in self._secrets_of(row)]
            if not any(good):
                raise AuthenticationError("Client id or secret is wrong.", mend="Ask the school for a new secret.")
            return to_partner(rows[0])

    def keys_of_partner(self, client_id: str) -> tuple[PartnerKeys, datetime]:
        """Public keys that an employer signs with, and when they were read. Raises NotFoundError when it has none."""
        with self.database.reading() as session:
            row = self._by_client(session, client_id)
            if row.jwks is None or row.jwks_at is None:
                raise NotFoundError("The employer signs with no keys.", code="unknown")
            return PartnerKeys(jwks=row.jwks, url=row.jwks_url), row.jwks_at

    def keep_keys_of_partner(self, client_id: str, jwks: str | None) -> None:
        """Keep what an employer's address of keys gave; None when it gave nothing: it is not asked again for a while.

        Raises NotFoundError.
        """
        with self._transaction() as session:
            row = self._by_client(session, client_id)
            row.jwks_at = self.clock()
            if jwks is not None and row.jwks is not None and jwks != row.jwks:
                row.jwks = jwks
                self._audit(session, row.name, "partner.keys", row.id)

    def _renew_access(self, row: PartnerRow, partner_keys: PartnerKeys | None) -> str | None:
        """Let it in by these keys, or by a new secret, which is given; what it had before is forgotten."""
        secret = None if partner_keys else secrets.token_urlsafe(32)
        row.secret_key = None if secret is None else self.database.cipher.token_hash(secret)
        row.jwks, row.jwks_url = (partner_keys.jwks, partner_keys.url) if partner_keys else (None, None)
        row.jwks_at = self.clock() if partner_keys else None
        return secret

    def _registered(self, session: Session, partner_id: str) -> PartnerRow:
        """The employer's row. Raises NotFoundError when unknown or removed."""
        row = self._get(session, PartnerRow, partner_id, "employer")
        if row.removed_at is not None:
            raise NotFoundError("There is no such employer here.", code="unknown")
        return row

    def _secrets_of(self, row: PartnerRow) -> Iterator[str]:
        if row.secret_key is not None:
            yield row.secret_key
        if row.old_secret_key is not None and row.old_secret_until is not None and row.old_secret_until > self.clock():
            yield row.old_secret_key

    def _clients(self, session: Session, client_id: str) -> list[PartnerRow]:
        return self._rows_in(session, PartnerRow, PartnerRow.client_id, [client_id], PartnerRow.removed_at.is_(None))

    def _by_client(self, session: Session, client_id: str) -> PartnerRow:
        rows = self._clients(session, client_id)
        if not rows:
            raise NotFoundError("There is no such employer here.", code="unknown")
        return rows[0]
