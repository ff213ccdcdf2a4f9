"""Learners: who they are, how they sign in, how protected ones are marked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Learner
from mimis_core.services.addresses import AddressServices
from mimis_core.services.messages import sign_in_mail
from mimis_core.services.swedish import sort_key
from mimis_core.services.views import Slip
from mimis_core.store.record_tables import ErasureRow
from mimis_core.store.tables import IdentityRow, LearnerRow, MessageRow, SignInRow, SourceStateRow, new_id

LINK_LIFE = timedelta(minutes=15)
SLIP_LIFE = timedelta(days=30)
PROTECTED_NAME = "Skyddad person"
"""Shown instead of the name of a person with skyddade personuppgifter."""
ERASED_NAME = "Raderad deltagare"
"""Stands in the place of a name that was erased."""
Ground = Literal["confidential", "registration", "request"]
"""Why somebody is marked: a confidentiality mark, protected population registration, or at her own wish until then."""
SLIP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L, which look alike on paper."""


def erased(organisation: str) -> Select[Any]:
    """Ids of learners whose record was erased: they are marked as protected too, and are nobody any more."""
    return select(ErasureRow.learner_id).where(ErasureRow.organisation == organisation, ErasureRow.scope == "all")


def to_learner(row: LearnerRow) -> Learner:
    """The row as the model knows it."""
    return Learner(
        id=row.id,
        full_name=row.full_name,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
        birth_date=date.fromisoformat(row.birth_date) if row.birth_date else None,
        protected=row.protected,
    )


