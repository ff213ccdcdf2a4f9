"""Decisions as pages show them: some at a time in order, one with all that it rests on, and many decided at once.

Nothing here reads more than it shows. Where names are searched, the directory finds the learners first, since the
database cannot read names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, defer

from mimis_core.errors import UserError
from mimis_core.model import Achievement, AwardState, Completion
from mimis_core.services.credentials import load_evidence
from mimis_core.services.decisions import DecisionServices
from mimis_core.services.directory import DirectoryServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow

Standing = Literal["proposed", "approved", "rejected", "recent"]
"""Which decisions a page lists: those in one state, or all on what was finished within :data:`RECENT`."""
RECENT = timedelta(days=7)
PAGE = 50
SEARCHED = 200
"""Learners of that name whose decisions are looked up; who finds more than these must say more of the name."""
AT_ONCE = 200
"""Decisions in one transaction: others wait for it, so it is bounded."""


@dataclass(frozen=True)
class AwardLine:
    """One decision in a list. A protected learner is named by id only; ``title`` is the catalogue entry's."""

    id: str
    learner_id: str
    name: str
    protected: bool
    achievement: str
    title: dict[str, str]
    round: int
    state: AwardState
    completed_at: datetime
    decided_at: datetime | None
    by_rule: bool


@dataclass(frozen=True)
class AwardPage:
    """Some decisions; ``after`` leads to the next page, None at the end.

    ``narrow``: more learners have that name than are looked up.
    """

    awards: tuple[AwardLine, ...]
    after: str | None
    narrow: bool = False


@dataclass(frozen=True)
class AwardView:
    """One decision and what it rests on. ``achievement`` is None where the entry has left the catalogue.

    Of a protected learner ``evidence`` says what was done when, and not where, before whom, or on which paper.
    ``credentials`` are ids, the latest last; ``others`` are the other rounds of the same; ``ready`` tells whether the
    entry passes the six checks.
    """

    line: AwardLine
    achievement: Achievement | None
    ready: bool
    evidence: tuple[Completion, ...]
    decided_by: str | None
    reason: str | None
    credentials: tuple[str, ...]
    others: tuple[AwardLine, ...]


@dataclass(frozen=True)
class Decided:
    """What came of deciding many: ids that were decided, and of the others why not, as a code.

    ``decided`` was decided by somebody before, ``not_ready`` its entry does not pass the six checks, ``protected`` and
    ``unknown`` as they say.
    """

    done: tuple[str, ...]
    refused: dict[str, str]


