"""What the shares that were taken in prove: kept beside each share, in the transaction that the share is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mimis_core.errors import DataError
from mimis_core.model import CredentialStatus
from mimis_core.services.base import ServicesBase
from mimis_core.services.competences import Competence, competence_of, content_of, key_of
from mimis_core.services.months import ZONE
from mimis_core.services.views import ImportedCredential, ImportedShare
from mimis_core.store.role_tables import CompetenceRow, ImportCompetenceRow
from mimis_core.store.tables import new_id

IN_USE = frozenset({"verified", "written", "ask"})
"""States of shares that count: what is refused or taken back proves nothing here."""
Proved = tuple[Competence, date | None]
"""A competence and the last day that it is proved on, None for no end."""


class ProvedServices(ServicesBase):
    """Competences of shares."""

    def _proved_by(self, share: ImportedShare) -> dict[str, Proved]:
        """What a share proves, by key: of its credentials only those whose check says valid.

        One that is shared without a name has no file to check. There the issuer's word counts, if it is an issuer that
        this employer has chosen to ask.
        """
        found: dict[str, Proved] = {}
        asked = self._is_asked(share)
        for one in share.credentials if share.state in IN_USE else ():
            said = _said_of(one, share.until) if asked and not one.content else ()
            for competence, until in said or self._proved_in(one, share.until):
                key = key_of(competence)
                found[key] = competence, _later(until, found[key][1]) if key in found else until
        return found

    def _is_asked(self, share: ImportedShare) -> bool:
        return share.issuer in {issuer.url.rstrip("/") for issuer in self.settings.issuers.values()}

    def _proved_in(self, one: ImportedCredential, until: date | None) -> tuple[Proved, ...]:
        if one.verdict.verdict != "valid":
            return ()
        try:
            facts = self.read(one.content)
        except DataError:
            # Checked by another format's rules at best: what cannot be read proves nothing.
            return ()
        ends = facts.valid_until and facts.valid_until.astimezone(ZONE).date()
        return ((competence_of(facts), min(filter(None, (until, ends)), default=None)),)

    def _keep_proved(self, session: Session, import_id: str, proved: Mapping[str, Proved]) -> None:
        """Let a share prove exactly this from now on."""
        ids = self._competence_ids(session, {key: one for key, (one, _) in proved.items()})
        until = {ids[key]: end for key, (_, end) in proved.items()}
        for row in self._rows(session, ImportCompetenceRow, ImportCompetenceRow.import_id == import_id):
            if row.competence_id in until:
                row.until = until.pop(row.competence_id)
            else:
                session.delete(row)
        for competence_id, end in until.items():
            link = {"import_id": import_id, "competence_id": competence_id, "until": end}
            session.add(ImportCompetenceRow(organisation=self.organisation, **link))

    def _competence_ids(self, session: Session, wanted: Mapping[str, Competence]) -> dict[str, str]:
        """Ids of these by key; what is new here is added, also while another worker adds the same."""
        known = {row.key: row.id for row in self._rows_in(session, CompetenceRow, CompetenceRow.key, wanted)}
        insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
        for key in sorted(wanted.keys() - known.keys()):
            values = {"id": new_id(), "organisation": self.organisation, "key": key, "content": content_of(wanted[key])}
            row = insert(CompetenceRow).values(values)
            session.execute(row.on_conflict_do_nothing(index_elements=["organisation", "key"]))
        added = self._rows_in(session, CompetenceRow, CompetenceRow.key, wanted.keys() - known.keys())
        return known | {row.key: row.id for row in added}

    def _competences_of_import(self, session: Session, import_id: str) -> list[Competence]:
        """What a share proves today."""
        links = self._rows(session, ImportCompetenceRow, ImportCompetenceRow.import_id == import_id, self._holds())
        rows = self._rows_in(session, CompetenceRow, CompetenceRow.id, [link.competence_id for link in links])
        return [read_competence(row.content) for row in rows]

    def _all_competences(self, session: Session) -> dict[str, Competence]:
        """Every distinct competence here by id."""
        return {row.id: read_competence(row.content) for row in self._rows(session, CompetenceRow)}

    def _holds(self) -> ColumnElement[bool]:
        """The condition that a link has not ended."""
        today = self.clock().astimezone(ZONE).date()
        return or_(ImportCompetenceRow.until.is_(None), ImportCompetenceRow.until >= today)


def _said_of(one: ImportedCredential, until: date | None) -> tuple[Proved, ...]:
    return ((one.competence, until),) if one.competence and one.status == CredentialStatus.ACTIVE else ()


@lru_cache(maxsize=4096)
def read_competence(content: str) -> Competence:
    """A stored competence. There are few, each is read over and over, and none ever changes."""
    return Competence.model_validate_json(content)


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)
