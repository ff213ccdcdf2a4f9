"""Anonymous figures for a year's report: what was issued, delivered, shared, looked at and revoked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mimis_core.errors import UserError
from mimis_core.model import CredentialStatus, Model
from mimis_core.services.base import ServicesBase
from mimis_core.services.participants import ZONE
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
"""Counts of fewer learners than this are not shown: few people could be told by them (facts/sweden.md 13)."""
AT_ONCE = 5000
MEASURES = ("issued", "delivered", "viewed", "shared", "revoked")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Figures(Model):
    """One achievement in one month, ``YYYY-MM`` in Swedish time. None is a count of too few learners to be shown.

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
    """Counts over indexes of their own; they read no document and decrypt nothing."""

    def statistics(self, start: str | None = None, end: str | None = None, *, least: int | None = LEAST) -> Statistics:
        """Count by achievement and month.

        Arguments:
            start, end: first and last month, ``YYYY-MM``. Only whole months: the difference of two periods that
                differ by a day would tell of one person.
            least: leave out counts of fewer learners than this, at most :data:`LEAST`, however often each was
                counted; None shows all, which is for the school's own eyes.

        Protected learners are never counted. Raises UserError for a month that is none.
        """
        first, after = _begin(start), _after(end)
        counted: dict[tuple[str, str], dict[str, int | None]] = {}
        with self.database.reading() as session:
            for measure, query, at in self._measured():
                for (achievement, month), tally in self._tallies(session, query, at, first, after).items():
                    shown = tally.count if least is None or len(tally.learners) >= least else None
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

    def _tallies(
        self,
        session: Session,
        query: Select[Any],
        at: InstrumentedAttribute[datetime],
        first: datetime | None,
        after: datetime | None,
    ) -> dict[tuple[str, str], _Tally]:
        """By achievement and month; summed up here, since SQLite knows no time zones."""
        hidden = select(LearnerRow.id).where(LearnerRow.organisation == self.organisation, LearnerRow.protected)
        chosen = query.add_columns(AwardRow.learner_id, at).where(
            at.class_.organisation == self.organisation, AwardRow.learner_id.not_in(hidden)
        )
        if first is not None:
            chosen = chosen.where(at >= first)
        if after is not None:
            chosen = chosen.where(at < after)
        found: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)
        for achievement, learner, moment in session.execute(chosen, execution_options={"yield_per": AT_ONCE}):
            found[achievement, _month(moment.replace(minute=0, second=0, microsecond=0))].add(learner)
        return found


class _Tally:
    """A count, and enough of the learners that it is about to know whether it may be shown."""

    def __init__(self) -> None:
        self.count = 0
        self.learners: set[str] = set()

    def add(self, learner: str) -> None:
        self.count += 1
        if len(self.learners) < LEAST:
            self.learners.add(learner)


@lru_cache(100_000)
def _month(hour: datetime) -> str:
    return f"{hour.astimezone(ZONE):%Y-%m}"


def _begin(month: str | None) -> datetime | None:
    if month is None:
        return None
    known = _MONTH.fullmatch(month)
    if known is None or known[1] == "0000":
        raise UserError(f"{month!r} is no month.", mend="Write it as 2026-11.")
    return datetime(int(known[1]), int(known[2]), 1, tzinfo=ZONE)


def _after(month: str | None) -> datetime | None:
    """The beginning of the month that follows."""
    begin = _begin(month)
    if begin is None or (begin.year, begin.month) == (9999, 12):
        return None
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
