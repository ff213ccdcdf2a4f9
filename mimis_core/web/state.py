"""What one app carries with it: its services, its limits and the adapters that could not be mounted."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import time
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from flask_limiter import Limiter

    from mimis_core.services import Services

KEY = "mimis"
MOST_KEYS = 10_000
"""Uses of so many keys are counted before those are looked through whose window is over."""


class Windows:
    """Counts uses in windows of time, which begin at multiples of their length. Safe to use from many threads.

    For what is asked hundreds of times a second: the general counters start a thread for each use.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[Hashable, int], tuple[int, int]] = {}
        self._lock = Lock()

    def count(self, key: Hashable, seconds: int) -> tuple[int, float]:
        """Count one more use; gives how many the running window has, and for how many seconds it goes on."""
        now = time()
        number = int(now // seconds)
        with self._lock:
            counted, used = self._counts.get((key, seconds), (number, 0))
            used = used + 1 if counted == number else 1
            self._counts[key, seconds] = number, used
            if len(self._counts) > MOST_KEYS:
                self._counts = {one: found for one, found in self._counts.items() if found[0] == int(now // one[1])}
        return used, (number + 1) * seconds - now


@dataclass
class WebState:
    """Kept under ``app.extensions["mimis"]`` so that two apps in one process share nothing."""

    services: Services
    limiter: Limiter
    failures: list[str] = field(default_factory=list)
    windows: Windows = field(default_factory=Windows)


def state() -> WebState:
    """The state of the app that answers the running request."""
    found: WebState = current_app.extensions[KEY]
    return found


def current_services() -> Services:
    """The services of the running app; outside a request or app context Flask raises RuntimeError."""
    return state().services
