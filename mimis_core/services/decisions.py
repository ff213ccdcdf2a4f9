"""Decisions: a teacher's on awards, and what a person is asked about learners who may be the same."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.catalogue import check_achievement, passes
from mimis_core.errors import UserError
from mimis_core.model import Achievement, AwardState, Completion
from mimis_core.services.intake import IntakeServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.tables import AwardRow, CompletionRow, LearnerRow


class DecisionServices(IntakeServices):
    """Awards and proposals of one organisation."""

    @cached_property
    def _checked(self) -> dict[str, tuple[Achievement, bool]]:
        return {}

    def awards(self, state: AwardState | None = None) -> list[dict[str, Any]]:
        """Decisions, newest first, as plain values for commands and pages; a protected learner by id only."""
        conditions = () if state is None else (AwardRow.state == state.value,)
        with self._transaction() as session:
            rows = self._rows(session, AwardRow, *conditions)
            people = self._rows(session, LearnerRow, LearnerRow.id.in_({row.learner_id for row in rows}))
            names = {one.id: PROTECTED_NAME if one.protected else one.full_name for one in people}
            newest = sorted(rows, key=lambda row: row.completed_at, reverse=True)
            return [_award_summary(row, names[row.learner_id]) for row in newest]

    def decide_award(self, award_id: str, *, approve: bool, by: str, reason: str | None = None) -> None:
        """Record a person's decision; approving queues the credential.

        Raises NotFoundError, or UserError when the catalogue entry does not pass the six checks or the decision was
        taken before.
        """
        with self._transaction() as session:
            row = self._get(session, AwardRow, award_id, "award")
            if row.state == AwardState.APPROVED:
                raise UserError(f"Award {award_id} is approved already.", mend="Revoke its credential instead.")
            achievement = self.catalogue.get(row.achievement_id, row.achievement_version)
            if approve and not (achievement and passes(check_achievement(achievement))):
                raise UserError(
                    f"{row.achievement_id} does not pass the six principles.", mend="See: mimis catalogue check"
                )
            self._decide(session, row, AwardState.APPROVED if approve else AwardState.REJECTED, by, reason)

    def same_person_proposals(self) -> list[tuple[str, str]]:
        """Pairs of learner ids with equal verified e-mail and name: for a person to confirm, never merged alone."""
        with self._transaction() as session:
            return self._same_person(session)

    def _ready(self, achievement: Achievement) -> bool:
        """Whether it passes the six checks; each entry is checked once, since entries do not change while open."""
        known = self._checked.get(achievement.ref)
        if known is None or known[0] is not achievement:
            known = self._checked[achievement.ref] = achievement, passes(check_achievement(achievement))
        return known[1]

    def _decide(self, session: Session, row: AwardRow, state: AwardState, by: str, reason: str | None) -> None:
        row.state, row.decided_by, row.decided_at, row.reason = state, by, self.clock(), reason
        self._audit(session, "decision", f"award.{state.value}", row.id)
        if state is AwardState.APPROVED:
            self._enqueue(session, "issue", row.id)

    def _same_person(self, session: Session) -> list[tuple[str, str]]:
        """Only learners who share an address are read: names and completions are encrypted, so that takes its time."""
        shared = (
            select(LearnerRow.email_key)
            .where(LearnerRow.organisation == self.organisation, LearnerRow.email_key.is_not(None))
            .group_by(LearnerRow.email_key)
            .having(func.count() > 1)
        )
        people = self._rows(session, LearnerRow, LearnerRow.email_key.in_(shared), LearnerRow.protected.is_(False))
        groups: dict[tuple[str, str], list[str]] = {}
        verified = {
            row.learner_id
            for row in self._rows(session, CompletionRow, CompletionRow.learner_id.in_([one.id for one in people]))
            if Completion.model_validate_json(row.content).learner.email_verified
        }
        for one in people:
            if one.id in verified:
                groups.setdefault((one.email_key or "", one.full_name.casefold()), []).append(one.id)
        return [(ids[0], other) for ids in groups.values() for other in ids[1:]]


def _award_summary(row: AwardRow, name: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "learner": row.learner_id,
        "name": name,
        "achievement": f"{row.achievement_id}@{row.achievement_version}",
        "state": row.state,
        "completed_at": row.completed_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
    }
