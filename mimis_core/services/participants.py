"""Follow-up of a project's participants, as an ESF project reports them: ids and dates (facts/sweden.md 13)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Model
from mimis_core.services.base import ServicesBase
from mimis_core.services.learners import erased
from mimis_core.services.months import ZONE
from mimis_core.store.tables import PROTECTED, AwardRow, CompletionRow, CredentialRow, LearnerRow

AT_ONCE = 500
"""Learners whose completions are read in one transaction."""
CODED = "skyddad-"


class IssuedTo(Model):
    """A credential that a participant got in the period, and how it stands now."""

    achievement: str
    issued: date
    status: str


class Participant(Model):
    """One participant in one period.

    ``id`` is the learner's opaque id, or a code for one with protected identity. ``start`` is the first day and ``end``
    the last that her completions in the period tell of, ``hours`` their sum where the source tells them.
    """

    id: str
    start: date
    end: date
    hours: float | None
    credentials: tuple[IssuedTo, ...] = ()


@dataclass
class _Seen:
    days: list[date] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)
    credentials: list[IssuedTo] = field(default_factory=list)


@dataclass(frozen=True)
class ParticipantOrder:
    """Which participants are asked for.

    Arguments:
        project: its name; codes of protected participants differ from project to project.
        start, end: first and last day of the period, in Swedish time.
        sources, achievements, learners: only what comes from these; empty means all.
        coded: give protected participants by a code. Otherwise they are left out.
    """

    project: str
    start: date
    end: date
    sources: Collection[str] = ()
    achievements: Collection[str] = ()
    learners: Collection[str] = ()
    coded: bool = False


class ParticipantServices(ServicesBase):
    """Reads what a project must report, and records that it was read."""

    def participants(self, order: ParticipantOrder, by: str) -> list[Participant]:
        """Those who completed something or got a credential in the period, by id.

        ``by`` stands in the record. No name, address or number is given. Raises UserError for a period that ends
        before it begins, a project without a name, and protected participants that nobody answers for.
        """
        if order.end < order.start:
            raise UserError("The period ends before it begins.", mend="Change --from and --to.")
        if not order.project.strip():
            raise UserError("The project has no name.", mend="Give it with --project.")
        if order.coded and not by.strip():
            raise UserError("Nobody answers for the protected participants.", mend="Name the officer with --by.")
        found = [one for learners in self._learner_batches(order) for one in self._participants_among(order, learners)]
        with self._transaction() as session:
            self._audit(
                session,
                by,
                "participants.export",
                order.project[:200],
                start=order.start.isoformat(),
                end=order.end.isoformat(),
                participants=len(found),
            )
        return sorted(found, key=lambda one: one.id)

    def has_protected(self) -> bool:
        """Whether anybody is protected, who then must be reported by hand where she takes part."""
        with self.database.reading() as session:
            return session.scalar(self._learner_ids().where(PROTECTED).limit(1)) is not None

    def _learner_ids(self) -> Any:
        known = select(LearnerRow.id).where(LearnerRow.organisation == self.organisation)
        return known.where(LearnerRow.id.not_in(erased(self.organisation)))

    def _learner_batches(self, order: ParticipantOrder) -> Iterator[dict[str, bool]]:
        """Ids of learners, some at a time, and whether each is protected."""
        wanted, last = set(order.learners), ""
        while True:
            query = self._learner_ids().add_columns(LearnerRow.protected).where(LearnerRow.id > last)
            with self.database.reading() as session:
                batch = dict(session.execute(query.order_by(LearnerRow.id).limit(AT_ONCE)).all())
            if not batch:
                return
            last = max(batch)
            shown = {key: hidden for key, hidden in batch.items() if order.coded or not hidden}
            yield {key: hidden for key, hidden in shown.items() if not wanted or key in wanted}

    def _participants_among(self, order: ParticipantOrder, learners: dict[str, bool]) -> Iterator[Participant]:
        seen: dict[str, _Seen] = defaultdict(_Seen)
        with self.database.reading() as session:
            self._see_completions(session, order, learners, seen)
            self._see_credentials(session, order, learners, seen)
        for learner, one in seen.items():
            yield Participant(
                id=self._participant_code(order.project, learner) if learners[learner] else learner,
                start=min(one.days),
                end=max(one.days),
                hours=round(sum(one.hours), 2) if one.hours else None,
                credentials=tuple(sorted(one.credentials, key=lambda issued: (issued.issued, issued.achievement))),
            )

    def _see_completions(
        self, session: Session, order: ParticipantOrder, learners: Iterable[str], seen: dict[str, _Seen]
    ) -> None:
        """Completions of the period. What a source has taken back, or nobody could use, counts for nothing."""
        if order.achievements:
            return
        query = select(CompletionRow.learner_id, CompletionRow.content).where(
            CompletionRow.organisation == self.organisation,
            CompletionRow.learner_id.in_(list(learners)),
            CompletionRow.reason.is_distinct_from("withdrawn"),
        )
        if order.sources:
            query = query.where(CompletionRow.source.in_(order.sources))
        for learner, content in session.execute(query):
            _note_completion(seen, learner, json.loads(content), order)

    def _see_credentials(
        self, session: Session, order: ParticipantOrder, learners: Iterable[str], seen: dict[str, _Seen]
    ) -> None:
        """Credentials of the period, a corrected one as its correction; and with chosen achievements, what earned them.

        The award of a credential holds the completions that it rests on.
        """
        query = (
            select(CredentialRow.learner_id, CredentialRow.issued_at, CredentialRow.status, AwardRow)
            .join(AwardRow, AwardRow.id == CredentialRow.award_id)
            .where(CredentialRow.organisation == self.organisation, CredentialRow.learner_id.in_(list(learners)))
            .order_by(CredentialRow.issued_at, CredentialRow.id)
        )
        if order.achievements:
            query = query.where(AwardRow.achievement_id.in_(order.achievements))
        first: dict[str, tuple[date, str, str, AwardRow]] = {}
        for learner, issued_at, status, award in session.execute(query):
            day = first[award.id][0] if award.id in first else _day(issued_at)
            first[award.id] = day, status, learner, award
        for day, status, learner, award in first.values():
            if not order.start <= day <= order.end:
                continue
            evidence = [
                one for one in json.loads(award.evidence) if not order.sources or one["source"] in order.sources
            ]
            if order.sources and not evidence:
                continue
            seen[learner].days.append(day)
            seen[learner].credentials.append(IssuedTo(achievement=award.achievement_id, issued=day, status=status))
            for completion in evidence if order.achievements else ():
                _note_completion(seen, learner, completion, order)

    def _participant_code(self, project: str, learner: str) -> str:
        """The same for one person in one project, and no way back without the key of this installation."""
        key = self.database.cipher.token_hash("participant code").encode()
        return CODED + hmac.new(key, f"{project}\0{learner}".encode(), hashlib.sha256).hexdigest()[:12]


def _note_completion(seen: dict[str, _Seen], learner: str, completion: dict[str, Any], order: ParticipantOrder) -> None:
    """Take a completion's days and hours in, where it lies in the period at least in part."""
    end = _day(datetime.fromisoformat(completion["completed_at"]))
    start = _day(datetime.fromisoformat(completion["started_at"])) if completion.get("started_at") else end
    if start > order.end or end < order.start:
        return
    seen[learner].days += [max(start, order.start), min(end, order.end)]
    if completion.get("hours") is not None and order.start <= end <= order.end:
        seen[learner].hours.append(completion["hours"])


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
