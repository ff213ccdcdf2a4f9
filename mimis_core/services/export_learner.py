"""All that is held about one learner, for her to have (GDPR articles 15 and 20): data, documents and a page to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session, undefer

from mimis_core.errors import UserError
from mimis_core.services.base import ServicesBase
from mimis_core.services.export_page import learner_page
from mimis_core.services.learner_tables import ABOUT_ERASED, THROUGH, learner_column, learner_models, table_of
from mimis_core.services.texts import in_swedish
from mimis_core.store.record_tables import BY_PEOPLE, MergeRow
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

    def files(self) -> dict[str, bytes]:
        """What she is handed, by name: the data, the page to read, and the documents in a folder of their own."""
        return {
            DATA: json.dumps(self.data(), ensure_ascii=False, indent=2).encode(),
            PAGE: learner_page(self.data()).encode(),
            **{f"{DOCUMENTS}/{name}": content for name, content in sorted(self.documents.items())},
        }

    def packed(self) -> bytes:
        """The same as one ZIP file."""
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name, content in self.files().items():
                archive.writestr(name, content)
        return packed.getvalue()


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
            found = LearnerExport(learner_id, self.clock(), in_swedish(name))
            held = self._all_of(session, learner_id)
            for row in held.get(CredentialRow, ()):
                if isinstance(row, CredentialRow) and row.content:
                    found.documents[f"{row.id}-{row.filename}"] = row.content
            partners = self._partner_names(session, held.get(ShareRow, ()))
            for model, rows in held.items():
                found.tables[model.__tablename__] = [_plain(row, partners) for row in rows]
            former = self._former_ids(session, learner_id)
            found.tables[MergeRow.__tablename__] = [_own_half(row, former) for row in found.tables["merge"]]
            self._audit(session, by, "learner.export", learner_id, protected=learner.protected)
            return found

    def _all_of(self, session: Session, learner_id: str) -> dict[type[Base], Sequence[Base]]:
        """Her rows by table."""
        held: dict[type[Base], Sequence[Base]] = {}
        direct: list[type[Base]] = [*learner_models(), *ABOUT_ERASED]
        for model in direct:
            column = learner_column(model)
            held[model] = self._ordered(session, model, column, [learner_id])
        former = self._former_ids(session, learner_id)
        both = or_(MergeRow.keep_id.in_(former), MergeRow.other_id.in_(former))
        merges = self._rows(session, MergeRow, both)
        merges.sort(key=lambda row: row.number)
        held[MergeRow] = merges
        for model, (name, parents) in THROUGH.items():
            ids = [row.id for parent in parents for row in held.get(parent, ())]
            if model in (LearnerRow, AuditRow):
                ids += former
            held[model] = self._ordered(session, model, table_of(model).columns[name], ids)
        # What she did herself too: of what is gone since, such as a share, only this is left.
        did = self._rows_in(session, AuditRow, AuditRow.actor, former, text(BY_PEOPLE))
        held[AuditRow] = _by_time({row.id: row for row in (*held[AuditRow], *did)}.values())
        return held

    def _former_ids(self, session: Session, learner_id: str) -> list[str]:
        """Her id, and those that she had before learners were merged into her, and into those."""
        ids = [learner_id]
        for one in ids:
            merged = self._rows(session, MergeRow, MergeRow.keep_id == one, MergeRow.undone_at.is_(None))
            ids += [row.other_id for row in merged if row.other_id not in ids]
        return ids

    def _ordered(self, session: Session, model: type[Base], column: Any, values: Sequence[str]) -> list[Base]:
        found: list[Base] = []
        options = [undefer(CredentialRow.content)] if model is CredentialRow else []
        for start in range(0, len(values), 500):
            query = select(model).where(model.organisation == self.organisation).options(*options)
            found += session.scalars(query.where(column.in_(values[start : start + 500])))
        return _by_time(found)

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
        files = export.files()
        for name, content in files.items():
            (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written: {error.strerror or error}.", mend="Give a folder that mimis may write to."
        ) from None
    return sorted(files)


def _by_time(rows: Iterable[Base]) -> list[Base]:
    return sorted(rows, key=lambda row: (str(getattr(row, "at", "")), row.id))


def _plain(row: Base, partners: dict[str, str]) -> Row:
    """A row as JSON can hold it: without what is a key, with what is JSON inside opened, and employers by name."""
    return dict(_values(row, partners))


def _own_half(merge: Row, ids: Sequence[str]) -> Row:
    """A merge as she may see it: of one that was undone her own half alone, since the other was somebody else."""
    halves = [half for half in ("keep", "other") if merge["undone_at"] is None or merge[f"{half}_id"] in ids]
    before = merge["before"] if merge["undone_at"] is None else {}
    for half in halves:
        person = merge["before"].get(half, {})
        before[half] = {key: value for key, value in person.items() if not key.endswith("_key")}
    hidden = {f"{half}_id" for half in ("keep", "other") if half not in halves}
    return {**{key: value for key, value in merge.items() if key not in hidden}, "before": before}


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
