"""Further names of a learner: kept, shown to those who may see her, and a hint that two rows are one person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from mimis_core import SourceLearner
from mimis_core.services import Services
from mimis_core.store.tables import AliasRow
from tests.school import HandSource, done, page, someone


def pull(school: Services, *people: SourceLearner) -> int:
    """Let the source give these people; gives the number of pairs that may be one person."""
    HandSource.pages = [page(*(done("course:1", one) for one in people))]
    return school.sync().same_person


def known(school: Services) -> list[dict[str, dict[str, str]]]:
    return list(school.aliases().values())


def asa(source: str, **changes: Any) -> SourceLearner:
    """The same name in each source, and an unverified address."""
    given: dict[str, Any] = {"full_name": "Åsa Öberg", "email": None, "aliases": {"username": "asa"}}
    return someone(**{"source": source, "key": f"{source}-1", **given, **changes})


def test_aliases_are_kept_and_follow_the_source(school: Services) -> None:
    for aliases in ({"username": "asa", "idnumber": "17"}, {"username": "asa.oberg"}):
        pull(school, someone(aliases=aliases))
        assert known(school) == [{"hand:1": aliases}]
    pull(school, someone())
    with school.database.transaction() as session:
        assert (known(school), session.query(AliasRow).count()) == ([], 0)


@pytest.mark.parametrize("number", ["19811218-9876", "8112189876", "user-811218-9876"])
def test_personal_number_is_dropped(school: Services, number: str) -> None:
    pull(school, someone(aliases={"idnumber": number, "username": "asa", "empty": "", "n" * 81: "x"}))
    assert known(school) == [{"hand:1": {"username": "asa"}}]


def test_aliases_of_protected_person_are_not_kept(school: Services) -> None:
    pull(school, someone(aliases={"username": "asa"}))
    pull(school, someone(aliases={"username": "asa"}, protected=True))
    with school.database.transaction() as session:
        assert (known(school), session.query(AliasRow).count()) == ([], 0)


def test_person_marked_later_is_not_shown(school: Services) -> None:
    pull(school, someone(aliases={"username": "asa"}))
    school.protect_learner(school.learners()[0][0].id, "Rektor")
    assert known(school) == []


def test_alias_is_not_readable_in_the_database(school: Services) -> None:
    pull(school, someone(aliases={"username": "asa"}))
    with school.database.engine.connect() as connection:
        (stored,) = connection.execute(text("select aliases from identity")).one()
        (key,) = connection.execute(text("select value_key from alias")).one()
    assert b"asa" not in stored
    assert len(key) == 64


def test_equal_alias_and_name_from_two_sources_is_proposed(school: Services) -> None:
    assert pull(school, asa("hand"), asa("other", aliases={"username": " ASA"})) == 1
    assert len(school.learners()) == 2


@pytest.mark.parametrize(
    "other",
    [
        asa("other", full_name="Åsa Ek"),
        asa("other", aliases={"username": "oberg"}),
        asa("other", aliases={"idnumber": "asa"}),
        asa("other", protected=True),
        asa("hand", key="hand-2"),
    ],
    ids=["another name", "another alias", "another kind of alias", "protected", "same source"],
)
def test_less_than_that_is_not_proposed(school: Services, other: SourceLearner) -> None:
    assert pull(school, asa("hand"), other) == 0


def test_pair_with_equal_address_too_is_proposed_once(school: Services) -> None:
    same = {"email": "asa@demo.example", "email_verified": True}
    assert pull(school, asa("hand", **same), asa("other", **same)) == 1
