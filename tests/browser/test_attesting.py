"""Jacob's supervisor answers on a phone, with JavaScript switched off and a pause in between."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from mimis_core.services import Services
from tests.browser.conftest import Open
from tests.browser.places import make_names
from tests.services.attesting import ask, facts, token_of


def save(page: Page, answer: str) -> None:
    """Choose an answer and go on."""
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Spara och fortsätt").click()


def test_supervisor_answers_and_the_link_shows_a_receipt(visit: Open, site: str, served_school: Services) -> None:
    learner = make_names(served_school)["learner_id"]
    token = token_of(ask(served_school, learner, email=None))
    page = visit(size="phone", scripts=False).page
    page.goto(f"{site}/attest/{token}")
    page.get_by_role("button", name="Börja").click()
    save(page, "Ja, det har jag sett")
    awake = visit(size="phone", scripts=False).page
    awake.goto(f"{site}/attest/{token}")
    awake.get_by_role("button", name="Fortsätt").click()
    while awake.get_by_role("button", name="Spara och fortsätt").count():
        save(awake, "Delvis")
    awake.get_by_label("Jag känner personen").check()
    awake.get_by_label("Sista dagen").fill(facts(served_school).ended_on.isoformat())
    awake.get_by_label("Din roll").fill("receptionschef")
    awake.get_by_role("button", name="Spara och titta på allt").click()
    awake.get_by_role("button", name="Skicka till läraren").click()
    expect(awake.get_by_role("heading", name="Tack. Svaret är skickat.")).to_be_visible()
    page.goto(f"{site}/attest/{token}/1")
    expect(page.get_by_role("heading", name="Tack. Svaret är skickat.")).to_be_visible()
