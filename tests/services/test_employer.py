"""What an employer has taken in: a list in parts and pages, each found by its key."""

from __future__ import annotations

import pytest

from mimis_core import NotFoundError
from mimis_core.services import ImportedShare, ImportLine, Services
from tests.school import Clock


def save(employer: Services, number: int, state: str = "ask") -> None:
    employer.save_import(ImportedShare.model_validate({"key": f"k{number}", "issuer": "x", "state": state}))


def keys(employer: Services, **asked: object) -> list[str]:
    """Keys on one page."""
    return [line.share.key for line in employer.import_page(**asked).lines]  # type: ignore[arg-type]  # as asked


def test_newest_comes_first_and_every_one_is_on_one_page(school: Services, clock: Clock) -> None:
    for number in range(120):
        if number % 7:  # some come in the same moment
            clock.forward(seconds=1)
        save(school, number)
    found: list[ImportLine] = []
    after = None
    while True:
        page = school.import_page(after=after)
        found += page.lines
        after = page.after
        if after is None:
            break
    assert sorted(line.share.key for line in found) == sorted(f"k{number}" for number in range(120))
    times = [line.at for line in found]
    assert times == sorted(times, reverse=True)


def test_full_last_page_leads_nowhere(school: Services) -> None:
    for number in range(50):
        save(school, number)
    assert school.import_page().after is None


def test_parts_are_counted_and_shown_by_state(school: Services) -> None:
    for number, state in enumerate(("ask", "written", "ask", "withdrawn")):
        save(school, number, state)
    assert school.count_imports() == {"ask": 2, "written": 1, "withdrawn": 1}
    assert sorted(keys(school, states=("ask",))) == ["k0", "k2"]


def test_what_changes_keeps_its_place(school: Services, clock: Clock) -> None:
    save(school, 1)
    clock.forward(seconds=1)
    save(school, 2)
    clock.forward(seconds=1)
    save(school, 1, "written")
    assert keys(school) == ["k2", "k1"]
    line = school.import_of("k1")
    assert school.import_line(line.id) == line


def test_unknown_one_is_not_found(school: Services) -> None:
    for ask in (school.import_line, school.import_of, lambda key: school.import_page(after=key)):
        with pytest.raises(NotFoundError):
            ask("unknown")
