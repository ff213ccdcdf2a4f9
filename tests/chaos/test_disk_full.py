"""The disk is full at any moment: what cannot be written is not half there, and goes on when there is room again."""

from __future__ import annotations

import pytest

from tests.kill.ground import Ground, Step
from tests.kill.truth import check

ROUND: tuple[Step, ...] = (("sync",), ("drain",))


@pytest.fixture(autouse=True)
def sqlite_only(postgres: str | None) -> None:
    """The disk of a PostgreSQL is not the worker's."""
    if postgres is not None:
        pytest.skip("a worker has no disk of its own with PostgreSQL")


@pytest.mark.parametrize("pages", [0, 4, 10])
def test_database_or_disk_is_full(school: Ground, pages: int) -> None:
    school.enrol(4)
    full = ("pragma", f"max_page_count={_pages(school) + pages}")
    assert any("full" in text for text in _try(school, full))
    _room_again(school)


@pytest.mark.parametrize("room", [0, 60_000, 140_000])
def test_files_cannot_grow(school: Ground, room: int) -> None:
    school.enrol(4)
    log = school.folder / "mimis.db-wal"
    limit = ("limit", (log.stat().st_size if log.exists() else 0) + room)
    assert any("OperationalError" in text for text in _try(school, limit))
    _room_again(school)


def _try(school: Ground, limit: Step) -> list[str]:
    """What fails in a worker that has only so much room."""
    worker = school.worker()
    worker.order(limit, *ROUND, ahead=school.ahead)
    school.kills += 1
    failed: list[str] = worker.answer()["failed"]
    worker.kill()
    return failed


def _room_again(school: Ground) -> None:
    school.forward(minutes=11)
    school.come_to_rest()
    check(school)


def _pages(school: Ground) -> int:
    with school.school.database.engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
