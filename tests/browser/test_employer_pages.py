"""What employers see by the rules of WCAG 2.2, and a file dropped on the form: their own pages, and the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mimis_core.services import Role, Services
from tests.browser.axe import violations, wider_than_window
from tests.browser.conftest import Open
from tests.browser.employers import make_role
from tests.browser.people import sign_in_staff

DROP = """(content) => {
  const given = new DataTransfer();
  given.items.add(new File([content], "bevis.jsonld"));
  const form = document.querySelector("form[data-drop]");
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


DROP_LINK = """(link) => {
  const given = new DataTransfer();
  given.setData("text/uri-list", link);
  const form = document.querySelector("form[data-drop-link]");
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


def judge(page: Page) -> None:
    """The page breaks no rule and fits its window."""
    assert (violations(page).violations, wider_than_window(page)) == ((), [])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_employers_pages_break_no_rule_at_320_pixels(
    visit: Open, served_employer: Services, axe: None, dark: bool
) -> None:
    page = visit(size="narrow", dark=dark).page
    base = served_employer.settings.base_url
    sign_in_staff(page, served_employer, *Role)
    ids = [served_employer.import_of(key).id for key in ("written", "ask", "left")]
    paths = ["/employer", "/employer?show=withdrawn", "/employer/import", *(f"/employer/shares/{one}" for one in ids)]
    role = make_role(served_employer)
    written = f"/employer/roles/{role}"
    paths += ["/employer/roles", "/employer/roles/new", f"/roles/{role}", f"{written}/shares/{ids[0]}", written]
    paths += [f"{written}/{name}" for name in ("edit", "publish", "end", "shares")]
    for path in (*paths, "/to-us", "/", "/check"):
        answer = page.goto(base + path)
        assert (path, answer and answer.status) == (path, 200)
        judge(page)


def test_page_of_whoever_sees_no_shares_breaks_no_rule(visit: Open, served_employer: Services, axe: None) -> None:
    page = visit(size="narrow", language="en").page
    sign_in_staff(page, served_employer, Role.REVIEWER)
    page.goto(f"{served_employer.settings.base_url}/employer/start")
    expect(page.get_by_text("Your role does not show you")).to_be_visible()
    judge(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_verdict_is_reached_by_choosing_a_file(
    visit: Open, site: str, sealed: bytes, tmp_path: Path, axe: None, scripts: bool
) -> None:
    (tmp_path / "bevis.jsonld").write_bytes(sealed)
    page = visit(size="narrow", language="en", scripts=scripts).page
    page.goto(f"{site}/check")
    page.locator("input[type=file]").set_input_files(tmp_path / "bevis.jsonld")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="What we checked")).to_be_visible()
    if scripts:
        judge(page)


def test_file_dropped_on_the_form_is_chosen(visit: Open, site: str, sealed: bytes) -> None:
    page = visit().page
    page.goto(f"{site}/check")
    expect(page.locator("[data-drop-hint]")).to_be_visible()
    page.evaluate(DROP, sealed.decode())
    page.get_by_role("button", name="Kontrollera", exact=True).click()
    expect(page.get_by_role("heading", name="Det här har vi kontrollerat")).to_be_visible()


def test_link_dropped_on_the_form_stands_in_its_field(visit: Open, site: str) -> None:
    page = visit().page
    page.goto(f"{site}/check")
    page.evaluate(DROP_LINK, "https://skolan.example/c/abc")
    expect(page.locator("#text")).to_have_value("https://skolan.example/c/abc")
    page.get_by_role("button", name="Kontrollera", exact=True).click()
    expect(page.get_by_text("Länken går till en sida som inte säger vem beviset gäller.")).to_be_visible()
