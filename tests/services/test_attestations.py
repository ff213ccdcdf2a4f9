"""Asking a supervisor or an assessor: who may be asked about, the link, and what ends it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import OutcomeAnswer, Services
from mimis_core.store.attestation_tables import AttestationLinkRow, AttestationRow
from mimis_core.store.tables import AuditRow
from tests.school import Clock, HandCourier
from tests.services.attesting import TEACHER, answer, ask, enrol, facts, token_of
from tests.services.test_erasure import organised


@pytest.fixture
def learner(school: Services) -> str:
    return enrol(school)


def code_of(error: pytest.ExceptionInfo[UserError] | pytest.ExceptionInfo[NotFoundError]) -> str | None:
    return error.value.code


def actions_about(school: Services, subject: str) -> list[str]:
    with school.database.transaction() as session:
        return [row.action for row in session.query(AuditRow).filter_by(subject=subject).order_by(AuditRow.at)]


def test_supervisor_gets_a_mail_that_says_who_asks_and_until_when(school: Services, learner: str) -> None:
    link = ask(school, learner)
    school.drain()
    (mail,) = HandCourier.parcels
    assert (link.mailed, mail.to, mail.subject) == (
        True,
        "petra@hotell.example",
        "Kan du intyga vad Åsa har gjort hos er?",
    )
    for said in ("Hotell Demo", "från 2026-10-05 till 2026-11-13", link.url, "2026-12-08", TEACHER, "070-123 45 67"):
        assert said in mail.text


def test_assessor_is_asked_in_other_words(school: Services, learner: str) -> None:
    ask(school, learner, kind="validation")
    school.drain()
    assert HandCourier.parcels[0].subject == "Kan du bedöma vad Åsa kan?"


def test_link_without_an_address_is_handed_over(school: Services, learner: str) -> None:
    link = ask(school, learner, email=None)
    school.drain()
    assert (link.mailed, HandCourier.parcels) == (False, [])
    assert school.open_attestation(token_of(link)).learner_name == "Åsa Öberg 1"


def test_of_a_link_only_the_hash_is_kept(school: Services, learner: str) -> None:
    token = token_of(ask(school, learner))
    with school.database.transaction() as session:
        (row,) = session.query(AttestationLinkRow)
        assert row.token_key == school.database.cipher.token_hash(token) != token


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"name": " "}, "name", id="no-name"),
        pytest.param({"workplace": "x" * 201}, "workplace", id="long-workplace"),
        pytest.param({"phone": ""}, "phone", id="empty-phone"),
        pytest.param({"hours": 0}, "hours", id="no-hours"),
        pytest.param({"ended_on": date(2026, 10, 4)}, "period", id="ends-before-it-begins"),
        pytest.param({"until": date(2026, 11, 23)}, "until", id="over-already"),
        pytest.param({"until": date(2027, 11, 23)}, "until", id="open-too-long"),
        pytest.param({"achievement_id": "finns-inte"}, "achievement", id="no-such-entry"),
        pytest.param({"workplace": "Hotell 19811218-9876"}, "personal_number", id="personal-number"),
    ],
)
def test_what_cannot_be_asked_is_refused(school: Services, learner: str, changes: dict[str, object], code: str) -> None:
    with pytest.raises(UserError) as refused:
        ask(school, learner, **changes)
    assert code_of(refused) == code


def test_nobody_is_asked_about_a_protected_person(school: Services, learner: str) -> None:
    school.protect_learner(learner, "Test")
    with pytest.raises(UserError) as refused:
        ask(school, learner)
    assert code_of(refused) == "protected"


def test_link_about_somebody_who_is_protected_since_is_not_known(school: Services, learner: str) -> None:
    link = ask(school, learner)
    school.protect_learner(learner, "Test")
    with pytest.raises(NotFoundError) as refused:
        school.open_attestation(token_of(link))
    with pytest.raises(UserError):
        school.remind_attestation(link.attestation_id, TEACHER)
    shown = school.attestation(link.attestation_id)
    assert (code_of(refused), shown.learner_name, shown.workplace, shown.name) == ("unknown", "Skyddad person", "", "")


def test_looking_changes_nothing_and_beginning_is_noted_once(school: Services, learner: str) -> None:
    link = ask(school, learner)
    school.open_attestation(token_of(link))
    assert school.attestation(link.attestation_id).state == "asked"
    for _ in range(2):
        school.begin_attestation(token_of(link))
    assert school.attestation(link.attestation_id).state == "opened"
    assert actions_about(school, link.attestation_id) == ["attestation.ask", "attestation.open"]


def test_link_ends_with_its_day(school: Services, learner: str, clock: Clock) -> None:
    link = ask(school, learner)
    clock.forward(days=14)
    school.open_attestation(token_of(link))
    clock.forward(days=1)
    with pytest.raises(NotFoundError) as refused:
        school.open_attestation(token_of(link))
    assert (code_of(refused), school.attestation(link.attestation_id).state) == ("expired", "expired")


def test_reminder_has_a_link_of_its_own_and_opens_the_earlier_one_again(
    school: Services, learner: str, clock: Clock
) -> None:
    first = ask(school, learner)
    clock.forward(days=20)
    second = school.remind_attestation(first.attestation_id, TEACHER)
    school.drain()
    assert (len(HandCourier.parcels), second.until) == (2, clock().date() + timedelta(days=14))
    for link in (first, second):
        assert school.open_attestation(token_of(link)).workplace == "Hotell Demo"


def test_request_about_a_version_that_is_gone_is_asked_anew(school: Services, learner: str) -> None:
    link = ask(school, learner)
    with school.database.transaction() as session:
        session.get_one(AttestationRow, link.attestation_id).achievement_version = 9
    with pytest.raises(UserError) as reminded:
        school.remind_attestation(link.attestation_id, TEACHER)
    with pytest.raises(NotFoundError) as opened:
        school.open_attestation(token_of(link))
    assert (code_of(reminded), code_of(opened)) == ("changed", "unknown")
    assert school.attestation(link.attestation_id).outcomes == ()


def test_link_to_hand_over_is_not_mailed(school: Services, learner: str) -> None:
    link = school.remind_attestation(ask(school, learner).attestation_id, TEACHER, mail=False)
    assert link.mailed is False


def test_withdrawn_link_answers_nothing(school: Services, learner: str) -> None:
    link = ask(school, learner)
    for _ in range(2):
        school.withdraw_attestation(link.attestation_id, TEACHER)
    with pytest.raises(NotFoundError) as refused:
        school.save_outcome(token_of(link), 1, OutcomeAnswer(seen="yes"))
    with pytest.raises(UserError) as reminded:
        school.remind_attestation(link.attestation_id, TEACHER)
    assert (code_of(refused), code_of(reminded)) == ("withdrawn", "withdrawn")


def test_answered_request_is_neither_withdrawn_nor_asked_again(school: Services, learner: str) -> None:
    link = ask(school, learner)
    answer(school, link, "yes")
    for do in (school.withdraw_attestation, school.remind_attestation):
        with pytest.raises(UserError) as refused:
            do(link.attestation_id, TEACHER)
        assert code_of(refused) == "answered"


def test_list_is_paged_and_searched_and_divided_by_state(school: Services, learner: str, clock: Clock) -> None:
    links = []
    for _ in range(52):
        links.append(ask(school, learner, email=None))
        clock.forward(seconds=1)
    school.withdraw_attestation(links[0].attestation_id, TEACHER)
    answer(school, links[1], "yes")
    first = school.attestation_page()
    second = school.attestation_page(after=first.after)
    ids = [one.id for one in (*first.attestations, *second.attestations)]
    assert (ids, second.after) == ([one.attestation_id for one in reversed(links)], None)
    assert [one.id for one in school.attestation_page("over").attestations] == [links[0].attestation_id]
    assert [one.id for one in school.attestation_page("answered").attestations] == [links[1].attestation_id]
    assert len(school.attestation_page("open", search="åsa").attestations) == 50
    assert school.attestation_page(search="finns inte").attestations == ()


def test_erasure_removes_open_requests_and_keeps_answers_of_a_record(school: Services, learner: str) -> None:
    organised(school, public_body=True)
    open_, answered = ask(school, learner), ask(school, learner)
    answer(school, answered, "yes")
    school.erase_learner(learner, TEACHER, "Hon har bett om det.")
    kept = school.attestation(answered.attestation_id)
    assert (kept.email, kept.phone, kept.answers is not None) == (None, None, True)
    for token in (token_of(open_), token_of(answered)):
        with pytest.raises(NotFoundError) as refused:
            school.open_attestation(token)
        assert code_of(refused) == "unknown"
    with pytest.raises(UserError) as asked:
        ask(school, learner)
    assert code_of(asked) == "erased"


def test_erasure_of_all_removes_answers_too(school: Services, learner: str) -> None:
    link = ask(school, learner)
    answer(school, link, "yes")
    school.erase_learner(learner, TEACHER, "Hon har bett om det.")
    with pytest.raises(NotFoundError):
        school.attestation(link.attestation_id)


def test_time_that_has_not_come_is_not_attested(school: Services, learner: str) -> None:
    with pytest.raises(UserError) as refused:
        school.save_facts(
            token_of(ask(school, learner)), facts(school, ended_on=school.clock().date() + timedelta(days=1))
        )
    assert code_of(refused) == "future"
