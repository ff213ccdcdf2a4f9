"""Merging: two learners whom a person found to be one become one, and can be made two again exactly.

Nothing merges by itself. All that is the other's moves to the one that is kept, and what an undo needs is kept with it.

A learner has at most one live credential of an achievement version. Where both have something open about the same one
(a proposal, a decision that is not issued yet, a credential in force or suspended) the merge is refused: a person
decides first which one goes, since a revocation cannot be taken back and an undo must.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import AwardState, Completion, Model
from mimis_core.services.learner_tables import learner_models, table_of
from mimis_core.services.signals import SignalServices
from mimis_core.store.record_tables import MergeRow
from mimis_core.store.tables import AwardRow, Base, CompletionRow, CredentialRow, IdentityRow, LearnerRow, new_id

Version = tuple[str, int]
"""Id of an achievement, and its version."""
PERSON = ("full_name", "given_name", "family_name", "email", "email_key", "birth_date")
"""What a learner's row says about her."""


class Unmerged(Model):
    """What undoing a merge did. ``look_at`` are awards made meanwhile on what both had completed: ids, for a person."""

    keep: str
    other: str
    look_at: tuple[str, ...] = ()


class MergeServices(SignalServices):
    """Makes two learners of one organisation one, and undoes it."""

    def merge_learners(self, keep_id: str, other_id: str, by: str) -> str:
        """Move all that ``other`` has to ``keep``; gives the id that :meth:`unmerge_learners` takes.

        The other's row goes, and her id is known no more. Raises NotFoundError; UserError for one and the same, for two
        of whom one is protected, and when both have something open about one achievement version: the text says what.
        """
        with self._transaction() as session:
            keep, other = (self._locked_learner(session, one) for one in (keep_id, other_id))
            self._refuse_unfit(session, keep, other)
            before: dict[str, Any] = {
                "keep": _columns(keep),
                "other": _columns(other),
                "rounds": {},
                "live": self._live_keys(session, other_id),
            }
            before["rounds"] = self._renumber(session, keep_id, other_id)
            before["moved"] = self._move_all(session, other_id, keep_id)
            self._move_live_keys(session, before["live"], keep_id)
            if keep.email is None:
                keep.email, keep.email_key = other.email, other.email_key
            session.flush()
            session.delete(other)
            session.flush()
            merge_id = self._keep_merge(session, keep_id, other_id, before, by)
            self._audit(session, by, "learner.merge", keep_id, other=other_id, merge=merge_id)
            return merge_id

    def unmerge_learners(self, merge_id: str, by: str) -> Unmerged:
        """Make two learners of one again: each has what it had, and what a source of the other's has given since.

        Who was marked as protected meanwhile stays so, and so does the other: nobody knows which of them was meant.

        Raises NotFoundError; UserError when it is undone already, a later merge stands on it, or she was erased.
        """
        with self._transaction() as session:
            row = self._open_merge(session, merge_id)
            before = json.loads(row.before)
            keep = self._get(session, LearnerRow, row.keep_id, "learner")
            other = LearnerRow(**before["other"])
            other.protected = other.protected or keep.protected
            session.add(other)
            session.flush()  # what moves back refers to it
            for name, ids in before["moved"].items():
                model = next(one for one in learner_models() if one.__tablename__ == name)
                self._set(session, model, ids, learner_id=row.other_id)
            self._set_rounds(session, before["rounds"])
            self._restore_live_keys(session, before["live"])
            session.refresh(keep)
            for name in PERSON:
                setattr(keep, name, before["keep"][name])
            look_at = self._divide_completions(session, row, before)
            row.undone_by, row.undone_at = by, self.clock()
            self._audit(session, by, "learner.unmerge", row.keep_id, other=row.other_id, merge=merge_id)
            return Unmerged(keep=row.keep_id, other=row.other_id, look_at=tuple(look_at))

    def merges(self) -> list[dict[str, Any]]:
        """Merges, newest first, by ids."""
        with self._transaction() as session:
            return [
                {
                    "id": row.id,
                    "keep": row.keep_id,
                    "other": row.other_id,
                    "at": row.at.isoformat(),
                    "undone_at": row.undone_at.isoformat() if row.undone_at else None,
                }
                for row in sorted(self._rows(session, MergeRow), key=lambda row: row.number, reverse=True)
            ]

    # Before -----------------------------------------------------------------------------------------------------

    def _locked_learner(self, session: Session, learner_id: str) -> LearnerRow:
        self._get(session, LearnerRow, learner_id, "learner")
        return session.get_one(LearnerRow, learner_id, with_for_update=True, populate_existing=True)

    def _refuse_unfit(self, session: Session, keep: LearnerRow, other: LearnerRow) -> None:
        if keep.id == other.id:
            raise UserError("A learner cannot be merged with herself.", mend="Give two ids.")
        if keep.protected != other.protected:
            raise UserError(
                "One of them has protected identity and the other has not.", mend="See: mimis learners protect"
            )
        both = self._open_versions(session, keep.id) & self._open_versions(session, other.id)
        if both:
            named = ", ".join(f"{achievement}@{version}" for achievement, version in sorted(both))
            raise UserError(
                f"Both have a live credential or an open decision of {named}.",
                mend="Revoke one credential or reject one decision first: there can be only one.",
                code="two-open",
            )

    def _open_versions(self, session: Session, learner_id: str) -> set[Version]:
        """Achievement versions that something is open or live about."""
        credentials: dict[str, list[CredentialRow]] = {}
        for row in self._rows(session, CredentialRow, CredentialRow.learner_id == learner_id):
            credentials.setdefault(row.award_id, []).append(row)
        return {
            (award.achievement_id, award.achievement_version)
            for award in self._rows(session, AwardRow, AwardRow.learner_id == learner_id)
            if self._stands(award, credentials.get(award.id, []))
        }

    # Rounds -----------------------------------------------------------------------------------------------------

    def _renumber(self, session: Session, keep_id: str, other_id: str) -> dict[str, int]:
        """Give the awards of both rounds that follow each other; gives the former round of each that got another.

        Whose award is open comes last, since the last round is the one that a renewal follows.
        """
        awards = self._rows_in(session, AwardRow, AwardRow.learner_id, [keep_id, other_id])
        last = dict.fromkeys(self._open_versions(session, other_id), other_id)
        versions: dict[Version, list[AwardRow]] = {}
        for award in awards:
            versions.setdefault((award.achievement_id, award.achievement_version), []).append(award)
        former, rounds = {}, {}
        for version, rows in versions.items():
            if len({row.learner_id for row in rows}) < 2:
                continue
            later = last.get(version, keep_id)
            for number, row in enumerate(sorted(rows, key=lambda row: (row.learner_id == later, row.round)), 1):
                former[row.id], rounds[row.id] = row.round, number
        self._set_rounds(session, rounds)
        return former

    def _set_rounds(self, session: Session, rounds: dict[str, int]) -> None:
        """Write rounds in two steps, so that no two rows have the same one on the way."""
        for sign in (-1, 1):
            for award_id, number in rounds.items():
                self._set(session, AwardRow, [award_id], round=sign * number)

    # Moving -----------------------------------------------------------------------------------------------------

    def _move_all(self, session: Session, source: str, target: str) -> dict[str, list[str]]:
        """Move all that a learner has; gives the ids by table."""
        moved = {}
        for model in learner_models():
            table = table_of(model)
            query = select(table.c.id).where(table.c.organisation == self.organisation, table.c.learner_id == source)
            ids = sorted(session.scalars(query))
            if ids:
                self._set(session, model, ids, learner_id=target)
                moved[model.__tablename__] = ids
        return moved

    def _set(self, session: Session, model: type[Base], ids: Iterable[str], **values: Any) -> None:
        table = table_of(model)
        wanted = list(ids)
        for start in range(0, len(wanted), 500):
            part = table.c.id.in_(wanted[start : start + 500])
            session.execute(update(table).where(table.c.organisation == self.organisation, part).values(values))
        session.expire_all()

    def _live_keys(self, session: Session, learner_id: str) -> dict[str, str]:
        rows = self._rows(session, CredentialRow, CredentialRow.learner_id == learner_id)
        return {row.id: row.live_key for row in rows if row.live_key is not None}

    def _move_live_keys(self, session: Session, keys: dict[str, str], keep_id: str) -> None:
        for credential_id, key in keys.items():
            self._set(session, CredentialRow, [credential_id], live_key=f"{keep_id}:{key.partition(':')[2]}")

    def _restore_live_keys(self, session: Session, keys: dict[str, str]) -> None:
        """The former key of what is still live."""
        for row in self._rows_in(session, CredentialRow, CredentialRow.id, keys):
            if row.live_key is not None:
                row.live_key = keys[row.id]
        session.flush()

    # Undoing ----------------------------------------------------------------------------------------------------

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
        self._locked_learner(session, row.keep_id)
        return row

    def _divide_completions(self, session: Session, row: MergeRow, before: dict[str, Any]) -> list[str]:
        """Give the other what her own sources have given since; ids of awards since then that rest on it."""
        mine = self._rows(session, IdentityRow, IdentityRow.learner_id == row.other_id)
        identities = {(one.source, one.key) for one in mine}
        hers = set()
        for one in self._rows(session, CompletionRow, CompletionRow.learner_id.in_((row.keep_id, row.other_id))):
            learner = Completion.model_validate_json(one.content).learner
            if (learner.source, learner.key) in identities:
                one.learner_id = row.other_id
                hers.add((one.source, one.key))
        known = {*before["moved"].get("award", ()), *before["rounds"]}
        since = self._rows(session, AwardRow, AwardRow.learner_id == row.keep_id)
        return sorted(
            award.id
            for award in since
            if award.id not in known and award.state != AwardState.REJECTED and self._rests_on(award, hers)
        )

    def _rests_on(self, award: AwardRow, places: set[tuple[str, str]]) -> bool:
        return any((one["source"], one["key"]) in places for one in json.loads(award.evidence))

    def _keep_merge(self, session: Session, keep_id: str, other_id: str, before: dict[str, Any], by: str) -> str:
        count = select(func.max(MergeRow.number)).where(MergeRow.organisation == self.organisation)
        row = MergeRow(
            id=new_id(),
            organisation=self.organisation,
            number=(session.scalar(count) or 0) + 1,
            keep_id=keep_id,
            other_id=other_id,
            before=json.dumps(before),
            by=by,
            at=self.clock(),
        )
        session.add(row)
        session.flush()
        return row.id


def _columns(row: LearnerRow) -> dict[str, Any]:
    names = {column.key for column in LearnerRow.__mapper__.column_attrs} - {"revision"}
    return {name: getattr(row, name) for name in sorted(names)}
