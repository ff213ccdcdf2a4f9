"""Issued credentials as pages show them: some at a time, and one with all that became of it.

Nothing here reads more than it shows; each list follows an index of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mimis_core.model import CredentialStatus, Model
from mimis_core.services.actors import Actor
from mimis_core.services.audit_pages import AuditLine, AuditPageServices
from mimis_core.services.credentials import CredentialServices, title_of
from mimis_core.services.directory import PAGE, DirectoryServices
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.months import month_begin, next_month
from mimis_core.services.views import CredentialView, DeliveryView, StatusView
from mimis_core.store.tables import AwardRow, CredentialRow, DeliveryRow, LearnerRow

SEARCHED = 200
"""Learners of that name whose credentials are looked up; who finds more than these must say more of the name."""
AHEAD = 60
"""Days that are looked ahead where ``[renewal] remind_days`` names none."""
_NEWEST_COLUMNS = CredentialRow.issued_at, CredentialRow.award_id, CredentialRow.id
_NEWEST = tuple_(*_NEWEST_COLUMNS)
"""The order of the list; its indexes have the award after the time."""


class CredentialLine(Model):
    """One credential in a list. A protected learner is named by id only."""

    id: str
    learner_id: str
    name: str
    protected: bool
    achievement_id: str
    title: dict[str, str]
    status: StatusView
    issued_at: datetime
    valid_until: datetime | None


class CredentialPage(Model):
    """Some credentials; ``after`` leads to the next page, None at the end.

    ``narrow``: more learners have that name than are looked up.
    """

    credentials: tuple[CredentialLine, ...]
    after: str | None = None
    narrow: bool = False


class IssuedCredential(Model):
    """One credential as who works at the school sees it; of a protected learner without her name.

    ``decided_by`` is None where the school's recorded rule decided. ``replaces`` is the id of the one before it.
    """

    view: CredentialView
    protected: bool
    award_id: str
    decided_by: Actor | None
    decided_at: datetime | None
    replaces: str | None
    history: tuple[AuditLine, ...]
    deliveries: tuple[DeliveryView, ...]


class CredentialPageServices(CredentialServices, DirectoryServices, AuditPageServices):
    """Credentials of one organisation for its pages."""

    def credential_page(
        self,
        *,
        search: str = "",
        achievement_id: str | None = None,
        status: CredentialStatus | None = None,
        month: str | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> CredentialPage:
        """One page of credentials, newest first.

        Arguments:
            search: the address, number or id of a credential, or names of learners; protected ones are not found by it.
            achievement_id: only of this entry, in whatever version.
            status: only what stands so.
            month: only what was issued in it, ``YYYY-MM``; UserError for what is none.
            after: what the page before said; NotFoundError when it is of no credential here.
        """
        found, narrow = self._sought(search.strip()) if search.strip() else (None, False)
        with self.database.reading() as session:
            query = select(CredentialRow).where(*self._wanted(found, achievement_id, status, month))
            if after is not None:
                query = query.where(self._place(session, after) > _NEWEST)
            query = query.order_by(*(column.desc() for column in _NEWEST_COLUMNS))
            return self._credential_lines(session, query, limit).model_copy(update={"narrow": narrow})

    def renewal_page(
        self, status: CredentialStatus, *, after: str | None = None, within_days: int | None = None, limit: int = PAGE
    ) -> CredentialPage:
        """One page of what :meth:`due_renewals` lists: what ends soon (active), or has ended lately (expired).

        The first to end comes first, of what has ended the last. Raises NotFoundError as :meth:`credential_page`.
        """
        days = within_days if within_days is not None else max(self.settings.renewal.remind_days, default=AHEAD)
        now, newer = self.clock(), aliased(CredentialRow)
        window = now - timedelta(days=days), now + timedelta(days=days)
        query = select(CredentialRow).where(
            CredentialRow.organisation == self.organisation,
            CredentialRow.status == status,
            CredentialRow.valid_until.between(*window),
            ~exists().where(newer.supersedes_id == CredentialRow.id),
        )
        ends, soon = tuple_(CredentialRow.valid_until, CredentialRow.id), status == CredentialStatus.ACTIVE
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, CredentialRow, after, "credential")
                place = tuple_(last.valid_until, last.id)
                query = query.where(ends > place if soon else ends < place)
            columns = CredentialRow.valid_until, CredentialRow.id
            query = query.order_by(*(column if soon else column.desc() for column in columns))
            return self._credential_lines(session, query, limit)

    def issued_credential(self, credential_id: str) -> IssuedCredential:
        """One credential with who decided it, what became of it and where it was sent. Raises NotFoundError."""
        with self.database.reading() as session:
            row = self._get(session, CredentialRow, credential_id, "credential")
            award = self._get(session, AwardRow, row.award_id, "award")
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            (view,) = self._views(session, [row])
            sent = self._rows(session, DeliveryRow, DeliveryRow.credential_id == row.id)
            by_person = award.decided_by if not award.by_rule else None
            return IssuedCredential(
                view=view.model_copy(update={"learner_name": PROTECTED_NAME}) if learner.protected else view,
                protected=learner.protected,
                award_id=award.id,
                decided_by=self._actor(session, by_person) if by_person else None,
                decided_at=award.decided_at,
                replaces=row.supersedes_id,
                history=self._audit_lines(session, self._audit_rows_of(session, row.id)),
                deliveries=tuple(self._delivery_view(session, one) for one in sorted(sent, key=lambda one: one.at)),
            )

    def _wanted(
        self,
        found: ColumnElement[bool] | None,
        achievement_id: str | None,
        status: CredentialStatus | None,
        month: str | None,
    ) -> Iterator[ColumnElement[bool]]:
        yield CredentialRow.organisation == self.organisation
        if found is not None:
            yield found
        if achievement_id:
            # Where few learners are sought, SQLite must not go through all of the entry's: it sees no index so.
            entry = CredentialRow.achievement_id if found is None else CredentialRow.achievement_id.concat("")
            yield entry == achievement_id
        if status:
            yield CredentialRow.status == status
        if month:
            begin = month_begin(month)
            yield CredentialRow.issued_at >= begin
            yield CredentialRow.issued_at < next_month(begin)

    def _sought(self, search: str) -> tuple[ColumnElement[bool], bool]:
        """What a search means as a condition, and whether it is too wide."""
        public_id = search.rstrip("/").rpartition("/")[2]
        with self.database.reading() as session:
            names = or_(CredentialRow.id == search, CredentialRow.urn == search, CredentialRow.public_id == public_id)
            (known, *_) = [*self._rows(session, CredentialRow, names), None]
        if known is not None:
            return CredentialRow.id == known.id, False
        page = self.learner_page(search, limit=SEARCHED)
        return CredentialRow.learner_id.in_([one.id for one in page.learners]), page.total > SEARCHED

    def _place(self, session: Session, after: str) -> Any:
        last = self._get(session, CredentialRow, after, "credential")
        return tuple_(last.issued_at, last.award_id, last.id)

    def _credential_lines(self, session: Session, query: Select[Any], limit: int) -> CredentialPage:
        rows: Sequence[CredentialRow] = session.scalars(query.limit(limit + 1)).all()
        shown = rows[:limit]
        people = self._rows_in(session, LearnerRow, LearnerRow.id, [row.learner_id for row in shown])
        learners = {one.id: one for one in people}
        return CredentialPage(
            credentials=tuple(self._credential_line(row, learners[row.learner_id]) for row in shown),
            after=shown[-1].id if len(rows) > limit else None,
        )

    def _credential_line(self, row: CredentialRow, learner: LearnerRow) -> CredentialLine:
        return CredentialLine(
            id=row.id,
            learner_id=row.learner_id,
            name=PROTECTED_NAME if learner.protected else learner.full_name,
            protected=learner.protected,
            achievement_id=row.achievement_id,
            title=title_of(row),
            status=self._status(row),
            issued_at=row.issued_at,
            valid_until=row.valid_until,
        )
