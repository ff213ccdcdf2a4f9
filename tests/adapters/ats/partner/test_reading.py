"""Reading from a real school: the same is not given twice, what was taken back is gone, each error is a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.services import CredentialView, NewPartner, Services, ShareView
from mimis_core.web import create_app
from tests.adapters.ats.partner.conftest import API, order
from tests.school import Clock

Bearer = Callable[..., dict[str, str]]


def looks(school: Services, learner_id: str) -> int:
    return sum(len(one.disclosures) for one in school.shares_of(learner_id))


def test_list_that_has_not_changed_is_not_given_again(
    client: FlaskClient, school: Services, issued: CredentialView, share: ShareView, bearer: Bearer
) -> None:
    headers = bearer()
    first = client.get(f"{API}/shares", headers=headers)
    known = {**headers, "If-None-Match": first.headers["ETag"]}
    same = client.get(f"{API}/shares", headers=known)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert first.headers["Cache-Control"] == same.headers["Cache-Control"] == "private, no-cache"
    school.suspend_credential(issued.id, "Prövas", "Ek")
    assert client.get(f"{API}/shares", headers=known).status_code == 200


def test_share_that_has_not_changed_is_no_look(
    client: FlaskClient, school: Services, issued: CredentialView, share: ShareView, bearer: Bearer
) -> None:
    headers = bearer()
    first = client.get(f"{API}/shares/{share.id}", headers=headers)
    known = {**headers, "If-None-Match": first.headers["ETag"]}
    same = client.get(f"{API}/shares/{share.id}", headers=known)
    assert (same.status_code, same.data, looks(school, issued.learner_id)) == (304, b"", 1)
    school.reissue_credential(issued.id, "Stavfel", "Ek")
    again = client.get(f"{API}/shares/{share.id}", headers=known)
    assert (again.status_code, looks(school, issued.learner_id)) == (200, 2)
    assert again.get_json()["credentials"][0]["urn"] != first.get_json()["credentials"][0]["urn"]


@pytest.mark.parametrize(
    "known", ["*", '"guess"', "W/", '"' * 9, "a" * 5000], ids=["any", "guess", "half", "odd", "long"]
)
def test_tag_that_is_not_ours_gives_the_share(
    client: FlaskClient, share: ShareView, bearer: Bearer, known: str
) -> None:
    headers = {**bearer(), "If-None-Match": known}
    assert client.get(f"{API}/shares/{share.id}", headers=headers).status_code == 200


def test_tag_tells_no_name_and_links_no_two_shares(
    client: FlaskClient, school: Services, issued: CredentialView, partner: NewPartner, bearer: Bearer
) -> None:
    headers = bearer()
    ids = [school.create_share(issued.learner_id, order(issued, partner, anonymous=True)).id for _ in range(2)]
    tags = {client.get(f"{API}/shares/{one}", headers=headers).headers["ETag"] for one in ids}
    assert len(tags) == 2


@pytest.mark.parametrize("known", [False, True], ids=["anew", "with its tag"])
def test_share_taken_back_is_gone_at_once(
    client: FlaskClient, school: Services, issued: CredentialView, share: ShareView, bearer: Bearer, known: bool
) -> None:
    headers = bearer()
    tag = client.get(f"{API}/shares/{share.id}", headers=headers).headers["ETag"]
    school.withdraw_share(issued.learner_id, share.id)
    answer = client.get(f"{API}/shares/{share.id}", headers={**headers, **({"If-None-Match": tag} if known else {})})
    assert (answer.status_code, answer.get_json()["code"]) == (410, "withdrawn")


def test_ended_share_is_gone(client: FlaskClient, clock: Clock, share: ShareView, bearer: Bearer) -> None:
    headers = bearer()
    clock.forward(days=15)
    answer = client.get(f"{API}/shares/{share.id}", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (410, "expired")


@pytest.mark.parametrize("path", ["", "/traces"])
def test_others_share_is_not_there(
    client: FlaskClient, share: ShareView, other: NewPartner, bearer: Bearer, path: str
) -> None:
    body = {"system": "X", "state": "written", "at": "2026-11-24T09:00:00Z"}
    method = "POST" if path else "GET"
    answer = client.open(f"{API}/shares/{share.id}{path}", method=method, headers=bearer(other), json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("mimis", "application/json"), ("ler-rs", "application/json"), ("json-resume", "application/json")],
)
def test_share_is_given_in_the_shape_that_is_asked_for(
    client: FlaskClient, share: ShareView, bearer: Bearer, name: str, kind: str
) -> None:
    answer = client.get(f"{API}/shares/{share.id}?as={name}", headers=bearer())
    assert (answer.status_code, answer.mimetype) == (200, kind)


@pytest.mark.parametrize(("query", "code"), [("as=pdf", "as"), ("language=fi", "language")])
def test_unknown_shape_is_refused_before_anything_is_shown(
    client: FlaskClient,
    school: Services,
    issued: CredentialView,
    share: ShareView,
    bearer: Bearer,
    query: str,
    code: str,
) -> None:
    answer = client.get(f"{API}/shares/{share.id}?{query}", headers=bearer())
    assert (answer.status_code, answer.get_json()["code"], looks(school, issued.learner_id)) == (400, code, 0)


# How often


def test_answer_says_what_is_left(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer()
    first, second = (client.get(f"{API}/shares", headers=headers).headers for _ in range(2))
    assert first["RateLimit-Policy"] == '"partner";q=12000;w=60'
    left = [int(one["RateLimit"].split(";")[1].removeprefix("r=")) for one in (first, second)]
    assert left[0] - left[1] == 1


def test_too_often_is_told_with_when_to_come_back(
    client: FlaskClient, bearer: Bearer, other: NewPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer()
    monkeypatch.setattr("mimis_ats.guarding.QUOTA", "3 per hour")
    answers = [client.get(f"{API}/shares", headers=headers) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].content_type == "application/problem+json"
    assert answers[-1].get_json()["code"] == "rate_limit"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert "r=0" in answers[-1].headers["RateLimit"]
    assert client.get(f"{API}/shares", headers=bearer(other)).status_code == 200


def test_guessing_tokens_is_bounded(client: FlaskClient) -> None:
    codes = [client.get(f"{API}/shares", headers={"Authorization": "Bearer x"}).status_code for _ in range(61)]
    assert (set(codes[:60]), codes[60]) == ({401}, 429)


def test_partners_behind_one_address_are_counted_each(
    school: Services, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer()
    monkeypatch.setattr("mimis_core.web.limits.EVERYTHING", "3 per minute")
    client = create_app(school.settings, school).test_client()
    assert {client.get(f"{API}/shares", headers=headers).status_code for _ in range(5)} == {200}


# Errors


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("GET", "/nothing", b"", None, 404),
        ("GET", "/shares/none", b"", None, 404),
        ("DELETE", "/shares", b"", None, 405),
        ("PUT", "/webhooks", b"", None, 405),
        ("GET", "/token", b"", None, 405),
        ("DELETE", "/webhooks/none", b"", None, 404),
        ("POST", "/webhooks/none/secret", b"", None, 404),
        ("POST", "/webhooks", b"{}", None, 415),
        ("POST", "/webhooks", b"{}", "text/plain", 415),
        ("POST", "/webhooks", b"{", "application/json", 400),
        ("POST", "/webhooks", b"[]", "application/json", 422),
        ("POST", "/webhooks", b"{}", "application/json", 422),
        ("POST", "/webhooks", b'{"url": "http://x.example", "events": ["share.created"]}', "application/json", 422),
        ("POST", "/webhooks", b'{"url": "\\ud800", "events": ["share.created"]}', "application/json", 400),
        ("POST", "/webhooks", b" " * 20_000, "application/json", 413),
        ("POST", "/webhooks", b"\xff\xfe", "application/json", 400),
        ("POST", "/verify", b"", None, 400),
        ("GET", "/shares?limit=" + "1" * 5000, b"", None, 400),
        ("GET", "/shares?cursor=%00", b"", None, 400),
        ("GET", "/shares/%00", b"", None, 404),
    ],
)
def test_every_error_is_a_problem_document(
    client: FlaskClient, bearer: Bearer, method: str, path: str, body: bytes, kind: str | None, status: int
) -> None:
    answer = client.open(API + path, method=method, data=body, content_type=kind, headers=bearer())
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.get_json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert status != 405 or answer.headers["Allow"]


@pytest.mark.parametrize("key", ["", "x" * 256], ids=["empty", "endless"])
def test_odd_idempotency_key_is_refused(client: FlaskClient, bearer: Bearer, key: str) -> None:
    headers = {**bearer(), "Idempotency-Key": key}
    answer = client.post(
        f"{API}/webhooks", json={"url": "http://127.0.0.1/", "events": ["share.created"]}, headers=headers
    )
    assert (answer.status_code, answer.get_json()["code"]) == (400, "idempotency_key")


def test_marked_request_makes_one_webhook(client: FlaskClient, bearer: Bearer) -> None:
    headers = {**bearer(), "Idempotency-Key": "one"}
    body = {"url": "http://127.0.0.1/hook", "events": ["share.created"]}
    first, second = (client.post(f"{API}/webhooks", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.data) == (second.status_code, second.data)
    third = client.post(f"{API}/webhooks", json={**body, "url": "http://127.0.0.1/other"}, headers=headers)
    assert (third.status_code, third.get_json()["code"]) == (422, "idempotency_key")
    known = client.get(f"{API}/webhooks", headers=bearer()).get_json()["webhooks"]
    assert [one["url"] for one in known] == ["http://127.0.0.1/hook"]
    assert "secret" not in known[0]


def test_trace_is_kept_by_the_api_and_by_the_link(
    client: FlaskClient, school: Services, issued: CredentialView, share: ShareView, bearer: Bearer
) -> None:
    body = {"system": "Teamtailor", "state": "written", "at": "2026-11-24T09:00:00Z"}
    by_api = client.post(f"{API}/shares/{share.id}/traces", json=body, headers=bearer())
    by_link = client.post(share.url.removeprefix(school.settings.base_url) + "/traces", json={**body, "system": "Odoo"})
    assert (by_api.status_code, by_link.status_code) == (204, 204)
    (seen,) = school.shares_of(issued.learner_id)
    assert {(one.viewer, one.system) for one in seen.traces} == {("Bygg AB", "Teamtailor"), ("link-system", "Odoo")}


def test_trace_needs_no_token_but_a_link(client: FlaskClient, app: Flask) -> None:
    body = {"system": "X", "state": "written", "at": "2026-11-24T09:00:00Z"}
    assert client.post("/s/nothing/traces", json=body).status_code == 404
