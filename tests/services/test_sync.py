"""Pull, match, decide: totals that add up, nothing doubled, nothing guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from mimis_core import (
    AwardState,
    CompletionKind,
    ConfigurationError,
    NotFoundError,
    PermanentError,
    SetAside,
    TemporaryError,
    UserError,
    Withdrawal,
)
from mimis_core.services import Services, open_services
from mimis_core.services.intake import holds_personal_number
from tests.school import NOW, HandPlugin, HandSource, done, page, someone


def test_rule_awards_without_teacher(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    report = school.sync()
    assert (report.pulled, report.used, report.awards, report.proposed) == (1, 1, 1, 0)
    assert [award["state"] for award in school.awards()] == ["approved"]


def test_what_a_supervisor_attested_waits_for_a_teacher(school: Services) -> None:
    HandSource.pages = [page(done("course:1", kind=CompletionKind.ATTESTATION))]
    assert (school.sync().proposed, [award["state"] for award in school.awards()]) == (1, ["proposed"])


def test_sync_beside_another_doubles_nothing(
    school: Services, postgres: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if postgres is None:
        pytest.skip("SQLite lets one sync write at a time, so there is no other beside it.")
    HandSource.pages = [page(done("course:1"))]
    with open_services(school.settings) as other:
        other.plugins.manager.register(HandPlugin(), "hand")
        whole, others = school._add_learners, [other]
        monkeypatch.setattr(school, "_add_learners", lambda *new: (others and others.pop().sync(), whole(*new)))
        assert (school.sync().errors, others, len(school.awards())) == ((), [], 1)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("clashes", "told"), [(2, 0), (3, 1)])
def test_clash_is_tried_again_then_told(
    school: Services, monkeypatch: pytest.MonkeyPatch, clashes: int, told: int, dry_run: bool
) -> None:
    HandSource.pages = [page(done("course:1"))]
    whole, left = school._add_learners, [IntegrityError("INSERT", {}, Exception()) for _ in range(clashes)]

    def clash(*new: Any) -> None:
        whole(*new)
        if left:
            raise left.pop()

    monkeypatch.setattr(school, "_add_learners", clash)
    report = school.sync(dry_run=dry_run)
    assert (len(report.errors), report.awards, len(school.learners())) == (
        told,
        1 - told,
        int(not told and not dry_run),
    )


def test_entry_without_rule_waits_for_teacher(school: Services) -> None:
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    assert school.sync().proposed == 1
    assert school.drain().credentials == 0


def test_half_of_requirements_is_waiting(school: Services) -> None:
    HandSource.pages = [page(done("course:2"), done("course:99"))]
    report = school.sync()
    assert (report.waiting, report.unmatched, report.awards) == (1, 1, 0)


def test_second_sync_does_nothing_new(school: Services) -> None:
    HandSource.pages = [page(done("course:1"), done("course:2"), done("course:3"))]
    first = school.sync()
    school.drain()
    second = school.sync()
    assert (second.pulled, second.awards) == (first.pulled, 0)
    assert school.drain().credentials == 0


def test_dry_run_counts_and_writes_nothing(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    assert school.sync(dry_run=True).awards == 1
    assert school.awards() == []
    assert school.learners() == []


def test_unanswered_privacy_stops_sync(school: Services) -> None:
    school.settings = school.settings.model_copy(
        update={"privacy": school.settings.privacy.model_copy(update={"protected": None})}
    )
    with pytest.raises(ConfigurationError, match="skyddade personuppgifter"):
        school.sync()


def test_protected_learner_is_set_aside(school: Services) -> None:
    HandSource.pages = [page(done("course:1", someone("7", protected=True)))]
    report = school.sync()
    assert (report.set_aside, report.awards, report.adds_up) == (1, 0, True)
    assert [learner.full_name for learner, _ in school.learners()] == ["Skyddad person"]


def test_mark_stays_when_source_forgets_it(school: Services) -> None:
    HandSource.pages = [page(done("course:1", someone("7", protected=True)))]
    school.sync()
    HandSource.pages = [page(done("course:1", someone("7")))]
    assert school.sync().awards == 0


def test_personal_number_as_id_is_refused(school: Services) -> None:
    HandSource.pages = [page(done("course:1", someone("19811218-9876")))]
    report = school.sync()
    assert (report.refused, report.awards, report.adds_up) == (1, 0, True)
    assert school.learners() == []


def test_record_refused_on_one_page_and_given_on_the_next_adds_up(school: Services) -> None:
    refused, good = (done("course:1", someone(key)).model_copy(update={"key": "one"}) for key in ("19811218-9876", "7"))
    HandSource.pages = [page(refused), page(good)]
    report = school.sync()
    assert (report.pulled, report.refused, report.used, report.adds_up) == (2, 1, 1, True)


@pytest.mark.parametrize("error", [TemporaryError("down"), PermanentError("no"), UserError("key")])
def test_failing_source_is_named_and_rest_stays(school: Services, error: Exception) -> None:
    HandSource.pages = [page(done("course:1")), error]  # type: ignore[list-item]  # the parametrized ones are MimisErrors
    report = school.sync()
    assert (report.awards, len(report.errors)) == (1, 1)
    assert report.errors[0].startswith("hand: ")


def test_set_aside_is_counted_once_per_key(school: Services) -> None:
    item = SetAside(source="hand", key="course:2/user:9", reason="usernotenroled", message="Not enrolled any more.")
    HandSource.pages = [page(set_aside=(item,))]
    assert [school.sync().set_aside for _ in range(2)] == [1, 1]


def test_unknown_source_is_told(school: Services) -> None:
    with pytest.raises(NotFoundError, match="Configured are: hand"):
        school.sync(["moodel"])


def test_same_person_is_proposed_not_merged(school: Services) -> None:
    twice = [someone(key, full_name="Åsa Öberg", email="asa@demo.example") for key in ("1", "2")]
    HandSource.pages = [page(*(done("course:1", one) for one in twice))]
    assert school.sync().same_person == 1
    assert len(school.learners()) == 2


def test_unverified_address_proposes_nothing(school: Services) -> None:
    twice = [someone(key, full_name="Åsa Öberg", email="a@demo.example", email_verified=False) for key in ("1", "2")]
    HandSource.pages = [page(*(done("course:1", one) for one in twice))]
    assert school.sync().same_person == 0


def test_completion_reset_later_keeps_award(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    HandSource.pages = [page()]
    school.sync()
    assert [award["state"] for award in school.awards()] == ["approved"]


def test_rejected_award_is_not_proposed_again(school: Services) -> None:
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    school.sync()
    school.decide_award(school.awards()[0]["id"], approve=False, by="Lärare", reason="underlag saknas")
    assert school.sync().awards == 0
    assert [award["state"] for award in school.awards()] == ["rejected"]


def test_approved_award_cannot_be_rejected(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    with pytest.raises(UserError, match="Revoke"):
        school.decide_award(school.awards(AwardState.APPROVED)[0]["id"], approve=False, by="Lärare")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picks=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), max_size=12))
def test_totals_always_add_up(school: Services, picks: list[tuple[int, int]]) -> None:
    unique = dict.fromkeys(picks)
    HandSource.pages = [page(*(done(f"course:{course}", someone(str(who))) for course, who in unique))]
    report = school.sync()
    assert report.adds_up
    assert report.pulled == len(unique)


@pytest.mark.parametrize("text", ["19811218-9876", "811218-9876", "8112189876", "701063-2391", "user 811218-9876 x"])
def test_personal_numbers_are_seen(text: str) -> None:
    assert holds_personal_number(text)


UUID = "6f9e4550-8112-4189-8760-8112189876aa"
"""A random one, but for the ten digits at its end, which have the form of a personal number."""


@pytest.mark.parametrize("text", [UUID, "811218-9877", "1234567890", "user:42", "20261124", "a" * 12, "99999999999999"])
def test_other_ids_are_let_through(text: str) -> None:
    assert not holds_personal_number(text)


def test_undated_completion_keeps_the_day_of_its_first_pull(school: Services) -> None:
    for day in (1, 2):
        HandSource.pages = [page(done("course:1", completed_at=NOW + timedelta(days=day), dated=False))]
        report = school.sync(full=True)
    assert (report.reviews, school.awards()[0]["completed_at"]) == (0, (NOW + timedelta(days=1)).isoformat())


def test_set_aside_records_are_shown_with_reason(school: Services) -> None:
    item = SetAside(source="hand", key="course:2/user:9", reason="usernotenroled", message="Not enrolled any more.")
    HandSource.pages = [page(done("course:1", someone("7", protected=True)), set_aside=(item,))]
    school.sync()
    assert [(one["reason"], "Öberg" in str(one)) for one in school.set_aside_records()] == [
        ("usernotenroled", False),
        ("protected", False),
    ]


def test_same_record_set_aside_twice_in_a_page_is_one(school: Services) -> None:
    item = SetAside(source="hand", key="course:2/user:9", reason="left", message="Enrol her.")
    HandSource.pages = [page(set_aside=(item, item))]
    report = school.sync()
    assert (report.errors, report.set_aside, report.adds_up) == ((), 1, True)


def test_record_that_moves_to_the_next_page_is_counted_once(school: Services) -> None:
    item = SetAside(source="hand", key="course:2/user:9", reason="left", message="Enrol her.")
    HandSource.pages = [page(done("course:1"), set_aside=(item,)), page(done("course:1"), set_aside=(item,))]
    report = school.sync()
    assert (report.pulled, report.used, report.set_aside, report.adds_up) == (2, 1, 1, True)


@pytest.mark.parametrize("key", ["a" * 201, "a\0b"], ids=["too long", "with a NUL"])
def test_record_that_no_database_can_hold_is_set_aside(school: Services, key: str) -> None:
    HandSource.pages = [page(done("course:1", someone(key)), done("course:1"))]
    report = school.sync()
    assert (report.errors, report.set_aside, report.used, report.adds_up) == ((), 1, 1, True)
    assert [(one["reason"], key in str(one)) for one in school.set_aside_records()] == [("not-storable", False)]


@pytest.mark.parametrize("key", ["a" * 301, "a\0b"], ids=["too long", "with a NUL"])
def test_whatever_a_source_sets_aside_or_takes_back_is_kept(school: Services, key: str) -> None:
    item = SetAside(source="hand", key=key, reason="r" * 101, message="m\0" * 600)
    gone = Withdrawal(source="hand", key=key, reason="left", message="Gone.")
    HandSource.pages = [page(set_aside=(item,), withdrawn=(gone,))]
    assert [(one.errors, one.set_aside) for one in (school.sync(), school.sync())] == [((), 1)] * 2


def test_page_may_be_larger_than_what_a_database_takes_at_once(
    school: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimis_core.services.base.VALUES_AT_ONCE", 2)
    people = [someone(str(number)) for number in range(5)]
    aside = tuple(SetAside(source="hand", key=f"aside/{n}", reason="left", message="Enrol her.") for n in range(5))
    gone = tuple(Withdrawal(source="hand", key=f"course:9/{n}", reason="left", message="Gone.") for n in range(5))
    HandSource.pages = [
        page(*(done(module, one) for one in people for module in ("course:1", "course:9")), set_aside=aside),
        page(withdrawn=gone),
    ]
    reports = [school.sync() for _ in range(2)]
    assert [(one.used, one.set_aside, one.adds_up) for one in reports] == [(5, 10, True)] * 2
    HandSource.pages = [page(*(done("aside", one) for one in people))]
    assert (school.sync().unmatched, len(school.set_aside_records())) == (5, 5)


def test_forty_thousand_rows_set_aside_at_once_are_taken(school: Services) -> None:
    aside = [SetAside(source="hand", key=f"{n}", reason="left", message="Enrol her.") for n in range(40_000)]
    HandSource.pages = [page(set_aside=tuple(aside))]
    assert school.sync().set_aside == 40_000
