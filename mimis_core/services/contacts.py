"""A learner's own addresses, which let her in when the school's no longer does, and the mails that she wants."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Model
from mimis_core.services.contact_messages import address_added_mail, confirm_address_mail
from mimis_core.services.credentials import CredentialServices, greeting
from mimis_core.store.contact_tables import ContactRow, DeclinedMailRow, LearnerAccountRow
from mimis_core.store.tables import LearnerRow, SignInRow, new_id

CONFIRM_WITHIN = timedelta(days=1)
MOST_ADDRESSES = 3
"""Private addresses of one learner, those that wait to be confirmed included."""
MailKind = Literal["look"]
"""What a learner may decline: the mail that somebody has looked at what she shares."""


class Contact(Model):
    """A private address of a learner."""

    id: str
    address: str
    confirmed: bool
    main: bool


class BoundAccount(Model):
    """An account elsewhere that a learner signs in with, of which nothing but this is known."""

    id: str
    at: datetime
    used_at: datetime | None


class Contacts(Model):
    """How a learner is reached, and how she gets in. ``main`` is where mails go."""

    school: str | None
    main: str | None
    private: tuple[Contact, ...]
    accounts: tuple[BoundAccount, ...]
    look_mails: bool

    @property
    def outlives_school(self) -> bool:
        """Whether she gets in by herself once the school's address is closed."""
        return bool(self.accounts) or any(one.confirmed for one in self.private)


