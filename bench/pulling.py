"""Pulling from Moodle: against its very requests sent bare, and how few of them a later pull makes.

The stand-in runs in a process of its own, so that its work does not count as ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urljoin

import requests
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource

from bench.beside import answer, ask, beside
from bench.measure import Result, Size, duration, in_turn
from bench.pulled_memory import measure_growth
from bench.school import completion
from mimis_core.testing import Request

THREADS = 4
DELAY = 0.02
"""Seconds that each call takes, as on a small site (facts: 20 to 33 ms)."""
COURSE, COURSE_SIZE = 101, 500
HOUR = 3600
CHANGES = 20
"""What teachers do between two pulls."""


def measure(size: Size) -> Iterator[Result]:
    """Whole pulls, the next one, one by a custom report, changes that teachers make, and memory."""
    with moodle(size.moodle_learners) as line:
        yield _overhead(line, size)
    with moodle(size.moodle_learners) as line:
        yield from _requests(line, size)
        yield _teachers(line, size)
    yield measure_growth(size)


def _overhead(line: Connection, size: Size) -> Result:
    ask(line, "set_delay", DELAY)
    table = ask(line, "settings")
    _pull(table, size.moodle_learners)
    recorded: list[Request] = ask(line, "requests")
    bare = _Bare(table["url"], recorded)
    try:
        ours, plain = in_turn(size.rounds, lambda: _pull(table, size.moodle_learners), bare.send_all)
    finally:
        bare.close()
    what = f"{size.moodle_learners} learners, {len(recorded)} requests of {DELAY * 1000:.0f} ms, {THREADS} threads"
    return duration("pull.overhead", ours, plain, f"{what}; baseline: the same requests with requests.Session")


def _requests(line: Connection, size: Size) -> Iterator[Result]:
    """Three in five have completed; nothing changes between the pulls."""
    learners = size.moodle_learners
    for number in range(10 + learners * 3 // 5, 10 + learners):
        ask(line, "undo", COURSE, number)
    school = _School(line)
    first, second = school.pull(), school.pull()
    what = f"{learners} learners, 60 % completed, nothing new; baseline: the first pull"
    yield Result("pull.unchanged_requests", second, "requests", first, second / first, what)
    whole = _School(line, report=ask(line, "add_report")).pull()
    what = "the same with a custom report, five of them to check it; baseline: without"
    yield Result("pull.report_requests", whole, "requests", first, whole / first, what)


def _teachers(line: Connection, size: Size) -> Result:
    """Grades, overrides and cron on learners who are on their way; the next pulls find them."""
    school = _School(line)
    school.pull()
    school.found.clear()
    last = 10 + size.moodle_learners
    changed = range(max(last - CHANGES, 10 + size.moodle_learners * 3 // 5), last)
    for number in changed:
        _happen(line, number)
    for _ in range(3):
        ask(line, "run_cron")
    wanted = {f"course:{COURSE}/user:{number}" for number in changed}
    pulls, stalest, at_once = 0, 0.0, 0
    while not wanted <= school.found and pulls < 100:
        school.pull()
        pulls, stalest = pulls + 1, max(stalest, school.age)
        at_once = at_once or len(wanted & school.found)
    if not wanted <= school.found:
        raise RuntimeError(f"{len(wanted - school.found)} changes were not found")
    share = MoodleSettings.model_fields["recheck_share"].default
    what = f"until {len(changed)} changes by teachers were found, {at_once} by the first, the last one of those that "
    what += f"nothing shows; at most {stalest / HOUR:.0f} pulls old; baseline: the bound"
    return Result("pull.changes_found", pulls, "pulls", 1 / share, pulls * share, what)


def _happen(line: Connection, number: int) -> None:
    """A grade, or work that waits for cron, or an override that no listing shows."""
    kind = number % 3
    if kind == 0:
        ask(line, "require_grade", COURSE, 50, [number])
        ask(line, "grade", COURSE, number, 75)
    ask(line, "work_done" if kind == 1 else "override", COURSE, number)


class _School:
    """Pulls from the last cursor, an hour apart; ``age`` is the staleness that the last one told, in seconds."""

    def __init__(self, line: Connection, **changes: Any) -> None:
        self._line = line
        self._table = {**ask(line, "settings"), **changes}
        self._now = 2_000_000_000.0
        self._cursor: str | None = None
        self.found: set[str] = set()
        self.age = 0.0

    def pull(self) -> int:
        """The number of requests that one pull makes."""
        self._now += HOUR
        ask(self._line, "forget")
        with open_source(self._table, clock=lambda: self._now) as source:
            for page in source.pull(self._cursor):
                self.found |= {item.key for item in page.completions}
                self._cursor = page.cursor or self._cursor
                self.age = self._now - page.as_of.timestamp() if page.as_of else self.age
        return int(ask(self._line, "count"))


def _pull(table: dict[str, Any], learners: int) -> None:
    with open_source({**table, "workers": THREADS}) as source:
        found = sum(len(page.completions) for page in source.pull(None))
    if found != learners:
        raise RuntimeError(f"{found} completions were pulled, not {learners}")


def open_source(table: dict[str, Any], **arguments: Any) -> MoodleSource:
    """The source that a sandbox's settings connect to."""
    values = {name: value for name, value in table.items() if name != "kind"}
    return MoodleSource("moodle", MoodleSettings(**values), **arguments)


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


def moodle(learners: int) -> AbstractContextManager[Connection]:
    """A filled sandbox in another process; :func:`ask` tells it what to do."""
    return beside(_serve, learners)


def _serve(line: Connection, learners: int) -> None:
    from mimis_moodle.sandbox import MoodleSandbox
    from mimis_moodle.standin.filling import course_status

    with MoodleSandbox() as sandbox:
        numbers = range(10, 10 + learners)
        sandbox.load([completion(one, f"course:{COURSE + (one - 10) // COURSE_SIZE}") for one in numbers])
        more: dict[str, Callable[..., Any]] = {
            "requests": lambda: list(sandbox.requests),
            "set_delay": lambda seconds: setattr(sandbox, "delay", seconds),
            "undo": lambda course, user: sandbox.site.completion.update(
                {(course, user): course_status(False, False, None)}
            ),
        }
        answer(line, lambda name: more.get(name) or getattr(sandbox, name))
