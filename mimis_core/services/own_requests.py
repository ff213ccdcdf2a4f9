"""What a learner asks of her school about herself: to see its decisions, and to be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.model import AwardState, Model
from mimis_core.services.credentials import titles_of
from mimis_core.services.erasure import Erasure, ErasureServices
from mimis_core.services.reviews import ERASURE
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.tables import AwardRow, LearnerRow, ReviewRow, new_id

OWN_SOURCE = "portal"
"""In the place of a source, for what a learner herself says."""
ASKED_BY_HER = "Begärt av deltagaren själv."


class OwnDecision(Model):
    """A decision about a learner, as she sees it. ``appealed``: she has asked that it is reconsidered, and waits."""

    id: str
    title: dict[str, str]
    state: Literal["proposed", "approved", "rejected"]
    decided_at: datetime | None
    reason: str | None
    appealed: bool


class OwnRequestServices(ErasureServices):
    """Requests of learners of one organisation."""

    def decisions_of(self, learner_id: str) -> list[OwnDecision]:
        """A learner's decisions, newest first: of several rounds of one achievement version the last."""
        with self.database.reading() as session:
            rows = sorted(self._rows(session, AwardRow, AwardRow.learner_id == learner_id), key=lambda row: row.round)
            last = {(row.achievement_id, row.achievement_version): row for row in rows}
            waiting = AppealRow.learner_id == learner_id, AppealRow.state == "open"
            appealed = {row.award_id for row in self._rows(session, AppealRow, *waiting)}
            found = [self._own_decision(row, row.id in appealed) for row in last.values()]
        return sorted(found, key=lambda one: (one.decided_at or self.clock(), one.id), reverse=True)

    def erasure_asked(self, learner_id: str) -> datetime | None:
        """When a learner asked to be erased, as long as the school has not decided on it."""
        with self.database.reading() as session:
            return min((row.at for row in self._open_requests(session, learner_id)), default=None)

    def request_erasure(self, learner_id: str) -> Erasure | None:
        """Erase a learner because she says so; at a public body leave it to a person, and give None.

        A public body's records go by a decision of the body (docs/integritet.md), so there it is a review that waits;
        asked once more, it is the same one. Raises NotFoundError; TemporaryError while something of hers is under way.
        """
        if not self.settings.organisation.public_body:
            return self.erase_learner(learner_id, learner_id, ASKED_BY_HER)
        with self._transaction() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            session.get_one(LearnerRow, learner_id, with_for_update=True)
            if not self._open_requests(session, learner_id):
                self._ask_for_erasure(session, learner_id)
        return None

    def _open_requests(self, session: Session, learner_id: str) -> list[ReviewRow]:
        asked = ReviewRow.kind == ERASURE, ReviewRow.learner_id == learner_id, ReviewRow.state == "open"
        return self._rows(session, ReviewRow, *asked)

    def _ask_for_erasure(self, session: Session, learner_id: str) -> None:
        row = ReviewRow(
            id=new_id(),
            organisation=self.organisation,
            kind=ERASURE,
            source=OWN_SOURCE,
            key=learner_id,
            signal=self._signal(learner_id, self.clock().isoformat()),
            learner_id=learner_id,
            code="asked",
            message="The learner asks to be erased. What may go says: mimis learners erase ID --dry-run",
            state="open",
            at=self.clock(),
        )
        session.add(row)
        self._audit(session, learner_id, "review.open", row.id, kind=ERASURE)

    def _own_decision(self, row: AwardRow, appealed: bool) -> OwnDecision:
        entry = self.catalogue.get(row.achievement_id, row.achievement_version)
        swedish, english = titles_of(entry) if entry else (row.achievement_id, row.achievement_id)
        return OwnDecision(
            id=row.id,
            title={"sv": swedish, "en": english},
            state=AwardState(row.state).value,
            decided_at=row.decided_at,
            reason=row.reason if row.state == AwardState.REJECTED else None,
            appealed=appealed,
        )
