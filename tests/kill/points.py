"""Where a worker can be killed: around each commit, and around each call that leaves the house."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from multiprocessing.connection import Connection
from pathlib import Path
from threading import RLock, get_ident
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from mimis_core.plugins import Plugins

CALLS = {
    "courier": ("deliver",), "format": ("build",), "sealer": ("seal",), "feed": ("find", "put", "remove"),
}  # fmt: skip
"""Methods of adapters by category."""
Transaction = Callable[[], AbstractContextManager[Session]]
HELPERS = {"_transaction", "_tried", "transaction", "shared"}


class Points:
    """Notes each boundary that is passed, and kills or halts its own process at the one that it was told."""

    def __init__(self, plugins: Plugins, connection: Connection) -> None:
        self.passed: dict[str, None] = {}
        self.die_at: str | None = None
        self.halt_at: str | None = None
        self._connection = connection
        self._gate = RLock()
        event.listen(Session, "before_commit", lambda _: self.reach(f"{_caller()}: before commit"))
        event.listen(Session, "after_commit", lambda _: self.reach(f"{_caller()}: after commit"))
        for category, methods in CALLS.items():
            for kind, type_ in plugins.types(category).items():
                for method in methods:
                    setattr(type_, method, self._around(f"{kind}.{method}", getattr(type_, method)))

    def reach(self, name: str) -> None:
        """Pass a boundary, or die or halt at it; the signal is for this thread, so that it comes no step further."""
        self.passed[name] = None
        if name == self.die_at:
            signal.pthread_kill(get_ident(), signal.SIGKILL)
        if name == self.halt_at:
            with self._gate:
                self._halt(name)

    def _halt(self, name: str) -> None:
        if name == self.halt_at:  # not when another thread came here first
            self.halt_at = None
            self._connection.send("halted")
            signal.pthread_kill(get_ident(), signal.SIGSTOP)

    @contextmanager
    def one_at_a_time(self, transaction: Transaction) -> Iterator[Session]:
        """A transaction that no other thread is in while this process halts: SQLite would have all others wait."""
        with self._gate, transaction() as session:
            yield session

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def around(*arguments: Any, **named: Any) -> Any:
            self.reach(f"{name}: before")
            answer = call(*arguments, **named)
            self.reach(f"{name}: after")
            return answer

        return around


def _caller() -> str:
    """The service that a commit belongs to."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]  # the outermost has none
        path = Path(frame.f_code.co_filename)
        if path.parent.name in ("services", "jobs") and frame.f_code.co_name not in HELPERS:
            return frame.f_code.co_name
    return "?"
