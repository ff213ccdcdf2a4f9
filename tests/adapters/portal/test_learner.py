"""The learner's pages: her credentials, the file, and sending it to a wallet by her own yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from mimis_core import CredentialStatus
from mimis_core.services import DeliveryView

SEND = "/me/credentials/cred-1/send/europass"
QUESTIONS = [
    "Vem har utfärdat mikromeriten?",
    "Vad kan du?",
    "Hur har du bedömts?",
    "Hur är mikromeriten kvalitetssäkrad?",
]


@pytest.mark.parametrize(("protected", "promised"), [(False, True), (True, False)])
def test_empty_page_says_what_comes(amina: FlaskClient, services: Any, protected: bool, promised: bool) -> None:
    services.empty, services.protected = True, protected
    page = amina.get("/me").text
    assert "Du har inga bevis än." in page
    assert ("Du får ett mejl." in page) is promised


@pytest.mark.parametrize("question", QUESTIONS)
def test_credential_answers_four_questions(amina: FlaskClient, question: str) -> None:
    assert question in amina.get("/me/credentials/cred-1").text


@pytest.mark.parametrize(
    "words",
    ["Storsjö folkhögskola", "Vårdens kompetensråd", "muntligt prov", "blandat", "ungefär 40 timmar", "Karin Ek"],
)
def test_credential_speaks_plain_words(amina: FlaskClient, words: str) -> None:
    assert words in amina.get("/me/credentials/cred-1").text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("active", "Äkta och giltigt"),
        ("suspended", "Äkta, men tillfälligt stoppat"),
        ("revoked", "Äkta, men återkallat 24 november 2026"),
        ("superseded", "Äkta, men ersatt av ett nyare"),
        ("expired", "Äkta, men har gått ut"),
    ],
)
@pytest.mark.parametrize("path", ["/me/credentials/cred-1", "/c/pub-1"])
def test_status_has_words_and_icon(amina: FlaskClient, services: Any, path: str, status: str, words: str) -> None:
    services.status = CredentialStatus(status)
    page = amina.get(path).text
    assert words in page
    assert '<svg class="icon"' in page


@pytest.mark.parametrize(
    ("status", "sv", "en"),
    [
        ("suspended", "Skolan säger till när det gäller igen", "The school tells you when it is valid again"),
        ("revoked", "Skriv till bevis@skolan.example", "Do you think this is wrong?"),
        ("superseded", "går inte att ändra. Ta bort den där", "cannot be changed. Remove it there"),
        ("expired", "Vill du förnya det?", "Do you want to renew it?"),
    ],
)
def test_page_says_what_to_do(amina: FlaskClient, services: Any, status: str, sv: str, en: str) -> None:
    services.status = CredentialStatus(status)
    assert sv in amina.get("/me/credentials/cred-1").text
    assert en in amina.get("/me/credentials/cred-1?lang=en").text


@pytest.mark.parametrize(
    ("status", "offered"), [("active", True), ("expired", True), ("superseded", False), ("revoked", False)]
)
def test_only_what_may_hold_is_given_on(amina: FlaskClient, services: Any, status: str, offered: bool) -> None:
    services.status = CredentialStatus(status)
    page = amina.get("/me/credentials/cred-1").text
    assert ("Dela beviset" in page, SEND in page, "Mejla filen" in page) == (offered, offered, offered)
    assert "/me/credentials/cred-1/file" in page


def test_only_others_are_told_to_ask_for_the_new_one(amina: FlaskClient, services: Any) -> None:
    services.status = CredentialStatus.SUPERSEDED
    asked = "Be personen om det nya."
    assert (asked in amina.get("/me/credentials/cred-1").text, asked in amina.get("/c/pub-1").text) == (False, True)


def test_renewed_one_leads_to_the_new(amina: FlaskClient, services: Any) -> None:
    services.status, services.reason, services.replaced_by = CredentialStatus.SUPERSEDED, "renewed", "cred-2"
    page = amina.get("/me/credentials/cred-1").text
    assert ("Det är förnyat." in page, "/me/credentials/cred-2" in page, "renewed" in page) == (True, True, False)


def test_file_is_byte_for_byte(amina: FlaskClient) -> None:
    answer = amina.get("/me/credentials/cred-1/file")
    assert answer.data == b'{"p": 1}'
    assert answer.headers["Content-Disposition"] == "attachment; filename=bevis.json"


BADGE = "/me/credentials/cred-1/file/badge"


@pytest.fixture
def badging(services: Any) -> None:
    """The school also makes badges."""
    services.settings = services.settings.model_copy(update={"formats": {"badge": {"kind": "openbadge"}}})


@pytest.mark.usefixtures("badging")
def test_further_format_is_offered_and_made(amina: FlaskClient) -> None:
    page = amina.get("/me/credentials/cred-1").text
    assert (BADGE in page, "Ladda ner som Open Badge" in page) == (True, True)
    answer = amina.get(BADGE)
    assert (answer.data, answer.headers["Content-Disposition"]) == (b"badge", "attachment; filename=badge.jwt")


@pytest.mark.usefixtures("badging")
@pytest.mark.parametrize("status", ["suspended", "revoked", "superseded", "expired"])
def test_further_format_is_of_what_is_in_force(amina: FlaskClient, services: Any, status: str) -> None:
    services.status = CredentialStatus(status)
    assert BADGE not in amina.get("/me/credentials/cred-1").text


@pytest.mark.usefixtures("badging")
def test_further_format_of_others_is_not_found(amina: FlaskClient) -> None:
    assert amina.get("/me/credentials/foreign/file/badge").status_code == 404


@pytest.mark.usefixtures("badging")
def test_protected_person_gets_no_further_format(amina: FlaskClient, services: Any) -> None:
    services.protected = True
    assert amina.get(BADGE).status_code == 403
    assert BADGE not in amina.get("/me/credentials/cred-1").text


def test_school_without_further_formats_offers_none(amina: FlaskClient) -> None:
    assert BADGE not in amina.get("/me/credentials/cred-1").text
    assert amina.get(BADGE).status_code == 404


def test_wallet_address_is_shown_before(amina: FlaskClient, services: Any) -> None:
    assert 'value="amina@exempel.se"' in amina.get(SEND).text
    page = amina.post(SEND, data={"to": "me@wallet.example", "step": "look"}).text
    assert "me@wallet.example" in page
    assert services.permissions == []


def test_yes_is_recorded_as_permission(amina: FlaskClient, services: Any) -> None:
    answer = amina.post(SEND, data={"to": "me@wallet.example", "step": "yes"})
    assert answer.location == "/me/credentials/cred-1"
    assert services.permissions == [("amina", "cred-1", "europass", "me@wallet.example")]


@pytest.mark.parametrize("to", ["", "two words", "a@b", "x" * 300])
@pytest.mark.parametrize("step", ["look", "yes"])
def test_unusable_wallet_address_is_refused(amina: FlaskClient, services: Any, to: str, step: str) -> None:
    assert amina.post(SEND, data={"to": to, "step": step}).status_code == 400
    assert services.permissions == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "Vi skickar beviset till Europass."),
        ("sent", "Beviset är sparat i Europass."),
        ("attention", "Europass tog inte emot beviset."),
        ("cancelled", "Det här skickade vi inte"),
    ],
)
def test_delivery_state_is_told(amina: FlaskClient, services: Any, state: Any, words: str) -> None:
    when = datetime(2026, 11, 24, tzinfo=UTC)
    services.deliveries = [
        DeliveryView(credential_id="cred-1", title={"sv": "x"}, courier="europass", state=state, at=when)
    ]
    assert words in amina.get("/me/credentials/cred-1").text


@pytest.mark.parametrize("path", [SEND, "/me/share"])
def test_protected_person_is_stopped(amina: FlaskClient, services: Any, path: str) -> None:
    services.protected = True
    for answer in (amina.get(path), amina.post(path, data={"step": "yes", "to": "me@wallet.example"})):
        assert answer.status_code == 403
        assert "Prata med din skola först" in answer.text
    assert (services.permissions, services.shares) == ([], [])


def test_button_mails_file_to_own_address(amina: FlaskClient, services: Any) -> None:
    assert "Mejla filen till mig" in amina.get("/me/credentials/cred-1").text
    assert amina.post("/me/credentials/cred-1/mail").status_code == 303
    assert [order[2:] for order in services.permissions] == [("mail", services.learner("amina").email)]
