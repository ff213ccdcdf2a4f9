"""Shares, sign-in and partners: only what the learner allowed, each look recorded, taken back at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mimis_core import AuthenticationError, ConfigurationError, NotFoundError, UserError
from mimis_core.services import CredentialView, Services, ShareOrder
from tests.school import NOW, Clock, HandCourier, HandSource, done, page, someone


@pytest.fixture
def held(school: Services) -> CredentialView:
    """One learner's credential; another learner has one too."""
    HandSource.pages = [page(done("course:1"), done("course:1", someone("2")))]
    school.sync()
    school.drain()
    return next(view for view in school.all_credentials() if view.learner_name == "Åsa Öberg 1")


def order(view: CredentialView, **changes: Any) -> ShareOrder:
    """A share of one credential for two weeks."""
    until = NOW.date() + timedelta(days=14)
    return ShareOrder(**{"credential_ids": (view.id,), "purpose": "Ett jobb", "until": until, **changes})


def token_of(url: str) -> str:
    """The secret part of a share's address."""
    return url.rsplit("/", 1)[1]


def test_open_share_is_recorded(school: Services, held: CredentialView) -> None:
    share = school.create_share(held.learner_id, order(held))
    opened = school.open_share(token_of(share.url), "länk")
    assert opened.learner_name == "Åsa Öberg 1"
    assert [look.viewer for look in school.shares_of(held.learner_id)[0].disclosures] == ["länk"]


def test_withdrawn_share_opens_no_more(school: Services, held: CredentialView) -> None:
    share = school.create_share(held.learner_id, order(held))
    school.withdraw_share(held.learner_id, share.id)
    with pytest.raises(NotFoundError) as caught:
        school.open_share(token_of(share.url), "länk")
    assert caught.value.code == "withdrawn"


def test_state_of_share_is_no_look(school: Services, held: CredentialView) -> None:
    share = school.create_share(held.learner_id, order(held))
    assert school.share_state(token_of(share.url)) == "active"
    school.withdraw_share(held.learner_id, share.id)
    assert school.share_state(token_of(share.url)) == "withdrawn"
    assert school.shares_of(held.learner_id)[0].disclosures == ()


def test_share_ends_on_its_day(school: Services, held: CredentialView, clock: Clock) -> None:
    share = school.create_share(held.learner_id, order(held))
    clock.forward(days=14)
    school.open_share(token_of(share.url), "länk")
    clock.forward(days=1)
    with pytest.raises(NotFoundError) as caught:
        school.open_share(token_of(share.url), "länk")
    assert caught.value.code == "expired"


def test_anonymous_share_gives_no_name_or_file(school: Services, held: CredentialView) -> None:
    share = school.create_share(held.learner_id, order(held, anonymous=True))
    opened = school.open_share(token_of(share.url), "länk")
    assert opened.learner_name is None
    assert [one.sealed for one in opened.credentials] == [None]


def test_protected_learner_closes_her_shares(school: Services, held: CredentialView) -> None:
    share = school.create_share(held.learner_id, order(held))
    school.protect_learner(held.learner_id, "officer")
    with pytest.raises(NotFoundError) as caught:
        school.open_share(token_of(share.url), "länk")
    assert caught.value.code == "unknown"


def test_foreign_credential_cannot_be_shared(school: Services, held: CredentialView) -> None:
    other = next(view for view in school.all_credentials() if view.id != held.id)
    with pytest.raises(NotFoundError):
        school.create_share(held.learner_id, order(held, credential_ids=(other.id,)))


