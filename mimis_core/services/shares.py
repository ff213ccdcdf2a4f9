"""Shares and disclosures: a learner's own choice, each look recorded, taking back effective at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.services.credentials import to_sealed
from mimis_core.services.shown import ShownServices
from mimis_core.services.views import (
    DisclosureView,
    NoticeView,
    OpenShare,
    SharedCredential,
    ShareOrder,
    ShareView,
    TraceView,
)
from mimis_core.store.tables import (
    CredentialRow,
    DisclosureRow,
    LearnerRow,
    NoticeRow,
    PartnerRow,
    ShareCredentialRow,
    ShareRow,
    TraceRow,
    new_id,
)

LONGEST_SHARE = timedelta(days=366)
"""A share always ends; the learner can make a new one."""


class ShareServices(ShownServices):
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
            self._refuse_protected(session, learner_id)
            row = self._add_share(session, learner_id, order)
            self._audit(session, learner_id, "share.create", row.id, partner=order.partner_id)
            return self._share_view(session, row)

    def shares_of(self, learner_id: str) -> list[ShareView]:
        """A learner's shares, newest first, with who has looked and when, and what became of them at employers."""
        with self.database.reading() as session:
            rows = self._rows(session, ShareRow, ShareRow.learner_id == learner_id)
            newest = sorted(rows, key=lambda row: row.created_at, reverse=True)
            return [self._with_history(session, view) for view in self._share_views(session, newest)]

    def withdraw_share(self, learner_id: str, share_id: str) -> None:
        """Take a share back: it opens no more from this moment. Repeating it changes nothing."""
        with self._transaction() as session:
            row = self._own_share(session, learner_id, share_id)
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
            return self._open_rows(session, [self._active(session, rows[0] if rows else None)], viewer)[0]

    def share_state(self, token: str) -> Literal["active", "withdrawn", "expired"]:
        """How a share stands, for one who has opened it before: nothing is shown, so no look is recorded.

        Raises NotFoundError with code ``unknown``.
        """
        key = self.database.cipher.token_hash(token)
        with self.database.reading() as session:
            rows = self._rows(session, ShareRow, ShareRow.token_key == key)
            if not rows or self._is_protected(session, rows[0]):
                raise NotFoundError("There is no such share.", code="unknown")
            return self._state(rows[0])

    def open_share_as(self, partner_id: str, share_id: str) -> OpenShare:
        """Open a share that is addressed to this employer and record the look. Raises as :meth:`open_share`."""
        with self._transaction() as session:
            found = self._addressed(session, partner_id, [share_id])
            share, _, partner = found[0] if found else (None, None, None)
            return self._open_rows(session, [self._active(session, share)], partner.name if partner else "")[0]

    def open_shares_as(self, partner_id: str, share_ids: Sequence[str]) -> list[OpenShare]:
        """Open several shares that are addressed to this employer at once, and record a look at each.

        In the order of the ids; what is not there, or not open any more, is left out.
        """
        with self._transaction() as session:
            rows = self._addressed(session, partner_id, share_ids)
            found = {row.id: row for row, learner, _ in rows if not learner.protected and self._state(row) == "active"}
            wanted = [found[one] for one in dict.fromkeys(share_ids) if one in found]
            return self._open_rows(session, wanted, rows[0][2].name) if wanted else []

    def share_version(self, partner_id: str, share_id: str) -> str:
        """The :meth:`version_of` a share as this employer would open it; shows nothing, so it is no look.

        Raises as :meth:`open_share`.
        """
        with self.database.reading() as session:
            found = self._addressed(session, partner_id, [share_id])
            (view,) = self._listed(session, [self._active(session, found[0][0] if found else None)])
        return self.version_of(view)

    def version_of(self, view: ShareView) -> str:
        """A mark that changes whenever what the share shows does, by which nothing that it shows can be guessed."""
        return self.database.cipher.token_hash(f"version {view.model_dump_json()}")

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
        with self.database.reading() as session:
            rows = list(session.scalars(query))
            hidden = self._protected_among(session, rows[:limit])
            views = self._listed(session, [row for row in rows[:limit] if row.learner_id not in hidden])
        return views, rows[limit - 1].id if len(rows) > limit else None

    def _addressed(
        self, session: Session, partner_id: str, share_ids: Sequence[str]
    ) -> list[tuple[ShareRow, LearnerRow, PartnerRow]]:
        """Those of these shares that are addressed to an employer, each with whose it is and with the employer."""
        wanted = [one for one in dict.fromkeys(share_ids) if "\0" not in one]  # no text in a database has one
        query = (
            select(ShareRow, LearnerRow, PartnerRow)
            .join(LearnerRow, LearnerRow.id == ShareRow.learner_id)
            .join(PartnerRow, PartnerRow.id == ShareRow.partner_id)
            .where(ShareRow.organisation == self.organisation, ShareRow.partner_id == partner_id)
            .where(ShareRow.id.in_(wanted))
        )
        return [(share, learner, partner) for share, learner, partner in session.execute(query)]

    def _listed(self, session: Session, rows: Sequence[ShareRow]) -> list[ShareView]:
        """Shares as their list and the shares themselves show them alike."""
        views = self._share_views(session, rows)
        return [self._open_anonymously(view).share if view.anonymous else view for view in views]

    def _own_share(self, session: Session, learner_id: str, share_id: str) -> ShareRow:
        row = self._get(session, ShareRow, share_id, "share")
        if row.learner_id != learner_id:
            raise NotFoundError(f"There is no share {share_id!r} here.", code="unknown")
        return row

    def _refuse_protected(self, session: Session, learner_id: str) -> None:
        if self._get(session, LearnerRow, learner_id, "learner").protected:
            raise UserError("A person with protected identity shares through the school.", mend="Talk to the school.")

    def _add_share(self, session: Session, learner_id: str, order: ShareOrder) -> ShareRow:
        token = secrets.token_urlsafe(24)
        if order.partner_id is not None:
            self._registered(session, order.partner_id)
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

    def _active(self, session: Session, row: ShareRow | None) -> ShareRow:
        # A share of a person who has since been protected answers as one that never was: its existence is a fact too.
        if row is None or self._is_protected(session, row):
            raise NotFoundError("There is no such share.", code="unknown")
        if (state := self._state(row)) != "active":
            raise NotFoundError(f"The share is {state}.", code=state)
        return row

    def _open_rows(self, session: Session, rows: Sequence[ShareRow], viewer: str) -> list[OpenShare]:
        """Show shares that are open, and record a look at each."""
        shown = self._chosen(session, [row.id for row in rows], with_files=True)
        views = self._share_views(session, rows, shown)
        achievements = [[one.achievement for one in view.credentials] for view in views]
        self._note_looks(session, list(zip(rows, achievements, strict=True)), viewer)
        for row in rows:
            self._audit(session, viewer, "share.open", row.id)
        return [self._disclosed(session, row, view, shown[row.id]) for row, view in zip(rows, views, strict=True)]

    def _disclosed(self, session: Session, row: ShareRow, view: ShareView, files: list[CredentialRow]) -> OpenShare:
        if row.anonymous:
            return self._open_anonymously(view)
        names = [one.learner_name for one in view.credentials]
        name = names[0] if names else self._get(session, LearnerRow, row.learner_id, "learner").full_name
        shared = [
            SharedCredential(view=one, sealed=to_sealed(file))
            for one, file in zip(view.credentials, files, strict=True)
        ]
        return OpenShare(share=view, learner_name=name, credentials=tuple(shared))

    def _with_history(self, session: Session, view: ShareView) -> ShareView:
        """With what its learner alone may see: who has looked, what was written where, and what systems were told."""
        looks = self._rows(session, DisclosureRow, DisclosureRow.share_id == view.id)
        traces = self._rows(session, TraceRow, TraceRow.share_id == view.id)
        notices = self._rows(session, NoticeRow, NoticeRow.share_id == view.id, NoticeRow.sent_at.is_not(None))
        seen = [DisclosureView(at=one.at, viewer=one.viewer) for one in looks]
        left = [TraceView.model_validate(one, from_attributes=True) for one in traces]
        told = [NoticeView(at=one.sent_at or one.at, event=one.event) for one in notices]
        history = {
            "disclosures": tuple(sorted(seen, key=lambda one: one.at)),
            "traces": tuple(sorted(left, key=lambda one: (one.at, one.system))),
            "notices": tuple(sorted(told, key=lambda one: one.at)),
        }
        return view.model_copy(update=history)
