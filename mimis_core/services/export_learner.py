"""All that is held about one learner, for her to have (GDPR articles 15 and 20): data, documents and a page to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from mimis_core.errors import UserError
from mimis_core.services.base import ServicesBase
from mimis_core.services.export_page import learner_page
from mimis_core.services.learner_tables import ABOUT_ERASED, THROUGH, learner_column, learner_models, table_of
from mimis_core.store.record_tables import MergeRow
from mimis_core.store.tables import AuditRow, Base, CredentialRow, LearnerRow, PartnerRow, ShareRow
from mimis_core.store.types import EncryptedBytes

SECRETS = frozenset({"organisation", "token", "revision", "signal", "lease", "lease_until", "live_key"})
"""Columns that say nothing about her: keys, links that open something, and marks for machines."""
DATA, PAGE, DOCUMENTS = "data.json", "index.html", "documents"
Row = dict[str, Any]


@dataclass
class LearnerExport:
    """Rows by table, as JSON can hold them, and the sealed files by name."""

    learner_id: str
    made_at: datetime
    issuer: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The whole of it but for the documents, which are named."""
        head = {"learner": self.learner_id, "made_at": self.made_at.isoformat(), "issuer": self.issuer}
        return {**head, "tables": self.tables, "documents": sorted(self.documents)}


class ExportServices(ServicesBase):
    """Gives a learner what is held about her."""

    def export_learner(self, learner_id: str, by: str, reason: str | None = None) -> LearnerExport:
        """Collect every row that is hers, in every table, and her documents; recorded in the audit.

        ``by`` is who hands it out. A learner with protected identity is exported by the person who answers for such
        learners alone, who gives a ``reason``. Raises NotFoundError, and UserError for a protected one without reason.
        """
        with self._transaction() as session:
            learner = self._get(session, LearnerRow, learner_id, "learner")
            if learner.protected and not (reason or "").strip():
                raise UserError(
                    f"Learner {learner_id} has protected identity: only the officer exports this, and says why.",
                    mend="Give --by and --reason, and hand the files over in person.",
                )
            name = self.settings.organisation.legal_name
            found = LearnerExport(learner_id, self.clock(), name.get("sv") or next(iter(name.values())))
            held = self._all_of(session, learner_id)
            for row in held.get(CredentialRow, ()):
                if isinstance(row, CredentialRow) and row.content:
                    found.documents[f"{row.id}-{row.filename}"] = row.content
            partners = self._partner_names(session, held.get(ShareRow, ()))
            for model, rows in held.items():
                found.tables[model.__tablename__] = [_plain(row, partners) for row in rows]
            self._audit(session, by, "learner.export", learner_id, protected=learner.protected)
            return found

    def _all_of(self, session: Session, learner_id: str) -> dict[type[Base], Sequence[Base]]:
        """Her rows by table."""
        held: dict[type[Base], Sequence[Base]] = {}
        direct: list[type[Base]] = [*learner_models(), *ABOUT_ERASED]
        for model in direct:
            column = learner_column(model)
            held[model] = self._ordered(session, model, column, [learner_id])
        held[MergeRow] = self._rows(session, MergeRow, MergeRow.keep_id == learner_id)
        for model, (name, parents) in THROUGH.items():
            ids = [row.id for parent in parents for row in held.get(parent, ())]
            if model in (LearnerRow, AuditRow):
                ids.append(learner_id)
            held[model] = self._ordered(session, model, table_of(model).columns[name], ids)
        return held

    def _ordered(self, session: Session, model: type[Base], column: Any, values: Sequence[str]) -> list[Base]:
        found: list[Base] = []
        options = [undefer(CredentialRow.content)] if model is CredentialRow else []
        for start in range(0, len(values), 500):
            query = select(model).where(model.organisation == self.organisation).options(*options)
            found += session.scalars(query.where(column.in_(values[start : start + 500])))
        return sorted(found, key=lambda row: (str(getattr(row, "at", "")), row.id))

    def _partner_names(self, session: Session, shares: Sequence[Base]) -> dict[str, str]:
        ids = [row.partner_id for row in shares if isinstance(row, ShareRow) and row.partner_id]
        return {one.id: one.name for one in self._rows_in(session, PartnerRow, PartnerRow.id, ids)}


def write_export(export: LearnerExport, folder: Path) -> list[str]:
    """Write data, page and documents into a new or empty folder that only its owner may read; gives the names.

    Raises UserError for a folder with something in it, or that cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(f"{folder} holds other things.", mend="Give an empty folder or a new one.")
        files = {
            DATA: json.dumps(export.data(), ensure_ascii=False, indent=2).encode(),
            PAGE: learner_page(export.data()).encode(),
            **{f"{DOCUMENTS}/{name}": content for name, content in sorted(export.documents.items())},
        }
        for name, content in files.items():
            (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written: {error.strerror or error}.", mend="Give a folder that mimis may write to."
        ) from None
    return sorted(files)


def _plain(row: Base, partners: dict[str, str]) -> Row:
    """A row as JSON can hold it: without what is a key, with what is JSON inside opened, and employers by name."""
    return dict(_values(row, partners))


def _values(row: Base, partners: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for column in table_of(type(row)).columns:
        if column.key in SECRETS or column.key.endswith("_key") or isinstance(column.type, EncryptedBytes):
            continue
        value = getattr(row, column.key)
        if column.key == "partner_id" and value is not None:
            yield "partner", partners.get(value, value)
        elif isinstance(value, datetime | date):
            yield column.key, value.isoformat()
        elif isinstance(value, str) and value[:1] in ("{", "["):
            yield column.key, _opened(value)
        else:
            yield column.key, value


def _opened(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