class LearnerServices(AddressServices):
    """Learners of one organisation."""

    def learner(self, learner_id: str) -> Learner:
        """One learner. Raises NotFoundError."""
        with self.database.reading() as session:  # asked for by each of her pages: it waits for nobody who writes
            return to_learner(self._get(session, LearnerRow, learner_id, "learner"))

    def learners_by_id(self, learner_ids: Collection[str]) -> dict[str, Learner]:
        """Those of these learners who are known, by id."""
        with self.database.reading() as session:
            return {row.id: to_learner(row) for row in self._rows_in(session, LearnerRow, LearnerRow.id, learner_ids)}

    def learners(self) -> list[tuple[Learner, tuple[str, ...]]]:
        """All learners in Swedish order with their source identities as ``source:key``; protected ones by id only."""
        with self.database.reading() as session:
            identities: dict[str, list[str]] = {}
            for row in self._rows(session, IdentityRow):
                identities.setdefault(row.learner_id, []).append(f"{row.source}:{row.key}")
            people = [to_learner(row) for row in self._rows(session, LearnerRow)]
        # Hidden before they are sorted: where somebody stands between others would tell her name.
        shown = sorted(map(_hide_protected, people), key=_place)
        return [(one, () if one.protected else tuple(identities.get(one.id, ()))) for one in shown]

    def aliases(self) -> dict[str, dict[str, dict[str, str]]]:
        """The further names that sources know learners by: by learner's id and ``source:key``; no protected ones'."""
        query = (
            select(IdentityRow)
            .join(LearnerRow, LearnerRow.id == IdentityRow.learner_id)
            .where(IdentityRow.organisation == self.organisation, IdentityRow.aliases.is_not(None))
            .where(LearnerRow.protected.is_(False))
        )
        found: dict[str, dict[str, dict[str, str]]] = {}
        with self.database.reading() as session:
            for row in session.scalars(query):
                found.setdefault(row.learner_id, {})[f"{row.source}:{row.key}"] = json.loads(row.aliases or "{}")
        return found

    def protect_learner(
        self, learner_id: str, by: str, protected: bool = True, *, ground: Ground | None = None
    ) -> None:
        """Mark a person as having skyddade personuppgifter: from now on nothing happens automatically.

        ``ground`` is kept in the audit: a word and no text, since a text could tell who is after her.

        With ``protected`` false the mark is taken away, and the next sync decides on what was set aside for it. Raises
        NotFoundError, and UserError for who was erased: the mark is what stops all that would be taken for her.
        """
        with self._transaction() as session:
            row = self._get(session, LearnerRow, learner_id, "learner")
            if not protected and session.scalar(erased(self.organisation).where(ErasureRow.learner_id == learner_id)):
                raise UserError("This learner was erased.", mend="Enrolled anew? See: mimis learners readmit")
            row.protected = protected
            if not protected:
                rows = update(SourceStateRow).where(SourceStateRow.organisation == self.organisation)
                session.execute(rows.values(catalogue_key=None))
            why = {"ground": ground} if ground else {}
            self._audit(session, by, "learner.protect" if protected else "learner.unprotect", learner_id, **why)

    def send_sign_in_link(self, email: str) -> None:
        """Mail a one-time link to each learner of this address, the school's or her own; says not whether it is known.

        Whoever is known from two sources is two learners until a person merges them, and must get in as both.
        """
        with self._transaction() as session:
            for learner, address in self._people_at(session, email):
                self._mail_link(session, learner, address)

    def invite_learner(self, learner_id: str) -> None:
        """Mail a one-time link to one learner.

        Raises UserError when she has no address or is protected, and ConfigurationError when there is no mail courier.
        """
        self._courier("mail")
        with self._transaction() as session:
            row = self._get(session, LearnerRow, learner_id, "learner")
            address = self._address_of(session, row)
            if row.protected or not address:
                raise UserError(f"Learner {learner_id} cannot be mailed.", mend="Use: mimis learners slip")
            self._mail_link(session, row, address)

    def make_slip(self, learner_id: str, handed_over_by: str) -> Slip:
        """A printed sign-in, recorded as handed over in person by ``handed_over_by``."""
        code = "-".join("".join(secrets.choice(SLIP_ALPHABET) for _ in range(4)) for _ in range(3))
        expires = self.clock() + SLIP_LIFE
        with self._transaction() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            session.add(self._sign_in_row(learner_id, code, "slip", expires, handed_over_by))
            self._audit(session, handed_over_by, "slip.handed_over", learner_id)
        return Slip(code=code, url=f"{self.settings.base_url}/in/{code}", expires=expires)

    def redeem_sign_in(self, token_or_code: str) -> str:
        """Use a link or slip once; gives the learner's id.

        Raises NotFoundError with code ``used``, ``expired`` or ``unknown``.
        """
        key = self.database.cipher.token_hash(token_or_code.strip())
        query = select(SignInRow).where(SignInRow.organisation == self.organisation, SignInRow.token_key == key)
        with self._transaction() as session:
            row = session.scalars(query.with_for_update()).one_or_none()
            if row is None:
                raise NotFoundError("This sign-in is not known.", mend="Ask for a new link.", code="unknown")
            if row.used_at is not None:
                raise NotFoundError("The link has already been used.", mend="Ask for a new one.", code="used")
            if row.expires <= self.clock():
                raise NotFoundError("The link is too old.", mend="Ask for a new one.", code="expired")
            row.used_at = self.clock()
            self._audit(session, row.learner_id, "sign_in", row.learner_id, kind=row.kind)
            return row.learner_id

    def _mail_link(self, session: Session, learner: LearnerRow, to: str) -> None:
        token = secrets.token_urlsafe(32)
        session.add(self._sign_in_row(learner.id, token, "mail", self.clock() + LINK_LIFE, None))
        subject, text = sign_in_mail(self.settings.organisation, f"{self.settings.base_url}/in/{token}")
        self._queue_mail(session, learner, f"sign-in:{new_id()}", subject, text, to=to)

    def _queue_mail(
        self,
        session: Session,
        learner: LearnerRow,
        key: str,
        subject: str,
        text: str,
        credential: str | None = None,
        to: str | None = None,
    ) -> None:
        """Queue a mail, to her main address unless told otherwise.

        Nothing is queued for a protected learner, for one without an address, or where no mail courier is configured.
        """
        if learner.protected or "mail" not in self.settings.couriers:
            return
        to = to or self._address_of(session, learner)
        if to is None:
            return
        row = MessageRow(
            id=new_id(),
            organisation=self.organisation,
            key=key,
            learner_id=learner.id,
            to=to,
            subject=subject,
            text=text,
            credential_id=credential,
            state="queued",
            at=self.clock(),
        )
        session.add(row)
        self._enqueue(session, "mail", row.id, "couriers.mail")

    def _sign_in_row(self, learner_id: str, token: str, kind: str, expires: object, by: str | None) -> SignInRow:
        return SignInRow(
            organisation=self.organisation,
            learner_id=learner_id,
            token_key=self.database.cipher.token_hash(token),
            kind=kind,
            made_by=by,
            expires=expires,
        )


def _hide_protected(learner: Learner) -> Learner:
    """What a list shows of a learner. One who was erased is marked too, and nothing of hers is left to hide."""
    if not learner.protected or learner.full_name == ERASED_NAME:
        return learner
    return Learner(id=learner.id, full_name=PROTECTED_NAME, protected=True)


def _place(learner: Learner) -> tuple[bytes, str]:
    return sort_key(learner.family_name or learner.full_name, learner.given_name, learner.full_name), learner.id
