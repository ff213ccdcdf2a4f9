"""The mail about a look: whom it names, how often it comes, and how it is turned off; and what no name gives away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mimis_core import Parcel
from mimis_core.services import OpenShare, Services, ShareOrder
from tests.school import Clock, HandCourier, HandSource, done, page


@pytest.fixture
def learner(school: Services) -> str:
    """Åsa, with one credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school.all_credentials()[0].learner_id


def share(school: Services, learner: str, **changes: object) -> str:
    """Token of a new share."""
    until = school.clock().date() + timedelta(days=30)
    ids = tuple(one.id for one in school.credentials_of(learner))
    known = {"credential_ids": ids, "purpose": "Undersköterska", "until": until, **changes}
    return school.create_share(learner, ShareOrder.model_validate(known)).url.rpartition("/")[2]


def mails(school: Services) -> list[Parcel]:
    HandCourier.parcels = []
    school.drain()
    return HandCourier.parcels


def test_look_is_told_once_a_day(school: Services, learner: str, clock: Clock) -> None:
    token = share(school, learner)
    for _ in range(3):
        school.open_share(token, "link")
    (mail,) = mails(school)
    assert mail.subject == "Någon som har länken har tittat på ditt bevis"
    assert all(one in mail.text for one in ("den 2026-11-24 kl. 10.00", "Undersköterska", "/me/shares", "/me/contact"))
    clock.forward(days=1, seconds=1)
    school.open_share(token, "link-file")
    assert len(mails(school)) == 1


def test_employer_is_named(school: Services, learner: str) -> None:
    partner = school.add_partner("Bolaget AB", "556036-0793", "bolag.demo.example").partner
    share(school, learner, partner_id=partner.id)
    school.open_share_as(partner.id, school.shares_of(learner)[0].id)
    assert [one.subject for one in mails(school)] == ["Bolaget AB har tittat på ditt bevis"]


def test_mail_is_turned_off_and_on(school: Services, learner: str) -> None:
    school.choose_mails(learner, "look", False)
    school.open_share(share(school, learner), "link")
    declined = mails(school)
    school.choose_mails(learner, "look", True)
    school.open_share(share(school, learner), "link")
    assert (declined, len(mails(school)), school.contacts_of(learner).look_mails) == ([], 1, True)


def test_nothing_links_two_shares_without_a_name(school: Services, learner: str) -> None:
    first, second = (school.open_share(share(school, learner, anonymous=True), "link") for _ in range(2))
    her = school.credentials_of(learner)[0]
    private = (her.id, her.urn, her.public_id, her.learner_id, her.learner_name)
    assert [one for one in private if one in repr(first)] == []
    assert _numbers(first).isdisjoint(_numbers(second))
    assert first.credentials[0].sealed is None
    assert first.credentials[0].view.achievement == her.achievement


def test_share_without_a_name_is_the_same_each_time(school: Services, learner: str) -> None:
    token = share(school, learner, anonymous=True)
    first, again = (school.open_share(token, "link").credentials for _ in range(2))
    assert first == again


def test_list_of_shares_has_the_numbers_that_the_share_has(school: Services, learner: str) -> None:
    partner = school.add_partner("Bolaget AB", "556036-0793", "bolag.demo.example").partner
    share(school, learner, partner_id=partner.id, anonymous=True)
    ((listed,), _) = school.shares_for(partner.id)
    opened = school.open_share_as(partner.id, listed.id)
    assert listed.credentials == opened.share.credentials
    assert school.credentials_of(learner)[0].urn not in repr(listed)


def _numbers(opened: OpenShare) -> set[str]:
    views = [one.view for one in opened.credentials]
    return {opened.share.id} | {number for one in views for number in (one.id, one.urn, one.public_id, one.status.urn)}
