"""Appeals: a learner asks that a decision about her is reconsidered (begäran om omprövning)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import AwardState
from mimis_core.services.decisions import DecisionServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, new_id

AppealState = Literal["open", "changed", "unchanged"]
Outcome = Literal["changed", "unchanged"]
ANSWER_WITHIN = timedelta(days=21)
"""What the school sets itself: the law asks for no delay without need, and gives no number of days."""
LONGEST = 10_000
"""Characters of what a learner writes."""


class AppealServices(DecisionServices):
    """Requests that stand until a person has decided on them."""

    def appeal(
        self, learner_id: str, text: str, *, award_id: str | None = None, credential_id: str | None = None
    ) -> str:
        """Keep a learner's request about one decision, or about the one that a credential rests on; gives its id.

        While one is open, the same award gives the same id again and the first text stays.

        Raises UserError for an empty or endless text, or for a proposal that nobody has decided on; NotFoundError for
        what is not hers.
        """
        if not text.strip() or len(text) > LONGEST or "\0" in text:
            raise UserError(f"Say in at most {LONGEST} characters what should be reconsidered, and why.")
        try:
            with self._transaction() as session:
                award = self._award_of(session, learner_id, award_id, credential_id)
                known = self._rows(session, AppealRow, AppealRow.open_key == award.id)
                return known[0].id if known else self._keep_appeal(session, award, credential_id, text.strip())
        except IntegrityError:  # she pressed twice, and the other one was faster
            return self.appeal(learner_id, text, award_id=award_id, credential_id=credential_id)

    def appeals(self, state: AppealState | None = "open") -> list[dict[str, Any]]:
        """Appeals, the one that is due first ahead, as plain values; a protected learner by id only. None means all."""
        conditions = () if state is None else (AppealRow.state == state,)
        with self._transaction() as session:
            rows = self._rows(session, AppealRow, *conditions)
            people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
            awards = self._rows_in(session, AwardRow, AwardRow.id, {row.award_id for row in rows})
            named, given = {one.id: one for one in people}, {one.id: one for one in awards}
            return [
                self._appeal_summary(row, named[row.learner_id], given[row.award_id])
                for row in sorted(rows, key=lambda row: (row.due, row.id))
            ]

    def appeals_of(self, learner_id: str) -> list[dict[str, Any]]:
        """A learner's own appeals, newest first: what she wrote, when it is due, and what came of it."""
        with self._transaction() as session:
            rows = self._rows(session, AppealRow, AppealRow.learner_id == learner_id)
            return [
                {
                    "id": row.id,
                    "award": row.award_id,
                    "text": row.text,
                    "state": row.state,
                    "at": row.at.isoformat(),
                    "due": row.due.isoformat(),
                    "reason": row.reason,
                }
                for row in sorted(rows, key=lambda row: row.at, reverse=True)
            ]

    def decide_appeal(
        self, appeal_id: str, outcome: Outcome, by: str, reason: str, *, nobody_else: bool = False
    ) -> None:
        """Close an appeal, with the reason for the learner.

        ``changed`` approves an award that was rejected; of one that was approved it records that it is to be changed,
        which is done by the ways that there are for that (correct, revoke). ``nobody_else`` says that there is no other
        person than the one who took the first decision.

        Raises NotFoundError; UserError when it was decided before, no reason is given, the one who decides took the
        first decision, or the entry does not pass the six checks. Nothing is changed then.
        """
        if not reason.strip():
            raise UserError("A decision on an appeal needs a reason.", mend="Give --reason.")
        with self._transaction() as session:
            self._get(session, AppealRow, appeal_id, "appeal")
            row = session.get_one(AppealRow, appeal_id, with_for_update=True, populate_existing=True)
            if row.state != "open":
                raise UserError(f"Appeal {appeal_id} is decided already: {row.state}.", mend="See: mimis appeals")
            award = session.get_one(AwardRow, row.award_id, with_for_update=True, populate_existing=True)
            if award.decided_by == by and not nobody_else:
                raise UserError(
                    f"Whoever took the first decision does not decide on appeal {appeal_id}.",
                    mend="Let another person decide, or say --nobody-else where there is none.",
                )
            row.state, row.open_key, row.reason = outcome, None, reason.strip()
            row.decided_by, row.decided_at = by, self.clock()
            same = award.decided_by == by
            self._audit(session, by, f"appeal.{outcome}", row.id, award=award.id, same_person=same)
            if outcome == "changed" and award.state == AwardState.REJECTED:
                self._approvable(award)
                self._decide(session, award, AwardState.APPROVED, by, reason.strip())

    def _approvable(self, award: AwardRow) -> None:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        if achievement is None or not self._ready(achievement):
            raise UserError(
                f"{award.achievement_id} does not pass the six principles.", mend="See: mimis catalogue check"
            )

    def _award_of(self, session: Session, learner_id: str, award_id: str | None, credential_id: str | None) -> AwardRow:
        if credential_id is not None:
            award_id = self._get(session, CredentialRow, credential_id, "credential").award_id
        award = self._get(session, AwardRow, award_id or "", "award")
        if award.learner_id != learner_id:
            raise NotFoundError(f"There is no award {award_id!r} here.", code="unknown")
        if award.state == AwardState.PROPOSED:
            raise UserError(f"Nobody has decided on award {award.id} yet.", mend="Wait for the decision.")
        return award

    def _keep_appeal(self, session: Session, award: AwardRow, credential_id: str | None, text: str) -> str:
        row = AppealRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=award.learner_id,
            award_id=award.id,
            credential_id=credential_id,
            text=text,
            state="open",
            open_key=award.id,
            at=self.clock(),
            due=(self.clock() + ANSWER_WITHIN).date(),
        )
        session.add(row)
        self._audit(session, award.learner_id, "appeal.open", row.id, award=award.id)
        session.flush()
        return row.id

    def _appeal_summary(self, row: AppealRow, learner: LearnerRow, award: AwardRow) -> dict[str, Any]:
        late = row.state == "open" and row.due < self.clock().date()
        return {
            "id": row.id,
            "state": row.state,
            "due": row.due.isoformat(),
            "late": late,
            "at": row.at.isoformat(),
            "learner": row.learner_id,
            "name": PROTECTED_NAME if learner.protected else learner.full_name,
            "award": row.award_id,
            "achievement": f"{award.achievement_id}@{award.achievement_version}",
            "decision": award.state,
            "text": "" if learner.protected else row.text,
            "reason": row.reason,
        }