class AwardPageServices(DecisionServices, DirectoryServices):
    """Decisions of one organisation for its pages."""

    def award_page(
        self,
        standing: Standing = "proposed",
        *,
        search: str = "",
        achievement_id: str | None = None,
        after: str | None = None,
    ) -> AwardPage:
        """One page of decisions: what waits with the oldest first, all else with the newest first.

        Arguments:
            standing: which.
            search: only learners whose names have words that begin like these; protected ones are not found by it.
            achievement_id: only of this entry, in whatever version.
            after: what the page before said. Raises NotFoundError when that is gone.
        """
        named, total = self._ids_named(search) if search.strip() else (None, 0)
        with self.database.reading() as session:
            query = self._award_query(session, standing, after)
            if named is not None:
                query = query.where(AwardRow.learner_id.in_(named))
            if achievement_id:
                query = query.where(AwardRow.achievement_id == achievement_id)
            rows = session.scalars(query.limit(PAGE + 1)).all()
            lines = self._award_lines(session, rows[:PAGE])
        return AwardPage(lines, rows[PAGE - 1].id if len(rows) > PAGE else None, total > SEARCHED)

    def award_lines(self, award_ids: Collection[str]) -> tuple[AwardLine, ...]:
        """These decisions in the order of a list; what is not here is left out."""
        with self.database.reading() as session:
            rows = self._rows_in(session, AwardRow, AwardRow.id, award_ids)
            return self._award_lines(session, sorted(rows, key=lambda row: (row.completed_at, row.id)))

    def awards_of(self, learner_id: str) -> tuple[AwardLine, ...]:
        """A learner's decisions, newest first."""
        with self.database.reading() as session:
            rows = self._rows(session, AwardRow, AwardRow.learner_id == learner_id)
            return self._award_lines(session, sorted(rows, key=lambda row: (row.completed_at, row.id), reverse=True))

    def award(self, award_id: str) -> AwardView:
        """One decision. Raises NotFoundError."""
        with self.database.reading() as session:
            row = self._get(session, AwardRow, award_id, "award")
            achievement = self.catalogue.get(row.achievement_id, row.achievement_version)
            same = AwardRow.achievement_id == row.achievement_id, AwardRow.learner_id == row.learner_id
            beside = [one for one in self._rows(session, AwardRow, *same) if one.id != row.id]
            issued = self._rows(session, CredentialRow, CredentialRow.award_id == row.id)
            (line,) = self._award_lines(session, [row])
            evidence = load_evidence(row)
            return AwardView(
                line=line,
                achievement=achievement,
                ready=achievement is not None and self._ready(achievement),
                evidence=tuple(map(_placeless, evidence)) if line.protected else evidence,
                decided_by=row.decided_by,
                reason=None if line.protected else row.reason,
                credentials=tuple(one.id for one in sorted(issued, key=lambda one: one.issued_at)),
                others=self._award_lines(session, sorted(beside, key=lambda one: one.completed_at, reverse=True)),
            )

    def decide_awards(
        self, award_ids: Collection[str], *, approve: bool, by: str, reason: str | None = None
    ) -> Decided:
        """Decide many in one transaction, each as :meth:`decide_award` does; what cannot be decided is left as it is.

        A protected learner's is decided by itself alone. Raises UserError for more than :data:`AT_ONCE`.
        """
        wanted = list(dict.fromkeys(award_ids))
        if len(wanted) > AT_ONCE:
            raise UserError(f"At most {AT_ONCE} are decided at once.", mend="Choose fewer.", code="too_many")
        done, refused = [], dict.fromkeys(wanted, "unknown")
        with self._transaction() as session:
            rows = self._rows_in(session, AwardRow, AwardRow.id, wanted)
            people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
            protected = {one.id for one in people if one.protected}
            # In one order everywhere, so that two who decide the same never wait for each other.
            for row in sorted(rows, key=lambda row: row.id):
                code = (
                    "protected" if row.learner_id in protected else self._decide_one(session, row, approve, by, reason)
                )
                if code is None:
                    done.append(row.id)
                    del refused[row.id]
                else:
                    refused[row.id] = code
        return Decided(tuple(done), refused)

    def _decide_one(self, session: Session, row: AwardRow, approve: bool, by: str, reason: str | None) -> str | None:
        """Decide one that waits; gives the code of why not, and changes nothing then."""
        self._rounds(session, row)
        if row.state != AwardState.PROPOSED:
            return "decided"
        if approve:
            try:
                self._refuse_unready(row)
            except UserError as error:
                return error.code
            self._decide(session, row, AwardState.APPROVED, by, reason)
        else:
            self._reject(session, row, by, reason)
        return None

    def _ids_named(self, search: str) -> tuple[list[str], int]:
        page = self.learner_page(search, limit=SEARCHED)
        return [one.id for one in page.learners], page.total

    def _award_query(self, session: Session, standing: Standing, after: str | None) -> Select[Any]:
        """What one page is taken from, in order, by the index ``award_page``."""
        query = select(AwardRow).where(AwardRow.organisation == self.organisation).options(defer(AwardRow.evidence))
        if standing == "recent":
            states = [state.value for state in AwardState]
            query = query.where(AwardRow.state.in_(states), AwardRow.completed_at >= self.clock() - RECENT)
        else:
            query = query.where(AwardRow.state == standing)
        last = self._get(session, AwardRow, after, "award") if after is not None else None
        if standing == "proposed":
            if last is not None:
                later = AwardRow.completed_at > last.completed_at, AwardRow.id > last.id
                query = query.where(AwardRow.completed_at >= last.completed_at, or_(*later))
            return query.order_by(AwardRow.completed_at, AwardRow.id)
        if last is not None:
            earlier = AwardRow.completed_at < last.completed_at, AwardRow.id < last.id
            query = query.where(AwardRow.completed_at <= last.completed_at, or_(*earlier))
        return query.order_by(AwardRow.completed_at.desc(), AwardRow.id.desc())

    def _award_lines(self, session: Session, rows: Sequence[AwardRow]) -> tuple[AwardLine, ...]:
        people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
        known = {one.id: one for one in people}
        return tuple(self._award_line(row, known[row.learner_id]) for row in rows)

    def _award_line(self, row: AwardRow, learner: LearnerRow) -> AwardLine:
        achievement = self.catalogue.get(row.achievement_id, row.achievement_version)
        return AwardLine(
            id=row.id,
            learner_id=row.learner_id,
            name=PROTECTED_NAME if learner.protected else learner.full_name,
            protected=learner.protected,
            achievement=f"{row.achievement_id}@{row.achievement_version}",
            title=achievement.title if achievement else {"sv": row.achievement_id},
            round=row.round,
            state=AwardState(row.state),
            completed_at=row.completed_at,
            decided_at=row.decided_at,
            by_rule=row.by_rule,
        )


def _placeless(one: Completion) -> Completion:
    """What was done and when, without what could lead to where somebody is."""
    hidden = one.learner.model_copy(
        update={"full_name": PROTECTED_NAME, "given_name": None, "family_name": None, "email": None, "aliases": {}}
    )
    nowhere = {"learner": hidden, "by": None, "place": None, "evidence": None, "document": None, "key": ""}
    return one.model_copy(update=nowhere)
