"""Who goes the journeys, and what each of them clicks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from mimis_core.model import CompletionKind
from tests.browser.authenticator import VirtualAuthenticator
from tests.browser.chrome import SIZES
from tests.browser.journeys.hands import Hand
from tests.browser.journeys.town import Town
from tests.browser.journeys.words import Words

PHONE = dict(zip(("width", "height"), SIZES["phone"], strict=True))
GENUINE = {"sv": "Äkta och giltigt", "en": "Genuine and valid"}
QUESTIONS = (
    "Who has issued the micro-credential?",
    "What can you do?",
    "How have you been assessed?",
    "How is the quality of the micro-credential assured?",
)
ASKED = {
    CompletionKind.ATTESTATION: "A supervisor at a workplace",
    CompletionKind.VALIDATION: "An assessor (validation)",
}


@dataclass
class Person:
    """Somebody at a screen, who reads and presses what pages offer in her language."""

    page: Page
    say: Words
    town: Town
    hand: Hand

    def press(self, sentence: str) -> None:
        """Press a button."""
        self.hand.press(self.page.get_by_role("button", name=self.say(sentence), exact=True).first)

    def follow(self, sentence: str, **values: str) -> None:
        """Follow a link with such a text."""
        self.follow_named(self.say(sentence, **values))

    def follow_named(self, name: str) -> None:
        """Follow a link that is called after a person or a thing."""
        self.hand.press(self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first)

    def write(self, label: str, text: str) -> None:
        """Write into a field."""
        self.hand.write(self.page.get_by_label(self.say(label), exact=True), text)

    def tick(self, label: str) -> None:
        """Choose a box or one of several."""
        self.hand.tick(self.page.get_by_label(self.say(label), exact=True))

    def read(self, text: str) -> None:
        """See a text in the page's content, or fail."""
        expect(self.page.get_by_role("main").get_by_text(text, exact=True).first).to_be_visible()

    def read_heading(self, text: str) -> None:
        """See that the page is headed so."""
        expect(self.page.locator("h1")).to_have_text(text)

    def reload_until(self, seen: Locator) -> None:
        """Load the page again until it shows what the worker has brought about."""
        for _ in range(200):
            if seen.count():
                return
            self.page.reload()
        expect(seen.first).to_be_visible()


class Teacher(Person):
    """She decides, with the evidence beside."""

    def arrive(self, link: str) -> None:
        """Open her invitation, and make a passkey, which decisions ask for."""
        self.page.goto(link)
        self.press("Sign in")
        self.open("My account")
        self.follow("Make a passkey")
        VirtualAuthenticator(self.page)
        self.press("Make a passkey")
        self.page.wait_for_url("**/staff/")

    def open(self, line: str) -> None:
        """Choose a line of the menu, which on a phone is opened first."""
        menu = self.page.get_by_role("navigation", name=self.say("Pages of the school"))
        if self.page.viewport_size == PHONE:
            self.hand.unfold(menu.get_by_text(self.say("Menu"), exact=True))
        self.hand.press(menu.get_by_role("link", name=self.say(line), exact=True))

    def approve(self, name: str, title: str, evidence: str) -> None:
        """Find what waits about a learner, look at what there is to show it, and approve."""
        self.open("Decisions")
        self.write("Name", name)
        self.press("Search")
        self.follow_named(name)
        self.read_heading(title)
        self.read(evidence)
        self.press("Approve")
        self.read(self.say("Approved. The learner gets the credential within some minutes."))

    def ask(self, kind: CompletionKind, learner: str, title: str, attester: tuple[str, str, str]) -> None:
        """Ask somebody without an account what a learner has shown: name, workplace and address, if there is one."""
        name, workplace, email = attester
        self.open("Attestations")
        self.follow("Ask a supervisor or an assessor")
        self.write("The learner’s name", learner)
        self.press("Search")
        self.follow_named(learner)
        self.page.get_by_label(self.say("Micro-credential"), exact=True).select_option(label=title)
        self.tick(ASKED[kind])
        self.write("Name", name)
        self.write("Workplace", workplace)
        self.write("E-mail address (you may leave this out)", email)
        self.write("First day", (date.today() - timedelta(days=40)).isoformat())
        self.write("Last day", (date.today() - timedelta(days=1)).isoformat())
        self.press("Ask")

    def link_to_hand_over(self) -> str:
        """The link that is shown once, when it is not mailed."""
        self.read_heading(self.say("The link to hand over"))
        link = self.page.locator(".copy").inner_text()
        self.follow("Done")
        return link

    def make_slip(self, name: str) -> str:
        """Make a printed sign-in for a learner, who stands before her; gives its code."""
        self.open("Learners")
        self.write("Name", name)
        self.press("Search")
        self.follow_named(name)
        self.follow("Make a printed sign-in")
        self.tick("I have checked who it is: I know the person, or I have seen proof of identity.")
        self.press("Make the paper")
        return self.page.locator("code.code").inner_text()


class Attester(Person):
    """A supervisor or an assessor, without an account."""

    def answer(self, link: str, role: str, outcomes: int) -> None:
        """Say yes to so many outcomes, who she is, and send it."""
        self.page.goto(link)
        self.press("Begin")
        for step in range(1, outcomes + 1):
            expect(self.page).to_have_url(f"{link}/{step}")
            self.tick("Yes, I have seen it")
            self.press("Save and go on")
        self.tick("I know the person")
        self.write("Your role", role)
        self.press("Save and look at everything")
        self.press("Send to the teacher")
        self.read_heading(self.say("Thank you. The answer is sent."))


