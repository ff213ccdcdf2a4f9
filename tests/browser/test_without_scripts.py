"""What a learner does works with JavaScript switched off, on a phone."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from mimis_core.services import Services
from tests.browser.conftest import Open
from tests.browser.places import make_names


def enter_code(page: Page, site: str, code: str) -> None:
    page.goto(f"{site}/in")
    page.locator("input[name=code]").fill(code)
    page.locator("form", has=page.locator("input[name=code]")).locator("button").click()
    page.wait_for_url(f"{site}/me")


def test_learner_shares_and_stranger_reads(visit: Open, site: str, served_school: Services) -> None:
    page = visit(size="phone", scripts=False).page
    enter_code(page, site, make_names(served_school)["signin.show_button:token"].lower())
    page.goto(f"{site}/me/share")
    page.locator("input[name=credential]").first.check()
    page.locator("input[name=purpose]").fill("Vikariat")
    page.locator("input[name=until]").fill((served_school.clock().date() + timedelta(days=9)).isoformat())
    page.get_by_role("button", name="Se hur det blir").click()
    page.get_by_role("button", name="Ja, dela").click()
    link = page.locator(".copy").first.inner_text()
    stranger = visit(size="phone", scripts=False).page
    stranger.goto(link)
    expect(stranger.get_by_text("Vikariat")).to_be_visible()
    expect(stranger.get_by_role("heading", name="Digitala arbetsmiljöer i omsorgen")).to_be_visible()
