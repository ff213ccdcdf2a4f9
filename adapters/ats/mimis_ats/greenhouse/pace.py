"""Keeps within the rate that Greenhouse tells with each answer: so many requests in a period, which begins anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import sleep, time

from mimis_core.http import Response

LONGEST = 30.0
"""Seconds of the longest period, that of v3; v1 has 10."""

FIRST_EPOCH = 1_000_000_000.0
"""What is larger is a time since 1970, what is smaller a number of seconds."""


class Pace:
    """Shared by all threads of one connection. ``wait`` is called with seconds.

    Without it, whatever comes after the last request of a period would be refused, and a refused POST cannot simply be
    sent again.
    """

    def __init__(self, wait: Callable[[float], None] = sleep, now: Callable[[], float] = time) -> None:
        self._wait = wait
        self._now = now
        self._free_at = 0.0
        self._lock = threading.Lock()

    def before(self) -> None:
        """Wait until the next period, if this one is used up."""
        with self._lock:
            pause = self._free_at - self._now()
        if pause > 0:
            self._wait(min(pause, LONGEST))

    def note(self, response: Response) -> None:
        """Read from an answer whether another request may follow in this period."""
        reset = _seconds(response.headers.get("X-RateLimit-Reset"))
        if reset is None or response.headers.get("X-RateLimit-Remaining") != "0":
            return
        with self._lock:
            self._free_at = reset if reset > FIRST_EPOCH else self._now() + reset


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
