"""Keeping below what Open edX allows, and waiting as long as it asks; time is given, so that tests need none."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mimis_core.http import Response

WINDOW = 60.0
"""Seconds over which Open edX counts calls (facts: rates are per minute)."""

LONGEST_WAIT = 2 * WINDOW
"""A throttle of calls per minute never asks for more; whoever does is not waited for that long."""

UNTOLD_WAIT = 20.0
"""Seconds to wait when a 429 does not say how long."""

PATIENCE = 2
"""How often one call is put off, after the HTTP client's own tries, before the pull gives up."""


@dataclass(frozen=True)
class Timing:
    """A clock that only goes forward, in seconds, and how to wait."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Pace:
    """At most ``calls`` begin in any minute, from all threads together; the first ones go at once."""

    def __init__(self, calls: int, timing: Timing) -> None:
        self._starts: deque[float] = deque(maxlen=calls)
        self._timing = timing
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next call may begin."""
        with self._lock:
            now = self._timing.clock()
            full = len(self._starts) == self._starts.maxlen
            start = max(now, self._starts[0] + WINDOW) if full else now
            self._starts.append(start)
        if start > now:
            self._timing.sleep(start - now)


def ask_patiently(ask: Callable[[], Response], timing: Timing, pace: Pace | None = None) -> Response:
    """The answer of ``ask``, asked again after the time that a 429 names; the last 429 is handed to the caller."""
    for _ in range(PATIENCE):
        response = _paced(ask, pace)
        if response.status_code != 429:
            return response
        timing.sleep(_wait_of(response))
    return _paced(ask, pace)


def _paced(ask: Callable[[], Response], pace: Pace | None) -> Response:
    if pace is not None:
        pace.wait()
    return ask()


def _wait_of(response: Response) -> float:
    value = response.headers.get("Retry-After", "")
    return min(float(value), LONGEST_WAIT) if value.isdigit() else UNTOLD_WAIT
