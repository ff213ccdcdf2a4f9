"""Many workers started at once on an empty database, and killed while they make the tables."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.kill.ground import LONG, Nursery, Worker, write_school
from tests.postgres import make_schema

KILLS = 20 if LONG else 3


@pytest.fixture
def new_folder(tmp_path: Path, postgres: str | None) -> Path:
    """A school whose database has no tables yet."""
    write_school(tmp_path / "school", make_schema(postgres) if postgres else "sqlite:///mimis.db")
    return tmp_path / "school"


def test_workers_start_at_once_on_an_empty_database(new_folder: Path, nursery: Nursery) -> None:
    workers = [nursery.begin(new_folder) for _ in range(4)]
    assert [worker.answer() for worker in workers] == ["ready"] * 4
    assert _works(workers[0])
    for worker in workers:
        worker.kill()


def test_killed_while_making_the_tables(new_folder: Path, nursery: Nursery) -> None:
    random = Random("tables")
    for _ in range(KILLS):
        worker = nursery.begin(new_folder)
        worker.has_answered(random.uniform(0, 0.3))
        worker.kill()
    last = nursery.worker(new_folder)
    assert _works(last)
    last.kill()


def _works(worker: Worker) -> bool:
    worker.order(("drain",), ("calendar",))
    return worker.answer()["failed"] == []
