"""Undoing a merge after life has gone on: each of the two gets what is hers, and sees nothing of the other's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import SourceLearner
from mimis_core.services import CredentialView, Services, ShareOrder
from mimis_core.store.tables import CredentialRow, DeliveryRow, MessageRow, PermissionRow
from tests.school import Clock, done, someone
from tests.services.test_merging import BY, ids, take
from tests.services.test_renewals import recomplete
from tests.services.test_reviews import gone, pull

A = someone("1", full_name="Anna Ek", given_name="Anna", email="anna@demo.example")
B = someone("2", full_name="Bo Alm", given_name="Bo", email="bo@demo.example")


@pytest.fixture
def two(yearly: Services) -> tuple[str, str]:
    """Two learners; the second holds a credential."""
    take(yearly, done("course:2", A), done("course:1", B))
    yearly.drain()
    known = ids(yearly)
    return known["1"], known["2"]


def names(school: Services, two: tuple[str, str]) -> list[tuple[str, str | None]]:
    return [(one.full_name, one.email) for one in map(school.learner, two)]


def renamed(learner: SourceLearner, **changes: Any) -> SourceLearner:
    return learner.model_copy(update=changes)


def share(school: Services, learner: str, *credentials: str) -> str:
    """The token of a link to these credentials."""
    order = ShareOrder(credential_ids=credentials, purpose="Ansökan", until=school.clock().date())
    return school.create_share(learner, order).url.rpartition("/")[2]


def test_what_a_source_said_since_stays_with_its_own(yearly: Services, two: tuple[str, str], clock: Clock) -> None:
    merge = yearly.merge_learners(*two, BY)
    clock.forward(days=1)
    take(yearly, done("course:2", renamed(A, full_name="Anna Ek Berg", email="anna.berg@demo.example")))
    take(yearly, done("course:1", renamed(B, email="bo.alm@demo.example")))
    yearly.unmerge_learners(merge, BY)
    assert names(yearly, two) == [("Anna Ek Berg", "anna.berg@demo.example"), ("Bo Alm", "bo.alm@demo.example")]
    yearly.send_sign_in_link("anna.berg@demo.example")
    with yearly.database.transaction() as session:
        assert [row.learner_id for row in session.scalars(select(MessageRow)) if "Logga in" in row.subject] == [two[0]]


def test_address_that_the_merge_gave_goes_back(yearly: Services) -> None:
    take(yearly, done("course:2", renamed(A, email=None, email_verified=False)), done("course:9", B))
    known = ids(yearly)
    two = known["1"], known["2"]
    merge = yearly.merge_learners(*two, BY)
    assert yearly.learner(two[0]).email == "bo@demo.example"
    yearly.unmerge_learners(merge, BY)
    assert names(yearly, two) == [("Anna Ek", None), ("Bo Alm", "bo@demo.example")]


def credential_of(school: Services, learner: str) -> CredentialView:
    (view,) = [one for one in school.credentials_of(learner) if one.status.status == "active"]
    return view


def owners(school: Services) -> set[tuple[str, str | None]]:
    with school.database.transaction() as session:
        rows = session.scalars(select(CredentialRow)).all()
        return {(row.learner_id, row.live_key and row.live_key.partition(":")[0]) for row in rows}


def test_correction_made_meanwhile_is_hers(yearly: Services, two: tuple[str, str]) -> None:
    merge = yearly.merge_learners(*two, BY)
    yearly.reissue_credential(credential_of(yearly, two[0]).id, "Fel namn.", BY)
    yearly.unmerge_learners(merge, BY)
    assert owners(yearly) == {(two[1], two[1]), (two[1], None)}


def test_renewal_made_meanwhile_is_hers_and_looked_at(yearly: Services, two: tuple[str, str], clock: Clock) -> None:
    merge = yearly.merge_learners(*two, BY)
    clock.forward(days=330)
    recomplete(yearly, clock, learner=B)
    (newest,) = [one["id"] for one in yearly.awards() if one["round"] == 2]
    assert yearly.unmerge_learners(merge, BY).look_at == (newest,)
    assert owners(yearly) == {(two[1], two[1]), (two[1], None)}
    assert [(one["learner"], one["round"]) for one in yearly.awards()] == [(two[1], 2), (two[1], 1)]


def test_delivery_permitted_meanwhile_is_hers(yearly: Services, two: tuple[str, str]) -> None:
    merge = yearly.merge_learners(*two, BY)
    yearly.request_delivery(two[0], credential_of(yearly, two[0]).id, "europass", "bo@demo.example")
    yearly.unmerge_learners(merge, BY)
    with yearly.database.transaction() as session:
        assert set(session.scalars(select(DeliveryRow.learner_id))) == {two[1]}
        assert set(session.scalars(select(PermissionRow.learner_id))) == {two[1]}


def test_no_share_shows_what_is_the_others(yearly: Services, two: tuple[str, str]) -> None:
    take(yearly, done("course:3", A))
    (award,) = [one for one in yearly.awards() if one["state"] == "proposed"]
    yearly.decide_award(award["id"], approve=True, by=BY)
    yearly.drain()
    mine, hers = credential_of(yearly, two[0]), credential_of(yearly, two[1])
    merge = yearly.merge_learners(*two, BY)
    both, alone = share(yearly, two[0], mine.id, hers.id), share(yearly, two[0], hers.id)
    undone = yearly.unmerge_learners(merge, BY)
    assert [one.view.id for one in yearly.open_share(both, "link").credentials] == [mine.id]
    assert yearly.share_state(alone) == "withdrawn"
    assert len(undone.withdrawn) == 1


def test_appeal_and_departure_made_meanwhile_are_hers(yearly: Services, two: tuple[str, str]) -> None:
    merge = yearly.merge_learners(*two, BY)
    yearly.appeal(two[0], "Fel datum.", credential_id=credential_of(yearly, two[0]).id)
    pull(yearly, departed=(gone("2"),))
    yearly.unmerge_learners(merge, BY)
    assert [yearly.appeals()[0]["learner"], yearly.reviews()[0]["learner"]] == [two[1], two[1]]
