"""Base of the sandboxes: a small HTTP server on loopback that behaves as a real system does, faults included.

A sandbox serves three readers at once: the tests of its adapter, ``mimis demo``, and whoever tries an adapter without
the real system. So it can be made without arguments and without pytest, and what it answers is built from recorded or
documented answers, oddities included (:mod:`mimis_core.testing.record` makes recordings).
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from mimis_core.model import Completion
from mimis_core.testing.faults import BEFORE_WORK, FAULTS
from mimis_core.testing.wire import Answer, Request, Server

SLOWEST = 30.0
"""Seconds that one answer may be held back at most: a test that waits for longer than that has a fault of its own."""


@dataclass(frozen=True)
class PlannedFault:
    """A fault of one answer to come; ``path`` is where, None for the next answer whatever it is for."""

    fault: str
    path: re.Pattern[str] | None = None


class Sandbox:
    """A stand-in of one real system. Subclasses answer requests in :meth:`handle`.

    Used as a context manager: started on a free loopback port, ended on leaving. ``requests`` keeps what came in,
    :meth:`count` counts it, :meth:`fail` makes the next answers go wrong. All of it may be called from any thread.

    Attributes:
        name: what the sandbox is called in ``mimis_sandboxes`` and in thread names.
        delay: seconds that each call takes, as the real system's do; for benches, and to see what runs at once.
        slowness: seconds by which the fault ``slow`` holds an answer back; tests set it to just above a timeout.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.delay = 0.0
        self.slowness = 0.2
        self._faults: deque[PlannedFault] = deque()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server: Server | None = None

    # What a subclass gives -------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer one request as the real system would. Called from many threads."""
        raise NotImplementedError

    def place(self, request: Request) -> str:
        """What the ``path`` of a fault and of :meth:`count` is looked for in: method, path and query.

        A system that has one address for everything adds what tells its calls apart, such as a function's name.
        """
        return f"{request.method} {request.target or request.path}"

    def load(self, completions: Sequence[Completion]) -> None:
        """Add to an LMS sandbox, so that pulling it gives these completions too; others have nothing to load."""

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that connects to this sandbox (without secrets by reference)."""
        raise NotImplementedError

    def received(self) -> list[tuple[str, bytes]]:
        """What the real system would now hold from us, as (file name, content), for people and tests to look at."""
        return []

    def trust(self, anchor: str) -> None:
        """Let a wallet sandbox accept seals under this PEM anchor; others have nothing to trust."""

    def add_candidate(self, email: str, name: str) -> None:
        """Let an ATS sandbox know an applicant; others know none."""

    def delete_candidate(self, candidate_id: str) -> None:
        """Let an ATS sandbox forget an applicant, and what stood on her, as the employer deletes her there."""
        raise NotImplementedError

    def anonymise_candidate(self, candidate_id: str) -> None:
        """Let an ATS sandbox keep an applicant without her name and address, as the employer's retention wants it."""
        raise NotImplementedError

    def load_recording(self, folder: Path) -> None:
        """Fill the sandbox with recorded traffic of the real system, where it can."""

    # What it gets ----------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base address, without a slash at the end."""
        if self._server is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, fault: str, times: int = 1, path: str | None = None) -> None:
        """Let the next ``times`` answers suffer a fault of :data:`FAULTS`.

        Arguments:
            fault: its name.
            times: how many answers; more than the test makes requests for a fault that lasts.
            path: a regular expression; only answers to requests whose :meth:`place` it is found in.

        A sandbox without a server plays the faults in its own way: a folder's file becomes unreadable or half-written.
        """
        if fault not in FAULTS:
            raise ValueError(f"no fault is called {fault!r}; known are {', '.join(FAULTS)}")
        pattern = None if path is None else re.compile(path)
        with self._lock:
            self._faults.extend([PlannedFault(fault, pattern)] * times)

    def heal(self) -> None:
        """Take back all faults that have not come yet: whatever was wrong is mended."""
        with self._lock:
            self._faults.clear()

    def count(self, path: str = "") -> int:
        """How many requests came in whose :meth:`place` holds this regular expression; without it all."""
        pattern = re.compile(path)
        with self._lock:
            return sum(1 for request in self.requests if pattern.search(self.place(request)))

    def forget(self) -> None:
        """Forget the requests that came in, to count from now on."""
        with self._lock:
            self.requests.clear()

    def start(self) -> None:
        """Serve on a free port of 127.0.0.1 in a thread; a sandbox that is started stays as it is."""
        if self._server is None:
            self._ended.clear()
            self._server = Server(self.answer)
            threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True, name=self.name).start()

    def stop(self) -> None:
        """Stop serving: what waits answers at once, open connections are closed."""
        if self._server is not None:
            self._ended.set()
            self._server.end()
            self._server = None

    def answer(self, request: Request) -> Answer | None:
        """Record the request, answer it, and apply its fault; None means that the connection is dropped."""
        with self._lock:
            self.requests.append(request)
        fault = self.take_fault(self.place(request))
        self.wait(self.delay + (self.slowness if fault == "slow" else 0.0))
        if fault is None:
            return self.handle(request)
        return FAULTS[fault](Answer() if fault in BEFORE_WORK else self.handle(request))

    def take_fault(self, place: str) -> str | None:
        """The fault that is due at this place, which is then used up; for sandboxes that speak another protocol."""
        with self._lock:
            for planned in self._faults:
                if planned.path is None or planned.path.search(place):
                    self._faults.remove(planned)
                    return planned.fault
        return None

    def wait(self, seconds: float) -> None:
        """Hold an answer back, but not longer than :data:`SLOWEST` and not beyond the end of the sandbox."""
        if seconds > 0:
            self._ended.wait(min(seconds, SLOWEST))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()
