"""Passkeys of staff: what was asked, which public keys there are, and what an answer that was checked counts for.

The cryptography is the web layer's (W3C Web Authentication, level 3, sections 7.1 and 7.2); here is what must hold in
the database: each challenge counts once, each key is one person's, and its counter only grows.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, PermissionDeniedError, UserError
from mimis_core.model import Model
from mimis_core.services.staff_sessions import StaffSessionServices
from mimis_core.store.staff_tables import ChallengeRow, PasskeyRow

CHALLENGE_LIFE = timedelta(minutes=5)
PASSKEY = "passkey"
"""The way in by a passkey alone: it is something one has and, since it verifies its user, something else besides."""


class Passkey(Model):
    """One public key. ``key_id`` is its authenticator's id of it, ``uses`` the counter as it was last."""

    id: str
    staff_id: str
    key_id: str
    public_key: bytes
    uses: int
    at: datetime
    used_at: datetime | None = None


class PasskeyServices(StaffSessionServices):
    """Passkeys of one organisation's staff."""

    def new_challenge(self) -> bytes:
        """32 random bytes for an authenticator to sign within five minutes."""
        challenge = secrets.token_bytes(32)
        with self._transaction() as session:
            mine = ChallengeRow.organisation == self.organisation
            session.execute(delete(ChallengeRow).where(mine, ChallengeRow.expires < self.clock()))
            row = ChallengeRow(
                organisation=self.organisation,
                challenge_key=self._challenge_key(challenge),
                expires=self.clock() + CHALLENGE_LIFE,
            )
            session.add(row)
        return challenge

    def take_challenge(self, challenge: bytes) -> None:
        """Use a challenge up, before its answer is looked at. Raises PermissionDeniedError when it is not open."""
        mine = ChallengeRow.organisation == self.organisation, ChallengeRow.expires >= self.clock()
        query = delete(ChallengeRow).where(*mine, ChallengeRow.challenge_key == self._challenge_key(challenge))
        with self._transaction() as session:
            taken = session.execute(query.returning(ChallengeRow.id)).all()
        if not taken:
            raise PermissionDeniedError(
                "The question to the passkey is too old or was answered.", mend="Try again.", code="challenge"
            )

    def passkeys_of(self, staff_id: str) -> list[Passkey]:
        """Somebody's passkeys, oldest first."""
        with self.database.reading() as session:
            rows = self._rows(session, PasskeyRow, PasskeyRow.staff_id == staff_id)
            return [_to_passkey(row) for row in sorted(rows, key=lambda row: (row.at, row.id))]

    def passkey(self, key_id: str) -> Passkey:
        """The passkey that an authenticator names. Raises NotFoundError."""
        with self.database.reading() as session:
            return _to_passkey(self._passkey_row(session, key_id))

    def add_passkey(self, token: str, key_id: str, public_key: bytes, uses: int) -> None:
        """Keep a new key of her who is signed in; that she made it proves that it is she.

        Raises NotFoundError and PermissionDeniedError as :meth:`allow_new_way`, and UserError for a key that is known.
        """
        with self._transaction() as session:
            row, _ = self._locked_session(session, token)
            self._allow_new_way(session, row)
            if self._rows(session, PasskeyRow, PasskeyRow.key_id == key_id):
                raise UserError("This passkey is known already.", mend="Use another one.")
            key = PasskeyRow(
                organisation=self.organisation,
                staff_id=row.staff_id,
                key_id=key_id,
                public_key=public_key,
                uses=uses,
                at=self.clock(),
            )
            session.add(key)
            session.flush()
            row.second_factor_at = self.clock()
            self._audit(session, row.staff_id, "passkey.add", key.id)

    def remove_passkey(self, token: str, passkey_id: str) -> None:
        """Forget a key of her who is signed in. Raises NotFoundError; PermissionDeniedError as :meth:`add_passkey`."""
        with self._transaction() as session:
            row, _ = self._locked_session(session, token)
            self._allow_new_way(session, row)
            key = self._get(session, PasskeyRow, passkey_id, "passkey")
            if key.staff_id != row.staff_id:
                raise NotFoundError(f"There is no passkey {passkey_id!r} here.", code="unknown")
            session.delete(key)
            self._audit(session, row.staff_id, "passkey.remove", passkey_id)

    def sign_in_passkey(self, key_id: str, uses: int) -> str:
        """Begin a session for her whose passkey answered; gives its secret. It counts as second factor too."""
        with self._transaction() as session:
            staff = self._working(session, self._passkey_row(session, key_id).staff_id)
            self._count_use(session, key_id, uses)
            return self._begin_session(session, staff, PASSKEY, proved=True)

    def confirm_passkey(self, token: str, key_id: str, uses: int) -> None:
        """Note that her passkey proved, just now, that it is she who is signed in.

        Raises NotFoundError without a session or for somebody else's key, and PermissionDeniedError for a copied one.
        """
        with self._transaction() as session:
            row, _ = self._locked_session(session, token)
            key = self._count_use(session, key_id, uses)
            if key.staff_id != row.staff_id:
                raise NotFoundError("This passkey is not hers.", code="unknown")
            row.second_factor_at = self.clock()
            self._audit(session, row.staff_id, "staff.second_factor", row.staff_id)

    def _count_use(self, session: Session, key_id: str, uses: int) -> PasskeyRow:
        """The key, its counter moved on. Authenticators without a counter always say 0 (section 6.1.1)."""
        row = self._passkey_row(session, key_id, lock=True)
        if uses <= row.uses and (uses or row.uses):
            raise PermissionDeniedError(
                f"The counter of passkey {row.id} went back: somebody may have copied it.",
                mend="Remove the passkey and make a new one.",
                code="counter",
            )
        row.uses, row.used_at = uses, self.clock()
        return row

    def _passkey_row(self, session: Session, key_id: str, *, lock: bool = False) -> PasskeyRow:
        query = select(PasskeyRow).where(PasskeyRow.organisation == self.organisation, PasskeyRow.key_id == key_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = session.scalars(query).one_or_none()
        if row is None:
            raise NotFoundError("This passkey is not known.", mend="Sign in another way.", code="unknown")
        return row

    def _challenge_key(self, challenge: bytes) -> str:
        return self.database.cipher.token_hash(challenge.hex())


def _to_passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        staff_id=row.staff_id,
        key_id=row.key_id,
        public_key=row.public_key,
        uses=row.uses,
        at=row.at,
        used_at=row.used_at,
    )
