"""Who has which work in hand: a worker takes rows by a lease, keeps it alive, and marks nothing once it has lost it."""

from __future__ import annotations

import itertools
import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mimis_core.plugins import Plugins
from mimis_core.services.base import utc_now
from mimis_core.services.destinations import LONGEST_LEASE, LONGEST_WAIT, DestinationServices
from mimis_core.services.hand import Hand, Job
from mimis_core.services.wake import Waker
from mimis_core.settings import Settings
from mimis_core.store.database import Database
from mimis_core.store.tables import UNDONE, DestinationRow, OutboxRow

_log = logging.getLogger("mimis.jobs")

BATCH = 100
LOOK_AGAIN = 1.0
"""Seconds after which a worker that has its hands full, or has found no more, looks again."""
LONGEST_IN_HAND = 3600.0
"""Seconds after which a worker is believed to hang on a row, though it lives: its lease is renewed no more."""


class LeaseLostError(Exception):
    """Another worker has taken over what this one had in hand: nothing of it may be marked. Never seen by a caller."""


class LeaseServices(DestinationServices):
    """Takes, keeps, gives up and checks leases."""

    def __init__(
        self, settings: Settings, plugins: Plugins, database: Database, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(settings, plugins, database, clock)
        self._hand = Hand()
        self._stopping = threading.Event()
        self._beating: threading.Thread | None = None
        self._claims = itertools.count(1)
        self._claimed, self._more = 0.0, True
        # Workers of other processes need not wait until they look by themselves.
        self._waker = Waker(settings, self.jobs_table)
        self.on_queued = self._waker.wake
        self.worker = f"{socket.gethostname()[:40]}.{os.getpid()}.{secrets.token_hex(4)}"

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.jobs_table.lease_seconds)

    def hand_back(self, within: float) -> bool:
        """Take no more work, let what is in hand end for so many seconds, and give up the rest at once.

        Others can take that the moment this returns; what still runs here marks nothing any more. Gives whether all
        had ended: if not, end the process rather than wait for its threads.
        """
        self._stopping.set()
        ended = self._hand.wait_until_empty(within)
        self._release(self._hand.jobs())
        self._release_destinations()
        if not ended and self.on_queued is not None:
            self.on_queued()
        return ended

    def close(self) -> None:
        """Give up what is in hand, then close adapters and database."""
        self._stopping.set()
        self._release(self._hand.jobs())
        self._waker.close()
        super().close()

    def _claim(self) -> list[Job]:
        """Lease due rows; a lease that ran out belongs to a dead worker and is taken over.

        Rows of a kind that this version does not know were written by a newer one: they are left to it.
        """
        if self._stopping.is_set():
            return []
        self._make_ready()
        self._claimed = time.monotonic()
        # Before the rows are read: a gate that closes from here on closes for these too.
        gates = {name: lane.closings for name, lane in self._lanes.items()}
        jobs: list[Job] = []
        try:
            with self._transaction() as session:
                jobs = self._lease_due(session, gates)
                # Before the commit: from then on whoever gives a destination up must see that it is needed.
                self._hand.take(jobs)
        except BaseException:
            for job in jobs:
                self._hand.drop(job)
            raise
        self._more = bool(jobs)
        return jobs

    def _lease_due(self, session: Session, gates: dict[str, int]) -> list[Job]:
        now, lease = self.clock(), f"{self.worker}:{next(self._claims)}"
        rooms = self._rooms(session, self._hand.jobs())
        rows = self._fitting(session, self._due_rows(session, now, rooms), rooms)
        jobs = [_job(row, lease, gates.get(row.destination or "", 0)) for row in rows]
        for row in rows:
            row.lease, row.lease_until = lease, now + self._lease
        return jobs

    def _claim_again(self) -> list[Job]:
        """The same while work may be in hand: then not after each job, for that would be a transaction for each."""
        if self._hands_are_free() or time.monotonic() - self._claimed > LOOK_AGAIN:
            return self._claim()
        return []

    def _hands_are_free(self) -> bool:
        """Nothing in hand; or room for more, and there was some the last time."""
        here = Counter(job.destination for job in self._hand.jobs())
        full = [name for name, taken in here.items() if name in self._lanes and not self._lanes[name].room(taken)]
        return not here or (self._more and not full)

    def _due_rows(self, session: Session, now: datetime, rooms: dict[str, int]) -> Sequence[OutboxRow]:
        """Rows that are due and have somewhere to go; one that was never tried is due whatever the clock says.

        Each destination is asked about by itself, in the order of its index: what waits for one that is full is not
        even looked at, however much it is.
        """
        here: list[tuple[ColumnElement[bool], int]] = [(OutboxRow.destination.is_(None), BATCH)]
        here += [(OutboxRow.destination == name, min(room, BATCH)) for name, room in rooms.items() if room > 0]
        rows = [row for place, most in here for row in session.scalars(self._free_rows(now).where(place).limit(most))]
        if not rows and not self._hand.jobs():
            # What goes to no destination of the settings: a courier that was taken out of them.
            gone = OutboxRow.destination.not_in(list(rooms))
            rows += session.scalars(self._free_rows(now).where(gone).limit(BATCH))
        return rows

    def _free_rows(self, now: datetime) -> Select[OutboxRow]:
        due = OutboxRow.not_before <= now, OutboxRow.not_before > now + LONGEST_WAIT, OutboxRow.attempts == 0
        lease = OutboxRow.lease_until
        return (
            select(OutboxRow)
            .where(OutboxRow.organisation == self.organisation, UNDONE, OutboxRow.state.in_(("queued", "doing")))
            .where(OutboxRow.kind.in_(self._kinds()))
            .where(or_(*due))
            .where(or_(lease.is_(None), lease < now, lease > now + LONGEST_LEASE))
            .order_by(OutboxRow.not_before, OutboxRow.id)
            .with_for_update(skip_locked=True)
        )

    def _kinds(self) -> Collection[str]:
        """Kinds of work that this version can do."""
        return ()

    def _held(self, session: Session, job: Job) -> OutboxRow:
        """The row of a job, locked. Raises LeaseLostError when another worker has taken it since."""
        row = session.get(OutboxRow, job.id, with_for_update=True, populate_existing=True)
        if row is None or row.lease != job.lease:
            raise LeaseLostError(job.id)
        return row

    def _finish(self, session: Session, jobs: Sequence[Job]) -> None:
        """Mark jobs as done, in the very transaction that keeps what they did.

        Raises LeaseLostError, so that nothing is kept, when any of them is another worker's by now.
        """
        done = {"state": "done", "lease": None, "lease_until": None, "reason": None, "code": None}
        query = (
            update(OutboxRow)
            .where(OutboxRow.id.in_([job.id for job in jobs]), OutboxRow.lease.in_({job.lease for job in jobs}))
            .values(done)
            .execution_options(synchronize_session=False)
        )
        if jobs and session.execute(query).rowcount != len(jobs):  # type: ignore[attr-defined]  # of an UPDATE
            raise LeaseLostError

    def _release(self, jobs: Sequence[Job]) -> None:
        """Give leases up, so that another takes the rows at once. Without a database they run out by themselves."""
        self._set_leases(jobs, lease=None, lease_until=None)
        for job in jobs:
            self._hand.drop(job)

    def _renew(self) -> None:
        """Keep what is in hand."""
        until = self.clock() + self._lease
        self._set_leases(self._hand.jobs(LONGEST_IN_HAND), lease_until=until)
        mine = DestinationRow.organisation == self.organisation, DestinationRow.lease == self.worker
        query = update(DestinationRow).where(*mine).values(lease_until=until)
        with self._quietly() as session:
            session.execute(query.execution_options(synchronize_session=False))

    def _set_leases(self, jobs: Sequence[Job], **values: Any) -> None:
        by_lease: dict[str, list[str]] = {}
        for job in jobs:
            by_lease.setdefault(job.lease, []).append(job.id)
        for lease, ids in by_lease.items():
            query = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.lease == lease).values(values)
            with self._quietly() as session:
                session.execute(query.execution_options(synchronize_session=False))

    @contextmanager
    def _quietly(self) -> Iterator[Session]:
        """A transaction over leases. Without a database they run out by themselves."""
        try:
            with self.database.transaction() as session:
                yield session
        except SQLAlchemyError as error:
            _log.warning("leases could not be written (%s): they run out by themselves", type(error).__name__)

    def _release_destinations(self) -> None:
        """Let another worker deliver where limits are set, unless something of ours is still on its way there."""
        for name in self._lanes:
            if self._is_shared(name):
                self._release_destination(name)

    def _release_destination(self, name: str) -> None:
        """Give one up; the next worker goes on with the pace where this one ends."""
        with self._quietly() as session:
            row = self._locked_destination(session, name)
            # Only now, with the row locked: another thread of ours may have claimed something for it meanwhile.
            busy = any(job.destination == name for job in self._hand.jobs())
            if row is not None and row.lease == self.worker and not busy:
                left = self._lanes[name].wait_left()
                # The clock counts whole seconds, and a second too late is better than one too early.
                row.lease, row.lease_until = None, self.clock() + timedelta(seconds=left + 1 if left else 0)

    def _make_ready(self) -> None:
        """Have the lanes and the thread that renews leases, before a transaction is open."""
        with self._lock:
            self._lanes  # noqa: B018  # made by this
            if self._beating is None:
                self._beating = threading.Thread(target=self._beat, name="leases", daemon=True)
                self._beating.start()

    def _beat(self) -> None:
        # By the time that passes, whatever happens to the clock.
        while not self._stopping.wait(self._lease.total_seconds() / 4):
            if self._hand.jobs():
                self._renew()


def _job(row: OutboxRow, lease: str, gate: int) -> Job:
    return Job(row.id, row.kind, row.ref, row.destination, row.state == "doing", lease, gate)
