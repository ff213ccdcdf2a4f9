"""What answers become: a completion with a statement, and a proposal that the teacher decides on."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mimis_core import Completion, CompletionKind, NotFoundError, UserError
from mimis_core.services import Answers, AwardView, OutcomeAnswer, Services
from mimis_core.services.attestation_views import OutcomeSeen
from mimis_core.services.attested import completion_of
from mimis_core.store.tables import AwardRow, CompletionRow, IdentityRow
from tests.school import Clock, HandSource, done, page, someone
from tests.services.attesting import ENTRY, TEACHER, answer, ask, enrol, facts, fill_in, token_of
from tests.services.workers import colleague

RULED = "digitala-arbetsmiljoer"
"""The entry that is awarded by rule."""


@pytest.fixture
def learner(school: Services) -> str:
    return enrol(school)


def rounds(school: Services) -> list[AwardRow]:
    with school.database.transaction() as session:
        found = session.query(AwardRow).order_by(AwardRow.achievement_id, AwardRow.round).all()
        session.expunge_all()
        return found


def only(school: Services) -> AwardView:
    (row,) = rounds(school)
    return school.award(row.id)


def answered(school: Services) -> list[CompletionRow]:
    with school.database.transaction() as session:
        found = session.query(CompletionRow).filter_by(source="attestation").all()
        session.expunge_all()
        return found


def test_whole_answer_is_a_proposal_with_all_that_was_said(school: Services, learner: str) -> None:
    link = ask(school, learner)
    answer(school, link, "yes")
    view = only(school)
    (one,) = view.evidence
    assert (view.line.state, view.line.achievement, one.kind) == ("proposed", f"{ENTRY}@1", CompletionKind.ATTESTATION)
    assert (one.source, one.key, one.module) == ("attestation", link.attestation_id, f"achievement:{ENTRY}")
    assert (one.by, one.place, one.hours) == ("Petra Sjö, receptionschef", "Hotell Demo", 180)
    assert (one.started_at, one.completed_at) == (
        datetime(2026, 10, 5, 12, tzinfo=UTC),
        datetime(2026, 11, 13, 12, tzinfo=UTC),
    )
    assert one.evidence == "Alla läranderesultat är intygade."


def test_statement_says_what_is_attested_and_by_whom(school: Services, learner: str) -> None:
    answer(school, ask(school, learner), "yes", "partly", "yes")
    (one,) = only(school).evidence
    assert one.document is not None
    text = base64.b64decode(one.document.content or "").decode()
    entry = school.catalogue.get(ENTRY)
    assert entry is not None
    said = [f"- {outcome.title['sv']}" in text for outcome in entry.outcomes]
    assert said[:3] == [True, False, True]
    for words in ("Åsa Öberg 1", "Hotell Demo", "Känner personen.", "Petra Sjö, receptionschef, 2026-11-24"):
        assert words in text


def test_partial_answer_is_a_proposal_that_names_what_is_missing(school: Services, learner: str) -> None:
    answer(school, ask(school, learner), "yes", "partly", "yes")
    (one,) = only(school).evidence
    assert "Inte intygade: 2." in (one.evidence or "")
    assert one.module.startswith(f"achievement:{ENTRY}#1,3")


def test_answer_that_attests_nothing_proposes_nothing(school: Services, learner: str) -> None:
    link = ask(school, learner)
    answer(school, link, "unseen")
    shown = school.attestation(link.attestation_id)
    assert (rounds(school), answered(school), shown.state) == ([], [], "answered")
    assert len(shown.missing) == len(shown.outcomes)


@pytest.mark.parametrize("kind", ["attestation", "validation"])
def test_rule_never_decides_on_an_answer(school: Services, learner: str, kind: str) -> None:
    answer(school, ask(school, learner, achievement_id=RULED, kind=kind), "yes")
    school.sync(full=True)
    assert [(row.state, row.by_rule) for row in rounds(school)] == [("proposed", False)]


def test_rule_never_renews_on_an_answer(yearly: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    yearly.sync()
    yearly.drain()
    ((learner, _),) = yearly.learners()
    clock.forward(days=200)
    answer(yearly, ask(yearly, learner.id, achievement_id=RULED, kind="validation"), "yes")
    assert [(row.round, row.state) for row in rounds(yearly)] == [(1, "approved"), (2, "proposed")]


def test_what_is_in_force_and_has_no_end_is_not_proposed_again(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    ((learner, _),) = school.learners()
    answer(school, ask(school, learner.id, achievement_id=RULED), "yes")
    assert [row.round for row in rounds(school)] == [1]


def test_second_answer_adds_to_the_proposal_that_waits(school: Services, learner: str) -> None:
    first, second = ask(school, learner), ask(school, learner, name="Kim Ek", workplace="Vandrarhem Demo")
    answer(school, first, "yes", "no")
    answer(school, second, "no", "yes", name="Kim Ek", role="värd")
    assert [one.place for one in only(school).evidence] == ["Hotell Demo", "Vandrarhem Demo"]


def test_answer_after_a_rejection_is_a_new_round_that_rests_on_both(school: Services, learner: str) -> None:
    answer(school, ask(school, learner), "yes", "no")
    (first,) = rounds(school)
    school.decide_award(first.id, approve=False, by=TEACHER, reason="Läranderesultat 2 saknas.")
    answer(school, ask(school, learner, workplace="Vandrarhem Demo"), "no", "yes")
    _, second = rounds(school)
    assert (second.round, second.state, len(school.award(second.id).evidence)) == (2, "proposed", 2)


def test_answer_stands_beside_the_course_that_the_entry_asks_for(school: Services) -> None:
    HandSource.pages = [page(done("course:2"))]
    school.sync()
    ((learner, _),) = school.learners()
    answer(school, ask(school, learner.id, achievement_id="verktygsvana"), "yes")
    assert {one.source for one in only(school).evidence} == {"hand", "attestation"}


def test_sync_changes_neither_the_proposal_nor_its_evidence(school: Services, learner: str) -> None:
    answer(school, ask(school, learner), "yes", "no")
    before = only(school)
    school.sync(full=True)
    assert (only(school), [row.state for row in answered(school)]) == (before, ["used"])


def test_approved_answer_is_issued_with_its_statement(school: Services, learner: str) -> None:
    answer(school, ask(school, learner), "yes")
    school.decide_award(only(school).line.id, approve=True, by=TEACHER)
    school.drain()
    (view,) = school.all_credentials()
    assert (view.assessed_by, view.kinds) == ("Petra Sjö, receptionschef", ("attestation",))


def test_answer_is_sent_once(school: Services, learner: str) -> None:
    link = ask(school, learner)
    answer(school, link, "yes")
    for do in (school.open_attestation, school.send_attestation, school.begin_attestation):
        with pytest.raises(NotFoundError) as refused:
            do(token_of(link))
        assert refused.value.code == "answered"
    assert len(answered(school)) == 1


def test_two_who_answer_at_once_make_one_proposal(school: Services, learner: str) -> None:
    links = [ask(school, learner, workplace=place) for place in ("Hotell Demo", "Vandrarhem Demo")]
    for link in links:
        fill_in(school, link, "yes")
    with colleague(school) as other, ThreadPoolExecutor(2) as pool:
        ends = [
            pool.submit(one.send_attestation, token_of(link)) for one, link in zip((school, other), links, strict=True)
        ]
        assert [end.result(60) for end in ends] == [None, None]
    assert {one.place for one in only(school).evidence} == {"Hotell Demo", "Vandrarhem Demo"}


def test_one_answer_that_is_sent_twice_at_once_counts_once(school: Services, learner: str) -> None:
    link = ask(school, learner)
    fill_in(school, link, "yes")
    with colleague(school) as other, ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(one.send_attestation, token_of(link)) for one in (school, other)]
        refused = [end.exception(60) for end in ends]
    assert sorted(isinstance(one, NotFoundError) for one in refused) == [False, True]
    assert len(only(school).evidence) == 1


def test_half_an_answer_is_kept_and_not_sent(school: Services, learner: str) -> None:
    token = token_of(ask(school, learner))
    school.save_outcome(token, 2, OutcomeAnswer(seen="partly", comment="Bara en gång."))
    with pytest.raises(UserError) as refused:
        school.send_attestation(token)
    kept = school.open_attestation(token).answers
    assert (refused.value.code, kept.outcomes[2].comment, kept.next_step(3)) == ("incomplete", "Bara en gång.", 1)


@pytest.mark.parametrize(
    ("comment", "code"),
    [pytest.param("x" * 1001, "comment", id="long"), pytest.param("19811218-9876", "personal_number", id="number")],
)
def test_comment_that_cannot_be_kept_is_refused(school: Services, learner: str, comment: str, code: str) -> None:
    with pytest.raises(UserError) as refused:
        school.save_outcome(token_of(ask(school, learner)), 1, OutcomeAnswer(seen="no", comment=comment))
    assert refused.value.code == code


def test_number_of_no_outcome_is_refused(school: Services, learner: str) -> None:
    token = token_of(ask(school, learner))
    for number in (0, 99):
        with pytest.raises(UserError) as refused:
            school.save_outcome(token, number, OutcomeAnswer(seen="no"))
        assert refused.value.code == "outcome"


def test_undone_merge_gives_each_her_own_answer(school: Services) -> None:
    HandSource.pages = [page(done("course:9"), done("course:9", someone("2")))]
    school.sync()
    with school.database.transaction() as session:
        ids = {row.key: row.learner_id for row in session.query(IdentityRow)}
    answer(school, ask(school, ids["2"]), "yes")
    merge = school.merge_learners(ids["1"], ids["2"], TEACHER)
    assert only(school).line.learner_id == ids["1"]
    school.unmerge_learners(merge, TEACHER)
    owners = {row.learner_id for row in answered(school)} | {row.learner_id for row in rounds(school)}
    assert owners == {ids["2"]}
    assert school.attestation_page().attestations[0].learner_id == ids["2"]


def test_comments_and_what_is_missing_stand_in_nothing_that_is_sealed(school: Services, learner: str) -> None:
    token = token_of(ask(school, learner))
    for number in range(1, len(school.open_attestation(token).achievement.outcomes) + 1):
        school.save_outcome(token, number, OutcomeAnswer(seen="yes", comment="Ibland sen till jobbet."))
    school.save_facts(token, facts(school))
    school.send_attestation(token)
    (row,) = answered(school)
    assert "Ibland" not in row.content


SAID: st.SearchStrategy[OutcomeSeen] = st.sampled_from(["yes", "partly", "no", "unseen"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=st.data())
def test_completion_says_exactly_what_was_attested(school: Services, said: st.DataObject) -> None:
    entry = school.catalogue.get(ENTRY)
    assert entry is not None
    count = len(entry.outcomes)
    words = said.draw(st.lists(SAID, min_size=count, max_size=count))
    whole = {number: OutcomeAnswer(seen=word) for number, word in enumerate(words, 1)}
    answers = Answers(outcomes=whole, facts=facts(school))
    made = completion_of("a" * 32, CompletionKind.ATTESTATION, someone(), entry, answers, "Demo", school.clock())
    yes = [number for number, word in enumerate(words, 1) if word == "yes"]
    if not yes:
        assert made is None
        return
    assert made is not None
    assert made.document is not None
    _, _, numbers = made.module.partition("#")
    assert ([int(one) for one in numbers.split(",")] if numbers else list(range(1, count + 1))) == yes
    assert base64.b64decode(made.document.content or "").decode().count("\n- ") == len(yes)
    assert made == Completion.model_validate_json(made.model_dump_json())
    assert made.started_at is not None
    assert made.started_at <= made.completed_at <= school.clock()