@pytest.mark.parametrize(
    "changes",
    [
        {"credential_ids": ()},
        {"purpose": "  "},
        {"until": NOW.date() - timedelta(days=1)},
        {"until": NOW.date() + timedelta(days=400)},
    ],
)
def test_unsound_share_is_refused(school: Services, held: CredentialView, changes: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        school.create_share(held.learner_id, order(held, **changes))


def test_partner_opens_only_its_own_shares(school: Services, held: CredentialView) -> None:
    one, other = (school.add_partner(name, name, f"{name}.example").partner for name in ("a", "b"))
    share = school.create_share(held.learner_id, order(held, partner_id=one.id))
    assert school.open_share_as(one.id, share.id).learner_name
    with pytest.raises(NotFoundError):
        school.open_share_as(other.id, share.id)


def test_removed_employer_can_be_given_nothing(school: Services, held: CredentialView) -> None:
    partner = school.add_partner("a", "559000-0005", "a.example").partner
    school.remove_partner(partner.id)
    with pytest.raises(NotFoundError):
        school.create_share(held.learner_id, order(held, partner_id=partner.id))
    assert school.shares_of(held.learner_id) == []


def test_list_for_partner_is_paged_without_looks(school: Services, held: CredentialView) -> None:
    partner = school.add_partner("a", "559000-0005", "a.example").partner
    made = {school.create_share(held.learner_id, order(held, partner_id=partner.id)).id for _ in range(3)}
    first, cursor = school.shares_for(partner.id, limit=2)
    rest, end = school.shares_for(partner.id, cursor, limit=2)
    assert {share.id for share in first + rest} == made
    assert (len(first), end) == (2, None)
    assert school.shares_of(held.learner_id)[0].disclosures == ()


def test_secret_works_until_removed(school: Services) -> None:
    new = school.add_partner("a", "559000-0005", "a.example")
    assert school.authenticate_partner(new.partner.client_id, new.client_secret) == new.partner
    school.remove_partner(new.partner.id)
    with pytest.raises(AuthenticationError):
        school.authenticate_partner(new.partner.client_id, new.client_secret)


@pytest.mark.parametrize("change", [str.upper, lambda text: text[:-1], lambda text: ""])
def test_wrong_secret_is_refused(school: Services, change: Any) -> None:
    new = school.add_partner("a", "559000-0005", "a.example")
    with pytest.raises(AuthenticationError):
        school.authenticate_partner(new.partner.client_id, change(new.client_secret))


def test_slip_signs_in_once(school: Services, held: CredentialView) -> None:
    slip = school.make_slip(held.learner_id, "Lärare")
    assert school.redeem_sign_in(slip.code) == held.learner_id
    with pytest.raises(NotFoundError) as caught:
        school.redeem_sign_in(slip.code)
    assert caught.value.code == "used"


def test_old_slip_is_refused(school: Services, held: CredentialView, clock: Clock) -> None:
    slip = school.make_slip(held.learner_id, "Lärare")
    clock.forward(days=31)
    with pytest.raises(NotFoundError) as caught:
        school.redeem_sign_in(slip.code)
    assert caught.value.code == "expired"


def test_unknown_address_gets_no_mail(school: Services, held: CredentialView) -> None:
    before = len(school.attention())
    school.send_sign_in_link("okand@demo.example")
    assert (school.drain().mails, len(school.attention())) == (0, before)


def test_person_known_twice_gets_in_as_both(school: Services) -> None:
    twice = [someone(key, full_name="Åsa Öberg", email="asa@demo.example") for key in ("1", "2")]
    HandSource.pages = [page(*(done("course:99", one) for one in twice))]
    school.sync()
    school.send_sign_in_link("asa@demo.example")
    assert school.drain().mails == 2
    links = [parcel.text.split("/in/")[1].split()[0] for parcel in HandCourier.parcels]
    assert {school.redeem_sign_in(link) for link in links} == {learner.id for learner, _ in school.learners()}


def test_invitation_without_mail_courier_is_told(school: Services, held: CredentialView) -> None:
    school.settings = school.settings.model_copy(update={"couriers": {}})
    with pytest.raises(ConfigurationError, match="courier"):
        school.invite_learner(held.learner_id)


def test_known_address_in_other_case_is_mailed(school: Services, held: CredentialView) -> None:
    school.send_sign_in_link("ASA1@demo.example")
    assert school.drain().mails == 1


def test_other_organisation_sees_nothing(school: Services, held: CredentialView) -> None:
    organisation = school.settings.organisation.model_copy(update={"id": "other"})
    school.settings = school.settings.model_copy(update={"organisation": organisation})
    with pytest.raises(NotFoundError):
        school.credential(held.learner_id, held.id)
    assert school.all_credentials() == []
