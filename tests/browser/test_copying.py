"""A link to take along has buttons under it where scripts run; without them it stands there to be selected."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mimis_core.services import Services
from tests.browser.chrome import Visitor
from tests.browser.conftest import Open
from tests.browser.people import sign_in_learner
from tests.browser.places import make_names

PHONE_SHARES = "navigator.share = async what => { window.given = what; }"
CHANGES_HER_MIND = "navigator.share = async () => { throw new DOMException('', 'AbortError'); }"


def see_shares(visitor: Visitor, site: str, school: Services) -> Page:
    """Somebody's shares, of which one is a link."""
    sign_in_learner(visitor.page, school, make_names(school)["learner_id"])
    visitor.page.goto(f"{site}/me/shares")
    return visitor.page


def test_link_is_copied_by_its_button(visit: Open, site: str, served_school: Services) -> None:
    visitor = visit(size="phone")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = see_shares(visitor, site, served_school)
    page.get_by_role("button", name="Kopiera länken").first.click()
    expect(page.get_by_role("status").filter(has_text="Länken är kopierad.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("[data-copy]").first.inner_text()


def test_button_says_which_link_it_copies(visit: Open, site: str, served_school: Services) -> None:
    page = see_shares(visit(size="phone"), site, served_school)
    card = page.locator("article", has=page.locator("[data-copy]")).first
    heading = card.get_by_role("heading", level=2).inner_text()
    expect(card.get_by_role("button", name="Kopiera länken")).to_have_accessible_description(heading)


@pytest.mark.parametrize("phone", [PHONE_SHARES, CHANGES_HER_MIND], ids=["sends", "changes-her-mind"])
def test_phone_sends_the_link_its_own_way(visit: Open, site: str, served_school: Services, phone: str) -> None:
    visitor = visit(size="phone")
    visitor.context.add_init_script(phone)
    page = see_shares(visitor, site, served_school)
    page.get_by_role("button", name="Skicka länken vidare").first.click()
    given = {"url": page.locator("[data-copy]").first.inner_text()} if phone == PHONE_SHARES else None
    assert page.evaluate("window.given || null") == given


def test_link_stands_there_without_scripts(visit: Open, site: str, served_school: Services) -> None:
    page = see_shares(visit(size="phone", scripts=False), site, served_school)
    expect(page.locator("[data-copy]").first).to_contain_text(f"{site}/s/")
    expect(page.get_by_role("button", name="Kopiera länken")).to_have_count(0)
