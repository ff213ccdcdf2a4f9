"""Decisions: a teacher's on awards, and the rounds that follow each other."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from mimis_core.catalogue import meets
from mimis_core.errors import UserError
from mimis_core.model import Achievement, AwardState, Completion, CompletionKind, CredentialStatus
from mimis_core.pipeline import add_months
from mimis_core.principles import check_achievement, passes
from mimis_core.services.base import OPAQUE_ID
from mimis_core.services.credentials import credential_titles, greeting, titles_of
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.messages import rejected_mail
from mimis_core.services.same_person import SamePersonServices
from mimis_core.store.attestation_tables import ATTESTED
from mimis_core.store.staff_tables import StaffRow
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, MessageRow, OutboxRow, new_id

DECIDED: dict[str, str] = {
    AwardState.APPROVED: "Revoke its credential instead.",
    AwardState.REJECTED: "If that was wrong: mimis awards approve --again; on a learner's appeal: mimis appeals",
}
"""What to do about an award that was decided before, by its state."""
OTHER_ROUND = "Ett tidigare avslag har ändrats, så det här förslaget behövs inte."
"""Why a round was rejected that waited while an earlier one was approved after all."""


class DecisionServices(SamePersonServices):
    """Awards of one organisation."""

    @cached_property
    def _checked(self) -> dict[str, tuple[Achievement, bool]]:
        return {}

    def awards(self, state: AwardState | None = None) -> list[dict[str, Any]]:
        """Decisions, newest first, as plain values for commands and pages; a protected learner by id only."""
        conditions = () if state is None else (AwardRow.state == state.value,)
        with self.database.reading() as session:
            rows = self._rows(session, AwardRow, *conditions)
            people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
            names = {one.id: PROTECTED_NAME if one.protected else one.full_name for one in people}
            newest = sorted(rows, key=lambda row: row.completed_at, reverse=True)
            return [_award_summary(row, names[row.learner_id]) for row in newest]

    def decide_award(
        self, award_id: str, *, approve: bool, by: str, reason: str | None = None, again: bool = False
    ) -> None:
        """Record a person's decision; approving queues the credential, and a rejection is told to the learner.

        Raises NotFoundError, or UserError when the catalogue entry does not pass the six checks or the decision was
        taken before: of two who decide at once the second is told. ``again`` approves what was rejected too, with what
        :meth:`_approve_after_all` says about other rounds.
        """
        with self._transaction() as session:
            row = self._get(session, AwardRow, award_id, "award")
            rounds = self._rounds(session, row)
            meant = again and approve and row.state == AwardState.REJECTED
            if row.state != AwardState.PROPOSED and not meant:
                raise UserError(f"Award {award_id} is {row.state} already.", mend=DECIDED[row.state], code="decided")
            if meant:
                self._approve_after_all(session, row, rounds, by, reason)
                return
            if approve:
                self._refuse_unready(row)
                self._decide(session, row, AwardState.APPROVED, by, reason)
            else:
                self._reject(session, row, by, reason)

    def _reject(self, session: Session, row: AwardRow, by: str, reason: str | None) -> None:
        """Decide against the learner, and tell her what was decided, why, and how she asks for a reconsideration."""
        self._decide(session, row, AwardState.REJECTED, by, reason)
        learner = self._get(session, LearnerRow, row.learner_id, "learner")
        # One that was approved in between may be rejected anew, and that is another decision.
        told = len(self._rows(session, MessageRow, MessageRow.key.startswith(f"rejected:{row.id}:")))
        mail = rejected_mail(
            self.settings.organisation,
            greeting(learner),
            self._titles_of_award(session, row),
            (self.clock().date().isoformat(), row.decided_by or by),
            reason,
            f"{self.settings.base_url}/me/decisions",
        )
        self._queue_mail(session, learner, f"rejected:{row.id}:{told + 1}", *mail)

    def _titles_of_award(self, session: Session, award: AwardRow) -> tuple[str, str]:
        """What an award is about, in Swedish and English; its entry may have left the catalogue since."""
        issued = self._rows(session, CredentialRow, CredentialRow.award_id == award.id)
        if issued:
            return credential_titles(issued[0])
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        return titles_of(achievement) if achievement else (award.achievement_id, award.achievement_id)

    def _refuse_unready(self, award: AwardRow) -> None:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        if achievement is None or not self._ready(achievement):
            raise UserError(
                f"{award.achievement_id} does not pass the six principles.",
                mend="See: mimis catalogue check",
                code="not_ready",
            )

    def _approve_after_all(
        self, session: Session, award: AwardRow, rounds: list[AwardRow], by: str, reason: str | None
    ) -> None:
        """Approve an award that was rejected; a round that waits for a decision ends with it.

        Raises UserError when the entry does not pass the six checks, or another round stands in its way.
        """
        self._refuse_unready(award)
        self._refuse_beside(session, award, rounds)
        for one in rounds:
            if one.state == AwardState.PROPOSED:
                self._decide(session, one, AwardState.REJECTED, by, OTHER_ROUND)
        self._decide(session, award, AwardState.APPROVED, by, reason)

    def _refuse_beside(self, session: Session, award: AwardRow, rounds: list[AwardRow]) -> None:
        """Nothing is approved beside what is about to be issued, nor so that it replaces what is later."""
        credentials = self._credentials_by_award(session, rounds)
        for one in rounds:
            own = credentials.get(one.id, [])
            if one.state == AwardState.APPROVED and not own:
                raise UserError(
                    f"Award {one.id} of the same is approved and not issued yet.",
                    mend="Do the queued work first: mimis retry",
                    code="other-round",
                )
            if one.state == AwardState.APPROVED and one.round > award.round and self._stands(one, own):
                raise UserError(
                    f"Award {one.id}, a later one of the same, is approved.",
                    mend="Leave this one as it is, or revoke the later one's credential first.",
                    code="later-round",
                )

    def _ready(self, achievement: Achievement) -> bool:
        """Whether it passes the six checks; each entry is checked once, since entries do not change while open."""
        known = self._checked.get(achievement.ref)
        if known is None or known[0] is not achievement:
            known = self._checked[achievement.ref] = achievement, passes(check_achievement(achievement))
        return known[1]

    def _decide(self, session: Session, row: AwardRow, state: AwardState, by: str, reason: str | None) -> None:
        anew = row.decided_at is not None
        row.state, row.decided_by, row.decided_at, row.reason = state, self._decider(session, by), self.clock(), reason
        self._audit(session, by, f"award.{state.value}", row.id)
        if state is AwardState.APPROVED:
            if anew:  # it may have been approved before, and one award has one row of work
                mine = OutboxRow.organisation == self.organisation, OutboxRow.kind == "issue"
                session.execute(delete(OutboxRow).where(*mine, OutboxRow.ref == row.id))
            self._enqueue(session, "issue", row.id)

    def _decider(self, session: Session, by: str) -> str:
        """Who decides, as it stands in the sealed document: pages give the id of a member of staff, commands a name."""
        # A name is looked up nowhere: a rule decides on thousands of awards in one transaction.
        staff = session.get(StaffRow, by) if OPAQUE_ID.fullmatch(by) else None
        return staff.name if staff is not None and staff.organisation == self.organisation else by

    def _propose(
        self,
        session: Session,
        row: AwardRow,
        achievement: Achievement,
        used: tuple[Completion, ...],
        *,
        by_rule: bool = True,
    ) -> None:
        """Keep a new award; where the entry's recorded rule may decide, it does.

        Not on what a supervisor attested, nor on what a teacher asked somebody about: then the teacher decides
        (facts/sweden.md section 1, apl).
        """
        attested = any(one.kind is CompletionKind.ATTESTATION or one.source == ATTESTED for one in used)
        row.by_rule = by_rule and not attested and achievement.automatic is not None
        session.add(row)
        self._audit(session, "sync", "award.propose", row.id)
        if row.by_rule and (rule := achievement.automatic):
            self._decide(session, row, AwardState.APPROVED, rule.decided_by, f"rule of {rule.decided_on.isoformat()}")

    def _renew_award(
        self, session: Session, last: AwardRow, achievement: Achievement, used: tuple[Completion, ...]
    ) -> AwardRow | None:
        """The award for a recompleted course; None when it was not recompleted, or that would not lengthen anything.

        A recorded rule renews what is in force or has expired. After a suspension or revocation a person decides.
        """
        done_at = recompleted_at(achievement, used)
        if not achievement.valid_months or done_at <= last.completed_at or last.state == AwardState.PROPOSED:
            return None
        old = self._latest_credential(session, last)
        end = add_months(done_at, achievement.valid_months)
        if old is None or end <= max(old.valid_until or self.clock(), self.clock()):
            return None
        row = self._renewal(last, last.round + 1, done_at, dump_evidence(used), done_at)
        good = old.status in (CredentialStatus.ACTIVE, CredentialStatus.EXPIRED)
        self._propose(session, row, achievement, used, by_rule=good)
        return row

    def _renewal(self, last: AwardRow, number: int, done_at: datetime, evidence: str, valid_from: datetime) -> AwardRow:
        return AwardRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=last.learner_id,
            achievement_id=last.achievement_id,
            achievement_version=last.achievement_version,
            round=number,
            valid_from=valid_from,
            state=AwardState.PROPOSED,
            completed_at=done_at,
            evidence=evidence,
        )

    def _rounds(self, session: Session, award: AwardRow) -> list[AwardRow]:
        """All decisions about an award's learner and achievement version, locked but for the approved ones.

        Who issues has the approved ones locked while waiting for a credential that our caller may have. The others are
        locked in one order everywhere, so that two who decide never wait for each other.
        """
        rows = self._rows(
            session,
            AwardRow,
            AwardRow.learner_id == award.learner_id,
            AwardRow.achievement_id == award.achievement_id,
            AwardRow.achievement_version == award.achievement_version,
        )
        others = [row.id for row in rows if row.state != AwardState.APPROVED]
        query = select(AwardRow).where(AwardRow.id.in_(others)).order_by(AwardRow.id)
        session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
        return rows

    def _credentials_by_award(self, session: Session, awards: Collection[AwardRow]) -> dict[str, list[CredentialRow]]:
        found: dict[str, list[CredentialRow]] = {}
        for row in self._rows_in(session, CredentialRow, CredentialRow.award_id, [one.id for one in awards]):
            found.setdefault(row.award_id, []).append(row)
        return found

    def _stands(self, award: AwardRow, credentials: Collection[CredentialRow]) -> bool:
        """Whether something is open or live about it; ``credentials`` are all of its own."""
        if award.state == AwardState.APPROVED:
            return not credentials or any(self._is_live(row) for row in credentials)
        return award.state == AwardState.PROPOSED

    def _is_live(self, row: CredentialRow) -> bool:
        return self._status(row).status in (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED)

    def _latest_credential(self, session: Session, award: AwardRow) -> CredentialRow | None:
        """The last credential up to an award's round of its learner and achievement version, in whatever state."""
        newer = aliased(CredentialRow)
        query = (
            select(CredentialRow)
            .join(AwardRow, AwardRow.id == CredentialRow.award_id)
            .where(AwardRow.learner_id == award.learner_id, AwardRow.achievement_id == award.achievement_id)
            .where(
                AwardRow.organisation == self.organisation, AwardRow.achievement_version == award.achievement_version
            )
            .where(AwardRow.round <= award.round, ~exists().where(newer.supersedes_id == CredentialRow.id))
            .order_by(AwardRow.round.desc())
            .limit(1)
        )
        return session.scalars(query).one_or_none()


def recompleted_at(achievement: Achievement, used: tuple[Completion, ...]) -> datetime:
    """When the last of an achievement's requirements was met anew: doing one of two parts again renews nothing."""
    newest = [
        max(one.completed_at for one in used if meets(one, need))
        for need in achievement.earned_by
        if any(meets(one, need) for one in used)
    ]
    return min(newest, default=max(one.completed_at for one in used))


def dump_evidence(used: tuple[Completion, ...]) -> str:
    """The completions of an award as they are stored."""
    return json.dumps([one.model_dump(mode="json") for one in used])


def _award_summary(row: AwardRow, name: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "learner": row.learner_id,
        "name": name,
        "achievement": f"{row.achievement_id}@{row.achievement_version}",
        "round": row.round,
        "state": row.state,
        "completed_at": row.completed_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
    }
