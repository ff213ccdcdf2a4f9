"""What the calendar does to credentials: reminders ahead of the end, and the end itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mimis_core.model import CredentialStatus
from mimis_core.services.credentials import credential_titles, greeting
from mimis_core.services.life import LifeServices
from mimis_core.services.messages import expired_mail, reminder_mail
from mimis_core.services.stacking import PARTS, parts_asked
from mimis_core.services.views import CredentialView
from mimis_core.store.tables import CredentialRow, LearnerRow

AT_ONCE = 200
"""Credentials that are looked at in one transaction."""


@dataclass
class DayDone:
    """What one look at the calendar did."""

    expired: int = 0
    reminded: int = 0


class RenewalServices(LifeServices):
    """Expires and reminds. Each step may be repeated, by several workers at once: nobody is told twice."""

    def look_at_calendar(self) -> DayDone:
        """Expire what is past its day and remind of what will be soon; run daily, more often does no harm."""
        done = DayDone()
        while count := self._expire_some():
            done.expired += count
        for days in sorted(self.settings.renewal.remind_days):
            while self._remind_some(days, done):
                continue
        self._stack_anew()
        return done

    def due_renewals(self, within_days: int | None = None) -> list[CredentialView]:
        """Credentials that expire within so many days, or have expired so lately and not been renewed; first end first.

        Without ``within_days`` the longest of ``[renewal] remind_days`` counts.
        """
        days = within_days if within_days is not None else max(self.settings.renewal.remind_days, default=60)
        now, window = self.clock(), timedelta(days=days)
        states = CredentialStatus.ACTIVE, CredentialStatus.EXPIRED
        with self.database.reading() as session:
            rows = self._rows(
                session,
                CredentialRow,
                CredentialRow.status.in_(states),
                CredentialRow.valid_until.between(now - window, now + window),
            )
            views = [view for view in self._views(session, rows) if view.replaced_by is None]
        return sorted(views, key=lambda view: (view.valid_until or now, view.id))

    def _stack_anew(self) -> None:
        """Once after each change of the catalogue: a new entry may ask for credentials that no source speaks of."""
        key, asked = self._catalogue_key(), parts_asked(self.catalogue.latest())
        mine = CredentialRow.organisation == self.organisation, CredentialRow.achievement_id.in_(asked)
        with self._transaction() as session:
            state = self._source_state(session, PARTS)
            if not asked or (state is not None and state.catalogue_key == key):
                return
            query = select(CredentialRow.learner_id).where(*mine, CredentialRow.status == CredentialStatus.ACTIVE)
            learners = sorted(set(session.scalars(query)))
        for start in range(0, len(learners), AT_ONCE):
            with self._transaction() as session:
                self._stack(session, learners[start : start + AT_ONCE])
        with self._transaction() as session:
            state = self._source_state(session, PARTS) or self._new_source_state(PARTS)
            state.catalogue_key = key
            session.add(state)

    def _expire_some(self) -> int:
        with self._transaction() as session:
            rows = self._some(session, CredentialRow.valid_until < self.clock())
            for row in rows:
                self._mark(row, CredentialStatus.EXPIRED, None)
                self._audit(session, "mimis", "credential.expire", row.id)
                learner = self._get(session, LearnerRow, row.learner_id, "learner")
                mail = expired_mail(self.settings.organisation, greeting(learner), credential_titles(row), _day(row))
                self._tell(session, learner, row, mail, f"expired:{row.id}")
            self._stack(session, {row.learner_id for row in rows})
            return len(rows)

    def _remind_some(self, days: int, done: DayDone) -> int:
        """Mark those that are within so many days of their end; who was issued within them is not reminded."""
        now, ahead = self.clock(), timedelta(days=days)
        unasked = or_(CredentialRow.reminded.is_(None), CredentialRow.reminded > days)
        with self._transaction() as session:
            rows = self._some(session, CredentialRow.valid_until.between(now, now + ahead), unasked)
            for row in rows:
                row.reminded = days
                if row.valid_until is None or row.issued_at > row.valid_until - ahead:
                    continue
                self._remind(session, row, days)
                done.reminded += 1
            return len(rows)

    def _remind(self, session: Session, row: CredentialRow, days: int) -> None:
        learner = self._get(session, LearnerRow, row.learner_id, "learner")
        self._audit(session, "mimis", "credential.remind", row.id, days=days)
        titles = credential_titles(row)
        mail = reminder_mail(self.settings.organisation, greeting(learner), titles, _day(row), self._link(row))
        self._tell(session, learner, row, mail, f"remind:{row.id}:{days}")

    def _some(self, session: Session, *conditions: object) -> list[CredentialRow]:
        """Some credentials in force; what another worker has in hand is left to it."""
        query = (
            select(CredentialRow)
            .where(CredentialRow.organisation == self.organisation, CredentialRow.status == CredentialStatus.ACTIVE)
            .where(*conditions)  # type: ignore[arg-type]  # any of SQLAlchemy's conditions
            .order_by(CredentialRow.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return list(session.scalars(query))


def _day(row: CredentialRow) -> str:
    return row.valid_until.date().isoformat() if row.valid_until else ""
