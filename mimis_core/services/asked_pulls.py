"""Pulls that a person asks for from a page: queued, done by a worker as ``mimis sync`` does one source, and told of."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mimis_core.model import Model
from mimis_core.services.destinations import SOURCE
from mimis_core.services.sync import Progress, SyncReport, SyncServices
from mimis_core.store.source_tables import AskedPullRow
from mimis_core.store.tables import OutboxRow, new_id

PULL = "pull"
"""Kind of the work."""
TOLD_EVERY = 2.0
"""Seconds between two notes of how far it has come; each is a transaction beside those of the pages."""
COUNTS = ("pulled", "awards", "waiting", "unmatched", "set_aside", "refused")
"""What of a report is kept to be shown."""


class AskedPull(Model):
    """How the last pull of a source stands that somebody asked for.

    ``done`` and ``total`` are records, as far as the source tells; ``counts`` are those of :data:`COUNTS`, at the end.
    ``reason`` says why it failed, and what to do.
    """

    source: str
    state: Literal["queued", "running", "done", "failed"]
    asked_at: datetime
    ended_at: datetime | None
    done: int | None
    total: int | None
    counts: dict[str, int]
    reason: str | None


class AskedPullServices(SyncServices):
    """Queues pulls of one organisation's sources and remembers how each went."""

    def ask_pull(self, source: str, by: str) -> bool:
        """Let a worker pull one source soon; False, and nothing changes, when one waits or runs already.

        Raises ConfigurationError as :meth:`sync` does when ``[privacy] protected`` is not answered, and NotFoundError
        for a source that is not configured.
        """
        self._require_privacy()
        (name,) = self._source_names([source])
        return self._tried(self._transaction, partial(self._queue_pull, name=name, by=by))

    def asked_pulls(self) -> tuple[AskedPull, ...]:
        """The last one of each source that one was ever asked for."""
        names = set(AskedPull.model_fields)
        with self.database.reading() as session:
            rows = self._rows(session, AskedPullRow)
            return tuple(AskedPull(**{name: getattr(row, name) for name in names}) for row in rows)

    def _queue_pull(self, session: Session, name: str, by: str) -> bool:
        row = next(iter(self._rows(session, AskedPullRow, AskedPullRow.source == name)), None)
        if row is not None:
            session.refresh(row, with_for_update=True)
            if row.state in ("queued", "running"):
                return False
            mine = OutboxRow.organisation == self.organisation, OutboxRow.kind == PULL
            session.execute(delete(OutboxRow).where(*mine, OutboxRow.ref == row.id))
        else:
            row = AskedPullRow(id=new_id(), organisation=self.organisation, source=name)
            session.add(row)
        row.state, row.asked_at, row.ended_at = "queued", self.clock(), None
        row.done, row.total, row.counts, row.reason = None, None, {}, None
        self._enqueue(session, PULL, row.id, f"{SOURCE}{name}")
        self._audit(session, by, "source.pull", row.id, source=name)
        return True

    def _pull_begins(self, session: Session, asked_id: str) -> str:
        """Note that a worker is at it; gives the name of the source."""
        row = self._get(session, AskedPullRow, asked_id, "pull")
        row.state, row.done, row.total = "running", None, None
        return row.source

    def _teller(self, asked_id: str) -> Progress:
        """Keeps how far a pull has come, now and then."""
        told: float | None = None

        def tell(source: str, done: int | None, total: int | None) -> None:
            nonlocal told
            if told is None or time.monotonic() - told >= TOLD_EVERY:
                told = time.monotonic()
                self._update_pull(asked_id, done=done, total=total)

        return tell

    def _pull_ends(self, session: Session, asked_id: str, report: SyncReport) -> None:
        row = self._get(session, AskedPullRow, asked_id, "pull")
        row.state, row.ended_at = "failed" if report.errors else "done", self.clock()
        row.counts = {name: getattr(report, name) for name in COUNTS}
        row.reason = report.errors[0][:500] if report.errors else None

    def _pull_stops(self, session: Session, asked_id: str, reason: str) -> None:
        """Note that nothing was pulled, and why."""
        row = self._get(session, AskedPullRow, asked_id, "pull")
        row.state, row.ended_at, row.reason = "failed", self.clock(), reason

    def _update_pull(self, asked_id: str, **values: Any) -> None:
        with self._transaction() as session:
            query = update(AskedPullRow).where(AskedPullRow.id == asked_id).values(values)
            session.execute(query.execution_options(synchronize_session=False))
