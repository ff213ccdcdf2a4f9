"""Shares without a name: one wish for the name, a fixed choice of reasons, and her answer alone decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mimis_core import NotFoundError, Parcel, UserError
from mimis_core.services import Services, ShareOrder, ShareView
from mimis_core.store.partner_tables import NoticeRow, WebhookRow
from mimis_core.store.tables import AuditRow, new_id
from tests.school import Clock, HandCourier, HandSource, done, page

NAME = "Åsa Öberg 1"


@pytest.fixture
def learner(school: Services) -> str:
    """Åsa, with one credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school.all_credentials()[0].learner_id


@pytest.fixture
def employer(school: Services) -> str:
    return school.add_partner("Bolaget AB", "556036-0793", "bolag.demo.example").partner.id


def share(school: Services, learner: str, partner_id: str | None = None, *, anonymous: bool = True) -> ShareView:
    ids = tuple(one.id for one in school.credentials_of(learner))
    until = school.clock().date() + timedelta(days=30)
    order = ShareOrder(
        credential_ids=ids, purpose="Undersköterska", until=until, anonymous=anonymous, partner_id=partner_id
    )
    return school.create_share(learner, order)


def token_of(view: ShareView) -> str:
    return view.url.rpartition("/")[2]


def mails(school: Services) -> list[Parcel]:
    HandCourier.parcels = []
    school.drain()
    return HandCourier.parcels


def test_wish_is_mailed_once_and_seen_by_her(school: Services, learner: str, employer: str) -> None:
    made = share(school, learner, employer)
    asked = [school.ask_to_reveal_as(employer, made.id, reason) for reason in ("meet", "offer", "meet")]
    assert {(one.viewer, one.reason, one.answer) for one in asked} == {("Bolaget AB", "meet", None)}
    (mail,) = mails(school)
    assert mail.subject == "Bolaget AB vill veta vem du är"
    assert all(one in mail.text for one in ("Vi vill träffa dig.", "We want to meet you.", "/me/shares"))
    assert school.shares_of(learner)[0].reveal == asked[0]


def test_nobody_is_named_until_she_says_so(school: Services, learner: str, employer: str) -> None:
    made = share(school, learner, employer)
    before = school.share_version(employer, made.id)
    school.ask_to_reveal_as(employer, made.id, "talk")
    assert school.open_share_as(employer, made.id).learner_name is None
    school.reveal_share(learner, made.id)
    opened = school.open_share_as(employer, made.id)
    assert (opened.learner_name, opened.credentials[0].sealed is None) == (NAME, False)
    assert opened.share.reveal is not None
    assert opened.share.reveal.answer == "revealed"
    assert school.share_version(employer, made.id) != before


def test_revealing_again_changes_nothing(school: Services, learner: str) -> None:
    made = share(school, learner)
    for _ in range(2):
        school.reveal_share(learner, made.id)
    with school.database.reading() as session:
        actions = list(session.scalars(select(AuditRow.action).where(AuditRow.subject == made.id)))
    assert actions == ["share.create", "share.reveal"]


def test_employer_is_told_that_its_share_has_changed(school: Services, learner: str, employer: str) -> None:
    made = share(school, learner, employer)
    facts = {"organisation": school.organisation, "partner_id": employer, "url": "http://127.0.0.1:9/hook"}
    with school.database.transaction() as session:
        session.add(WebhookRow(id=new_id(), events="share.changed", created_at=school.clock(), **facts))
    school.ask_to_reveal_as(employer, made.id, "meet")
    school.decline_reveal(learner, made.id)
    school.reveal_share(learner, made.id)
    with school.database.reading() as session:
        assert [(one.event, one.share_id) for one in session.scalars(select(NoticeRow))] == [("share.changed", made.id)]


def test_no_is_a_no_and_can_become_a_yes_by_her_alone(school: Services, learner: str, clock: Clock) -> None:
    made = share(school, learner)
    token = token_of(made)
    school.ask_to_reveal(token, "meet")
    school.decline_reveal(learner, made.id)
    mails(school)
    clock.forward(days=1)
    assert school.ask_to_reveal(token, "offer").answer == "declined"
    assert mails(school) == []
    assert school.open_share(token, "link").learner_name is None
    school.reveal_share(learner, made.id)
    assert school.ask_to_reveal(token, "meet").answer == "revealed"


@pytest.mark.parametrize(("anonymous", "reason", "code"), [(False, "meet", "named"), (True, "Ring mig!", "reason")])
def test_unfit_wish_is_refused(school: Services, learner: str, anonymous: bool, reason: str, code: str) -> None:
    made = share(school, learner, anonymous=anonymous)
    with pytest.raises(UserError) as refused:
        school.ask_to_reveal(token_of(made), reason)
    assert refused.value.code == code
    assert school.shares_of(learner)[0].reveal is None


def test_answer_without_a_wish_is_none(school: Services, learner: str) -> None:
    made = share(school, learner)
    school.decline_reveal(learner, made.id)
    assert school.shares_of(learner)[0].reveal is None
    school.reveal_share(learner, made.id)
    assert school.open_share(token_of(made), "link").learner_name == NAME


def test_share_that_is_over_is_neither_asked_about_nor_revealed(school: Services, learner: str) -> None:
    made = share(school, learner)
    school.withdraw_share(learner, made.id)
    for ask in (
        lambda: school.ask_to_reveal(token_of(made), "meet"),
        lambda: school.reveal_share(learner, made.id),
    ):
        with pytest.raises(NotFoundError) as refused:
            ask()
        assert refused.value.code == "withdrawn"


def test_share_of_another_is_not_hers_to_reveal(school: Services, learner: str, employer: str) -> None:
    made = share(school, learner)
    for act in (
        lambda: school.reveal_share("0" * 32, made.id),
        lambda: school.decline_reveal("0" * 32, made.id),
        lambda: school.ask_to_reveal_as(employer, made.id, "meet"),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_protected_person_is_not_asked_and_not_revealed(school: Services, learner: str, employer: str) -> None:
    made = share(school, learner, employer)
    school.protect_learner(learner, "officer")
    with pytest.raises(NotFoundError):
        school.ask_to_reveal_as(employer, made.id, "meet")
    with pytest.raises(UserError):
        school.reveal_share(learner, made.id)
    assert mails(school) == []
