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
    school.sync()  # the very first one keeps how far the source has come
    counts = []
    for start, size in ((0, 2), (100, 20)):
        HandSource.pages = [page(*people(start, size))]
        counts.append(statements(school, school.sync))
    assert counts[0] == counts[1]


def test_pulling_again_needs_few_statements(school: Services) -> None:
    HandSource.pages = [page(*people(0, 20))]
    school.sync()
    assert statements(school, school.sync) < 26


@pytest.mark.parametrize("size", [4, 16])
def test_many_credentials_need_few_statements(school: Services, size: int) -> None:
    school.settings = school.settings.model_copy(update={"couriers": {}})
    HandSource.pages = [page(*people(0, size))]
    school.sync()
    assert statements(school, school.drain) < 20
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
