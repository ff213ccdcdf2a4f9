"""Shares without a name, by the API: asking for the name, and representations that cannot be had without it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from mimis_ats.intake import read_share

from mimis_core.services import CredentialView, NewPartner, Services, ShareView, competence_in
from tests.adapters.ats.partner.conftest import API, Bearer, order


@pytest.fixture
def nameless(school: Services, issued: CredentialView, partner: NewPartner) -> ShareView:
    return school.create_share(issued.learner_id, order(issued, partner, anonymous=True))


def test_wish_is_told_once_and_its_answer_is_seen(
    client: FlaskClient, school: Services, nameless: ShareView, bearer: Bearer
) -> None:
    headers, address = bearer(), f"{API}/shares/{nameless.id}/reveal-request"
    first, again = (client.post(address, json={"reason": one}, headers=headers) for one in ("meet", "offer"))
    assert (first.status_code, again.get_json()) == (200, first.get_json())
    assert (first.get_json()["state"], first.get_json()["reason"]) == ("asked", "meet")
    opened = client.get(f"{API}/shares/{nameless.id}", headers=headers)
    assert (opened.get_json()["learner_name"], opened.get_json()["share"]["reveal"]["state"]) == (None, "asked")
    school.reveal_share(nameless.learner_id, nameless.id)
    known = {**headers, "If-None-Match": opened.headers["ETag"]}
    body = client.get(f"{API}/shares/{nameless.id}", headers=known).get_json()
    assert (body["learner_name"], body["share"]["reveal"]["state"]) == ("Åsa Öberg 1", "revealed")
    assert body["credentials"][0]["sealed"]


def test_list_shows_that_a_share_has_got_its_name(
    client: FlaskClient, school: Services, nameless: ShareView, bearer: Bearer
) -> None:
    def urns() -> set[str]:
        listed = client.get(f"{API}/shares", headers=bearer()).get_json()["shares"]
        return {credential["urn"] for share in listed for credential in share["credentials"]}

    before = urns()
    school.ask_to_reveal_as(nameless.partner.id if nameless.partner else "", nameless.id, "meet")
    assert urns() == before
    school.reveal_share(nameless.learner_id, nameless.id)
    assert urns().isdisjoint(before)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [({"reason": "Ring!"}, 422, "body"), ({}, 422, "body"), ({"reason": "meet"}, 409, "named")],
)
def test_unfit_wish_is_a_problem(
    client: FlaskClient, share: ShareView, bearer: Bearer, body: dict[str, str], status: int, code: str
) -> None:
    answer = client.post(f"{API}/shares/{share.id}/reveal-request", json=body, headers=bearer())
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_wish_about_anothers_share_finds_nothing(
    client: FlaskClient, school: Services, nameless: ShareView, other: NewPartner, bearer: Bearer
) -> None:
    address = f"{API}/shares/{nameless.id}/reveal-request"
    assert client.post(address, json={"reason": "meet"}, headers=bearer(other)).status_code == 404
    assert school.shares_of(nameless.learner_id)[0].reveal is None


def test_wish_about_a_share_that_is_over_is_gone(
    client: FlaskClient, school: Services, nameless: ShareView, bearer: Bearer
) -> None:
    school.withdraw_share(nameless.learner_id, nameless.id)
    answer = client.post(f"{API}/shares/{nameless.id}/reveal-request", json={"reason": "meet"}, headers=bearer())
    assert (answer.status_code, answer.get_json()["code"]) == (410, "withdrawn")


@pytest.mark.parametrize("shape", ["open-badges", "europass-cv"])
def test_representation_that_needs_the_name_is_a_conflict(
    client: FlaskClient, nameless: ShareView, bearer: Bearer, shape: str
) -> None:
    answer = client.get(f"{API}/shares/{nameless.id}", query_string={"as": shape}, headers=bearer())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "anonymous")
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("shape", ["open-badges"])
def test_representation_that_the_school_lacks_is_not_acceptable(
    client: FlaskClient, share: ShareView, bearer: Bearer, shape: str
) -> None:
    answer = client.get(f"{API}/shares/{share.id}", query_string={"as": shape}, headers=bearer())
    assert (answer.status_code, answer.get_json()["code"]) == (406, "format")


def test_what_a_nameless_credential_proves_is_told_and_taken_in(
    client: FlaskClient, school: Services, nameless: ShareView, bearer: Bearer
) -> None:
    body = client.get(f"{API}/shares/{nameless.id}", headers=bearer()).get_json()
    entry = nameless.credentials[0].achievement
    (taken,) = read_share(body, "https://skolan.example").credentials
    assert taken.competence == competence_in(entry, school.settings.organisation)
    (broken,) = body["credentials"]
    broken["competence"] = {"title": 7}
    assert read_share(body, "https://skolan.example").credentials[0].competence is None


def test_named_credential_says_it_in_its_file_alone(
    client: FlaskClient, school: Services, issued: CredentialView, partner: NewPartner, bearer: Bearer
) -> None:
    share = school.create_share(issued.learner_id, order(issued, partner))
    body = client.get(f"{API}/shares/{share.id}", headers=bearer()).get_json()
    assert body["credentials"][0]["competence"] is None
