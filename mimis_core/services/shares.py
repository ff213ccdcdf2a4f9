"""Shares and disclosures: a learner's own choice, each look recorded, taking back effective at once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import CredentialStatus
from mimis_core.services.contact_messages import ZONE
from mimis_core.services.credentials import to_sealed
from mimis_core.services.looks import LookServices
from mimis_core.services.partners import PartnerServices, to_partner
from mimis_core.services.views import CredentialView, DisclosureView, OpenShare, SharedCredential, ShareOrder, ShareView
from mimis_core.store.tables import (
    CredentialRow,
    DisclosureRow,
    LearnerRow,
    PartnerRow,
    ShareCredentialRow,
    ShareRow,
    new_id,
)

LONGEST_SHARE = timedelta(days=366)
"""A share always ends; the learner can make a new one."""


class ShareServices(LookServices, PartnerServices):
    """Shares of one organisation's learners."""

    def create_share(self, learner_id: str, order: ShareOrder) -> ShareView:
        """Make a share of the learner's own credentials.

        Raises UserError (nothing chosen, an end date outside the next year, a protected learner) and NotFoundError (a
        credential that is not hers, an unknown employer).
        """
        today = self.clock().date()
        if not order.credential_ids or not order.purpose.strip():
            raise UserError("A share needs at least one credential and a purpose.", mend="Choose and try again.")
        if not today <= order.until <= today + LONGEST_SHARE:
            raise UserError("A share ends between today and a year from now.", mend="Choose another end date.")
        with self._transaction() as session:
            if self._get(session, LearnerRow, learner_id, "learner").protected:
                raise UserError(
                    "A person with protected identity shares through the school.", mend="Talk to the school."
                )
            row = self._add_share(session, learner_id, order)
            self._audit(session, learner_id, "share.create", row.id, partner=order.partner_id)
            return self._share_view(session, row)

    def shares_of(self, learner_id: str) -> list[ShareView]:
        """A learner's shares, newest first, with who has looked and when."""
        with self.database.reading() as session:
            rows = self._rows(session, ShareRow, ShareRow.learner_id == learner_id)
            newest = sorted(rows, key=lambda row: row.created_at, reverse=True)
            # Whoever applies for many jobs shares the same few credentials: each is read once.
            known: dict[str, CredentialView] = {}
            return [self._share_view(session, row, known) for row in newest]

    def withdraw_share(self, learner_id: str, share_id: str) -> None:
        """Take a share back: it opens no more from this moment. Repeating it changes nothing."""
        with self._transaction() as session:
            row = self._get(session, ShareRow, share_id, "share")
            if row.learner_id != learner_id:
                raise NotFoundError(f"There is no share {share_id!r} here.", code="unknown")
            if row.withdrawn_at is None:
                row.withdrawn_at = self.clock()
                self._audit(session, learner_id, "share.withdraw", share_id)

    def open_share(self, token: str, viewer: str) -> OpenShare:
        """Open a share by its link and record the look.

        Raises NotFoundError with code ``withdrawn``, ``expired`` or ``unknown``.
        """
        key = self.database.cipher.token_hash(token)
        with self._transaction() as session:
            rows = self._rows(session, ShareRow, ShareRow.token_key == key)
            return self._open_row(session, rows[0] if rows else None, viewer)

    def share_state(self, token: str) -> Literal["active", "withdrawn", "expired"]:
        """How a share stands, for one who has opened it before: nothing is shown, so no look is recorded.

        Raises NotFoundError with code ``unknown``.
        """
        key = self.database.cipher.token_hash(token)
        with self._transaction() as session:
            rows = self._rows(session, ShareRow, ShareRow.token_key == key)
            if not rows or self._is_protected(session, rows[0]):
                raise NotFoundError("There is no such share.", code="unknown")
            return self._state(rows[0])

    def open_share_as(self, partner_id: str, share_id: str) -> OpenShare:
        """Open a share that is addressed to this employer and record the look. Raises as :meth:`open_share`."""
        with self._transaction() as session:
            rows = self._rows(session, ShareRow, ShareRow.id == share_id, ShareRow.partner_id == partner_id)
            partner = self._get(session, PartnerRow, partner_id, "employer")
            return self._open_row(session, rows[0] if rows else None, partner.name)

    def shares_for(
        self, partner_id: str, after: str | None = None, limit: int = 50
    ) -> tuple[list[ShareView], str | None]:
        """Active shares addressed to an employer, by id, without names; and the next cursor, None at the end."""
        query = (
            select(ShareRow)
            .where(
                ShareRow.organisation == self.organisation,
                ShareRow.partner_id == partner_id,
                ShareRow.withdrawn_at.is_(None),
                ShareRow.until >= self.clock().date(),
                ShareRow.id > (after or ""),
            )
            .order_by(ShareRow.id)
            .limit(limit + 1)
        )
        with self._transaction() as session:
            rows = list(session.scalars(query))
            views = [self._listed(session, row) for row in rows[:limit] if not self._is_protected(session, row)]
        return views, rows[limit - 1].id if len(rows) > limit else None

    def _listed(self, session: Session, row: ShareRow) -> ShareView:
        """A share as its list and the share itself show it alike."""
        view = self._share_view(session, row)
        return self._open_anonymously(view).share if row.anonymous else view

    def _add_share(self, session: Session, learner_id: str, order: ShareOrder) -> ShareRow:
        token = secrets.token_urlsafe(24)
        if order.partner_id is not None:
            self._get(session, PartnerRow, order.partner_id, "employer")
        row = ShareRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner_id,
            partner_id=order.partner_id,
            token=token,
            token_key=self.database.cipher.token_hash(token),
            purpose=order.purpose.strip(),
            until=order.until,
            anonymous=order.anonymous,
            application_email=order.application_email,
            created_at=self.clock(),
        )
        session.add(row)
        session.flush()
        for credential_id in dict.fromkeys(order.credential_ids):
            self._credential_of(session, learner_id, credential_id)
            session.add(
                ShareCredentialRow(organisation=self.organisation, share_id=row.id, credential_id=credential_id)
            )
        session.flush()
        return row

    def _open_row(self, session: Session, row: ShareRow | None, viewer: str) -> OpenShare:
        # A share of a person who has since been protected answers as one that never was: its existence is a fact too.
        if row is None or self._is_protected(session, row):
            raise NotFoundError("There is no such share.", code="unknown")
        view = self._share_view(session, row)
        if view.state != "active":
            raise NotFoundError(f"The share is {view.state}.", code=view.state)
        self._note_look(session, row, [one.achievement for one in view.credentials], viewer)
        self._audit(session, viewer, "share.open", row.id)
        files = {credential.urn: credential for credential in self._shared_rows(session, row.id)}
        if row.anonymous:
            return self._open_anonymously(view)
        name = self._get(session, LearnerRow, row.learner_id, "learner").full_name
        shared = tuple(SharedCredential(view=one, sealed=to_sealed(files[one.urn])) for one in view.credentials)
        return OpenShare(share=view, learner_name=name, credentials=shared)

    def _open_anonymously(self, view: ShareView) -> OpenShare:
        """A share without a name: no file, and nothing by which two such shares are found to be one person's.

        Each credential gets a number of this share's own in the place of its own ones, and days in the place of times.
        """
        known = [self._nameless(one, view.id) for one in view.credentials]
        share = view.model_copy(update={"learner_id": "", "application_email": None, "credentials": tuple(known)})
        return OpenShare(share=share, credentials=tuple(SharedCredential(view=one) for one in known))

    def _nameless(self, view: CredentialView, share_id: str) -> CredentialView:
        number = self.database.cipher.token_hash(f"anonymous {share_id} {view.id}")[:32]
        urn = f"urn:mimis:anonymous:{number}"
        status = view.status.model_copy(update={"urn": urn, "changed_at": _day_of(view.status.changed_at)})
        changes = {"id": number, "urn": urn, "public_id": number, "learner_id": "", "learner_name": ""}
        days = {"issued_at": _day_of(view.issued_at), "completed_at": _day_of(view.completed_at)}
        until = {"valid_until": view.valid_until and _day_of(view.valid_until)}
        return view.model_copy(update={**changes, **days, **until, "status": status, "replaced_by": None})

    def _is_protected(self, session: Session, row: ShareRow) -> bool:
        return self._get(session, LearnerRow, row.learner_id, "learner").protected

    def _shared_rows(self, session: Session, share_id: str) -> list[CredentialRow]:
        """What a share shows now: the credentials that the learner chose, each as it was corrected last.

        A correction is about the same award, which is what she allowed to be seen. A renewal is a new decision on new
        evidence, which she has not been asked about: the share goes on showing the old one, as replaced.
        """
        query = (
            select(CredentialRow)
            .join(ShareCredentialRow, ShareCredentialRow.credential_id == CredentialRow.id)
            .where(ShareCredentialRow.share_id == share_id)
        )
        chosen = list(session.scalars(query))
        awards = {row.award_id for row in chosen if row.status != CredentialStatus.ACTIVE}
        same = self._rows(session, CredentialRow, CredentialRow.award_id.in_(awards)) if awards else []
        corrected = {row.supersedes_id: row for row in same if row.supersedes_id}
        shown = {row.id: row for row in (_last_correction(one, corrected) for one in chosen)}
        return sorted(shown.values(), key=lambda row: (row.issued_at, row.id))

    def _share_view(self, session: Session, row: ShareRow, known: dict[str, CredentialView] | None = None) -> ShareView:
        """The share with its credentials; views that are ``known`` by id are used again, and new ones added there."""
        known = {} if known is None else known
        shared = self._shared_rows(session, row.id)
        known.update({one.id: one for one in self._views(session, [one for one in shared if one.id not in known])})
        partner = None
        if row.partner_id is not None:
            partner = to_partner(self._get(session, PartnerRow, row.partner_id, "employer"))
        looks = self._rows(session, DisclosureRow, DisclosureRow.share_id == row.id)
        return ShareView(
            id=row.id,
            learner_id=row.learner_id,
            partner=partner,
            purpose=row.purpose,
            until=row.until,
            anonymous=row.anonymous,
            application_email=row.application_email,
            created_at=row.created_at,
            withdrawn_at=row.withdrawn_at,
            state=self._state(row),
            url=f"{self.settings.base_url}/s/{row.token}",
            credentials=tuple(known[one.id] for one in shared),
            disclosures=tuple(
                DisclosureView(at=look.at, viewer=look.viewer) for look in sorted(looks, key=lambda look: look.at)
            ),
        )

    def _state(self, row: ShareRow) -> Literal["active", "withdrawn", "expired"]:
        if row.withdrawn_at is not None:
            return "withdrawn"
        return "active" if row.until >= self.clock().date() else "expired"


def _day_of(moment: datetime) -> datetime:
    """Noon of its day in Sweden: the same day to all who read it, and no time that tells one from another."""
    return datetime.combine(moment.astimezone(ZONE).date(), time(12), UTC)


def _last_correction(row: CredentialRow, corrected: dict[str, CredentialRow]) -> CredentialRow:
    while (newer := corrected.get(row.id)) is not None and newer.award_id == row.award_id:
        row = newer
    return row
