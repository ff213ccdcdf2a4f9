"""Seals audit rows into their organisation's chain, some at a time, after the transactions that wrote them.

Many workers insert at once, so no row is chained when it is written: that would let them wait for each other. Whoever
has written enough rows chains all that are committed. One does it at a time, who holds the row of the head; others pass
by. What is not sealed yet is in no chain: it is a minute's worth at most while anything is written, and nothing after
a command or a server has ended in order.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.services.audit_chain import first_link, next_link
from mimis_core.store.database import Database
from mimis_core.store.record_tables import AuditHeadRow
from mimis_core.store.tables import AuditRow, new_id

AT_ONCE = 500
"""Rows that are sealed in one transaction."""
OFTEN = 200
"""Rows after which whoever wrote them seals."""
SELDOM = 60.0
"""Seconds after which whoever writes a row seals, however few there are."""
ASK_WHY = "Keep the database as it is, and see: mimis audit verify"
"""What to do where an audit was tampered with: nothing may cover the traces."""
CONTENT = (AuditRow.id, AuditRow.organisation, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.subject)

_log = logging.getLogger("mimis.audit")


class AuditSealer:
    """Seals one organisation's audit. Thread-safe."""

    def __init__(self, database: Database, organisation: str, clock: Callable[[], datetime]) -> None:
        self.database, self.organisation, self.clock = database, organisation, clock
        self._written, self._last = 0, time.monotonic()
        self._lock = Lock()

    def note(self, rows: int) -> None:
        """Told that rows were committed; seals when there is enough, and never fails the one who tells."""
        with self._lock:
            self._written += rows
            due = self._written >= OFTEN or time.monotonic() - self._last >= SELDOM
        if due:
            self._seal_quietly()

    def finish(self) -> None:
        """Seal what was written since the last time, at the end of a process."""
        if self._written:
            self._seal_quietly()

    def seal(self) -> int:
        """Seal all that is committed; gives how many rows. Another worker that is at it is left to it.

        Raises UserError when the head was put back: what the chain has already would be numbered again.
        """
        with self._lock:
            self._written, self._last = 0, time.monotonic()
        total = 0
        try:
            while count := self._seal_some():
                total += count
        except IntegrityError:
            raise UserError(
                f"The audit of {self.organisation} has rows beyond its head.", mend=ASK_WHY, code="audit"
            ) from None
        return total

    def _seal_quietly(self) -> None:
        # What was to be recorded is recorded: the next who writes seals it.
        try:
            self.seal()
        except (SQLAlchemyError, UserError) as error:
            _log.warning("the audit of %s was not sealed now: %s", self.organisation, type(error).__name__)

    def _seal_some(self) -> int:
        with self.database.transaction() as session:
            head = self._head(session)
            if head is None:
                return 0
            query = (
                select(*CONTENT, AuditRow.details)
                .where(AuditRow.organisation == self.organisation, AuditRow.seq.is_(None))
                .order_by(AuditRow.at, AuditRow.id)
                .limit(AT_ONCE)
            )
            links = []
            for entry in session.execute(query):
                head.seq, head.chain = head.seq + 1, next_link(head.chain, head.seq + 1, entry)
                links.append({"id": entry.id, "seq": head.seq, "chain": head.chain})
            if links:
                head.at = self.clock()
                session.execute(update(AuditRow), links)
        if links:
            # Whoever keeps the log elsewhere can compare it with the chain later.
            _log.info("audit of %s is sealed up to %d: %s", self.organisation, links[-1]["seq"], links[-1]["chain"])
        return len(links)

    def _head(self, session: Session) -> AuditHeadRow | None:
        """The locked head, made when there is none yet; None when another worker holds it."""
        mine = AuditHeadRow.organisation == self.organisation
        if session.scalar(select(AuditHeadRow.id).where(mine)) is None:
            insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
            link = first_link(self.organisation)
            new = insert(AuditHeadRow).values(
                id=new_id(), organisation=self.organisation, seq=0, chain=link, at=self.clock()
            )
            session.execute(new.on_conflict_do_nothing(index_elements=["organisation"]))
        query = select(AuditHeadRow).where(mine).with_for_update(skip_locked=True)
        return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
