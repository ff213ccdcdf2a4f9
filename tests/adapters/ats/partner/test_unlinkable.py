"""Shares without a name: whoever holds two cannot find out that one person made both, by any byte that we answer with.

What two shares of one learner have in common is compared with what they have in common with a share of another learner,
who has the same micro-credential of the same school and got it on another day.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mimis_ats.representations import OWN
from werkzeug.test import TestResponse

from mimis_core.services import CredentialView, NewPartner, Services, ShareView
from tests.adapters.ats.partner.conftest import API, Bearer, order
from tests.school import Clock, HandSource, done, page, someone

WORD = re.compile(r"[\w.:+@/-]+")
"""What may be a value: a number, a date, an address, an id; and what in it is too long to be alike by chance."""

VISIT = re.compile(r"[\w-]+\.[\w-]{6}\.[\w-]{27}")
"""A signed cookie, or the token of a form: drawn for each visit, and its middle is the second of that."""

OF_WHO_ASKS = ("RateLimit", "RateLimit-Policy")
"""Headers that say what whoever asks has left, and for how many seconds."""


@pytest.fixture
def held(school: Services, clock: Clock) -> tuple[CredentialView, CredentialView]:
    """The same of two learners, some days apart."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    clock.forward(days=3, hours=2)
    later = clock() - timedelta(days=1)
    HandSource.pages = [page(done("course:1", someone("2", full_name="Bo Ek", given_name="Bo"), completed_at=later))]
    school.sync()
    school.drain()
    one, other = sorted(school.all_credentials(), key=lambda view: view.issued_at)
    return one, other


@pytest.fixture
def shares(
    school: Services, held: tuple[CredentialView, CredentialView], partner: NewPartner, clock: Clock
) -> list[ShareView]:
    """Two of the first learner and one of the second; what each wrote by herself differs."""
    made = []
    for number, view in enumerate((held[0], held[0], held[1]), 1):
        clock.forward(minutes=7)
        own = {"purpose": "abc"[number - 1], "until": clock().date() + timedelta(days=number + 20)}
        made.append(school.create_share(view.learner_id, order(view, partner, anonymous=True, **own)))
    clock.forward(minutes=7)
    return made


def values(*answers: TestResponse) -> set[str]:
    """All that stands in these answers, heads and bodies."""
    found: set[str] = set()
    for answer in answers:
        head = [f"{name}: {value}" for name, value in answer.headers if name not in OF_WHO_ASKS]
        text = "\n".join([answer.status, *head, answer.text])
        runs = WORD.findall(VISIT.sub("", text))
        found.update(runs, *(re.findall(r"\w{6,}", run) for run in runs))
    return found


def answers(app: Flask, client: FlaskClient, bearer: Bearer, share: ShareView) -> dict[str, list[TestResponse]]:
    """Everything that is told of one share, by where."""
    link, address, headers = share.url.removeprefix("http://127.0.0.1:8000"), f"{API}/shares/{share.id}", bearer()
    shapes = [client.get(address, query_string={"as": OWN}, headers=headers)]
    for shape in ("ler-rs", "json-resume", "open-badges", "europass-cv"):
        for language in ("sv", "en"):
            shapes.append(client.get(address, query_string={"as": shape, "language": language}, headers=headers))
    opened = client.post(f"{API}/shares/open", json={"ids": [share.id]}, headers=headers)
    program = {"Accept": "application/json"}
    return {
        "page": [app.test_client().get(link), app.test_client().get(link, headers={"Accept-Language": "en"})],
        "program": [client.get(link, headers=program), client.head(link), client.get(f"{link}/files/1")],
        "api": [*shapes, opened],
    }


def of_list(client: FlaskClient, bearer: Bearer, share: ShareView) -> set[str]:
    """What the list says of one share."""
    listed = client.get(f"{API}/shares", headers=bearer()).get_json()["shares"]
    return set(WORD.findall(str([one for one in listed if one["id"] == share.id])))


def test_nothing_tells_that_two_shares_are_one_persons(
    app: Flask, client: FlaskClient, bearer: Bearer, shares: list[ShareView]
) -> None:
    heard = [answers(app, client, bearer, one) for one in shares]
    for place in heard[0]:
        first, second, other = (values(*one[place]) for one in heard)
        assert {200} <= {answer.status_code for answer in heard[0][place]} <= {200, 404, 409}
        assert (first & second) - other == set(), place
    first, second, other = (of_list(client, bearer, one) for one in shares)
    assert (first & second) - other == set()


def test_nothing_tells_it_after_the_credentials_were_revoked(
    app: Flask,
    client: FlaskClient,
    bearer: Bearer,
    school: Services,
    held: tuple[CredentialView, CredentialView],
    shares: list[ShareView],
    clock: Clock,
) -> None:
    for view, reason in zip(held, ("Fel person.", "Fusk."), strict=True):
        clock.forward(days=1)
        school.revoke_credential(view.id, reason, "officer")
    test_nothing_tells_that_two_shares_are_one_persons(app, client, bearer, shares)
    told = "".join(answer.text for one in answers(app, client, bearer, shares[0]).values() for answer in one)
    assert "Fel person" not in told
