"""Pulling from Moodle, against its very requests sent bare. The stand-in runs in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urljoin

import requests
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource

from bench.measure import Result, Size, duration, in_turn
from bench.school import completion
from mimis_core.testing.sandbox import Request

THREADS = 4


def measure(size: Size) -> Iterator[Result]:
    """One whole pull of a course."""
    with _moodle(size.moodle_learners) as line:
        table = _ask(line, "settings")
        _pull(table, size.moodle_learners)
        recorded: list[Request] = _ask(line, "requests")
        bare = _Bare(table["url"], recorded)
        try:
            ours, plain = in_turn(3 * size.rounds, lambda: _pull(table, size.moodle_learners), bare.send_all)
        finally:
            bare.close()
    what = f"{size.moodle_learners} learners, {len(recorded)} requests, {THREADS} threads; baseline: the same requests"
    yield duration("pull.overhead", ours, plain, f"{what} with requests.Session, sandbox in another process")


def _pull(table: dict[str, Any], learners: int) -> None:
    values = {name: value for name, value in table.items() if name != "kind"}
    with MoodleSource("moodle", MoodleSettings(**values, workers=THREADS)) as source:
        found = sum(len(page.completions) for page in source.pull(None))
    if found != learners:
        raise RuntimeError(f"{found} completions were pulled, not {learners}")


class _Bare:
    """Sends recorded requests again, one session for each thread."""

    def __init__(self, url: str, recorded: list[Request]) -> None:
        self._url, self._recorded = url, recorded
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(THREADS)

    def send_all(self) -> None:
        """Send each once, and read what comes back."""
        for status in self._pool.map(self._send, self._recorded):
            if status != 200:
                raise RuntimeError(f"the sandbox answered {status}")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def _send(self, request: Request) -> int:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        headers = {"Content-Type": request.headers["content-type"]}
        answer = self._own.session.request(
            request.method, urljoin(self._url, request.path), data=request.body, headers=headers
        )
        return int(answer.status_code)


@contextmanager
def _moodle(learners: int) -> Iterator[Connection]:
    """A filled sandbox in another process, so that its work does not count as ours."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, learners), daemon=True)
    process.start()
    try:
        yield here
    finally:
        here.send("stop")
        process.join(10)


def _ask(line: Connection, what: str) -> Any:
    line.send(what)
    return line.recv()


def _serve(line: Connection, learners: int) -> None:
    from mimis_moodle.sandbox import MoodleSandbox

    with MoodleSandbox() as sandbox:
        sandbox.load([completion(number, "course:101") for number in range(10, 10 + learners)])
        while (wanted := line.recv()) != "stop":
            line.send(sandbox.settings() if wanted == "settings" else list(sandbox.requests))
