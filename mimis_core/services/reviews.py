"""Reviews: a person decides what follows when a source takes back, corrects or lets go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import AwardState, Completion
from mimis_core.services.credentials import load_evidence
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.renewals import RenewalServices
from mimis_core.services.signals import CORRECTED, DEPARTED, WITHDRAWN
from mimis_core.services.stacking import PARTS
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, ReviewRow

ERASURE = "erasure"
"""A learner of a public body has asked to be erased: no source says that, she does."""
ReviewState = Literal["open", "accepted", "dismissed"]
Outcome = Literal["rejected", "revoked", "reissued", "updated", "handled", "unchanged"]
"""What accepting a review came to. ``updated``: the award's facts, before its credential was issued."""
ACCEPTING = {
    WITHDRAWN: "rejects the award, or revokes its credential",
    CORRECTED: "brings the award's facts up to date and reissues its credential",
    DEPARTED: "records that a person has handled it",
    ERASURE: "records that a person has decided on it; erasing is done by: mimis learners erase",
}
"""What accepting a review of each kind does."""
REASONS = {
    WITHDRAWN: "Uppgiften som beviset vilar på har tagits tillbaka i skolans lärplattform.",
    CORRECTED: "Uppgifterna som beviset vilar på har rättats i skolans lärplattform.",
}
PART_REASONS = {
    WITHDRAWN: "En mikromerit som ingår gäller inte längre.",
    CORRECTED: "Uppgifterna i en mikromerit som ingår har rättats.",
}
"""Told to the learner where nobody writes another reason; of a part, which no learning platform speaks of."""


