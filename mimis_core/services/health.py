"""How a mimis is: what must be there for it to work, and the measures that an operator watches. Nothing personal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mimis_core.errors import MimisError
from mimis_core.observe.meters import Gauge
from mimis_core.services.base import ServicesBase
from mimis_core.services.destinations import COURIER, SOURCE
from mimis_core.store import database
from mimis_core.store.tables import UNDONE, DestinationRow, LearnerRow, OutboxRow, ReviewRow, SourceStateRow

OLDEST_WORK = timedelta(hours=1)
"""How long work that is due may lie before a mimis is not ready: by then no worker is there, or far too few."""
LEAST_ROOM = 200 * 2**20
"""Bytes that a disk must have left: enough to go on for a day, and for a person to come and make room."""
UNFINISHED = ("queued", "doing", "attention")


class HealthServices(ServicesBase):
    """Questions of monitoring. None of them writes."""

    def readiness(self) -> dict[str, bool]:
        """What must work and whether it does; never raises, since monitoring asks just when things are broken.

        ``database`` can be asked, ``migrations`` are those of this version, ``keys`` read what is stored and can seal,
        ``queue`` has nothing that a worker could have done for more than :data:`OLDEST_WORK`, ``disk`` has room left.
        """
        checks: dict[str, Callable[[], bool]] = {
            "database": self._database_answers,
            "migrations": self._migrations_are_ours,
            "keys": self._keys_are_readable,
            "queue": lambda: self._oldest_due() <= OLDEST_WORK,
            "disk": lambda: not self.full_folders(),
        }
        return {name: _holds(check) for name, check in checks.items()}

    def full_folders(self) -> list[Path]:
        """Folders that this mimis writes into and that have less than :data:`LEAST_ROOM` left.

        Those are the folder of the configuration, where it may be written, and that of a SQLite database. Raises
        OSError for one that is not there.
        """
        url = self.database.engine.url
        folders = {self.settings.folder}
        if url.get_backend_name() == "sqlite" and url.database:
            folders.add(Path(url.database).parent)
        return [one for one in sorted(folders) if os.access(one, os.W_OK) and shutil.disk_usage(one).free < LEAST_ROOM]

    def gauges(self) -> list[Gauge]:
        """What stands in the database now: the outbox, reviews, and how far each source has been asked."""
        with self.database.reading() as session:
            work = session.execute(
                select(OutboxRow.kind, OutboxRow.state, func.count())
                .where(OutboxRow.organisation == self.organisation, UNDONE, OutboxRow.state.in_(UNFINISHED))
                .group_by(OutboxRow.kind, OutboxRow.state)
            ).all()
            reviews = session.scalar(
                select(func.count()).where(ReviewRow.organisation == self.organisation, ReviewRow.state == "open")
            )
            sources = self._rows(session, SourceStateRow)
            destinations = self._failures(session)
        outbox: dict[tuple[str, ...], float] = {(kind, state): float(count) for kind, state, count in work}
        pulled = {row.source: row.pulled_at for row in sources}
        known = {row.source: row.as_of for row in sources}
        return [
            Gauge("mimis_outbox_rows", "Work that is not done, by kind and state.", ("kind", "state"), outbox),
            Gauge(
                "mimis_outbox_oldest_due_seconds",
                "How long the oldest work that is due has waited for a worker.",
                (),
                {(): self._oldest_due().total_seconds()},
            ),
            Gauge(
                "mimis_destination_failures",
                "Failures since the last success of what work goes to.",
                ("destination",),
                {(name,): float(failures) for name, failures in destinations},
            ),
            Gauge("mimis_reviews_open", "Reviews that wait for a person.", (), {(): float(reviews or 0)}),
            self._moments("mimis_source_pulled_timestamp_seconds", "End of the last whole pull.", pulled),
            self._moments(
                "mimis_source_as_of_timestamp_seconds", "Until when all that happened has been asked about.", known
            ),
        ]

    def _moments(self, name: str, text: str, moments: dict[str, datetime | None]) -> Gauge:
        """Times of configured sources. A source that has none yet has no sample: `absent()` finds it."""
        values: dict[tuple[str, ...], float] = {
            (source,): at.timestamp() for source, at in moments.items() if at and source in self.settings.sources
        }
        return Gauge(name, text, ("source",), values)

    def _failures(self, session: Session) -> list[tuple[str, int]]:
        """Of configured destinations: what was taken out of the settings is no trouble any more."""
        couriers, sources = self.settings.couriers, self.settings.sources
        names = {f"{COURIER}{name}" for name in couriers} | {f"{SOURCE}{name}" for name in sources}
        return [(row.name, row.failures) for row in self._rows(session, DestinationRow) if row.name in names]

    def _oldest_due(self) -> timedelta:
        """How long the work that has waited longest has waited for a worker: what waits for its destination has not."""
        now = self.clock()
        query = (
            select(OutboxRow.destination, func.min(OutboxRow.not_before))
            .where(OutboxRow.organisation == self.organisation, UNDONE, OutboxRow.state.in_(("queued", "doing")))
            .where(OutboxRow.not_before <= now)
            .where(or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now))
            .group_by(OutboxRow.destination)
        )
        with self.database.reading() as session:
            oldest = session.execute(query).all()
            destinations = {row.name: row for row in self._rows(session, DestinationRow)}
        since = [_waits_since(moment, destinations.get(name or ""), now) for name, moment in oldest]
        return max((now - moment for moment in since), default=timedelta())

    def _database_answers(self) -> bool:
        with self.database.reading() as session:
            return session.scalar(select(1)) == 1

    def _migrations_are_ours(self) -> bool:
        from alembic.runtime.migration import MigrationContext

        with self.database.engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == _heads()

    def _keys_are_readable(self) -> bool:
        """Whether a stored name can be decrypted, and whether the seal's key is there, without using it."""
        with self.database.reading() as session:
            session.scalar(select(LearnerRow.full_name).where(LearnerRow.organisation == self.organisation).limit(1))
        return self.settings.role == "employer" or bool(self._signer.algorithms)


def _waits_since(due: datetime, destination: DestinationRow | None, now: datetime) -> datetime:
    """Since when a worker could have done what was due then.

    Not while its destination is left alone, since that does not answer; nor while a worker keeps to a limit that is
    set for it: then what is due waits for its turn.
    """
    if destination is None:
        return due
    if destination.lease_until is not None and destination.lease_until > now:
        return now
    return min(max(due, destination.closed_until or due), now)


@cache
def _heads() -> frozenset[str]:
    from alembic.script import ScriptDirectory

    return frozenset(ScriptDirectory(str(Path(database.__file__).parent / "migrations")).get_heads())


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (MimisError, SQLAlchemyError, OSError):
        return False
