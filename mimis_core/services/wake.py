"""What wakes workers, in this process and others. Nothing rests on it: a lost wake-up costs a minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from mimis_core.errors import ConfigurationError
from mimis_core.services.pacing import JobsTable
from mimis_core.settings import Settings

_log = logging.getLogger("mimis.jobs")

FILE = "jobs.db"
"""The queue of one machine, beside the configuration."""


def open_queue(settings: Settings, table: JobsTable) -> Any:
    """The Huey of one organisation, by its table ``[jobs]``; it keeps no results.

    Raises ConfigurationError for a queue that lacks its address or its library, and the library's own errors when the
    queue is away.
    """
    kind = _kind(settings, table)
    name = f"mimis.{settings.organisation.id}"
    if kind == "sqlite":
        from huey import SqliteHuey

        return SqliteHuey(name, filename=str(settings.folder / FILE), results=False)
    if kind == "postgres":
        from huey import PostgresHuey

        return _made(PostgresHuey, "postgres", name, dsn=_postgres_address(settings, table), results=False)
    from huey import RedisHuey

    if table.url is None:
        raise ConfigurationError("[jobs] queue is redis and has no url.", mend='Set [jobs] url = {env = "NAME"}.')
    return _made(RedisHuey, "redis", name, url=table.url.get_secret_value(), results=False)


def drain_task(huey: Any, drain: Callable[[], Any]) -> Callable[[], Any]:
    """The task that a wake-up is, known by one name in all processes; calling it enqueues it."""

    def run() -> None:
        drain()

    task: Callable[[], Any] = huey.task(name="drain")(run)
    return task


class Waker:
    """Wakes workers of other processes. The queue is opened at the first wake-up."""

    def __init__(
        self, settings: Settings, table: JobsTable, huey: Any = None, task: Callable[[], Any] | None = None
    ) -> None:
        self._settings, self._table = settings, table
        self._huey, self._task = huey, task
        self._lock = threading.Lock()

    def wake(self) -> None:
        """Ask for a drain soon; called after the transaction that queued work. A queue that is away is only noted."""
        if self._huey is None and self._nobody_listens():
            return
        try:
            with self._lock:
                if self._task is None:
                    self._huey = open_queue(self._settings, self._table)
                    self._task = drain_task(self._huey, _nothing)
                # One that waits is taken up after this moment: whoever takes it sees our work too.
                if self._huey.storage.queue_size() == 0:
                    self._task()
        except ConfigurationError:
            raise
        except Exception as error:  # each queue has errors of its own, and none of them may stop who queued the work
            _log.warning("workers could not be woken (%s): they look again within a minute", type(error).__name__)

    def close(self) -> None:
        """Close the connection to the queue."""
        with self._lock:
            if self._huey is not None:
                close_queue(self._huey)
            self._huey = self._task = None

    def _nobody_listens(self) -> bool:
        """On one machine, no worker has ever run before the file is there."""
        return _kind(self._settings, self._table) == "sqlite" and not (self._settings.folder / FILE).is_file()


def close_queue(huey: Any) -> None:
    """Close a queue, of whatever kind."""
    huey.storage.close()
    pool = getattr(huey.storage, "pool", None)
    if pool is not None:
        pool.disconnect()


def _nothing() -> None:
    """What a process that only wakes others would do itself."""


def _kind(settings: Settings, table: JobsTable) -> str:
    return table.queue or ("postgres" if settings.database.startswith("postgresql") else "sqlite")


def _postgres_address(settings: Settings, table: JobsTable) -> str:
    from sqlalchemy import make_url

    url = make_url(table.url.get_secret_value() if table.url else settings.database_url)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _made(make: Callable[..., Any], kind: str, *arguments: Any, **options: Any) -> Any:
    from huey.exceptions import ConfigurationError as LibraryMissing

    try:
        return make(*arguments, **options)
    except LibraryMissing:
        raise ConfigurationError(
            f"[jobs] queue {kind} lacks its library.", mend=f"Install it with: pip install 'mimis[{kind}]'"
        ) from None
