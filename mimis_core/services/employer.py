"""Employer role: what was taken in, checked, and written where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_

from mimis_core.errors import NotFoundError
from mimis_core.services.proved import ProvedServices
from mimis_core.services.views import ImportedShare
from mimis_core.store.tables import ImportRow

ON_A_PAGE = 50


@dataclass(frozen=True)
class ImportLine:
    """One share or file in the list of what was taken in."""

    id: str
    at: datetime
    share: ImportedShare


@dataclass(frozen=True)
class ImportPage:
    """A part of the list; ``after`` leads to the next one, None at the end."""

    lines: tuple[ImportLine, ...]
    after: str | None


class EmployerServices(ProvedServices):
    """Shares and files that this employer or hub has taken in."""

    def imported(self, key: str) -> ImportedShare | None:
        """What is known under this key, or None."""
        with self.database.reading() as session:
            rows = self._rows(session, ImportRow, ImportRow.key == key)
            return ImportedShare.model_validate_json(rows[0].content) if rows else None

    def imports(self) -> list[ImportedShare]:
        """All that was taken in, oldest first."""
        with self.database.reading() as session:
            rows = sorted(self._rows(session, ImportRow), key=lambda row: row.at)
            return [ImportedShare.model_validate_json(row.content) for row in rows]

    def import_page(self, states: Collection[str] = (), after: str | None = None) -> ImportPage:
        """What was taken in, newest first, only in these states when some are given.

        ``after`` is the id of the last line of the page before; NotFoundError when it is not there any more.
        """
        query = select(ImportRow).where(ImportRow.organisation == self.organisation)
        if states:
            query = query.where(ImportRow.state.in_(states))
        query = query.order_by(ImportRow.at.desc(), ImportRow.id.desc()).limit(ON_A_PAGE + 1)
        with self.database.reading() as session:
            if after is not None:
                last = self._get(session, ImportRow, after, "share")
                query = query.where(tuple_(ImportRow.at, ImportRow.id) < (last.at, last.id))
            lines = [to_line(row) for row in session.scalars(query)]
        return ImportPage(tuple(lines[:ON_A_PAGE]), lines[ON_A_PAGE - 1].id if len(lines) > ON_A_PAGE else None)

    def import_line(self, import_id: str) -> ImportLine:
        """One of them. Raises NotFoundError."""
        with self.database.reading() as session:
            return to_line(self._get(session, ImportRow, import_id, "share"))

    def import_of(self, key: str) -> ImportLine:
        """The one that is kept under this key. Raises NotFoundError."""
        with self.database.reading() as session:
            rows = self._rows(session, ImportRow, ImportRow.key == key)
            if not rows:
                raise NotFoundError("Nothing was taken in under this key.", code="unknown")
            return to_line(rows[0])

    def count_imports(self) -> dict[str, int]:
        """How many there are in each state; states that nothing is in are left out."""
        query = (
            select(ImportRow.state, func.count())
            .where(ImportRow.organisation == self.organisation)
            .group_by(ImportRow.state)
        )
        with self.database.reading() as session:
            return dict(session.execute(query).all())

    def save_import(self, share: ImportedShare, by: str = "employer") -> None:
        """Keep what became of one share, and what it proves; a change of state is audited with who brought it about."""
        proved = self._proved_by(share)
        with self._transaction() as session:
            rows = self._rows(session, ImportRow, ImportRow.key == share.key)
            row = rows[0] if rows else ImportRow(organisation=self.organisation, key=share.key, at=self.clock())
            if row.state != share.state:
                self._audit(session, by, f"import.{share.state}", share.key)
            row.state, row.content = share.state, share.model_dump_json()
            session.add(row)
            session.flush()  # what it proves refers to it
            self._keep_proved(session, row.id, proved)


def to_line(row: ImportRow) -> ImportLine:
    """The line of a row."""
    return ImportLine(row.id, row.at, ImportedShare.model_validate_json(row.content))
