"""The partner API over Flask's test client."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from mimis_ats.oauth import LIFETIME, issue_token, token_key

from mimis_core import Verdict

API = "/api/partner/v1"
Bearer = Callable[..., dict[str, str]]


def ask_token(client: FlaskClient, **changed: Any) -> Any:
    form = {"grant_type": "client_credentials", "client_id": "client-volvo", "client_secret": "secret-volvo"}
    return client.post(f"{API}/token", data={**form, **changed})


def test_token_by_form_is_short(client: FlaskClient) -> None:
    answer = ask_token(client)
    body = answer.get_json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert set(body["scope"].split()) == {"shares:read", "credentials:verify", "webhooks:manage", "proposals:write"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"scope": "shares:read everything"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
    ],
)
def test_token_is_refused(client: FlaskClient, changed: dict[str, str], status: int, error: str) -> None:
    answer = ask_token(client, **changed)
    assert answer.status_code == status
    assert answer.get_json()["error"] == error


def test_unknown_and_wrong_look_alike(client: FlaskClient) -> None:
    wrong = ask_token(client, client_secret="wrong")
    unknown = ask_token(client, client_id="nobody")
    assert (wrong.status_code, wrong.data) == (unknown.status_code, unknown.data)


def test_secret_in_address_is_refused(client: FlaskClient) -> None:
    query = "client_id=client-volvo&client_secret=secret-volvo"
    answer = client.post(f"{API}/token?{query}", data={"grant_type": "client_credentials"})
    assert answer.status_code == 401


def test_token_stays_out_of_logs(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        token = ask_token(client).get_json()["access_token"]
    assert token not in caplog.text
    assert "secret-volvo" not in caplog.text


@pytest.mark.parametrize("path", ["/shares", "/shares/s1"])
def test_no_token_is_told(client: FlaskClient, path: str) -> None:
    answer = client.get(API + path)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("client_id", "age", "edit"),
    [
        ("client-volvo", LIFETIME + 1, ""),
        ("client-nobody", 0, ""),
        ("client-volvo", 0, "x"),
        ("client-volvo", 0, ".y"),
    ],
)
def test_bad_token_is_refused(client: FlaskClient, school: Any, client_id: str, age: int, edit: str) -> None:
    token = issue_token(school, client_id, "shares:read", time() - age) + edit
    answer = client.get(f"{API}/shares", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "invalid_token"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"aud": "https://other.example"}, 401),
        ({"exp": None}, 401),
        ({"sub": None}, 401),
        ({"iss": None}, 401),
    ],
)
def test_every_claim_is_needed(client: FlaskClient, school: Any, changed: dict[str, Any], status: int) -> None:
    good = jwt.decode(issue_token(school, "client-volvo", "shares:read"), token_key(school)).claims
    claims = {name: value for name, value in {**good, **changed}.items() if value is not None}
    token = jwt.encode({"alg": "HS256"}, claims, token_key(school))
    answer = client.get(f"{API}/shares", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


def test_token_of_other_school_is_refused(client: FlaskClient, school: Any) -> None:
    other = type(school)(school.settings.model_copy(update={"base_url": "https://other.example"}))
    token = issue_token(other, "client-volvo", "shares:read")
    assert client.get(f"{API}/shares", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_removed_partner_ends_at_once(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    headers = bearer()
    del school.partners["client-volvo"]
    assert client.get(f"{API}/shares", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("credentials:verify", "GET", "/shares"),
        ("credentials:verify", "GET", "/shares/s1"),
        ("shares:read", "POST", "/verify"),
    ],
)
def test_wrong_scope_is_forbidden(client: FlaskClient, bearer: Bearer, scope: str, method: str, path: str) -> None:
    answer = client.open(API + path, method=method, headers=bearer(scope=scope), data=b"x")
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "insufficient_scope"


def test_list_pages_without_repeats(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    for number in range(1, 8):
        school.share(f"s{number}")
    headers, found, cursor = bearer(), [], ""
    while cursor is not None:
        page = client.get(f"{API}/shares?limit=3&cursor={cursor}", headers=headers).get_json()
        found += [share["id"] for share in page["shares"]]
        cursor = page["next"]
    assert found == [f"s{number}" for number in range(1, 8)]


def test_list_says_how_credentials_stand(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    school.share("s1")
    (share,) = client.get(f"{API}/shares", headers=bearer()).get_json()["shares"]
    urn = "urn:credential:00000001-0000-4000-8000-000000000000"
    assert share["credentials"] == [{"urn": urn, "status": "active", "changed_at": "2026-11-24T10:00:00Z"}]


def test_list_names_nobody(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    school.share("s1")
    answer = client.get(f"{API}/shares", headers=bearer())
    assert set(answer.get_json()["shares"][0]) == {"id", "purpose", "until", "created_at", "credentials"}
    assert not [word for word in ("Amina", "example.org", "l1", "token-s1") if word in answer.text]
    assert school.disclosures == []


def test_list_holds_own_shares_only(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    school.share("s1")
    school.share("s2", partner="saab")
    page = client.get(f"{API}/shares", headers=bearer("saab")).get_json()
    assert [share["id"] for share in page["shares"]] == ["s2"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "²"])
def test_odd_limit_is_refused(client: FlaskClient, bearer: Bearer, limit: str) -> None:
    answer = client.get(f"{API}/shares", query_string={"limit": limit}, headers=bearer())
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "limit"


def test_opening_gives_file_and_look(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    school.share("s1")
    body = client.get(f"{API}/shares/s1", headers=bearer()).get_json()
    assert body["learner_name"] == "Amina Öberg"
    assert {"id", "purpose", "until", "application_email"} <= set(body["share"])
    said = {"urn", "title", "issuer", "status", "changed_at", "issued_at", "sealed", "competence"}
    assert set(body["credentials"][0]) == said
    assert school.disclosures == ["s1"]


def test_anonymous_share_names_nobody(client: FlaskClient, school: Any, bearer: Bearer) -> None:
    school.share("s1", anonymous=True)
    answer = client.get(f"{API}/shares/s1", headers=bearer())
    assert "Amina" not in answer.text
    assert "amina" not in answer.text
    assert answer.get_json()["credentials"][0]["sealed"] is None


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
def test_share_taken_back_is_gone(client: FlaskClient, school: Any, bearer: Bearer, state: str) -> None:
    school.share("s1")
    school.withdraw("s1", state)
    answer = client.get(f"{API}/shares/s1", headers=bearer())
    assert (answer.status_code, answer.get_json()["code"]) == (410, state)
    assert client.get(f"{API}/shares", headers=bearer()).get_json()["shares"] == []
    assert school.disclosures == []


@pytest.mark.parametrize("share_id", ["s1", "s999", "..", "%00"])
def test_foreign_share_is_not_found(client: FlaskClient, school: Any, bearer: Bearer, share_id: str) -> None:
    school.share("s1", partner="saab")
    answer = client.get(f"{API}/shares/{share_id}", headers=bearer())
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert school.disclosures == []


@pytest.mark.parametrize("verdict", ["valid", "invalid", "unknown"])
def test_verify_gives_the_verdict(client: FlaskClient, school: Any, bearer: Bearer, verdict: Any) -> None:
    school.verdict = Verdict(verdict=verdict, checks=())
    answer = client.post(f"{API}/verify", headers=bearer(), data=b'{"payload":""}')
    assert answer.get_json() == {"verdict": verdict, "checks": []}


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"x" * 3_000_000, 413)])
def test_verify_refuses_odd_sizes(client: FlaskClient, bearer: Bearer, body: bytes, status: int) -> None:
    assert client.post(f"{API}/verify", headers=bearer(), data=body).status_code == status


def test_openapi_describes_every_route(client: FlaskClient, app: Any) -> None:
    document = client.get(f"{API}/openapi.json").get_json()
    rules = {rule.rule.removeprefix(API) for rule in app.url_map.iter_rules() if rule.rule.startswith(API)}
    assert set(document["paths"]) == {re.sub(r"<\w+>", "{id}", rule) for rule in rules} - {"/openapi.json"}
    assert {"ShareList", "OpenedShare", "Verdict", "Problem"} <= set(document["components"]["schemas"])
