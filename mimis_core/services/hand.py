"""What one process has in hand of the work that is queued."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """One leased outbox row.

    ``interrupted``: a worker had begun it and never came back. ``gate``: how often its lane had been closed before.
    """

    id: str
    kind: str
    ref: str
    destination: str | None
    interrupted: bool
    lease: str
    gate: int = 0


class Hand:
    """What this process has in hand; safe to use from many threads."""

    def __init__(self) -> None:
        self._jobs: dict[str, tuple[Job, float]] = {}
        self._changed = threading.Condition()

    def take(self, jobs: Iterable[Job]) -> None:
        """Note rows that were leased."""
        with self._changed:
            self._jobs.update({job.id: (job, time.monotonic()) for job in jobs})

    def drop(self, job: Job) -> None:
        """Forget one, however it ended."""
        with self._changed:
            if self._jobs.get(job.id, (None,))[0] == job:
                del self._jobs[job.id]
            self._changed.notify_all()

    def jobs(self, younger_than: float = float("inf")) -> list[Job]:
        """All that were taken less than so many seconds ago."""
        start = time.monotonic() - younger_than
        with self._changed:
            return [job for job, taken in self._jobs.values() if taken >= start]

    def of_kind(self, kind: str, refs: Collection[str]) -> list[Job]:
        """Those of one kind that are about these."""
        wanted = set(refs)
        return [job for job in self.jobs() if job.kind == kind and job.ref in wanted]

    def wait_until_empty(self, within: float) -> bool:
        """Wait for that, at most so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, within)
