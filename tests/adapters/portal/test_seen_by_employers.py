"""The share page, the check and the page behind the QR code as employers meet them: over real HTTP, on real files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from mimis_europass.elm import ElmFormat
from mimis_europass.settings import ElmSettings
from mimis_portal.words import issuer_number

from mimis_core.services import Services, ShareOrder
from tests.filled_school import Known, fill
from tests.web.site import Browser, served

NAME = "Åsa Öberg"
GENUINE, CHANGED = "Äkta och giltigt", "Stämmer inte – beviset har ändrats"
JOSE = {"Accept": "application/jose+json"}


@pytest.fixture
def known(school: Services) -> Known:
    return fill(school)


@pytest.fixture
def employer(school: Services, known: Known) -> Iterator[Browser]:
    """The browser of somebody whom nobody knows."""
    with served(school) as address:
        browser = Browser(address)
        yield browser
        browser.close()


@pytest.fixture
def sealed(school: Services, known: Known) -> bytes:
    return school.sealed(known["learner_id"], known["credential_id"]).content


def share(school: Services, known: Known, **changes: Any) -> str:
    """Path of a new share."""
    until = school.clock().date() + timedelta(days=9)
    order = {"credential_ids": (known["credential_id"],), "purpose": "Vikariat", "until": until, **changes}
    return "/s/" + school.create_share(known["learner_id"], ShareOrder(**order)).url.rpartition("/")[2]


def checked(browser: Browser, content: bytes, name: str = "bevis.json") -> str:
    """The page that answers to an uploaded file."""
    browser.get("/check")
    return browser.send_file("/check", name, content).text


def broken(sealed: bytes) -> bytes:
    """A sealed file in which one letter is another."""
    body = json.loads(sealed)
    middle = len(body["payload"]) // 2
    body["payload"] = (
        body["payload"][:middle] + ("A" if body["payload"][middle] != "A" else "B") + body["payload"][middle + 1 :]
    )
    return json.dumps(body).encode()


# The share page ------------------------------------------------------------------------------------------------------


def test_share_page_says_at_once_what_an_employer_asks(employer: Browser, school: Services, known: Known) -> None:
    page = employer.get(share(school, known)).text
    head, _, details = page.partition("<details>")
    for said in (GENUINE, NAME, "Testbygdens folkhögskola", "Nivå (SeQF/EQF)", "Delta i ett digitalt möte"):
        assert said in head
    assert "Så är läget den" in details
    assert "Är sigillet helt?" in details
    assert f"mimis employer import {employer.address}/s/" in details


def test_share_page_checks_the_seal_itself(employer: Browser, school: Services, known: Known, sealed: bytes) -> None:
    opened = school.open_share(known["share"], "Test").credentials[0]
    assert opened.sealed is not None
    verdict = school.check_shared(
        opened.model_copy(update={"sealed": opened.sealed.model_copy(update={"content": broken(sealed)})})
    )
    assert verdict is not None
    assert {one.type for one in verdict.checks if one.status == "error"} >= {"seal"}


def test_share_page_tells_of_a_revoked_credential(employer: Browser, school: Services, known: Known) -> None:
    link = share(school, known)
    school.revoke_credential(known["credential_id"], "Fel.", "Test")
    page = employer.get(link).text
    assert "Äkta, men återkallat" in page
    assert GENUINE not in page


def test_nameless_share_has_no_name_and_no_file(employer: Browser, school: Services, known: Known) -> None:
    link = share(school, known, anonymous=True)
    page = employer.get(link).text
    assert GENUINE in page
    assert "Personen har valt att inte säga vem det är" in page
    assert NAME not in page
    assert "/files/" not in page
    assert "Spara den och kontrollera den" not in page
    assert employer.get(link, headers=JOSE).status_code == 406


def test_program_gets_the_sealed_file_at_the_same_address(
    employer: Browser, school: Services, known: Known, sealed: bytes
) -> None:
    link = share(school, known)
    answer = employer.get(link, headers=JOSE)
    assert (answer.status_code, answer.content) == (200, sealed)
    assert answer.headers["Content-Type"] == "application/jose+json"
    assert "Accept" in answer.headers["Vary"]
    given = employer.get(link, headers={"Accept": "application/json"}).json()["credentials"][0]
    assert employer.get(given["file"]).content == sealed
    looks = next(one for one in school.shares_of(known["learner_id"]) if link in one.url).disclosures
    assert [one.viewer for one in looks] == ["link-file", "link-system", "link-file"]


def test_program_that_asks_for_a_badge_is_told_what_there_is(employer: Browser, school: Services, known: Known) -> None:
    answer = employer.get(share(school, known), headers={"Accept": "application/jwt"})
    assert (answer.status_code, answer.json()["code"]) == (406, "several")


def test_share_taken_back_shows_nothing_in_any_form(employer: Browser, school: Services, known: Known) -> None:
    link = share(school, known)
    made = next(one for one in school.shares_of(known["learner_id"]) if link in one.url)
    school.withdraw_share(known["learner_id"], made.id)
    for accept in ("text/html", "application/json", "application/jose+json"):
        answer = employer.get(link, headers={"Accept": accept})
        assert answer.status_code == 410
        assert NAME not in answer.text


# The check -----------------------------------------------------------------------------------------------------------


def test_file_is_checked_by_upload_and_by_paste(employer: Browser, sealed: bytes) -> None:
    uploaded = checked(employer, sealed)
    employer.get("/check")
    pasted = employer.send("/check", text=sealed.decode()).text
    for page in (uploaded, pasted):
        assert NAME in page
        assert "Digitala arbetsmiljöer i omsorgen" in page
        assert "Ingen har ändrat i beviset" in page


def test_answer_gives_the_issuer_as_people_know_it(employer: Browser, sealed: bytes) -> None:
    page = checked(employer, sealed)
    assert "Organisationsnummer 802002-6509" in page
    assert "NTRSE" not in page.partition("Tekniska detaljer")[0]


@pytest.mark.parametrize("eidas", ["VATSE-802002650901", "NTRFI-1234567-8"], ids=["vat", "finnish"])
def test_other_identifiers_stand_as_they_are(eidas: str) -> None:
    assert issuer_number(eidas) == eidas


def test_changed_file_is_not_believed(employer: Browser, sealed: bytes) -> None:
    assert f"<strong>{CHANGED}</strong>" in checked(employer, broken(sealed))


def test_file_inside_our_pdf_is_checked(employer: Browser, sealed: bytes) -> None:
    pdf = ElmFormat("elm", ElmSettings()).pdf(sealed, "bevis.jsonld")
    assert NAME in checked(employer, pdf, "bevis.pdf")


def test_saved_share_is_checked_file_by_file(employer: Browser, sealed: bytes) -> None:
    texts = [{"sealed": sealed.decode()}, {"sealed": broken(sealed).decode()}]
    page = checked(employer, json.dumps({"share": {}, "credentials": texts}).encode())
    assert "2 bevis fanns i filen." in page
    assert page.count('class="verdict') == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n", "En bild bevisar ingenting"),
        (b"%PDF-1.7 %%EOF", "Det finns ingen förseglad fil i PDF:en"),
        (b"https://other.example/about", "Det är ingen länk till en delning som vi kan öppna"),
        (b"https://other.example/c/abc", "Länken går till en sida som inte säger vem beviset gäller"),
        (b"hello", "inget bevis som vi kan läsa"),
    ],
    ids=["picture", "pdf", "link", "status", "text"],
)
def test_what_is_no_file_is_explained(employer: Browser, content: bytes, words: str) -> None:
    page = checked(employer, content)
    assert employer.page.status_code == 400
    assert words in page


@pytest.mark.parametrize(
    "address", ["http://localhost:9/s/abc", "http://[::1]/s/a", "https://10.0.0.1/s/a", "https://school.example:22/s/a"]
)
def test_no_address_is_asked_for_a_stranger(employer: Browser, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    employer.get("/check")
    asked: list[str] = []
    monkeypatch.setattr("mimis_core.http.Client.ask", lambda _, method, path, **__: asked.append(path))
    assert employer.send("/check", text=address).status_code == 400
    assert asked == []


def test_link_to_a_share_of_ours_leads_there(employer: Browser, school: Services, known: Known) -> None:
    link = share(school, known)
    employer.get("/check")
    employer.send("/check", text=f" {employer.address}{link}\n")
    assert employer.path == link


def test_link_to_a_share_of_another_issuer_is_opened_and_its_file_verified(
    employer: Browser, school: Services, known: Known
) -> None:
    link = share(school, known)
    elsewhere = employer.address.replace("localhost", "127.0.0.1")  # by this name it is not this mimis's own
    employer.get("/check")
    page = employer.send("/check", text=f"{elsewhere}{link}").text
    assert ("Ingen har ändrat i beviset" in page, NAME in page) == (True, True)
    assert "Utfärdaren har antecknat att någon har tittat" in page
    looks = [one for view in school.shares_of(known["learner_id"]) for one in view.disclosures if link in view.url]
    assert len(looks) == 1


@pytest.mark.parametrize("kind", ["nameless", "gone"])
def test_share_of_another_issuer_without_a_file_is_explained(
    employer: Browser, school: Services, known: Known, kind: str
) -> None:
    link = share(school, known, anonymous=kind == "nameless")
    if kind == "gone":
        for one in school.shares_of(known["learner_id"]):
            school.withdraw_share(known["learner_id"], one.id)
    elsewhere = employer.address.replace("localhost", "127.0.0.1")
    employer.get("/check")
    page = employer.send("/check", text=f"{elsewhere}{link}").text
    assert employer.page.status_code == 400
    assert {"nameless": "Delningen är utan namn", "gone": "Där finns ingen delning längre"}[kind] in page


def test_links_are_opened_a_few_times_only(employer: Browser, school: Services, known: Known) -> None:
    link = employer.address.replace("localhost", "127.0.0.1") + "/s/unknown"
    employer.get("/check")
    token, codes = employer.page, []
    for _ in range(6):
        employer.page = token
        codes.append(employer.send("/check", text=link).status_code)
    assert (set(codes[:5]), codes[5]) == ({400}, 429)


def test_name_of_a_file_is_in_no_log(employer: Browser, sealed: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        checked(employer, sealed, "asa-oberg-hemlig.json")
        checked(employer, b"no file", "asa-oberg-hemlig.json")
    assert "hemlig" not in caplog.text + repr([vars(one) for one in caplog.records])


def test_check_is_bounded(employer: Browser) -> None:
    employer.get("/check")
    token = employer.page
    codes = []
    for _ in range(31):
        employer.page = token
        codes.append(employer.send("/check").status_code)
    assert (set(codes[:30]), codes[30]) == ({400}, 429)


def test_employer_asks_once_whose_a_nameless_share_is(employer: Browser, school: Services, known: Known) -> None:
    link = share(school, known, anonymous=True)
    for reason in ("meet", "offer"):
        employer.get(link if reason == "meet" else "/check")
        assert "Personen har fått frågan" in employer.send(f"{link}/reveal", reason=reason).text
    assert [one.reveal.reason for one in school.shares_of(known["learner_id"]) if one.reveal] == ["meet"]


# The page behind the QR code -----------------------------------------------------------------------------------------


def test_code_leads_to_a_page_that_names_nobody(employer: Browser, known: Known) -> None:
    page = employer.get(f"/c/{known['public_id']}").text
    for said in (GENUINE, "Testbygdens folkhögskola", "Nivå (SeQF/EQF)", 'type="file"', "Lita inte på bara bilden"):
        assert said in page
    assert "Öberg" not in page
    assert known["learner_id"] not in page
