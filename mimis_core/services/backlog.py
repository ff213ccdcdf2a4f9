"""What waits, what is under way, what has stopped and why; and how a person takes it up again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError
from mimis_core.services.base import ServicesBase
from mimis_core.services.staff import LOCAL
from mimis_core.store.source_tables import AskedPullRow
from mimis_core.store.tables import STOPPED, UNDONE, DeliveryRow, MessageRow, OutboxRow

DOUBT = "doubt"
"""Code of a mail of which nobody knows whether it went out; mail couriers use it too."""
ABOUT: dict[str, type[DeliveryRow | MessageRow | AskedPullRow]] = {
    "deliver": DeliveryRow,
    "mail": MessageRow,
    "pull": AskedPullRow,
}
"""Work that is about a row with a state of its own."""
STANDINGS = ("queued", "doing", "postponed", "attention")
"""How a row of the outbox stands: due or never tried, in hand, tried and waiting to be tried again, stopped."""


class BacklogServices(ServicesBase):
    """Looks at the outbox for administrators."""

    def retry_attention(
        self,
        *,
        kind: str | None = None,
        ids: Collection[str] = (),
        destination: str | None = None,
        doubtful: bool = False,
        dry_run: bool = False,
        by: str = LOCAL,
    ) -> int:
        """Queue again what needs attention; gives how many.

        Arguments:
            kind: only work of this kind, such as deliver.
            ids: only these rows, by their own id or that of what they are about; empty means all.
            destination: only what goes there, such as couriers.europass.
            doubtful: also mails of which nobody knows whether they went out. They could go out twice.
            dry_run: count, and change nothing.
            by: who says so; stands in the record.

        Raises NotFoundError for an id that is none of work that needs attention.
        """
        stopped = OutboxRow.organisation == self.organisation, STOPPED
        with self._transaction() as session:
            # Locked: another may retry the same at this moment, and what went out since must not go out again.
            rows = session.scalars(select(OutboxRow).where(*stopped).order_by(OutboxRow.id).with_for_update()).all()
            for wanted in ids:
                if not any(wanted in (row.id, row.ref) for row in rows):
                    raise NotFoundError(f"No work {wanted!r} needs attention here.", mend="See: mimis jobs")
            chosen = [
                row
                for row in rows
                if (kind is None or row.kind == kind)
                and (not ids or row.id in ids or row.ref in ids)
                and (destination is None or row.destination == destination)
                and (doubtful or row.code != DOUBT)
            ]
            for row in chosen if not dry_run else ():
                self._queue_again(session, row, by)
            session.info["queued"] = bool(chosen) and not dry_run
            return len(chosen)

    def _queue_again(self, session: Session, row: OutboxRow, by: str) -> None:
        row.state, row.attempts, row.not_before = "queued", 0, self.clock()
        row.reason = row.code = None
        table: Any = ABOUT.get(row.kind)
        about = session.get(table, row.ref) if table is not None else None
        if about is not None:
            about.state, about.reason = "queued", None
        self._audit(session, by, "work.retry", row.ref)

    def attention(self) -> list[dict[str, str]]:
        """Work that has stopped and why, for administrators."""
        with self.database.reading() as session:
            rows = self._rows(session, OutboxRow, STOPPED)
            return [{"kind": row.kind, "ref": row.ref, "reason": row.reason or ""} for row in rows]

    def backlog(self) -> dict[str, int]:
        """How many rows stand how, of :data:`STANDINGS`."""
        standing = _standing(self.clock())
        query = (
            select(standing, func.count()).where(OutboxRow.organisation == self.organisation, UNDONE).group_by(standing)
        )
        with self.database.reading() as session:
            counted: dict[str, int] = dict(session.execute(query).all())
        return {name: counted.get(name, 0) for name in STANDINGS}

    def backlog_rows(
        self, standing: str | None = None, *, kind: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Some of these rows, those that were due first coming first: ids, and what is known of them.

        ``worker`` names the machine and process that has it in hand.
        """
        column = _standing(self.clock())
        query = (
            select(OutboxRow, column)
            .where(OutboxRow.organisation == self.organisation, UNDONE)
            .order_by(OutboxRow.not_before, OutboxRow.id)
            .limit(limit)
        )
        if standing is not None:
            query = query.where(column == standing)
        if kind is not None:
            query = query.where(OutboxRow.kind == kind)
        with self.database.reading() as session:
            return [_summary(row, how) for row, how in session.execute(query)]


def _standing(now: datetime) -> Any:
    """How a row stands, as a column."""
    queued = OutboxRow.state == "queued"
    in_hand = OutboxRow.lease_until.is_not(None), OutboxRow.lease_until >= now
    return case(
        (OutboxRow.state == "attention", "attention"),
        (or_(OutboxRow.state == "doing", and_(*in_hand)), "doing"),
        (and_(queued, OutboxRow.attempts > 0, OutboxRow.not_before > now), "postponed"),
        else_="queued",
    )


def _summary(row: OutboxRow, standing: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "ref": row.ref,
        "standing": standing,
        "attempts": row.attempts,
        "due": row.not_before.isoformat(),
        "destination": row.destination,
        "worker": (row.lease or "").rpartition(":")[0] or None,
        "reason": row.reason,
    }
