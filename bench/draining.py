"""Workers in processes of their own: they drain a school until nothing is left, and tell what that took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import func, select

from bench.memory import most_memory
from bench.school import open_school
from mimis_core.services import Services
from mimis_core.store.tables import OutboxRow

PAUSE = 0.02
"""Seconds before a worker looks again, when others have in hand what is left."""
# As in bench/run.py the tree comes last, so that an installed mimis goes before it.
PROGRAM = "import sys; sys.path.append(sys.argv[1]); from bench.draining import main; main(sys.argv[2])"


@dataclass(frozen=True)
class Drained:
    """What workers did: numbers, seconds by the wall's clock and of their processors, most MiB that one had so far."""

    credentials: int
    deliveries: int
    seconds: float
    processor: float
    memory: float


class Workers:
    """Some worker processes of one school, used as a context manager. Their setting up is not measured."""

    def __init__(self, folder: Path, count: int = 1) -> None:
        tree = Path(__file__).resolve().parent.parent
        self._command = [sys.executable, "-c", PROGRAM, str(tree), str(folder)]
        self.count = count
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        self._processes = [_start(self._command) for _ in range(self.count)]
        for one in self._processes:
            _line(one)
        return self

    def __exit__(self, *details: object) -> None:
        for one in self._processes:
            one.communicate()

    def drain(self, only: int | None = None) -> Drained:
        """Let all begin at once, or only one by its number, and do everything that is due."""
        chosen = self._processes if only is None else [self._processes[only]]
        for one in chosen:
            _tell(one, "go")
        told = [Drained(**json.loads(_line(one))) for one in chosen]
        return Drained(
            sum(one.credentials for one in told),
            sum(one.deliveries for one in told),
            max(one.seconds for one in told),
            sum(one.processor for one in told),
            max(one.memory for one in told),
        )


def main(folder: str) -> None:
    """Make ready, then drain at each word, and print what it took."""
    with open_school(Path(folder)) as services:
        _ = services.catalogue
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            sys.stdout.write(json.dumps(asdict(_drain(services))) + "\n")
            sys.stdout.flush()


def _drain(services: Services) -> Drained:
    credentials = deliveries = 0
    start, used = time.perf_counter(), time.process_time()
    while True:
        done = services.drain()
        credentials, deliveries = credentials + done.credentials, deliveries + done.deliveries
        if stopped := services.attention()[:1]:
            raise RuntimeError(f"work has stopped: {stopped}")
        if not _left(services):
            break
        time.sleep(PAUSE)
    taken = time.perf_counter() - start, time.process_time() - used
    return Drained(credentials, deliveries, *taken, most_memory())


def _left(services: Services) -> int:
    query = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("queued", "doing")))
    with services.database.transaction() as session:
        return session.scalar(query) or 0


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None or not (line := process.stdout.readline()):
        raise RuntimeError("a worker of the bench has failed")
    return line


def _tell(process: subprocess.Popen[str], word: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
