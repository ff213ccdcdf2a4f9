"""Signing for many threads in few requests: who waits for an answer is gathered into the next one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future


class Batches:
    """Hands gathered items to ``work``, at most ``limit()`` at a time and one request after another.

    Nobody waits for others to come: the first is sent at once, and those that come meanwhile go together.
    """

    def __init__(self, work: Callable[[Sequence[bytes]], Sequence[bytes]], limit: Callable[[], int]) -> None:
        self._work = work
        self._limit = limit
        self._waiting: deque[tuple[bytes, Future[bytes]]] = deque()
        self._turn = threading.Lock()

    def ask(self, item: bytes) -> bytes:
        """The answer for one item. Raises what ``work`` raised for the request that it was part of."""
        answer: Future[bytes] = Future()
        self._waiting.append((item, answer))
        while not answer.done():
            with self._turn:
                if not answer.done():
                    self._send()
        return answer.result()

    def _send(self) -> None:
        most = self._limit()
        batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        try:
            results = self._work([item for item, _ in batch])
        except BaseException as error:
            # Each thread of the batch raises it where it waits; none must wait for ever, whatever ends this one.
            for _, answer in batch:
                answer.set_exception(error)
            return
        for (_, answer), result in zip(batch, results, strict=True):
            answer.set_result(result)
