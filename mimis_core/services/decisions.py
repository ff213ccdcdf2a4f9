"""Decisions: a teacher's on awards, and what a person is asked about learners who may be the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import delete, distinct, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from mimis_core.catalogue import check_achievement, meets, passes
from mimis_core.errors import UserError
from mimis_core.model import Achievement, AwardState, Completion, CompletionKind, CredentialStatus
from mimis_core.pipeline import add_months
from mimis_core.services.intake import IntakeServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.tables import (
    AliasRow,
    AwardRow,
    CompletionRow,
    CredentialRow,
    IdentityRow,
    LearnerRow,
    OutboxRow,
    new_id,
)

DECIDED: dict[str, str] = {
    AwardState.APPROVED: "Revoke its credential instead.",
    AwardState.REJECTED: "If that was wrong: mimis awards approve --again; on a learner's appeal: mimis appeals",
}
"""What to do about an award that was decided before, by its state."""


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

    def decide_award(
        self, award_id: str, *, approve: bool, by: str, reason: str | None = None, again: bool = False
    ) -> None:
        """Record a person's decision; approving queues the credential.

        Raises NotFoundError, or UserError when the catalogue entry does not pass the six checks or the decision was
        taken before: of two who decide at once the second is told. ``again`` approves what was rejected too.
        """
        with self._transaction() as session:
            self._get(session, AwardRow, award_id, "award")
            row = session.get_one(AwardRow, award_id, with_for_update=True, populate_existing=True)
            meant = again and approve and row.state == AwardState.REJECTED
            if row.state != AwardState.PROPOSED and not meant:
                raise UserError(f"Award {award_id} is {row.state} already.", mend=DECIDED[row.state])
            achievement = self.catalogue.get(row.achievement_id, row.achievement_version)
            if approve and not (achievement and passes(check_achievement(achievement))):
                raise UserError(
                    f"{row.achievement_id} does not pass the six principles.", mend="See: mimis catalogue check"
                )
            self._decide(session, row, AwardState.APPROVED if approve else AwardState.REJECTED, by, reason)

    def same_person_proposals(self) -> list[tuple[str, str]]:
        """Pairs of learner ids that may be one person: for a person to confirm, never merged alone.

        They have an equal name, and an equal verified e-mail or, from two sources, an equal alias of the same name.
        """
        with self._transaction() as session:
            return self._same_person(session)

    def _ready(self, achievement: Achievement) -> bool:
        """Whether it passes the six checks; each entry is checked once, since entries do not change while open."""
        known = self._checked.get(achievement.ref)
        if known is None or known[0] is not achievement:
            known = self._checked[achievement.ref] = achievement, passes(check_achievement(achievement))
        return known[1]

    def _decide(self, session: Session, row: AwardRow, state: AwardState, by: str, reason: str | None) -> None:
        anew = row.decided_at is not None
        row.state, row.decided_by, row.decided_at, row.reason = state, by, self.clock(), reason
        self._audit(session, by, f"award.{state.value}", row.id)
        if state is AwardState.APPROVED:
            if anew:  # it may have been approved before, and one award has one row of work
                mine = OutboxRow.organisation == self.organisation, OutboxRow.kind == "issue"
                session.execute(delete(OutboxRow).where(*mine, OutboxRow.ref == row.id))
            self._enqueue(session, "issue", row.id)

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

        Not on what a supervisor attested: at a workplace the teacher assesses (facts/sweden.md section 1, apl).
        """
        attested = any(one.kind is CompletionKind.ATTESTATION for one in used)
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
        """All decisions about an award's learner and achievement version; those not taken yet are locked."""
        rows = self._rows(
            session,
            AwardRow,
            AwardRow.learner_id == award.learner_id,
            AwardRow.achievement_id == award.achievement_id,
            AwardRow.achievement_version == award.achievement_version,
        )
        for row in rows:
            # Only these: who issues has the approved ones locked while waiting for a credential that our caller has.
            if row.state == AwardState.PROPOSED:
                session.refresh(row, with_for_update=True)
        return rows

    def _latest_credential(self, session: Session, award: AwardRow) -> CredentialRow | None:
        """The last credential of an award's learner and achievement version, in whatever state it is."""
        newer = aliased(CredentialRow)
        query = (
            select(CredentialRow)
            .join(AwardRow, AwardRow.id == CredentialRow.award_id)
            .where(AwardRow.learner_id == award.learner_id, AwardRow.achievement_id == award.achievement_id)
            .where(
                AwardRow.organisation == self.organisation, AwardRow.achievement_version == award.achievement_version
            )
            .where(~exists().where(newer.supersedes_id == CredentialRow.id))
            .order_by(AwardRow.round.desc())
            .limit(1)
        )
        return session.scalars(query).one_or_none()

    def _same_person(self, session: Session) -> list[tuple[str, str]]:
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for pair in (*self._same_address(session), *self._same_alias(session)):
            pairs.setdefault(frozenset(pair), pair)
        return list(pairs.values())

    def _same_address(self, session: Session) -> Iterator[tuple[str, str]]:
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
        for ids in groups.values():
            yield from ((ids[0], other) for other in ids[1:])

    def _same_alias(self, session: Session) -> Iterator[tuple[str, str]]:
        """Only learners whose alias another source knows too are read, for the same reason."""
        shared = (
            select(AliasRow.name, AliasRow.value_key)
            .join(IdentityRow, IdentityRow.id == AliasRow.identity_id)
            .where(AliasRow.organisation == self.organisation)
            .group_by(AliasRow.name, AliasRow.value_key)
            .having(func.count(distinct(IdentityRow.source)) > 1)
        )
        query = (
            select(AliasRow.name, AliasRow.value_key, IdentityRow.source, LearnerRow.id, LearnerRow.full_name)
            .join(IdentityRow, IdentityRow.id == AliasRow.identity_id)
            .join(LearnerRow, LearnerRow.id == IdentityRow.learner_id)
            .where(AliasRow.organisation == self.organisation, LearnerRow.protected.is_(False))
            .where(tuple_(AliasRow.name, AliasRow.value_key).in_(shared))
            .order_by(LearnerRow.id)
        )
        groups: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for name, value, source, learner, full_name in session.execute(query):
            groups.setdefault((name, value, full_name.casefold()), []).append((source, learner))
        for (source, learner), *others in groups.values():
            yield from ((learner, other) for where, other in others if where != source and other != learner)


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