class Learner(Person):
    """She reads, saves, shares, sees who has looked, and takes back."""

    def ask_to_sign_in(self, email: str) -> None:
        """Ask for a link where she is, find it in her mail, and press its button."""
        self.write("Your e-mail address", email)
        self.press("Send a sign-in link")
        self.read_heading(self.say("Look in your e-mail"))
        self.page.goto(self.town.mailbox.link(email, "/in/"))
        self.press("Sign in")

    def come_by_mail(self, email: str) -> None:
        """Follow the link to her new credential in the mail about it, and sign in on the way."""
        self.page.goto(self.town.mailbox.link(email, "/me/credentials/"))
        self.ask_to_sign_in(email)

    def come_by_code(self, code: str) -> None:
        """Begin at the first page and write the code of her slip."""
        self.page.goto(self.town.site)
        self.write("The code on your slip", code)
        form = self.page.locator("form", has=self.page.locator("input[name=code]"))
        self.hand.press(form.get_by_role("button"))
        self.read_heading(self.say("My credentials"))

    def open_page(self, line: str) -> None:
        """Choose a line of her menu."""
        menu = self.page.get_by_role("navigation", name=self.say("My pages"))
        self.hand.press(menu.get_by_role("link", name=self.say(line), exact=True))

    def see_credential(self, title: str) -> None:
        """Open one of her credentials, as soon as it is there."""
        self.open_page("My credentials")
        self.read_heading(self.say("My credentials"))
        self.reload_until(self.page.get_by_role("link", name=title, exact=True))
        self.follow_named(title)

    def see_way_to(self, role: str, sentence: str, **values: str) -> None:
        """See how far it is to something larger."""
        self.open_page("My credentials")
        self.follow("See what is missing")
        goal = self.page.locator("article", has=self.page.get_by_role("heading", name=role, exact=True))
        expect(goal.get_by_text(self.say(sentence, **values))).to_be_visible()

    def read_credential(self, title: str) -> None:
        """Read the credential that is open: its name, that it is valid, and the answers to the four questions."""
        self.read_heading(title)
        self.read(GENUINE[self.say.language])
        for question in QUESTIONS:
            expect(self.page.get_by_role("heading", name=self.say(question))).to_be_visible()
        self.hand.unfold(self.page.get_by_text(self.say("What the assessor looked at"), exact=True))
        expect(self.page.locator("details[open] li").first).to_be_visible()

    def save_in_europass(self, address: str) -> None:
        """Save the credential that is open in her wallet: write the address, look, and say yes."""
        self.follow("Save in %(wallet)s", wallet="Europass")
        self.write_address(address)
        self.press("Yes, send")
        self.read(self.say("We are sending your credential. Here you see how it goes."))
        saved = self.say("The credential is saved in %(wallet)s.", wallet="Europass")
        self.reload_until(self.page.get_by_text(saved))

    def write_address(self, address: str) -> None:
        """Write where her wallet is."""
        self.hand.write(self.page.locator("input[name=to]"), address)
        self.press("Continue")
        self.read(address)

    def share(self, purpose: str, title: str) -> str:
        """Share the credential that is open: write what for, look at what will be seen, say yes; gives the link."""
        self.follow("Share the credential")
        self.write("What will it be used for?", purpose)
        self.press("See how it will look")
        self.read_heading(self.say("This is what the one who has the link will see"))
        self.read(title)
        self.read(purpose)
        self.press("Yes, share")
        self.read(self.say("No one has looked yet."))
        return self.page.locator(".copy").first.inner_text()

    def see_looks(self, *looks: str) -> None:
        """See who has looked, the latest first."""
        self.open_page("My shares")
        expect(self.page.locator("ol.timeline li")).to_have_text([re.compile(self.say(one)) for one in looks])

    def take_back(self) -> None:
        """Take the share back."""
        self.press("Take back the share")
        gone = "The share is removed. The link no longer works. If someone saved a copy we cannot delete it."
        self.read(self.say(gone))


class Employer(Person):
    """One who hires, and has nothing but the link."""

    def open_share(self, link: str, name: str, title: str) -> None:
        """Open the link: at a glance that it is genuine and valid, whose it is, and what it is."""
        self.page.goto(link)
        expect(self.page.locator(".verdict strong")).to_have_text(GENUINE[self.say.language])
        self.read(name)
        expect(self.page.get_by_role("heading", name=title, exact=True)).to_be_visible()

    def check_file(self, folder: Path, name: str) -> None:
        """Save the sealed file, and check it where anybody can."""
        with self.page.expect_download() as saving:
            self.follow("Download the sealed file")
        file = folder / saving.value.suggested_filename
        saving.value.save_as(file)
        self.follow("Check a credential")
        self.hand.choose_file(self.page.get_by_label(self.say("The file"), exact=True), file)
        self.press("Check")
        expect(self.page.locator(".verdict strong")).to_have_text(GENUINE[self.say.language])
        self.read(name)

    def find_it_gone(self, link: str) -> None:
        """Open the link again, after it was taken back."""
        answer = self.page.goto(link)
        assert answer is not None
        assert answer.status == 410
        self.read_heading(self.say("The share has been taken back"))
