"""What a page of completions comes to: matched with the catalogue, and proposed or awarded where it earns something."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from mimis_core.catalogue import Match
from mimis_core.model import Achievement, AwardState, Completion, PulledPage
from mimis_core.pipeline import map_completions
from mimis_core.services.decisions import dump_evidence
from mimis_core.services.intake import Run
from mimis_core.services.signals import SignalServices, is_withdrawn
from mimis_core.store.attestation_tables import ATTESTED
from mimis_core.store.tables import AwardRow, CompletionRow, LearnerRow, new_id

Held = tuple[str, str, int]
"""What a learner has or has been proposed for: her id, the achievement's and its version."""


class MatchServices(SignalServices):
    """Takes pages in and decides what they earn."""

    def _take_page(self, session: Session, page: PulledPage, run: Run) -> int:
        """Take a page in; gives the number of new awards. What it both gives and takes back is taken back."""
        self._set_aside(session, page.set_aside, run)
        absorbed = self._absorb(session, page.completions, run)
        gone = {(one.source, one.key) for one in page.withdrawn}
        self._bring_back(session, [row for place, row in absorbed.rows.items() if place not in gone])
        new = self._match(session, absorbed.learners | self._withdraw(session, page.withdrawn))
        self._note_corrections(session, absorbed)
        self._note_departures(session, page.departed)
        return new

    def _match_some(self, session: Session, learner_ids: Collection[str]) -> int:
        """Match all that these learners have completed; gives the number of new awards."""
        return self._match(
            session, {row.id: row for row in self._rows_in(session, LearnerRow, LearnerRow.id, learner_ids)}
        )

    def _match(self, session: Session, learners: dict[str, LearnerRow]) -> int:
        completions: dict[str, list[CompletionRow]] = {}
        for row in self._rows_in(session, CompletionRow, CompletionRow.learner_id, learners):
            if not is_withdrawn(row):
                completions.setdefault(row.learner_id, []).append(row)
        awards = sorted(self._rows_in(session, AwardRow, AwardRow.learner_id, learners), key=lambda one: one.round)
        has = {(one.learner_id, one.achievement_id, one.achievement_version): one for one in awards}
        return sum(
            self._match_learner(session, learners[one], completions.get(one, []), has) for one in sorted(learners)
        )

    def _match_learner(
        self, session: Session, learner: LearnerRow, rows: list[CompletionRow], has: dict[Held, AwardRow]
    ) -> int:
        """Bring one learner's completions and awards up to date; gives the number of new awards.

        ``has`` holds her last award of each achievement version; a recompleted course makes the next one.
        """
        if learner.protected:
            for row in rows:
                row.state, row.reason = "set_aside", "protected"
            return 0
        by_key = {(row.source, row.key): row for row in rows}
        match = self._mapped(tuple(Completion.model_validate_json(row.content) for row in rows))
        for completions, state in ((match.unmatched, "unmatched"), (match.waiting, "waiting")):
            for one in completions:
                row = by_key[one.source, one.key]
                # What a teacher asked for stands in a proposal of its own, whatever the catalogue asks for.
                row.state, row.reason = "used" if one.source == ATTESTED else state, None
        new = 0
        for achievement, used in match.earned:
            for one in used:
                row = by_key[one.source, one.key]
                row.state, row.reason = "used", None
            held = learner.id, achievement.id, achievement.version
            if made := self._award(session, learner.id, achievement, used, has.get(held)):
                has[held] = made
                new += 1
        return new

    def _mapped(self, completions: tuple[Completion, ...]) -> Match:
        """The match, with what earns an achievement that fails the six checks left waiting."""
        match = map_completions(self.plugins, completions, self.catalogue)
        good = tuple(pair for pair in match.earned if self._ready(pair[0]))
        used = {(one.source, one.key) for _, items in good for one in items}
        held = tuple(
            one for pair in match.earned if pair not in good for one in pair[1] if (one.source, one.key) not in used
        )
        return Match(earned=good, waiting=match.waiting + held, unmatched=match.unmatched)

    def _award(
        self,
        session: Session,
        learner_id: str,
        achievement: Achievement,
        used: tuple[Completion, ...],
        last: AwardRow | None,
    ) -> AwardRow | None:
        """A first award, or the next round after ``last`` for a recompleted course; None when nothing is new."""
        if last is not None:
            return self._renew_award(session, last, achievement, used)
        row = AwardRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner_id,
            achievement_id=achievement.id,
            achievement_version=achievement.version,
            round=1,
            state=AwardState.PROPOSED,
            completed_at=max(one.completed_at for one in used),
            evidence=dump_evidence(used),
        )
        self._propose(session, row, achievement, used)
        return row
