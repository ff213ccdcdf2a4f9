"""The record of decisions as pages show it: some at a time, newest first, with the names of those who acted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Model
from mimis_core.services.actors import Actor, ActorServices
from mimis_core.services.directory import PAGE
from mimis_core.store.tables import AuditRow

MOST_OF_ONE = 500
"""Rows that are read of one subject: nothing has as many in its life."""


class AuditLine(Model):
    """One thing that happened: when, what as a word, who did it, and to what, by its id."""

    at: datetime
    action: str
    actor: Actor
    subject: str
    details: dict[str, Any]


class AuditPage(Model):
    """Some of the record; ``before`` leads to the next page, None at the end."""

    lines: tuple[AuditLine, ...]
    before: int | None


class AuditPageServices(ActorServices):
    """The record of one organisation for its pages."""

    def audit_page(self, *, before: int | None = None, limit: int = PAGE) -> AuditPage:
        """One page of the record, newest first; what cannot be put into the chain stands first.

        ``before`` is what the page before said.
        """
        with suppress(UserError):  # why it cannot be sealed is what checking finds
            self.audit_sealer.seal()
        mine = AuditRow.organisation == self.organisation
        query = select(AuditRow).where(mine, AuditRow.seq.is_not(None))
        if before is not None:
            query = query.where(AuditRow.seq < before)
        with self.database.reading() as session:
            fresh: Sequence[AuditRow] = []
            if before is None:
                unsealed = select(AuditRow).where(mine, AuditRow.seq.is_(None))
                fresh = session.scalars(unsealed.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)).all()
            sealed = session.scalars(query.order_by(AuditRow.seq.desc()).limit(limit + 1)).all()
            return AuditPage(
                lines=self._audit_lines(session, [*fresh, *sealed[:limit]]),
                before=sealed[limit - 1].seq if len(sealed) > limit else None,
            )

    def audit_lines_of(self, subject: str) -> tuple[AuditLine, ...]:
        """What was done to one thing, by its id, newest first."""
        with self.database.reading() as session:
            return self._audit_lines(session, self._audit_rows_of(session, subject))

    def _audit_rows_of(self, session: Session, subject: str) -> Sequence[AuditRow]:
        query = select(AuditRow).where(AuditRow.organisation == self.organisation, AuditRow.subject == subject)
        rows = session.scalars(query.limit(MOST_OF_ONE)).all()
        return sorted(rows, key=lambda row: (row.at, row.seq is None, row.seq or 0), reverse=True)

    def _audit_lines(self, session: Session, rows: Sequence[AuditRow]) -> tuple[AuditLine, ...]:
        actors = self._actors(session, {row.actor for row in rows})
        return tuple(
            AuditLine(at=row.at, action=row.action, actor=actors[row.actor], subject=row.subject, details=row.details)
            for row in rows
        )
