"""Workers in this process: they drain the outbox when woken, look again every minute, and run what is scheduled."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from huey.consumer import Consumer

from mimis_core.services.wake import Waker, close_queue, drain_task, open_queue

if TYPE_CHECKING:
    from mimis_core.services import Services

_log = logging.getLogger("mimis.jobs")

MINUTE = 60.0
"""Seconds from one look at what is due to the next, whoever woke us meanwhile."""
SOON = 0.5
"""Seconds between two looks into a queue that cannot tell by itself; with one that can, only after an error."""
LATER = 30.0
MAIN = "import sys; from mimis_core.cli import main; main(sys.argv[1:])"


class EmbeddedConsumer(Consumer):  # type: ignore[misc]  # Huey has no type information
    """Huey's consumer without its signal handlers: the server owns SIGINT and SIGTERM."""

    def _set_signal_handlers(self) -> None:
        """Leave the process's signals alone."""


class JobQueue:
    """The workers of one organisation in this process. ``start`` runs them, ``stop`` ends them within a few seconds.

    Arguments:
        services: the organisation's; its work is announced through this queue from now on.
        threads: how many drain at the same time.
    """

    def __init__(self, services: Services, threads: int = 1) -> None:
        services.check_schedule()
        self._services, self._threads = services, threads
        self._stopping = threading.Event()
        self._own: list[threading.Thread] = []
        self._consumer: EmbeddedConsumer | None = None
        self._huey = open_queue(services.settings, services.jobs_table)
        task = drain_task(self._huey, services.drain)
        # Each thread of a consumer may have a connection of its own, which nobody else can close.
        self._huey.on_shutdown("close")(self._huey.storage.close)
        waker = Waker(services.settings, services.jobs_table, self._huey, task)
        self.wake: Callable[[], None] = waker.wake
        services.on_queued = self.wake

    def start(self) -> None:
        """Start the workers, the look at every minute, and the clock of what is scheduled."""
        polls = not self._huey.storage.blocking
        self._consumer = EmbeddedConsumer(
            self._huey,
            workers=self._threads,
            periodic=False,
            initial_delay=0.05,
            backoff=1.15 if polls else 2.0,
            max_delay=SOON if polls else LATER,
            check_worker_health=False,
            shutdown_timeout=2,
        )
        self._consumer.start()
        for name, look in (("sweep", self.sweep), ("schedule", self.run_due)):
            thread = threading.Thread(target=self._every_minute, args=(look,), name=name, daemon=True)
            thread.start()
            self._own.append(thread)

    def stop(self, within: float = 2.5) -> bool:
        """Take no more work, let what is in hand end for so many seconds, and hand the rest back to others.

        Gives whether everything has ended: if not, something hangs, and the process is best ended without waiting.
        """
        self._stopping.set()
        ended = self._services.hand_back(within)
        if self._consumer is not None:
            self._consumer.stop(graceful=ended)
        for thread in self._own:
            thread.join(1 if ended else 0)
            ended = ended and not thread.is_alive()
        if ended:
            close_queue(self._huey)
        return ended

    def sweep(self) -> dict[str, int]:
        """Do what is due, woken or not: the queue may be away, and what woke us may have been lost."""
        return vars(self._services.drain())

    def run_due(self) -> int:
        """Run what is scheduled and due, one command after the other; gives how many were run."""
        count = 0
        while run := self._services.take_due():
            count += 1
            code = self._run(run.command, lambda: self._services.keep_run(run))
            self._services.end_run(run, code)
            if code:
                _log.warning("scheduled command %r ended with %s", run.command, code)
        return count

    def _run(self, command: str, keep: Callable[[], bool]) -> int | None:
        """Run a mimis command in a process of its own; None when it was ended before it was done."""
        folder = str(self._services.settings.folder)
        # Apart, so that it can be ended whatever it waits for, and gives its memory back; not in our process group,
        # since Ctrl-C is ours to handle.
        with subprocess.Popen(
            [sys.executable, "-P", "-c", MAIN, *shlex.split(command)],
            cwd=folder,
            env={**os.environ, "MIMIS_CONFIG": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return self._watch(process, keep)
            finally:
                if process.returncode is None:
                    process.kill()

    def _watch(self, process: subprocess.Popen[bytes], keep: Callable[[], bool]) -> int | None:
        patience = self._services.jobs_table.lease_seconds / 4
        renewed = time.monotonic()
        while not self._stopping.is_set():
            try:
                return process.wait(0.5)
            except subprocess.TimeoutExpired:
                if time.monotonic() < renewed + patience:
                    continue
            if not keep():
                return None
            renewed = time.monotonic()
        return None

    def _every_minute(self, look: Callable[[], Any]) -> None:
        while not self._stopping.is_set():
            try:
                look()
            except Exception as error:  # such as a database that is away: the next minute tries again
                _log.error("%s failed (%s); it is tried again in a minute", look.__name__, type(error).__name__)
            self._stopping.wait(MINUTE)
