"""Merging: two learners become one, and an undo gives back exactly what was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mimis_core import AwardState, NotFoundError, UserError
from mimis_core.services import Services, ShareOrder
from mimis_core.services.learner_tables import models, table_of
from mimis_core.store.record_tables import ActorRow, AuditHeadRow, MergeRow
from mimis_core.store.tables import AuditRow, AwardRow, CompletionRow, CredentialRow, IdentityRow, LearnerRow
from tests.school import HandSource, done, page, someone
from tests.services.test_erasure import organised

UNTOUCHED = {AuditRow, AuditHeadRow, ActorRow, MergeRow}
"""What a merge writes about itself."""
A, B = someone("1"), someone("2", full_name="Åsa Öberg 1", email="asa1@demo.example")
BY = "Rektor Ek"


def everything(school: Services) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but for what records the merge, and marks of who changed last."""
    found = {}
    with school.database.transaction() as session:
        for model in models():
            table = table_of(model)
            if model in UNTOUCHED or table.name == "state":
                continue
            rows = [dict(row._mapping) for row in session.execute(select(table).order_by(table.c.id))]
            found[table.name] = [{k: v for k, v in row.items() if k != "revision"} for row in rows]
    return found


def ids(school: Services) -> dict[str, str]:
    """Learner ids by their key in the source."""
    with school.database.transaction() as session:
        return {row.key: row.learner_id for row in session.scalars(select(IdentityRow))}


def take(school: Services, *completions: Any) -> None:
    HandSource.pages = [page(*completions)]
    school.sync()


@pytest.fixture
def pair(yearly: Services) -> tuple[str, str]:
    """Two learners: one with an issued credential and a share of it, one with half of another achievement."""
    take(yearly, done("course:1", A), done("course:2", B))
    yearly.drain()
    (view,) = yearly.all_credentials()
    order = ShareOrder(credential_ids=(view.id,), purpose="Ansökan", until=yearly.clock().date())
    yearly.create_share(view.learner_id, order)
    known = ids(yearly)
    return known["1"], known["2"]


def test_all_of_the_other_moves(yearly: Services, pair: tuple[str, str]) -> None:
    one, two = pair
    yearly.merge_learners(two, one, BY)
    assert ids(yearly) == {"1": two, "2": two}
    assert [view.learner_id for view in yearly.all_credentials()] == [two]
    assert len(yearly.shares_of(two)) == 1
    with pytest.raises(NotFoundError):
        yearly.learner(one)


def test_share_goes_on_showing_after_a_merge(yearly: Services, pair: tuple[str, str]) -> None:
    one, two = pair
    token = yearly.shares_of(one)[0].url.rpartition("/")[2]
    yearly.merge_learners(two, one, BY)
    assert len(yearly.open_share(token, "link").credentials) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_undo_gives_back_exactly_what_was(yearly: Services, pair: tuple[str, str], first: int) -> None:
    before = everything(yearly)
    merge = yearly.merge_learners(pair[first], pair[1 - first], BY)
    assert everything(yearly) != before
    assert yearly.unmerge_learners(merge, BY).look_at == ()
    assert everything(yearly) == before


def test_two_halves_make_a_whole_and_undo_asks_a_person(yearly: Services) -> None:
    take(yearly, done("course:2", A), done("course:3", B))
    known = ids(yearly)
    merge = yearly.merge_learners(known["1"], known["2"], BY)
    yearly.sync(full=True)
    (award,) = yearly.awards(AwardState.PROPOSED)
    assert yearly.unmerge_learners(merge, BY).look_at == (award["id"],)


def test_what_the_others_source_gave_meanwhile_goes_with_her(yearly: Services, pair: tuple[str, str]) -> None:
    one, two = pair
    merge = yearly.merge_learners(one, two, BY)
    take(yearly, done("course:9", B))
    yearly.unmerge_learners(merge, BY)
    with yearly.database.transaction() as session:
        new = session.scalars(select(CompletionRow).where(CompletionRow.key == "course:9/2")).one()
        assert new.learner_id == two


def test_two_live_credentials_are_a_persons_to_settle(yearly: Services) -> None:
    take(yearly, done("course:1", A), done("course:1", B))
    yearly.drain()
    known = ids(yearly)
    before = everything(yearly)
    with pytest.raises(UserError, match="only one") as refused:
        yearly.merge_learners(known["1"], known["2"], BY)
    assert (refused.value.code, everything(yearly)) == ("two-open", before)
    (gone,) = [view for view in yearly.all_credentials() if view.learner_id == known["1"]]
    yearly.revoke_credential(gone.id, "Dubblett", BY)
    yearly.merge_learners(known["1"], known["2"], BY)
    with yearly.database.transaction() as session:
        live = [row.live_key for row in session.scalars(select(CredentialRow)) if row.live_key]
        assert live == [f"{known['1']}:digitala-arbetsmiljoer@1"]


def test_credential_can_be_renewed_after_a_merge(yearly: Services) -> None:
    take(yearly, done("course:1", A), done("course:1", B))
    yearly.drain()
    known = ids(yearly)
    gone, kept = sorted(yearly.all_credentials(), key=lambda view: view.learner_id != known["1"])
    yearly.revoke_credential(gone.id, "Dubblett", BY)
    yearly.merge_learners(known["1"], known["2"], BY)
    yearly.renew_credential(kept.id, BY)
    assert yearly.drain().credentials == 1
    assert yearly.credential(known["1"], kept.id).replaced_by is not None


