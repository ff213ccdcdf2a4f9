"""Appeals: a learner asks that a decision about her is reconsidered (begäran om omprövning)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, TemporaryError, UserError
from mimis_core.model import AwardState
from mimis_core.services.credentials import greeting
from mimis_core.services.decisions import DecisionServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.messages import Answer, appeal_mail
from mimis_core.services.texts import plain
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.staff_tables import StaffRow
from mimis_core.store.tables import AuditRow, AwardRow, CredentialRow, LearnerRow, new_id

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
        what is not hers; TemporaryError when she is merged with another at this moment.
        """
        if not text.strip() or len(text) > LONGEST or "\0" in text:
            raise UserError(f"Say in at most {LONGEST} characters what should be reconsidered, and why.")
        try:
            with self._transaction() as session:
                award = self._award_of(session, learner_id, award_id, credential_id)
                known = self._rows(session, AppealRow, AppealRow.open_key == award.id)
                return known[0].id if known else self._keep_appeal(session, award, credential_id, text.strip())
        except IntegrityError:
            raise TemporaryError("The award was changed meanwhile.", mend="Try again.") from None

    def appeals(
        self, state: AppealState | None = "open", *, limit: int | None = None, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Appeals, the one that is due first ahead, as plain values; a protected learner by id only. None means all.

        ``after`` is the id of the last one that was shown. Raises NotFoundError when there is none.
        """
        query = select(AppealRow).where(AppealRow.organisation == self.organisation)
        if state is not None:
            query = query.where(AppealRow.state == state)
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, AppealRow, after, "appeal")
                query = query.where(tuple_(AppealRow.due, AppealRow.id) > (last.due, last.id))
            rows = session.scalars(query.order_by(AppealRow.due, AppealRow.id).limit(limit)).all()
            return self._appeal_summaries(session, rows)

    def read_appeal(self, appeal_id: str) -> dict[str, Any]:
        """One appeal as :meth:`appeals` gives it. Raises NotFoundError."""
        with self.database.reading() as session:
            return self._appeal_summaries(session, [self._get(session, AppealRow, appeal_id, "appeal")])[0]

    def appeals_of(self, learner_id: str) -> list[dict[str, Any]]:
        """A learner's own appeals, newest first: what she wrote, when it is due, and what came of it."""
        with self.database.reading() as session:
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
        """Close an appeal, with the reason for the learner, who is mailed the answer.

        ``changed`` approves an award that was rejected; of one that was approved it records that it is to be changed,
        which is done by the ways that there are for that (correct, revoke). ``nobody_else`` says that there is no other
        person than the one who took the first decision.

        Raises NotFoundError; UserError when it was decided before, nobody is named or no reason is given, the one who
        decides took the first decision, the entry does not pass the six checks, or a later round of the same stands.
        Nothing is changed then.
        """
        if not reason.strip() or not by.strip():
            raise UserError("A decision on an appeal says who decides, and why.", mend="Give --by and --reason.")
        with self._transaction() as session:
            row = self._open_appeal(session, appeal_id)
            award = self._get(session, AwardRow, row.award_id, "award")
            rounds = self._rounds(session, award)
            session.refresh(award, with_for_update=True)
            same = self._same_actor(session, self._first_decider(session, award), by)
            if same and not nobody_else:
                raise UserError(
                    f"Whoever took the first decision does not decide on appeal {appeal_id}.",
                    mend="Let another person decide, or say --nobody-else where there is none.",
                    code="same_person",
                )
            self._answer(session, row, award, outcome, by, reason.strip())
            self._audit(session, by, f"appeal.{outcome}", row.id, award=award.id, same_person=same)
            if outcome == "changed" and award.state == AwardState.REJECTED:
                self._approve_after_all(session, award, rounds, by, reason.strip())

    def _open_appeal(self, session: Session, appeal_id: str) -> AppealRow:
        """The row, locked, when nobody has decided on it."""
        self._get(session, AppealRow, appeal_id, "appeal")
        row = session.get_one(AppealRow, appeal_id, with_for_update=True, populate_existing=True)
        if row.state != "open":
            raise UserError(
                f"Appeal {appeal_id} is decided already: {row.state}.", mend="See: mimis appeals", code="decided"
            )
        return row

    def _answer(
        self, session: Session, row: AppealRow, award: AwardRow, outcome: Outcome, by: str, reason: str
    ) -> None:
        """Close an appeal and tell the learner, once."""
        row.state, row.open_key, row.reason = outcome, None, reason
        row.decided_by, row.decided_at = by, self.clock()
        learner = self._get(session, LearnerRow, row.learner_id, "learner")
        answer: Answer = "unchanged"
        if outcome == "changed":
            answer = "granted" if award.state == AwardState.REJECTED else "to_change"
        titles, day = self._titles_of_award(session, award), row.decided_at.date().isoformat()
        mail = appeal_mail(self.settings.organisation, greeting(learner), titles, day, answer, reason)
        self._queue_mail(session, learner, f"appeal:{row.id}", *mail)

    def _first_decider(self, session: Session, award: AwardRow) -> str:
        """Who took the decision: of staff the id, which the audit has, since two may have one name."""
        decided = AuditRow.action.in_(("award.approved", "award.rejected"))
        mine = AuditRow.organisation == self.organisation, AuditRow.subject == award.id
        actor = session.scalars(select(AuditRow.actor).where(*mine, decided).order_by(AuditRow.at.desc())).first()
        staff = session.get(StaffRow, actor) if actor is not None else None
        return staff.id if staff is not None else award.decided_by or ""

    def _same_actor(self, session: Session, one: str, other: str) -> bool:
        """Whether two actors are one person: commands get a name, pages the id of a member of staff."""
        staff = self._rows(session, StaffRow)
        return not _people(one, staff).isdisjoint(_people(other, staff))

    def _award_of(self, session: Session, learner_id: str, award_id: str | None, credential_id: str | None) -> AwardRow:
        """The award, locked so that of two who ask at once the second sees the first one's appeal."""
        if credential_id is not None:
            award_id = self._get(session, CredentialRow, credential_id, "credential").award_id
        award = self._get(session, AwardRow, award_id or "", "award")
        session.refresh(award, with_for_update=True)
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

    def _appeal_summaries(self, session: Session, rows: Sequence[AppealRow]) -> list[dict[str, Any]]:
        people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
        awards = self._rows_in(session, AwardRow, AwardRow.id, {row.award_id for row in rows})
        named, given = {one.id: one for one in people}, {one.id: one for one in awards}
        return [self._appeal_summary(row, named[row.learner_id], given[row.award_id]) for row in rows]

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
            "reason": None if learner.protected else row.reason,
        }


def _people(actor: str, staff: list[StaffRow]) -> set[str]:
    """Who an actor may be: members of staff by id, name or address, whenever they were invited; else a name."""
    said = plain(actor)
    found = {row.email_key for row in staff if row.id == actor or said in (plain(row.name), plain(row.email))}
    return found or {said}
