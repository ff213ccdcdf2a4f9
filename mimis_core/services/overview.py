"""What a school's day begins with: what is new, what waits for a person, and what has stopped. Counts, and no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from mimis_core.model import AwardState
from mimis_core.services.award_pages import RECENT
from mimis_core.services.destinations import SOURCE
from mimis_core.services.health import HealthServices
from mimis_core.services.same_person import SamePersonServices
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.tables import (
    UNDONE,
    AwardRow,
    CredentialRow,
    DeliveryRow,
    DestinationRow,
    OutboxRow,
    ReviewRow,
    ScheduleRow,
    SetAsideRow,
    SourceStateRow,
)

STALE = timedelta(days=2)
"""After so long without a whole pull a person should look: sources are read at least each night."""
REASONS = 10
"""How many kinds of stopped work are told apart; the list of deliveries has all."""


@dataclass(frozen=True)
class Stopped:
    """Work that has stopped for one reason: what it is, where it goes to, why, and how much of it."""

    kind: str
    destination: str | None
    code: str | None
    reason: str
    count: int


@dataclass(frozen=True)
class SourceHealth:
    """How a configured source is doing: its last whole pull, and how often in a row a hint could not be followed.

    ``stale``: the last whole pull is older than :data:`STALE`.
    """

    name: str
    pulled_at: datetime | None
    stale: bool
    failures: int
    reason: str | None


@dataclass(frozen=True)
class FailedRun:
    """A scheduled command whose last run ended badly."""

    command: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """Counts, each with a list behind it.

    ``finished``, ``issued`` and ``delivered`` are those of the last :data:`RECENT`. ``late`` are open appeals whose
    answer is overdue. ``broken`` names what :meth:`readiness` finds not working.
    """

    finished: int
    waiting: int
    issued: int
    delivered: int
    appeals: int
    late: int
    reviews: int
    merges: int
    set_aside: int
    stopped: tuple[Stopped, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    failed_runs: tuple[FailedRun, ...] = ()
    broken: tuple[str, ...] = ()


class OverviewServices(SamePersonServices, HealthServices):
    """The overview of one organisation. Nothing of it writes, and every count has an index of its own."""

    def overview(self) -> Overview:
        """All of it as it is now."""
        broken = tuple(name for name, holds in self.readiness().items() if not holds)
        since, merges = self.clock() - RECENT, len(self.recent_same_person())
        with self.database.reading() as session:
            counts = {name: session.scalar(query) or 0 for name, query in self._overview_counts(since).items()}
            return Overview(
                **counts,
                merges=merges,
                stopped=self._why_stopped(session),
                sources=self._source_health(session),
                failed_runs=self._failed_runs(session),
                broken=broken,
            )

    def _overview_counts(self, since: datetime) -> dict[str, Select[Any]]:
        def count(table: Any, *conditions: Any) -> Select[Any]:
            return select(func.count()).select_from(table).where(table.organisation == self.organisation, *conditions)

        states, today = [state.value for state in AwardState], self.clock().date()
        appeals = AppealRow.state == "open"
        return {
            "finished": count(AwardRow, AwardRow.state.in_(states), AwardRow.completed_at >= since),
            "waiting": count(AwardRow, AwardRow.state == AwardState.PROPOSED.value),
            "issued": count(CredentialRow, CredentialRow.issued_at >= since),
            "delivered": count(DeliveryRow, DeliveryRow.state == "sent", DeliveryRow.at >= since),
            "appeals": count(AppealRow, appeals),
            "late": count(AppealRow, appeals, AppealRow.due < today),
            "reviews": count(ReviewRow, ReviewRow.state == "open"),
            "set_aside": count(SetAsideRow),
        }

    def _why_stopped(self, session: Session) -> tuple[Stopped, ...]:
        told = OutboxRow.kind, OutboxRow.destination, OutboxRow.code, OutboxRow.reason
        query = (
            select(*told, func.count())
            .where(OutboxRow.organisation == self.organisation, UNDONE, OutboxRow.state == "attention")
            .group_by(*told)
            .order_by(func.count().desc())
            .limit(REASONS)
        )
        return tuple(
            Stopped(kind, destination, code, reason or "", count)
            for kind, destination, code, reason, count in session.execute(query)
        )

    def _source_health(self, session: Session) -> tuple[SourceHealth, ...]:
        pulled = {row.source: row.pulled_at for row in self._rows(session, SourceStateRow)}
        failed = {row.name: row for row in self._rows(session, DestinationRow) if row.failures}
        oldest = self.clock() - STALE
        return tuple(
            SourceHealth(
                name=name,
                pulled_at=pulled.get(name),
                stale=(at := pulled.get(name)) is not None and at < oldest,
                failures=failed[SOURCE + name].failures if SOURCE + name in failed else 0,
                reason=failed[SOURCE + name].reason if SOURCE + name in failed else None,
            )
            for name in self.settings.sources
        )

    def _failed_runs(self, session: Session) -> tuple[FailedRun, ...]:
        """Of each command the last run that has ended, where it failed."""
        ended = ScheduleRow.organisation == self.organisation, ScheduleRow.state.in_(("done", "failed"))
        last = (
            select(ScheduleRow.command, func.max(ScheduleRow.due).label("due"))
            .where(*ended)
            .group_by(ScheduleRow.command)
            .subquery()
        )
        same = ScheduleRow.command == last.c.command, ScheduleRow.due == last.c.due
        query = select(ScheduleRow).join(last, and_(*same)).where(*ended, ScheduleRow.state == "failed")
        return tuple(FailedRun(row.command, row.ended_at) for row in session.scalars(query))
