"""The employer's pages over real HTTP: a share comes in, is checked, written where its person is, and taken back."""

from __future__ import annotations

import pytest
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_europass.elm import ElmFormat
from mimis_europass.settings import ElmSettings

from mimis_core.services import ImportedShare, Services
from mimis_core.testing import Answer
from tests.adapters.portal.employer.conftest import EMAIL, NAME, Enter, Share
from tests.filled_school import Known
from tests.web.site import Browser

TITLE = "Digitala arbetsmiljöer i omsorgen"


def take_in(browser: Browser, link: str, email: str = EMAIL) -> str:
    """The page that a recruiter comes to with a link and the address of the one who applied."""
    browser.get("/employer/import")
    return browser.send("/employer/import", link=link, email=email).text


def withdraw(school: Services, known: Known, link: str) -> None:
    made = next(one for one in school.shares_of(known["learner_id"]) if one.url == link)
    school.withdraw_share(known["learner_id"], made.id)


def test_sign_in_leads_to_an_inbox_that_says_how_it_is_filled(recruiter: Browser) -> None:
    assert recruiter.path == "/employer"
    page = recruiter.page.text
    assert "Ingen har delat något med er än." in page
    assert f"{recruiter.address}/to-us" in page


def test_applicant_is_told_how_to_share(as_role: Enter) -> None:
    page = as_role().get("/to-us").text
    assert "Dela med Sjövägens omsorg AB" in page
    assert "Gör en länk i stället" in page


def test_link_is_checked_and_written_to_its_candidate(recruiter: Browser, share: Share, ats: TeamtailorSandbox) -> None:
    page = take_in(recruiter, share())
    for said in (
        NAME,
        "Skrivet hos kandidaten",
        TITLE,
        "Gäller",
        "Delta i ett digitalt möte",
        "Vikariat",
        EMAIL,
        "Teamtailor, kandidat",
    ):
        assert said in page
    assert len(ats.received()) == 1
    inbox = recruiter.get("/employer").text
    assert NAME in inbox
    assert TITLE in inbox


def test_recruiter_is_recorded_as_who_took_it_in(recruiter: Browser, employer: Services, share: Share) -> None:
    take_in(recruiter, share())
    me = next(one.id for one in employer.staff())
    (row,) = employer.audit_of(employer.import_page().lines[0].share.key)
    assert (row["actor"], row["action"]) == (me, "import.written")


def test_same_link_twice_is_one_share(recruiter: Browser, employer: Services, share: Share) -> None:
    link = share()
    take_in(recruiter, link)
    take_in(recruiter, link)
    assert len(employer.import_page().lines) == 1


def test_file_and_pdf_are_taken_in_and_left_to_the_recruiter(
    recruiter: Browser, school: Services, known: Known
) -> None:
    sealed = school.sealed(known["learner_id"], known["credential_id"]).content
    pdf = ElmFormat("elm", ElmSettings()).pdf(sealed, "bevis.jsonld")
    for name, content in (("bevis.jsonld", sealed), ("bevis.pdf", pdf)):
        recruiter.get("/employer/import")
        page = recruiter.send_file("/employer/import", name, content).text
        assert "Du bestämmer vad som ska göras" in page
        assert "Filen har ingen delning att peka på." in page
        assert "The file has no share" not in page
        assert "/candidate" not in page


def test_recruiter_decides_whose_it_is(recruiter: Browser, share: Share, ats: TeamtailorSandbox) -> None:
    page = take_in(recruiter, share(), email="")
    assert "Delningen säger inte vilken ansökan den hör till." in page
    assert recruiter.send(f"{recruiter.path}/candidate", email="ingen adress").status_code == 400
    assert "Skriv kandidatens e-postadress." in recruiter.page.text
    path = recruiter.path.removesuffix("/candidate")
    recruiter.send(f"{path}/candidate", email=EMAIL)
    assert recruiter.path == path
    assert "Skrivet hos kandidaten" in recruiter.page.text
    assert len(ats.received()) == 1


def test_share_that_was_taken_back_shows_nothing_more(
    recruiter: Browser, school: Services, known: Known, share: Share, ats: TeamtailorSandbox
) -> None:
    link = share()
    take_in(recruiter, link)
    withdraw(school, known, link)
    path = recruiter.path
    pages = [recruiter.send(f"{path}/check").text, recruiter.get("/employer").text]
    assert recruiter.get(path).status_code == 200
    for page in (*pages, recruiter.page.text):
        assert "En delning som inte är öppen längre" in page
        for gone in (NAME, TITLE, "Vikariat", EMAIL):
            assert gone not in page
    assert ats.received() == []


def test_what_cannot_be_removed_is_said(recruiter: Browser, employer: Services, share: Share, known: Known) -> None:
    take_in(recruiter, share())
    line = employer.import_page().lines[0]
    assert line.share.receipts
    left = {"state": "attention", "reason": "Kvar. / Left.", "credentials": (), "person_name": None, "purpose": None}
    employer.save_import(line.share.model_copy(update=left))
    page = recruiter.get(recruiter.path).text
    for said in (
        "inte borttaget överallt",
        "Kvar.",
        "Här står det kvar",
        "Teamtailor, kandidat",
        "Försök ta bort det igen",
    ):
        assert said in page


def test_nameless_share_is_left_to_the_recruiter(recruiter: Browser, share: Share) -> None:
    page = take_in(recruiter, share(anonymous=True))
    assert "Utan namn" in page
    assert "Delat utan fil" in page
    assert NAME not in page


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://10.0.0.1/s/abc", "Det är ingen länk till en delning"),
        ("http://skolan.example/s/abc", "Det är ingen länk till en delning"),
        ("anna@ansokan.example", "inget bevis som vi kan läsa"),
        ("", "Skriv länken, eller välj en fil."),
    ],
    ids=["inside", "not safe", "no link", "empty"],
)
def test_what_cannot_be_taken_in_is_explained(recruiter: Browser, link: str, words: str) -> None:
    page = take_in(recruiter, link)
    assert recruiter.page.status_code == 400
    assert words in page


def test_link_that_is_gone_is_explained(recruiter: Browser, share: Share, school: Services, known: Known) -> None:
    link = share()
    withdraw(school, known, link)
    assert "Där finns ingen delning längre." in take_in(recruiter, link)


def test_recruitment_system_that_does_not_answer_loses_nothing(
    recruiter: Browser, share: Share, ats: TeamtailorSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ats, "handle", lambda request: Answer(403, b"{}"))
    page = take_in(recruiter, share())
    assert "mimis försöker igen nästa gång" in page
    assert NAME in page


def test_list_is_shown_in_parts_and_pages(recruiter: Browser, employer: Services) -> None:
    for number in range(53):
        state = "ask" if number % 2 else "written"
        employer.save_import(
            ImportedShare(key=f"k{number}", issuer="x", person_name=f"Person {number:02}", state=state)
        )
    first = recruiter.get("/employer").text
    assert "Alla (53)" in first
    assert first.count("<tr>") == 51
    second = recruiter.get(f"/employer?after={employer.import_page().after}").text
    assert second.count("<tr>") == 4
    decide = recruiter.get("/employer?show=decide").text
    assert decide.count("<tr>") == 27
    assert "Person 02" not in decide
