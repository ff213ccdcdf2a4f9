"""Traces: what employers say they wrote, changed or removed in their systems, and what they could not remove."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.services.requests_once import Mark, RequestServices
from mimis_core.services.shares import ShareServices
from mimis_core.services.views import Trace
from mimis_core.store.tables import PartnerRow, ShareRow, TraceRow, new_id

AHEAD = timedelta(minutes=5)
"""How far the clock of an employer's system may be ahead of ours."""
MOST_TRACES = 200
"""For one share: it stands in a few systems, and changes there a few times."""
LONGEST_SYSTEM = 100
OPEN_LINK = "link-system"
"""Who tells it by the link of a share: some system that has the link."""


class TraceServices(ShareServices, RequestServices):
    """Takes traces, also of shares that have ended: that something was removed is told then."""

    def add_trace(self, token: str, trace: Trace) -> None:
        """Keep what a system that has a share's link did. The same trace again changes nothing.

        Raises NotFoundError with the code ``unknown``; UserError with the code ``at`` for a time ahead or before the
        share, ``system`` for a name that is none, and ``too_many``.
        """
        key = self.database.cipher.token_hash(token)
        with self._transaction() as session:
            rows = self._rows(session, ShareRow, ShareRow.token_key == key)
            self._keep_trace(session, self._traceable(session, rows), trace, OPEN_LINK)

    def add_trace_as(self, partner_id: str, share_id: str, trace: Trace, mark: Mark | None = None) -> None:
        """Keep what a registered employer did with a share that is addressed to it. Raises as :meth:`add_trace`.

        Raises UserError with the code ``idempotency_key`` too, for a ``mark`` that came with another trace.
        """
        with self._transaction() as session:
            partner = self._get(session, PartnerRow, partner_id, "employer")
            mine = ShareRow.partner_id == partner_id
            share = self._traceable(session, self._rows_in(session, ShareRow, ShareRow.id, [share_id], mine))
            _, is_new = self._once(session, f"trace {partner_id} {share_id}", mark)
            if is_new:
                self._keep_trace(session, share, trace, partner.name)

    def _traceable(self, session: Session, rows: list[ShareRow]) -> ShareRow:
        if not rows or self._is_protected(session, rows[0]):
            raise NotFoundError("There is no such share.", code="unknown")
        return rows[0]

    def _keep_trace(self, session: Session, share: ShareRow, trace: Trace, viewer: str) -> None:
        system = " ".join(trace.system.split())
        if not 0 < len(system) <= LONGEST_SYSTEM or not system.isprintable():
            raise UserError("A trace names the system that it is in.", mend="Give its name.", code="system")
        at = trace.at.replace(microsecond=0)
        if not share.created_at - AHEAD <= at <= self.clock() + AHEAD:
            raise UserError("A trace is of a time since the share was made.", mend="Set the clock.", code="at")
        of_share = TraceRow.organisation == self.organisation, TraceRow.share_id == share.id
        same = TraceRow.system == system, TraceRow.state == trace.state, TraceRow.at == at
        if self._rows(session, TraceRow, *of_share, *same):
            return
        if (session.scalar(select(func.count()).where(*of_share)) or 0) >= MOST_TRACES:
            raise UserError("That are too many traces for one share.", mend="Send changes only.", code="too_many")
        told = {"system": system, "state": trace.state, "at": at, "viewer": viewer, "told_at": self.clock()}
        session.add(TraceRow(id=new_id(), organisation=self.organisation, share_id=share.id, **told))
        self._audit(session, viewer, "share.trace", share.id, state=trace.state)
