"""Passkeys in a real browser, with its own authenticator: made, asked for, and the wrong ones refused."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from mimis_core.services import Services
from mimis_core.store.staff_tables import SessionRow
from tests.browser.authenticator import VirtualAuthenticator
from tests.browser.conftest import Open
from tests.browser.people import make_passkey, press, sign_in_staff

NEW, CONFIRM, IN, PEOPLE = "/staff/passkeys/new", "/staff/confirm", "/staff/in/passkey", "/staff/people"
REFUSED = "Nyckeln fungerade inte. Försök igen, eller använd en annan."


@pytest.fixture
def staff_id(page: Page, served_school: Services) -> str:
    return sign_in_staff(page, served_school)


@pytest.fixture
def device(page: Page, staff_id: str) -> VirtualAuthenticator:
    """Hers, with a passkey; she is signed in."""
    return make_passkey(page)


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/staff/")
    page.locator('form[action="/staff/out"] button').click()
    page.wait_for_url("**/staff/in")


def forget_proof(school: Services, staff_id: str) -> None:
    """Let sixteen minutes pass since she last showed a passkey."""
    with school.database.transaction() as session:
        for row in session.query(SessionRow).filter_by(staff_id=staff_id):
            assert row.second_factor_at is not None
            row.second_factor_at -= timedelta(minutes=16)


def foreign_key() -> str:
    """A private key that nobody here knows, as Chromium takes it."""
    made = generate_private_key(SECP256R1())
    return b64encode(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def test_passkey_is_made_and_lets_her_in(page: Page, site: str, device: VirtualAuthenticator) -> None:
    assert [key["rpId"] for key in device.passkeys()] == ["localhost"]
    sign_out(page, site)
    page.goto(f"{site}{IN}")
    press(page)
    page.wait_for_url("**/school")
    page.goto(f"{site}/staff/")
    expect(page.locator("main")).to_contain_text("Kim")


def test_new_passkey_opens_what_needs_proof(page: Page, site: str, device: VirtualAuthenticator) -> None:
    page.goto(f"{site}{PEOPLE}")
    page.wait_for_url(f"**{PEOPLE}")


def test_session_without_passkey_is_told_to_get_one(page: Page, site: str, staff_id: str) -> None:
    page.goto(f"{site}{PEOPLE}")
    assert page.url == f"{site}{CONFIRM}"
    expect(page.locator("form.passkey")).to_have_count(0)


def test_old_proof_is_asked_for_again(
    page: Page, site: str, served_school: Services, staff_id: str, device: VirtualAuthenticator
) -> None:
    forget_proof(served_school, staff_id)
    page.goto(f"{site}{PEOPLE}")
    page.wait_for_url(f"**{CONFIRM}")
    press(page)
    page.wait_for_url(f"**{PEOPLE}")


def test_form_after_old_proof_is_sent_again(
    page: Page, site: str, served_school: Services, staff_id: str, device: VirtualAuthenticator
) -> None:
    page.goto(f"{site}{PEOPLE}")
    forget_proof(served_school, staff_id)
    form = page.locator(f'form[action="{PEOPLE}"]')
    form.locator("input[name=name]").fill("Ida")
    form.locator("input[name=email]").fill("ida@demo.example")
    form.locator("button").click()
    page.wait_for_url(f"**{CONFIRM}")
    assert "Ida" not in [one.name for one in served_school.staff()]
    press(page)
    page.wait_for_url(f"**{PEOPLE}")


# Wrong ones ------------------------------------------------------------------------------------------------------


def expect_notice(page: Page) -> None:
    """The browser's own no, said on the page where it was asked."""
    expect(page.locator("form.passkey [role=alert]")).to_be_visible()


def test_authenticator_without_a_passkey_lets_nobody_in(page: Page, site: str) -> None:
    page.goto(f"{site}{IN}")
    VirtualAuthenticator(page)
    press(page)
    expect_notice(page)


def test_owner_who_is_not_recognised_stays_out(page: Page, site: str, device: VirtualAuthenticator) -> None:
    sign_out(page, site)
    device.know_owner(False)
    page.goto(f"{site}{IN}")
    press(page)
    expect_notice(page)


def test_owner_who_is_not_recognised_makes_no_passkey(page: Page, site: str, staff_id: str) -> None:
    page.goto(f"{site}{NEW}")
    device = VirtualAuthenticator(page)
    device.know_owner(False)
    press(page)
    expect_notice(page)
    assert device.passkeys() == []


def test_removed_passkey_lets_nobody_in(page: Page, site: str, device: VirtualAuthenticator) -> None:
    page.locator('form[action*="/remove"] button').click()
    expect(page.get_by_text("Nyckeln är borttagen.")).to_be_visible()
    sign_out(page, site)
    page.goto(f"{site}{IN}")
    press(page)
    expect(page.get_by_text(REFUSED)).to_be_visible()


def test_forged_passkey_lets_nobody_in(page: Page, site: str, device: VirtualAuthenticator) -> None:
    (real,) = device.passkeys()
    sign_out(page, site)
    device.forget_all()
    device.take({**real, "privateKey": foreign_key(), "signCount": real["signCount"] + 10})
    page.goto(f"{site}{IN}")
    press(page)
    expect(page.get_by_text(REFUSED)).to_be_visible()
    page.goto(f"{site}/staff/")
    assert page.url == f"{site}/staff/in"


def test_copied_passkey_is_noticed_in_the_browser(page: Page, site: str, device: VirtualAuthenticator) -> None:
    (copy,) = device.passkeys()
    sign_out(page, site)
    page.goto(f"{site}{IN}")
    press(page)
    page.wait_for_url("**/school")
    sign_out(page, site)
    device.forget_all()
    device.take(copy)
    page.goto(f"{site}{IN}")
    press(page)
    expect(page.get_by_text(REFUSED)).to_be_visible()


def test_passkey_of_another_confirms_nothing(
    page: Page, site: str, served_school: Services, staff_id: str, device: VirtualAuthenticator, visit: Open
) -> None:
    other = visit().page
    sign_in_staff(other, served_school)
    (foreign,) = make_passkey(other).passkeys()
    forget_proof(served_school, staff_id)
    device.forget_all()
    device.take(foreign)
    page.goto(f"{site}{PEOPLE}")
    press(page)
    expect_notice(page)
    page.goto(f"{site}{PEOPLE}")
    assert page.url == f"{site}{CONFIRM}"


def test_same_authenticator_makes_no_second_passkey(page: Page, site: str, device: VirtualAuthenticator) -> None:
    page.goto(f"{site}{NEW}")
    press(page)
    expect_notice(page)
    assert len(device.passkeys()) == 1


# The form --------------------------------------------------------------------------------------------------------


def test_button_that_is_pressed_twice_asks_once(page: Page, site: str, device: VirtualAuthenticator) -> None:
    sign_out(page, site)
    page.goto(f"{site}{IN}")
    page.locator("main button").first.dblclick(no_wait_after=True)
    page.wait_for_url("**/school")


def test_second_try_works_after_a_refusal(page: Page, site: str, device: VirtualAuthenticator) -> None:
    sign_out(page, site)
    device.know_owner(False)
    page.goto(f"{site}{IN}")
    press(page)
    expect_notice(page)
    device.know_owner(True)
    press(page)
    page.wait_for_url("**/school")


def test_page_without_scripts_says_what_it_needs(visit: Open, site: str) -> None:
    page = visit(scripts=False).page
    page.goto(f"{site}{IN}")
    assert "Inloggningsnycklar behöver JavaScript." in page.inner_text("main")
