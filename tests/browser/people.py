"""People of the pages: a learner who comes with her slip, and staff who come with a link."""

from __future__ import annotations

from itertools import count

from playwright.sync_api import Page

from mimis_core.services import Role, Services
from tests.browser.authenticator import VirtualAuthenticator
from tests.browser.places import Names, Who

_NUMBERS = count(1)


def come_as(who: Who, page: Page, services: Services, names: Names) -> None:
    """Sign in as somebody who may open such pages; staff come in all roles, and like readers with a fresh passkey."""
    if who == "learner":
        sign_in_learner(page, services, names["learner_id"])
    elif who != "nobody":
        sign_in_staff(page, services, *(Role if who == "staff" else (Role.READER,)))
        make_passkey(page)


def sign_in_learner(page: Page, services: Services, learner_id: str) -> None:
    """Open the address of a slip and press its button."""
    page.goto(services.make_slip(learner_id, "Test").url)
    come_in(page)


def sign_in_staff(page: Page, services: Services, *roles: Role) -> str:
    """Take somebody on, open her link and press its button; gives her id."""
    number = next(_NUMBERS)
    made = services.invite_staff(f"Kim {number}", f"kim{number}@demo.example", roles or (Role.OWNER,))
    page.goto(made.url)
    come_in(page)
    return made.staff_id


def make_passkey(page: Page) -> VirtualAuthenticator:
    """Make a passkey in a new authenticator, for whom is signed in; her session is proved from then on."""
    authenticator = VirtualAuthenticator(page)
    page.goto(address(page, "/staff/passkeys/new"))
    press(page)
    page.wait_for_url("**/staff/")
    return authenticator


def come_in(page: Page) -> None:
    """Press the button of a link, and be where it leads: whoever goes elsewhere before that is not in."""
    with page.expect_navigation():
        press(page)


def press(page: Page) -> None:
    """Press the first button of the page's content."""
    page.locator("main button").first.click()


def address(page: Page, path: str) -> str:
    """The address of a path at the school whose page is open."""
    scheme, _, rest = page.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}{path}"
