"""Merging: two learners whom a person found to be one become one; services/unmerging.py makes them two again.

Nothing merges by itself. All that is the other's moves to the one that is kept, and what an undo needs is kept with it.

A learner has at most one live credential of an achievement version. Where both have something open about the same one
(a proposal, a decision that is not issued yet, a credential in force or suspended) the merge is refused: a person
decides first which one goes, since a revocation cannot be taken back and an undo must.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from mimis_core.errors import TemporaryError, UserError
from mimis_core.services.holding import hold_learners
from mimis_core.services.learner_tables import learner_models, table_of
from mimis_core.services.signals import SignalServices
from mimis_core.store.record_tables import ErasureRow, MergeRow
from mimis_core.store.tables import AwardRow, Base, CredentialRow, LearnerRow, new_id

Version = tuple[str, int]
"""Id of an achievement, and its version."""


class MergeServices(SignalServices):
    """Makes two learners of one organisation one."""

    def merge_learners(self, keep_id: str, other_id: str, by: str) -> str:
        """Move all that ``other`` has to ``keep``; gives the id that undoing the merge takes.

        The other's row goes, and her id is known no more. Raises NotFoundError; UserError for one and the same, for two
        of whom one is protected or was erased, and when both have something open about one achievement version: the
        text says what; TemporaryError when something of theirs is being written at this moment.
        """
        try:
            with self._transaction() as session:
                return self._merge(session, keep_id, other_id, by)
        except IntegrityError:
            raise TemporaryError("Something of theirs was written meanwhile.", mend="Try again.") from None

    def merges(self, *, limit: int | None = None, after: str | None = None) -> list[dict[str, Any]]:
        """Merges, newest first, by ids; ``after`` is the id of the last one that was shown.

        Raises NotFoundError when there is none of that id.
        """
        query = select(MergeRow).where(MergeRow.organisation == self.organisation).options(defer(MergeRow.before))
        with self.database.reading() as session:
            if after is not None:
                query = query.where(MergeRow.number < self._get(session, MergeRow, after, "merge").number)
            return [
                {
                    "id": row.id,
                    "keep": row.keep_id,
                    "other": row.other_id,
                    "at": row.at.isoformat(),
                    "undone_at": row.undone_at.isoformat() if row.undone_at else None,
                }
                for row in session.scalars(query.order_by(MergeRow.number.desc()).limit(limit))
            ]

    def _merge(self, session: Session, keep_id: str, other_id: str, by: str) -> str:
        hold_learners(session, self.organisation, {keep_id, other_id})
        keep, other = (self._get(session, LearnerRow, one, "learner") for one in (keep_id, other_id))
        self._refuse_to_merge(session, keep, other)
        live = self._live_keys(session, other_id)
        before: dict[str, Any] = {
            "keep": _columns(keep),
            "other": _columns(other),
            "rounds": self._renumber(session, keep_id, other_id),
            "moved": self._move_all(session, other_id, keep_id),
        }
        self._move_live_keys(session, live, keep_id)
        if keep.email is None:
            keep.email, keep.email_key = other.email, other.email_key
        session.flush()
        session.delete(other)
        session.flush()
        merge_id = self._keep_merge(session, keep_id, other_id, before, by)
        self._audit(session, by, "learner.merge", keep_id, other=other_id, merge=merge_id)
        return merge_id

    # Before -----------------------------------------------------------------------------------------------------

    def _refuse_to_merge(self, session: Session, keep: LearnerRow, other: LearnerRow) -> None:
        if keep.id == other.id:
            raise UserError("A learner cannot be merged with herself.", mend="Give two ids.")
        gone = self._rows(session, ErasureRow, ErasureRow.learner_id.in_((keep.id, other.id)))
        if gone:
            raise UserError(
                f"Learner {gone[0].learner_id} was erased: nothing may come to her or go from her.",
                mend="Leave the two as they are.",
                code="erased",
            )
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
        awards = self._rows(session, AwardRow, AwardRow.learner_id == learner_id)
        credentials = self._credentials_by_award(session, awards)
        return {
            (award.achievement_id, award.achievement_version)
            for award in awards
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