class ContactServices(CredentialServices):
    """What learners of one organisation decide about how they are reached."""

    def contacts_of(self, learner_id: str) -> Contacts:
        """A learner's addresses and accounts. Raises NotFoundError."""
        with self.database.reading() as session:
            learner = self._get(session, LearnerRow, learner_id, "learner")
            private = self._rows(session, ContactRow, ContactRow.learner_id == learner_id)
            accounts = self._rows(session, LearnerAccountRow, LearnerAccountRow.learner_id == learner_id)
            return Contacts(
                school=learner.email,
                main=self._address_of(session, learner),
                private=tuple(_contact(row) for row in sorted(private, key=lambda row: (row.at, row.id))),
                accounts=tuple(
                    BoundAccount(id=row.id, at=row.at, used_at=row.used_at)
                    for row in sorted(accounts, key=lambda row: (row.at, row.id))
                ),
                look_mails=not self._declines(session, learner_id, "look"),
            )

    def add_address(self, learner_id: str, address: str) -> None:
        """Keep a private address that counts once it is confirmed, and mail it the link for that.

        Once more for one that waits sends a new link, and the earlier one works no more. Raises UserError with code
        ``known_address`` or ``too_many``, and for a protected learner, who is never mailed; ConfigurationError when
        there is no mail courier.
        """
        self._courier("mail")
        wanted, token = address.strip(), secrets.token_urlsafe(32)
        with self._transaction() as session:
            learner = self._locked_person(session, learner_id)
            if learner.protected:
                raise UserError("Nothing is mailed to a person with protected identity.", mend="Talk to the school.")
            row = self._waiting_contact(session, learner, wanted)
            row.address = wanted
            row.token_key, row.expires = self.database.cipher.token_hash(token), self.clock() + CONFIRM_WITHIN
            session.add(row)
            link = f"{self.settings.base_url}/me/contact/confirm/{token}"
            mail = confirm_address_mail(self.settings.organisation, link)
            self._queue_mail(session, learner, f"address:{new_id()}", *mail, to=wanted)
            self._audit(session, learner_id, "contact.add", row.id)

    def confirm_address(self, learner_id: str, token: str) -> None:
        """Let a private address of hers count from now on; her earlier main address is told.

        Only she herself does that, signed in: whoever has got a mail by mistake gets no way in by it. Raises
        NotFoundError with code ``used``, ``expired`` or ``unknown``.
        """
        key = self.database.cipher.token_hash(token.strip())
        with self._transaction() as session:
            learner = self._locked_person(session, learner_id)
            hers = ContactRow.token_key == key, ContactRow.learner_id == learner_id
            row = next(iter(self._rows(session, ContactRow, *hers)), None)
            if row is None:
                raise NotFoundError("This link is not known.", mend="Add the address again.", code="unknown")
            if row.confirmed_at is not None:
                raise NotFoundError("The link has already been used.", code="used")
            if row.expires <= self.clock():
                raise NotFoundError("The link is too old.", mend="Add the address again.", code="expired")
            mail = address_added_mail(self.settings.organisation, greeting(learner))
            self._queue_mail(session, learner, f"address-added:{row.id}", *mail)
            row.confirmed_at = self.clock()
            self._audit(session, learner_id, "contact.confirm", row.id)

    def choose_main_address(self, learner_id: str, contact_id: str | None) -> None:
        """Send mails to this private address from now on, or with None to the school's. Raises NotFoundError."""
        with self._transaction() as session:
            self._locked_person(session, learner_id)
            rows = self._confirmed(session, ContactRow.learner_id == learner_id)
            if contact_id is not None and contact_id not in {row.id for row in rows}:
                raise NotFoundError(f"There is no confirmed address {contact_id!r} here.", code="unknown")
            for row in rows:
                row.main = row.id == contact_id
            self._audit(session, learner_id, "contact.main", contact_id or learner_id)

    def remove_address(self, learner_id: str, contact_id: str) -> None:
        """Forget a private address; sign-in links that are under way work no more. Raises NotFoundError."""
        with self._transaction() as session:
            self._locked_person(session, learner_id)
            row = self._get(session, ContactRow, contact_id, "address")
            if row.learner_id != learner_id:
                raise NotFoundError(f"There is no address {contact_id!r} here.", code="unknown")
            session.delete(row)
            hers = SignInRow.organisation == self.organisation, SignInRow.learner_id == learner_id
            unused = SignInRow.kind == "mail", SignInRow.used_at.is_(None), SignInRow.expires > self.clock()
            session.execute(update(SignInRow).where(*hers, *unused).values(expires=self.clock()))
            self._audit(session, learner_id, "contact.remove", contact_id)

    def choose_mails(self, learner_id: str, mail_kind: MailKind, wanted: bool) -> None:
        """Turn a kind of mail on or off. Repeating it changes nothing. Raises NotFoundError."""
        with self._transaction() as session:
            self._locked_person(session, learner_id)
            if self._declines(session, learner_id, mail_kind) != wanted:
                return
            if wanted:
                mine = DeclinedMailRow.organisation == self.organisation, DeclinedMailRow.learner_id == learner_id
                session.execute(delete(DeclinedMailRow).where(*mine, DeclinedMailRow.kind == mail_kind))
            else:
                row = DeclinedMailRow(organisation=self.organisation, learner_id=learner_id, kind=mail_kind)
                row.at = self.clock()
                session.add(row)
            self._audit(session, learner_id, "mail.accept" if wanted else "mail.decline", learner_id, kind=mail_kind)

    def _declines(self, session: Session, learner_id: str, kind: MailKind) -> bool:
        hers = DeclinedMailRow.learner_id == learner_id, DeclinedMailRow.kind == kind
        return bool(self._rows(session, DeclinedMailRow, *hers))

    def _locked_person(self, session: Session, learner_id: str) -> LearnerRow:
        """Her row, locked: of two changes to how she gets in one waits for the other."""
        self._get(session, LearnerRow, learner_id, "learner")
        return session.get_one(LearnerRow, learner_id, with_for_update=True, populate_existing=True)

    def _waiting_contact(self, session: Session, learner: LearnerRow, address: str) -> ContactRow:
        """The row of an address that waits to be confirmed: the known one, or a new one."""
        key = self.database.cipher.fingerprint(address)
        rows = self._rows(session, ContactRow, ContactRow.learner_id == learner.id)
        same = next((row for row in rows if row.address_key == key), None)
        if key == learner.email_key or (same is not None and same.confirmed_at is not None):
            raise UserError("This address is hers already.", code="known_address")
        if same is None and len(rows) >= MOST_ADDRESSES:
            raise UserError("That are too many addresses.", mend="Remove one first.", code="too_many")
        return same or ContactRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner.id,
            address=address,
            address_key=key,
            at=self.clock(),
        )


def _contact(row: ContactRow) -> Contact:
    return Contact(id=row.id, address=row.address, confirmed=row.confirmed_at is not None, main=row.main)
