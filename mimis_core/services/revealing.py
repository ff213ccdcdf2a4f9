"""Shares without a name: whoever sees one may ask whose it is, and its learner alone decides.

There is no free text, in which anything could be asked or threatened, and one wish for each share: a no is a no.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.services.contact_messages import REASONS, reveal_mail
from mimis_core.services.credentials import greeting
from mimis_core.services.looks import HOLDERS
from mimis_core.services.shares import ShareServices
from mimis_core.services.views import RevealView
from mimis_core.store.tables import LearnerRow, PartnerRow, RevealRequestRow, ShareRow, new_id


class RevealServices(ShareServices):
    """Takes wishes to know whose a share is, and what its learner answers."""

    def ask_to_reveal(self, token: str, reason: str) -> RevealView:
        """Ask, by a share's link, whose it is; its learner is mailed. Gives how it stands.

        Asked again, by whomever, it changes nothing. Raises NotFoundError as :meth:`open_share`; UserError with the
        code ``named`` for a share that never was without a name, ``reason`` for another reason.
        """
        key = self.database.cipher.token_hash(token)
        with self._transaction() as session:
            rows = self._rows(session, ShareRow, ShareRow.token_key == key)
            return self._ask(session, self._active(session, rows[0] if rows else None), "link", reason)

    def ask_to_reveal_as(self, partner_id: str, share_id: str, reason: str) -> RevealView:
        """The same by an employer that the share is addressed to. Raises as :meth:`ask_to_reveal`."""
        with self._transaction() as session:
            partner = self._get(session, PartnerRow, partner_id, "employer")
            found = self._addressed(session, partner_id, [share_id])
            return self._ask(session, self._active(session, found[0][0] if found else None), partner.name, reason)

    def reveal_share(self, learner_id: str, share_id: str) -> None:
        """Put the learner's name on a share of hers from now on; whether she was asked or not. Repeatable.

        Raises NotFoundError, with the code ``withdrawn`` or ``expired`` for one that is over, and UserError for a
        learner who is protected.
        """
        with self._transaction() as session:
            share = self._own_share(session, learner_id, share_id)
            self._refuse_protected(session, learner_id)
            if (state := self._state(share)) != "active":
                raise NotFoundError(f"The share is {state}.", code=state)
            if share.anonymous:
                share.anonymous = False
                self._answer_wish(session, share_id, "revealed")
                self._audit(session, learner_id, "share.reveal", share_id)

    def decline_reveal(self, learner_id: str, share_id: str) -> None:
        """Answer no to whoever has asked. Without a wish that waits it changes nothing. Raises NotFoundError."""
        with self._transaction() as session:
            self._own_share(session, learner_id, share_id)
            if self._answer_wish(session, share_id, "declined"):
                self._audit(session, learner_id, "share.reveal_declined", share_id)

    def _ask(self, session: Session, share: ShareRow, viewer: str, reason: str) -> RevealView:
        if reason not in REASONS:
            raise UserError("There is no such reason.", mend=f"Choose of: {', '.join(REASONS)}", code="reason")
        known = self._reveals(session, [share]).get(share.id)
        if known is None and not share.anonymous:
            raise UserError("The share has a name.", mend="Open it again.", code="named")
        if known is None and self._note_wish(session, share, viewer, reason):
            self._audit(session, viewer, "share.reveal_asked", share.id, reason=reason)
            self._mail_wish(session, share, viewer, reason)
        return self._reveals(session, [share])[share.id]

    def _note_wish(self, session: Session, share: ShareRow, viewer: str, reason: str) -> bool:
        """Keep it, unless another worker has kept one at this moment."""
        insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
        row = insert(RevealRequestRow).values(
            id=new_id(),
            organisation=self.organisation,
            share_id=share.id,
            viewer=viewer,
            reason=reason,
            at=self.clock(),
        )
        kept = session.execute(row.on_conflict_do_nothing(index_elements=["share_id"]).returning(RevealRequestRow.id))
        return kept.scalar_one_or_none() is not None

    def _mail_wish(self, session: Session, share: ShareRow, viewer: str, reason: str) -> None:
        learner = self._get(session, LearnerRow, share.learner_id, "learner")
        viewers, pages = HOLDERS.get(viewer, (viewer, viewer)), f"{self.settings.base_url}/me"
        facts = self.settings.organisation, greeting(learner), viewers, REASONS[reason], share.purpose, pages
        self._queue_mail(session, learner, f"reveal:{share.id}", *reveal_mail(*facts))

    def _answer_wish(self, session: Session, share_id: str, answer: Literal["revealed", "declined"]) -> bool:
        """Keep her answer; a no can become a yes. Whether something was asked that had no answer."""
        rows = self._rows(session, RevealRequestRow, RevealRequestRow.share_id == share_id)
        waiting = [row for row in rows if row.answer is None or answer == "revealed"]
        for row in waiting:
            row.answer, row.answered_at = answer, self.clock()
        return bool(waiting)
