"""Merging, its undoing and erasing give way to whoever writes something of the learner's: neither waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from mimis_core import TemporaryError
from mimis_core.services import Services
from tests.school import HandSource, done, page, someone
from tests.services.workers import colleague

A, B = someone("1"), someone("2", full_name="Åsa Öberg 1", email="asa1@demo.example")
BY = "Rektor Ek"
Act = Callable[[Services], object]


@pytest.fixture
def other(yearly: Services) -> Iterator[Services]:
    """Whoever merges or erases: another process, but for the process."""
    with colleague(yearly) as found:
        yield found


@pytest.fixture
def pair(yearly: Services) -> tuple[str, str]:
    """Two learners of whom the first has earned something that is not issued yet."""
    HandSource.pages = [page(done("course:1", A), done("course:2", B))]
    yearly.sync()
    ids = {identities[0]: one.id for one, identities in yearly.learners()}
    return ids["hand:1"], ids["hand:2"]


def at_call(services: Services, name: str, act: Callable[[], object]) -> None:
    """Do something when a method is called next, before it begins."""
    call = getattr(services, name)

    def act_then_call(*args: Any, **kwargs: Any) -> Any:
        delattr(services, name)
        act()
        return call(*args, **kwargs)

    setattr(services, name, act_then_call)


def only_credential(services: Services) -> str:
    (view,) = services.all_credentials()
    return view.id


HELD: dict[str, tuple[str, Act]] = {
    "issuing": ("_credential_row", lambda services: services.drain()),
    "reissuing": ("_credential_row", lambda services: services.reissue_credential(only_credential(services), "X", BY)),
    "revoking": ("_tell", lambda services: services.revoke_credential(only_credential(services), "X", BY)),
}
"""What has something of hers locked, and the method in which it has it and waits for her next."""


@pytest.mark.parametrize("what", ["issuing", "reissuing", "revoking"])
@pytest.mark.parametrize("whole", ["merge", "erase"])
def test_whoever_touches_all_of_hers_gives_way(
    yearly: Services, other: Services, pair: tuple[str, str], postgres: str | None, what: str, whole: str
) -> None:
    if postgres is None:
        pytest.skip("SQLite has one writer")
    if what != "issuing":
        yearly.drain()
    first, second = pair
    acts: dict[str, Act] = {
        "merge": lambda services: services.merge_learners(second, first, BY),
        "erase": lambda services: services.erase_learner(first, BY, "X"),
    }
    ends: list[object] = []

    def meanwhile() -> None:
        try:
            ends.append(acts[whole](other))
        except TemporaryError as error:
            ends.append(error)

    method, act = HELD[what]
    at_call(yearly, method, meanwhile)
    act(yearly)
    assert [type(end) for end in ends] == [TemporaryError]
    acts[whole](other)


def test_undoing_a_merge_gives_way(
    yearly: Services, other: Services, pair: tuple[str, str], postgres: str | None
) -> None:
    if postgres is None:
        pytest.skip("SQLite has one writer")
    merge = yearly.merge_learners(pair[1], pair[0], BY)
    ends: list[TemporaryError] = []

    def meanwhile() -> None:
        with pytest.raises(TemporaryError) as caught:
            other.unmerge_learners(merge, BY)
        ends.append(caught.value)

    at_call(yearly, "_credential_row", meanwhile)
    yearly.drain()
    assert len(ends) == 1
    assert other.unmerge_learners(merge, BY).other == pair[0]


def test_award_that_was_merged_while_its_document_was_built_is_issued_to_whom_it_belongs(
    yearly: Services, other: Services, pair: tuple[str, str]
) -> None:
    first, second = pair
    at_call(yearly, "_keep", lambda: other.merge_learners(second, first, BY))
    assert yearly.drain().credentials == 0
    assert yearly.all_credentials() == []
    later = yearly.clock() + timedelta(hours=1)
    yearly.clock = lambda: later
    assert yearly.drain().credentials == 1
    assert [view.learner_id for view in yearly.all_credentials()] == [second]
