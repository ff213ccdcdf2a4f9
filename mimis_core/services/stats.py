"""Anonymous figures for a year's report: what was issued, delivered, shared, looked at and revoked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mimis_core.model import CredentialStatus, Model
from mimis_core.services.base import ServicesBase
from mimis_core.services.months import month_begin, month_of, next_month
from mimis_core.store.tables import (
    PROTECTED,
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
MEASURES = ("issued", "delivered", "viewed", "shared", "revoked")
Month = tuple[datetime, datetime]
"""Its beginning, and that of the next."""


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
        return sum(count for count in self._counts(measure, wanted) if count is not None)

    def hidden(self, measure: str, **wanted: str) -> int:
        """How many counts are left out of that sum."""
        return sum(count is None for count in self._counts(measure, wanted))

    def _counts(self, measure: str, wanted: dict[str, str]) -> Iterator[int | None]:
        """A measure's counts in the rows with these values."""
        for row in self.rows:
            if all(getattr(row, name) == value for name, value in wanted.items()):
                yield getattr(row, measure)


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
        first, last = (month_begin(one) if one is not None else None for one in (start, end))
        counted: dict[tuple[str, str], dict[str, int | None]] = {}
        with self.database.reading() as session:
            months = list(self._months(session, first, last))
            for measure, query, at in self._measured() if months else ():
                for achievement, month, count, learners in session.execute(self._tally(query, at, months)):
                    shown = count if least is None or learners >= least else None
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

    def _months(self, session: Session, first: datetime | None, last: datetime | None) -> Iterator[Month]:
        """The months in which anything can have happened.

        From the first credential until now, or until the last one where a clock ran ahead.
        """
        mine = CredentialRow.organisation == self.organisation
        begun, ended = (
            session.scalar(select(end(CredentialRow.issued_at)).where(mine)) for end in (func.min, func.max)
        )
        if begun is None or ended is None:
            return
        month = max(month_of(begun), first or month_of(begun))
        until = max(ended, self.clock())
        while month <= min(until, last or until):
            following = next_month(month)
            yield month, following
            month = following

    def _tally(self, query: Select[Any], at: InstrumentedAttribute[datetime], months: Sequence[Month]) -> Select[Any]:
        """By achievement and month: how many, and of how many learners. The database counts: rows can be millions.

        It is told when the months begin, since SQLite knows no time zones.
        """
        hidden = select(LearnerRow.id).where(LearnerRow.organisation == self.organisation, PROTECTED)
        (first, _), (_, after) = months[0], months[-1]
        month = case(*((at < following, f"{begin:%Y-%m}") for begin, following in months))
        one = (
            query.add_columns(AwardRow.learner_id, month.label("month"))
            .where(at.class_.organisation == self.organisation, at >= first, at < after)
            .where(AwardRow.learner_id.not_in(hidden))
            .subquery()
        )
        by = one.c.achievement_id, one.c.month
        return select(*by, func.count(), func.count(one.c.learner_id.distinct())).group_by(*by)
