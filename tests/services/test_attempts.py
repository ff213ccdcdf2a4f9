"""Attempts: counted by all processes together, apart for each thing, person and window, and forgotten afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mimis_core.services import Services
from mimis_core.store.staff_tables import AttemptRow
from tests.school import Clock
from tests.services.workers import colleague


def test_processes_count_together(school: Services) -> None:
    with colleague(school) as other:
        counted = [one.count_attempt("code", "192.0.2.1", 60)[0] for one in (school, other, school)]
    assert counted == [1, 2, 3]


def test_none_is_lost_when_many_try_at_once(school: Services) -> None:
    with colleague(school) as other, ThreadPoolExecutor(4) as pool:
        counted = pool.map(lambda one: one.count_attempt("code", "192.0.2.1", 60)[0], [school, other] * 4)
        assert sorted(counted) == list(range(1, 9))


def test_things_people_and_windows_count_apart(school: Services) -> None:
    for what, key, seconds in (("code", "a", 60), ("link", "a", 60), ("code", "b", 60), ("code", "a", 3600)):
        assert school.count_attempt(what, key, seconds)[0] == 1


def test_window_ends_and_its_attempts_are_forgotten(school: Services, clock: Clock) -> None:
    _, left = school.count_attempt("code", "a", 60)
    clock.forward(seconds=left - 1)
    assert school.count_attempt("code", "a", 60) == (2, 1)
    clock.forward(seconds=1)
    assert school.count_attempt("code", "a", 60)[0] == 1
    with school.database.transaction() as session:
        assert session.query(AttemptRow).count() == 1


def test_address_is_kept_as_hash_only(school: Services) -> None:
    school.count_attempt("code", "192.0.2.1", 60)
    with school.database.transaction() as session:
        assert "192.0.2.1" not in str([vars(row) for row in session.query(AttemptRow)])
