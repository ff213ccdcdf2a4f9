"""What employers see by the rules of WCAG 2.2, and a file dropped on the form: their own pages, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mimis_ats.texts import REASONS
from playwright.sync_api import Page, expect

from mimis_core import Check, FeedReceipt, Organisation, Verdict
from mimis_core.cli.init import write_folder
from mimis_core.services import ImportedCredential, ImportedShare, Role, Services, open_services
from mimis_core.settings import load_settings
from tests.browser.axe import violations, wider_than_window
from tests.browser.conftest import Open
from tests.browser.people import sign_in_staff
from tests.browser.serving import serving

EMPLOYER = Organisation(
    id="employer", legal_name={"sv": "Sjövägens omsorg AB"}, registration="556036-0793", eidas="NTRSE-5560360793"
)
DROP = """(content) => {
  const given = new DataTransfer();
  given.items.add(new File([content], "bevis.jsonld"));
  const form = document.querySelector("form[data-drop]");
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def sealed(served_school: Services) -> bytes:
    """The file of a credential that is valid."""
    credential = next(one for one in served_school.all_credentials() if one.status.status == "active")
    return served_school.sealed(credential.learner_id, credential.id).content


@pytest.fixture
def employer(tmp_path: Path, filled_folder: Path, sealed: bytes) -> Iterator[Services]:
    """An employer's mimis that is served, and has taken in a share of each kind."""
    folder = tmp_path / "employer"
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:9", "sqlite:///mimis.db", None)
    with open_services(load_settings(folder)) as services:
        for share in shares(sealed):
            services.save_import(share)
    with serving(folder), open_services(load_settings(folder)) as services:
        yield services


def shares(sealed: bytes) -> list[ImportedShare]:
    verdict = Verdict(verdict="valid", checks=(Check(type="seal", status="ok", reason="good"),))
    one = ImportedCredential(
        urn="urn:1", title={"sv": "Bemötande"}, issuer_name={"sv": "Skolan"}, verdict=verdict, content=sealed
    )
    receipt = FeedReceipt(feed="teamtailor", key="k", candidate_id="50001", external_id="1")
    made = ImportedShare(key="written", issuer="x", link="https://x.example/s/1", person_name="Åsa Öberg",
                         purpose="Vikariat", credentials=(one,), state="written", receipts=(receipt,))  # fmt: skip
    ask = {"key": "ask", "state": "ask", "receipts": (), "reason": REASONS["no-candidate"]}
    left = {"key": "left", "state": "attention", "credentials": (), "person_name": None, "purpose": None}
    return [made, made.model_copy(update=ask), made.model_copy(update=left)]


def judge(page: Page) -> None:
    """The page breaks no rule and fits its window."""
    assert (violations(page).violations, wider_than_window(page)) == ((), [])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_employers_pages_break_no_rule_at_320_pixels(visit: Open, employer: Services, axe: None, dark: bool) -> None:
    page = visit(size="narrow", dark=dark).page
    base = employer.settings.base_url
    sign_in_staff(page, employer, *Role)
    ids = [employer.import_of(key).id for key in ("written", "ask", "left")]
    paths = ["/employer", "/employer?show=withdrawn", "/employer/import", *(f"/employer/shares/{one}" for one in ids)]
    for path in (*paths, "/to-us", "/", "/check"):
        answer = page.goto(base + path)
        assert (path, answer and answer.status) == (path, 200)
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
