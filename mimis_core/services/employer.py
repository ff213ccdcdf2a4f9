"""Employer role: what was taken in, checked, and written where."""

from __future__ import annotations

from mimis_core.services.base import ServicesBase
from mimis_core.services.views import ImportedShare
from mimis_core.store.tables import ImportRow


class EmployerServices(ServicesBase):
    """Shares and files that this employer or hub has taken in."""

    def imported(self, key: str) -> ImportedShare | None:
        """What is known under this key, or None."""
        with self._transaction() as session:
            rows = self._rows(session, ImportRow, ImportRow.key == key)
            return ImportedShare.model_validate_json(rows[0].content) if rows else None

    def imports(self) -> list[ImportedShare]:
        """All that was taken in, oldest first."""
        with self._transaction() as session:
            rows = sorted(self._rows(session, ImportRow), key=lambda row: row.at)
            return [ImportedShare.model_validate_json(row.content) for row in rows]

    def save_import(self, share: ImportedShare) -> None:
        """Keep what became of one share; a change of state is audited."""
        with self._transaction() as session:
            rows = self._rows(session, ImportRow, ImportRow.key == share.key)
            row = rows[0] if rows else ImportRow(organisation=self.organisation, key=share.key, at=self.clock())
            if row.state != share.state:
                self._audit(session, "employer", f"import.{share.state}", share.key)
            row.state, row.content = share.state, share.model_dump_json()
            session.add(row)
