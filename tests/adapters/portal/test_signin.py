"""Signing in: links that mail scanners cannot burn, slips, and answers that give no address away."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient


def test_opening_link_burns_nothing(client: FlaskClient, services: Any) -> None:
    for _ in range(3):
        assert client.get("/in/good-token").status_code == 200
    client.head("/in/good-token")
    assert services.links["good-token"] == "fresh"


def test_button_signs_in_once(client: FlaskClient) -> None:
    assert client.post("/in/good-token").location == "/me"
    assert client.get("/me").status_code == 200
    assert client.post("/in/good-token").status_code == 410


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("used", 410, "Länken har redan använts."),
        ("expired", 410, "Länken är för gammal."),
        ("unknown", 404, "Länken fungerar inte."),
    ],
)
def test_refused_link_says_why(client: FlaskClient, services: Any, state: str, status: int, words: str) -> None:
    services.links["good-token"] = state
    answer = client.post("/in/good-token")
    assert answer.status_code == status
    assert words in answer.text
    assert 'name="email"' in answer.text


@pytest.mark.parametrize("typed", ["ABCD-EFGH-JKMN", "abcd efgh jkmn", " abcdefghjkmn "])
def test_slip_code_is_forgiving(client: FlaskClient, typed: str) -> None:
    assert client.post("/in", data={"code": typed}).location == "/me"


@pytest.mark.parametrize(("typed", "status"), [("", 404), ("WRONG", 404), ("x" * 5000, 404)])
def test_wrong_slip_code_is_refused(client: FlaskClient, typed: str, status: int) -> None:
    answer = client.post("/in", data={"code": typed})
    assert answer.status_code == status
    assert "Koden stämmer inte." in answer.text


def test_answer_gives_no_address_away(client: FlaskClient, services: Any) -> None:
    written = ["amina@exempel.se", "x@exempel.se"]
    pages = [client.post("/in/mail", data={"email": email}) for email in written]
    known, unknown = (page.text.replace(email, "") for page, email in zip(pages, written, strict=True))
    assert known == unknown
    assert {page.status_code for page in pages} == {200}
    assert services.mails == written


def test_answer_shows_what_was_written(client: FlaskClient) -> None:
    assert "Du skrev amia@exempel.se." in client.post("/in/mail", data={"email": "amia@exempel.se"}).text


def test_mailbox_cannot_be_flooded(client: FlaskClient, services: Any) -> None:
    answers = [client.post("/in/mail", data={"email": "Amina@exempel.se"}) for _ in range(8)]
    assert len({answer.text for answer in answers}) == 1
    assert len(services.mails) == 5


@pytest.mark.parametrize("email", ["", "amina", "a@b", "a@b.se, c@d.se", "a b@c.se", "x" * 255 + "@a.se"])
def test_wrong_address_is_explained(client: FlaskClient, services: Any, email: str) -> None:
    answer = client.post("/in/mail", data={"email": email})
    assert answer.status_code == 400
    assert "Skriv din e-postadress." in answer.text
    assert services.mails == []


@pytest.mark.parametrize(("path", "data", "times"), [
    ("/in/guess", {}, 20),
    ("/in", {"code": "GUESS"}, 20),
    ("/in/mail", {"email": "x@exempel.se"}, 30),
])  # fmt: skip
def test_guessing_is_slowed_down(client: FlaskClient, path: str, data: dict[str, str], times: int) -> None:
    codes = [client.post(path, data=data).status_code for _ in range(times + 1)]
    assert 429 not in codes[:-1]
    assert codes[-1] == 429


def test_wanted_page_comes_after(client: FlaskClient) -> None:
    client.get("/me/shares")
    assert client.post("/in/good-token").location == "/me/shares"


def test_sign_out_ends_session(amina: FlaskClient) -> None:
    assert amina.post("/out").location == "/"
    assert amina.get("/me").status_code == 303


def test_signed_in_skips_sign_in_page(amina: FlaskClient) -> None:
    assert amina.get("/in").location == "/me"
