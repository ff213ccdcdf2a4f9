"""An embedded Huey consumer that drains the outbox when woken, and once a minute in any case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from huey import SqliteHuey, crontab
from huey.consumer import Consumer

if TYPE_CHECKING:
    from mimis_core.services import Services


class EmbeddedConsumer(Consumer):  # type: ignore[misc]  # Huey has no type information
    """Huey's consumer without its signal handlers: the server owns SIGINT and SIGTERM."""

    def _set_signal_handlers(self) -> None:
        """Leave the process's signals alone."""


class JobQueue:
    """The queue of one folder. ``start`` runs it in this process, ``stop`` lets the work in hand finish."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._huey = SqliteHuey("mimis", filename=str(services.settings.folder / "jobs.db"))
        self._consumer: EmbeddedConsumer | None = None
        self._calendar_seen: date | None = None

        def drain() -> dict[str, Any]:
            return vars(services.drain())

        self._wake = self._huey.task(name="drain")(drain)
        self._huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)

    def wake(self) -> None:
        """Ask for a drain soon; called after a transaction that queued work."""
        self._wake()

    def sweep(self) -> dict[str, Any]:
        """What is done every minute: the work that is due, and on the first one of a day the calendar.

        The day is kept in memory only: after a restart the calendar is looked at again, which does no harm. It comes
        last, so that a fault in it holds up no other work.
        """
        work = self._services.drain()
        today = self._services.clock().date()
        if self._calendar_seen != today:
            self._services.look_at_calendar()
            self._calendar_seen = today
        return vars(work)

    def start(self) -> None:
        """Start one worker thread and the scheduler."""
        self._consumer = EmbeddedConsumer(self._huey, workers=1, worker_type="thread", check_worker_health=False)
        self._consumer.start()

    def stop(self) -> None:
        """Stop after the work in hand."""
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None
        self._huey.storage.close()
