"""The public pages: they name nobody, the status is cacheable, and a given file is checked and forgotten."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mimis_core import Check, CredentialStatus, TemporaryError, Verdict
from mimis_core.web import create_app

MakeVerdict = Callable[..., Verdict]
MULTIPART = "multipart/form-data; boundary=cut"


def multipart(field: str, size: int) -> bytes:
    """A form with one large field, written by hand since the test client keeps large ones in open files."""
    name = f'name="{field}"; filename="big.json"' if field == "file" else f'name="{field}"'
    head = f"--cut\r\nContent-Disposition: form-data; {name}\r\n\r\n"
    return head.encode() + b"x" * size + b"\r\n--cut--\r\n"


@pytest.mark.parametrize(
    "secret", ["Amina", "Warsame", "Karin Ek", "amina@exempel.se", "urn:credential", "Utfärdat 24"]
)
def test_public_page_names_nobody(client: FlaskClient, secret: str) -> None:
    assert secret not in client.get("/c/pub-1").text


def test_status_is_cacheable_everywhere(client: FlaskClient) -> None:
    answer = client.get("/status/pub-1")
    assert answer.data == b"header.claims.signature"
    assert answer.content_type == "application/jose"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_status_list_is_served_as_token(client: FlaskClient) -> None:
    answer = client.get("/status/list/1/revocation")
    assert (answer.data, answer.content_type) == (b"header.list.signature", "application/vc+jwt")
    assert answer.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("status", "words"), [("suspended", "Titta igen om några dagar"), ("expired", "om det är förnyat")]
)
def test_public_page_says_what_to_do(client: FlaskClient, services: Any, status: str, words: str) -> None:
    services.status = CredentialStatus(status)
    assert words in client.get("/c/pub-1").text


def test_status_leaves_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/status/pub-1").headers


@pytest.mark.parametrize(
    ("verdict", "statuses", "words"),
    [
        ("valid", {}, "Äkta och giltigt"),
        ("unknown", {"revocation": "skipped"}, "Vi kan inte kontrollera just nu"),
        ("invalid", {"seal": "error"}, "Stämmer inte – beviset har ändrats"),
        ("invalid", {"seal": "error", "revocation": "error"}, "Stämmer inte – beviset har ändrats"),
        ("invalid", {"revocation": "error"}, "Äkta, men gäller inte längre"),
        ("invalid", {"expiry": "error"}, "Äkta, men har gått ut"),
        ("invalid", {"owner": "error"}, "Stämmer inte – lita inte på filen"),
        ("invalid", {}, "Stämmer inte – lita inte på filen"),
    ],
)
def test_verdict_in_plain_words(
    client: FlaskClient, services: Any, make_verdict: MakeVerdict, verdict: str, statuses: Any, words: str
) -> None:
    services.verdict = make_verdict(verdict, **statuses)
    page = client.post("/check", data={"text": "{}"}).text
    assert f"<strong>{words}</strong>" in page


@pytest.mark.parametrize("status", ["ok", "error", "skipped"])
def test_all_six_checks_are_shown(client: FlaskClient, services: Any, make_verdict: MakeVerdict, status: str) -> None:
    services.verdict = make_verdict("unknown", **dict.fromkeys(("format", "seal", "owner", "revocation"), status))
    page = client.post("/check", data={"text": "{}"}).text
    assert page.count('<li>\n    <span class="badge') == 6
    assert page.count("Tekniska detaljer") == 1
    assert page.count('<dd class="soft" lang="en">') == 6


def test_upload_is_checked_and_forgotten(
    client: FlaskClient, services: Any, make_verdict: MakeVerdict, tmp_path: Any
) -> None:
    services.verdict = make_verdict("valid")
    data = {"file": (io.BytesIO(b'{"p": 1}'), "bevis.json")}
    assert "Äkta och giltigt" in client.post("/check", data=data).text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [{}, {"text": "  "}, {"text": "not a credential"}])
def test_unreadable_file_is_explained(client: FlaskClient, data: dict[str, str]) -> None:
    answer = client.post("/check", data=data)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_unreachable_service_blames_no_credential(client: FlaskClient, services: Any) -> None:
    services.verdict = TemporaryError("down")
    answer = client.post("/check", data={"text": "{}"})
    assert answer.status_code == 503
    assert "Det säger inget om beviset." in answer.text


@pytest.mark.parametrize("field", ["text", "file"])
def test_large_upload_is_refused(client: FlaskClient, field: str) -> None:
    answer = client.post("/check", data=multipart(field, 2 * 1024 * 1024), content_type=MULTIPART)
    assert answer.status_code == 413
    assert "2 megabyte" in answer.text


def test_pasted_megabyte_is_taken(client: FlaskClient, services: Any, make_verdict: MakeVerdict) -> None:
    services.verdict = make_verdict("valid")
    assert client.post("/check", data=multipart("text", 1_500_000), content_type=MULTIPART).status_code == 200


def test_file_cannot_smuggle_markup(client: FlaskClient, services: Any, make_verdict: MakeVerdict) -> None:
    services.verdict = make_verdict("valid")
    read = services.read
    services.read = lambda content: read(content).model_copy(update={"learner_name": "<img src=x onerror=alert(1)>"})
    page = client.post("/check", data={"text": "{}"}).text
    assert "<img" not in page


def test_unknown_kind_is_no_verdict(client: FlaskClient, services: Any) -> None:
    services.verdict = Verdict(verdict="invalid", checks=(Check(type="format", status="error", reason="no kind"),))
    answer = client.post("/check", data={"text": "hello"})
    assert answer.status_code == 400
    assert "Det här är inget bevis som vi kan läsa." in answer.text


@pytest.mark.parametrize(("anchor", "practice"), [("trial-anchor.pem", True), ("eu.pem", False)])
def test_practice_is_said_everywhere(settings: Any, services: Any, anchor: str, practice: bool) -> None:
    services.settings = settings.model_copy(
        update={"trust": settings.trust.model_copy(update={"anchors": (Path(anchor),)})}
    )
    page = create_app(services.settings, services).test_client().get("/c/pub-1").text
    assert ("Inget gäller på riktigt." in page) is practice


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/check", 200), ("/in", 404), ("/me", 404), ("/s/tok", 404)])
def test_employer_has_no_learner_pages(settings: Any, services: Any, path: str, status: int) -> None:
    services.settings = settings.model_copy(update={"role": "employer"})
    answer = create_app(services.settings, services).test_client().get(path)
    assert answer.status_code == status
    assert 'name="email"' not in answer.text
