"""Launches in the database: used once, however quick one is, forgotten when they are over, and never in clear."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from mimis_core import NotFoundError
from mimis_core.services import Placement, Services
from mimis_core.store.identity_tables import SignInRow
from mimis_core.store.launch_tables import LaunchRow, PlacementRow
from tests.filled_school import rows_of
from tests.school import Clock, HandSource, done, page, someone

ASKED = Placement(platform="school", deployment_id="3", return_url="https://lms.example/back", data="of the platform")


@pytest.fixture
def learner_id(school: Services) -> str:
    HandSource.pages = [page(done("course:1", someone("7")))]
    school.sync(full=True)
    ((learner, _),) = school.learners()
    return learner.id


def works(use: Callable[[str], object], token: str) -> bool:
    try:
        use(token)
    except NotFoundError:
        return False
    return True


def test_launch_comes_back_with_what_it_was_begun_for(school: Services) -> None:
    new = school.begin_launch("school")
    taken = school.take_launch(new.state)
    assert (taken.platform, taken.began_at) == ("school", school.clock())
    assert [school.asked_with(taken, nonce) for nonce in (new.nonce, new.state, "")] == [True, False, False]


def test_what_two_use_at_once_one_gets(school: Services) -> None:
    uses: list[tuple[Callable[[str], object], str]] = [
        (school.take_launch, school.begin_launch("school").state),
        (school.take_placement, school.begin_placement(ASKED)),
    ]
    with ThreadPoolExecutor(4) as pool:
        for use, token in uses:
            assert sorted(pool.map(lambda _, use=use, token=token: works(use, token), range(4))) == [False] * 3 + [True]


def test_what_nobody_came_back_for_is_forgotten(school: Services, clock: Clock, learner_id: str) -> None:
    for _ in range(2):
        school.begin_launch("school")
        school.begin_placement(ASKED)
        school.hand_over(learner_id)
        clock.forward(hours=2)
    with school.database.reading() as session:
        counts = [len(session.scalars(select(table)).all()) for table in (LaunchRow, PlacementRow, SignInRow)]
    assert counts == [1, 1, 1]


def test_handover_leaves_other_ways_in_alone(school: Services, clock: Clock, learner_id: str) -> None:
    code = school.make_slip(learner_id, "Test").code
    clock.forward(days=1)
    school.hand_over(learner_id)
    assert school.redeem_sign_in(code) == learner_id


def test_no_secret_of_a_launch_is_kept(school: Services, learner_id: str) -> None:
    new = school.begin_launch("school")
    secrets = [new.state, new.nonce, school.begin_placement(ASKED), school.hand_over(learner_id)]
    kept = repr(rows_of(school, school.organisation))
    assert [one for one in secrets if one in kept] == []


def test_learner_is_known_by_what_her_source_calls_her(school: Services, learner_id: str) -> None:
    known = [school.learner_known_as(*name) for name in (("hand", "7"), ("hand", "8"), ("other", "7"), ("hand", ""))]
    assert [one and one.id for one in known] == [learner_id, None, None, None]


def test_erased_learner_is_unknown(school: Services, learner_id: str) -> None:
    school.erase_learner(learner_id, "Test", "Begärt")
    assert school.learner_known_as("hand", "7") is None


def test_merged_learner_is_known_as_who_is_kept(school: Services, learner_id: str) -> None:
    HandSource.pages = [page(done("course:9", someone("9", email="asa7@demo.example")))]
    school.sync(full=True)
    other = next(one.id for one, _ in school.learners() if one.id != learner_id)
    school.merge_learners(learner_id, other, "Test")
    found = school.learner_known_as("hand", "9")
    assert found is not None
    assert found.id == learner_id
