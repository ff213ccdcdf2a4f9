"""How staff get in: by a one-time link, an account elsewhere, or a passkey; their sessions are kept here."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, PermissionDeniedError, UserError
from mimis_core.model import Model
from mimis_core.services.roles import SECOND_FACTOR_LIFE
from mimis_core.services.staff import SignedIn, StaffServices, to_staff
from mimis_core.store.staff_tables import InvitationRow, PasskeyRow, SessionRow, StaffRow

SESSION_LIFE = timedelta(hours=8)
INVITED = "invitation"
"""The way in by a one-time link: the only one on which a first passkey may be made."""


class Account(Model):
    """What a place where staff have accounts says of one, after its answer was checked.

    For OpenID Connect and for the LMS alike: ``issuer`` is the place, ``subject`` its own unchanging id of the account.
    """

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False


class StaffSessionServices(StaffServices):
    """Sessions of staff; each is named by a secret that only her browser has."""

    def check_invitation(self, token: str) -> None:
        """Whether a link would work; nothing is used up. Raises NotFoundError as :meth:`redeem_invitation`."""
        with self.database.reading() as session:
            self._good_invitation(session, token)

    def redeem_invitation(self, token: str) -> str:
        """Use a link, once; gives the secret of the session that it begins.

        Raises NotFoundError with code ``used``, ``expired`` or ``unknown``.
        """
        with self._transaction() as session:
            staff = self._working(session, self._good_invitation(session, token).staff_id)
            row = self._good_invitation(session, token, lock=True)
            row.used_at = self.clock()
            return self._begin_session(session, staff, INVITED)

    def sign_in_account(self, account: Account, way: str) -> str:
        """Begin a session for the member of staff whose account this is; gives its secret.

        An account that nobody has yet is bound to who was taken on under the address, if the place vouches for it.
        Raises NotFoundError with code ``no_staff``.
        """
        with self._transaction() as session:
            row = self._locked(session, self._with_account(account)) or self._bind_by_mail(session, account, way)
            if row is None:
                raise NotFoundError(
                    "This account belongs to no member of staff.", mend="Ask an owner to invite you.", code="no_staff"
                )
            return self._begin_session(session, row, way)

    def bind_account(self, token: str, account: Account, way: str) -> None:
        """Let her who is signed in get in by this account from now on.

        Raises NotFoundError without a session, PermissionDeniedError as :meth:`allow_new_way`, and UserError when she
        has another account, or it is somebody else's.
        """
        with self._transaction() as session:
            live, row = self._locked_session(session, token)
            key = self._account_key(account)
            if row.account_key == key:
                return
            self._allow_new_way(session, live)
            if row.account_key is not None or self._rows(session, StaffRow, *self._with_account(account)):
                raise UserError(
                    f"Staff {row.id} has another account, or this one is somebody else's.",
                    mend="An administrator starts over with: mimis admin reset",
                )
            row.account_key = key
            self._audit(session, row.id, "staff.bind", row.id, how=live.way, way=way)

    def allow_new_way(self, token: str) -> None:
        """Whether she who is signed in may make herself another way in now: a passkey, or an account elsewhere.

        The first passkey needs a session that a one-time link began, and who has one proves it: whoever got at a
        session or an account could otherwise come back by a way of her own.

        Raises NotFoundError without a session, and PermissionDeniedError (code ``second_factor``).
        """
        with self.database.reading() as session:
            self._allow_new_way(session, self._live_session(session, token))

    def staff_session(self, token: str) -> SignedIn:
        """Who is signed in. Raises NotFoundError when the session has ended or never was."""
        with self.database.reading() as session:  # asked for by each page: it waits for nobody who writes
            row = self._live_session(session, token)
            staff = self._get(session, StaffRow, row.staff_id, "member of staff")
            counted = (
                select(func.count())
                .select_from(PasskeyRow)
                .where(PasskeyRow.organisation == self.organisation, PasskeyRow.staff_id == staff.id)
            )
            return SignedIn(
                staff=to_staff(staff),
                way=row.way,
                bound=staff.account_key is not None,
                passkeys=session.scalar(counted) or 0,
                second_factor_at=row.second_factor_at,
            )

    def end_staff_session(self, token: str) -> None:
        """Sign out; of a session that has ended or never was, nothing is left to do."""
        with self._transaction() as session:
            key = SessionRow.token_key == self.database.cipher.token_hash(token)
            for row in self._rows(session, SessionRow, key, SessionRow.revoked_at.is_(None)):
                row.revoked_at = self.clock()
                self._audit(session, row.staff_id, "staff.sign_out", row.staff_id, sessions=1)

    def _begin_session(self, session: Session, staff: StaffRow, way: str, *, proved: bool = False) -> str:
        token, now = secrets.token_urlsafe(32), self.clock()
        row = SessionRow(
            organisation=self.organisation,
            staff_id=staff.id,
            token_key=self.database.cipher.token_hash(token),
            way=way,
            began_at=now,
            expires=now + SESSION_LIFE,
            second_factor_at=now if proved else None,
        )
        session.add(row)
        staff.joined_at = staff.joined_at or now
        self._audit(session, staff.id, "staff.sign_in", staff.id, way=way)
        return token

    def _live_session(self, session: Session, token: str) -> SessionRow:
        query = (
            select(SessionRow)
            .join(StaffRow, StaffRow.id == SessionRow.staff_id)
            .where(
                SessionRow.organisation == self.organisation,
                SessionRow.token_key == self.database.cipher.token_hash(token),
                SessionRow.revoked_at.is_(None),
                SessionRow.expires > self.clock(),
                StaffRow.removed_at.is_(None),
            )
        )
        # Read anew: it may have been ended while her row was waited for.
        row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if row is None:
            raise NotFoundError("The session has ended.", mend="Sign in again.", code="no_session")
        return row

    def _locked_session(self, session: Session, token: str) -> tuple[SessionRow, StaffRow]:
        """Her session and herself, locked: of who changes her ways in, and who ends them all, one waits."""
        staff = self._working(session, self._live_session(session, token).staff_id)
        return self._live_session(session, token), staff

    def _allow_new_way(self, session: Session, row: SessionRow) -> None:
        has_keys = bool(self._rows(session, PasskeyRow, PasskeyRow.staff_id == row.staff_id))
        proved = row.second_factor_at is not None and self.clock() - row.second_factor_at <= SECOND_FACTOR_LIFE
        if not (proved if has_keys else row.way == INVITED):
            raise PermissionDeniedError(
                "Another way in is made with a one-time link or a passkey.",
                mend="Confirm with a passkey, or ask an administrator for a link: mimis admin reset",
                code="second_factor",
            )

    def _good_invitation(self, session: Session, token: str, *, lock: bool = False) -> InvitationRow:
        key = self.database.cipher.token_hash(token.strip())
        query = select(InvitationRow).where(
            InvitationRow.organisation == self.organisation, InvitationRow.token_key == key
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = session.scalars(query).one_or_none()
        if row is None:
            raise NotFoundError("This link is not known.", mend="Ask for a new one.", code="unknown")
        if row.used_at is not None:
            raise NotFoundError("The link has already been used.", mend="Ask for a new one.", code="used")
        if row.expires <= self.clock():
            raise NotFoundError("The link is too old.", mend="Ask for a new one.", code="expired")
        return row

    def _account_key(self, account: Account) -> str:
        return self.database.cipher.token_hash(f"{account.issuer}\n{account.subject}")

    def _with_account(self, account: Account) -> tuple[ColumnElement[bool], ...]:
        return StaffRow.account_key == self._account_key(account), StaffRow.removed_at.is_(None)

    def _locked(self, session: Session, conditions: tuple[ColumnElement[bool], ...]) -> StaffRow | None:
        """The one that this holds for, also after who was changing her is done."""
        query = select(StaffRow).where(StaffRow.organisation == self.organisation, *conditions)
        return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()

    def _bind_by_mail(self, session: Session, account: Account, way: str) -> StaffRow | None:
        """An address that the place has not checked may be anybody's; who has an account is known by that alone."""
        if not account.email or not account.email_verified:
            return None
        hers = StaffRow.email_key == self.database.cipher.fingerprint(account.email)
        row = self._locked(session, (hers, StaffRow.account_key.is_(None), StaffRow.removed_at.is_(None)))
        if row is not None:
            row.account_key = self._account_key(account)
            self._audit(session, row.id, "staff.bind", row.id, how="mail", way=way)
        return row
