"""A learner's own addresses and accounts: how they come to count, where mails go, and what lets her in."""

from __future__ import annotations

import re

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import Account, Contacts, Services
from tests.school import Clock, HandCourier, HandSource, done, page, someone

PRIVATE = "asa.hemma@demo.example"
ACCOUNT = Account(issuer="https://id.demo.example", subject="77", email="asa1@demo.example", email_verified=True)


@pytest.fixture
def learner(school: Services) -> str:
    """Åsa, as her school's source gives her; her first credential is mailed."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    HandCourier.parcels = []
    (found,) = [one.id for one, _ in school.learners()]
    return found


def mails(school: Services) -> list[tuple[str, str]]:
    """What goes out now: to whom, and the text."""
    HandCourier.parcels = []
    school.drain()
    return [(one.to, one.text) for one in HandCourier.parcels if one.key.partition(":")[0] != "sealed"]


def link_in(text: str) -> str:
    found = re.search(r"/(?:in|confirm)/([\w-]{20,})", text)
    assert found is not None, text
    return found[1]


def add(school: Services, learner: str, address: str = PRIVATE) -> Contacts:
    """Add a private address and confirm it."""
    school.add_address(learner, address)
    ((_, text),) = mails(school)
    school.confirm_address(learner, link_in(text))
    return school.contacts_of(learner)


def test_address_counts_once_it_is_confirmed(school: Services, learner: str) -> None:
    school.add_address(learner, PRIVATE)
    ((to, text),) = mails(school)
    school.send_sign_in_link(PRIVATE)
    assert (to, mails(school)) == (PRIVATE, [])
    school.confirm_address(learner, link_in(text))
    school.send_sign_in_link(PRIVATE)
    sent = dict(mails(school))
    assert sorted(sent) == [PRIVATE, "asa1@demo.example"]
    assert school.redeem_sign_in(link_in(sent[PRIVATE])) == learner


def test_both_addresses_let_her_in(school: Services, learner: str) -> None:
    add(school, learner)
    mails(school)
    for address in (PRIVATE.upper(), "asa1@demo.example"):
        school.send_sign_in_link(address)
    assert sorted(to for to, _ in mails(school)) == ["asa.hemma@demo.example", "asa1@demo.example"]


def test_link_is_good_once_and_for_a_day_and_for_her_alone(school: Services, learner: str, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"), done("course:1", someone("2")))]
    school.sync(full=True)
    other = next(one.id for one, _ in school.learners() if one.id != learner)
    mails(school)
    school.add_address(learner, PRIVATE)
    token = link_in(mails(school)[0][1])
    codes = []
    for who in (other, learner, learner):
        try:
            school.confirm_address(who, token)
        except NotFoundError as error:
            codes.append(error.code)
    assert codes == ["unknown", "used"]
    school.add_address(other, "b@demo.example")
    late = next(link_in(text) for to, text in mails(school) if to == "b@demo.example")
    clock.forward(days=1)
    with pytest.raises(NotFoundError, match="too old"):
        school.confirm_address(other, late)


def test_new_link_for_a_waiting_address_ends_the_earlier_one(school: Services, learner: str) -> None:
    school.add_address(learner, PRIVATE)
    first = link_in(mails(school)[0][1])
    school.add_address(learner, PRIVATE)
    with pytest.raises(NotFoundError):
        school.confirm_address(learner, first)
    assert len(school.contacts_of(learner).private) == 1


def test_sync_leaves_her_own_address_alone(school: Services, learner: str) -> None:
    contact = add(school, learner).private[0]
    school.choose_main_address(learner, contact.id)
    HandSource.pages = [page(done("course:1", someone(email="asa.ny@demo.example")))]
    school.sync(full=True)
    found = school.contacts_of(learner)
    assert (found.school, found.main, found.private[0].address) == ("asa.ny@demo.example", PRIVATE, PRIVATE)


def test_mails_go_to_the_main_address(school: Services, learner: str) -> None:
    contact = add(school, learner).private[0]
    school.choose_main_address(learner, contact.id)
    mails(school)
    school.invite_learner(learner)
    assert [to for to, _ in mails(school)] == [PRIVATE]
    school.choose_main_address(learner, None)
    school.invite_learner(learner)
    assert [to for to, _ in mails(school)] == ["asa1@demo.example"]


def test_removed_address_lets_nobody_in(school: Services, learner: str) -> None:
    contact = add(school, learner).private[0]
    mails(school)
    school.send_sign_in_link(PRIVATE)
    token = link_in(mails(school)[0][1])
    school.remove_address(learner, contact.id)
    school.send_sign_in_link(PRIVATE)
    assert mails(school) == []
    with pytest.raises(NotFoundError, match="too old"):
        school.redeem_sign_in(token)


@pytest.mark.parametrize(
    ("address", "code"), [("ASA1@demo.example", "known_address"), ("fjärde@demo.example", "too_many")], ids=["own", "4"]
)
def test_address_is_refused(school: Services, learner: str, address: str, code: str) -> None:
    for number in range(3):
        school.add_address(learner, f"{number}@demo.example")
    with pytest.raises(UserError) as refused:
        school.add_address(learner, address)
    assert refused.value.code == code


def test_protected_learner_is_never_mailed(school: Services, learner: str) -> None:
    add(school, learner)
    mails(school)
    school.protect_learner(learner, "Rektor")
    with pytest.raises(UserError):
        school.add_address(learner, "ny@demo.example")
    school.send_sign_in_link(PRIVATE)
    assert mails(school) == []


def test_account_opens_what_it_was_bound_to_and_nothing_by_its_address(school: Services, learner: str) -> None:
    with pytest.raises(NotFoundError) as unknown:
        school.sign_in_learner_account(ACCOUNT)
    school.bind_learner_account(learner, ACCOUNT)
    school.bind_learner_account(learner, ACCOUNT)
    (account,) = school.contacts_of(learner).accounts
    assert (unknown.value.code, school.sign_in_learner_account(ACCOUNT)) == ("no_learner", learner)
    school.unbind_learner_account(learner, account.id)
    with pytest.raises(NotFoundError):
        school.sign_in_learner_account(ACCOUNT)


def test_account_is_one_learners(school: Services, learner: str) -> None:
    HandSource.pages = [page(done("course:1"), done("course:1", someone("2")))]
    school.sync(full=True)
    other = next(one.id for one, _ in school.learners() if one.id != learner)
    school.bind_learner_account(learner, ACCOUNT)
    with pytest.raises(UserError) as refused:
        school.bind_learner_account(other, ACCOUNT)
    assert refused.value.code == "taken"


@pytest.mark.parametrize("own", [True, False], ids=["account or address", "neither"])
def test_who_has_a_way_of_her_own_outlives_the_school(school: Services, learner: str, own: bool) -> None:
    if own:
        school.bind_learner_account(learner, ACCOUNT)
    assert school.contacts_of(learner).outlives_school is own


def test_undoing_a_merge_leaves_each_her_own_ways_in_and_ends_those_since(school: Services, learner: str) -> None:
    HandSource.pages = [page(done("course:1"), done("course:7", someone("2")))]
    school.sync(full=True)
    other = next(one.id for one, _ in school.learners() if one.id != learner)
    earlier, since = ACCOUNT, ACCOUNT.model_copy(update={"subject": "78"})
    school.bind_learner_account(other, earlier)
    merge = school.merge_learners(learner, other, "Rektor")
    assert school.sign_in_learner_account(earlier) == learner
    school.bind_learner_account(learner, since)
    school.unmerge_learners(merge, "Rektor")
    assert (school.sign_in_learner_account(earlier), school.contacts_of(learner).accounts) == (other, ())
    with pytest.raises(NotFoundError):
        school.sign_in_learner_account(since)


def test_erasure_takes_her_ways_in(school: Services, learner: str) -> None:
    add(school, learner)
    school.bind_learner_account(learner, ACCOUNT)
    school.choose_mails(learner, "look", False)
    school.drain()
    report = school.erase_learner(learner, "Rektor", "Begärt")
    assert {"contact", "learner_account", "declined_mail"} <= report.erased.keys()
    with pytest.raises(NotFoundError):
        school.sign_in_learner_account(ACCOUNT)
