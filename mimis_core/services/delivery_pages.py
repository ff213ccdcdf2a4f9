"""Deliveries as pages show them: what waits, what went out, what stopped and why, and how each destination is doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError
from mimis_core.model import Model
from mimis_core.services.backlog import DOUBT, BacklogServices
from mimis_core.services.credentials import CredentialServices, title_of
from mimis_core.services.destinations import COURIER, SOURCE
from mimis_core.services.directory import PAGE
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.tables import (
    STOPPED,
    UNDONE,
    AwardRow,
    CredentialRow,
    DeliveryRow,
    DestinationRow,
    LearnerRow,
    MessageRow,
    OutboxRow,
)

DeliveryState = Literal["queued", "sent", "cancelled"]
"""What a list of deliveries is of; what stopped is among :class:`StoppedWork`."""


class DeliveryLine(Model):
    """One delivery in a list, without its address. A protected learner is named by id only.

    ``attempts`` and ``due`` are of one that waits: how often it was tried, and when it is tried next.
    """

    id: str
    credential_id: str
    learner_id: str
    name: str
    protected: bool
    title: dict[str, str]
    courier: str
    at: datetime
    attempts: int = 0
    due: datetime | None = None
    reason: str | None = None


class DeliveryPage(Model):
    """Some deliveries; ``after`` leads to the next page, None at the end."""

    deliveries: tuple[DeliveryLine, ...]
    after: str | None


class StoppedWork(Model):
    """One piece of work that waits for a person.

    ``kind``: issue, deliver, mail, webhook (to an employer), event (a hint of a source) or pull
    (of a source). ``ref`` is the id of what it is
    about. ``doubtful`` is a mail of which nobody knows whether it went out. ``title`` and ``name`` are None where it is
    about no credential, or nobody.
    """

    id: str
    kind: str
    ref: str
    since: datetime
    destination: str | None
    code: str | None
    reason: str
    doubtful: bool
    title: dict[str, str] | None = None
    name: str | None = None
    protected: bool = False
    learner_id: str | None = None
    credential_id: str | None = None


class StoppedPage(Model):
    """Some of what stopped, the latest first; ``after`` leads to the next page, None at the end."""

    work: tuple[StoppedWork, ...]
    after: str | None


class DestinationState(Model):
    """How one configured destination is doing: ``couriers.europass``.

    ``failures`` counts those since the last success; until ``closed_until`` nothing is tried. ``waiting`` and
    ``stopped`` count what goes there.
    """

    name: str
    failures: int
    closed_until: datetime | None
    reason: str
    waiting: int
    stopped: int


class DeliveryPageServices(CredentialServices, BacklogServices):
    """Deliveries of one organisation for its pages."""

    def delivery_page(self, state: DeliveryState, *, after: str | None = None, limit: int = PAGE) -> DeliveryPage:
        """One page of deliveries in a state, the latest first. Raises NotFoundError for an ``after`` that is none."""
        columns = DeliveryRow.at, DeliveryRow.credential_id, DeliveryRow.id
        query = select(DeliveryRow).where(DeliveryRow.organisation == self.organisation, DeliveryRow.state == state)
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, DeliveryRow, after, "delivery")
                query = query.where(tuple_(*columns) < tuple_(last.at, last.credential_id, last.id))
            rows = session.scalars(query.order_by(*(one.desc() for one in columns)).limit(limit + 1)).all()
            return DeliveryPage(
                deliveries=self._delivery_lines(session, rows[:limit]),
                after=rows[limit - 1].id if len(rows) > limit else None,
            )

    def stopped_page(
        self, destination: str | None = None, *, after: str | None = None, limit: int = PAGE
    ) -> StoppedPage:
        """One page of what stopped, of one destination or all. Raises NotFoundError for an ``after`` that is none."""
        columns = OutboxRow.not_before, OutboxRow.id
        query: Select[Any] = select(OutboxRow).where(OutboxRow.organisation == self.organisation, STOPPED)
        if destination is not None:
            query = query.where(OutboxRow.destination == destination)
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, OutboxRow, after, "work")
                query = query.where(tuple_(*columns) < tuple_(last.not_before, last.id))
            rows = session.scalars(query.order_by(*(one.desc() for one in columns)).limit(limit + 1)).all()
            work = self._stopped_work(session, rows[:limit])
        return StoppedPage(work=work, after=rows[limit - 1].id if len(rows) > limit else None)

    def stopped_work(self, work_id: str) -> StoppedWork:
        """One piece of work that stopped. Raises NotFoundError, also for what goes on by now."""
        with self.database.reading() as session:
            row = self._get(session, OutboxRow, work_id, "work")
            if row.state != "attention":
                raise NotFoundError(f"Work {work_id!r} has not stopped.", code="unknown")
            (found,) = self._stopped_work(session, [row])
            return found

    def destination_states(self) -> tuple[DestinationState, ...]:
        """All configured couriers and sources, in order, however they are doing."""
        stopped = func.sum(case((STOPPED, 1), else_=0))
        counted = (
            select(OutboxRow.destination, func.count(), stopped)
            .where(OutboxRow.organisation == self.organisation, UNDONE)
            .group_by(OutboxRow.destination)
        )
        with self.database.reading() as session:
            rows = {row.name: row for row in self._rows(session, DestinationRow)}
            counts = {name: (count - stuck, stuck) for name, count, stuck in session.execute(counted)}
        names = [f"{COURIER}{one}" for one in self.settings.couriers]
        names += [f"{SOURCE}{one}" for one in self.settings.sources]
        return tuple(_state(name, rows.get(name), *counts.get(name, (0, 0))) for name in names)

    def _delivery_lines(self, session: Session, rows: Sequence[DeliveryRow]) -> tuple[DeliveryLine, ...]:
        titles = self._titles(session, [row.credential_id for row in rows])
        names = self._shown_names(session, [row.learner_id for row in rows])
        jobs = {}
        if any(row.state == "queued" for row in rows):
            found = self._rows_in(session, OutboxRow, OutboxRow.ref, [row.id for row in rows], _DELIVER)
            jobs = {job.ref: job for job in found}
        return tuple(
            DeliveryLine(
                id=row.id,
                credential_id=row.credential_id,
                learner_id=row.learner_id,
                **names[row.learner_id],
                title=titles[row.credential_id],
                courier=row.courier,
                at=row.at,
                **_waiting(jobs.get(row.id)),
            )
            for row in rows
        )

    def _stopped_work(self, session: Session, rows: Sequence[OutboxRow]) -> tuple[StoppedWork, ...]:
        about = self._about(session, rows)
        names = self._shown_names(session, [one["learner_id"] for one in about.values()])
        return tuple(
            StoppedWork(
                id=row.id,
                kind=row.kind,
                ref=row.ref,
                since=row.not_before,
                destination=row.destination,
                code=row.code,
                reason=row.reason or "",
                doubtful=row.code == DOUBT,
                **(about[row.ref] | names[about[row.ref]["learner_id"]] if row.ref in about else {}),
            )
            for row in rows
        )

    def _about(self, session: Session, rows: Sequence[OutboxRow]) -> dict[str, dict[str, Any]]:
        """Whom the work is about, with the credential, and what that is called; by what it refers to."""
        refs: dict[str, list[str]] = {}
        for row in rows:
            refs.setdefault(row.kind, []).append(row.ref)
        found: list[DeliveryRow | MessageRow] = []
        found += self._rows_in(session, DeliveryRow, DeliveryRow.id, refs.get("deliver", ()))
        found += self._rows_in(session, MessageRow, MessageRow.id, refs.get("mail", ()))
        titles = self._titles(session, [one.credential_id for one in found if one.credential_id])
        about: dict[str, dict[str, Any]] = {
            one.id: {
                "learner_id": one.learner_id,
                "credential_id": one.credential_id,
                "title": titles.get(one.credential_id or ""),
            }
            for one in found
        }
        for award in self._rows_in(session, AwardRow, AwardRow.id, refs.get("issue", ())):
            entry = self.catalogue.get(award.achievement_id, award.achievement_version)
            title = entry.title if entry else {"sv": award.achievement_id}
            about[award.id] = {"learner_id": award.learner_id, "title": title}
        return about

    def _titles(self, session: Session, credential_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        rows = self._rows_in(session, CredentialRow, CredentialRow.id, credential_ids)
        return {row.id: title_of(row) for row in rows}

    def _shown_names(self, session: Session, learner_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What a list says of learners, by their ids."""
        rows = self._rows_in(session, LearnerRow, LearnerRow.id, learner_ids)
        return {
            row.id: {"name": PROTECTED_NAME if row.protected else row.full_name, "protected": row.protected}
            for row in rows
        }


_DELIVER = OutboxRow.kind == "deliver"


def _waiting(job: OutboxRow | None) -> dict[str, Any]:
    return {} if job is None else {"attempts": job.attempts, "due": job.not_before, "reason": job.reason}


def _state(name: str, row: DestinationRow | None, waiting: int, stopped: int) -> DestinationState:
    return DestinationState(
        name=name,
        failures=row.failures if row else 0,
        closed_until=row.closed_until if row else None,
        reason=(row.reason if row else None) or "",
        waiting=waiting,
        stopped=stopped,
    )
