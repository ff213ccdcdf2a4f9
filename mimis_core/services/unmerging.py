"""Undoing a merge: each of the two has what she had, and what has come to either since.

A merge may have been wrong, and the two be strangers. So nothing of one may be left where the other, or an employer
whom the other lets look, can see it.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import AwardState, Completion, Model
from mimis_core.services.credentials import load_evidence
from mimis_core.services.holding import hold_learners
from mimis_core.services.intake import Place
from mimis_core.services.learner_tables import learner_models
from mimis_core.services.merging import MergeServices
from mimis_core.services.signals import DEPARTED
from mimis_core.store.contact_tables import ContactRow, HelperRow, LearnerAccountRow
from mimis_core.store.record_tables import AppealRow, ErasureRow, MergeRow
from mimis_core.store.tables import (
    AwardRow,
    CompletionRow,
    CredentialRow,
    DeliveryRow,
    IdentityRow,
    LearnerRow,
    MessageRow,
    PermissionRow,
    ReviewRow,
    ShareCredentialRow,
    ShareRow,
)

PERSON = ("full_name", "given_name", "family_name", "email", "email_key", "birth_date")
"""What a learner's row says about her."""


class Unmerged(Model):
    """What undoing a merge did.

    ``look_at`` are awards made meanwhile on what the other had completed, alone or with the first: ids, for a person.
    ``withdrawn`` are shares that were taken back, since all that they showed is the other's.
    """

    keep: str
    other: str
    look_at: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


