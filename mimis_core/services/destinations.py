"""Where work goes to: how much at once and a minute, and what is left alone for a while since it does not answer."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import TemporaryError
from mimis_core.services.base import ServicesBase
from mimis_core.services.hand import Job
from mimis_core.services.pacing import JobsTable, Pace, jobs_table, pace_of
from mimis_core.services.webhooks import WEBHOOKS
from mimis_core.store.tables import DeliveryRow, DestinationRow, OutboxRow

COURIER, SOURCE = "couriers.", "sources."
"""How a destination begins: with the table of mimis.toml that it stands in."""
AT_ONCE = 4
"""Deliveries of one worker at the same time, where the courier sets no limit."""
WAITING = 100
"""Rows that one worker holds for a destination without limits, so that a claim is worth its transaction."""
FAILURES = 3
"""In a row, after which a destination is left alone."""
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
"""How long it is left alone; twice as long after each further failure."""
LONGEST_ASKED = timedelta(days=1)
"""How long it is left alone at most when it says itself when to come back."""
LONGEST_LEASE, LONGEST_WAIT = timedelta(hours=2), timedelta(days=3)
"""No time that a worker writes lies further ahead. One that does was written by a clock that ran ahead: it is over."""
T = TypeVar("T")


class Lane:
    """The way to one destination in this process: threads, a pace, and a gate.

    ``closings`` counts how often the gate was closed: what was claimed before the last time is handed back.
    ``troubled`` is True when it has failed since its last success.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.closings = 0
        self.troubled = False
        self.threads = pace.most_at_once or AT_ONCE
        self.capacity = self.threads if pace.limited else WAITING
        self._pool = ThreadPoolExecutor(self.threads, "deliver")
        self._lock = threading.Lock()
        self._next = 0.0

    def room(self, taken: int) -> int:
        """How many more it may be handed. Not a row at a time: that would be a transaction for each."""
        room = self.capacity - taken
        return room if room * 2 >= self.capacity else 0

    def submit(self, call: Callable[[Job], T], job: Job) -> Future[T]:
        """Let one of the threads do it."""
        return self._pool.submit(call, job)

    def wait_turn(self, stopping: threading.Event) -> bool:
        """Wait until the pace allows one more; False when the process stops meanwhile."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self.interval
        return not stopping.wait(turn - now)

    @property
    def interval(self) -> float:
        """Seconds from one delivery to the next."""
        return 60 / self.pace.per_minute if self.pace.per_minute is not None else 0.0

    def wait_left(self) -> float:
        """Seconds until the pace allows one more."""
        with self._lock:
            return max(self._next - time.monotonic(), 0.0)

    def go_on(self, after: float) -> None:
        """Take the pace over from another worker: the first turn is so many seconds away, at most an interval."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + min(after, self.interval))

    def close(self) -> None:
        """Take nothing more; what hangs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class DestinationServices(ServicesBase):
    """Knows all destinations of the settings, and how each is doing."""

    worker: str
    """This process, as leases name it: machine, process, and a random part."""

    @cached_property
    def jobs_table(self) -> JobsTable:
        """The table ``[jobs]``. Raises ConfigurationError when it is wrong."""
        return jobs_table(self.settings)

    def destinations(self) -> list[dict[str, Any]]:
        """Those that are left alone or have failed since their last success, for administrators."""
        with self.database.reading() as session:
            rows = self._rows(session, DestinationRow, DestinationRow.failures > 0)
            return [
                {
                    "destination": row.name,
                    "failures": row.failures,
                    "closed_until": row.closed_until.isoformat() if row.closed_until else None,
                    "reason": row.reason or "",
                }
                for row in sorted(rows, key=lambda row: row.name)
            ]

    def close(self) -> None:
        """Close lanes, adapters and database."""
        for lane in self.__dict__.get("_lanes", {}).values():
            lane.close()
        super().close()

    @cached_property
    def _lanes(self) -> dict[str, Lane]:
        """One for each courier and source, one for webhooks; all at once, so that no two threads make the same one."""
        self._note_destinations()
        couriers = {f"{COURIER}{name}": pace_of(name, table) for name, table in self.settings.couriers.items()}
        # A source is asked one thing at a time: what it says is stored page by page, and two pulls would clash.
        sources = {f"{SOURCE}{name}": Pace(most_at_once=1) for name in self.settings.sources}
        return {name: Lane(pace) for name, pace in {**couriers, **sources, WEBHOOKS: Pace()}.items()}

    def _note_destinations(self) -> None:
        """Have a row for each, so that later all is updates."""
        names = {f"{COURIER}{name}" for name in self.settings.couriers}
        names |= {f"{SOURCE}{name}" for name in self.settings.sources}
        for _ in range(2):  # another worker may note the same at this moment; then the second look finds them
            try:
                with self._transaction() as session:
                    known = {row.name for row in self._rows(session, DestinationRow)}
                    missing = sorted(names - known)
                    session.add_all(DestinationRow(organisation=self.organisation, name=name) for name in missing)
                return
            except IntegrityError:
                continue

    def _rooms(self, session: Session, in_hand: Sequence[Job]) -> dict[str, int]:
        """How many rows each destination may be handed now; 0 for none at all."""
        now, here = self.clock(), Counter(job.destination for job in in_hand)
        rooms = {}
        rows = {row.name: row for row in self._rows(session, DestinationRow)}
        for name, lane in self._lanes.items():
            row, room = rows.get(name), lane.room(here[name])
            rooms[name] = room
            if row is None:
                continue
            lane.troubled = row.failures > 0
            if row.closed_until is not None:
                rooms[name] = 0 if now < row.closed_until <= now + LONGEST_WAIT else min(1 - here[name], room)
            lease_until = row.lease_until or now
            if row.lease not in (None, self.worker) and now < lease_until <= now + LONGEST_LEASE:
                rooms[name] = 0
        return rooms

    def _fitting(self, session: Session, rows: Sequence[OutboxRow], rooms: dict[str, int]) -> list[OutboxRow]:
        """Those of the due rows that their destinations have room for."""
        left, chosen = dict(rooms), []
        for row in rows:
            name = row.destination = row.destination or self._destination(session, row)
            if name is None or name not in left:
                chosen.append(row)
            elif left[name] > 0 and self._ours_alone(session, name):
                left[name] -= 1
                chosen.append(row)
        return chosen

    def _destination(self, session: Session, row: OutboxRow) -> str | None:
        """Where a row goes that was written before rows said so."""
        if row.kind == "mail":
            return f"{COURIER}mail"
        if row.kind != "deliver":
            return None
        courier = session.scalar(select(DeliveryRow.courier).where(DeliveryRow.id == row.ref))
        return f"{COURIER}{courier}" if courier else None

    def _is_shared(self, name: str) -> bool:
        """Whether workers must agree on who delivers there."""
        return name.startswith(COURIER) and self._lanes[name].pace.limited

    def _ours_alone(self, session: Session, name: str) -> bool:
        """Whether this worker may deliver there; where limits are set, only one does at a time."""
        if not self._is_shared(name):
            return True
        now, lane = self.clock(), self._lanes[name]
        row = self._locked_destination(session, name)
        if row is None:
            return False
        if row.lease != self.worker:
            left = ((row.lease_until or now) - now).total_seconds()
            if row.lease is not None and 0 < left <= LONGEST_LEASE.total_seconds():
                return False
            # Who is dead may have delivered just before the lease ran out.
            lane.go_on(after=left if row.lease is None else lane.interval)
        row.lease, row.lease_until = self.worker, now + timedelta(seconds=self.jobs_table.lease_seconds)
        return True

    def _locked_destination(self, session: Session, name: str | None) -> DestinationRow | None:
        mine = DestinationRow.organisation == self.organisation, DestinationRow.name == name
        query = select(DestinationRow).where(*mine).with_for_update().execution_options(populate_existing=True)
        return session.scalars(query).one_or_none()

    def _note_failure(self, session: Session, name: str | None, error: TemporaryError) -> bool:
        """Count a failure of a destination; True when it is to be left alone now, since they come in a row.

        An error with a code is the other side's answer to this one request, such as a mail server that does not know
        the address yet: the next may do. Without one nobody answered, or nothing sensible.
        """
        if error.code is not None or name not in self._lanes:
            return False
        row = self._locked_destination(session, name)
        if row is None:
            return False
        row.failures, row.reason = row.failures + 1, str(error)[:500]
        self._lanes[row.name].troubled = True
        closes = row.failures >= FAILURES
        if closes:
            rest = min(FIRST_REST * 2 ** min(row.failures - FAILURES, 10), LONGEST_REST)
            asked = timedelta(seconds=min(error.retry_after or 0, LONGEST_ASKED.total_seconds()))
            row.closed_until = self.clock() + max(with_jitter(rest), asked)
        return closes

    def _note_success(self, session: Session, name: str | None) -> None:
        """A destination that had failed is well again. One that is well is not written."""
        if name in self._lanes and self._lanes[name].troubled:
            query = self._of_destination(name).where(DestinationRow.failures > 0)
            session.execute(query.values(failures=0, closed_until=None, reason=None))
            self._lanes[name].troubled = False

    def _of_destination(self, name: str) -> Any:
        mine = DestinationRow.organisation == self.organisation, DestinationRow.name == name
        return update(DestinationRow).where(*mine).execution_options(synchronize_session=False)


def with_jitter(wait: timedelta) -> timedelta:
    """Up to a fifth longer, so that what failed together is not tried together."""
    return wait * random.uniform(1, 1.2)
