"""How what serves comes to its end: soon after SIGINT or SIGTERM, whatever hangs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LONGEST = 4.0
"""Seconds from the signal to the end of the process, at most: what manages services is impatient."""


def ended_by_signal() -> threading.Event:
    """Set as soon as the process is told to end."""
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    return ended


def end_all(*stops: Callable[[], bool]) -> None:
    """Stop several things side by side. When one of them says that something hangs, the process ends here and now.

    What the caller does after this has the rest of :data:`LONGEST`.

    What hangs holds no lease any more, or one that runs out: another worker takes it over.
    """
    last = threading.Timer(LONGEST, leave)
    last.daemon = True
    last.start()
    with ThreadPoolExecutor(len(stops)) as pool:
        ended = list(pool.map(lambda stop: stop(), stops))
    if not all(ended):
        leave()


def leave() -> None:
    """End the process without waiting for any thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
