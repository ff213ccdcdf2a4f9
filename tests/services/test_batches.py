"""Work on the database grows with pages and batches, not with learners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event

from mimis_core import Achievement, Completion, hookimpl
from mimis_core.services import Services
from tests.school import HandSource, done, page, someone


def statements(school: Services, work: Callable[[], object]) -> int:
    """How many statements the database gets; one for many rows counts once."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(school.database.engine, "before_cursor_execute", note)
    work()
    event.remove(school.database.engine, "before_cursor_execute", note)
    return len(seen)


def people(start: int, count: int) -> list[Completion]:
    return [done("course:1", someone(str(number))) for number in range(start, start + count)]


def test_large_page_needs_no_more_statements(school: Services) -> None:
    HandSource.pages = [page(*people(50, 1))]
    school.sync()  # the very first one keeps how far the source has come, and what is there once in a database
    counts = []
    for start, size in ((0, 2), (100, 20)):
        HandSource.pages = [page(*people(start, size))]
        counts.append(statements(school, school.sync))
    assert counts[0] == counts[1]


def test_pulling_again_needs_few_statements(school: Services) -> None:
    HandSource.pages = [page(*people(0, 20))]
    school.sync()
    assert statements(school, school.sync) < 26


def rows_written(school: Services, work: Callable[[], object]) -> list[str]:
    """The table of each row that the database is told to write."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("INSERT INTO", "UPDATE", "DELETE FROM")):
            table = statement.removeprefix("INSERT INTO ").removeprefix("UPDATE ").removeprefix("DELETE FROM ")
            seen.extend([table.split()[0]] * cursor.rowcount)

    event.listen(school.database.engine, "after_cursor_execute", note)
    work()
    event.remove(school.database.engine, "after_cursor_execute", note)
    return seen


@pytest.mark.parametrize("full", [False, True])
def test_unchanged_records_are_not_written(school: Services, full: bool) -> None:
    HandSource.pages = [page(*people(0, 20), *[done("course:9", someone(str(number))) for number in range(20)])]
    school.sync()
    report = []
    assert set(rows_written(school, lambda: report.append(school.sync(full=full)))) <= {"source_state"}
    assert (report[0].pulled, report[0].used, report[0].unmatched) == (40, 20, 20)


def test_changed_record_is_written(school: Services) -> None:
    HandSource.pages = [page(*people(0, 20))]
    school.sync()
    changed = people(0, 20)[:1] + people(20, 1)
    HandSource.pages = [page(*people(1, 19), *[one.model_copy(update={"title": "Nytt"}) for one in changed])]
    assert rows_written(school, school.sync).count("completion") == 2 + 1  # the new one's state too


@pytest.mark.parametrize("size", [4, 16])
def test_many_credentials_need_few_statements(school: Services, size: int) -> None:
    school.settings = school.settings.model_copy(update={"couriers": {}})
    HandSource.pages = [page(*people(0, size))]
    school.sync()
    assert statements(school, school.drain) < 28
    assert len(school.sealed_files()) == size


def test_same_record_twice_in_page_counts_once(school: Services) -> None:
    HandSource.pages = [page(*people(0, 1), *people(0, 1))]
    assert school.sync().awards == 1
    assert len(school.learners()) == 1


def test_achievement_mapped_twice_is_awarded_once(school: Services) -> None:
    class Twice:
        @hookimpl
        def mimis_map_achievement(
            self, completions: tuple[Completion, ...], catalogue: tuple[Achievement, ...]
        ) -> Sequence[tuple[Achievement, tuple[Completion, ...]]]:
            return [(catalogue[0], completions)] * 2

    school.plugins.manager.register(Twice(), "twice")
    HandSource.pages = [page(*people(0, 1))]
    assert school.sync().awards == 1