class UnmergeServices(MergeServices):
    """Makes two learners of one again."""

    def unmerge_learners(self, merge_id: str, by: str) -> Unmerged:
        """Make two learners of one again: each has what it had, and what its own sources have given since.

        Who was marked as protected meanwhile stays so, and so does the other: nobody knows which of them was meant.

        Raises NotFoundError; UserError when it is undone already, a later merge stands on it, or she was erased;
        TemporaryError when something of hers is being written at this moment.
        """
        with self._transaction() as session:
            row = self._open_merge(session, merge_id)
            before = json.loads(row.before)
            self._bring_back_other(session, row, before)
            hers = self._divide_completions(session, row)
            look_at = self._divide_awards(session, row, before, hers)
            self._let_follow(session, row)
            withdrawn = self._divide_shares(session, row)
            self._end_ways_since(session, row)
            self._restore_people(session, row, before)
            row.undone_by, row.undone_at = by, self.clock()
            self._audit(session, by, "learner.unmerge", row.keep_id, other=row.other_id, merge=merge_id)
            return Unmerged(keep=row.keep_id, other=row.other_id, look_at=look_at, withdrawn=withdrawn)

    def _open_merge(self, session: Session, merge_id: str) -> MergeRow:
        self._get(session, MergeRow, merge_id, "merge")
        row = session.get_one(MergeRow, merge_id, with_for_update=True, populate_existing=True)
        if row.undone_at is not None or row.before == "{}":
            raise UserError(f"Merge {merge_id} is undone already, or its learner was erased.")
        both = row.keep_id, row.other_id
        involved = or_(MergeRow.keep_id.in_(both), MergeRow.other_id.in_(both))
        later = self._rows(session, MergeRow, involved, MergeRow.number > row.number, MergeRow.undone_at.is_(None))
        if later:
            raise UserError(f"Merge {later[0].id} stands on this one.", mend="Undo that one first.")
        hold_learners(session, self.organisation, [row.keep_id])
        return row

    def _bring_back_other(self, session: Session, row: MergeRow, before: dict[str, Any]) -> None:
        other = LearnerRow(**before["other"])
        other.protected = other.protected or self._get(session, LearnerRow, row.keep_id, "learner").protected
        session.add(other)
        session.flush()  # what moves back refers to it
        for name, ids in before["moved"].items():
            model = next(one for one in learner_models() if one.__tablename__ == name)
            self._set(session, model, ids, learner_id=row.other_id)
        self._set_rounds(session, before["rounds"])

    # What has come since ----------------------------------------------------------------------------------------

    def _divide_completions(self, session: Session, row: MergeRow) -> set[Place]:
        """Give the other what her own sources have given; gives where all of hers stand."""
        mine = self._rows(session, IdentityRow, IdentityRow.learner_id == row.other_id)
        identities = {(one.source, one.key) for one in mine}
        hers = set()
        for one in self._rows(session, CompletionRow, CompletionRow.learner_id.in_((row.keep_id, row.other_id))):
            learner = Completion.model_validate_json(one.content).learner
            if (learner.source, learner.key) in identities:
                one.learner_id = row.other_id
                hers.add((one.source, one.key))
        return hers

    def _divide_awards(
        self, session: Session, row: MergeRow, before: dict[str, Any], hers: set[Place]
    ) -> tuple[str, ...]:
        """Give the other the awards since that rest on hers alone; ids of all since that rest on hers.

        A person looks at them: their credentials were sealed with the name of the one that they two were.
        """
        known = {*before["moved"].get("award", ()), *before["rounds"]}
        look_at = []
        for award in sorted(self._rows(session, AwardRow, AwardRow.learner_id == row.keep_id), key=lambda a: a.round):
            on_hers = [(one.source, one.key) in hers for one in load_evidence(award)]
            if award.id in known or not any(on_hers):
                continue
            if award.state != AwardState.REJECTED:
                look_at.append(award.id)
            if all(on_hers):
                award.round = 1 + max((one.round for one in self._same_of(session, row.other_id, award)), default=0)
                award.learner_id = row.other_id
                session.flush()
        return tuple(sorted(look_at))

    def _same_of(self, session: Session, learner_id: str, award: AwardRow) -> list[AwardRow]:
        return self._rows(
            session,
            AwardRow,
            AwardRow.learner_id == learner_id,
            AwardRow.achievement_id == award.achievement_id,
            AwardRow.achievement_version == award.achievement_version,
        )

    def _let_follow(self, session: Session, row: MergeRow) -> None:
        """Let what was made since about the other's awards, credentials and departures be hers too."""
        awards = [one.id for one in self._rows(session, AwardRow, AwardRow.learner_id == row.other_id)]
        credentials = self._rows_in(session, CredentialRow, CredentialRow.award_id, awards)
        for one in credentials:
            one.learner_id = row.other_id
            if one.live_key is not None:
                one.live_key = f"{row.other_id}:{one.live_key.partition(':')[2]}"
        session.flush()
        ids = [one.id for one in credentials]
        for table, column, wanted in (
            (AppealRow, AppealRow.award_id, awards),
            (ReviewRow, ReviewRow.award_id, awards),
            (DeliveryRow, DeliveryRow.credential_id, ids),
            (MessageRow, MessageRow.credential_id, ids),
            (PermissionRow, PermissionRow.subject, ids),
        ):
            found = self._rows_in(session, table, column, wanted)
            self._set(session, table, [one.id for one in found], learner_id=row.other_id)
        for identity in self._rows(session, IdentityRow, IdentityRow.learner_id == row.other_id):
            about = ReviewRow.source == identity.source, ReviewRow.key == identity.key, ReviewRow.kind == DEPARTED
            for review in self._rows(session, ReviewRow, *about):
                review.learner_id = row.other_id

    def _divide_shares(self, session: Session, row: MergeRow) -> tuple[str, ...]:
        """Take out of either's shares what is not hers; ids of those that are taken back, for nothing is left."""
        shares = self._rows(session, ShareRow, ShareRow.learner_id.in_((row.keep_id, row.other_id)))
        withdrawn = []
        for share in shares:
            chosen = self._rows(session, ShareCredentialRow, ShareCredentialRow.share_id == share.id)
            owners = self._rows_in(session, CredentialRow, CredentialRow.id, [one.credential_id for one in chosen])
            strange = {one.id for one in owners if one.learner_id != share.learner_id}
            for one in chosen:
                if one.credential_id in strange:
                    session.delete(one)
            if strange and len(strange) == len(chosen) and share.withdrawn_at is None:
                share.withdrawn_at = self.clock()
                self._audit(session, "mimis", "share.withdraw", share.id, merge=row.id)
                withdrawn.append(share.id)
        session.flush()
        return tuple(sorted(withdrawn))

    def _end_ways_since(self, session: Session, row: MergeRow) -> None:
        """Forget what lets somebody in that was added while they were one: nobody knows which of them did that.

        Whoever it was adds it again; a stranger's address or account would go on opening what is the other's.
        """
        for ways in (ContactRow, LearnerAccountRow):
            for one in self._rows(session, ways, ways.learner_id == row.keep_id, ways.at >= row.at):
                session.delete(one)
        since = HelperRow.learner_id == row.keep_id, HelperRow.created_at >= row.at, HelperRow.ended_at.is_(None)
        for helper in self._rows(session, HelperRow, *since):
            helper.ended_at = self.clock()

    def _restore_people(self, session: Session, row: MergeRow, before: dict[str, Any]) -> None:
        """Let each be who she was, and then what her own sources have said of her since.

        While they were one, each source wrote over what the other's had said. Who was erased meanwhile gets nothing
        from a source any more.
        """
        erased = bool(self._rows(session, ErasureRow, ErasureRow.learner_id == row.keep_id))
        for learner_id, person in ((row.keep_id, before["keep"]), (row.other_id, before["other"])):
            learner = self._get(session, LearnerRow, learner_id, "learner")
            for name in PERSON:
                setattr(learner, name, person[name])
            mine = CompletionRow.learner_id == learner_id, CompletionRow.seen_at > row.at
            since = [] if erased else self._rows(session, CompletionRow, *mine)
            for one in sorted(since, key=lambda one: one.seen_at):
                self._bring_up_to_date(learner, Completion.model_validate_json(one.content).learner)
        session.flush()
