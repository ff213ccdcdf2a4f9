"""Staff: who works for an organisation, in which roles, and what each may do.

Commands on the server act as its local administrator and ask for no role: who may run them may read the database.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import MimisError, NotFoundError, PermissionDeniedError, UserError
from mimis_core.model import Model, Parcel
from mimis_core.services.base import ServicesBase
from mimis_core.services.messages import Mail, name_of
from mimis_core.services.roles import ALLOWED, SECOND_FACTOR, SECOND_FACTOR_LIFE, Role, read_roles
from mimis_core.store.staff_tables import InvitationRow, PasskeyRow, SessionRow, StaffRow
from mimis_core.store.tables import new_id

LOCAL = "administrator"
"""The actor of what is done by a command on the server."""
INVITATION_LIFE = timedelta(hours=72)


class Staff(Model):
    """A member of staff. ``joined``: she has signed in at least once."""

    id: str
    name: str
    email: str
    roles: tuple[Role, ...]
    joined: bool


class SignedIn(Model):
    """A member of staff in one of her sessions; ``way`` is how she got in, ``passkeys`` how many she has."""

    staff: Staff
    way: str
    bound: bool
    passkeys: int
    second_factor_at: datetime | None


class Invitation(Model):
    """A one-time link; it is here and nowhere else. ``mailed`` says whether it also went out by mail."""

    staff_id: str
    url: str
    expires: datetime
    mailed: bool


def to_staff(row: StaffRow) -> Staff:
    """The row as others may see it."""
    roles = read_roles(row.roles.split(","))
    return Staff(id=row.id, name=row.name, email=row.email, roles=roles, joined=row.joined_at is not None)


class StaffServices(ServicesBase):
    """The people who work for one organisation."""

    def require(self, signed_in: SignedIn, action: str) -> None:
        """Let a member of staff do one of :data:`~mimis_core.services.roles.ALLOWED`; call it before doing it.

        Raises PermissionDeniedError with code ``role`` when none of her roles may, which is recorded, and with code
        ``second_factor`` when she must first prove with a passkey that it is she.
        """
        staff, allowed = signed_in.staff, ALLOWED.get(action, frozenset())
        if not allowed.intersection(staff.roles):
            with self._transaction() as session:
                self._audit(session, staff.id, "staff.refused", staff.id, wanted=action)
            raise PermissionDeniedError(
                f"Staff {staff.id} may not do {action}.", mend="Ask an owner for the role.", code="role"
            )
        proved = signed_in.second_factor_at
        if action in SECOND_FACTOR and (proved is None or self.clock() - proved > SECOND_FACTOR_LIFE):
            raise PermissionDeniedError(
                f"{action} asks for a passkey.", mend="Confirm with your passkey first.", code="second_factor"
            )

    def staff(self) -> list[Staff]:
        """All who work here, by name."""
        with self.database.reading() as session:
            rows = self._rows(session, StaffRow, StaffRow.removed_at.is_(None))
            return sorted(map(to_staff, rows), key=lambda one: (one.name.casefold(), one.id))

    def invite_staff(self, name: str, email: str, roles: tuple[Role, ...], by: str = LOCAL) -> Invitation:
        """Take somebody on and make her a link that works once, for 72 hours; mailed too where mail is configured.

        Raises UserError when the address belongs to a member of staff already, or is none.
        """
        address = email.strip()
        if address.count("@") != 1 or not name.strip():
            raise UserError("Staff need a name and an e-mail address.", mend="Give both.", code="incomplete")
        try:
            made = self._invite(name.strip(), address, roles, by)
        except IntegrityError:  # who invited the same address at this moment was faster
            made = self._invite(name.strip(), address, roles, by)
        return self._hand_out(*made)

    def reset_staff(self, staff_id: str, by: str = LOCAL) -> Invitation:
        """Start over with somebody who has lost her passkey or account: both are forgotten, and a new link is made.

        Her sessions and earlier links end. Raises NotFoundError.
        """
        with self._transaction() as session:
            row = self._working(session, staff_id)
            # Until she is in again she does not stand in for the last owner.
            row.account_key = row.joined_at = None
            self._lock_out(session, staff_id)
            self._audit(session, by, "staff.reset", staff_id)
            token, expires = self._new_link(session, row)
        return self._hand_out(row, token, expires)

    def change_roles(self, staff_id: str, roles: tuple[Role, ...], by: str = LOCAL) -> None:
        """Give somebody these roles and no others. Raises NotFoundError; UserError when no owner would be left."""
        with self._transaction() as session:
            wanted = read_roles(roles)
            if Role.OWNER not in wanted:
                self._keep_an_owner(session, staff_id)
            row = self._working(session, staff_id)
            before, row.roles = row.roles, ",".join(wanted)
            self._audit(session, by, "staff.roles", staff_id, before=before, after=row.roles)

    def remove_staff(self, staff_id: str, by: str = LOCAL) -> None:
        """End somebody's access at once, in all her sessions. Raises NotFoundError; UserError for the last owner."""
        with self._transaction() as session:
            self._keep_an_owner(session, staff_id)
            row = self._working(session, staff_id)
            # Her account is free for another organisation's or a later row of hers; name and address stay for the
            # record of what she decided.
            row.removed_at, row.account_key = self.clock(), None
            self._lock_out(session, staff_id)
            self._audit(session, by, "staff.remove", staff_id)

    def sign_out_staff(self, staff_id: str, by: str = LOCAL) -> int:
        """End all sessions of somebody; gives how many there were. Raises NotFoundError."""
        with self._transaction() as session:
            self._working(session, staff_id)
            ended = self._end_sessions(session, staff_id)
            self._audit(session, by, "staff.sign_out", staff_id, sessions=ended)
            return ended

    def _invite(self, name: str, address: str, roles: tuple[Role, ...], by: str) -> tuple[StaffRow, str, datetime]:
        key = self.database.cipher.fingerprint(address)
        with self._transaction() as session:
            known = self._rows(session, StaffRow, StaffRow.email_key == key, StaffRow.removed_at.is_(None))
            if known:
                raise UserError(
                    f"The address belongs to staff {known[0].id}.",
                    mend=f"For a new link: mimis admin reset {known[0].id}",
                    code="known_address",
                )
            row = StaffRow(name=name, email=address, email_key=key, roles=",".join(read_roles(roles)))
            self._take_on(session, row, by)
            return row, *self._new_link(session, row)

    def _take_on(self, session: Session, row: StaffRow, by: str) -> None:
        row.id, row.organisation = new_id(), self.organisation
        session.add(row)
        session.flush()  # the database refuses a second one with the address
        self._audit(session, by, "staff.invite", row.id, roles=row.roles)

    def _working(self, session: Session, staff_id: str) -> StaffRow:
        """The row of somebody who works here, locked.

        Call it before any row of hers is locked, such as a link or a passkey: whoever ends her access does so too.
        """
        row = self._get(session, StaffRow, staff_id, "member of staff")
        if row.removed_at is not None:
            raise NotFoundError(f"There is no member of staff {staff_id!r} here.", code="unknown")
        return session.get_one(StaffRow, staff_id, with_for_update=True, populate_existing=True)

    def _keep_an_owner(self, session: Session, staff_id: str) -> None:
        """Refuse to let the last owner go; one who has never signed in does not stand in for one who has.

        Call it before any row is locked: all owners are, in one order, so that two who remove each other leave one.
        """
        query = (
            select(StaffRow)
            .where(StaffRow.organisation == self.organisation, StaffRow.removed_at.is_(None))
            .where(StaffRow.roles.contains(Role.OWNER.value))
            .order_by(StaffRow.id)
        )
        owners = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
        leaving = next((row for row in owners if row.id == staff_id), None)
        if leaving is None:
            return
        if not any(row.joined_at or not leaving.joined_at for row in owners if row is not leaving):
            raise UserError(
                f"Staff {staff_id} is the last owner.",
                mend="Make somebody else an owner first, who has signed in.",
                code="last_owner",
            )

    def _lock_out(self, session: Session, staff_id: str) -> None:
        self._end_sessions(session, staff_id)
        hers = PasskeyRow.organisation == self.organisation, PasskeyRow.staff_id == staff_id
        session.execute(delete(PasskeyRow).where(*hers))
        for link in self._rows(session, InvitationRow, InvitationRow.staff_id == staff_id):
            link.expires = min(link.expires, self.clock())

    def _end_sessions(self, session: Session, staff_id: str) -> int:
        live = SessionRow.revoked_at.is_(None), SessionRow.expires > self.clock()
        rows = self._rows(session, SessionRow, SessionRow.staff_id == staff_id, *live)
        for row in rows:
            row.revoked_at = self.clock()
        return len(rows)

    def _new_link(self, session: Session, row: StaffRow) -> tuple[str, datetime]:
        token, expires = secrets.token_urlsafe(32), self.clock() + INVITATION_LIFE
        invitation = InvitationRow(
            organisation=self.organisation,
            staff_id=row.id,
            token_key=self.database.cipher.token_hash(token),
            expires=expires,
        )
        session.add(invitation)
        return token, expires

    def _hand_out(self, row: StaffRow, token: str, expires: datetime) -> Invitation:
        """The link, mailed where that works: it is not kept, so there is no queue for it, and it is printed anyway."""
        url = f"{self.settings.base_url}/staff/invitation/{token}"
        mailed = True
        try:
            subject, text = invitation_mail(name_of(self.settings.organisation), url)
            self._courier("mail").deliver(Parcel(key=f"staff:{new_id()}", to=row.email, subject=subject, text=text))
        except MimisError:
            mailed = False
        return Invitation(staff_id=row.id, url=url, expires=expires, mailed=mailed)


def invitation_mail(name: str, url: str) -> Mail:
    """To a member of staff: how she gets in."""
    return (
        f"Du är inbjuden till mimis hos {name}",
        f"Hej!\n\nDu är inbjuden att arbeta med mikromeriter hos {name}. Öppna länken och tryck på knappen:\n{url}\n\n"
        "Länken fungerar en gång och i tre dygn. Väntar du ingen inbjudan? Då behöver du inte göra något.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f"Hello.\n\nYou are invited to work with micro-credentials at {name}. Open the link and press the button. "
        "It works once, for three days. If you expect no invitation, you need do nothing.\n",
    )