def test_protected_and_unprotected_are_not_merged(yearly: Services, pair: tuple[str, str]) -> None:
    yearly.protect_learner(pair[0], BY)
    with pytest.raises(UserError, match="protected"):
        yearly.merge_learners(*pair, BY)


def test_nobody_is_merged_with_herself(yearly: Services, pair: tuple[str, str]) -> None:
    with pytest.raises(UserError, match="herself"):
        yearly.merge_learners(pair[0], pair[0], BY)


def test_merges_are_undone_in_their_order(yearly: Services, pair: tuple[str, str]) -> None:
    third = someone("3")
    take(yearly, done("course:3", third))
    before = everything(yearly)
    first = yearly.merge_learners(*pair, BY)
    second = yearly.merge_learners(ids(yearly)["3"], pair[0], BY)
    with pytest.raises(UserError, match="that one first"):
        yearly.unmerge_learners(first, BY)
    for merge in (second, first):
        yearly.unmerge_learners(merge, BY)
    assert everything(yearly) == before
    with pytest.raises(UserError, match="undone already"):
        yearly.unmerge_learners(first, BY)
    assert [row["undone_at"] is not None for row in yearly.merges()] == [True, True]


def test_merge_is_recorded_by_ids(yearly: Services, pair: tuple[str, str]) -> None:
    merge = yearly.merge_learners(*pair, BY)
    (row,) = [row for row in yearly.audit_of(pair[0]) if row["action"] == "learner.merge"]
    assert (row["name"], row["details"]) == (BY, {"other": pair[1], "merge": merge})


STATES = st.lists(
    st.tuples(st.sampled_from(["course:1", "course:2", "course:3", "course:9"]), st.sampled_from(["1", "2"])),
    min_size=1,
    max_size=8,
)


@given(STATES, st.booleans(), st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_merge_then_undo_is_nothing(yearly: Services, given_: list[tuple[str, str]], revoke: bool, turn: bool) -> None:
    people = {"1": A, "2": B}
    take(yearly, done("course:9", A), done("course:9", B), *(done(module, people[key]) for module, key in set(given_)))
    yearly.drain()
    for view in yearly.all_credentials() if revoke else []:
        if view.learner_id == ids(yearly)["1"] and view.status.status == "active":
            yearly.revoke_credential(view.id, "Fel", BY)
    known = ids(yearly)
    one, two = (known["2"], known["1"]) if turn else (known["1"], known["2"])
    before = everything(yearly)
    try:
        merge = yearly.merge_learners(one, two, BY)
    except UserError:
        # Both have something open about one achievement: nothing was done, as stands below.
        event("refused")
    else:
        event("merged")
        with yearly.database.transaction() as session:
            assert session.get(LearnerRow, two) is None
            rounds = [(row.achievement_id, row.round) for row in session.scalars(select(AwardRow))]
            assert len(rounds) == len(set(rounds))
        yearly.unmerge_learners(merge, BY)
    assert everything(yearly) == before


@pytest.fixture
def two_halves(yearly: Services) -> tuple[str, str]:
    """Two learners who have completed something and hold nothing."""
    take(yearly, done("course:2", A), done("course:9", B))
    known = ids(yearly)
    return known["1"], known["2"]


@pytest.mark.parametrize("by_source", [False, True])
def test_undo_keeps_a_mark_of_protection_that_came_meanwhile(
    yearly: Services, two_halves: tuple[str, str], by_source: bool
) -> None:
    merge = yearly.merge_learners(*two_halves, BY)
    if by_source:
        take(yearly, done("course:9", B.model_copy(update={"protected": True})))
    else:
        yearly.protect_learner(two_halves[0], BY)
    yearly.unmerge_learners(merge, BY)
    assert [yearly.learner(one).protected for one in two_halves] == [True, True]


def test_undo_does_not_bring_an_erased_address_back(yearly: Services, two_halves: tuple[str, str]) -> None:
    merge = yearly.merge_learners(*two_halves, BY)
    organised(yearly, public_body=True)
    yearly.erase_learner(two_halves[0], BY, "Hon har bett om det.")
    with yearly.database.transaction() as session:
        assert "asa1@demo.example" not in session.get_one(MergeRow, merge).before
    yearly.unmerge_learners(merge, BY)
    assert [yearly.learner(one).email for one in two_halves] == [None, None]


@pytest.mark.parametrize("who", [0, 1], ids=["keep", "other"])
@pytest.mark.parametrize("public", [False, True], ids=["all", "contacts"])
def test_who_was_erased_is_merged_with_nobody(
    yearly: Services, two_halves: tuple[str, str], who: int, public: bool
) -> None:
    organised(yearly, public_body=public)
    yearly.erase_learner(two_halves[who], BY, "Hon har bett om det.")
    if not public:
        yearly.protect_learner(two_halves[1 - who], BY)
    before = everything(yearly)
    with pytest.raises(UserError, match="was erased") as refused:
        yearly.merge_learners(*two_halves, BY)
    assert (refused.value.code, everything(yearly)) == ("erased", before)


def test_two_who_are_protected_stay_protected(yearly: Services, two_halves: tuple[str, str]) -> None:
    for one in two_halves:
        yearly.protect_learner(one, BY)
    merge = yearly.merge_learners(*two_halves, BY)
    assert yearly.learner(two_halves[0]).protected
    yearly.unmerge_learners(merge, BY)
    assert [yearly.learner(one).protected for one in two_halves] == [True, True]
