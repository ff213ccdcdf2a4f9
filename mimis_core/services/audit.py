"""The audit: read by ids, checked link by link, and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_

from mimis_core.errors import UserError
from mimis_core.model import Model
from mimis_core.services.audit_chain import exported, first_link
from mimis_core.services.audit_checking import ChainCheck, Fault, read_certificates
from mimis_core.services.audit_export import EarlierExport, Line
from mimis_core.services.audit_signing import BEGUN_ANEW, AuditSigningServices
from mimis_core.store.record_tables import ActorRow
from mimis_core.store.tables import AuditRow

AT_ONCE = 2_000
"""Rows that are held in memory at a time."""
LOWEST = -(2**63)
"""The lowest number that a row can have: mimis gives them from 1, and what was put in below is found too."""
ZONE = ZoneInfo("Europe/Stockholm")
"""Where the days of an export begin and end."""


class AuditVerdict(Model):
    """What checking an organisation's audit found.

    ``rows`` are in the chain, ``unsealed`` were written so lately that they are in none yet. ``head`` is the last link:
    who has noted an earlier one elsewhere, with its ``seq``, can compare it. ``signed_seq`` is how far the last
    signature by the seal's key reaches. ``begun_anew`` are the numbers of the rows that say that signing began anew.
    """

    rows: int
    unsealed: int
    seq: int
    head: str
    signed_seq: int | None
    begun_anew: tuple[int, ...]
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        """True when nothing was changed, removed, put in or moved."""
        return not self.faults


class AuditServices(AuditSigningServices):
    """The record of one organisation's decisions."""

    def audit_of(self, subject: str) -> list[dict[str, Any]]:
        """What was done to one thing, by its id, oldest first, with the names of those who did it where kept."""
        with self.database.reading() as session:
            rows = self._rows(session, AuditRow, AuditRow.subject == subject)
            actors = self._rows_in(session, ActorRow, ActorRow.id, {row.actor for row in rows})
            names = {one.id: one.name for one in actors}
            return [
                {
                    "at": row.at.isoformat(),
                    "actor": row.actor,
                    "name": names.get(row.actor),
                    "action": row.action,
                    "subject": row.subject,
                    "details": row.details,
                }
                for row in sorted(rows, key=lambda row: (row.at, row.seq is None, row.seq or 0))
            ]

    def verify_audit(self, against: Path | None = None, certificates: Sequence[Path] = ()) -> AuditVerdict:
        """Check every link, the head and its signature.

        Arguments:
            against: an earlier export, which tells of an end that was cut off or a history that was made anew.
            certificates: PEM files of seals that were in use before; the one in use is known.

        Raises UserError for a file that cannot be read or is no export.
        """
        check = ChainCheck(self.organisation, self._trusted_certificates(certificates))
        if against is not None:
            check.note_export(EarlierExport(against))
        with suppress(UserError):  # why it cannot be sealed is what this finds
            self.seal_audit()
        with self.database.reading() as session:
            head = self._head_row(session)
        signed_seq = check.note_signature(head.signed) if head is not None and head.signed else None
        begun_anew = []
        for row in self._sealed_rows(LOWEST, head.seq if head is not None else 0):
            check.row(row)
            if row.action == BEGUN_ANEW:
                begun_anew.append(row.seq or 0)
        mine = AuditRow.organisation == self.organisation
        with self.database.reading() as session:
            last = session.scalar(select(func.max(AuditRow.seq)).where(mine)) or 0
            now = self._head_row(session)
            unsealed = session.scalar(select(func.count()).where(mine, AuditRow.seq.is_(None))) or 0
        sealed_meanwhile = now is not None and head is not None and now.seq > head.seq
        check.end(head, 0 if sealed_meanwhile else last)
        return AuditVerdict(
            rows=check.rows,
            unsealed=unsealed,
            seq=check.seq,
            head=check.link,
            signed_seq=signed_seq,
            begun_anew=tuple(begun_anew),
            faults=tuple(check.faults),
        )

    def export_audit(self, file: Path, since: date | None = None, until: date | None = None) -> int:
        """Write the rows of these days (both included, as Swedish clocks show them) as JSON lines, between two heads.

        The last line is signed where there is a seal's key. Keep it where nobody who has the database can change it.
        Gives the number of rows. Raises UserError when the file cannot be written.
        """
        signed = self.sign_audit() if self.settings.signer is not None else None
        self.seal_audit()
        count = 0
        try:
            with file.open("w", encoding="utf-8") as out:
                for line in self._export_lines(_start(since), _start(until, days=1), signed):
                    count += "id" in line
                    out.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error.strerror or error}.", mend="Give another one.") from None
        return count

    def _export_lines(self, since: datetime | None, until: datetime | None, signed: str | None) -> Iterator[Line]:
        """The head before the first row of the days, the rows up to the last without a gap, and the head of now."""
        mine = AuditRow.organisation == self.organisation
        days = [AuditRow.at >= since] if since else []
        days += [AuditRow.at < until] if until else []
        with self.database.reading() as session:
            bounds = select(func.min(AuditRow.seq), func.max(AuditRow.seq)).where(mine, *days)
            first, last = session.execute(bounds).one()
            before = select(AuditRow.chain).where(mine, AuditRow.seq == (first or 0) - 1)
            link = session.scalar(before) or first_link(self.organisation)
            head = self._head_row(session)
        if first is not None:
            yield {"seq": first - 1, "head": link}
            for row in self._sealed_rows(first - 1, last or first):
                yield exported(row)
        if head is not None:
            yield {"seq": head.seq, "head": head.chain, "at": self.clock().isoformat(), "signed": signed}

    def _sealed_rows(self, after: int, last: int) -> Iterator[AuditRow]:
        """Rows with a number above ``after`` up to ``last``, in order, some at a time."""
        place = tuple_(AuditRow.seq, AuditRow.id)
        done = (after + 1, "")
        while True:
            query = (
                select(AuditRow)
                .where(AuditRow.organisation == self.organisation, AuditRow.seq <= last, place > done)
                .order_by(AuditRow.seq, AuditRow.id)
                .limit(AT_ONCE)
            )
            with self.database.reading() as session:
                rows = list(session.scalars(query))
            if not rows:
                return
            yield from rows
            done = (rows[-1].seq or 0, rows[-1].id)

    def _trusted_certificates(self, files: Sequence[Path]) -> set[bytes]:
        own = {self._signer.chain()[0]} if self.settings.signer is not None else set()
        return own | set(read_certificates(files))


def _start(day: date | None, days: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days), time.min, ZONE)
