"""Passkeys: made with a one-time link, asked for as second factor, good for signing in, and not to be fooled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mimis_core import PermissionDeniedError
from mimis_core.services import Account, Services
from mimis_core.store.staff_tables import ChallengeRow, PasskeyRow, SessionRow, StaffRow
from tests.school import Clock
from tests.web.authenticator import Authenticator, text, unpacked
from tests.web.site import Browser, enter, invite, served

NEW, CONFIRM, IN = "/staff/passkeys/new", "/staff/confirm", "/staff/in/passkey"


@pytest.fixture
def address(school: Services) -> Iterator[str]:
    with served(school) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    made = Browser(address)
    yield made
    made.close()


@pytest.fixture
def device(address: str) -> Authenticator:
    return Authenticator(address)


def make(browser: Browser, device: Authenticator) -> str:
    """Make a passkey; gives where that led."""
    browser.get(NEW)
    browser.send(NEW, answer=device.create(browser.options()))
    return browser.path


def answer(browser: Browser, device: Authenticator, path: str = IN) -> str:
    """Answer the question of a page; gives where that led."""
    browser.get(path)
    browser.send(path, answer=device.get(browser.options()))
    return browser.path


def keys(school: Services) -> int:
    with school.database.transaction() as session:
        return session.query(PasskeyRow).count()


def proof(school: Services) -> Any:
    """When each session was proved."""
    with school.database.transaction() as session:
        return [row.second_factor_at for row in session.query(SessionRow).order_by(SessionRow.began_at)]


# Making ----------------------------------------------------------------------------------------------------------


def test_passkey_is_made_in_a_session_by_link(browser: Browser, school: Services, device: Authenticator) -> None:
    enter(browser, invite(school))
    assert (make(browser, device), keys(school)) == ("/staff/", 1)
    assert proof(school) == [school.clock()]


def test_page_asks_for_user_verification_and_a_key_that_names_her(browser: Browser, school: Services) -> None:
    enter(browser, invite(school))
    browser.get(NEW)
    asked = browser.options()
    assert asked["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required",
    }  # fmt: skip
    assert (asked["rp"]["id"], asked["attestation"]) == ("localhost", "none")
    with school.database.transaction() as session:
        assert unpacked(asked["user"]["id"]).hex() == session.query(StaffRow).one().id


def test_first_passkey_is_not_made_by_an_account_alone(school: Services) -> None:
    invite(school)
    account = Account(issuer="https://id.example", subject="1", email="åsa@demo.example", email_verified=True)
    with pytest.raises(PermissionDeniedError):
        school.add_passkey(school.sign_in_account(account, "oidc"), "key", b"public", 0)


def test_second_passkey_needs_proof_by_the_first(
    browser: Browser, school: Services, device: Authenticator, clock: Clock
) -> None:
    enter(browser, invite(school))
    make(browser, device)
    clock.forward(minutes=16)
    assert (make(browser, Authenticator(browser.address)), keys(school)) == (CONFIRM, 1)
    answer(browser, device, CONFIRM)
    assert make(browser, Authenticator(browser.address)) == "/staff/"
    assert keys(school) == 2


def test_same_passkey_is_not_kept_twice(browser: Browser, school: Services, device: Authenticator) -> None:
    enter(browser, invite(school))
    make(browser, device)
    assert (make(browser, device), keys(school)) == (NEW, 1)


def test_passkey_is_removed_by_herself(browser: Browser, school: Services, device: Authenticator) -> None:
    enter(browser, invite(school))
    make(browser, device)
    (key,) = school.passkeys_of(school.staff()[0].id)
    browser.send(f"/staff/passkeys/{key.id}/remove")
    assert keys(school) == 0


def test_passkey_of_another_is_not_removed(browser: Browser, school: Services, device: Authenticator) -> None:
    enter(browser, invite(school, "Bo"))
    make(browser, device)
    (key,) = school.passkeys_of(school.staff()[0].id)
    enter(browser, invite(school))
    make(browser, Authenticator(browser.address))
    assert browser.send(f"/staff/passkeys/{key.id}/remove").status_code == 404
    assert keys(school) == 2


Spoil = Callable[[Authenticator], None]
SPOILED: dict[str, Spoil] = {
    "user not verified": lambda device: setattr(device, "verifies", False),
    "another page": lambda device: setattr(device, "origin", "http://evil.example"),
    "page under a longer name": lambda device: setattr(device, "origin", device.origin + ".evil.example"),
    "another host": lambda device: setattr(device, "host", "evil.example"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_passkey_that_does_not_hold_is_not_kept(
    browser: Browser, school: Services, device: Authenticator, spoil: Spoil
) -> None:
    enter(browser, invite(school))
    spoil(device)
    assert (make(browser, device), keys(school)) == (NEW, 0)


# Answering -------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(browser: Browser, school: Services, device: Authenticator) -> Authenticator:
    """Her passkey; she is signed out."""
    enter(browser, invite(school))
    make(browser, device)
    browser.get("/staff/")
    browser.send("/staff/out")
    return device


def test_passkey_lets_her_in_and_counts_as_second_factor(browser: Browser, known: Authenticator) -> None:
    assert answer(browser, known) == "/school"
    browser.get("/staff/people")
    assert browser.path == "/staff/people"


def test_confirming_leads_back_to_the_page(browser: Browser, known: Authenticator, clock: Clock) -> None:
    answer(browser, known)
    clock.forward(minutes=16)
    browser.get("/staff/people")
    assert browser.path == CONFIRM
    browser.send(CONFIRM, answer=known.get(browser.options()))
    assert browser.path == "/staff/people"


def test_authenticator_without_counter_works_again_and_again(
    browser: Browser, school: Services, device: Authenticator
) -> None:
    device.uses = None
    enter(browser, invite(school))
    make(browser, device)
    for _ in range(2):
        browser.get("/staff/")
        browser.send("/staff/out")
        assert answer(browser, device) == "/school"


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_answer_that_does_not_hold_lets_nobody_in(browser: Browser, known: Authenticator, spoil: Spoil) -> None:
    spoil(known)
    assert answer(browser, known) == IN
    browser.get("/staff/")
    assert browser.path == "/staff/in"


def test_copied_passkey_is_noticed_by_its_counter(browser: Browser, known: Authenticator) -> None:
    answer(browser, known)
    browser.send("/staff/out")
    known.uses = 0
    assert answer(browser, known) == IN


def test_key_of_another_hand_with_her_id_lets_nobody_in(browser: Browser, known: Authenticator) -> None:
    forged = Authenticator(browser.address, uses=50, key_id=known.key_id)
    assert answer(browser, forged) == IN


def test_passkey_that_is_not_known_lets_nobody_in(browser: Browser, known: Authenticator) -> None:
    assert answer(browser, Authenticator(browser.address)) == IN


def test_passkey_of_removed_staff_lets_nobody_in(browser: Browser, school: Services, known: Authenticator) -> None:
    invite(school, "Bo")
    school.redeem_invitation(invite(school, "Eva").rpartition("/")[2])
    school.remove_staff(next(one.id for one in school.staff() if one.name == "Åsa"))
    assert answer(browser, known) == IN


def test_answer_counts_once(browser: Browser, school: Services, device: Authenticator) -> None:
    device.uses = None  # so that no counter tells
    enter(browser, invite(school))
    make(browser, device)
    browser.send("/staff/out")
    browser.get(IN)
    said, cookies = device.get(browser.options()), browser.copy_cookies()
    browser.send(IN, answer=said)
    assert browser.path == "/school"
    browser.get(IN)
    browser.use_cookies(cookies)
    browser.send(IN, answer=said)
    assert browser.path != "/school"


def test_answer_comes_too_late_after_five_minutes(browser: Browser, known: Authenticator, clock: Clock) -> None:
    browser.get(IN)
    said = known.get(browser.options())
    clock.forward(minutes=5, seconds=1)
    browser.send(IN, answer=said)
    assert browser.path == IN


def test_question_of_one_browser_is_not_answered_by_another(browser: Browser, known: Authenticator) -> None:
    other = Browser(browser.address)
    other.get(IN)
    said = known.get(other.options())
    other.close()
    browser.get(IN)
    browser.send(IN, answer=said)
    assert browser.path == IN


def test_passkey_of_another_does_not_confirm(browser: Browser, school: Services, known: Authenticator) -> None:
    enter(browser, invite(school, "Bo"))
    make(browser, Authenticator(browser.address, uses=None))
    assert answer(browser, known, CONFIRM) == CONFIRM


@pytest.mark.parametrize("said", ["", "{}", "[]", "null", "x", json.dumps({"id": "a", "rawId": "a"}), "9" * 5000])
def test_rubbish_is_refused_like_any_other_answer(browser: Browser, known: Authenticator, said: str) -> None:
    browser.get(IN)
    browser.send(IN, answer=said)
    assert (browser.page.status_code, browser.path) == (200, IN)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_damaged_answer_is_refused(browser: Browser, known: Authenticator, part: str) -> None:
    browser.get(IN)
    said = json.loads(known.get(browser.options()))
    whole = bytearray(unpacked(said["response"][part]))
    whole[len(whole) // 2] ^= 1
    said["response"][part] = text(bytes(whole))
    browser.send(IN, answer=json.dumps(said))
    assert (browser.page.status_code, browser.path) == (200, IN)


def test_old_questions_are_cleared_away(browser: Browser, school: Services, clock: Clock) -> None:
    for _ in range(3):
        browser.get(IN)
        clock.forward(minutes=6)
    with school.database.transaction() as session:
        assert session.query(ChallengeRow).count() == 1
