"""What is to be built for a decision: the order for the format, and what the new credential will replace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session

from mimis_core.errors import PermanentError, UserError
from mimis_core.model import Achievement, Award, AwardState, IssueOrder
from mimis_core.pipeline import add_months
from mimis_core.services.credentials import load_evidence
from mimis_core.services.endorsements import EndorsementServices
from mimis_core.services.learners import to_learner
from mimis_core.services.rights import RightServices
from mimis_core.services.status import Place
from mimis_core.services.sync import SyncServices
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, new_id


@dataclass(frozen=True)
class Plan:
    """An order with what only mimis needs to know: ids, the number of the status list, and what it replaces."""

    order: IssueOrder
    public_id: str
    status_list: int
    replaces: str | None = None


class OrderServices(SyncServices, RightServices, EndorsementServices):
    """Makes orders of decisions, from the catalogue, the settings and the learner as they are today."""

    def _plan(
        self, session: Session, award: AwardRow, learner: LearnerRow, place: Place, old: CredentialRow | None
    ) -> Plan:
        """The plan for an approved award; ``old`` is what it replaces, a correction when that has the same award.

        Raises PermanentError when it may not be issued now, or its owner does not let it be, and UserError when its
        entry does not pass the six checks.
        """
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        if award.state != AwardState.APPROVED or learner.protected or achievement is None:
            raise not_now(award.id)
        if not self._ready(achievement):
            raise UserError(f"{achievement.ref} does not pass the six principles.", mend="See: mimis catalogue check")
        public_id = token_urlsafe(12)
        order = IssueOrder(
            urn=f"urn:credential:{UUID(new_id())}",
            award=to_award(award),
            achievement=self._endorsed(session, self.reviewed(achievement)),
            learner=to_learner(learner),
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            issued_at=self.clock(),
            valid_until=self._valid_until(award, achievement, old),
            status_url=f"{self.settings.base_url}/status/{public_id}",
            public_url=f"{self.settings.base_url}/c/{public_id}",
            status_list_url=self.status_list_address(place[0]),
            status_index=place[1],
            show_birth_date=self.settings.show_birth_date,
            mandate=self._mandate(session, achievement),
            supersedes=old.urn if old else None,
        )
        return Plan(order, public_id, place[0], old.id if old else None)

    def _valid_until(self, award: AwardRow, achievement: Achievement, old: CredentialRow | None) -> datetime | None:
        """A correction ends when the corrected one did; all else counts from the renewal's day, or from today."""
        if old is not None and old.award_id == award.id:
            return old.valid_until
        if not achievement.valid_months:
            return None
        end = add_months(award.valid_from or self.clock(), achievement.valid_months)
        if end <= self.clock():
            raise UserError(f"Award {award.id} would have expired already.", mend="Reject it.")
        return end


def not_now(award_id: str) -> PermanentError:
    """Why nothing is issued for an award, whatever of it changed."""
    return PermanentError(
        f"Award {award_id} may not be issued now.",
        mend="It must be approved, its catalogue entry present, and the learner not protected.",
    )


def to_award(row: AwardRow) -> Award:
    """The decision that a row holds."""
    return Award(
        id=row.id,
        learner_id=row.learner_id,
        achievement_id=row.achievement_id,
        achievement_version=row.achievement_version,
        state=AwardState(row.state),
        completed_at=row.completed_at,
        evidence=load_evidence(row),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        by_rule=row.by_rule,
        reason=row.reason,
    )
