"""Credentials as parts of larger ones: one in force counts as something completed, for entries that ask for it.

An entry asks for a part by ``credential:ID`` in its ``earned_by``. What comes of it is what comes of all that is
completed: a proposal, evidence for the teacher, a further round when parts were renewed, a review when one is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from mimis_core.model import (
    Achievement,
    Attachment,
    Completion,
    CompletionKind,
    CredentialStatus,
    SourceLearner,
    Withdrawal,
)
from mimis_core.services.intake import Run
from mimis_core.services.matching import MatchServices
from mimis_core.services.signals import is_withdrawn
from mimis_core.services.texts import in_swedish
from mimis_core.store.tables import AwardRow, CompletionRow, CredentialRow, IdentityRow, LearnerRow

PARTS = "credentials"
"""The source of these completions; no configured source may be called so."""
PREFIX = "credential:"
HANDED_IN = "handed-in:"
"""Begins the key of a credential of another issuer; an own one is known by the id of its first award."""
GONE = "The credential does not hold any more. See whether the larger one still stands without it."


def part_module(achievement_id: str) -> str:
    """What a requirement for a credential of this entry names."""
    return f"{PREFIX}{achievement_id}"


def parts_asked(entries: Collection[Achievement]) -> frozenset[str]:
    """Ids of the entries whose credentials are parts of one of these."""
    needs = (need for entry in entries for need in entry.earned_by)
    return frozenset(need.module.removeprefix(PREFIX) for need in needs if need.module.startswith(PREFIX))


class StackServices(MatchServices):
    """Lets credentials count, and no longer those that do not hold any more. Repeating it changes nothing."""

    def _stack(self, session: Session, learner_ids: Collection[str]) -> int:
        """Bring the parts that these learners have up to date; gives the number of new awards."""
        asked = parts_asked(self.catalogue.latest())
        if not asked or not learner_ids:
            return 0
        # What is about a protected learner is decided by a person, one by one.
        rows = self._rows_in(session, LearnerRow, LearnerRow.id, learner_ids, LearnerRow.protected.is_(False))
        learners = {row.id: row for row in rows}
        own = CompletionRow.source == PARTS, ~CompletionRow.key.startswith(HANDED_IN)
        known = self._rows_in(session, CompletionRow, CompletionRow.learner_id, learners, *own)
        held = {one.key: one for one in self._parts_held(session, asked, learners)}
        gone = [row for row in known if row.key not in held and not is_withdrawn(row)]
        absorbed = self._absorb(session, tuple(held.values()), Run(self.clock(), counted=False))
        self._bring_back(session, absorbed.rows.values())
        new = self._match(session, absorbed.learners | self._withdraw(session, tuple(map(_withdrawal, gone))))
        self._note_corrections(session, absorbed)
        return new

    def _match_with_parts(self, session: Session, learner_ids: Collection[str]) -> int:
        """Match with what they hold by now: a new entry may ask for credentials of long ago."""
        return self._stack(session, learner_ids) + self._match_some(session, learner_ids)

    def _parts_held(
        self, session: Session, asked: Collection[str], learners: dict[str, LearnerRow]
    ) -> list[Completion]:
        """The credentials in force that are asked for, as completions."""
        wanted = CredentialRow.status == CredentialStatus.ACTIVE.value, CredentialRow.achievement_id.in_(asked)
        rows = self._rows_in(session, CredentialRow, CredentialRow.learner_id, learners, *wanted)
        now = self.clock()
        held = [row for row in rows if row.valid_until is None or row.valid_until >= now]
        owners = {row.learner_id: learners[row.learner_id] for row in held}
        about = AwardRow.achievement_id.in_(asked)
        awards = {row.id: row for row in self._rows_in(session, AwardRow, AwardRow.learner_id, owners, about)}
        first = _first_rounds(awards.values())
        people = self._known_as(session, owners)
        return [
            self._as_part(row, awards[row.award_id], first[_lineage(awards[row.award_id])], people[row.learner_id])
            for row in held
        ]

    def _known_as(self, session: Session, learners: dict[str, LearnerRow]) -> dict[str, SourceLearner]:
        """Each learner as one of her sources knows her, so that undoing a merge finds whose a part is."""
        places = {one: (PARTS, one) for one in learners}
        rows = self._rows_in(session, IdentityRow, IdentityRow.learner_id, learners)
        for row in sorted(rows, key=lambda row: (row.source, row.key), reverse=True):
            places[row.learner_id] = row.source, row.key
        return {
            one: SourceLearner(source=source, key=key, full_name=learners[one].full_name)
            for one, (source, key) in places.items()
        }

    def _as_part(self, row: CredentialRow, award: AwardRow, key: str, learner: SourceLearner) -> Completion:
        """A credential as something completed; its page, which names nobody, stands as the document."""
        entry, page = Achievement.model_validate_json(row.achievement), f"{self.settings.base_url}/c/{row.public_id}"
        return Completion(
            source=PARTS,
            key=key,
            learner=learner,
            module=part_module(row.achievement_id),
            title=in_swedish(entry.title),
            completed_at=award.completed_at,
            kind=CompletionKind.CREDENTIAL,
            hours=entry.workload_hours,
            document=Attachment(title=entry.title, media_type="text/html", url=page),
        )


def _lineage(award: AwardRow) -> tuple[str, str, int]:
    """What renewals and corrections of a credential have in common."""
    return award.learner_id, award.achievement_id, award.achievement_version


def _first_rounds(awards: Iterable[AwardRow]) -> dict[tuple[str, str, int], str]:
    """By lineage the id of its first award: what a part is known by, whether it is renewed or its holder merged."""
    first: dict[tuple[str, str, int], str] = {}
    for award in sorted(awards, key=lambda one: one.round):
        first.setdefault(_lineage(award), award.id)
    return first


def _withdrawal(row: CompletionRow) -> Withdrawal:
    return Withdrawal(source=row.source, key=row.key, reason="part-gone", message=GONE)
