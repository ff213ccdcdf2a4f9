"""What a source says against what was decided: kept for a person, who decides what follows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from mimis_core.model import (
    Achievement,
    AwardState,
    Completion,
    CompletionKind,
    Departure,
    SetAside,
    Withdrawal,
)
from mimis_core.services.credentials import load_evidence
from mimis_core.services.decisions import DecisionServices, dump_evidence, recompleted_at
from mimis_core.services.intake import Absorbed, Place, shortened
from mimis_core.store.tables import AwardRow, CompletionRow, IdentityRow, LearnerRow, ReviewRow, new_id

WITHDRAWN, CORRECTED, DEPARTED = "withdrawn", "corrected", "departed"
"""Kinds of reviews."""
SHOWN = ("title", "completed_at", "grade", "by", "started_at", "hours", "place", "evidence")
"""Facts of a completion that stand in a sealed document."""
LEFT = (
    "mimis erases nothing by itself: decide by the school's plan for archives and erasure what of it is kept, run"
    " mimis learners erase where she is to go, and accept this as handled."
)
Resting = tuple[AwardRow, tuple[Completion, ...]]
"""An award, and the evidence that it rests on."""


def is_withdrawn(row: CompletionRow) -> bool:
    """Whether its source has taken a completion back: then it counts for nothing."""
    return row.state == "set_aside" and row.reason == WITHDRAWN


def corrected_facts(achievement: Achievement | None, old: Completion, new: Completion) -> tuple[str, ...]:
    """Names of the shown facts that differ. What has an end and was completed again is renewed, not corrected."""
    has_end = new.kind is CompletionKind.CREDENTIAL or (achievement is not None and achievement.valid_months)
    if has_end and new.completed_at > old.completed_at:
        return ()
    return tuple(name for name in SHOWN if getattr(old, name) != getattr(new, name))


class SignalServices(DecisionServices):
    """Withdrawals, corrections and departures of one organisation's sources."""

    def _withdraw(self, session: Session, items: tuple[Withdrawal, ...]) -> dict[str, LearnerRow]:
        """Let completions count no longer; gives the learners whose they were, by id."""
        if not items:
            return {}
        said = {(item.source, item.key): item for item in items}
        rows = self._completions_at(session, said)
        news = {place: row for place, row in rows.items() if not is_withdrawn(row)}
        owners = {row.learner_id for row in news.values()}
        resting: dict[Place, list[AwardRow]] = {}
        for award, evidence in self._resting(session, owners):
            for place in {(one.source, one.key) for one in evidence}:
                resting.setdefault(place, []).append(award)
        for place, row in news.items():
            row.state, row.reason = "set_aside", WITHDRAWN
            self._audit(session, "sync", "completion.withdraw", row.id)
            for award in resting.get(place, ()):
                # Withdrawn, given back and withdrawn again is news each time.
                earlier = len(self._reviews_of(session, WITHDRAWN, place, award.id))
                self._note(session, WITHDRAWN, said[place], row.learner_id, award.id, str(earlier))
        return {row.id: row for row in self._rows_in(session, LearnerRow, LearnerRow.id, owners)}

    def _bring_back(self, session: Session, rows: Iterable[CompletionRow]) -> None:
        """Let count again what its source gives again."""
        for row in rows:
            if is_withdrawn(row):
                row.state, row.reason = "unmatched", None
                self._audit(session, "sync", "completion.back", row.id)
                for review in self._reviews_of(session, WITHDRAWN, (row.source, row.key)):
                    self._close_review(session, review, "back")

    def _note_corrections(self, session: Session, absorbed: Absorbed) -> None:
        """Bring proposals up to date; what was approved on other facts gets a review."""
        changed = {place: absorbed.rows[place] for place in absorbed.changed}
        owners = {row.learner_id for row in changed.values()}
        for award, evidence in self._resting(session, owners, newest=True):
            if award.state == AwardState.PROPOSED:
                # Locked: somebody may approve it at this moment, on the facts as they were.
                session.refresh(award, with_for_update=True)
            if award.state == AwardState.PROPOSED:
                self._refresh_evidence(session, award)
                continue
            for old in evidence:
                row = changed.get((old.source, old.key))
                if row is not None and not is_withdrawn(row):
                    self._note_correction(session, award, old, Completion.model_validate_json(row.content))

    def _note_correction(self, session: Session, award: AwardRow, old: Completion, new: Completion) -> None:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        names = corrected_facts(achievement, old, new)
        earlier = self._reviews_of(session, CORRECTED, (new.source, new.key), award.id)
        # What was accepted has changed the evidence: from there the same facts may be a correction anew.
        accepted = sum(review.state == "accepted" for review in earlier)
        facts = json.dumps(new.model_dump(mode="json", include=set(SHOWN)), sort_keys=True)
        signal = self._signal(award.id, str(accepted), facts)
        for review in earlier:
            if review.signal != signal or not names:
                self._close_review(session, review, "newer" if names else "back")
        if names:
            message = f"The source now says otherwise than the credential: {', '.join(names)}."
            item = SetAside(source=new.source, key=new.key, reason=CORRECTED, message=message)
            self._note(session, CORRECTED, item, award.learner_id, award.id, str(accepted), facts)

    def _note_departures(self, session: Session, items: tuple[Departure, ...]) -> None:
        """Ask what becomes of learners that a source has let go; whom mimis does not know, it need not ask about."""
        if not items:
            return
        keys = [item.key for item in items]
        known = {(row.source, row.key): row for row in self._rows_in(session, IdentityRow, IdentityRow.key, keys)}
        for item in items:
            identity = known.get((item.source, item.key))
            if identity is not None:
                told = item.model_copy(update={"message": f"{item.message[:700]} {LEFT}"})
                self._note(session, DEPARTED, told, identity.learner_id, None, item.reason)

    def _refresh_evidence(self, session: Session, award: AwardRow) -> bool:
        """Let an award rest on what its completions say now; gives whether that is anything else than before.

        What was approved keeps the completion that it was approved on when the course was completed again since.
        """
        old = load_evidence(award)
        new = self._evidence_now(session, award, old)
        if new == old:
            return False
        award.evidence = dump_evidence(new)
        _move_date(award, self.catalogue.get(award.achievement_id, award.achievement_version), old, new)
        return True

    def _evidence_now(self, session: Session, award: AwardRow, old: tuple[Completion, ...]) -> tuple[Completion, ...]:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        rows = self._completions_at(session, [(one.source, one.key) for one in old])
        now = {
            place: Completion.model_validate_json(row.content) for place, row in rows.items() if not is_withdrawn(row)
        }
        return tuple(
            current
            if (current := now.get((one.source, one.key)))
            and (award.state == AwardState.PROPOSED or corrected_facts(achievement, one, current))
            else one
            for one in old
        )

    def _resting(self, session: Session, learners: Collection[str], *, newest: bool = False) -> list[Resting]:
        """Awards that are proposed, or approved and not taken back, with their evidence.

        ``newest`` leaves out an award that a later round stands beside.
        """
        if not learners:
            return []
        awards = self._rows_in(session, AwardRow, AwardRow.learner_id, learners)
        if newest:
            by_round = sorted(awards, key=lambda one: one.round)
            last = {(one.learner_id, one.achievement_id, one.achievement_version): one for one in by_round}
            awards = list(last.values())
        issued = self._credentials_by_award(session, awards)
        return [(one, load_evidence(one)) for one in awards if self._stands(one, issued.get(one.id, []))]

    def _completions_at(self, session: Session, places: Collection[Place]) -> dict[Place, CompletionRow]:
        rows = self._rows_in(session, CompletionRow, CompletionRow.key, [key for _, key in places])
        return {(row.source, row.key): row for row in rows if (row.source, row.key) in places}

    def _reviews_of(self, session: Session, kind: str, place: Place, award_id: str | None = None) -> list[ReviewRow]:
        own = () if award_id is None else (ReviewRow.award_id == award_id,)
        about = ReviewRow.kind == kind, ReviewRow.source == place[0], ReviewRow.key == place[1]
        return self._rows(session, ReviewRow, *about, *own)

    def _note(
        self, session: Session, kind: str, item: SetAside, learner_id: str, award_id: str | None, *said: str
    ) -> None:
        """Keep a review, unless the same was said before."""
        signal = self._signal(award_id or "", *said)
        if any(one.signal == signal for one in self._reviews_of(session, kind, (item.source, item.key))):
            return
        row = ReviewRow(
            id=new_id(),
            organisation=self.organisation,
            kind=kind,
            source=item.source,
            key=item.key,
            signal=signal,
            learner_id=learner_id,
            award_id=award_id,
            code=shortened(item.reason, 100),
            message=shortened(item.message, 1000),
            state="open",
            at=self.clock(),
        )
        session.add(row)
        self._audit(session, "sync", "review.open", row.id, kind=kind)

    def _close_review(self, session: Session, review: ReviewRow, reason: str) -> None:
        """Close an open review that what the source says has overtaken; a person's decision at this moment stays."""
        if review.state == "open":
            session.refresh(review, with_for_update=True)
        if review.state == "open":
            review.state, review.reason, review.decided_at = "dismissed", reason, self.clock()
            self._audit(session, "sync", "review.dismiss", review.id, reason=reason)

    def _signal(self, *said: str) -> str:
        return self.database.cipher.token_hash("\n".join(said))


def _move_date(
    award: AwardRow, achievement: Achievement | None, old: tuple[Completion, ...], new: tuple[Completion, ...]
) -> None:
    """The rule that gave an award's date gives it anew, and a validity that counted from there follows."""
    for before, after in zip(_dates(achievement, old), _dates(achievement, new), strict=True):
        if award.completed_at == before:
            award.valid_from = after if award.valid_from == before else award.valid_from
            award.completed_at = after
            return


def _dates(achievement: Achievement | None, used: tuple[Completion, ...]) -> Iterator[datetime]:
    yield max(one.completed_at for one in used)
    if achievement is not None:
        yield recompleted_at(achievement, used)
