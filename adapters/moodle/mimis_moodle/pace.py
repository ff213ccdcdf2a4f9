"""How many calls run at once: more while the site answers more for it, fewer as soon as it is troubled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mimis_core import TemporaryError
from mimis_core.http import LONGEST_RETRY_AFTER

START = 4
"""Calls at once to begin with: more than four gained nothing on the site that was measured (four PHP workers)."""
_WINDOW = 8
"""Calls for each place that are taken together to see how fast the site answers."""
_GAIN = 1.05
_COLLAPSE = 0.5
_REST = 20
"""Windows between two attempts to go higher, once one has gained nothing."""
_BREATH = 2
"""Windows before going higher again after trouble."""


class Pace:
    """The gate that every call to one site passes. Safe to use from many threads.

    One more call at once is tried while that answers at least 5 % more calls a second, and taken back where it does
    not. Half as many are let through when the site is overloaded (429, 5xx, no answer in time), or when it answers
    half as many a second as before.

    Arguments:
        most: calls at once that are never exceeded.
        clock: seconds, as ``time.monotonic`` gives them.
    """

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self.limit = min(START, most)
        self._free = threading.Condition()
        self._running = 0
        self._spell = 0
        self._closed_until = 0.0
        self._rest = 0
        self._rate: float | None = None
        self._probing = False
        self._begin_window()

    @contextmanager
    def call(self, measured: bool = True) -> Iterator[None]:
        """Wait for a place and hold it while one call runs; a TemporaryError slows down whoever comes after.

        ``measured`` is true for calls that are alike; those that take long for their size say nothing about the site.
        """
        spell = self._enter()
        try:
            yield
        except TemporaryError as error:
            self._slow_down(error.retry_after or 0.0, spell)
            raise
        else:
            if measured:
                self._count()
        finally:
            self._leave()

    def _enter(self) -> int:
        with self._free:
            while self._running >= self.limit or self._clock() < self._closed_until:
                self._free.wait(max(self._closed_until - self._clock(), 0) or None)
            self._running += 1
            return self._spell

    def _leave(self) -> None:
        with self._free:
            self._running -= 1
            self._free.notify_all()

    def _slow_down(self, pause: float, spell: int) -> None:
        """Nobody calls before ``pause`` seconds are over, unless that is longer than anybody waits.

        Calls that ran side by side meet the same trouble: it halves the limit once.
        """
        with self._free:
            if pause <= LONGEST_RETRY_AFTER:
                self._closed_until = max(self._closed_until, self._clock() + pause)
            if spell == self._spell:
                self._spell += 1
                self._settle(max(1, self.limit // 2), None, _BREATH)

    def _count(self) -> None:
        with self._free:
            self._answered += 1
            self._full += self._running >= self.limit
            if self._answered < _WINDOW * self.limit:
                return
            rate = self._answered / max(self._clock() - self._since, 1e-6)
            if self._full > 0.9 * self._answered:  # else it is we who have nothing to ask
                self._judge(rate)
            self._begin_window()

    def _judge(self, rate: float) -> None:
        before = self._rate
        if self._probing and before is not None and rate < _GAIN * before:
            self._settle(self.limit - 1, before, _REST)
        elif not self._probing and before is not None and rate < _COLLAPSE * before:
            self._settle(max(1, self.limit // 2), None, _BREATH)
        else:
            self._rate = rate
            self._rest = max(0, self._rest - 1)
            self._probing = self._rest == 0 and self.limit < self._most
            self.limit += self._probing

    def _settle(self, limit: int, rate: float | None, rest: int) -> None:
        """Go down, and stay for ``rest`` windows."""
        self.limit, self._rate, self._probing, self._rest = limit, rate, False, rest
        self._begin_window()

    def _begin_window(self) -> None:
        self._answered = self._full = 0
        self._since = self._clock()
