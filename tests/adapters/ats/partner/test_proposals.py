"""Proposals over the partner API: kept and answered for who made them, and refused where they do harm."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from mimis_core.services import NewPartner, Services
from tests.adapters.ats.partner.conftest import API, Bearer

BODY = {"title": {"sv": "Lyfta last"}, "why": {"sv": "Vi bygger ut."}, "outcomes": [{"title": {"sv": "Planera lyft"}}]}


def test_proposal_is_kept_and_its_answer_read(client: FlaskClient, bearer: Bearer, school: Services) -> None:
    made = client.post(f"{API}/proposals", json=BODY, headers=bearer())
    assert (made.status_code, made.json["state"]) == (201, "open")
    first = client.get(made.location, headers=bearer())
    school.answer_proposal(made.json["id"], "Vi har den redan.", "Rektor")
    asked = {**bearer(), "If-None-Match": first.headers["ETag"]}
    second = client.get(made.location, headers=asked)
    assert (second.status_code, second.json["state"], second.json["answer"]) == (200, "dismissed", "Vi har den redan.")
    again = client.get(made.location, headers={**bearer(), "If-None-Match": second.headers["ETag"]})
    assert again.status_code == 304


def test_another_employers_proposal_is_not_found(client: FlaskClient, bearer: Bearer, other: NewPartner) -> None:
    made = client.post(f"{API}/proposals", json=BODY, headers=bearer())
    assert client.get(made.location, headers=bearer(other)).status_code == 404


def test_same_request_again_is_one_proposal(client: FlaskClient, bearer: Bearer, school: Services) -> None:
    headers = {**bearer(), "Idempotency-Key": "k"}
    ids = {client.post(f"{API}/proposals", json=BODY, headers=headers).json["id"] for _ in range(2)}
    assert (len(ids), len(school.proposals())) == (1, 1)


@pytest.mark.parametrize("scope", ["shares:read", "webhooks:manage"])
def test_token_for_something_else_proposes_nothing(client: FlaskClient, bearer: Bearer, scope: str) -> None:
    answer = client.post(f"{API}/proposals", json=BODY, headers=bearer(scope=scope))
    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": {"sv": "x" * 201}}, "body"),
        ({"title": {"de": "Heben"}}, "body"),
        ({"title": {}}, "body"),
        ({"outcomes": []}, "body"),
        ({"state": "draft"}, "body"),
        ({"why": {"sv": "   "}}, "words"),
        ({"why": {"sv": "<img src=x onerror=alert(1)>"}}, "markup"),
        ({"why": {"sv": "Fråga 19900101-1234."}}, "personal"),
        ({"outcomes": [{"title": {"sv": "Lyft"}, "esco": ["https://x.example"]}]}, "body"),
    ],
    ids=["long", "language", "empty", "none", "extra", "blank", "markup", "number", "esco"],
)
def test_harmful_proposal_is_refused(
    client: FlaskClient, bearer: Bearer, school: Services, changes: dict[str, Any], code: str
) -> None:
    answer = client.post(f"{API}/proposals", json={**BODY, **changes}, headers=bearer())
    assert (answer.status_code, answer.json["code"], school.proposals()) == (422, code, [])


def test_refusal_repeats_nothing_that_was_sent(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.post(f"{API}/proposals", json={**BODY, "why": {"sv": "Fråga 19900101-1234."}}, headers=bearer())
    assert (answer.status_code, "19900101" in answer.text) == (422, False)


def test_too_long_a_body_is_refused(client: FlaskClient, bearer: Bearer) -> None:
    long = [{"title": {"sv": "x" * 500, "en": "y" * 500}}] * 20
    answer = client.post(f"{API}/proposals", json={**BODY, "outcomes": long}, headers=bearer())
    assert answer.status_code == 413
