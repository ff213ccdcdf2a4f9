"""What a person sees: the menu, large text, the focus, strong colours and a print."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from mimis_core.services import Role, Services
from tests.browser.axe import wider_than_window
from tests.browser.conftest import Open
from tests.browser.keyboard import tab_through, unseen
from tests.browser.people import make_passkey, sign_in_learner, sign_in_staff
from tests.browser.text_size import large_text

OPEN = ("/", "/check", "/accessibility", "/in", "/staff/in")


def test_staff_menu_stands_open_on_a_desktop(visit: Open, served_school: Services) -> None:
    page = visit(size="desktop").page
    sign_in_staff(page, served_school)
    page.goto(f"{served_school.settings.base_url}/staff/")
    expect(page.get_by_role("link", name="Mitt konto")).to_be_visible()
    expect(page.get_by_text("Meny", exact=True)).to_be_hidden()


def test_staff_menu_opens_on_a_phone_without_scripts(visit: Open, served_school: Services) -> None:
    page = visit(size="phone", scripts=False).page
    sign_in_staff(page, served_school)
    page.goto(f"{served_school.settings.base_url}/staff/")
    link = page.get_by_role("link", name="Mitt konto")
    expect(link).to_be_hidden()
    page.get_by_text("Meny", exact=True).click()
    expect(link).to_be_visible()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_learners_menu_is_one_row_on_a_small_phone(visit: Open, served_school: Services, language: str) -> None:
    page = visit(size="phone", language=language).page
    sign_in_learner(page, served_school, next(one.id for one, _ in served_school.learners()))
    page.set_viewport_size({"width": 360, "height": 640})
    places = [one.bounding_box() for one in page.locator(".menu").locator("a, button").all()]
    middles = {round(one["y"] + one["height"] / 2) for one in places if one}
    assert (len(places), len(middles)) == (4, 1)


@pytest.mark.parametrize("path", OPEN, ids=OPEN)
def test_text_of_twice_the_size_fits(visit: Open, site: str, path: str) -> None:
    page = visit(size="phone").page
    page.goto(site + path)
    with large_text(page):
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == pytest.approx(34)
        assert wider_than_window(page) == []


@pytest.mark.parametrize("path", OPEN, ids=OPEN)
def test_focus_is_seen_and_covered_by_nothing(visit: Open, site: str, path: str) -> None:
    page = visit(size="phone").page
    page.goto(site + path)
    stops = tab_through(page)
    assert len(stops) > 3
    assert unseen(stops) == []


def test_print_has_no_menus(visit: Open, site: str) -> None:
    page = visit().page
    page.goto(f"{site}/accessibility")
    page.emulate_media(media="print")
    expect(page.locator(".languages")).to_be_hidden()
    expect(page.locator(".bottom")).to_be_hidden()
    expect(page.locator(".home")).to_be_visible()


def test_printed_sign_in_has_its_code(visit: Open, served_school: Services) -> None:
    page = visit().page
    sign_in_staff(page, served_school, Role.ISSUER)
    make_passkey(page)
    learner = next(one for one, _ in served_school.learners())
    page.goto(f"{served_school.settings.base_url}/school/learners/{learner.id}/slip")
    page.get_by_label("Jag har kontrollerat vem det är").check()
    page.get_by_role("button", name="Gör papperet").click()
    page.emulate_media(media="print")
    expect(page.locator("main code")).to_be_visible()
    expect(page.locator("main .qr")).to_be_visible()
    expect(page.get_by_role("link", name="Tillbaka till deltagaren")).to_be_hidden()


def test_strong_colours_mark_the_open_page(visit: Open, served_school: Services) -> None:
    page = visit().page
    sign_in_staff(page, served_school)
    page.goto(f"{served_school.settings.base_url}/staff/")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    shown = "(one) => getComputedStyle(one).borderLeftColor"
    here, other = page.locator(".menu a[aria-current]").first, page.locator(".menu a:not([aria-current])").first
    assert here.evaluate(shown) != other.evaluate(shown)
