"""Learners in Swedish order, by pages, found by their names, and never out of date."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from mimis_core import UserError
from mimis_core.services import Services, open_services
from mimis_core.services.directory import SEARCHES, Index
from mimis_core.services.swedish import search_key
from mimis_core.store.tables import LearnerRow, new_id

NAMES = ("Åsa Ek", "Zoe Ek", "Örjan Berg-Lind", "Adam Wik", "Eva Vik", "Élise Zetterlund")


def add(school: Services, *names: str) -> None:
    with school.database.transaction() as session:
        for name in names:
            given, _, family = name.partition(" ")
            session.add(
                LearnerRow(
                    id=new_id(), organisation="school", full_name=name, given_name=given, family_name=family or None
                )
            )


def rename(school: Services, old: str, **changes: object) -> None:
    with school.database.transaction() as session:
        row = next(row for row in session.scalars(select(LearnerRow)) if row.full_name == old)
        for name, value in changes.items():
            setattr(row, name, value)


def names(school: Services, search: str = "", limit: int = 2) -> list[str]:
    """All names of a search, page by page."""
    found, after = [], None
    while True:
        page = school.learner_page(search, after, limit)
        found += [one.full_name for one in page.learners]
        if (after := page.after) is None:
            assert len(found) == page.total
            return found


@pytest.fixture
def full(school: Services) -> Services:
    add(school, *NAMES)
    return school


@pytest.fixture
def neighbour(full: Services) -> Iterator[Services]:
    """Another process on the same database."""
    full.learner_page()
    with open_services(full.settings) as other:
        yield other


def test_pages_follow_family_names(full: Services) -> None:
    ordered = ["Örjan Berg-Lind", "Zoe Ek", "Åsa Ek", "Eva Vik", "Adam Wik", "Élise Zetterlund"]
    assert names(full) == names(full, limit=50) == ordered


@pytest.mark.parametrize(
    ("search", "found"),
    [("ek", ["Zoe Ek", "Åsa Ek"]), ("å", ["Åsa Ek"]), ("ELI", ["Élise Zetterlund"]), ("lind ör", ["Örjan Berg-Lind"]),
     ("a e", ["Zoe Ek"][:0]), ("ida", [])],
)  # fmt: skip
def test_search_finds_beginnings_of_words(full: Services, search: str, found: list[str]) -> None:
    assert names(full, search) == found


@pytest.mark.parametrize("changes", [{"full_name": "Bo Ny", "given_name": "Bo", "family_name": "Ny"}])
def test_change_of_another_process_shows(full: Services, neighbour: Services, changes: dict[str, str]) -> None:
    rename(neighbour, "Åsa Ek", **changes)
    add(neighbour, "Cai Dal")
    assert (names(full, "åsa"), names(full, "ny"), names(full, "dal")) == ([], ["Bo Ny"], ["Cai Dal"])


def test_protected_learner_leaves_and_comes_back(full: Services, neighbour: Services) -> None:
    rename(neighbour, "Eva Vik", protected=True)
    assert names(full, "vik") == []
    rename(neighbour, "Eva Vik", protected=False)
    assert names(full, "vik") == ["Eva Vik"]


def test_removed_learner_leaves(full: Services, neighbour: Services) -> None:
    with neighbour.database.transaction() as session:
        session.delete(next(row for row in session.scalars(select(LearnerRow)) if row.full_name == "Eva Vik"))
    assert "Eva Vik" not in names(full)


def test_unchanged_learners_are_not_read_again(full: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    full.learner_page()
    monkeypatch.setattr(full, "_build_index", lambda session: pytest.fail("built anew"))
    rename(full, "Åsa Ek", given_name="Ása")
    assert len(names(full)) == len(NAMES)


def test_change_that_nobody_could_follow_is_refused(full: Services) -> None:
    with pytest.raises(RuntimeError, match="one by one"), full.database.transaction() as session:
        session.execute(update(LearnerRow).values(protected=True))


def test_page_that_is_gone_is_told(full: Services) -> None:
    with pytest.raises(UserError, match="has changed"):
        full.learner_page(after="nobody")


def test_learners_of_another_organisation_are_not_seen(full: Services) -> None:
    with full.database.transaction() as session:
        session.add(LearnerRow(organisation="another", full_name="Åsa Annan"))
    assert names(full, "annan") == []


people = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.text("aåöw ", max_size=6), max_size=12)


@given(people, people, st.lists(st.text("abc", min_size=1, max_size=2)))
def test_index_that_followed_equals_one_made_anew(
    before: dict[str, str], after: dict[str, str], gone: list[str]
) -> None:
    followed, anew = Index(), Index()
    followed.fill(map(placed, before.items()))
    for one in after.items():
        followed.put(*placed(one))
    for one_id in gone:
        followed.drop(one_id)
    anew.fill(placed(one) for one in {**before, **after}.items() if one[0] not in gone)
    assert (followed.entries, followed.words, followed.of) == (anew.entries, anew.words, anew.of)


def placed(person: tuple[str, str]) -> tuple[str, tuple[bytes, str], frozenset[bytes]]:
    learner_id, name = person
    return learner_id, (name.encode(), learner_id), frozenset(search_key(name))


def test_searches_that_are_kept_are_bounded() -> None:
    index = Index()
    for number in range(5 * SEARCHES):
        index.page(f"{number}", None, 5)
    assert len(index.searches) <= SEARCHES