class ReviewServices(RenewalServices):
    """What waits for a person because a source said so, or a learner did."""

    def reviews(
        self, state: ReviewState | None = "open", *, limit: int | None = None, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Reviews, oldest first, as plain values for commands and pages; a protected learner by id only.

        ``accepting`` says what :meth:`accept_review` would do. None for ``state`` means all. ``after`` is the id of the
        last one that was shown. Raises NotFoundError when there is none.
        """
        query = select(ReviewRow).where(ReviewRow.organisation == self.organisation)
        if state is not None:
            query = query.where(ReviewRow.state == state)
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, ReviewRow, after, "review")
                query = query.where(tuple_(ReviewRow.at, ReviewRow.id) > (last.at, last.id))
            rows = session.scalars(query.order_by(ReviewRow.at, ReviewRow.id).limit(limit)).all()
            return self._review_summaries(session, rows)

    def read_review(self, review_id: str) -> dict[str, Any]:
        """One review as :meth:`reviews` gives it. Raises NotFoundError."""
        with self.database.reading() as session:
            return self._review_summaries(session, [self._get(session, ReviewRow, review_id, "review")])[0]

    def corrected_evidence(self, review_id: str) -> tuple[Completion, ...]:
        """What the decision of a review rests on, as its sources say it now: only what they say otherwise than before.

        Nothing of a protected learner. Raises NotFoundError.
        """
        with self.database.reading() as session:
            review = self._get(session, ReviewRow, review_id, "review")
            if review.award_id is None:
                return ()
            award = self._get(session, AwardRow, review.award_id, "award")
            if session.get_one(LearnerRow, award.learner_id).protected:
                return ()
            known = load_evidence(award)
            return tuple(one for one in self._evidence_now(session, award, known) if one not in known)

    def accept_review(self, review_id: str, by: str, reason: str | None = None) -> Outcome:
        """Do what a review proposes, and record it. ``reason`` is told to the learner, else a sentence of ours.

        Withdrawn: the award is rejected, or its credential revoked. Corrected: the award's facts are brought up to
        date and its credential is reissued. Departed: recorded as handled; nothing is erased by it. What was done by
        other ways before is not done again.

        Raises NotFoundError; UserError when it was decided before, or the credential is suspended; and, for a
        correction, what :meth:`reissue_credential` raises. Nothing is changed then.
        """
        with self._transaction() as session:
            review = self._open_review(session, review_id)
            text = (reason or "").strip() or (PART_REASONS if review.source == PARTS else REASONS).get(review.kind, "")
            outdated = self._outdated(session, review)
            if outdated is None:
                return self._accept_now(session, review, by, text)

        def record(session: Session, award: AwardRow) -> None:
            self._decide_review(session, self._open_review(session, review_id), "accepted", by, None)

        self._reissue(outdated, text, by, self._refresh_evidence, record)
        return "reissued"

    def dismiss_review(self, review_id: str, by: str, reason: str) -> None:
        """Record that nothing follows, and why.

        Raises NotFoundError, or UserError when no reason is given or it was decided before.
        """
        if not reason.strip():
            raise UserError("Letting a review go needs a reason.", mend="Give --reason.")
        with self._transaction() as session:
            self._decide_review(session, self._open_review(session, review_id), "dismissed", by, reason)

    def _accept_now(self, session: Session, review: ReviewRow, by: str, reason: str) -> Outcome:
        """All that is to be done within one transaction: what needs no new document."""
        self._decide_review(session, review, "accepted", by, None)
        if review.award_id is None:
            return "handled"
        # Locked ahead of the look at its credentials: a worker may be about to store one.
        award = session.get_one(AwardRow, review.award_id, with_for_update=True, populate_existing=True)
        credentials = self._rows(session, CredentialRow, CredentialRow.award_id == award.id)
        unissued = not credentials and award.state != AwardState.REJECTED
        if review.kind == CORRECTED:
            return "updated" if unissued and self._refresh_evidence(session, award) else "unchanged"
        if unissued:
            self._reject(session, award, by, reason)
            self._finish_issue(session, [award.id])
            return "rejected"
        live = next(filter(self._is_live, credentials), None)
        if live is None:
            return "unchanged"
        self._revoke(session, live.id, reason, by)
        return "revoked"

    def _outdated(self, session: Session, review: ReviewRow) -> str | None:
        """Id of the credential that a correction is about; None when it is gone, or the source says what it says."""
        if review.kind != CORRECTED or review.award_id is None:
            return None
        award = self._get(session, AwardRow, review.award_id, "award")
        evidence = load_evidence(award)
        if self._evidence_now(session, award, evidence) == evidence:
            return None
        rows = self._rows(session, CredentialRow, CredentialRow.award_id == award.id)
        return next((row.id for row in rows if self._is_live(row)), None)

    def _review_summaries(self, session: Session, rows: Sequence[ReviewRow]) -> list[dict[str, Any]]:
        people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id or "" for row in rows})
        awards = self._rows_in(session, AwardRow, AwardRow.id, {row.award_id or "" for row in rows})
        known, given = {one.id: one for one in people}, {one.id: one for one in awards}
        return [_summary(row, known.get(row.learner_id or ""), given.get(row.award_id or "")) for row in rows]

    def _open_review(self, session: Session, review_id: str) -> ReviewRow:
        """The row, locked, when nobody has decided on it."""
        self._get(session, ReviewRow, review_id, "review")
        row = session.get_one(ReviewRow, review_id, with_for_update=True, populate_existing=True)
        if row.state != "open":
            raise UserError(f"Review {review_id} is {row.state} already.", mend="See: mimis reviews", code="decided")
        return row

    def _decide_review(
        self, session: Session, review: ReviewRow, state: ReviewState, by: str, reason: str | None
    ) -> None:
        review.state, review.decided_by, review.decided_at, review.reason = state, by, self.clock(), reason
        verb = "accept" if state == "accepted" else "dismiss"
        self._audit(session, by, f"review.{verb}", review.id, kind=review.kind)


def _summary(row: ReviewRow, learner: LearnerRow | None, award: AwardRow | None) -> dict[str, Any]:
    hidden = learner is None or learner.protected
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "at": row.at.isoformat(),
        "source": row.source,
        "record": "" if hidden else row.key,
        "learner": row.learner_id,
        "name": PROTECTED_NAME if hidden or learner is None else learner.full_name,
        "award": row.award_id,
        "achievement": f"{award.achievement_id}@{award.achievement_version}" if award else None,
        "code": row.code,
        "message": row.message,
        "accepting": ACCEPTING[row.kind],
        "reason": None if hidden else row.reason,
    }
