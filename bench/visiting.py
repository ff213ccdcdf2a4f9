"""Requests at a fixed pace: each is due at its time, whether or not those before it were answered."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from math import ceil
from threading import Lock
from urllib.parse import urlsplit

from bench.visitors import Visit

AT_ONCE = 32
"""Requests that can wait for an answer. With more, the pace would be lost: it counts as time that they took."""
TIMEOUT = 60


class Line:
    """One connection, kept open as a proxy keeps it."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT)

    def open(self, visit: Visit) -> None:
        """Ask and read to the end. Raises RuntimeError for another answer than the page itself."""
        self._connection.request("GET", visit.path, headers=visit.headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{visit.page} answers {answer.status}")

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def visit_in_turn(address: str, visits: Sequence[Visit]) -> dict[str, float]:
    """One after the other; gives the seconds that each page took."""
    line, taken = Line(address), {}
    for visit in visits:
        start = time.perf_counter()
        line.open(visit)
        taken[visit.page] = time.perf_counter() - start
    line.close()
    return taken


def visit_at_pace(address: str, visits: Sequence[Visit], rate: float) -> dict[str, list[float]]:
    """So many in a second; gives by page the seconds from when each request was due to the end of its answer."""
    taken: dict[str, list[float]] = defaultdict(list)
    start, lock = time.perf_counter(), Lock()
    due = iter([(start + number / rate, visit) for number, visit in enumerate(visits)])
    workers = min(AT_ONCE, len(visits))
    with ThreadPoolExecutor(workers) as pool:
        working = [pool.submit(_work, address, due, lock, taken) for _ in range(workers)]
    for one in working:
        one.result()
    return taken


def _work(address: str, due: Iterator[tuple[float, Visit]], lock: Lock, taken: dict[str, list[float]]) -> None:
    line = Line(address)
    while True:
        with lock:
            moment, visit = next(due, (0.0, None))
        if visit is None:
            break
        time.sleep(max(0.0, moment - time.perf_counter()))
        line.open(visit)
        with lock:
            taken[visit.page].append(time.perf_counter() - moment)
    line.close()


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 did not exceed."""
    return sorted(times)[ceil(0.95 * len(times)) - 1]
