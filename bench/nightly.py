"""The sync of a night in which nothing has changed: many courses of a Moodle, which works in a process of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bench.beside import answer, ask, beside
from bench.measure import Result, Size, seconds
from bench.pulling import COURSE
from bench.school import completion, open_school, school_template
from mimis_core.services import Services
from mimis_core.settings import FILENAME

ENROLLED, COURSES_EACH = 100, 4
"""Learners of each course, and courses that one learner takes."""
PAGE, FRAME, HEADER = 4096, 24, 32
"""Bytes of a page, and what SQLite's log puts before each and before all (sqlite.org/fileformat2.html, section 4)."""


def measure(size: Size) -> Iterator[Result]:
    """The first sync, then one by cursors, as every night, and one that asks about everything, as every month."""
    with school_template() as folder, beside(_serve, size.courses) as line:
        table = (f"{name} = {json.dumps(value)}\n" for name, value in ask(line, "settings").items())
        with (folder / FILENAME).open("a", encoding="utf-8") as file:
            file.write(f"\n[sources.moodle]\n{''.join(table)}")
        with open_school(folder) as services:
            first, night, all_anew = (_Night(services, line, full=full) for full in (False, False, True))
    enrolments = size.courses * ENROLLED
    what = (
        f"nothing new in {size.courses} courses with {enrolments} enrolments, 60 % completed: {night}; asking about "
        f"everything anew: {all_anew}; baseline: the first sync, {first}"
    )
    yield Result("sync.nightly", night.seconds, "s", first.seconds, night.seconds / first.seconds, what)


class _Night:
    """One sync and what it took: seconds, requests, rows and pages written."""

    def __init__(self, services: Services, line: Connection, *, full: bool) -> None:
        ask(line, "forget")
        file = services.settings.folder / "mimis.db"
        with _written(services.database.engine, file) as rows:
            self.seconds = seconds(lambda: _sync(services, full))
            self.pages = max(0, Path(f"{file}-wal").stat().st_size - HEADER) // (PAGE + FRAME)
        self.rows, self.requests = sum(rows), int(ask(line, "count"))

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.requests} requests, {self.rows} rows and {self.pages} pages written"


def _sync(services: Services, full: bool) -> None:
    report = services.sync(["moodle"], full=full)
    if report.errors or not report.adds_up:
        raise RuntimeError(f"the sync failed: {report.errors[:1]}")


@contextmanager
def _written(engine: Engine, file: Path) -> Iterator[list[int]]:
    """The number of rows of each statement that writes some; all pages stay in the log, which was empty."""
    rows: list[int] = []

    def note(_connection: Any, cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            rows.append(max(cursor.rowcount, 0))

    def keep_log(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA wal_autocheckpoint=0")

    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    event.listen(engine, "connect", keep_log)
    event.listen(engine, "after_cursor_execute", note)
    try:
        yield rows
    finally:
        event.remove(engine, "connect", keep_log)
        event.remove(engine, "after_cursor_execute", note)


def _serve(line: Connection, courses: int) -> None:
    from mimis_moodle.sandbox import MoodleSandbox
    from mimis_moodle.standin.filling import course_status

    learners = max(ENROLLED, courses * ENROLLED // COURSES_EACH)
    places = [(COURSE + one // ENROLLED, 10 + one % learners) for one in range(courses * ENROLLED)]
    with MoodleSandbox() as sandbox:
        sandbox.load([completion(learner, f"course:{course}") for course, learner in places])
        on_their_way = (place for number, place in enumerate(places) if number % 5 >= 3)
        sandbox.site.completion.update({place: course_status(False, False, None) for place in on_their_way})
        answers: dict[str, Callable[..., Any]] = {
            "settings": sandbox.settings,
            "forget": sandbox.forget,
            "count": sandbox.count,
        }
        answer(line, answers.__getitem__)
