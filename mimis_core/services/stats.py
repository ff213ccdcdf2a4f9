"""Anonymous figures for a year's report: what was issued, delivered, shared, looked at and revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, extract, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mimis_core.errors import UserError
from mimis_core.model import CredentialStatus, Model
from mimis_core.services.base import ServicesBase
from mimis_core.store.tables import (
    AwardRow,
    CredentialRow,
    DeliveryRow,
    DisclosureRow,
    LearnerRow,
    ShareCredentialRow,
    ShareRow,
)

LEAST = 10
"""Counts from 1 to one below this are not shown: few people could be told by them (facts/sweden.md 13)."""
MEASURES = ("issued", "delivered", "viewed", "shared", "revoked")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Figures(Model):
    """One achievement in one month, ``YYYY-MM`` in UTC. None is a count that is too small to be shown.

    ``issued`` counts decisions: a renewal counts anew, a correction does not. ``delivered`` are parcels that arrived,
    ``viewed`` looks at shares, ``shared`` times that a learner put it into a share.
    """

    achievement: str
    month: str
    issued: int | None = 0
    delivered: int | None = 0
    viewed: int | None = 0
    shared: int | None = 0
    revoked: int | None = 0


class Statistics(Model):
    """All achievements and months in which anything happened, in order. ``least`` is None where all is shown."""

    rows: tuple[Figures, ...]
    least: int | None

    def months(self) -> tuple[str, ...]:
        """The months that occur, in order."""
        return tuple(sorted({row.month for row in self.rows}))

    def shown(self, measure: str, **wanted: str) -> int:
        """Sum of the counts that are shown: what is too small is left out, so that no difference gives it away."""
        rows = (row for row in self.rows if all(getattr(row, name) == value for name, value in wanted.items()))
        return sum(getattr(row, measure) or 0 for row in rows)


class StatsServices(ServicesBase):
    """Counts by aggregate queries over indexes of their own; they read no document and decrypt nothing."""

    def statistics(self, start: str | None = None, end: str | None = None, *, least: int | None = LEAST) -> Statistics:
        """Count by achievement and month.

        Arguments:
            start, end: first and last month, ``YYYY-MM``. Only whole months: the difference of two periods that
                differ by a day would tell of one person.
            least: leave out counts below this; None shows all, which is for the school's own eyes.

        Protected learners are never counted. Raises UserError for a month that is none.
        """
        first, after = _begin(start), _after(end)
        counted: dict[tuple[str, str], dict[str, int | None]] = {}
        with self.database.reading() as session:
            for measure, query, at in self._measured():
                for achievement, month, count in self._counted_by_month(session, query, at, first, after):
                    shown = count if least is None or count >= least else None
                    counted.setdefault((achievement, month), {})[measure] = shown
        rows = (
            Figures(achievement=achievement, month=month, **counts)
            for (achievement, month), counts in sorted(counted.items())
        )
        return Statistics(rows=tuple(rows), least=least)

    def _measured(self) -> Iterator[tuple[str, Select[Any], InstrumentedAttribute[datetime]]]:
        """Each measure's rows joined with their awards, and the time that it counts by."""
        old = aliased(CredentialRow)
        by_award = CredentialRow.award_id == AwardRow.id
        credentials = select(AwardRow.achievement_id).join(CredentialRow, by_award)
        issued = credentials.outerjoin(old, old.id == CredentialRow.supersedes_id).where(
            or_(old.id.is_(None), old.award_id != CredentialRow.award_id)
        )
        delivered = credentials.join(DeliveryRow, DeliveryRow.credential_id == CredentialRow.id)
        shared = credentials.join(ShareCredentialRow, ShareCredentialRow.credential_id == CredentialRow.id).join(
            ShareRow, ShareRow.id == ShareCredentialRow.share_id
        )
        viewed = shared.join(DisclosureRow, DisclosureRow.share_id == ShareRow.id)
        yield "issued", issued, CredentialRow.issued_at
        yield "delivered", delivered.where(DeliveryRow.state == "sent"), DeliveryRow.at
        yield "viewed", viewed, DisclosureRow.at
        yield "shared", shared, ShareRow.created_at
        yield "revoked", credentials.where(CredentialRow.status == CredentialStatus.REVOKED), CredentialRow.status_at

    def _counted_by_month(
        self,
        session: Session,
        query: Select[Any],
        at: InstrumentedAttribute[datetime],
        first: datetime | None,
        after: datetime | None,
    ) -> Iterator[tuple[str, str, int]]:
        year: ColumnElement[Any] = extract("year", at)
        month: ColumnElement[Any] = extract("month", at)
        hidden = select(LearnerRow.id).where(LearnerRow.organisation == self.organisation, LearnerRow.protected)
        chosen = query.add_columns(year, month, func.count()).where(
            at.class_.organisation == self.organisation, AwardRow.learner_id.not_in(hidden)
        )
        if first is not None:
            chosen = chosen.where(at >= first)
        if after is not None:
            chosen = chosen.where(at < after)
        for achievement, in_year, in_month, count in session.execute(
            chosen.group_by(AwardRow.achievement_id, year, month)
        ):
            yield achievement, f"{int(in_year):04}-{int(in_month):02}", count


def _begin(month: str | None) -> datetime | None:
    if month is None:
        return None
    known = _MONTH.fullmatch(month)
    if known is None or known[1] == "0000":
        raise UserError(f"{month!r} is no month.", mend="Write it as 2026-11.")
    return datetime(int(known[1]), int(known[2]), 1, tzinfo=UTC)


def _after(month: str | None) -> datetime | None:
    """The beginning of the month that follows."""
    begin = _begin(month)
    if begin is None or (begin.year, begin.month) == (9999, 12):
        return None
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
